package tour

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerSessions(r *web.Routes) {
	r.Staff.GET("/staff/sessions", h.sessions)
	r.Organizer.GET("/staff/sessions/new", h.newSession)
	r.Organizer.POST("/staff/sessions", h.addSession)
	r.Staff.GET("/staff/sessions/:id", h.session)
	r.Organizer.GET("/staff/sessions/:id/edit", h.editSession)
	r.Organizer.POST("/staff/sessions/:id", h.saveSession)
	r.Trainer.POST("/staff/sessions/:id/open", h.turnSession(people.Trainer, (*Store).OpenSession, "tour.session_opened"))
	r.Trainer.POST("/staff/sessions/:id/close", h.turnSession(people.Trainer, (*Store).CloseSession, "tour.session_closed"))
	r.Organizer.POST("/staff/sessions/:id/cancel", h.turnSession(people.Organizer, (*Store).CancelSession, "tour.cancelled_done"))
	r.Organizer.POST("/staff/sessions/:id/restore", h.turnSession(people.Organizer, (*Store).RestoreSession, "tour.restored"))
	r.Helper.GET("/staff/sessions/:id/sheet", h.sheet)
}

// sessionLine is one session of a list.
type sessionLine struct {
	Whole
	Phase   Phase
	Numbers Numbers
}

// sessionGroup is a part of the list: what runs, what comes, what is over.
type sessionGroup struct {
	Key   string // locale key of its heading
	Lines []sessionLine
}

// sessionsPage is the data of sessions.html.
type sessionsPage struct {
	Running, Coming, Past []sessionLine
	Earlier               string // instant before which there is more; empty at the end
	MayPlan               bool
}

// Groups are the parts of the list in the order of the page.
func (p sessionsPage) Groups() []sessionGroup {
	return []sessionGroup{{"tour.running", p.Running}, {"tour.coming", p.Coming}, {"tour.past", p.Past}}
}

// Any reports whether there is anything to list.
func (p sessionsPage) Any() bool { return len(p.Running)+len(p.Coming)+len(p.Past) > 0 }

// pastSessions is how many sessions of the past a page shows.
const pastSessions = 30

func (h *handlers) sessions(c echo.Context) error {
	ctx, who, now := c.Request().Context(), people.Who(c), h.site.Now()
	sc := ScopeOf(who, people.Helper, people.Observer)
	today := startOfDay(now, h.site.Zone())
	before := today
	if d, err := time.Parse(time.RFC3339, c.QueryParam("before")); err == nil {
		before = d
	}
	p := sessionsPage{MayPlan: who.MayAnywhere(people.Organizer)}
	past, err := h.store.Sessions(ctx, SessionFilter{Scope: sc, To: before, Desc: true, Limit: pastSessions})
	if err != nil {
		return err
	}
	if p.Past, err = h.lines(c, past); err != nil {
		return err
	}
	if len(past) == pastSessions {
		// A second more than the oldest start: none that starts with it is left out.
		p.Earlier = past[len(past)-1].StartsAt.Add(time.Second).UTC().Format(time.RFC3339)
	}
	if before.Equal(today) {
		if err := h.fillToday(c, &p, sc, today); err != nil {
			return err
		}
	}
	return h.pages.Show(c, http.StatusOK, "sessions.html", web.View{Back: "/staff", Data: p})
}

// fillToday sorts the sessions from today on, and what still runs from before, into
// those that run, those to come and those that are over.
func (h *handlers) fillToday(c echo.Context, p *sessionsPage, sc Scope, today time.Time) error {
	ahead, err := h.store.Sessions(c.Request().Context(), SessionFilter{Scope: sc, From: today})
	if err != nil {
		return err
	}
	lines, err := h.lines(c, ahead)
	if err != nil {
		return err
	}
	var over, earlier []sessionLine
	for _, l := range lines {
		switch l.Phase {
		case Running:
			p.Running = append(p.Running, l)
		case Waiting:
			p.Coming = append(p.Coming, l)
		default:
			over = append([]sessionLine{l}, over...)
		}
	}
	for _, l := range p.Past {
		if l.Phase == Running {
			p.Running = append(p.Running, l)
		} else {
			earlier = append(earlier, l)
		}
	}
	p.Past = slices.Concat(over, earlier)
	return nil
}

