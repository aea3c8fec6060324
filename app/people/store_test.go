package people_test

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func newStore(t *testing.T) (*people.Store, *db.DB, *clock) {
	t.Helper()
	d, c := dbtest.Open(t), newClock()
	return people.NewStore(d.DB, c.now), d, c
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

func wantKind(t *testing.T, err error, kind fault.Kind, field string) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want kind %d", err, kind)
	}
	if field == "" {
		return
	}
	f := err.(*fault.Error)
	if _, ok := f.Fields[field]; !ok {
		t.Fatalf("no message beside %q in %v", field, err)
	}
}

func TestIssue(t *testing.T) {
	s, d, _ := newStore(t)
	ctx := t.Context()
	staff := people.Reader{Staff: &people.Staff{ID: "staff-1"}, VenueID: "venue-1", SessionID: "session-1"}
	act := people.Issue{ID: db.NewID(), Name: " 王阿姨 ", AgeBand: people.Age65, Sex: people.Female, By: staff}
	first := must(s.Issue(ctx, act))(t)
	if !first.Fresh || first.Person.Name != "王阿姨" || first.Person.CardTail != first.Card.Tail() {
		t.Fatalf("got %+v", first)
	}
	again := must(s.Issue(ctx, act))(t)
	if again.Fresh || again.Person.ID != first.Person.ID || again.Card.Number != first.Card.Number {
		t.Fatalf("the same act again: got %+v, want %+v", again, first)
	}
	f := must(ledger.ByID(ctx, d.DB, act.ID))(t)
	if f.Verb != ledger.Consented || *f.PersonID != first.Person.ID || f.Object != "notice:"+people.NoticeVersion ||
		*f.ByID != "staff-1" || *f.SessionID != "session-1" || *f.VenueID != "venue-1" {
		t.Errorf("the fact says %+v", f)
	}
	other := act
	other.Name = "刘阿姨"
	_, err := s.Issue(ctx, other)
	wantKind(t, err, fault.Conflict, "")
	if n := must(ledger.RefusedCount(ctx, d.DB))(t); n != 1 {
		t.Errorf("refused acts: got %d, want 1", n)
	}
	if got := must(s.Person(ctx, first.Person.ID))(t); got.Name != "王阿姨" {
		t.Errorf("the refused act changed the name to %q", got.Name)
	}
}

func TestIssueRefuses(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	first := must(s.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age60}))(t)
	for _, tc := range []struct {
		name, field string
		issue       people.Issue
	}{
		{"a phone number as a name", "name", people.Issue{Name: "13812345678"}},
		{"a birth date as a name", "name", people.Issue{Name: "1950-03-07"}},
		{"a long name", "name", people.Issue{Name: "一二三四五六七八九十一二三四五六七八九十一"}},
		{"an unknown age", "age", people.Issue{AgeBand: "61"}},
		{"an unknown sex", "sex", people.Issue{Sex: "x"}},
		{"an unknown medium", "medium", people.Issue{Medium: "email"}},
		{"a wrong card", "card", people.Issue{Number: "ABCDEFGH"}},
		{"somebody's card", "card", people.Issue{Number: first.Card.Number}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.issue.ID = db.NewID()
			_, err := s.Issue(ctx, tc.issue)
			wantKind(t, err, fault.Invalid, tc.field)
		})
	}
}

// Two tabs send the same act at the same moment: one learner, one card, one fact.
func TestIssueAtOnce(t *testing.T) {
	s, d, _ := newStore(t)
	act := people.Issue{ID: db.NewID(), Name: "陈叔叔", AgeBand: people.Age70}
	var wg sync.WaitGroup
	got := make([]people.Issued, 6)
	for i := range got {
		wg.Go(func() {
			out, err := s.Issue(t.Context(), act)
			if err != nil {
				t.Errorf("issue: %v", err)
			}
			got[i] = out
		})
	}
	wg.Wait()
	fresh := 0
	for _, g := range got {
		if g.Fresh {
			fresh++
		}
		if g.Person.ID != got[0].Person.ID {
			t.Error("two persons came of one act")
		}
	}
	if fresh != 1 {
		t.Errorf("fresh issues: got %d, want 1", fresh)
	}
	if n := must(db.Rows[people.Card](d.DB).Count(t.Context(), "number"))(t); n != 1 {
		t.Errorf("cards: got %d, want 1", n)
	}
}

