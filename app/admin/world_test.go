package admin_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/admin"
	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"
)

const password = "三个和尚没水喝, truly"

var zone = time.FixedZone("CST", 8*3600)

// world is the staff pages over a real database, looked at by one member of staff.
type world struct {
	db     *db.DB
	now    time.Time
	people *people.Store
	staff  *people.StaffStore
	tour   *tour.Store
	e      *echo.Echo
	who    people.Reader
	live   admin.Status

	city  tour.City
	venue tour.Venue
}

func must[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{db: dbtest.Open(t), now: time.Date(2026, 11, 23, 1, 30, 0, 0, time.UTC), e: echo.New(), live: admin.Status{Good: true, Key: "live.sfu_running"}}
	now := func() time.Time { return w.now }
	secrets := must(people.NewSecrets(bytes.Repeat([]byte{7}, 32), 2))(t)
	w.people, w.staff, w.tour = people.NewStore(w.db.DB, now), people.NewStaffStore(w.db.DB, now, secrets), tour.NewStore(w.db.DB, now)
	site := web.NewSite(web.Config{Words: must(locales.Load())(t), Assets: must(static.Load())(t), Now: now, Zone: zone, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	site.Use(w.e)
	signIns := web.NewSignIns(site, w.db.DB)
	door := people.NewDoor(site, w.people, w.staff, signIns, false)
	w.e.Use(signIns.Load, func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			people.SetWho(c, w.who)
			return next(c)
		}
	})
	r := web.NewRoutes(w.e, echo.New(), people.Guards())
	web.RegisterPrefs(r, site)
	admin.Register(r, site, admin.Config{People: w.people, Staff: w.staff, Door: door, Tour: w.tour,
		Live: func(context.Context) admin.Status { return w.live }})
	link := must(w.staff.MakeFirstLink(t.Context()))(t)
	boss := must(w.staff.TakeFirst(t.Context(), link.Token, "admin", "李老师", password))(t)
	w.signIn(t, boss.ID)
	return w
}

// places adds a city and a venue.
func (w *world) places(t testing.TB) {
	t.Helper()
	w.city = must(w.tour.AddCity(t.Context(), tour.City{ID: db.NewID(), Name: "江城"}))(t)
	w.venue = must(w.tour.AddVenue(t.Context(), tour.Venue{ID: db.NewID(), CityID: w.city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter}))(t)
}

// signIn makes the reader a member of staff, with the grants she has.
func (w *world) signIn(t testing.TB, id string) {
	t.Helper()
	who := must(w.staff.Staff(t.Context(), id))(t)
	w.who = people.Reader{Staff: &who, Grants: must(w.staff.Grants(t.Context(), id))(t)}
}

// colleague takes somebody on with a password, without signing her in.
func (w *world) colleague(t testing.TB, login string, grants ...people.Grant) people.Staff {
	t.Helper()
	who := must(w.staff.Add(t.Context(), people.AddStaff{ID: db.NewID(), Login: login, Name: login, Grants: grants}))(t)
	link := must(w.staff.MakeLink(t.Context(), who.ID, nil))(t)
	return must(w.staff.TakeLink(t.Context(), link.Token, password))(t)
}

func (w *world) do(method, path string, form url.Values, edit ...func(*http.Request)) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "http://class.lan"+path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, e := range edit {
		e(req)
	}
	rec := httptest.NewRecorder()
	w.e.ServeHTTP(rec, req)
	return rec
}

// get opens a page that must be there and have the parts.
func (w *world) get(t testing.TB, path string, parts ...string) string {
	t.Helper()
	return w.answers(t, w.do(http.MethodGet, path, nil), http.StatusOK, path, parts...)
}

// refuses posts a form that must come back with the status and the parts.
func (w *world) refuses(t testing.TB, status int, path string, form url.Values, parts ...string) {
	t.Helper()
	w.answers(t, w.do(http.MethodPost, path, form), status, path, parts...)
}

func (w *world) answers(t testing.TB, rec *httptest.ResponseRecorder, status int, path string, parts ...string) string {
	t.Helper()
	body := rec.Body.String()
	if rec.Code != status {
		t.Fatalf("%s: got %d, want %d:\n%s", path, rec.Code, status, mainPart.FindString(body))
	}
	for _, p := range parts {
		if !strings.Contains(body, p) {
			t.Errorf("%s lacks %q:\n%s", path, p, mainPart.FindString(body))
		}
	}
	return body
}

// post sends a form that must be taken, and gives the address it leads to.
func (w *world) post(t testing.TB, path string, form url.Values) string {
	t.Helper()
	rec := w.do(http.MethodPost, path, form)
	w.answers(t, rec, http.StatusSeeOther, path)
	return rec.Header().Get("Location")
}

var mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
