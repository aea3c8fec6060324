// Package live is live classes: who may join, which step the class is at, and for how
// many minutes somebody was there.
//
// Sound and picture are LiveKit's business (live/sfu), reached by URL, key and secret.
// Everything else is ours and goes on when LiveKit is away: the step that a class is at
// stands in our database with a version, pages follow it by asking, and who was there is
// written down from four sources (webhooks, our own polls, the pages' heartbeats, our own
// acts) and counted afterwards.
package live

import (
	"time"

	"silverclass/app/fault"
)

// State is where a class is between plan and end.
type State string

// The states. A class that nobody has opened yet has no row and is Planned.
const (
	Planned State = "planned"
	Open    State = "open"
	Closed  State = "closed"
)

// Class is the live side of one session.
type Class struct {
	// ID is the session's own ID: a session has at most one class, and its address is
	// known before anybody has opened it.
	ID      string `gorm:"primaryKey"`
	VenueID string
	State   State
	// Lesson and Step are what stands beside the picture: a slug such as
	// "fraud/police-call" and a number from 1. Both are empty when none is shown.
	Lesson string
	Step   int
	// Version grows with every change that people see: pages ask for it.
	Version int64
	// PlannedFrom and PlannedTo are the session's times when the class was opened.
	PlannedFrom, PlannedTo time.Time
	OpenedAt               time.Time // last opened; zero while Planned
	OpenedBy               string    // staff ID
	ClosedAt               *time.Time
	ClosedBy               *string // staff ID; nil when the clock closed it
	// Unsettled is true while evidence waits to be counted.
	Unsettled bool
}

// TableName is the table of classes.
func (Class) TableName() string { return "live_classes" }

// SessionID is the session that the class belongs to.
func (c Class) SessionID() string { return c.ID }

// Room is the class's room on the media server.
func (c Class) Room() string { return "class-" + c.ID }

// Early is how long before the planned start minutes begin to count.
const Early = 15 * time.Minute

// Counted is the span in which minutes count: from a quarter of an hour before the
// planned start to when the class ended. It is meaningful once the class is closed.
func (c Class) Counted() (from, to time.Time) {
	from = c.PlannedFrom.Add(-Early)
	if c.ClosedAt != nil {
		to = *c.ClosedAt
	}
	return from, to
}

// joinable is nil when somebody may join. Its faults are Conflict while the class has not
// begun, Gone when it is over.
func (c Class) joinable() error {
	switch c.State {
	case Open:
		return nil
	case Closed:
		return fault.New(fault.Gone, "live.over")
	}
	return fault.New(fault.Conflict, "live.not_open")
}

// Role is what somebody is in a class.
type Role string

// The roles. Home watches and is counted; a trainer sends camera, microphone and screen.
// A hall tablet has no role: it gets no token and follows the step only.
const (
	Home    Role = "home"
	Trainer Role = "trainer"
)

// Visit is one device in one class. A person with two devices has two.
type Visit struct {
	// Identity is random, stands in the token, and says nothing about anybody.
	Identity string `gorm:"column:ticket;primaryKey"`
	ClassID  string
	Role     Role
	// Who is the visit, seat or staff ID behind it: the same device that comes back gets
	// its identity back.
	Who string
	// PersonID is the learner; nil for a visitor and for staff.
	PersonID *string
	JoinedAt time.Time // first let in
	SeenAt   time.Time // last heard of
	Here     bool      // false once it said that it left
	Hears    bool      // sound plays and the page is in front
}

// TableName is the table of visits.
func (Visit) TableName() string { return "live_visits" }

// silent is how long a page may be silent before it no longer counts as being there: two
// heartbeats and some patience.
const silent = 35 * time.Second

// Step is one step of a lesson as it stands beside the picture.
type Step struct {
	Lesson string // the lesson's title
	Number int    // from 1
	Of     int    // how many steps the lesson has
	Title  string
	Text   string // plain text; lines end with a line feed
}

// Lesson is one lesson that a class can show.
type Lesson struct {
	Slug  string // such as "fraud/police-call"
	Title string
	Steps int
}
