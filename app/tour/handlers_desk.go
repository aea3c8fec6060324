package tour

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerDesk(r *web.Routes) {
	r.Helper.GET("/staff/sessions/:id/desk", h.desk)
	r.Helper.GET("/staff/sessions/:id/desk/live", h.deskLive)
	r.Helper.POST("/staff/sessions/:id/desk/check-in", h.checkIn)
	r.Helper.POST("/staff/sessions/:id/desk/issue", h.issue)
	r.Helper.POST("/staff/sessions/:id/desk/:attendance/retract", h.takeBack)
	r.Helper.GET("/staff/sessions/:id/count", h.showCount)
	r.Helper.POST("/staff/sessions/:id/count", h.count)
	r.Helper.POST("/staff/sessions/:id/count/:count/retract", h.takeBackCount)
	h.registerFigures(r)
}

// deskLine is one check-in as the desk lists it.
type deskLine struct {
	Attendance
	Person people.Person // the zero Person when she was erased
}

// found is somebody the search met.
type found struct {
	people.Person
	Present bool
}

// deskPage is the data of desk.html.
type deskPage struct {
	Whole
	Phase    Phase
	MayRun   bool
	Numbers  Numbers
	Lines    []deskLine // latest first, those taken back too
	Refusals []Refusal
	Reasons  []string
	Version  string // names what the live part shows; another one means: show again

	Did    *deskLine // what the act before came to
	Again  bool      // she was there already
	New    bool      // her card was made just now, and Number is to be written on one
	Number string    // of her newest card, in groups, when it has to be shown

	Scan  string // what was typed, when it comes back
	Query string // what was searched for
	Found []found

	Issue  issueForm
	Phones bool // numbers can be kept just now
}

// issueForm is what was typed to give somebody a card.
type issueForm struct {
	Open                                bool
	Card, Name, Age, Sex, Medium, Phone string
	PhoneToo, Pictures                  bool // ticked
	Ages, Sexes, Media                  []option
}

// noAge is the form's value for somebody who would rather not say: the band is asked
// for, an answer is not.
const noAge = "none"

func newIssueForm(v url.Values) issueForm {
	f := issueForm{Card: v.Get("card"), Name: v.Get("name"), Age: v.Get("age"), Sex: v.Get("sex"), Medium: v.Get("medium"),
		Phone: v.Get("phone"), PhoneToo: v.Get("phone_too") != "", Pictures: v.Get("pictures") != "",
		Media: keyed("tour.medium_", []string{people.Spoken, people.Paper})}
	if f.Medium == "" {
		f.Medium = people.Spoken
	}
	for _, a := range people.AgeBands() {
		value := string(a)
		if a == people.AgeUnknown {
			value = noAge
		}
		f.Ages = append(f.Ages, option{Value: value, Key: a.Key()})
	}
	for _, s := range people.Sexes() {
		f.Sexes = append(f.Sexes, option{Value: string(s), Key: s.Key()})
	}
	return f
}

func deskURL(sessionID string) string { return sessionURL(sessionID) + "/desk" }

func (h *handlers) desk(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	p, err := h.deskPage(c, w, newIssueForm(url.Values{}))
	if err != nil {
		return err
	}
	if err := h.fillDid(c, &p); err != nil {
		return err
	}
	if p.Query = strings.TrimSpace(c.QueryParam("q")); p.Query != "" {
		if err := h.search(c, &p); err != nil {
			return err
		}
	}
	return h.pages.Show(c, http.StatusOK, "desk.html", h.deskView(p))
}

func (h *handlers) deskView(p deskPage) web.View {
	return web.View{Back: sessionURL(p.ID), Body: "desk", Scripts: []string{"desk"}, Data: p}
}

// deskLive sends the part of the desk that changes by itself, or nothing (204) while it
// is still what the browser shows.
func (h *handlers) deskLive(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	p, err := h.deskPage(c, w, issueForm{})
	if err != nil {
		return err
	}
	if c.QueryParam("v") == p.Version {
		return c.NoContent(http.StatusNoContent)
	}
	return h.pages.Fragment(c, "desk.html", "live", h.deskView(p))
}

