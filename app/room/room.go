// Package room knows who sits where: which person or visitor has which tablet, which
// step each of them is at, who raised a hand, and where the trainer sends everybody.
//
// It knows no feature: a place is a kind, a slug and a step that a feature tells it.
// Rows here are working rows and are cleared away after a week; the only fact that this
// package owns is that a call for help was answered.
package room

import "time"

// How long a seat lasts without an act (design.md §3, senior-ui.md I2 and I4), and when
// somebody counts as stuck.
const (
	// AskAfter is when a shared tablet asks whether somebody is still there.
	AskAfter = 5 * time.Minute
	// SharedIdle frees a shared tablet: a minute to answer the question.
	SharedIdle = 6 * time.Minute
	// OwnIdle frees one's own device.
	OwnIdle = 60 * time.Minute
	// TouchEvery is how often last_act_at is written at most.
	TouchEvery = time.Minute
	// StuckAfter is how long at one step counts as stuck on the cockpit.
	StuckAfter = 90 * time.Second
	// SignalLost is how long after its last signal a tablet counts as silent. Tablets
	// signal every 20 seconds.
	SignalLost = 50 * time.Second
	// comingShown is how long a tablet says that somebody is coming.
	comingShown = 2 * time.Minute
	// keep is how long ended seats, calls and pushes stay.
	keep = 7 * 24 * time.Hour
)

// SeatKind is how somebody came to sit.
type SeatKind string

// The kinds of seat. Card and Staffed open 我的; Tile and Visit learn and practise.
const (
	Tile    SeatKind = "tile"  // tapped her own tile among those checked in
	Card    SeatKind = "card"  // showed her card
	Staffed SeatKind = "staff" // staff seated her
	Visit   SeatKind = "visit" // a visitor, whom nobody knows
)

// Why is why a seat ended.
type Why string

// The reasons.
const (
	Left   Why = "left"   // she left, or said that she is somebody else
	Idle   Why = "idle"   // nobody acted any more
	Moved  Why = "moved"  // she sat down elsewhere, or somebody else was seated here
	Undone Why = "undone" // staff took it back
)

// Seat is one person or visitor at one tablet, or a person on her own device.
//
// It is open until it ends by an act, or by the clock: see Over. A tablet has at most
// one open seat, and a person sits at one tablet at most.
type Seat struct {
	ID string `gorm:"primaryKey"`
	// TabletID is nil on one's own device.
	TabletID *string
	VenueID  *string
	// SessionID is the session that ran at the venue when the seat was taken; nil
	// without one. What happens later belongs to the session that runs then.
	SessionID *string
	// PersonID or VisitID is set, never both: whose working rows the features keep.
	PersonID *string
	VisitID  *string
	Kind     SeatKind
	// TokenHash finds the seat of one's own device by its cookie; nil on a tablet,
	// which is found by the tablet's token.
	TokenHash *string
	BeganAt   time.Time
	// LastActAt is the last act, written at most every TouchEvery.
	LastActAt time.Time
	EndedAt   *time.Time
	Why       *Why
	// ByID is the staff who seated her, EndedByID the staff who took the seat back.
	ByID      *string
	EndedByID *string
	// Place is where she is; its Kind is empty until a feature says so.
	Place Place `gorm:"embedded;embeddedPrefix:place_"`
	// PushSeen is the version of the last push that she followed or put aside.
	PushSeen int64
}

// TableName is the table of seats.
func (Seat) TableName() string { return "room_seats" }

// Shared reports whether the seat is at a tablet that others use too.
func (s Seat) Shared() bool { return s.TabletID != nil }

// Own reports whether the seat opens 我的: her card was shown or staff seated her.
func (s Seat) Own() bool { return s.Kind == Card || s.Kind == Staffed }

// Limit is how long the seat lasts without an act.
func (s Seat) Limit() time.Duration {
	if s.Shared() {
		return SharedIdle
	}
	return OwnIdle
}

// Over reports whether nobody sits here any more at now: the seat has ended, or its
// last act is as old as Limit.
func (s Seat) Over(now time.Time) bool {
	return s.EndedAt != nil || !now.Before(s.LastActAt.Add(s.Limit()))
}

// Stuck is how long she has been at the same step when that is longer than
// StuckAfter, else zero. Nobody is stuck who is nowhere, or in a live class.
func (s Seat) Stuck(now time.Time) time.Duration {
	if s.Over(now) || s.Place.Since == nil || s.Place.Kind == Live || s.Place.Kind == "" {
		return 0
	}
	if d := now.Sub(*s.Place.Since); d > StuckAfter {
		return d
	}
	return 0
}

// PlaceKind is what sort of thing somebody is at.
type PlaceKind string

// The kinds of place, which features tell.
const (
	Lesson PlaceKind = "lesson"
	Scene  PlaceKind = "scene"
	Quiz   PlaceKind = "quiz"
	Live   PlaceKind = "live"
)

// Place is where somebody is: the step of a lesson, the screen of a scene, the question
// of a quiz, a live class. Steps count from 1; 0 means the thing as a whole.
type Place struct {
	Kind PlaceKind
	Slug string // "fraud/police-call", or a class's ID
	Step int
	// Since is when she came there; the store sets it.
	Since *time.Time
}

// same reports whether both are the same step of the same thing.
func (p Place) same(o Place) bool {
	return p.Kind == o.Kind && p.Slug == o.Slug && p.Step == o.Step
}

// Call is a hand that went up at a tablet.
type Call struct {
	ID        string `gorm:"primaryKey"`
	TabletID  string
	VenueID   string
	SessionID string
	SeatID    *string // nil when nobody sits there
	AskedAt   time.Time
	// AnsweredAt is when somebody of the staff set out, ByID who that was.
	AnsweredAt *time.Time
	ByID       *string
	// CancelledAt is when the learner took her hand down herself.
	CancelledAt *time.Time
}

// TableName is the table of calls.
func (Call) TableName() string { return "room_calls" }

// Waiting reports whether the hand is still up.
func (c Call) Waiting() bool { return c.AnsweredAt == nil && c.CancelledAt == nil }

// Waited is how long the hand is up at now, or was.
func (c Call) Waited(now time.Time) time.Duration {
	switch {
	case c.AnsweredAt != nil:
		now = *c.AnsweredAt
	case c.CancelledAt != nil:
		now = *c.CancelledAt
	}
	return max(0, now.Sub(c.AskedAt))
}

// Push is where the trainer sends everybody of a session. The newest one counts.
type Push struct {
	SessionID string `gorm:"primaryKey"`
	// Version counts a session's pushes from 1.
	Version int64 `gorm:"primaryKey"`
	ActID   string
	Kind    PlaceKind
	Slug    string
	Step    int
	URL     string // an address on this site
	At      time.Time
	ByID    string
}

// TableName is the table of pushes.
func (Push) TableName() string { return "room_pushes" }

// Post is what the room knows of a tablet beyond who sits there.
type Post struct {
	TabletID string `gorm:"primaryKey"`
	// SessionID is the session that staff gave the tablet where several run at its
	// venue; nil: it follows the only one.
	SessionID *string
	SeenAt    *time.Time // its last signal; nil before the first
}

// TableName is the table of posts.
func (Post) TableName() string { return "room_tablets" }
