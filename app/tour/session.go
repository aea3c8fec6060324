package tour

import (
	"time"

	"silverclass/app/fault"
)

// State is where a session is between plan and end.
type State string

// The states. A planned session runs by itself from half an hour before its start;
// opening it by hand only makes that earlier. The first check-in or count opens it.
const (
	Planned   State = "planned"
	Open      State = "open"
	Closed    State = "closed"
	Cancelled State = "cancelled"
)

// How a session is held.
const (
	OnSite = "site"
	Live   = "live"
	Both   = "both"
)

// Modes are the ways to hold a session in the order of the form.
func Modes() []string { return []string{OnSite, Live, Both} }

const (
	// Early is how long before its start a session runs at its venue (design.md §3).
	Early = 30 * time.Minute
	// Late is how long a session that nobody closed goes on after its end, or after it
	// was opened by hand when that is later. It is long enough for a class that runs
	// over and for tidying up, and short enough that the morning's session is over
	// before the afternoon's tablets look for theirs.
	Late = 3 * time.Hour
	// MostPlaces is the largest number of places a venue or session may have.
	MostPlaces = 2000
	// longest is how long a session may take: one start, one room, one day.
	longest = 12 * time.Hour
)

// Session is one 场次: one to five topics, one start, one venue. It is the unit of
// attendance.
type Session struct {
	ID      string
	VenueID string
	StopID  *string  // nil: the venue's own programme
	Title   string   // up to 60 characters
	Topics  []string `gorm:"serializer:json"` // of Topics, in that order, 1 to 5
	Mode    string   // one of Modes
	Room    string   // which room of the venue, up to 40 characters; may be empty
	Places  int      // how many people fit, 0 when not limited
	// TrainerID is the staff ID of who teaches; nil when not known yet.
	TrainerID *string
	// StartsAt and EndsAt are instants; forms show and take them in the site's zone.
	StartsAt, EndsAt time.Time
	State            State
	OpenedAt         *time.Time // when it was last opened; nil while it never was
	ClosedAt         *time.Time // when it was last closed by hand; nil while it is not closed
	CreatedAt        time.Time
}

// Phase is what a session is at an instant, as people see it: the state, with the
// clock applied.
type Phase string

// The phases.
const (
	Waiting   Phase = "waiting" // planned, and more than Early before its start
	Running   Phase = "running" // people may be checked in; tablets follow it
	Over      Phase = "over"    // closed by hand, or by the clock
	CalledOff Phase = "cancelled"
)

// Ends is when the clock closes a session that nobody closes by hand.
func (s Session) Ends() time.Time {
	end := s.EndsAt
	if s.OpenedAt != nil && s.OpenedAt.After(end) {
		end = *s.OpenedAt
	}
	return end.Add(Late)
}

// Phase is the session's phase at now.
func (s Session) Phase(now time.Time) Phase {
	switch {
	case s.State == Cancelled:
		return CalledOff
	case s.State == Closed, !now.Before(s.Ends()):
		return Over
	case s.State == Open, !now.Before(s.StartsAt.Add(-Early)):
		return Running
	}
	return Waiting
}

// mayCheckIn is nil while people may be checked in and heads counted by hand. Its
// faults are Conflict, with what to do: open the session first, or restore it.
func (s Session) mayCheckIn(now time.Time) error {
	switch s.Phase(now) {
	case Running:
		return nil
	case CalledOff:
		return fault.New(fault.Conflict, "tour.session_cancelled")
	case Over:
		return fault.New(fault.Conflict, "tour.session_over")
	}
	return fault.New(fault.Conflict, "tour.session_waiting")
}

// opened is the session opened at now. Opening again what is open changes nothing.
func (s Session) opened(now time.Time) (Session, error) {
	if s.State == Cancelled {
		return s, fault.New(fault.Conflict, "tour.session_cancelled")
	}
	if s.State == Open && now.Before(s.Ends()) {
		return s, nil
	}
	s.State, s.OpenedAt, s.ClosedAt = Open, &now, nil
	return s, nil
}

// closed is the session closed at now. Closing again changes nothing. What has not begun
// cannot be closed: it is called off instead.
func (s Session) closed(now time.Time) (Session, error) {
	switch {
	case s.State == Cancelled:
		return s, fault.New(fault.Conflict, "tour.session_cancelled")
	case s.State == Closed:
		return s, nil
	case s.Phase(now) == Waiting:
		return s, fault.New(fault.Conflict, "tour.session_not_begun")
	}
	s.State, s.ClosedAt = Closed, &now
	return s, nil
}

func (s *Session) check() error {
	f := invalid()
	wants(f, "venue", s.VenueID != "", "tour.venue_choose")
	s.Topics = known(Topics(), s.Topics)
	wants(f, "topics", len(s.Topics) > 0, "tour.topics_choose")
	name(f, "title", &s.Title, 60)
	optional(f, "room", &s.Room, 40)
	if s.Mode != OnSite && s.Mode != Live && s.Mode != Both {
		f.Beside("mode", "tour.mode_choose")
	}
	switch length := s.EndsAt.Sub(s.StartsAt); {
	case s.StartsAt.IsZero():
		f.Beside("day", "tour.day_missing")
	case length <= 0:
		f.Beside("ends", "tour.ends_before")
	case length > longest:
		f.Beside("ends", "tour.ends_long")
	}
	if s.Places < 0 || s.Places > MostPlaces {
		f.Beside("places", "tour.places_range", fault.Args{"Most": MostPlaces})
	}
	return f.OrNil()
}
