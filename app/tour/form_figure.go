package tour

import (
	"errors"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// readFigure reads one of the forms of a page of figures. Messages stand beside the
// form's own field names, which begin with the verb.
func (h *handlers) readFigure(id string, a about, v url.Values) (Figure, error) {
	verb := ledger.Verb(v.Get("verb"))
	if !slices.Contains(FigureVerbs(a.SessionID != nil), verb) {
		return Figure{}, fault.New(fault.Invalid, "web.bad_request")
	}
	own := url.Values{} // the fields, without the verb in front
	for name := range v {
		if short, ok := strings.CutPrefix(name, string(verb)+"_"); ok {
			own.Set(short, v.Get(name))
		}
	}
	f := invalid()
	g := Figure{ID: id, SessionID: a.SessionID, StopID: a.StopID, Verb: verb, Code: own.Get("code"), Method: own.Get("method"),
		Usable: orZero(number(f, own, "usable"))}
	if verb == ledger.Served {
		g.Amount = minutes(f, own)
	} else {
		g.Amount = orZero(number(f, own, "amount"))
	}
	if p := own.Get("partner"); p != "" {
		g.PartnerID = &p
	}
	if a.StopPlan != nil {
		g.At = h.noon(f, own.Get("day"), *a.StopPlan)
	}
	err := f.OrNil()
	if err == nil {
		err = g.check()
	}
	return g, prefixed(string(verb)+"_", err)
}

// minutes reads hours such as 1.5; a Chinese keyboard's full stop counts as a point.
func minutes(f *fault.Error, v url.Values) int {
	s := strings.NewReplacer("\u3002", ".", "\uFF0E", ".", "\uFF0C", ".", ",", ".").Replace(strings.TrimSpace(v.Get("amount")))
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(n) || n < 0 || n > MostHours {
		f.Beside("amount", "tour.hours_range", fault.Args{"Most": MostHours})
		return 0
	}
	return int(math.Round(n * 60))
}

// noon is when a stop's figure happened: noon of the local day it is said to be of.
func (h *handlers) noon(f *fault.Error, day string, s StopPlan) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, day, h.site.Zone())
	if err != nil {
		f.Beside("day", "tour.day_missing")
	} else if !s.Covers(day) {
		f.Beside("day", "tour.day_outside_stop", fault.Args{"First": s.FirstDay, "Last": s.LastDay})
	}
	return t.Add(12 * time.Hour)
}

// stopDay is the day a stop's form begins with: today, when it is one of the stop's.
func (h *handlers) stopDay(s StopPlan) string {
	today := h.site.Now().In(h.site.Zone()).Format(time.DateOnly)
	switch {
	case s.Covers(today):
		return today
	case today > s.LastDay:
		return s.LastDay
	}
	return s.FirstDay
}

// prefixed puts a form's prefix before the names of the fields that err has messages for.
func prefixed(prefix string, err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || len(f.Fields) == 0 {
		return err
	}
	named := fault.New(f.Kind, f.Key, f.Args)
	for name, m := range f.Fields {
		named.Beside(prefix+name, m.Key, m.Args)
	}
	return named
}
