package courses_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/courses"
)

func TestFirstPressStartsAndLastFinishes(t *testing.T) {
	h := newHall(t)
	who, run := h.learner(t), db.NewID()
	h.move(t, who, courses.Move{ID: db.NewID(), Run: run, From: 1, Target: 2})
	h.wantFacts(t, 1, 0)
	h.walk(t, who, run, 7)
	h.wantFacts(t, 1, 0)
	act := db.NewID()
	h.clock.add(30 * time.Second)
	r := h.move(t, who, courses.Move{ID: act, Run: run, From: 7, Target: 8, Aloud: true})
	h.wantFacts(t, 1, 1)
	f, err := ledger.ByID(t.Context(), h.db.DB, act)
	if err != nil {
		t.Fatal(err)
	}
	if f.Object != "lesson:"+police || *f.Run != run || *f.Edition != h.lesson.Edition || *f.PersonID != who.Person.ID {
		t.Errorf("the fact says %+v", f)
	}
	d, err := ledger.DetailOf[ledger.FinishedDetail](f)
	if err != nil || !d.ReadAloud || d.Seconds != r.Seconds || d.Seconds < 30 {
		t.Errorf("detail %+v, %v; want read aloud and %d seconds", d, err, r.Seconds)
	}
	if back := h.move(t, who, courses.Move{Run: run, From: 8, Target: 3}); back.FinishedAt == nil || back.Step != 3 {
		t.Errorf("going back gave %+v, want finished and at step 3", back)
	}
	h.wantFacts(t, 1, 1)
}

func TestVisitorsFactsHaveNoPerson(t *testing.T) {
	h := newHall(t)
	h.walk(t, visitor(), db.NewID(), 8)
	h.wantFacts(t, 1, 1)
	list, err := ledger.List(t.Context(), h.db.DB, ledger.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		if f.PersonID != nil {
			t.Errorf("%s of a visitor has a person", f.Verb)
		}
	}
}

func TestSamePressTwiceIsOnce(t *testing.T) {
	h := newHall(t)
	who := visitor()
	m := courses.Move{ID: db.NewID(), Run: db.NewID(), From: 1, Target: 2}
	first := h.move(t, who, m)
	second := h.move(t, who, m)
	if diff := cmp.Diff(first, second); diff != "" {
		t.Errorf("the same press again changed the run (-first +second):\n%s", diff)
	}
	h.wantFacts(t, 1, 0)
}

func TestOpenLessonGoesOnAnywhere(t *testing.T) {
	h := newHall(t)
	who, first, second := h.learner(t), db.NewID(), db.NewID()
	h.walk(t, who, first, 4)
	r := h.move(t, who, courses.Move{Run: second, From: 1, Target: 2}) // another tablet, opened before
	if r.ID != first || r.Step != 2 || !r.Seen.Has(4) {
		t.Errorf("got run %s at step %d, want %s at 2 with all that was seen", r.ID, r.Step, first)
	}
	h.walk(t, who, second, 8)
	h.wantFacts(t, 1, 1)
	// What the second tablet sends again after the end begins nothing new.
	if r := h.move(t, who, courses.Move{Run: second, From: 1, Target: 2}); r.ID != first {
		t.Errorf("got run %s, want %s", r.ID, first)
	}
	h.wantFacts(t, 1, 1)
	if found, err := h.store.Run(t.Context(), who, second); err != nil || found.ID != first {
		t.Errorf("Run of the second number: %s, %v; want %s", found.ID, err, first)
	}
	// A finished lesson may be taken again.
	h.walk(t, who, db.NewID(), 8)
	h.wantFacts(t, 2, 2)
}

func TestRunOfSomebodyElseIsRefused(t *testing.T) {
	h := newHall(t)
	run := db.NewID()
	h.walk(t, h.learner(t), run, 3)
	for name, who := range map[string]people.Reader{"another learner": h.learner(t), "a visitor": visitor(), "a stranger": {}} {
		if _, err := h.store.Move(t.Context(), who, h.lesson, courses.Move{Run: run, From: 3, Target: 4}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s moves it: got %v, want Forbidden", name, err)
		}
		if _, err := h.store.Run(t.Context(), who, run); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s opens it: got %v, want Forbidden", name, err)
		}
	}
	h.wantFacts(t, 1, 0)
}

