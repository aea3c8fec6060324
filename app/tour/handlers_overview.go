package tour

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/web"
)

// planStep is one step from an empty installation to a session.
type planStep struct {
	Key   string // its words are tour.step_KEY and tour.step_KEY_lead
	Count int
	URL   string // the list; empty where there is none
	New   string // the form; empty where the reader may not, or a step before is missing
	Next  bool   // the one to do now
}

// overviewPage is the data of overview.html.
type overviewPage struct {
	Steps []planStep
	Today []row
	Ready bool // every step is done
}

func (h *handlers) overview(c echo.Context) error {
	ctx, who := c.Request().Context(), people.Who(c)
	p := overviewPage{}
	if who.MayAnywhere(people.Organizer) {
		var err error
		if p.Steps, err = h.steps(c, ScopeOf(who, people.Organizer)); err != nil {
			return err
		}
	}
	p.Ready = true
	for i, s := range p.Steps {
		if s.Count == 0 && s.New != "" {
			p.Steps[i].Next, p.Ready = true, false
			break
		}
	}
	today := startOfDay(h.site.Now(), h.site.Zone())
	sessions, err := h.store.Sessions(ctx, SessionFilter{Scope: ScopeOf(who, people.Helper, people.Observer), From: today, To: today.AddDate(0, 0, 1)})
	if err != nil {
		return err
	}
	if p.Today, err = h.sessionRows(c, sessions); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "overview.html", web.View{Back: "/staff", Data: p})
}

// steps counts what there is of each thing that a session needs or may have. Partners,
// tours and stops may be left out, but the way leads past them.
func (h *handlers) steps(c echo.Context, sc Scope) ([]planStep, error) {
	ctx := c.Request().Context()
	cities, err := h.store.Cities(ctx, sc)
	if err != nil {
		return nil, err
	}
	venues, err := h.store.Venues(ctx, sc)
	if err != nil {
		return nil, err
	}
	partners, err := h.store.Partners(ctx)
	if err != nil {
		return nil, err
	}
	tours, err := h.store.Tours(ctx, sc)
	if err != nil {
		return nil, err
	}
	stops, err := h.store.Stops(ctx, sc)
	if err != nil {
		return nil, err
	}
	sessions, err := h.store.Sessions(ctx, SessionFilter{Scope: sc})
	if err != nil {
		return nil, err
	}
	steps := []planStep{
		{Key: "city", Count: len(cities), URL: "/staff/cities"},
		{Key: "venue", Count: len(venues), URL: "/staff/venues"},
		{Key: "partner", Count: len(partners), URL: "/staff/partners"},
		{Key: "tour", Count: len(tours), URL: "/staff/tours"},
		{Key: "stop", Count: len(stops)},
		{Key: "session", Count: len(sessions), URL: "/staff/sessions"},
	}
	whole := sc.All || len(sc.Cities) > 0
	if sc.All {
		steps[0].New = "/staff/cities/new"
	}
	if len(cities) > 0 && whole {
		steps[1].New, steps[2].New, steps[3].New = "/staff/venues/new", "/staff/partners/new", "/staff/tours/new"
	}
	if len(tours) > 0 && whole {
		steps[4].URL, steps[4].New = tourURL(tours[0].ID), with("/staff/stops/new", "tour", tours[0].ID)
	}
	if len(venues) > 0 {
		steps[5].New = "/staff/sessions/new"
		if len(stops) > 0 {
			steps[5].New = with("/staff/sessions/new", "stop", stops[0].ID)
		}
	}
	return steps, nil
}

// sheetPage is the data of sheet.html: a session's sign-in sheet for paper.
type sheetPage struct {
	Whole
	Trainer string
	Lines   []deskLine // who is checked in already, by check-in
	Blank   []int      // numbers of the lines to be filled by hand
	Head    ledger.Head
	Printed time.Time
}

// Ordinal is the number of the line at index i.
func (p sheetPage) Ordinal(i int) int { return i + 1 }

// Hash is the ledger's head in groups of eight, as people read it over the telephone.
func (p sheetPage) Hash() string {
	var groups []string
	for part := range slices.Chunk([]byte(p.Head.Hash), 8) {
		groups = append(groups, string(part))
	}
	return strings.Join(groups, " ")
}

// spareLines is how many empty lines a sheet has beyond the session's places, and how
// many it has when nobody counted the places.
const spareLines, plainLines = 4, 30

// sheet prints the session's sign-in sheet. The head of the ledger stands on it: what
// was sealed when it was printed cannot be changed later without showing.
func (h *handlers) sheet(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	present, err := h.store.Present(ctx, w.ID)
	if err != nil {
		return err
	}
	p := sheetPage{Whole: w, Printed: h.site.Now()}
	if p.Lines, err = h.deskLines(c, present); err != nil {
		return err
	}
	if p.Trainer, err = h.trainerName(c, w.Session); err != nil {
		return err
	}
	if p.Head, err = h.store.Head(ctx); err != nil {
		return err
	}
	total := plainLines
	if w.Places > 0 {
		total = min(w.Places, 300) + spareLines
	}
	for i := len(present) + 1; i <= max(total, len(present)+spareLines); i++ {
		p.Blank = append(p.Blank, i)
	}
	return h.paper.Show(c, http.StatusOK, "sheet.html", web.View{Back: sessionURL(w.ID), Body: "sheet", Data: p})
}
