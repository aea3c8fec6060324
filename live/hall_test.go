package live

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/live/sfu"
	"silverclass/live/sfu/sfutest"
	"silverclass/locales"
	"silverclass/static"
)

func TestMain(m *testing.M) { sfutest.Main(m) }

var zone = time.FixedZone("CST", 8*3600)

// hall is a venue with one session, from ten to eleven, and a service for its class. Its
// clock stands at five to ten and moves when the test says so.
type hall struct {
	db      *db.DB
	store   *Store
	service *Service
	site    *web.Site
	venue   tour.Venue
	session tour.Session

	mu   sync.Mutex
	now  time.Time
	real bool // the clock is the machine's: what a media server reports has real times
}

func (w *hall) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.real {
		return time.Now()
	}
	return w.now
}

func (w *hall) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func need(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newHall(t testing.TB) *hall {
	t.Helper()
	return newHallAt(t, time.Date(2026, 11, 23, 9, 55, 0, 0, zone))
}

// newHallAt is a hall whose session begins five minutes after now.
func newHallAt(t testing.TB, now time.Time) *hall {
	t.Helper()
	w := &hall{db: dbtest.Open(t), now: now.UTC()}
	w.store = NewStore(w.db.DB, w.clock)
	tours := tour.NewStore(w.db.DB, w.clock)
	city, err := tours.AddCity(t.Context(), tour.City{ID: db.NewID(), Name: "江城市"})
	need(t, err)
	w.venue, err = tours.AddVenue(t.Context(), tour.Venue{ID: db.NewID(), CityID: city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter, Places: 40})
	need(t, err)
	w.session = w.plan(t, tour.Both, now.Add(5*time.Minute))
	w.service = New(Config{
		DB: w.db, Now: w.clock, Log: slog.New(slog.DiscardHandler), Step: oneStep, Lessons: twoLessons, Visit: newVisit,
		Server: Server{URL: "http://127.0.0.1:9", Key: "APItest", Secret: "a-secret-of-more-than-thirty-two-characters",
			Status: func() sfu.Status { return sfu.Status{State: sfu.Stopped} }},
	})
	return w
}

func (w *hall) plan(t testing.TB, mode string, from time.Time) tour.Session {
	t.Helper()
	n, err := tour.NewStore(w.db.DB, w.clock).AddSession(t.Context(), tour.Session{ID: db.NewID(), VenueID: w.venue.ID, Title: "风险甄别",
		Topics: []string{"fraud"}, Mode: mode, StartsAt: from, EndsAt: from.Add(time.Hour)}, zone)
	need(t, err)
	return n
}

// open opens the class of the hall's session.
func (w *hall) open(t testing.TB) Class {
	t.Helper()
	c, err := w.store.Open(t.Context(), Opening{SessionID: w.session.ID, StaffID: "staff", Lesson: "fraud/police-call"})
	need(t, err)
	return c
}

func (w *hall) admit(t testing.TB, who string, person *string) Visit {
	t.Helper()
	v, err := w.store.Admit(t.Context(), Admission{ClassID: w.session.ID, Role: Home, Who: who, PersonID: person})
	need(t, err)
	return v
}

// counting are the facts of a verb that are not taken back.
func (w *hall) counting(t testing.TB, verb ledger.Verb) []ledger.Fact {
	t.Helper()
	facts, err := ledger.List(t.Context(), w.db.DB, ledger.Filter{Verbs: []ledger.Verb{verb}, SessionID: w.session.ID, Effective: true})
	need(t, err)
	return facts
}

func oneStep(slug string, step int, lang string) (Step, error) {
	if (slug != "fraud/police-call" && slug != "fraud/stop-and-ask") || step < 1 || step > 8 {
		return Step{}, fault.New(fault.NotFound, "live.no_class")
	}
	if lang == "en" {
		return Step{Lesson: "A call from the police?", Number: step, Of: 8, Title: "The police do not do that", Text: "They do not settle cases by phone.\nThere is no safe account."}, nil
	}
	return Step{Lesson: "接到“公安局”电话", Number: step, Of: 8, Title: "真的公安局，不会这样做", Text: "公安局不会在电话里办案，\n也没有“安全账户”。\n一听到这两样，就挂断。"}, nil
}

func twoLessons([]string, string) []Lesson {
	return []Lesson{{Slug: "fraud/police-call", Title: "接到“公安局”电话", Steps: 8}, {Slug: "fraud/stop-and-ask", Title: "停一停，问一问", Steps: 8}}
}

// newVisit gives a visitor a visit of her own.
func newVisit(c echo.Context) (people.Reader, error) {
	r := people.Who(c)
	if r.Person == nil && r.VisitID == "" {
		r.VisitID = db.NewRandomID()
		c.SetCookie(&http.Cookie{Name: "visit", Value: r.VisitID, Path: "/"})
		people.SetWho(c, r)
	}
	return r, nil
}

// serve puts the service's pages on the network. Who asks stands in the header Who, or in
// the cookie of that name: trainer, tablet, or nobody.
func (w *hall) serve(t testing.TB) *httptest.Server {
	t.Helper()
	public, internal := echo.New(), echo.New()
	srv := httptest.NewServer(public)
	t.Cleanup(srv.Close)
	w.mount(t, public, internal)
	return srv
}

func (w *hall) mount(t testing.TB, public, internal *echo.Echo) {
	t.Helper()
	words, err := locales.Load()
	need(t, err)
	assets, err := static.Load()
	need(t, err)
	w.site = web.NewSite(web.Config{Words: words, Assets: assets, Now: w.clock, Zone: zone, Log: slog.New(slog.DiscardHandler)})
	w.site.Use(public)
	w.site.Use(internal)
	public.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			people.SetWho(c, w.reader(c))
			return next(c)
		}
	})
	public.GET("/static/*", echo.WrapHandler(assets))
	w.service.Register(web.NewRoutes(public, internal, people.Guards()), w.site)
}

func (w *hall) reader(c echo.Context) people.Reader {
	who := c.Request().Header.Get("Who")
	if ck, err := c.Cookie("who"); err == nil {
		who = ck.Value
	}
	var r people.Reader
	switch who {
	case "trainer":
		r.Staff = &people.Staff{ID: "staff-1", Name: "李老师"}
		r.Grants = []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: w.venue.ID}}
	case "stranger":
		r.Staff = &people.Staff{ID: "staff-2", Name: "王老师"}
		r.Grants = []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: "elsewhere"}}
	case "tablet":
		r.Tablet, r.VenueID = &people.Tablet{ID: db.NewID(), VenueID: w.venue.ID}, w.venue.ID
	}
	if ck, err := c.Cookie("visit"); err == nil {
		r.VisitID = ck.Value
	}
	return r
}

// settleAll does the background work once.
func (w *hall) settleAll(t testing.TB) {
	t.Helper()
	need(t, w.service.fold(context.WithoutCancel(t.Context())))
}
