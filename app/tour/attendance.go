package tour

import (
	"slices"
	"time"

	"silverclass/app/ledger"
)

// How somebody was checked in.
const (
	ByCard  = ledger.MethodCard  // her card was scanned or its number typed
	ByStaff = ledger.MethodStaff // staff found her by name, or gave her a card just now
	ByPaper = ledger.MethodPaper // entered afterwards from a signed sheet
	ByLive  = ledger.MethodLive  // ten confirmed minutes in a live class
)

// Attendance is one person at one session. A person is there at most once: a second
// check-in changes nothing, also when two desks do it at the same moment.
type Attendance struct {
	ID        string // the act's ID, and the ID of its checked-in fact
	SessionID string
	// PersonID is the learner's random number. It outlives her card and her name: who
	// is erased stays counted, and nobody knows any more who it was.
	PersonID    string
	Method      string // ByCard, ByStaff, ByPaper or ByLive
	CheckedInAt time.Time
	ByID        *string // staff ID of who did it; nil for a live class
	// RetractedAt is when it was taken back; nil while it counts. RetractedBy and
	// Reason say who and why; Reason is one of Reasons, empty while it counts.
	RetractedAt *time.Time
	RetractedBy *string
	Reason      string
}

// Counts reports whether the attendance has not been taken back.
func (a Attendance) Counts() bool { return a.RetractedAt == nil }

// Why something is taken back.
const (
	WrongPerson  = "wrong-person"  // somebody else was meant
	WrongSession = "wrong-session" // it belongs to another session
	NotThere     = "not-there"     // she did not come in after all
	WrongNumber  = "wrong-number"  // the figure was miscounted or mistyped
	Twice        = "twice"         // entered twice
	OtherReason  = "other"
)

// Reasons are the reason codes for taking a check-in back, in the order of the form.
func Reasons() []string { return []string{WrongPerson, NotThere, WrongSession, OtherReason} }

// FigureReasons are the reason codes for taking back a count or another figure.
func FigureReasons() []string { return []string{WrongNumber, Twice, WrongSession, OtherReason} }

// reason is code when it is one of all, and OtherReason else: a form without its
// choice still takes back.
func reason(all []string, code string) string {
	if slices.Contains(all, code) {
		return code
	}
	return OtherReason
}

// CheckIn is the act of checking somebody in.
type CheckIn struct {
	ID        string // made by who acts; the same ID again has no second effect
	SessionID string
	PersonID  string
	Method    string
	ByID      *string
	DeviceID  *string
	// At is when it happened; the zero time means now.
	At time.Time
}

// CheckedIn is what a check-in came to.
type CheckedIn struct {
	// Attendance is the one that counts: the new one, or the one that was there before.
	Attendance Attendance
	// Again is true when she was there already (已经签到了), also by the same act.
	Again bool
}

// Undo is the act of taking something back.
type Undo struct {
	ID     string // what is taken back: an Attendance, HeadCount or Figure
	ByID   *string
	Reason string // one of Reasons or FigureReasons
}

// Refusal is a scan that the desk did not take, kept so that staff can see why.
type Refusal struct {
	ID        string
	SessionID string
	// Tail is the last two characters of what looked like a card; empty otherwise, since
	// what was typed may be anything, a phone number too.
	Tail   string
	Reason string // a locale key below tour.refused_: card, wait, over, cancelled, waiting
	At     time.Time
	ByID   *string
}

// Numbers are a session's totals as the desk shows them, from the working rows, with two
// cards of one person as one. Reports count from the facts themselves, by the same rule.
type Numbers struct {
	Registered int  // different people checked in
	Heads      *int // the count that holds; nil while nobody has counted
	Estimate   bool // Heads is an estimate: there is no tally
	// Unregistered is how many more heads than registered people there were, never
	// negative.
	Unregistered int
	PersonTimes  int // Registered + Unregistered
}

// numbers applies the rule of design.md §1 to registered people and a session's counts.
func numbers(registered int, counts []HeadCount) Numbers {
	n := Numbers{Registered: registered}
	if c, ok := holding(counts); ok {
		heads := c.Heads
		n.Heads, n.Estimate = &heads, c.Method == Estimate
		n.Unregistered = max(0, heads-registered)
	}
	n.PersonTimes = n.Registered + n.Unregistered
	return n
}
