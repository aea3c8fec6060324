package people_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"
)

// house is the pages of this package over a real database and a clock that stands.
type house struct {
	db     *db.DB
	clock  *clock
	store  *people.Store
	staff  *people.StaffStore
	door   *people.Door
	routes *web.Routes
	site   *web.Site
	e      *echo.Echo
	URL    string
}

func newHouse(t *testing.T, city bool) *house {
	t.Helper()
	d, c := dbtest.Open(t), newClock()
	h := &house{db: d, clock: c, store: people.NewStore(d.DB, c.now), staff: people.NewStaffStore(d.DB, c.now, newSecrets(t)), e: echo.New()}
	h.site = web.NewSite(web.Config{Office: "清河市老年大学 0512-1234567", Words: must(locales.Load())(t), Assets: must(static.Load())(t), Now: c.now, Zone: time.FixedZone("CST", 8*3600),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	h.site.Use(h.e)
	signIns := web.NewSignIns(h.site, d.DB)
	h.door = people.NewDoor(h.site, h.store, h.staff, signIns, city)
	h.e.Use(signIns.Load, h.door.Load)
	h.routes = web.NewRoutes(h.e, echo.New(), people.Guards())
	web.RegisterPrefs(h.routes, h.site)
	people.Register(h.routes, h.site, h.door, func(context.Context, string) (string, string, error) { return "望江社区体验中心", "", nil })
	said := func(text string) echo.HandlerFunc {
		return func(c echo.Context) error { return c.String(http.StatusOK, text) }
	}
	for _, path := range []string{"/", "/staff", "/staff/setup", "/staff/account"} {
		h.routes.Public.GET(path, func(c echo.Context) error {
			who := "nobody"
			if s := people.Who(c).Staff; s != nil {
				who = s.Login
			}
			if tab := people.Who(c).Tablet; tab != nil {
				who += " at " + tab.Label
			}
			return c.String(http.StatusOK, path+" "+who)
		})
	}
	h.routes.Tablet.GET("/for/tablet", said("in"))
	h.routes.Learner.GET("/for/learner", said("in"))
	h.routes.Own.GET("/for/own", said("in"))
	h.routes.Staff.GET("/for/staff", said("in"))
	h.routes.Helper.GET("/for/helper", said("in"))
	h.routes.Trainer.GET("/for/trainer", said("in"))
	h.routes.Organizer.GET("/for/organizer", said("in"))
	h.routes.Observer.GET("/for/observer", said("in"))
	h.routes.Admin.GET("/for/admin", said("in"))
	srv := httptest.NewServer(h.e)
	t.Cleanup(srv.Close)
	h.URL = srv.URL
	return h
}

// browser keeps cookies and follows redirects.
type browser struct {
	t   *testing.T
	c   *http.Client
	url string
}

func (h *house) browser(t *testing.T) *browser {
	t.Helper()
	return &browser{t: t, c: &http.Client{Jar: must(cookiejar.New(nil))(t)}, url: h.URL}
}

// answer is what a request came to: the status, the address it ended at, and the page.
type answer struct {
	Status int
	Path   string
	Body   string
}

func (b *browser) get(path string) answer { return b.do(http.MethodGet, path, nil) }
func (b *browser) post(path string, pairs ...string) answer {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *browser) do(method, path string, form url.Values) answer {
	b.t.Helper()
	req := must(http.NewRequest(method, b.url+path, strings.NewReader(form.Encode())))(b.t)
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res := must(b.c.Do(req))(b.t)
	defer res.Body.Close()
	return answer{res.StatusCode, res.Request.URL.RequestURI(), string(must(io.ReadAll(res.Body))(b.t))}
}

func (a answer) want(t *testing.T, status int, path string, parts ...string) answer {
	t.Helper()
	if a.Status != status || a.Path != path {
		t.Fatalf("got %d at %s, want %d at %s:\n%s", a.Status, a.Path, status, path, mainPart.FindString(a.Body))
	}
	for _, p := range parts {
		if !strings.Contains(a.Body, p) {
			t.Errorf("the page at %s lacks %q:\n%s", a.Path, p, mainPart.FindString(a.Body))
		}
	}
	return a
}

var mainPart = regexp.MustCompile(`(?s)<main.*</main>`)

// hidden is the value of a hidden field of the page.
func (a answer) hidden(t *testing.T, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatalf("no hidden field %s in:\n%s", name, mainPart.FindString(a.Body))
	}
	return m[1]
}