func TestMovesThatCannotBe(t *testing.T) {
	h := newHall(t)
	run := db.NewID()
	for name, m := range map[string]courses.Move{
		"step 0":             {Run: run, From: 1, Target: 0},
		"step 9":             {Run: run, From: 1, Target: 9},
		"from step 9":        {Run: run, From: 9, Target: 2},
		"no run":             {From: 1, Target: 2},
		"a run that is none": {Run: "1; DROP TABLE", From: 1, Target: 2},
		"a run in capitals":  {Run: "0193B0C0-0000-7000-8000-00000000000A", From: 1, Target: 2},
	} {
		if _, err := h.store.Move(t.Context(), visitor(), h.lesson, m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: got %v, want Invalid", name, err)
		}
	}
	h.wantFacts(t, 0, 0)
}

func TestDoorThatLeadsNowhereLeadsOn(t *testing.T) {
	h := newHall(t)
	var err error
	if h.lesson, err = catalog(t).WithDoors(always, func(string) bool { return false }).Lesson(police); err != nil {
		t.Fatal(err)
	}
	who, run := visitor(), db.NewID()
	h.walk(t, who, run, 6)
	if r := h.move(t, who, courses.Move{Run: run, Target: 7}); r.Step != 8 || r.FinishedAt == nil {
		t.Errorf("got step %d, finished %v; want the end", r.Step, r.FinishedAt)
	}
	h.wantFacts(t, 1, 1)
}

func TestRunOfAnotherLessonIsRefused(t *testing.T) {
	h := newHall(t)
	who, run := visitor(), db.NewID()
	h.walk(t, who, run, 3)
	other, err := h.catalog.Lesson("fraud/stop-and-ask")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Move(t.Context(), who, other, courses.Move{Run: run, From: 1, Target: 2}); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want Invalid", err)
	}
}

