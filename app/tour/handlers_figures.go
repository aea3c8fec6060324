package tour

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerFigures(r *web.Routes) {
	r.Trainer.GET("/staff/sessions/:id/figures", h.showSessionFigures)
	r.Trainer.POST("/staff/sessions/:id/figures", h.addSessionFigure)
	r.Trainer.POST("/staff/sessions/:id/figures/:figure/retract", h.takeBackSessionFigure)
	r.Organizer.GET("/staff/stops/:id/figures", h.showStopFigures)
	r.Organizer.POST("/staff/stops/:id/figures", h.addStopFigure)
	r.Organizer.POST("/staff/stops/:id/figures/:figure/retract", h.takeBackStopFigure)
}

// about is what a page of figures is about: a session or a stop.
type about struct {
	Name, Place string // what stands in the heading
	Back        string // its own page
	URL         string // the page of its figures
	SessionID   *string
	StopID      *string
	StopPlan    *StopPlan // for a stop's days
}

// figuresPage is the data of figures.html: one part for each kind of figure.
type figuresPage struct {
	about
	Parts   []figurePart
	Reasons []string
}

// figurePart is one kind of figure: what was given, and a form to give more.
type figurePart struct {
	Verb     string
	Key      string // begins its locale keys: tour.served_
	Lines    []figureLine
	Act      string // the act's ID when the form comes back
	Controls []control
	Open     bool // the form came back with mistakes
}

// figureLine is one figure in words.
type figureLine struct {
	Figure
	Amount  string // "1.5", "200", "12"
	Partner string
}

func (h *handlers) sessionFigures(c echo.Context) (about, error) {
	w, err := h.theSession(c, people.Trainer)
	return about{Name: w.Title, Place: w.Venue.Name, Back: sessionURL(w.ID), URL: sessionURL(w.ID) + "/figures", SessionID: &w.ID}, err
}

func (h *handlers) stopFigures(c echo.Context) (about, error) {
	s, t, err := h.aStop(c)
	return about{Name: s.Name, Place: t.Name, Back: stopURL(s.ID), URL: stopURL(s.ID) + "/figures", StopID: &s.ID, StopPlan: &s}, err
}

func (h *handlers) showSessionFigures(c echo.Context) error {
	return h.showFigures(c, h.sessionFigures)
}
func (h *handlers) showStopFigures(c echo.Context) error  { return h.showFigures(c, h.stopFigures) }
func (h *handlers) addSessionFigure(c echo.Context) error { return h.addFigure(c, h.sessionFigures) }
func (h *handlers) addStopFigure(c echo.Context) error    { return h.addFigure(c, h.stopFigures) }
func (h *handlers) takeBackSessionFigure(c echo.Context) error {
	return h.takeBackFigure(c, h.sessionFigures)
}
func (h *handlers) takeBackStopFigure(c echo.Context) error {
	return h.takeBackFigure(c, h.stopFigures)
}

func (h *handlers) showFigures(c echo.Context, of func(echo.Context) (about, error)) error {
	a, err := of(c)
	if err != nil {
		return err
	}
	p, err := h.figuresPage(c, a, url.Values{}, nil)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "figures.html", web.View{Back: a.Back, Data: p})
}

func (h *handlers) figuresPage(c echo.Context, a about, v url.Values, bad error) (figuresPage, error) {
	ctx := c.Request().Context()
	p := figuresPage{about: a, Reasons: FigureReasons()}
	partners, err := h.store.Partners(ctx)
	if err != nil {
		return p, err
	}
	var all []Figure
	if a.SessionID != nil {
		all, err = h.store.FiguresOfSession(ctx, *a.SessionID)
	} else {
		all, err = h.store.FiguresOfStop(ctx, *a.StopID)
	}
	if err != nil {
		return p, err
	}
	for _, verb := range FigureVerbs(a.SessionID != nil) {
		part := figurePart{Verb: string(verb), Key: figureKey(verb), Open: v.Get("verb") == string(verb)}
		given := url.Values{}
		if part.Open {
			given, part.Act = v, v.Get("id")
		}
		part.Controls = h.draw(c, h.figureFields(a, verb, partners, given), bad)
		for _, g := range all {
			if g.Verb == verb {
				part.Lines = append(part.Lines, lineOf(g, partners))
			}
		}
		p.Parts = append(p.Parts, part)
	}
	return p, nil
}

