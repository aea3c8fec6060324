package tour_test

import (
	"context"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

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

func TestTwoCardsOfOnePersonAreOneAtTheDesk(t *testing.T) {
	w := newTown(t)
	ctx := t.Context()
	wang, again, chen := w.learner(t, "王阿姨"), w.learner(t, "王淑芬"), w.learner(t, "陈叔叔")
	for _, p := range []people.Person{wang, again, chen} {
		_, err := w.store.CheckIn(ctx, w.checkIn(w.session.ID, p.ID))
		need(t, err)
	}
	act := people.LinkAct{ID: db.NewID(), PersonID: wang.ID, OtherID: again.ID, Reason: "second"}
	store := people.NewStore(w.db, w.store.Now)
	for _, step := range []struct {
		do   func() error
		want int
	}{
		{func() error { return nil }, 3},
		{func() error { return store.Link(ctx, act) }, 2},
		{func() error { return store.Unlink(ctx, wang.ID, act.ID, people.Reader{}) }, 3},
	} {
		need(t, step.do())
		n, err := w.store.Numbers(ctx, w.session.ID)
		need(t, err)
		facts, err := ledger.List(ctx, w.db, ledger.Filter{})
		need(t, err)
		counted, err := ledger.CountAttendance(facts)
		need(t, err)
		if n.Registered != step.want || counted.Sessions[w.session.ID].Registered != step.want {
			t.Errorf("the desk counts %d, the facts say %d, want %d", n.Registered, counted.Sessions[w.session.ID].Registered, step.want)
		}
	}
}
