package tour

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
)

// form is a form before it is drawn. What was typed is kept as it was typed, so that
// a form that comes back with mistakes shows "12a" and not 0.
type form struct {
	Title  string // locale key of the heading
	Lead   string // locale key of a sentence below it; may be empty
	Action string // where it is sent
	ID     string // the act's ID; the page makes one when it is empty
	Fields []field
	Submit string // locale key of the filled button
	Cancel string // where 不改了 leads
}

// field is one control. Keys are locale keys.
type field struct {
	Kind    string // text, number, hours, date, time, select, radios, checks, partners, hidden
	Name    string
	Label   string // key
	Hint    string // key; may be empty
	Value   string
	Values  []string // what is ticked, for checks and partners
	Options []option
	Need    bool // the browser asks for it too
	Max     int  // characters of a text
	Half    bool // stands beside the next half
	// Sends is what each partner sends, by option value, for partners.
	Sends map[string]string
}

// option is one choice; its words are Text (a name) or Key (a locale key).
type option struct{ Value, Text, Key string }

// control is a field as it is drawn: with words in the reader's language.
type control struct {
	field
	Label, Hint string
	Bad         string // the message beside it; empty when it is right
	Choose      string // the empty choice of a select that must be chosen
	Choices     []choice
}

// choice is one option as it is drawn.
type choice struct {
	Value, Words             string
	On                       bool
	Sends, SendsOf, SendsBad string // what a partner sends, the input's name in words, its message
}

// draw gives fields their words, and the messages of err, which may be nil.
func (h *handlers) draw(c echo.Context, fields []field, err error) []control {
	bad := func(name string) string {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Fields[name].Key == "" {
			return ""
		}
		return h.t(c, f.Fields[name].Key, f.Fields[name].Args)
	}
	controls := make([]control, 0, len(fields))
	for _, f := range fields {
		d := control{field: f, Bad: bad(f.Name)}
		if f.Label != "" {
			d.Label = h.t(c, f.Label, nil)
		}
		if f.Hint != "" {
			d.Hint = h.t(c, f.Hint, nil)
		}
		if f.Kind == "select" && f.Need && f.Value == "" {
			d.Choose = h.t(c, "tour.choose", nil)
		}
		for _, o := range f.Options {
			ch := choice{Value: o.Value, Words: o.Text, On: slices.Contains(f.Values, o.Value)}
			if f.Kind == "select" || f.Kind == "radios" {
				ch.On = f.Value == o.Value
			}
			if o.Key != "" {
				ch.Words = h.t(c, o.Key, nil)
			}
			if f.Kind == "partners" {
				ch.Sends, ch.SendsBad = f.Sends[o.Value], bad("sends_"+o.Value)
				ch.SendsOf = h.t(c, "tour.sends_of", fault.Args{"Name": o.Text})
			}
			d.Choices = append(d.Choices, ch)
		}
		controls = append(controls, d)
	}
	return controls
}

// keyed makes options of codes whose words are the locale messages prefix + code.
func keyed(prefix string, codes []string) []option {
	list := make([]option, 0, len(codes))
	for _, c := range codes {
		list = append(list, option{Value: c, Key: prefix + c})
	}
	return list
}

// typed is what a form sent: the body's values only, never the address's.
func typed(c echo.Context) (url.Values, error) {
	if err := c.Request().ParseForm(); err != nil {
		return nil, fault.New(fault.Invalid, "web.bad_request").Because(err)
	}
	return c.Request().PostForm, nil
}

// actID is the act's ID that the form carries. A browser's is a UUID, and so must be
// anybody's: it becomes a fact's.
func actID(v url.Values, name string) (string, error) {
	id := v.Get(name)
	if u, err := uuid.Parse(id); err != nil || u.String() != id {
		return "", fault.New(fault.Invalid, "web.bad_request")
	}
	return id, nil
}

// number reads a whole number of zero or more; empty is nil. Full-width digits of a
// Chinese keyboard count. Anything else is a message beside the field.
func number(f *fault.Error, v url.Values, name string) *int {
	s := strings.Map(func(r rune) rune {
		if r >= '\uFF10' && r <= '\uFF19' {
			return r - 0xFEE0
		}
		return r
	}, strings.TrimSpace(v.Get(name)))
	if s == "" {
		return nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 1_000_000 {
		f.Beside(name, "tour.number_wrong")
		return nil
	}
	return &n
}

// orZero is a number, or zero when none was typed.
func orZero(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// joined adds the messages of several faults of kind Invalid to one. The first error of
// another kind comes back as it is; nil when nothing is wrong.
func joined(errs ...error) error {
	all := invalid()
	for _, err := range errs {
		if err == nil {
			continue
		}
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Kind != fault.Invalid || len(f.Fields) == 0 {
			return err
		}
		for name, m := range f.Fields {
			all.Beside(name, m.Key, m.Args)
		}
	}
	return all.OrNil()
}
