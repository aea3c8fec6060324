// Package cockpit is the trainer's page of a session: one tile a tablet, who sits there,
// at which step, who is stuck and whose hand is up; and what can be done about it: go
// and help, seat somebody, take a seat back, send everybody to a step.
//
// It keeps nothing of its own: seats, hands and pushes are app/room's, who is checked in
// is app/tour's, and what a step is called the courses' catalog says.
package cockpit

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/courses"
)

// state is what the trainer has to know of a tablet first. The order is that of the
// board: trouble first.
type state int

const (
	handUp    state = iota // somebody called
	stuck                  // too long at one step
	silent                 // somebody sits there, and the tablet no longer answers
	sitting                // all is well
	empty                  // nobody sits there
	elsewhere              // it belongs to another session of the venue
)

// tile is one tablet on the board.
type tile struct {
	TabletID string
	Label    string
	State    state
	SeatID   string // empty when nobody sits there
	// Name is the 称呼 of who sits there and Tail the last four of her card; both may be
	// empty. Visitor is true for somebody nobody knows.
	Name, Tail string
	Visitor    bool
	// Uninvited is true for a person who sits here without being checked in.
	Uninvited bool
	PersonID  string
	Place     place
	CallID    string
	// For is how long the hand is up, or how long she is stuck; 0 otherwise.
	For    time.Duration
	SeenAt *time.Time // the last signal; nil before the first
	Silent bool
	// Unassigned is true when several sessions run here and nobody said whose it is.
	Unassigned bool
}

// place is where somebody is, in words of the lesson.
type place struct {
	Kind  room.PlaceKind // empty while she has not begun
	Title string         // the lesson's; empty when the content is gone
	Step  int            // as the learner sees it counted
}

// numbers stand large on top.
type numbers struct {
	Present  int // checked in
	Learning int // sit at a tablet
	Stuck    int
	Hands    int
}

// Minutes and Seconds say For in the larger unit that fits: one of them is 0.
func (t tile) Minutes() int {
	if t.For < 2*time.Minute {
		return 0
	}
	return int(t.For / time.Minute)
}

// Seconds is For below two minutes.
func (t tile) Seconds() int {
	if t.For >= 2*time.Minute {
		return 0
	}
	return int(t.For / time.Second)
}

// Class is the tile's class in the stylesheet.
func (t tile) Class() string {
	switch t.State {
	case handUp:
		return "hand"
	case stuck:
		return "stuck"
	case silent, empty, elsewhere:
		return "off"
	}
	return ""
}

// The questions that the page asks of a tile.

func (t tile) Hand() bool      { return t.State == handUp }
func (t tile) Stuck() bool     { return t.State == stuck }
func (t tile) Free() bool      { return t.SeatID == "" && t.State != elsewhere }
func (t tile) Elsewhere() bool { return t.State == elsewhere }

// hall is what a board is made from.
type hall struct {
	SessionID string
	Several   bool // more than one session runs at the venue
	Tablets   []people.Tablet
	Spots     []room.Spot // of the tablets, in their order
	Persons   map[string]people.Person
	Present   map[string]bool // person IDs that are checked in
	Catalog   *courses.Catalog
	Lang      string
	Now       time.Time
}

// board is the tiles in order and the numbers over them.
func (h hall) board() ([]tile, numbers) {
	tiles := make([]tile, 0, len(h.Spots))
	sum := numbers{Present: len(h.Present)}
	for i, spot := range h.Spots {
		t := h.tile(h.Tablets[i], spot)
		tiles = append(tiles, t)
		if t.State == elsewhere {
			continue
		}
		if t.SeatID != "" {
			sum.Learning++
		}
		switch t.State {
		case handUp:
			sum.Hands++
		case stuck:
			sum.Stuck++
		}
	}
	slices.SortStableFunc(tiles, before)
	return tiles, sum
}

// before puts trouble first, the longest wait first, and then goes by label.
func before(a, b tile) int {
	if c := cmp.Compare(a.State, b.State); c != 0 {
		return c
	}
	if c := cmp.Compare(b.For, a.For); c != 0 {
		return c
	}
	return cmp.Or(strings.Compare(a.Label, b.Label), strings.Compare(a.TabletID, b.TabletID))
}

func (h hall) tile(tablet people.Tablet, spot room.Spot) tile {
	t := tile{TabletID: tablet.ID, Label: tablet.Label, State: empty, SeenAt: spot.SeenAt, Silent: spot.Silent(h.Now)}
	if h.Several {
		t.Unassigned = spot.SessionID == ""
		if !t.Unassigned && spot.SessionID != h.SessionID {
			t.State = elsewhere
			return t
		}
	}
	if seat := spot.Seat; seat != nil {
		h.sit(&t, *seat)
	}
	if spot.Call != nil {
		t.State, t.CallID, t.For = handUp, spot.Call.ID, spot.Call.Waited(h.Now)
	}
	return t
}

func (h hall) sit(t *tile, seat room.Seat) {
	t.SeatID, t.State, t.Visitor = seat.ID, sitting, seat.PersonID == nil
	if seat.PersonID != nil {
		p := h.Persons[*seat.PersonID]
		t.PersonID, t.Name, t.Tail = *seat.PersonID, p.Name, p.CardTail
		t.Uninvited = !h.Present[*seat.PersonID]
	}
	t.Place = h.place(seat.Place)
	switch waited := seat.Stuck(h.Now); {
	case t.Silent:
		t.State = silent
	case waited > 0 && !h.last(seat.Place):
		t.State, t.For = stuck, waited
	}
}

func (h hall) place(p room.Place) place {
	out := place{Kind: p.Kind, Step: p.Step}
	if p.Kind == "" || p.Kind == room.Live {
		return out
	}
	lesson, err := h.Catalog.Lesson(p.Slug)
	if err != nil { // content that was taken away since: the rest of the tile still helps
		return out
	}
	out.Title = lesson.Title.In(h.Lang)
	if p.Kind == room.Lesson && p.Step > 0 {
		out.Step, _ = lesson.At(p.Step)
	}
	return out
}

// last reports whether the place is the end of a lesson: whoever rests there is done,
// not stuck.
func (h hall) last(p room.Place) bool {
	return p.Kind == room.Lesson && p.Step >= courses.KeepStep
}