func lineOf(g Figure, partners []Partner) figureLine {
	l := figureLine{Figure: g, Amount: strconv.Itoa(g.Amount)}
	if g.Verb == ledger.Served {
		l.Amount = hours(g.Amount)
	}
	if i := slices.IndexFunc(partners, func(p Partner) bool { return g.PartnerID != nil && p.ID == *g.PartnerID }); i >= 0 {
		l.Partner = partners[i].Name
	}
	return l
}

// hours writes minutes as hours, without digits that say nothing: 90 is 1.5.
func hours(minutes int) string {
	s := strconv.FormatFloat(float64(minutes)/60, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// figureKey begins the locale keys of one kind of figure.
func figureKey(v ledger.Verb) string {
	switch v {
	case ledger.Served:
		return "tour.served_"
	case ledger.HandedOut:
		return "tour.handed_out_"
	case ledger.Reached:
		return "tour.reached_"
	}
	return "tour.equipped_"
}

// figureFields are the fields of one kind of figure. Their names begin with the verb, so
// that messages stand beside the right form's fields.
func (h *handlers) figureFields(a about, verb ledger.Verb, partners []Partner, v url.Values) []field {
	name := func(s string) string { return string(verb) + "_" + s }
	get := func(s string) string { return v.Get(name(s)) }
	f := []field{{Kind: "hidden", Name: "verb", Value: string(verb)}}
	key := figureKey(verb)
	if codes := Codes(verb); len(codes) > 0 {
		chosen := get("code")
		if chosen == "" {
			chosen = codes[0]
		}
		f = append(f, field{Kind: "radios", Name: name("code"), Label: key + "code", Value: chosen, Options: keyed(key, codes)})
	}
	f = append(f, field{Kind: "number", Name: name("amount"), Label: key + "amount", Hint: key + "hint", Value: get("amount"), Need: true, Half: true})
	if verb == ledger.Served {
		f[len(f)-1].Kind = "hours"
		o := []option{{Key: "tour.no_partner"}}
		for _, p := range partners {
			if p.RetiredAt == nil || p.ID == get("partner") {
				o = append(o, option{Value: p.ID, Text: p.Name})
			}
		}
		f = append(f, field{Kind: "select", Name: name("partner"), Label: "tour.served_partner", Value: get("partner"), Options: o, Half: true})
	}
	if verb == ledger.Reached {
		f = append(f, field{Kind: "radios", Name: name("method"), Label: "tour.reach_method", Value: get("method"), Options: keyed("tour.reach_", ReachMethods())})
	}
	if verb == ledger.Equipped {
		f = append(f, field{Kind: "number", Name: name("usable"), Label: "tour.usable", Value: get("usable"), Need: true, Half: true})
	}
	if a.StopPlan != nil {
		day := get("day")
		if day == "" {
			day = h.stopDay(*a.StopPlan)
		}
		f = append(f, field{Kind: "date", Name: name("day"), Label: "tour.figure_day", Value: day, Need: true, Half: true})
	}
	return f
}

func (h *handlers) addFigure(c echo.Context, of func(echo.Context) (about, error)) error {
	a, err := of(c)
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
	g, err := h.readFigure(id, a, v)
	if err == nil {
		g.ByID = people.Who(c).StaffID()
		_, err = h.store.AddFigure(c.Request().Context(), g)
	}
	if fault.Is(err, fault.Invalid) {
		p, pageErr := h.figuresPage(c, a, v, err)
		if pageErr != nil {
			return pageErr
		}
		return h.pages.Form(c, err, "figures.html", web.View{Back: a.Back, Data: p})
	}
	if err != nil {
		return h.instead(c, err, a.URL)
	}
	return h.done(c, "tour.saved", nil, a.URL)
}

func (h *handlers) takeBackFigure(c echo.Context, of func(echo.Context) (about, error)) error {
	a, err := of(c)
	if err != nil {
		return err
	}
	g, err := h.store.Figure(c.Request().Context(), c.Param("figure"))
	if err != nil {
		return err
	}
	same := func(x, y *string) bool { return x != nil && y != nil && *x == *y }
	if !same(g.SessionID, a.SessionID) && !same(g.StopID, a.StopID) {
		return fault.New(fault.NotFound, "tour.figure_missing")
	}
	if err := h.store.TakeBackFigure(c.Request().Context(), Undo{ID: g.ID, ByID: people.Who(c).StaffID(), Reason: c.FormValue("reason")}); err != nil {
		return err
	}
	return h.done(c, "tour.taken_back", nil, a.URL)
}
