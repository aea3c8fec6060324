// Package roomtest gives a test a hall: a venue with a session, tablets, people and
// staff, over the real stores and a real database, with a clock that the test moves.
package roomtest

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"

	"github.com/labstack/echo/v4"
)

// Start is when a hall's clock begins: 10:00 in its zone, a Monday.
var Start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// Clock is a time that a test moves by hand.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Pass moves the clock on.
func (c *Clock) Pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Hall is a venue with everything that belongs to it.
type Hall struct {
	T       testing.TB
	DB      *db.DB
	Clock   *Clock
	Site    *web.Site
	Echo    *echo.Echo
	Routes  *web.Routes
	People  *people.Store
	Staff   *people.StaffStore
	Tour    *tour.Store
	Room    *room.Store
	Venue   tour.Venue
	Trainer people.Staff
	code    string // what tablets scan
}

// staffHeader names the role of whoever asks, for pages of staff: signing in is tested
// elsewhere.
const staffHeader = "X-Test-Role"

// New makes a hall with room's own pages registered; the test adds others to Routes.
func New(t testing.TB) *Hall {
	t.Helper()
	words, err := locales.Load()
	must(t, err)
	assets, err := static.Load()
	must(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	must(t, err)
	h := &Hall{T: t, DB: dbtest.Open(t), Clock: &Clock{at: Start}, Echo: echo.New()}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	secrets, err := people.NewSecrets(key, 1)
	must(t, err)
	g := h.DB.DB
	h.People, h.Staff = people.NewStore(g, h.Clock.Now), people.NewStaffStore(g, h.Clock.Now, secrets)
	h.Tour, h.Room = tour.NewStore(g, h.Clock.Now), room.NewStore(g, h.Clock.Now)
	h.Site = web.NewSite(web.Config{Words: words, Assets: assets, Now: h.Clock.Now, Zone: zone, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	h.Site.Use(h.Echo)
	signIns := web.NewSignIns(h.Site, g)
	cfg := room.Config{Store: h.Room, People: h.People, Tour: h.Tour, Site: h.Site}
	h.Echo.Use(signIns.Load, people.NewDoor(h.Site, h.People, h.Staff, signIns, false).Load, h.actAs, room.Load(cfg))
	h.Routes = web.NewRoutes(h.Echo, echo.New(), people.Guards())
	web.RegisterPrefs(h.Routes, h.Site)
	room.Register(h.Routes, cfg)
	h.furnish()
	return h
}

// furnish makes a city with a venue, a trainer, and a link for tablets.
func (h *Hall) furnish() {
	h.T.Helper()
	ctx := h.T.Context()
	city, err := h.Tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: "望江市"})
	must(h.T, err)
	h.Venue, err = h.Tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter})
	must(h.T, err)
	h.Trainer, err = h.Staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "lilaoshi", Name: "李老师",
		Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: h.Venue.ID}}})
	must(h.T, err)
	h.code = people.NewToken()
	_, err = h.People.MakeTabletLink(ctx, db.NewID(), h.code, h.Venue.ID, h.Trainer.ID, people.MostTablets)
	must(h.T, err)
}

// actAs lets a test be staff of the hall's venue with one role.
func (h *Hall) actAs(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if role := c.Request().Header.Get(staffHeader); role != "" {
			r := people.Who(c)
			who, kind, id := h.Trainer, people.Venue, h.Venue.ID
			if strings.HasPrefix(role, "other-") {
				role, id = strings.TrimPrefix(role, "other-"), "elsewhere"
			}
			r.Staff, r.Grants = &who, []people.Grant{{Role: people.Role(role), PlaceKind: kind, PlaceID: id}}
			people.SetWho(c, r)
		}
		return next(c)
	}
}

// Session plans a session on fraud that starts in so long, and lasts an hour.
func (h *Hall) Session(in time.Duration) tour.Session {
	h.T.Helper()
	at := h.Clock.Now().Add(in)
	s, err := h.Tour.AddSession(h.T.Context(), tour.Session{ID: db.NewID(), VenueID: h.Venue.ID, Title: "风险甄别上午场",
		Topics: []string{"fraud"}, Mode: tour.OnSite, TrainerID: &h.Trainer.ID, StartsAt: at, EndsAt: at.Add(time.Hour)}, h.Site.Zone())
	must(h.T, err)
	return s
}

// Learner issues a card to somebody and gives who she is and the card's number. The
// name may be empty.
func (h *Hall) Learner(name string) (people.Person, string) {
	h.T.Helper()
	i, err := h.People.Issue(h.T.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age65, By: people.Reader{Staff: &h.Trainer}})
	must(h.T, err)
	return i.Person, i.Card.Number
}

// CheckIn checks somebody in at the desk.
func (h *Hall) CheckIn(s tour.Session, p people.Person) tour.Attendance {
	h.T.Helper()
	in, err := h.Tour.CheckIn(h.T.Context(), tour.CheckIn{ID: db.NewID(), SessionID: s.ID, PersonID: p.ID, Method: tour.ByCard, ByID: &h.Trainer.ID})
	must(h.T, err)
	return in.Attendance
}

// Browser is a device with its cookies.
type Browser struct {
	hall    *Hall
	Tablet  people.Tablet // its ID is empty on one's own device
	Header  http.Header   // sent with every request
	cookies map[string]string
}

