package room_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

// clock is a time that a test moves by hand.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

type hall struct {
	t     *testing.T
	ctx   context.Context
	d     *db.DB
	clock *clock
	store *room.Store
}

func newHall(t *testing.T) *hall {
	t.Helper()
	c := &clock{at: start}
	d := dbtest.Open(t)
	return &hall{t: t, ctx: t.Context(), d: d, clock: c, store: room.NewStore(d.DB, c.now)}
}

// tablet enrols a tablet at venue V and gives its ID.
func (h *hall) tablet(label string) string {
	h.t.Helper()
	row := people.Tablet{ID: "tablet-" + label, VenueID: "V", Label: label, TokenHash: "hash-" + label, LastSeenAt: start, CreatedAt: start}
	h.write(func(tx *gorm.DB) error { return db.Rows[people.Tablet](tx).Create(h.ctx, &row) })
	return row.ID
}

// person makes a learner and gives her ID.
func (h *hall) person(name string) string {
	h.t.Helper()
	row := people.Person{ID: db.NewRandomID(), Name: name, CreatedAt: start}
	h.write(func(tx *gorm.DB) error { return db.Rows[people.Person](tx).Create(h.ctx, &row) })
	return row.ID
}

func (h *hall) write(fn func(tx *gorm.DB) error) {
	h.t.Helper()
	if err := db.Write(h.ctx, h.d.DB, fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hall) sit(tablet, person string, kind room.SeatKind) (room.Seat, error) {
	s := room.Sit{ID: db.NewID(), TabletID: tablet, VenueID: "V", SessionID: "S", Kind: kind}
	if person == "" {
		s.VisitID = db.NewRandomID()
	} else {
		s.PersonID = person
	}
	return h.store.Take(h.ctx, s)
}

func (h *hall) must(seat room.Seat, err error) room.Seat {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
	return seat
}

// ended is why a seat ended, and "open" while it has not.
func (h *hall) ended(id string) string {
	h.t.Helper()
	s := h.must(h.store.Seat(h.ctx, id))
	if s.Why == nil {
		return "open"
	}
	return string(*s.Why)
}

func TestTake(t *testing.T) {
	for _, tt := range []struct {
		name            string
		before, then    room.SeatKind
		samePerson      bool
		sameTablet      bool
		wantKind        fault.Kind // Internal (zero) means that it works
		wantKey, wantWh string     // the fault's key, and what becomes of the first seat
	}{
		{name: "a tile beside another seat", before: room.Tile, then: room.Tile, wantWh: "open"},
		{name: "a tile of somebody who sits elsewhere", before: room.Tile, then: room.Tile, samePerson: true, wantKind: fault.Conflict, wantKey: "room.tile_taken", wantWh: "open"},
		{name: "a tile at a taken tablet", before: room.Card, then: room.Tile, sameTablet: true, wantKind: fault.Conflict, wantKey: "room.tablet_taken", wantWh: "open"},
		{name: "a tile where a visitor sits", before: room.Visit, then: room.Tile, sameTablet: true, wantWh: "moved"},
		{name: "her own tile again", before: room.Tile, then: room.Tile, samePerson: true, sameTablet: true, wantWh: "open"},
		{name: "a card moves her here", before: room.Tile, then: room.Card, samePerson: true, wantWh: "moved"},
		{name: "a card takes a left tablet", before: room.Tile, then: room.Card, sameTablet: true, wantWh: "moved"},
		{name: "a card opens more at her own tile", before: room.Tile, then: room.Card, samePerson: true, sameTablet: true, wantWh: "open"},
		{name: "staff move her", before: room.Card, then: room.Staffed, samePerson: true, wantWh: "moved"},
		{name: "staff seat another", before: room.Card, then: room.Staffed, sameTablet: true, wantWh: "moved"},
		{name: "a visitor at a taken tablet", before: room.Tile, then: room.Visit, sameTablet: true, wantKind: fault.Conflict, wantKey: "room.tablet_taken", wantWh: "open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHall(t)
			one, two := h.tablet("01"), h.tablet("02")
			wang, li := "", h.person("李叔叔")
			if tt.before != room.Visit {
				wang = h.person("王阿姨")
			}
			first := h.must(h.sit(one, wang, tt.before))
			tablet, person := two, li
			if tt.sameTablet {
				tablet = one
			}
			if tt.samePerson {
				person = wang
			}
			if tt.then == room.Visit {
				person = ""
			}
			second, err := h.sit(tablet, person, tt.then)
			if got := h.ended(first.ID); got != tt.wantWh {
				t.Errorf("first seat: got %s, want %s", got, tt.wantWh)
			}
			if tt.wantKey != "" {
				wantFault(t, err, tt.wantKind, tt.wantKey)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if tt.samePerson && tt.sameTablet && second.ID != first.ID {
				t.Errorf("got a new seat %s, want the old one to go on", second.ID)
			}
			if got := h.must(h.store.At(h.ctx, tablet)); got.Kind != tt.then || got.ID != second.ID {
				t.Errorf("at the tablet: got %s %s, want %s %s", got.Kind, got.ID, tt.then, second.ID)
			}
		})
	}
}

func wantFault(t *testing.T, err error, kind fault.Kind, key string) {
	t.Helper()
	var f *fault.Error
	if !asFault(err, &f) || f.Kind != kind || f.Key != key {
		t.Errorf("got %v, want fault %d %s", err, kind, key)
	}
}

func TestSameActTwice(t *testing.T) {
	h := newHall(t)
	act := room.Sit{ID: db.NewID(), TabletID: h.tablet("01"), VenueID: "V", PersonID: h.person("王阿姨"), Kind: room.Tile}
	first := h.must(h.store.Take(h.ctx, act))
	again := h.must(h.store.Take(h.ctx, act))
	if again.ID != first.ID {
		t.Errorf("got seat %s, want %s", again.ID, first.ID)
	}
	if err := h.store.End(h.ctx, first.ID, room.Undone, nil); err != nil {
		t.Fatal(err)
	}
	h.must(h.store.Take(h.ctx, act)) // a late repetition seats nobody
	if _, err := h.store.At(h.ctx, act.TabletID); !fault.Is(err, fault.NotFound) {
		t.Errorf("after staff undid it: got %v, want nobody there", err)
	}
	act.PersonID = h.person("李叔叔")
	_, err := h.store.Take(h.ctx, act)
	wantFault(t, err, fault.Conflict, "room.act_again")
}

// Two tablets tap one tile at the same moment: one has her, the other gets plain words.
func TestTileRace(t *testing.T) {
	h := newHall(t)
	for round := range 10 {
		wang := h.person("王阿姨")
		tablets := []string{h.tablet(fmt.Sprintf("%02d-a", round)), h.tablet(fmt.Sprintf("%02d-b", round))}
		errs := make([]error, len(tablets))
		var all sync.WaitGroup
		for i, tablet := range tablets {
			all.Go(func() { _, errs[i] = h.sit(tablet, wang, room.Tile) })
		}
		all.Wait()
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
				continue
			}
			wantFault(t, err, fault.Conflict, "room.tile_taken")
		}
		if won != 1 {
			t.Fatalf("round %d: %d tablets have her, want 1", round, won)
		}
	}
}

