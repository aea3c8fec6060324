package courses_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/locales"
	"silverclass/static"
)

// school is a hall with its pages. Whoever reads has a browser of her own.
type school struct {
	*hall
	e    *echo.Echo
	site *web.Site
}

// browser is one reader's: a learner whom the room knows, or a visitor with cookies.
type browser struct {
	t    *testing.T
	s    *school
	who  *people.Reader // nil for a visitor
	jar  http.CookieJar
	lang string
}

func newSchool(t *testing.T, scene, quiz func(string) bool) *school {
	t.Helper()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	s := &school{hall: newHall(t), e: echo.New()}
	site := web.NewSite(web.Config{Words: words, Assets: assets, Now: s.clock.now, Zone: time.FixedZone("", 8*3600),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	s.site = site
	site.Use(s.e)
	s.e.Use(room.Load(room.Config{Store: room.NewStore(s.db.DB, s.clock.now), People: people.NewStore(s.db.DB, s.clock.now),
		Tour: tour.NewStore(s.db.DB, s.clock.now), Site: site}))
	s.e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if who, ok := c.Request().Context().Value(readerKey{}).(*people.Reader); ok && who != nil {
				people.SetWho(c, *who)
			}
			return next(c)
		}
	})
	s.catalog = catalog(t).WithDoors(scene, quiz)
	courses.Register(web.NewRoutes(s.e, echo.New(), people.Guards()), site, s.catalog, s.store)
	return s
}

type readerKey struct{}

func (s *school) visitor(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, s: s, jar: jar, lang: "zh-Hans"}
}

func (s *school) learnerAt(t *testing.T) *browser {
	t.Helper()
	b := s.visitor(t)
	who := s.learner(t)
	b.who = &who
	return b
}

func (b *browser) do(method, path string, form url.Values) *httptest.ResponseRecorder {
	b.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequestWithContext(context.WithValue(b.t.Context(), readerKey{}, b.who), method, "http://class.lan"+path, body)
	req.Header.Set("Accept-Language", b.lang)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range b.jar.Cookies(req.URL) {
		req.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	b.s.e.ServeHTTP(rec, req)
	b.jar.SetCookies(req.URL, rec.Result().Cookies())
	return rec
}

// get follows redirects, as a browser does, and gives the page and its address.
func (b *browser) get(path string) (page, address string) {
	b.t.Helper()
	for range 5 {
		rec := b.do(http.MethodGet, path, nil)
		if rec.Code == http.StatusSeeOther {
			path = rec.Header().Get("Location")
			continue
		}
		if rec.Code != http.StatusOK {
			b.t.Fatalf("GET %s: %d %s", path, rec.Code, rec.Body)
		}
		return rec.Body.String(), path
	}
	b.t.Fatalf("GET %s goes round in circles", path)
	return "", ""
}

// button is one form of a page, ready to be sent.
type button struct {
	action string
	fields url.Values
}

var (
	formOf  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]+/next)"[^>]*>(.*?)</form>`)
	inputOf = regexp.MustCompile(`<(?:input|button)[^>]*name="([^"]+)" value="([^"]*)"`)
)

// buttons are the forms of a page that move the run, by their target.
func buttons(page string) map[string]button {
	all := map[string]button{}
	for _, f := range formOf.FindAllStringSubmatch(page, -1) {
		fields := url.Values{}
		for _, i := range inputOf.FindAllStringSubmatch(f[2], -1) {
			fields.Set(i[1], i[2])
		}
		all[fields.Get("target")] = button{action: f[1], fields: fields}
	}
	return all
}

// press sends the button with that target, and opens the page behind it.
func (b *browser) press(page string, target int) (next, address string) {
	b.t.Helper()
	f, ok := buttons(page)[strconv.Itoa(target)]
	if !ok {
		b.t.Fatalf("no button to step %d on\n%s", target, mainOf(page))
	}
	rec := b.do(http.MethodPost, f.action, f.fields)
	if rec.Code != http.StatusSeeOther {
		b.t.Fatalf("POST %s %v: %d %s", f.action, f.fields, rec.Code, rec.Body)
	}
	return b.get(rec.Header().Get("Location"))
}

var mainPart = regexp.MustCompile(`(?s)<main.*</main>`)

func mainOf(page string) string { return mainPart.FindString(page) }

func runIn(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil || u.Query().Get("run") == "" {
		t.Fatalf("no run in %s", address)
	}
	return u.Query().Get("run")
}