// Own is somebody's own device.
func (h *Hall) Own() *Browser {
	return &Browser{hall: h, Header: http.Header{"Accept": {"text/html"}, "Accept-Language": {"zh-CN"}}, cookies: map[string]string{}}
}

// Enrol is a new tablet of the venue.
func (h *Hall) Enrol() *Browser {
	h.T.Helper()
	b, token := h.Own(), people.NewToken()
	t, err := h.People.EnrolTablet(h.T.Context(), people.Enrol{ID: db.NewID(), Code: h.code, Token: token})
	must(h.T, err)
	b.Tablet, b.cookies["tablet"] = t, token
	return b
}

// As is a device of staff with a role at the hall's venue; "other-trainer" is a trainer
// of another venue.
func (h *Hall) As(role string) *Browser {
	b := h.Own()
	b.Header.Set(staffHeader, role)
	return b
}

// English lets the browser ask for English pages.
func (b *Browser) English() *Browser {
	b.Header.Set("Accept-Language", "en")
	return b
}

// Get opens a page.
func (b *Browser) Get(path string) Answer { b.hall.T.Helper(); return b.do(http.MethodGet, path, nil) }

// Post sends a form; pairs are names and values.
func (b *Browser) Post(path string, pairs ...string) Answer {
	b.hall.T.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form)
}

func (b *Browser) do(method, path string, form url.Values) Answer {
	req := httptest.NewRequest(method, "http://class.lan"+path, strings.NewReader(form.Encode()))
	req = req.WithContext(b.hall.T.Context())
	for name, values := range b.Header {
		req.Header[name] = values
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", "http://class.lan")
	}
	for name, value := range b.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	b.hall.Echo.ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		if c.MaxAge < 0 {
			delete(b.cookies, c.Name)
			continue
		}
		b.cookies[c.Name] = c.Value
	}
	return Answer{Status: rec.Code, To: rec.Header().Get("Location"), Body: rec.Body.String(), t: b.hall.T}
}

// Cookie is the value of a cookie that the browser keeps; empty without it.
func (b *Browser) Cookie(name string) string { return b.cookies[name] }

// Answer is what came back.
type Answer struct {
	Status int
	To     string // where it leads; empty for a page
	Body   string
	t      testing.TB
}

// Shows fails the test unless it is a page (200) that holds all these texts.
func (a Answer) Shows(texts ...string) Answer {
	a.t.Helper()
	if a.Status != http.StatusOK {
		a.t.Fatalf("got status %d to %q, want a page: %.600s", a.Status, a.To, a.Body)
	}
	for _, text := range texts {
		if !strings.Contains(a.Body, text) {
			a.t.Errorf("the page lacks %q: %s", text, steady(a.Body))
		}
	}
	return a
}

// Hides fails the test when the page holds one of these texts.
func (a Answer) Hides(texts ...string) Answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.Body, text) {
			a.t.Errorf("the page shows %q: %s", text, steady(a.Body))
		}
	}
	return a
}

// Leads fails the test unless the answer is 303 to path.
func (a Answer) Leads(path string) Answer {
	a.t.Helper()
	if a.Status != http.StatusSeeOther || a.To != path {
		a.t.Fatalf("got status %d to %q, want 303 to %q: %.600s", a.Status, a.To, path, a.Body)
	}
	return a
}

// Is fails the test unless the answer has the status.
func (a Answer) Is(status int) Answer {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("got status %d to %q, want %d: %.600s", a.Status, a.To, status, a.Body)
	}
	return a
}

// Golden compares what a feature says on its page (title, progress, main, footer) with
// testdata/NAME.html, after taking out what differs from run to run. GOLDEN=update
// writes the file.
func (a Answer) Golden(name string) {
	a.t.Helper()
	got := steady(a.Body)
	file := filepath.Join("testdata", name+".html")
	if os.Getenv("GOLDEN") == "update" {
		must(a.t, os.MkdirAll("testdata", 0o755))
		must(a.t, os.WriteFile(file, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(file)
	must(a.t, err)
	if got != string(want) {
		w, g := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range max(len(w), len(g)) {
			var l, r string
			if i < len(w) {
				l = w[i]
			}
			if i < len(g) {
				r = g[i]
			}
			if l != r {
				a.t.Errorf("%s line %d:\n got %s\nwant %s", file, i+1, r, l)
			}
		}
	}
}

var (
	ids    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hashes = regexp.MustCompile(`/static/[0-9a-f]{12}/`)
	tails  = regexp.MustCompile(`(尾号 |ending )[2-9A-HJ-NP-Z]{4}`)
)

var (
	scripts = regexp.MustCompile(`(?s)<(script|link|meta)[^>]*>(</script>)?\n?`)
	frame   = regexp.MustCompile(`(?s)<title>.*?</title>|<div class="progress">.*?</div>\n|<main.*</main>|<div class="foot-left">.*?</div>\n|<div class="foot-main">.*</div></footer>`)
)

// steady leaves out the layout, which has tests of its own, and what is new each time. A
// fragment comes whole.
func steady(body string) string {
	if parts := frame.FindAllString(scripts.ReplaceAllString(body, ""), -1); len(parts) > 0 {
		body = strings.Join(parts, "\n") + "\n"
	}
	body = ids.ReplaceAllString(body, "ID")
	body = hashes.ReplaceAllString(body, "/static/HASH/")
	return tails.ReplaceAllString(body, "${1}XXXX")
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