func TestIdle(t *testing.T) {
	for _, tt := range []struct {
		name string
		sit  func(h *hall) room.Seat
		want time.Duration
	}{
		{"a shared tablet", func(h *hall) room.Seat { return h.must(h.sit(h.tablet("01"), h.person("王阿姨"), room.Tile)) }, 6 * time.Minute},
		{"one's own device", func(h *hall) room.Seat {
			return h.must(h.store.Take(h.ctx, room.Sit{ID: db.NewID(), TokenHash: "own", PersonID: h.person("王阿姨"), Kind: room.Card}))
		}, time.Hour},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newHall(t)
			seat := tt.sit(h)
			now := func() error {
				var err error
				if seat.Shared() {
					_, err = h.store.At(h.ctx, *seat.TabletID)
				} else {
					_, err = h.store.ByToken(h.ctx, *seat.TokenHash)
				}
				return err
			}
			h.clock.pass(tt.want - time.Second)
			if err := now(); err != nil {
				t.Fatalf("a second before: %v", err)
			}
			if err := h.store.Touch(h.ctx, seat); err != nil {
				t.Fatal(err)
			}
			h.clock.pass(tt.want - time.Millisecond)
			if err := now(); err != nil {
				t.Fatalf("after a touch: %v", err)
			}
			h.clock.pass(time.Millisecond)
			if err := now(); !fault.Is(err, fault.NotFound) {
				t.Fatalf("after %s: got %v, want nobody there", tt.want, err)
			}
			h.clock.pass(10 * time.Minute)
			if err := h.store.Sweep(h.ctx); err != nil {
				t.Fatal(err)
			}
			got := h.must(h.store.Seat(h.ctx, seat.ID))
			if got.Why == nil || *got.Why != room.Idle || !got.EndedAt.Equal(got.LastActAt.Add(tt.want)) {
				t.Errorf("swept: got %v at %v, want idle at the clock's instant", got.Why, got.EndedAt)
			}
		})
	}
}

