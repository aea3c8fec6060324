package tour

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

// countPage is the data of count.html.
type countPage struct {
	Whole
	Phase   Phase
	Numbers Numbers
	Act     string // the act's ID when the form comes back
	Form    []control
	Bands   []control // heads by age band
	Counts  []HeadCount
	Holds   string // ID of the count that holds; empty without one
	Reasons []string
	ByBand  bool // the age bands stand open
}

func countURL(sessionID string) string { return sessionURL(sessionID) + "/count" }

func (h *handlers) showCount(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	p, err := h.countPage(c, w, url.Values{"method": {Tally}}, nil)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "count.html", web.View{Back: sessionURL(w.ID), Data: p})
}

func (h *handlers) countPage(c echo.Context, w Whole, v url.Values, bad error) (countPage, error) {
	ctx := c.Request().Context()
	p := countPage{Whole: w, Phase: w.Phase(h.site.Now()), Reasons: FigureReasons(), Act: v.Get("id"), Form: h.draw(c, countFields(v), bad)}
	var bands []field
	for _, a := range people.AgeBands() {
		if a == people.AgeUnknown {
			continue
		}
		name := "band_" + string(a)
		bands = append(bands, field{Kind: "number", Name: name, Label: a.Key(), Value: v.Get(name), Half: true})
		p.ByBand = p.ByBand || v.Get(name) != ""
	}
	p.Bands = h.draw(c, bands, bad)
	var err error
	if p.Numbers, err = h.store.Numbers(ctx, w.ID); err != nil {
		return p, err
	}
	if p.Counts, err = h.store.HeadCounts(ctx, w.ID); err != nil {
		return p, err
	}
	if best, ok := holding(p.Counts); ok {
		p.Holds = best.ID
	}
	return p, nil
}

func countFields(v url.Values) []field {
	return []field{
		{Kind: "number", Name: "heads", Label: "tour.heads", Hint: "tour.heads_hint", Value: v.Get("heads"), Need: true},
		{Kind: "radios", Name: "method", Label: "tour.count_method", Value: v.Get("method"), Options: keyed("tour.count_", []string{Tally, Estimate})},
		{Kind: "number", Name: "sixty", Label: "tour.sixty", Hint: "tour.part_hint", Value: v.Get("sixty")},
		{Kind: "number", Name: "women", Label: "tour.women", Value: v.Get("women"), Half: true},
		{Kind: "number", Name: "men", Label: "tour.men", Value: v.Get("men"), Half: true},
	}
}

// readCount reads the count's form.
func readCount(id, sessionID string, v url.Values) (HeadCount, error) {
	f := invalid()
	n := HeadCount{ID: id, SessionID: sessionID, Method: v.Get("method"),
		Sixty: number(f, v, "sixty"), Women: number(f, v, "women"), Men: number(f, v, "men")}
	heads := number(f, v, "heads")
	if heads == nil {
		f.Beside("heads", "tour.heads_missing")
	}
	n.Heads = orZero(heads)
	for _, a := range people.AgeBands() {
		if b := number(f, v, "band_"+string(a)); b != nil && a != people.AgeUnknown {
			if n.Bands == nil {
				n.Bands = map[string]int{}
			}
			n.Bands[string(a)] = *b
		}
	}
	if err := f.OrNil(); err != nil {
		return n, err // parts are not compared with a whole that could not be read
	}
	return n, n.check()
}

func (h *handlers) count(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	n, err := readCount(id, w.ID, v)
	if err == nil {
		n.ByID = people.Who(c).StaffID()
		n, err = h.store.CountHeads(c.Request().Context(), n)
	}
	if fault.Is(err, fault.Invalid) {
		p, pageErr := h.countPage(c, w, v, err)
		if pageErr != nil {
			return pageErr
		}
		return h.pages.Form(c, err, "count.html", web.View{Back: sessionURL(w.ID), Data: p})
	}
	if err != nil {
		return h.instead(c, err, countURL(w.ID))
	}
	return h.done(c, "tour.counted", fault.Args{"Heads": strconv.Itoa(n.Heads)}, countURL(w.ID))
}

func (h *handlers) takeBackCount(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	n, err := h.store.HeadCount(c.Request().Context(), c.Param("count"))
	if err != nil {
		return err
	}
	if n.SessionID != w.ID {
		return fault.New(fault.NotFound, "tour.count_missing")
	}
	if err := h.store.TakeBackCount(c.Request().Context(), Undo{ID: n.ID, ByID: people.Who(c).StaffID(), Reason: c.FormValue("reason")}); err != nil {
		return err
	}
	return h.done(c, "tour.taken_back", nil, countURL(w.ID))
}
