package practice

import (
	"fmt"
	"html/template"
	"slices"

	"silverclass/app/web"
	"silverclass/courses"
)

// codeWords are what the square codes of a practice say to whoever scans one; the locale
// file has them.
const codeWords = "practice.code_says"

// phone is what the drawn phone shows.
type phone struct {
	Face   Face
	Skin   string
	Key    string // locale key of what goes on; empty where the page's own name says it
	Icon   template.HTML
	Person template.HTML
	From   string
	Before []template.HTML // what was written before, in a talk in writing
	Says   []template.HTML
	Rows   []row
	Shows  string
	Code   template.HTML
	// Drawing is the picture, Alt what it shows.
	Drawing template.HTML
	Alt     string
	Picked  []string // steps in their order, or things found
	Left    int
	Of      int
	Things  []button

	lines []string // the words of Says, for the voice
}

// row is a line that cannot be tapped.
type row struct {
	Icon         template.HTML
	Words, Value string
}

// button is one choice: a row, a key, or a thing on the phone.
type button struct {
	Do, Look, Words string
	Note, Value     string
	Switch          Switch
	SwitchWords     string
	Area            string // the classes of its place in a picture
	Found           bool
	Icon            template.HTML
	Here            bool // the arrow points here
}

// Screen reports whether things are tapped on the phone itself.
func (f phone) Screen() bool { return f.Face.onScreen() }

func (p painter) phone(x *Screen) phone {
	f := phone{Face: x.Phone, Skin: p.st.Mode.Skin(), Person: icon("person"), From: x.From.In(p.lang), Shows: x.Shows.In(p.lang), Left: x.Left, Of: x.Of}
	f.Key, f.Icon = p.going(x)
	for _, line := range x.Says {
		f.Says = append(f.Says, courses.Marked(line.In(p.lang)))
		f.lines = append(f.lines, line.In(p.lang))
	}
	for _, line := range x.Rows {
		f.Rows = append(f.Rows, row{icon(line.Icon), line.Text.In(p.lang), line.Value.In(p.lang)})
	}
	for _, t := range x.Picked {
		f.Picked = append(f.Picked, t.In(p.lang))
	}
	if x.Code {
		f.Code = web.QR(p.t(codeWords))
	}
	if x.Drawing != "" {
		f.Drawing, f.Alt = template.HTML(x.Drawing), x.Alt.In(p.lang) // #nosec G203 -- tags and attributes are those of courses.Drawing
	}
	if x.Phone == Talk || x.Phone == Message {
		f.Before = p.before(x)
	}
	return f
}

// going is what goes on on a phone that rings, speaks or lies there.
func (p painter) going(x *Screen) (key string, drawing template.HTML) {
	switch x.Phone {
	case Ringing:
		if x.Video {
			return "practice.ringing_video", icon("video")
		}
		return "practice.ringing", icon("answer")
	case InCall:
		return "practice.in_call", icon("answer")
	case Video:
		return "practice.in_video", icon("video")
	case Message:
		return "practice.message", icon("message")
	case Talk:
		return "practice.talk", icon("chat")
	case Contacts:
		return "practice.contacts", icon("contacts")
	case Home:
		return "practice.home", icon("check")
	case Family:
		return "practice.family", icon("ask-family")
	case Person:
		return "practice.person", icon("person")
	case Lock:
		return "practice.locked", icon("lock")
	}
	return "", ""
}

// mostBefore is how many lines of before stay in sight.
const mostBefore = 2

// before is what the same person wrote on the screens that led here.
func (p painter) before(x *Screen) []template.HTML {
	var all []template.HTML
	for _, at := range p.st.Trail {
		o := p.v.scene.Screen(at.ID)
		if o == nil || o.ID == x.ID || o.Phone != x.Phone || o.From.In(p.lang) != x.From.In(p.lang) {
			continue
		}
		for _, line := range o.Says {
			all = append(all, courses.Marked(line.In(p.lang)))
		}
	}
	return all[max(0, len(all)-mostBefore):]
}

func (p painter) button(c *Choice) button {
	a, _ := findAct(c.Do)
	b := button{Do: c.Do, Words: p.words(c), Note: c.Note.In(p.lang), Value: c.Value.In(p.lang), Switch: c.Switch, Found: c.Found}
	switch {
	case c.Icon != "":
		b.Icon = icon(c.Icon)
	case c.Part == Do:
		b.Icon = icon(c.Do)
	}
	if c.Part == Do {
		b.Look = a.look
	}
	if c.Switch != "" {
		b.SwitchWords = p.t("practice.switch_" + string(c.Switch))
	}
	if c.Area[2] > 0 {
		g := func(i int) int { return c.Area[i] / areaGrid }
		b.Area = fmt.Sprintf("ax%d ay%d aw%d ah%d", g(0), g(1), g(2), g(3))
	}
	return b
}

func (p painter) words(c *Choice) string {
	if c.Other != nil && p.st.Mode.Skin() == Other {
		return c.Other.In(p.lang)
	}
	if c.Text != nil {
		return c.Text.In(p.lang)
	}
	return p.t(words(c.Do))
}

// spoken is what the phone says, for the voice.
func (f phone) spoken(p painter) []string {
	var all []string
	if f.Key != "" {
		all = append(all, p.t(f.Key))
	}
	all = append(all, f.From, f.Alt)
	all = append(all, f.lines...)
	for _, r := range f.Rows {
		all = append(all, r.Words, r.Value)
	}
	return append(all, f.Shows)
}

// turn arranges things as a phone of another make does.
func (d *screenPage) turn() {
	switch d.Phone.Face {
	case Apps, App, Order, Bill:
		slices.Reverse(d.Phone.Things)
	}
	slices.Reverse(d.Keys)
}

// after is the mode that is offered when one is done: each harder one in turn.
func (s *Scene) after(m Mode) Mode {
	if m == Guided || !s.Second {
		return Unaided
	}
	return Changed
}