// Her tile is free again when she only walked away, and her old seat does not stand in
// the way before anybody swept it.
func TestIdleTileIsFree(t *testing.T) {
	h := newHall(t)
	wang := h.person("王阿姨")
	first := h.must(h.sit(h.tablet("01"), wang, room.Tile))
	h.clock.pass(room.SharedIdle)
	if seated, err := h.store.Seated(h.ctx, []string{wang}); err != nil || seated[wang] {
		t.Errorf("got seated %v %v, want her free", seated, err)
	}
	h.must(h.sit(h.tablet("02"), wang, room.Tile))
	if got := h.ended(first.ID); got != "idle" {
		t.Errorf("first seat: got %s, want idle", got)
	}
}

func TestTouchWritesOnceAMinute(t *testing.T) {
	h := newHall(t)
	seat := h.must(h.sit(h.tablet("01"), "", room.Visit))
	h.clock.pass(59 * time.Second)
	if err := h.store.Touch(h.ctx, seat); err != nil {
		t.Fatal(err)
	}
	if got := h.must(h.store.Seat(h.ctx, seat.ID)); !got.LastActAt.Equal(start) {
		t.Errorf("within a minute: got %v, want nothing written", got.LastActAt)
	}
	h.clock.pass(time.Second)
	if err := h.store.Touch(h.ctx, seat); err != nil {
		t.Fatal(err)
	}
	if got := h.must(h.store.Seat(h.ctx, seat.ID)); !got.LastActAt.Equal(start.Add(time.Minute)) {
		t.Errorf("after a minute: got %v", got.LastActAt)
	}
}

func TestPlace(t *testing.T) {
	h := newHall(t)
	seat := h.must(h.sit(h.tablet("01"), "", room.Visit))
	move := func(step int) room.Seat {
		t.Helper()
		h.write(func(tx *gorm.DB) error {
			return h.store.Place(h.ctx, tx, seat.ID, room.Place{Kind: room.Lesson, Slug: "fraud/police-call", Step: step})
		})
		return h.must(h.store.Seat(h.ctx, seat.ID))
	}
	move(3)
	h.clock.pass(80 * time.Second)
	if got := move(3); !got.Place.Since.Equal(start) || got.Stuck(h.clock.now()) != 0 {
		t.Errorf("same step again: got since %v, stuck %v", got.Place.Since, got.Stuck(h.clock.now()))
	}
	h.clock.pass(15 * time.Second)
	if got := h.must(h.store.Seat(h.ctx, seat.ID)).Stuck(h.clock.now()); got != 95*time.Second {
		t.Errorf("got stuck %v, want 95 s", got)
	}
	got := move(4)
	want := room.Place{Kind: room.Lesson, Slug: "fraud/police-call", Step: 4, Since: got.Place.Since}
	if diff := cmp.Diff(want, got.Place); diff != "" || got.Stuck(h.clock.now()) != 0 {
		t.Errorf("next step: %s stuck %v", diff, got.Stuck(h.clock.now()))
	}
	if err := h.store.End(h.ctx, seat.ID, room.Left, nil); err != nil {
		t.Fatal(err)
	}
	if got := move(5); got.Place.Step != 4 {
		t.Errorf("an ended seat moved to step %d", got.Place.Step)
	}
}

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }
