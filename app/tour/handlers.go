package tour

import (
	"embed"
	"errors"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

//go:embed pages/*.html
var files embed.FS

type handlers struct {
	site   *web.Site
	store  *Store
	people *people.Store
	staff  *people.StaffStore
	pages  *web.Pages
	paper  *web.Pages
}

// Register adds the pages of places, plans, sessions and the desk. Guards ask for a role
// somewhere; each handler asks for it at its place.
func Register(r *web.Routes, site *web.Site, store *Store, p *people.Store, staff *people.StaffStore) {
	h := &handlers{site: site, store: store, people: p, staff: staff,
		pages: site.Pages(files, web.Staff), paper: site.Pages(files, web.Print)}

	r.Staff.GET("/staff/tour", h.overview)
	h.registerPlaces(r)
	h.registerPlans(r)
	h.registerSessions(r)
	h.registerDesk(r)
}

// may is nil when the reader has the role at a place, and fault.Forbidden in words else.
func may(c echo.Context, role people.Role, venueID, cityID string) error {
	if !people.Who(c).May(role, venueID, cityID) {
		return fault.New(fault.Forbidden, "tour.not_here")
	}
	return nil
}

// see is nil when the reader works or observes at a place.
func see(c echo.Context, venueID, cityID string) error {
	who := people.Who(c)
	if !who.May(people.Helper, venueID, cityID) && !who.May(people.Observer, venueID, cityID) {
		return fault.New(fault.Forbidden, "tour.not_here")
	}
	return nil
}

// to answers an act: look there.
func to(c echo.Context, path string) error { return c.Redirect(http.StatusSeeOther, path) }

// done flashes what was done and answers with where to look.
func (h *handlers) done(c echo.Context, key string, args fault.Args, path string) error {
	h.site.Flash(c, key, args)
	return to(c, path)
}

// instead answers an act that cannot be done now: the reader stays where she was and is
// told why and what to do. Errors that are no Conflict come back as they are.
func (h *handlers) instead(c echo.Context, err error, path string) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Conflict || f.Unwrap() != nil {
		return err
	}
	return h.done(c, f.Key, f.Args, path)
}

// t is a sentence in the reader's language.
func (h *handlers) t(c echo.Context, key string, args fault.Args) string {
	return h.site.T(c, key, args)
}

// formPage is the data of form.html.
type formPage struct {
	Form     form
	Controls []control
}

// ask shows a form.
func (h *handlers) ask(c echo.Context, f form) error {
	return h.pages.Show(c, http.StatusOK, "form.html", web.View{Back: f.Cancel, Data: formPage{f, h.draw(c, f.Fields, nil)}})
}

// again shows a form that came back with err; errors of other kinds come back as they
// are.
func (h *handlers) again(c echo.Context, err error, f form) error {
	return h.pages.Form(c, err, "form.html", web.View{Back: f.Cancel, Data: formPage{f, h.draw(c, f.Fields, err)}})
}

// with is an address with one parameter.
func with(path, name, value string) string { return path + "?" + name + "=" + url.QueryEscape(value) }

// link is a button or line that leads on. Words are a key, or a name with an empty key.
type link struct{ Key, Text, URL string }

// fact is one line of what something is: a label and what stands there.
type fact struct{ Key, Text string }

// row is one line of a listing.
type row struct {
	Name  string
	URL   string
	Notes []string // short words beside the name, already in the reader's language
	Off   bool     // put away or called off
}

// listing is a part of a page that lists something, or says what to do when there is
// nothing.
type listing struct {
	Heading, Empty string // locale keys
	Rows           []row
	New            *link // nil where the reader may not add
}

// thingPage is the data of thing.html: a city, venue, partner, tour or stop.
type thingPage struct {
	Kind     string // locale key of what it is
	Name     string
	Facts    []fact
	Off      bool   // put away or called off
	OffKey   string // locale key of the words that say so
	Edit     string // where it is changed; empty when the reader may not
	TurnOff  link   // puts it away, or calls it off
	TurnOn   link   // undoes that
	Next     []link // what comes next, the likeliest first
	Listings []listing
}

func (h *handlers) thing(c echo.Context, back string, p thingPage) error {
	return h.pages.Show(c, http.StatusOK, "thing.html", web.View{Back: back, Data: p})
}

// listPage is the data of list.html.
type listPage struct {
	Title, Lead string // locale keys
	List        listing
}

func (h *handlers) list(c echo.Context, p listPage) error {
	return h.pages.Show(c, http.StatusOK, "list.html", web.View{Back: "/staff/tour", Data: p})
}

func cityURL(id string) string    { return "/staff/cities/" + id }
func venueURL(id string) string   { return "/staff/venues/" + id }
func partnerURL(id string) string { return "/staff/partners/" + id }
func tourURL(id string) string    { return "/staff/tours/" + id }
func stopURL(id string) string    { return "/staff/stops/" + id }
func sessionURL(id string) string { return "/staff/sessions/" + id }

// turns are the two acts that put something away and bring it back.
func turns(off, on, path, act string) (link, link) {
	return link{Key: off, URL: path + "/" + act}, link{Key: on, URL: path + "/restore"}
}

func offOn(off bool, offKey, onKey string) string {
	if off {
		return offKey
	}
	return onKey
}

// some1 is a list of s, or nothing when it is empty.
func some1(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