func startOfDay(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// lines adds to sessions what a list shows of them.
func (h *handlers) lines(c echo.Context, sessions []Session) ([]sessionLine, error) {
	ctx, now := c.Request().Context(), h.site.Now()
	wholes, err := h.store.Wholes(ctx, sessions)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, n := range sessions {
		ids = append(ids, n.ID)
	}
	numbers, err := h.store.NumbersOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var lines []sessionLine
	for _, w := range wholes {
		lines = append(lines, sessionLine{Whole: w, Phase: w.Phase(now), Numbers: numbers[w.ID]})
	}
	return lines, nil
}

// sessionRows are sessions as lines of another thing's page.
func (h *handlers) sessionRows(c echo.Context, sessions []Session) ([]row, error) {
	lines, err := h.lines(c, sessions)
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, l := range lines {
		start := l.StartsAt.In(h.site.Zone())
		notes := []string{start.Format(h.t(c, "web.date_format", nil)) + " " + start.Format("15:04"), h.t(c, "tour.phase_"+string(l.Phase), nil)}
		if l.Numbers.PersonTimes > 0 {
			notes = append(notes, h.t(c, "tour.person_times_is", fault.Args{"Count": l.Numbers.PersonTimes}))
		}
		rows = append(rows, row{Name: l.Title, URL: sessionURL(l.ID), Notes: notes, Off: l.State == Cancelled})
	}
	return rows, nil
}

// sessionPage is the data of session.html.
type sessionPage struct {
	sessionLine
	Trainer string // name; empty when nobody is named
	Closes  time.Time
	// What the reader may do here.
	MayDesk, MayRun, MayEdit, MayReport bool
}

// theSession is the session of the address, when the reader has the role at its place.
func (h *handlers) theSession(c echo.Context, role people.Role) (Whole, error) {
	w, err := h.store.Whole(c.Request().Context(), c.Param("id"))
	if err != nil {
		return w, err
	}
	return w, may(c, role, w.VenueID, w.Venue.CityID)
}

func (h *handlers) session(c echo.Context) error {
	ctx, who := c.Request().Context(), people.Who(c)
	w, err := h.store.Whole(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := see(c, w.VenueID, w.City.ID); err != nil {
		return err
	}
	n, err := h.store.Numbers(ctx, w.ID)
	if err != nil {
		return err
	}
	p := sessionPage{sessionLine: sessionLine{Whole: w, Phase: w.Phase(h.site.Now()), Numbers: n}, Closes: w.Ends(),
		MayDesk: who.May(people.Helper, w.VenueID, w.City.ID), MayRun: who.May(people.Trainer, w.VenueID, w.City.ID),
		MayEdit: who.May(people.Organizer, w.VenueID, w.City.ID), MayReport: who.May(people.Observer, w.VenueID, w.City.ID)}
	if p.Trainer, err = h.trainerName(c, w.Session); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "session.html", web.View{Back: "/staff/sessions", Data: p})
}

func (h *handlers) trainerName(c echo.Context, n Session) (string, error) {
	if n.TrainerID == nil {
		return "", nil
	}
	who, err := h.staff.Staff(c.Request().Context(), *n.TrainerID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return who.Name, err
}

// turnSession moves a session to another state and says so. The guard has asked for the
// role somewhere; here it must hold at the session's place.
func (h *handlers) turnSession(role people.Role, move func(*Store, context.Context, string) error, said string) echo.HandlerFunc {
	return func(c echo.Context) error {
		w, err := h.theSession(c, role)
		if err != nil {
			return err
		}
		back := sessionURL(w.ID)
		if c.FormValue("back") == "desk" {
			back += "/desk"
		}
		if err := move(h.store, c.Request().Context(), w.ID); err != nil {
			return h.instead(c, err, back)
		}
		return h.done(c, said, nil, back)
	}
}
