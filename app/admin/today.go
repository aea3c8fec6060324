package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
)

// todayPage is the first page after signing in: today's sessions where she works, what
// her roles open, and what is not well.
type todayPage struct {
	Day      time.Time
	Sessions []sessionLine
	// Next is the first session after today when there is none today; nil otherwise.
	Next  *sessionLine
	Doors []door
	// Open is how many steps of the checklist are still to do; 0 for everybody but the
	// installation's administrators.
	Open int
	Live *Status // nil leaves the line out
}

type sessionLine struct {
	tour.Whole
	Phase   tour.Phase
	Trainer string
	Numbers tour.Numbers
	Desk    string // addresses; empty where her role does not open them
	Cockpit string
}

// Key is the locale key of the phase's word.
func (l sessionLine) Key() string { return "admin.phase_" + string(l.Phase) }

// door is a link with what stands behind it.
type door struct{ URL, Key, Say string }

func (h *handlers) today(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	now := h.site.Now()
	p := todayPage{Day: now, Doors: doors(r)}
	from, to := localDay(now, h.site.Zone())
	scope := tour.ScopeOf(r, people.Helper, people.Observer)
	list, err := h.Tour.Sessions(ctx, tour.SessionFilter{Scope: scope, From: from, To: to})
	if err != nil {
		return err
	}
	if p.Sessions, err = h.lines(ctx, r, list, now); err != nil {
		return err
	}
	if len(list) == 0 {
		if p.Next, err = h.next(ctx, r, scope, to, now); err != nil {
			return err
		}
	}
	if r.May(people.Admin, "", "") {
		steps, err := h.steps(ctx)
		if err != nil {
			return err
		}
		p.Open = open(steps)
	}
	if h.Live != nil && r.MayAnywhere(people.Trainer) {
		s := h.Live(ctx)
		p.Live = &s
	}
	return h.pages.Show(c, http.StatusOK, "today.html", web.View{Data: p})
}

// localDay is the first instant of now's day in zone, and of the day after.
func localDay(now time.Time, zone *time.Location) (from, to time.Time) {
	y, m, d := now.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

func (h *handlers) next(ctx context.Context, r people.Reader, scope tour.Scope, after, now time.Time) (*sessionLine, error) {
	list, err := h.Tour.Sessions(ctx, tour.SessionFilter{Scope: scope, From: after, Limit: 1})
	if err != nil || len(list) == 0 {
		return nil, err
	}
	lines, err := h.lines(ctx, r, list, now)
	if err != nil {
		return nil, err
	}
	return &lines[0], nil
}

func (h *handlers) lines(ctx context.Context, r people.Reader, list []tour.Session, now time.Time) ([]sessionLine, error) {
	wholes, err := h.Tour.Wholes(ctx, list)
	if err != nil {
		return nil, err
	}
	var ids, trainers []string
	for _, s := range list {
		ids = append(ids, s.ID)
		if s.TrainerID != nil {
			trainers = append(trainers, *s.TrainerID)
		}
	}
	numbers, err := h.Tour.NumbersOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	names, err := h.Staff.Names(ctx, trainers)
	if err != nil {
		return nil, err
	}
	lines := make([]sessionLine, len(wholes))
	for i, w := range wholes {
		l := sessionLine{Whole: w, Phase: w.Session.Phase(now), Numbers: numbers[w.Session.ID]}
		if w.TrainerID != nil {
			l.Trainer = names[*w.TrainerID]
		}
		if r.May(people.Helper, w.VenueID, w.Venue.CityID) {
			l.Desk, l.Cockpit = deskURL(w.Session.ID), cockpitURL(w.Session.ID)
		}
		lines[i] = l
	}
	return lines, nil
}

// The addresses of the pages that other packages own.
func deskURL(session string) string    { return "/staff/sessions/" + session + "/desk" }
func cockpitURL(session string) string { return "/staff/sessions/" + session + "/room" }

// doors are the pages that her roles open.
func doors(r people.Reader) []door {
	var list []door
	add := func(role people.Role, url, name string) {
		if r.MayAnywhere(role) {
			list = append(list, door{URL: url, Key: "admin.door_" + name, Say: "admin.door_" + name + "_say"})
		}
	}
	add(people.Helper, "/staff/people", "people")
	add(people.Organizer, "/staff/tour", "tour")
	add(people.Observer, "/staff/reports", "reports")
	add(people.Organizer, "/staff/cards", "cards")
	add(people.Organizer, "/staff/tablets", "tablets")
	add(people.Admin, "/staff/staff", "staff")
	return append(list, door{URL: "/staff/account", Key: "admin.door_account", Say: "admin.door_account_say"})
}

// setupPage is the checklist of a new installation.
type setupPage struct {
	Steps []step
	Done  bool // nothing is left to do
}

// step is one line of the checklist, in the order in which one needs the other.
type step struct {
	No   int    // from 1
	Name string // city, venue, …: the end of its locale keys
	URL  string
	Done bool
	Next bool // the first that is not done
	// Open tells whether the step can be done now: it is, it is the next, or it needs
	// nothing before it.
	Open bool
}

// Key is the locale key of what is to be done; Say of why.
func (s step) Key() string { return "admin.step_" + s.Name }

// Say is the locale key of the line below.
func (s step) Say() string { return "admin.step_" + s.Name + "_say" }

func (h *handlers) setup(c echo.Context) error {
	steps, err := h.steps(c.Request().Context())
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "setup.html", web.View{Back: "/staff", Data: setupPage{Steps: steps, Done: open(steps) == 0}})
}

