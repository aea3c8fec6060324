package web

import (
	"fmt"
	"net/http"
	"sort"

	"github.com/labstack/echo/v4"
)

// Guard lets a request through (nil) or says why not: fault.Unauthenticated,
// fault.Forbidden.
type Guard func(c echo.Context) error

// Guards are the checks in front of each group. app/people gives them; nil denies.
type Guards struct {
	Tablet, Learner, Own, Staff, Helper, Trainer, Organizer, Observer, Admin Guard
}

// Routes is the route table: a feature registers each address in the group whose
// guard it needs, so the guard is read where the route is.
type Routes struct {
	Public    *Group // anybody
	Tablet    *Group // a tablet enrolled to a venue
	Learner   *Group // somebody is seated; her tile suffices
	Own       *Group // she showed her card, or staff seated her
	Staff     *Group // anybody of the staff
	Helper    *Group // helper or higher, somewhere; the handler checks the place
	Trainer   *Group // trainer or higher
	Organizer *Group // organizer or higher
	Observer  *Group // observer, organizer, admin
	Admin     *Group // admin
	Internal  *Group // the internal listener only: webhooks, metrics

	table []Route
}

// Route is one line of the route table.
type Route struct{ Method, Path, Guard string }

// Group registers addresses behind one guard.
type Group struct {
	name   string
	e      *echo.Echo
	guard  Guard
	routes *Routes
}

// NewRoutes makes the groups: e serves people, internal only this machine.
func NewRoutes(e, internal *echo.Echo, g Guards) *Routes {
	r := &Routes{}
	open := func(echo.Context) error { return nil }
	group := func(name string, e *echo.Echo, guard Guard) *Group {
		if guard == nil {
			guard = func(echo.Context) error { return fmt.Errorf("guard %s is not wired", name) }
		}
		return &Group{name: name, e: e, guard: guard, routes: r}
	}
	r.Public = group("public", e, open)
	r.Tablet = group("tablet", e, g.Tablet)
	r.Learner = group("learner", e, g.Learner)
	r.Own = group("own", e, g.Own)
	r.Staff = group("staff", e, g.Staff)
	r.Helper = group("helper", e, g.Helper)
	r.Trainer = group("trainer", e, g.Trainer)
	r.Organizer = group("organizer", e, g.Organizer)
	r.Observer = group("observer", e, g.Observer)
	r.Admin = group("admin", e, g.Admin)
	r.Internal = group("internal", internal, open)
	return r
}

// GET registers a page; it also answers HEAD.
func (g *Group) GET(path string, h echo.HandlerFunc) {
	g.add(http.MethodGet, path, h)
	g.e.HEAD(path, g.guarded(h))
}

// POST registers an act.
func (g *Group) POST(path string, h echo.HandlerFunc) { g.add(http.MethodPost, path, h) }

// Any registers every method, for what is handed on to another server.
func (g *Group) Any(path string, h echo.HandlerFunc) {
	g.routes.table = append(g.routes.table, Route{Method: "ANY", Path: path, Guard: g.name})
	g.e.Any(path, g.guarded(h))
}

func (g *Group) add(method, path string, h echo.HandlerFunc) {
	g.routes.table = append(g.routes.table, Route{Method: method, Path: path, Guard: g.name})
	g.e.Add(method, path, g.guarded(h))
}

func (g *Group) guarded(h echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := g.guard(c); err != nil {
			return err
		}
		return h(c)
	}
}

// Table is every route, ordered by path and method.
func (r *Routes) Table() []Route {
	t := append([]Route(nil), r.table...)
	sort.Slice(t, func(i, j int) bool {
		if t[i].Path != t[j].Path {
			return t[i].Path < t[j].Path
		}
		return t[i].Method < t[j].Method
	})
	return t
}
