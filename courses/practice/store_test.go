package practice_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/courses"
	"silverclass/courses/practice"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const police = "fraud/police-call"

// world is a database, a clock moved by hand, and our scenes.
type world struct {
	t     *testing.T
	d     *db.DB
	mu    sync.Mutex
	at    time.Time
	lib   *practice.Library
	store *practice.Store
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, d: dbtest.Open(t), at: start, lib: ours(t)}
	w.store = practice.NewStore(w.d.DB, w.now)
	return w
}

func (w *world) now() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.at = w.at.Add(d)
}

// person is a learner who is known.
func (w *world) person() people.Reader {
	w.t.Helper()
	p := people.Person{ID: db.NewRandomID(), Name: "王阿姨", CreatedAt: start}
	if err := db.Write(w.t.Context(), w.d.DB, func(tx *gorm.DB) error { return db.Rows[people.Person](tx).Create(w.t.Context(), &p) }); err != nil {
		w.t.Fatal(err)
	}
	return people.Reader{Person: &p}
}

func visitor() people.Reader { return people.Reader{VisitID: db.NewRandomID()} }

func (w *world) scene(slug string) *practice.Scene {
	w.t.Helper()
	s, err := w.lib.Scene(slug)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// taps plays a list of taps and gives the last row.
func (w *world) taps(who people.Reader, play, run string, taps ...string) practice.Row {
	w.t.Helper()
	var row practice.Row
	for i, do := range taps {
		var err error
		if row, err = w.store.Tap(w.t.Context(), who, w.scene(police), practice.Tap{Play: play, Run: run, At: i, Do: do}); err != nil {
			w.t.Fatalf("tap %d %s: %v", i, do, err)
		}
	}
	return row
}

func (w *world) facts(verb ledger.Verb) []ledger.Fact {
	w.t.Helper()
	list, err := db.Rows[ledger.Fact](w.d.DB).Where("verb = ?", verb).Order("at, id").Find(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

// run begins the lesson, so that there is a run to mark.
func (w *world) run(who people.Reader) string {
	w.t.Helper()
	cat, err := courses.Load(courses.Content())
	if err != nil {
		w.t.Fatal(err)
	}
	l, err := cat.Lesson(police)
	if err != nil {
		w.t.Fatal(err)
	}
	id := db.NewID()
	if _, err := courses.NewStore(w.d.DB, w.now).Move(w.t.Context(), who, l, courses.Move{Run: id, From: 1, Target: 2}); err != nil {
		w.t.Fatal(err)
	}
	return id
}

func TestAGoWithItsFacts(t *testing.T) {
	w := newWorld(t)
	who := w.person()
	run := w.run(who)
	play := db.NewID()
	w.taps(who, play, run, "answer")
	w.pass(20 * time.Second)
	if got := len(w.facts(ledger.Practised)); got != 0 {
		t.Fatalf("practised after one tap: %d", got)
	}
	w.taps(who, play, run, "answer", "talk", "answer", "tell", "again", "listen", "question", "wait", "hang-up")

	started := w.facts(ledger.Started)
	if len(started) != 2 || started[1].Object != "scene:"+police && started[0].Object != "scene:"+police {
		t.Errorf("started: %v", started)
	}
	done := w.facts(ledger.Practised)
	if len(done) != 1 {
		t.Fatalf("practised: got %d facts, want 1", len(done))
	}
	f := done[0]
	d, err := ledger.DetailOf[ledger.PractisedDetail](f)
	if err != nil {
		t.Fatal(err)
	}
	want := ledger.PractisedDetail{Mode: "guided", Skin: "plain", Slips: 1, Misses: 1, Hints: 1, Outcome: "done", Seconds: 20,
		Made: []string{"gave-id"}, Stopped: "secret"}
	if diff := cmp.Diff(want, d); diff != "" {
		t.Errorf("detail:\n%s", diff)
	}
	if f.PersonID == nil || *f.PersonID != who.Person.ID || f.Run == nil || *f.Run != run || f.Object != "scene:"+police || *f.Edition != w.scene(police).Edition {
		t.Errorf("fact: %+v", f)
	}
	seal, err := courses.NewStore(w.d.DB, w.now).SealOf(t.Context(), run)
	if err != nil || !seal.Practice {
		t.Errorf("seal %+v, %v: the run is not marked", seal, err)
	}
	row, err := w.store.Current(t.Context(), who, police, run, "")
	if err != nil || row.ID != play || row.Stopped != "secret" {
		t.Errorf("the ending is shown again: %+v, %v", row, err)
	}
}

func TestTheSameTapAgainHasOneEffect(t *testing.T) {
	w := newWorld(t)
	who := visitor()
	play := db.NewID()
	var first, second practice.Row
	for i, do := range []string{"answer", "talk", "answer", "tell", "again", "hang-up"} {
		tap := practice.Tap{Play: play, At: i, Do: do}
		var err error
		if first, err = w.store.Tap(t.Context(), who, w.scene(police), tap); err != nil {
			t.Fatal(err)
		}
		if second, err = w.store.Tap(t.Context(), who, w.scene(police), tap); err != nil {
			t.Fatalf("again: %v", err)
		}
		if second.Length != i+1 || first.Taps != second.Taps {
			t.Errorf("after %s twice: %s, then %s", do, first.Taps, second.Taps)
		}
	}
	if s, p := w.facts(ledger.Started), w.facts(ledger.Practised); len(s) != 1 || len(p) != 1 || p[0].PersonID != nil {
		t.Errorf("facts: %d started, %d practised", len(s), len(p))
	}
}

// TestManyAtOnce sends one tap from many requests at once: one of them counts.
func TestManyAtOnce(t *testing.T) {
	w := newWorld(t)
	who := visitor()
	play := db.NewID()
	for i, do := range []string{"answer", "talk", "answer", "hang-up"} {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for n := range errs {
			wg.Go(func() {
				_, errs[n] = w.store.Tap(t.Context(), who, w.scene(police), practice.Tap{Play: play, At: i, Do: do})
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Errorf("%s: %v", do, err)
			}
		}
	}
	if s, p := w.facts(ledger.Started), w.facts(ledger.Practised); len(s) != 1 || len(p) != 1 {
		t.Errorf("facts: %d started, %d practised, want one each", len(s), len(p))
	}
}

func TestForgedTapsChangeNothing(t *testing.T) {
	w := newWorld(t)
	who, other := visitor(), visitor()
	play := db.NewID()
	before := w.taps(who, play, "", "answer", "talk")
	tests := []struct {
		name string
		who  people.Reader
		tap  practice.Tap
		kind fault.Kind
	}{
		{"a choice of another screen", who, practice.Tap{Play: play, At: 2, Do: "install"}, fault.Invalid},
		{"no choice at all", who, practice.Tap{Play: play, At: 2, Do: "win"}, fault.Invalid},
		{"straight to the repair's way back", who, practice.Tap{Play: play, At: 2, Do: "again"}, fault.Invalid},
		{"another tap in the past", who, practice.Tap{Play: play, At: 0, Do: "decline"}, fault.Conflict},
		{"a tap in the future", who, practice.Tap{Play: play, At: 5, Do: "hang-up"}, fault.Conflict},
		{"before the beginning", who, practice.Tap{Play: play, At: -1, Do: "answer"}, fault.Conflict},
		{"somebody else", other, practice.Tap{Play: play, At: 2, Do: "hang-up"}, fault.NotFound},
		{"a second go beside the open one", who, practice.Tap{Play: db.NewID(), At: 0, Do: "answer"}, fault.Conflict},
		{"a go that begins in the middle", other, practice.Tap{Play: db.NewID(), At: 3, Do: "hang-up"}, fault.Conflict},
		{"a first tap that is not offered", other, practice.Tap{Play: db.NewID(), At: 0, Do: "hang-up"}, fault.Invalid},
		{"no ID", other, practice.Tap{Play: "x", At: 0, Do: "answer"}, fault.Invalid},
		{"nobody", people.Reader{}, practice.Tap{Play: db.NewID(), At: 0, Do: "answer"}, fault.Internal},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := w.store.Tap(t.Context(), tt.who, w.scene(police), tt.tap)
			if err == nil || fault.KindOf(err) != tt.kind {
				t.Errorf("got %v (%v), want kind %v", err, fault.KindOf(err), tt.kind)
			}
			after, err := w.store.Current(t.Context(), who, police, "", "")
			if err != nil || after.Taps != before.Taps || after.MovedAt != before.MovedAt {
				t.Errorf("the go changed: %+v, %v", after, err)
			}
			if _, err := w.store.Current(t.Context(), other, police, "", ""); !fault.Is(err, fault.NotFound) {
				t.Errorf("somebody else has a go now: %v", err)
			}
			if got := len(w.facts(ledger.Started)); got != 1 {
				t.Errorf("%d facts that it was started, want 1", got)
			}
		})
	}
	w.taps(who, play, "", "answer", "talk", "answer", "hang-up")
	if _, err := w.store.Tap(t.Context(), who, w.scene(police), practice.Tap{Play: play, At: 4, Do: "back"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a tap after the ending: %v", err)
	}
}

func TestAGoIsFoundAgain(t *testing.T) {
	w := newWorld(t)
	who := w.person()
	play := db.NewID()
	w.taps(who, play, "", "answer", "talk", "answer", "tell")
	again := practice.NewStore(w.d.DB, w.now) // another process
	row, err := again.Current(context.Background(), people.Reader{Person: who.Person}, police, "", "")
	if err != nil {
		t.Fatal(err)
	}
	st, err := w.scene(police).State(row)
	if err != nil || st.At != (practice.Place{Where: practice.AtMistake, ID: "gave-id"}) {
		t.Errorf("at %v, %v", st.At, err)
	}
	if row.Place != "mistake:gave-id" || row.Slips != 1 {
		t.Errorf("row: %+v", row)
	}
}

func TestAStuckKeyBeginsAnew(t *testing.T) {
	w := newWorld(t)
	who := visitor()
	play := db.NewID()
	var row practice.Row
	for i := 0; row.LeftAt == nil; i++ {
		if i > 1000 {
			t.Fatal("a go has no end")
		}
		do := []string{"answer", "back"}[i%2]
		var err error
		if row, err = w.store.Tap(t.Context(), who, w.scene(police), practice.Tap{Play: play, At: i, Do: do}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.store.Current(t.Context(), who, police, "", play); !fault.Is(err, fault.NotFound) {
		t.Errorf("the go that was left is still shown: %v", err)
	}
	w.taps(who, db.NewID(), "", "answer")
}

func TestErasingAPersonTakesHerGoes(t *testing.T) {
	w := newWorld(t)
	who := w.person()
	w.taps(who, db.NewID(), "", "answer", "talk", "answer", "hang-up")
	err := db.Write(t.Context(), w.d.DB, func(tx *gorm.DB) error {
		_, err := db.Rows[people.Person](tx).Where("id = ?", who.Person.ID).Delete(t.Context())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Rows[practice.Row](w.d.DB).Where("person_id = ?", who.Person.ID).Take(t.Context()); !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("a go is left: %v", err)
	}
	if got := len(w.facts(ledger.Practised)); got != 1 {
		t.Errorf("%d facts, want 1: counts stay true", got)
	}
}

func TestPurgeForgetsVisitorsOnly(t *testing.T) {
	w := newWorld(t)
	known, unknown := w.person(), visitor()
	w.taps(known, db.NewID(), "", "answer")
	w.taps(unknown, db.NewID(), "", "answer")
	w.pass(31 * 24 * time.Hour)
	if err := w.store.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := w.store.Current(t.Context(), known, police, "", ""); err != nil {
		t.Errorf("known: %v", err)
	}
	if _, err := w.store.Current(t.Context(), unknown, police, "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("visitor: %v", err)
	}
}