func (h *handlers) deskPage(c echo.Context, w Whole, issue issueForm) (deskPage, error) {
	ctx := c.Request().Context()
	p := deskPage{Whole: w, Phase: w.Phase(h.site.Now()), Reasons: Reasons(), Issue: issue, Phones: h.people.KeepsPhones(),
		MayRun: people.Who(c).May(people.Trainer, w.VenueID, w.City.ID)}
	var err error
	if p.Numbers, err = h.store.Numbers(ctx, w.ID); err != nil {
		return p, err
	}
	all, err := h.store.Attendances(ctx, w.ID)
	if err != nil {
		return p, err
	}
	if p.Lines, err = h.deskLines(c, all); err != nil {
		return p, err
	}
	if p.Refusals, err = h.store.Refusals(ctx, w.ID, 8); err != nil {
		return p, err
	}
	p.Version = p.version()
	return p, nil
}

func (h *handlers) deskLines(c echo.Context, all []Attendance) ([]deskLine, error) {
	ids := make([]string, len(all))
	for i, a := range all {
		ids[i] = a.PersonID
	}
	known, err := h.people.Persons(c.Request().Context(), ids)
	if err != nil {
		return nil, err
	}
	lines := make([]deskLine, len(all))
	for i, a := range all {
		lines[i] = deskLine{Attendance: a, Person: known[a.PersonID]}
	}
	return lines, nil
}

// version changes whenever the live part would look different.
func (p deskPage) version() string {
	f := fnv.New64a()
	fmt.Fprint(f, p.Phase, p.Title, p.Numbers.Registered, p.Numbers.Unregistered, p.Numbers.PersonTimes, len(p.Lines))
	for _, l := range p.Lines {
		fmt.Fprint(f, l.ID, l.Reason, l.Person.Name, l.Person.CardTail, l.Person.Provisional)
	}
	for _, r := range p.Refusals {
		fmt.Fprint(f, r.ID)
	}
	return fmt.Sprintf("%x", f.Sum64())
}

// fillDid finds what the act before this page came to, by the address: did is an
// attendance, again and new say how it came, register opens the form for a card that was
// met without being registered.
func (h *handlers) fillDid(c echo.Context, p *deskPage) error {
	id := c.QueryParam("did")
	if id == "" {
		id = c.QueryParam("register")
	}
	for i, l := range p.Lines {
		if l.ID == id {
			p.Did = &p.Lines[i]
		}
	}
	if p.Did == nil {
		return nil
	}
	p.Again, p.New = c.QueryParam("again") != "", c.QueryParam("new") != ""
	register := c.QueryParam("register") != ""
	if !p.New && !register {
		return nil
	}
	cards, err := h.people.Cards(c.Request().Context(), p.Did.PersonID)
	if err != nil || len(cards) == 0 {
		return err
	}
	p.Number = cards[0].Grouped()
	if register {
		p.Issue.Open, p.Issue.Card = true, cards[0].Grouped()
		p.Did = nil
	}
	return nil
}

// search finds people by name or by the last characters of a card.
func (h *handlers) search(c echo.Context, p *deskPage) error {
	list, err := h.people.Search(c.Request().Context(), p.Query, 200)
	if err != nil {
		return err
	}
	list, err = h.people.Visible(c.Request().Context(), people.Who(c), people.Helper, list, func(ctx context.Context, id string) (string, string, error) {
		v, err := h.store.Venue(ctx, id)
		return v.Name, v.CityID, err
	})
	if err != nil {
		return err
	}
	list = list[:min(len(list), 20)]
	there := map[string]bool{}
	for _, l := range p.Lines {
		if l.Counts() {
			there[l.PersonID] = true
		}
	}
	for _, person := range list {
		p.Found = append(p.Found, found{Person: person, Present: there[person.ID]})
	}
	return h.people.NoteBy(c.Request().Context(), people.Who(c), people.Searched, "session:"+p.ID)
}