func TestUnknownCardIsAcceptedAndIssuedLater(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	number := must(people.NewCardNumber(zeros{}))(t)
	met := must(s.ByCard(ctx, number))(t)
	if !met.Provisional {
		t.Fatalf("got %+v, want a provisional person", met)
	}
	if again := must(s.ByCard(ctx, number))(t); again.ID != met.ID {
		t.Fatal("the same card became another person")
	}
	out := must(s.Issue(ctx, people.Issue{ID: db.NewID(), Number: number, Name: "孙叔叔", AgeBand: people.Age75}))(t)
	if out.Person.ID != met.ID || out.Person.Provisional {
		t.Fatalf("got %+v, want the person met before", out.Person)
	}
	if p := must(s.Person(ctx, met.ID))(t); p.Provisional || p.Name != "孙叔叔" || p.AgeBand != people.Age75 {
		t.Errorf("got %+v", p)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

func TestRevokedCardSaysNoMoreThanAWrongOne(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	out := must(s.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age60}))(t)
	if err := s.RevokeCard(ctx, out.Person.ID, out.Card.Number); err != nil {
		t.Fatal(err)
	}
	_, revoked := s.ByCard(ctx, out.Card.Number)
	_, malformed := s.ByCard(ctx, "nonsense")
	wantKind(t, revoked, fault.Invalid, "card")
	if revoked.Error() != malformed.Error() {
		t.Errorf("a revoked card says %q, a wrong one %q", revoked, malformed)
	}
	act := db.NewID()
	card := must(s.AddCard(ctx, act, out.Person.ID, ""))(t)
	if again := must(s.AddCard(ctx, act, out.Person.ID, ""))(t); again.Number != card.Number {
		t.Error("the same act gave a second card")
	}
	if p := must(s.ByCard(ctx, card.Number))(t); p.ID != out.Person.ID || p.CardTail != card.Tail() {
		t.Errorf("the new card leads to %+v", p)
	}
	if err := s.RestoreCard(ctx, out.Person.ID, out.Card.Number); err != nil {
		t.Fatal(err)
	}
	must(s.ByCard(ctx, out.Card.Number))(t)
}

func TestCardWaits(t *testing.T) {
	s, _, c := newStore(t)
	ctx := t.Context()
	good := must(s.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age60}))(t)
	try := func() error { _, err := s.ByCardAtTablet(ctx, "tablet-1", "22222223"); return err }
	for _, wait := range []time.Duration{0, 0, 2, 4, 8, 16, 30, 30, 30} {
		wantKind(t, try(), fault.Invalid, "card")
		if wait == 0 {
			continue
		}
		err := try()
		wantKind(t, err, fault.TooMany, "")
		if got := err.(*fault.Error).Args["Seconds"]; got != int(wait) {
			t.Fatalf("seconds to wait: got %v, want %d", got, wait)
		}
		_, err = s.ByCardAtTablet(ctx, "tablet-1", good.Card.Number)
		wantKind(t, err, fault.TooMany, "") // the tablet waits, whatever the card
		_, err = s.ByCardAtTablet(ctx, "tablet-2", "22222223")
		wantKind(t, err, fault.TooMany, "") // and so does the card, at every tablet
		must(s.ByCard(ctx, good.Card.Number))(t)
		c.move(wait * time.Second)
	}
	if p := must(s.ByCardAtTablet(ctx, "tablet-1", good.Card.Number))(t); p.ID != good.Person.ID {
		t.Error("after the wait the right card leads to somebody else")
	}
	c.move(16 * time.Minute)
	wantKind(t, try(), fault.Invalid, "card")
	wantKind(t, try(), fault.Invalid, "card") // all is forgotten: two tries are free again
}

// Whoever knows one good card must not be able to guess others at full speed with it,
// nor by cards that nobody knows.
func TestGuessingDoesNotPay(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	good := must(s.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age60}))(t)
	var err error
	for range 3 {
		n := must(people.NewCardNumber(rand.Reader))(t)
		if _, err = s.ByCardAtTablet(ctx, "tablet-1", n); err != nil {
			t.Fatal(err)
		}
		if _, err = s.ByCardAtTablet(ctx, "tablet-1", good.Card.Number); err != nil {
			break
		}
	}
	wantKind(t, err, fault.TooMany, "")
}

// Tries side by side count before anybody knows whether they are right.
func TestTriesSideBySideCount(t *testing.T) {
	s, _, _ := newStore(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	taken := 0
	for range 20 {
		wg.Go(func() {
			if s.Charge(t.Context(), "login:x") == nil {
				mu.Lock()
				taken++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if taken != 3 {
		t.Errorf("tries that went through at once: got %d, want 3", taken)
	}
}
