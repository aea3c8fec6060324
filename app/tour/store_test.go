package tour_test

import (
	"context"
	"sync"
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
	w := &town{db: dbtest.Open(t).DB, now: clock("10:15")}
	w.store = tour.NewStore(w.db, func() time.Time { return w.now })
	w.people = people.NewStore(w.db, func() time.Time { return w.now })
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

func TestCheckInIsOneFactAndOneRow(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	wang := w.learner(t, "王阿姨")
	act := w.checkIn(w.session.ID, wang.ID)
	first, err := w.store.CheckIn(ctx, act)
	need(t, err)
	if first.Again {
		t.Error("the first check-in says again")
	}
	for name, in := range map[string]tour.CheckIn{"the same act": act, "another act": w.checkIn(w.session.ID, wang.ID)} {
		got, err := w.store.CheckIn(ctx, in)
		if err != nil || !got.Again || got.Attendance.ID != first.Attendance.ID {
			t.Errorf("%s: got %+v, %v; want again", name, got, err)
		}
	}
	facts := w.counting(t, ledger.CheckedIn, w.session.ID)
	if len(facts) != 1 || facts[0].ID != act.ID || *facts[0].PersonID != wang.ID || *facts[0].VenueID != w.venue.ID || facts[0].Object != "session:"+w.session.ID {
		t.Errorf("got facts %+v", facts)
	}
	n, err := w.store.Session(ctx, w.session.ID)
	need(t, err)
	if n.State != tour.Open {
		t.Errorf("got state %s, want open: somebody was checked in", n.State)
	}
	other := act
	other.PersonID = w.learner(t, "陈叔叔").ID
	if _, err := w.store.CheckIn(ctx, other); !fault.Is(err, fault.Conflict) {
		t.Errorf("the act's ID for somebody else: got %v, want Conflict", err)
	}
	refused, err := ledger.RefusedCount(ctx, w.db)
	need(t, err)
	if refused != 1 {
		t.Errorf("got %d refused facts, want 1", refused)
	}
}

func TestTakingBackACheckIn(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	wang := w.learner(t, "王阿姨")
	in, err := w.store.CheckIn(ctx, w.checkIn(w.session.ID, wang.ID))
	need(t, err)
	for range 2 {
		need(t, w.store.TakeBack(ctx, tour.Undo{ID: in.Attendance.ID, Reason: tour.WrongPerson}))
	}
	if got := w.counting(t, ledger.CheckedIn, w.session.ID); len(got) != 0 {
		t.Errorf("got %d facts that count, want none", len(got))
	}
	backs, err := ledger.List(ctx, w.db, ledger.Filter{Verbs: []ledger.Verb{ledger.Retracted}})
	need(t, err)
	if len(backs) != 1 {
		t.Errorf("got %d retractions, want 1", len(backs))
	}
	a, err := w.store.Attendance(ctx, in.Attendance.ID)
	need(t, err)
	if a.Counts() || a.Reason != tour.WrongPerson {
		t.Errorf("got %+v", a)
	}
	again, err := w.store.CheckIn(ctx, w.checkIn(w.session.ID, wang.ID))
	need(t, err)
	if again.Again {
		t.Error("checked in anew, and it says again")
	}
	need(t, w.store.CloseSession(ctx, w.session.ID))
	if err := w.store.TakeBack(ctx, tour.Undo{ID: again.Attendance.ID}); !fault.Is(err, fault.Conflict) {
		t.Errorf("after closing: got %v, want Conflict", err)
	}
	need(t, w.store.OpenSession(ctx, w.session.ID))
	need(t, w.store.TakeBack(ctx, tour.Undo{ID: again.Attendance.ID}))
}

func TestTwoDesksCheckTheSameCardIn(t *testing.T) {
	w := newTown(t)
	wang := w.learner(t, "王阿姨")
	const desks = 8
	results := make([]tour.CheckedIn, desks)
	var wg sync.WaitGroup
	for i := range desks {
		act := w.checkIn(w.session.ID, wang.ID)
		wg.Go(func() {
			var err error
			if results[i], err = w.store.CheckIn(context.Background(), act); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	fresh := 0
	for _, r := range results {
		if !r.Again {
			fresh++
		}
		if r.Attendance.ID != results[0].Attendance.ID {
			t.Errorf("two attendances: %s and %s", r.Attendance.ID, results[0].Attendance.ID)
		}
	}
	present, err := w.store.Present(t.Context(), w.session.ID)
	need(t, err)
	if facts := w.counting(t, ledger.CheckedIn, w.session.ID); fresh != 1 || len(present) != 1 || len(facts) != 1 {
		t.Errorf("got %d fresh, %d rows, %d facts; want one of each", fresh, len(present), len(facts))
	}
}

func TestWhenNobodyIsCheckedIn(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	wang := w.learner(t, "王阿姨")
	later := w.plan(t, "16:00", "17:00")
	off := w.plan(t, "10:00", "11:00")
	need(t, w.store.CancelSession(ctx, off.ID))
	closed := w.plan(t, "10:00", "11:00")
	need(t, w.store.CloseSession(ctx, closed.ID))
	for name, id := range map[string]string{"too early": later.ID, "called off": off.ID, "closed": closed.ID} {
		if _, err := w.store.CheckIn(ctx, w.checkIn(id, wang.ID)); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s: got %v, want Conflict", name, err)
		}
	}
	if _, err := w.store.CheckIn(ctx, w.checkIn(db.NewID(), wang.ID)); !fault.Is(err, fault.NotFound) {
		t.Errorf("no such session: got %v, want NotFound", err)
	}
	need(t, ledger.Write(ctx, w.db, func(tx *gorm.DB) error {
		_, err := w.store.CheckInLive(ctx, tx, w.checkIn(closed.ID, wang.ID))
		return err
	}))
	facts := w.counting(t, ledger.CheckedIn, closed.ID)
	if len(facts) != 1 || facts[0].Detail != `{"method":"live"}` {
		t.Errorf("live after closing: got %+v", facts)
	}
	need(t, w.store.RestoreSession(ctx, off.ID))
	if _, err := w.store.CheckIn(ctx, w.checkIn(off.ID, wang.ID)); err != nil {
		t.Errorf("restored: got %v", err)
	}
	if err := w.store.CancelSession(ctx, off.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("calling off what was held: got %v, want Conflict", err)
	}
}

func TestWalkInIsBothOrNeither(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	act := tour.WalkIn{Issue: people.Issue{ID: db.NewID(), Name: "刘阿姨", AgeBand: people.Age70},
		CheckIn: tour.CheckIn{ID: db.NewID(), SessionID: w.session.ID}}
	first, err := w.store.WalkIn(ctx, act)
	need(t, err)
	again, err := w.store.WalkIn(ctx, act)
	need(t, err)
	if !again.Again || again.Person.ID != first.Person.ID || again.Card.Number != first.Card.Number {
		t.Errorf("the same act: got %+v, want what was there", again)
	}
	need(t, w.store.CloseSession(ctx, w.session.ID))
	act.Issue.ID, act.CheckIn.ID = db.NewID(), db.NewID()
	if _, err := w.store.WalkIn(ctx, act); !fault.Is(err, fault.Conflict) {
		t.Errorf("closed: got %v, want Conflict", err)
	}
	consents, err := ledger.List(ctx, w.db, ledger.Filter{Verbs: []ledger.Verb{ledger.Consented}})
	need(t, err)
	if len(consents) != 1 {
		t.Errorf("got %d consents, want 1: the refused walk-in leaves nothing", len(consents))
	}
}

func TestCountsAndFigures(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	_, err := w.store.CheckIn(ctx, w.checkIn(w.session.ID, w.learner(t, "王阿姨").ID))
	need(t, err)
	count := tour.HeadCount{ID: db.NewID(), SessionID: w.session.ID, Method: tour.Tally, Heads: 31, Sixty: new(28), Bands: map[string]int{"65-69": 9}}
	for range 2 {
		_, err = w.store.CountHeads(ctx, count)
		need(t, err)
	}
	numbers := func() tour.Numbers {
		n, err := w.store.Numbers(ctx, w.session.ID)
		need(t, err)
		return n
	}
	want := tour.Numbers{Registered: 1, Heads: new(31), Unregistered: 30, PersonTimes: 31}
	if diff := cmp.Diff(want, numbers()); diff != "" {
		t.Error(diff)
	}
	changed := count
	changed.Heads = 30
	if _, err := w.store.CountHeads(ctx, changed); !fault.Is(err, fault.Conflict) {
		t.Errorf("the act with another number: got %v, want Conflict", err)
	}
	facts := w.counting(t, ledger.Counted, w.session.ID)
	if len(facts) != 1 || facts[0].Detail != `{"heads":31,"sixty":28,"ages":{"65-69":9},"method":"tally"}` {
		t.Errorf("got %+v", facts)
	}
	need(t, w.store.CloseSession(ctx, w.session.ID))
	for range 2 {
		need(t, w.store.TakeBackCount(ctx, tour.Undo{ID: count.ID, Reason: tour.WrongNumber}))
	}
	if diff := cmp.Diff(tour.Numbers{Registered: 1, PersonTimes: 1}, numbers()); diff != "" {
		t.Error(diff)
	}

	figure := tour.Figure{ID: db.NewID(), SessionID: &w.session.ID, Verb: ledger.Equipped, Amount: 12, Usable: 11}
	for range 2 {
		_, err = w.store.AddFigure(ctx, figure)
		need(t, err)
	}
	if got := w.counting(t, ledger.Equipped, w.session.ID); len(got) != 1 || got[0].Detail != `{"there":12,"usable":11}` {
		t.Errorf("got %+v", got)
	}
	need(t, w.store.TakeBackFigure(ctx, tour.Undo{ID: figure.ID, Reason: "nonsense"}))
	kept, err := w.store.FiguresOfSession(ctx, w.session.ID)
	need(t, err)
	if len(kept) != 1 || kept[0].Reason != tour.OtherReason {
		t.Errorf("got %+v", kept)
	}
}
