package tour_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

var zone = time.FixedZone("CST", 8*3600)

// town is a city with a venue and a session that starts at ten on 2026-11-23, seen at a
// quarter past ten.
type town struct {
	whole   *db.DB
	db      *gorm.DB
	now     time.Time
	store   *tour.Store
	people  *people.Store
	city    tour.City
	venue   tour.Venue
	session tour.Session
}

func newTown(t testing.TB) *town {
	t.Helper()
	w := &town{whole: dbtest.Open(t), now: clock("10:15")}
	w.db = w.whole.DB
	w.store = tour.NewStore(w.db, func() time.Time { return w.now })
	w.people = people.NewStore(w.db, func() time.Time { return w.now })
	w.people = w.people.WithPhones(w.keys(t))
	var err error
	w.city, err = w.store.AddCity(t.Context(), tour.City{ID: db.NewID(), Name: "江城市"})
	need(t, err)
	w.venue, err = w.store.AddVenue(t.Context(), tour.Venue{ID: db.NewID(), CityID: w.city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter, Places: 40})
	need(t, err)
	w.session = w.plan(t, "10:00", "11:00")
	return w
}

func (w *town) plan(t testing.TB, from, to string) tour.Session {
	t.Helper()
	n, err := w.store.AddSession(t.Context(), tour.Session{ID: db.NewID(), VenueID: w.venue.ID, Title: "风险甄别", Topics: []string{"fraud"},
		Mode: tour.OnSite, StartsAt: clock(from), EndsAt: clock(to)}, zone)
	need(t, err)
	return n
}

func (w *town) learner(t testing.TB, name string) people.Person {
	t.Helper()
	got, err := w.people.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age65})
	need(t, err)
	return got.Person
}

func (w *town) checkIn(session, person string) tour.CheckIn {
	return tour.CheckIn{ID: db.NewID(), SessionID: session, PersonID: person, Method: tour.ByCard}
}

func clock(s string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+s, zone)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func need(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// counting are the facts of a verb about a session that are not taken back.
func (w *town) counting(t testing.TB, verb ledger.Verb, session string) []ledger.Fact {
	t.Helper()
	facts, err := ledger.List(t.Context(), w.db, ledger.Filter{Verbs: []ledger.Verb{verb}, SessionID: session, Effective: true})
	need(t, err)
	return facts
}

func TestTheSameFormTwiceMakesOnePlace(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	city := tour.City{ID: db.NewID(), Name: "湖州市", Province: "浙江"}
	for range 2 {
		_, err := w.store.AddCity(ctx, city)
		need(t, err)
	}
	_, err := w.store.AddCity(ctx, tour.City{ID: db.NewID(), Name: "湖州市"})
	if !fault.Is(err, fault.Invalid) {
		t.Errorf("a name twice: got %v, want Invalid", err)
	}
	all, err := w.store.Cities(ctx, tour.Everywhere())
	need(t, err)
	if len(all) != 2 {
		t.Errorf("got %d cities, want 2", len(all))
	}
}

func TestRetiringIsUndone(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	need(t, w.store.RetireVenue(ctx, w.venue.ID, true))
	v, err := w.store.Venue(ctx, w.venue.ID)
	need(t, err)
	if v.RetiredAt == nil {
		t.Error("the venue is not retired")
	}
	need(t, w.store.RetireVenue(ctx, w.venue.ID, false))
	if v, err = w.store.Venue(ctx, w.venue.ID); err != nil || v.RetiredAt != nil {
		t.Errorf("got %v, %v; want it back", v.RetiredAt, err)
	}
	if err := w.store.RetireVenue(ctx, db.NewID(), true); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such venue: got %v, want NotFound", err)
	}
}

func TestAStopKeepsItsSessionsOnItsDays(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	trip, err := w.store.AddTour(ctx, tour.Tour{ID: db.NewID(), CityID: w.city.ID, Name: "银龄城市行"})
	need(t, err)
	partner, err := w.store.AddPartner(ctx, tour.Partner{ID: db.NewID(), CityID: w.city.ID, Name: "江城电信", Kind: "enterprise"})
	need(t, err)
	plan := tour.StopPlan{Stop: tour.Stop{ID: db.NewID(), TourID: trip.ID, CityID: w.city.ID, Name: "望江站",
		FirstDay: "2026-11-24", LastDay: "2026-11-25", Forms: []string{"hands-on", "policy"}},
		Venues: []string{w.venue.ID, w.venue.ID}, Partners: []tour.StopPartner{{PartnerID: partner.ID, Sends: "两名讲师"}}}
	for range 2 {
		_, err = w.store.AddStop(ctx, plan)
		need(t, err)
	}
	got, err := w.store.StopPlan(ctx, plan.ID)
	need(t, err)
	if diff := cmp.Diff([]string{"policy", "hands-on"}, got.Forms); diff != "" {
		t.Error(diff)
	}
	if len(got.Venues) != 1 || len(got.Partners) != 1 || got.Partners[0].Sends != "两名讲师" {
		t.Errorf("got venues %v, partners %v", got.Venues, got.Partners)
	}
	n := w.session
	n.StopID = &plan.ID
	err = w.store.SaveSession(ctx, n, zone)
	if f, ok := err.(*fault.Error); !ok || f.Fields["day"].Key != "tour.day_outside_stop" {
		t.Errorf("a session a day before its stop: got %v", err)
	}
	n.StartsAt, n.EndsAt = clock("10:00").AddDate(0, 0, 1), clock("11:00").AddDate(0, 0, 1)
	need(t, w.store.SaveSession(ctx, n, zone))
	whole, err := w.store.Whole(ctx, n.ID)
	need(t, err)
	if whole.Stop == nil || whole.Tour == nil || whole.Tour.ID != trip.ID || whole.City.ID != w.city.ID {
		t.Errorf("got %+v", whole)
	}
}

func TestCurrentSessions(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	w.plan(t, "14:00", "15:00")
	current := func(at string) []string {
		got, err := w.store.Current(ctx, w.venue.ID, clock(at))
		need(t, err)
		ids := []string{}
		for _, n := range got {
			ids = append(ids, n.ID)
		}
		return ids
	}
	if diff := cmp.Diff([]string{w.session.ID}, current("09:30")); diff != "" {
		t.Error(diff)
	}
	if got := current("09:29"); len(got) != 0 {
		t.Errorf("a minute too early: got %v", got)
	}
	if got := current("13:45"); len(got) != 2 {
		t.Errorf("the morning runs over: got %d, want both", len(got))
	}
	need(t, w.store.CloseSession(ctx, w.session.ID))
	if got := current("10:30"); len(got) != 0 {
		t.Errorf("closed: got %v", got)
	}
	w.now = clock("20:00")
	need(t, w.store.OpenSession(ctx, w.session.ID))
	if diff := cmp.Diff([]string{w.session.ID}, current("20:00")); diff != "" {
		t.Error(diff)
	}
}

// keys are those of phone numbers, in a folder of the test's own.
func (w *town) keys(t testing.TB) *people.PhoneKeys {
	t.Helper()
	k, err := people.OpenPhoneKeys(t.Context(), w.db, func() time.Time { return w.now }, filepath.Join(t.TempDir(), "phones"), "")
	need(t, err)
	return k
}
