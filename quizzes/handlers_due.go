package quizzes

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// venueLooksBack is how far a venue's list of who is due looks for who came: the longest
// gap and two weeks more.
const venueLooksBack = 45 * 24 * time.Hour

// DueURL is who of a session's people has something due again.
func DueURL(sessionID string) string { return "/staff/sessions/" + sessionID + "/due" }

// VenueDueURL is who of those who came to a venue lately has.
func VenueDueURL(venueID string) string { return "/staff/venues/" + venueID + "/due" }

// duePage is who of a session or a venue has something due again.
type duePage struct {
	Title  string // the session's, or the venue's name
	Back   string
	Venue  string // address of the venue's list; empty on it
	People []dueLine
	Cards  string
}

type dueLine struct {
	Name    string
	Lessons []string
	Since   time.Time // of what has been due the longest
	URL     string    // of the first, for the card
}

// dueOfSession is the list of a session's people.
func (h *handlers) dueOfSession(c echo.Context) (duePage, error) {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return duePage{}, err
	}
	d := duePage{Title: s.Title, Back: "/staff/sessions/" + s.ID, Venue: VenueDueURL(s.VenueID), Cards: DueURL(s.ID) + "/cards"}
	ids, persons, err := h.present(c, s.ID)
	if err != nil {
		return d, err
	}
	err = h.due(c, &d, ids, persons)
	return d, err
}

// dueOfVenue is the list of those who came to a venue lately.
func (h *handlers) dueOfVenue(c echo.Context) (duePage, error) {
	ctx := c.Request().Context()
	v, err := h.Tour.Venue(ctx, c.Param("id"))
	if err != nil {
		return duePage{}, err
	}
	if !people.Who(c).May(people.Helper, v.ID, v.CityID) {
		return duePage{}, people.NotGranted()
	}
	d := duePage{Title: v.Name, Back: "/staff", Cards: VenueDueURL(v.ID) + "/cards"}
	ids, err := h.Tour.CameTo(ctx, v.ID, h.Site.Now().Add(-venueLooksBack))
	if err != nil {
		return d, err
	}
	persons, err := h.People.Persons(ctx, ids)
	if err != nil {
		return d, err
	}
	err = h.due(c, &d, ids, persons)
	return d, err
}

// due adds the lines, the longest due first. Who was erased is left out.
func (h *handlers) due(c echo.Context, d *duePage, ids []string, persons map[string]people.Person) error {
	again, err := h.Store.DueOf(c.Request().Context(), ids)
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	for _, id := range ids {
		p, here := persons[id]
		if !here || len(again[id]) == 0 {
			continue
		}
		line := dueLine{Name: h.called(c, p), Since: again[id][0].Since, URL: courses.QuizURL(again[id][0].Quiz, "")}
		for _, a := range again[id] {
			line.Lessons = append(line.Lessons, h.title(a.Quiz, lang))
		}
		d.People = append(d.People, line)
	}
	slices.SortStableFunc(d.People, func(a, b dueLine) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Name, b.Name)
	})
	return nil
}

func (h *handlers) whoIsDue(list func(echo.Context) (duePage, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		d, err := list(c)
		if err != nil {
			return err
		}
		return h.staff.Show(c, http.StatusOK, "due.html", web.View{Back: d.Back, Data: d})
	}
}

// reminders prints a card for each, to take home.
func (h *handlers) reminders(list func(echo.Context) (duePage, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		d, err := list(c)
		if err != nil {
			return err
		}
		return h.paper.Show(c, http.StatusOK, "reminders.html", web.View{Back: strings.TrimSuffix(d.Cards, "/cards"), Data: d})
	}
}
