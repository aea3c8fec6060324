package room_test

import (
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/room"
)

func TestCalls(t *testing.T) {
	h := newHall(t)
	tablet, wang := h.tablet("01"), h.person("王阿姨")
	seat := h.must(h.sit(tablet, wang, room.Tile))
	raise := func() room.Call {
		t.Helper()
		c, err := h.store.Raise(h.ctx, room.Call{ID: db.NewID(), TabletID: tablet, VenueID: "V", SessionID: "S", SeatID: &seat.ID})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := raise()
	if again := raise(); again.ID != first.ID {
		t.Errorf("a second tap: got call %s, want %s", again.ID, first.ID)
	}
	h.clock.pass(40 * time.Second)
	var all sync.WaitGroup
	for range 4 { // helpers who tap at once
		all.Go(func() {
			if err := h.store.Answer(h.ctx, db.NewID(), first.ID, "staff"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	facts, err := ledger.List(h.ctx, h.d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Helped}})
	if err != nil || len(facts) != 1 {
		t.Fatalf("got %d facts %v, want 1", len(facts), err)
	}
	f := facts[0]
	if f.Object != "call:"+first.ID || *f.PersonID != wang || *f.SessionID != "S" || *f.DeviceID != tablet || f.Detail != `{"waited_seconds":40}` {
		t.Errorf("got fact %+v", f)
	}
	second := raise() // after the answer a new hand goes up
	if second.ID == first.ID {
		t.Error("the answered call came back")
	}
	if err := h.store.Lower(h.ctx, tablet); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Answer(h.ctx, db.NewID(), second.ID, "staff"); err != nil {
		t.Fatal(err)
	}
	facts, err = ledger.List(h.ctx, h.d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Helped}})
	if err != nil || len(facts) != 1 {
		t.Errorf("a hand that went down by itself: got %d facts %v, want 1", len(facts), err)
	}
	third := raise()
	if err := h.store.End(h.ctx, seat.ID, room.Left, nil); err != nil {
		t.Fatal(err)
	}
	if c, err := h.store.Call(h.ctx, third.ID); err != nil || c.Waiting() {
		t.Errorf("the hand of who left: got %+v %v, want it down", c, err)
	}
}

func TestPushes(t *testing.T) {
	h := newHall(t)
	seat := h.must(h.sit(h.tablet("01"), "", room.Visit))
	push := func(act, url string) room.Push {
		t.Helper()
		p, err := h.store.Push(h.ctx, room.Push{SessionID: "S", ActID: act, Kind: room.Lesson, Slug: "fraud/police-call", Step: 4, URL: url, ByID: "staff"})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	pending := func(s room.Seat) int64 {
		t.Helper()
		p, err := h.store.Pending(h.ctx, h.must(h.store.Seat(h.ctx, s.ID)), "S")
		if err != nil {
			t.Fatal(err)
		}
		return p.Version
	}
	h.clock.pass(time.Second)
	act := db.NewID()
	if p := push(act, "/a"); p.Version != 1 {
		t.Errorf("got version %d, want 1", p.Version)
	}
	if p := push(act, "/b"); p.Version != 1 || p.URL != "/a" {
		t.Errorf("the same act: got %+v, want the first push", p)
	}
	if got := pending(seat); got != 1 {
		t.Errorf("got pending %d, want 1", got)
	}
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { push(db.NewID(), "/c") })
	}
	all.Wait()
	if got := pending(seat); got != 7 {
		t.Errorf("after seven: got pending %d, want 7", got)
	}
	if err := h.store.Seen(h.ctx, seat.ID, 7); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Seen(h.ctx, seat.ID, 3); err != nil {
		t.Fatal(err)
	}
	if got := pending(seat); got != 0 {
		t.Errorf("seen: got pending %d, want none", got)
	}
	h.clock.pass(time.Second)
	if got := pending(h.must(h.sit(h.tablet("02"), "", room.Visit))); got != 0 {
		t.Errorf("who sits down later: got pending %d, want none", got)
	}
}

func TestBoard(t *testing.T) {
	h := newHall(t)
	one, two, three := h.tablet("01"), h.tablet("02"), h.tablet("03")
	seat := h.must(h.sit(one, h.person("王阿姨"), room.Tile))
	h.must(h.sit(two, "", room.Visit))
	h.clock.pass(room.SharedIdle)
	if err := h.store.Touch(h.ctx, seat); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Signal(h.ctx, three); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Assign(h.ctx, three, "S2"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Raise(h.ctx, room.Call{ID: db.NewID(), TabletID: one, VenueID: "V", SessionID: "S", SeatID: &seat.ID}); err != nil {
		t.Fatal(err)
	}
	board, err := h.store.Board(h.ctx, []string{one, two, three})
	if err != nil || len(board) != 3 {
		t.Fatalf("got %d spots %v", len(board), err)
	}
	now := h.clock.now()
	if b := board[0]; b.Seat == nil || b.Call == nil || b.Silent(now) {
		t.Errorf("first: got %+v, want a seat, a hand and a signal", b)
	}
	if b := board[1]; b.Seat != nil || !b.Silent(now) {
		t.Errorf("second: got %+v, want nobody and silence", b)
	}
	if b := board[2]; b.Seat != nil || b.SessionID != "S2" || b.Silent(now) {
		t.Errorf("third: got %+v, want nobody, session S2 and a signal", b)
	}
}

func TestSweepClearsOldRows(t *testing.T) {
	h := newHall(t)
	tablet := h.tablet("01")
	seat := h.must(h.sit(tablet, h.person("王阿姨"), room.Tile))
	if _, err := h.store.Raise(h.ctx, room.Call{ID: db.NewID(), TabletID: tablet, VenueID: "V", SessionID: "S", SeatID: &seat.ID}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Push(h.ctx, room.Push{SessionID: "S", ActID: db.NewID(), Kind: room.Lesson, Slug: "s", URL: "/", ByID: "staff"}); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the first round ends, a week later the second clears away
		if err := h.store.Sweep(h.ctx); err != nil {
			t.Fatal(err)
		}
		h.clock.pass(8 * 24 * time.Hour)
		if err := h.store.Sweep(h.ctx); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.store.Seat(h.ctx, seat.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the seat is still there: %v", err)
	}
	if hand, err := h.store.Hand(h.ctx, tablet); err != nil || hand.ID != "" {
		t.Errorf("the call is still there: %+v %v", hand, err)
	}
	if p, err := h.store.LastPush(h.ctx, "S"); err != nil || p.Version != 0 {
		t.Errorf("the push is still there: %+v %v", p, err)
	}
}
