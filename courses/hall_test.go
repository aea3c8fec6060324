package courses_test

import (
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/courses"
)

const police = "fraud/police-call"

// hall is a database with the lessons, and a clock that goes on with every look.
type hall struct {
	db      *db.DB
	store   *courses.Store
	catalog *courses.Catalog
	lesson  *courses.Lesson
	clock   *clock
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Second)
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func always(string) bool { return true }

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{db: dbtest.Open(t), clock: &clock{at: time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)}}
	h.store = courses.NewStore(h.db.DB, h.clock.now)
	h.catalog = catalog(t).WithDoors(always, always)
	var err error
	if h.lesson, err = h.catalog.Lesson(police); err != nil {
		t.Fatal(err)
	}
	return h
}

// learner is a reader with a row of her own.
func (h *hall) learner(t *testing.T) people.Reader {
	t.Helper()
	p := people.Person{ID: db.NewRandomID(), CreatedAt: db.Instant(h.clock.now())}
	err := db.Write(t.Context(), h.db.DB, func(tx *gorm.DB) error { return db.Rows[people.Person](tx).Create(t.Context(), &p) })
	if err != nil {
		t.Fatal(err)
	}
	return people.Reader{Person: &p}
}

func visitor() people.Reader { return people.Reader{VisitID: db.NewRandomID()} }

func (h *hall) move(t *testing.T, who people.Reader, m courses.Move) courses.Run {
	t.Helper()
	run, err := h.store.Move(t.Context(), who, h.lesson, m)
	if err != nil {
		t.Fatalf("move %+v: %v", m, err)
	}
	return run
}

// walk goes from step 1 to the target, one press after another.
func (h *hall) walk(t *testing.T, who people.Reader, run string, target int) courses.Run {
	t.Helper()
	var r courses.Run
	for n := 1; n < target; n++ {
		r = h.move(t, who, courses.Move{Run: run, From: n, Target: n + 1})
	}
	return r
}

// facts are the verbs that stand in the ledger, with how often.
func (h *hall) facts(t *testing.T) map[ledger.Verb]int {
	t.Helper()
	count := map[ledger.Verb]int{}
	for _, verb := range []ledger.Verb{ledger.Started, ledger.Finished} {
		n, err := db.Rows[ledger.Fact](h.db.DB).Where("verb = ?", verb).Count(t.Context(), "*")
		if err != nil {
			t.Fatal(err)
		}
		if n > 0 {
			count[verb] = int(n)
		}
	}
	return count
}

func (h *hall) wantFacts(t *testing.T, started, finished int) {
	t.Helper()
	want := map[ledger.Verb]int{}
	if started > 0 {
		want[ledger.Started] = started
	}
	if finished > 0 {
		want[ledger.Finished] = finished
	}
	if diff := cmp.Diff(want, h.facts(t)); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
}