func open(steps []step) int {
	n := 0
	for _, s := range steps {
		if !s.Done {
			n++
		}
	}
	return n
}

func (h *handlers) steps(ctx context.Context) ([]step, error) {
	all := tour.Everywhere()
	var steps []step
	add := func(name, url string, n int, err error) error {
		steps = append(steps, step{No: len(steps) + 1, Name: name, URL: url, Done: n > 0})
		return err
	}
	cities, err := h.Tour.Cities(ctx, all)
	if err := add("city", "/staff/cities/new", len(cities), err); err != nil {
		return nil, err
	}
	venues, err := h.Tour.Venues(ctx, all)
	if err := add("venue", "/staff/venues/new", len(venues), err); err != nil {
		return nil, err
	}
	partners, err := h.Tour.Partners(ctx)
	if err := add("partner", "/staff/partners/new", len(partners), err); err != nil {
		return nil, err
	}
	tours, err := h.Tour.Tours(ctx, all)
	if err := add("tour", "/staff/tours/new", len(tours), err); err != nil {
		return nil, err
	}
	stops, err := h.Tour.Stops(ctx, all)
	stopURL := "/staff/tours"
	if len(tours) > 0 {
		stopURL = "/staff/stops/new?tour=" + tours[0].ID
	}
	if err := add("stop", stopURL, len(stops), err); err != nil {
		return nil, err
	}
	sessions, err := h.Tour.Sessions(ctx, tour.SessionFilter{Scope: all, Limit: 1})
	sessionURL := "/staff/sessions/new"
	if len(stops) > 0 {
		sessionURL += "?stop=" + stops[0].ID
	}
	if err := add("session", sessionURL, len(sessions), err); err != nil {
		return nil, err
	}
	sheets, err := h.People.Sheets(ctx, 1)
	if err := add("cards", "/staff/cards", len(sheets), err); err != nil {
		return nil, err
	}
	tablets, err := h.People.TabletCount(ctx)
	if err := add("tablet", "/staff/tablets", tablets, err); err != nil {
		return nil, err
	}
	return inOrder(steps), nil
}

// inOrder marks the next step and those that can be done now.
func inOrder(steps []step) []step {
	for i := range steps {
		if !steps[i].Done {
			steps[i].Next = true
			break
		}
	}
	for i := range steps {
		steps[i].Open = steps[i].Done || steps[i].Next || steps[i].Name == "cards"
	}
	return steps
}