func TestTwoTabsAtOnceBeginOneRun(t *testing.T) {
	h := newHall(t)
	who := h.learner(t)
	var wg sync.WaitGroup
	ids := make([]string, 6)
	for i := range ids {
		wg.Go(func() {
			m := courses.Move{ID: db.NewID(), Run: db.NewID(), From: 1, Target: 2}
			r, err := h.store.Move(context.WithoutCancel(t.Context()), who, h.lesson, m)
			if err != nil {
				t.Errorf("move: %v", err)
			}
			ids[i] = r.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("tabs have different runs: %v", ids)
			break
		}
	}
	h.wantFacts(t, 1, 0)
}

func TestPracticeAndQuizMakeTheSeal(t *testing.T) {
	h := newHall(t)
	who, run := h.learner(t), db.NewID()
	mark := func(fn func(ctx context.Context, tx *gorm.DB, run string) error) {
		t.Helper()
		for range 2 { // again changes nothing
			if err := db.Write(t.Context(), h.db.DB, func(tx *gorm.DB) error { return fn(t.Context(), tx, run) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	want := func(step string, s courses.Seal) {
		t.Helper()
		got, err := h.store.SealOf(t.Context(), run)
		if diff := cmp.Diff(s, got); err != nil || diff != "" {
			t.Errorf("%s: %v (-want +got):\n%s", step, err, diff)
		}
	}
	h.walk(t, who, run, 6)
	want("half way", courses.Seal{})
	mark(h.store.MarkPractised)
	want("practised", courses.Seal{Practice: true})
	mark(h.store.MarkAnswered)
	h.move(t, who, courses.Move{Run: run, From: 7, Target: 8})
	want("at the end", courses.Seal{Lesson: true, Practice: true, Quiz: true})
	// Taking the lesson again keeps its seal.
	run = db.NewID()
	h.walk(t, who, run, 3)
	want("again", courses.Seal{Lesson: true, Practice: true, Quiz: true})
	run = db.NewID()
	err := db.Write(t.Context(), h.db.DB, func(tx *gorm.DB) error { return h.store.MarkPractised(t.Context(), tx, run) })
	if !fault.Is(err, fault.NotFound) {
		t.Errorf("marking a run that is not there: got %v, want NotFound", err)
	}
}

func TestHomeKnowsWhatComesNext(t *testing.T) {
	h := newHall(t)
	who, p := h.learner(t), courses.NewProgress(h.catalog, h.store)
	next := func() string {
		t.Helper()
		l, ok, err := p.NextLesson(t.Context(), who, nil)
		if err != nil || !ok {
			t.Fatalf("NextLesson: %v %v", ok, err)
		}
		return l.Slug
	}
	if _, ok, err := p.HalfWay(t.Context(), who); ok || err != nil {
		t.Errorf("HalfWay before anything: %v %v", ok, err)
	}
	if _, ok, err := p.HalfWay(t.Context(), people.Reader{}); ok || err != nil {
		t.Errorf("HalfWay of a stranger: %v %v", ok, err)
	}
	if got := next(); got != "fraud/stop-and-ask" {
		t.Errorf("first lesson is %s", got)
	}
	run := db.NewID()
	h.walk(t, who, run, 3)
	half, ok, err := p.HalfWay(t.Context(), who)
	if err != nil || !ok || half.Lesson.Slug != police || half.Run != run || half.Position != 3 || half.Of != 8 || half.Minutes != 4 {
		t.Errorf("HalfWay: %+v %v %v", half, ok, err)
	}
	h.walk(t, who, run, 8)
	if _, ok, _ := p.HalfWay(t.Context(), who); ok {
		t.Error("a finished lesson is half way")
	}
	topics, err := p.Topics(t.Context(), who)
	if err != nil {
		t.Fatal(err)
	}
	if got := topics[1]; got.Lessons != 3 || got.Finished != 1 || got.Sealed != 0 || got.Begun != 0 {
		t.Errorf("progress of fraud: %+v", got)
	}
	if topics[0].Lessons != 0 || len(topics) != 5 {
		t.Errorf("got %d topics, the first with %d lessons", len(topics), topics[0].Lessons)
	}
}

func TestVisitorsRunsAreForgottenLearnersAreNot(t *testing.T) {
	h := newHall(t)
	learner, guest := h.learner(t), visitor()
	hers, theirs := db.NewID(), db.NewID()
	h.walk(t, learner, hers, 3)
	h.walk(t, guest, theirs, 3)
	h.move(t, guest, courses.Move{Run: db.NewID(), From: 1, Target: 2})
	h.clock.add(31 * 24 * time.Hour)
	if err := h.store.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Run(t.Context(), learner, hers); err != nil {
		t.Errorf("the learner's run: %v", err)
	}
	if _, err := h.store.Run(t.Context(), guest, theirs); !fault.Is(err, fault.NotFound) {
		t.Errorf("the visitor's run: got %v, want NotFound", err)
	}
	h.wantFacts(t, 2, 0)
}

// Any presses by anybody, in any order and any number of times, from tabs with numbers of
// their own: one started fact a run, one finished at most, one open run a reader.
func TestAnyPressesKeepFactsAndRunsTogether(t *testing.T) {
	h := newHall(t)
	rapid.Check(t, func(rt *rapid.T) {
		readers := []people.Reader{visitor(), visitor()}
		tabs := [][]string{{db.NewID(), db.NewID()}, {db.NewID(), db.NewID()}}
		before := h.facts(t)
		var sent, pressed []func() courses.Run
		for range rapid.IntRange(1, 24).Draw(rt, "presses") {
			who := rapid.IntRange(0, 1).Draw(rt, "who")
			from := rapid.IntRange(1, 8).Draw(rt, "from")
			m := courses.Move{ID: db.NewID(), Run: rapid.SampledFrom(tabs[who]).Draw(rt, "tab"), From: from,
				Target: rapid.SampledFrom([]int{from%8 + 1, max(1, from-1), 8}).Draw(rt, "target")}
			sent = append(sent, func() courses.Run { return h.move(t, readers[who], m) })
			press := sent[len(sent)-1]
			if rapid.Bool().Draw(rt, "late") {
				press = rapid.SampledFrom(sent).Draw(rt, "which")
			}
			press()
			pressed = append(pressed, press)
		}
		check := func() map[ledger.Verb]int {
			started, finished := 0, 0
			for i, who := range readers {
				ids := map[string]bool{}
				for _, tab := range tabs[i] {
					r, err := h.store.Run(t.Context(), who, tab)
					if fault.Is(err, fault.NotFound) || ids[r.ID] {
						continue
					}
					if err != nil {
						rt.Fatal(err)
					}
					ids[r.ID] = true
					started++
					if r.FinishedAt != nil {
						finished++
						if !r.Seen.Read() {
							rt.Fatalf("finished without being read: %+v", r)
						}
					}
				}
			}
			got := h.facts(t)
			if got[ledger.Started]-before[ledger.Started] != started || got[ledger.Finished]-before[ledger.Finished] != finished {
				rt.Fatalf("facts %v after %v, want %d started and %d finished more", got, before, started, finished)
			}
			return got
		}
		once := check()
		for _, press := range pressed { // everything arrives once more
			press()
		}
		if again := check(); again[ledger.Started] != once[ledger.Started] {
			rt.Fatalf("acts that came again began %d runs", again[ledger.Started]-once[ledger.Started])
		}
	})
}
