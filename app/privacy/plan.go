package privacy

import (
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerPlan(r *web.Routes) {
	r.Organizer.GET("/staff/privacy", h.plan)
	r.Organizer.GET("/staff/privacy/papers/:paper", h.paperPage)
	r.Admin.GET("/staff/privacy/looks", h.looks)
}

// ahead is how far the organizer's page looks.
const ahead = 90 * 24 * time.Hour

// planPage is what goes when, and what waits for an answer, of the reader's own places.
type planPage struct {
	Due      []planLine
	Requests []planRequest
	Papers   []string
	Admin    bool
	Days     int // how long a class's recording is kept
	Trouble  error
}

// planLine is one thing that goes: a person's, or the recording of a class.
type planLine struct {
	Due
	Person people.Person
	Class  string // its title
}

type planRequest struct {
	Request
	Person people.Person
}

// visible are those of some people whom the reader may see.
func (h *handlers) visible(c echo.Context, ids []string) (map[string]people.Person, error) {
	found, err := h.People.Persons(c.Request().Context(), ids)
	if err != nil {
		return nil, err
	}
	seen := map[string]people.Person{}
	for id, p := range found {
		if h.May(c, people.Organizer, id) == nil {
			seen[id] = p
		}
	}
	return seen, nil
}

func (h *handlers) plan(c echo.Context) error {
	ctx := c.Request().Context()
	due, err := h.Store.Due(ctx, h.Site.Now().Add(ahead), 200)
	if err != nil {
		return err
	}
	requests, err := h.Store.OpenRequests(ctx)
	if err != nil {
		return err
	}
	var ids []string
	for _, d := range due {
		ids = append(ids, d.PersonID)
	}
	for _, r := range requests {
		ids = append(ids, r.PersonID)
	}
	seen, err := h.visible(c, ids)
	if err != nil {
		return err
	}
	p := planPage{Papers: Papers(), Admin: people.Who(c).MayAnywhere(people.Admin), Days: h.Store.recordings.Days(), Trouble: h.Phones.Trouble()}
	for _, d := range due {
		who, ok := seen[d.PersonID]
		line := planLine{Due: d, Person: who}
		switch {
		case d.Kind == dueRecording:
			if ok = h.MayAt(c, people.Organizer, d.Row); ok {
				line.Class = h.Titles(ctx, "class:"+d.Row, web.Lang(c))
			}
		case d.PersonID == "":
			ok = p.Admin
		}
		if ok {
			p.Due = append(p.Due, line)
		}
	}
	for _, r := range requests {
		if who, ok := seen[r.PersonID]; ok {
			p.Requests = append(p.Requests, planRequest{r, who})
		}
	}
	slices.SortStableFunc(p.Due, func(a, b planLine) int { return a.On.Compare(b.On) })
	return h.staff.Show(c, http.StatusOK, "plan.html", web.View{Back: "/staff", Data: p})
}

func (h *handlers) paperPage(c echo.Context) error {
	p, err := h.Store.Paper(c.Request().Context(), c.Param("paper"), h.say(c))
	if err != nil {
		return err
	}
	return h.paper.Show(c, http.StatusOK, "paper.html", web.View{Back: "/staff/privacy", Data: p})
}

// looksPage is the audit log: who did what, and whether the chain holds.
type looksPage struct {
	Lines  []people.Audit
	Names  map[string]string
	Holds  int64
	Broken int64
}

// By is who did what a line says.
func (p looksPage) By(a people.Audit) string {
	if a.StaffID == nil {
		return ""
	}
	return p.Names[*a.StaffID]
}

// linesShown is how many lines of the log the page has.
const linesShown = 200

func (h *handlers) looks(c echo.Context) error {
	ctx := c.Request().Context()
	var p looksPage
	var err error
	if p.Lines, err = h.People.Audits(ctx, "", linesShown); err != nil {
		return err
	}
	if p.Holds, p.Broken, err = h.People.VerifyAudits(ctx); err != nil {
		return err
	}
	p.Names = map[string]string{}
	for _, a := range p.Lines {
		if a.StaffID != nil && p.Names[*a.StaffID] == "" {
			p.Names[*a.StaffID] = h.Titles(ctx, "staff:"+*a.StaffID, web.Lang(c))
		}
	}
	return h.staff.Show(c, http.StatusOK, "looks.html", web.View{Back: "/staff/privacy", Data: p})
}
