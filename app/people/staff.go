package people

import "time"

// Role is what a member of staff may do at a place.
type Role string

// The roles. Admin includes organizer, organizer includes trainer, trainer includes
// helper. An observer sees reports and no facts; organizers and admins see them too.
const (
	Admin     Role = "admin"
	Organizer Role = "organizer"
	Trainer   Role = "trainer"
	Helper    Role = "helper"
	Observer  Role = "observer"
)

// Roles lists the roles from the one that may most to the one that may least.
func Roles() []Role { return []Role{Admin, Organizer, Trainer, Helper, Observer} }

// Key is the locale key of the role's name.
func (r Role) Key() string { return "people.role_" + string(r) }

// Covers reports whether somebody with role r may do what role wanted may.
func (r Role) Covers(wanted Role) bool {
	if r == wanted {
		return true
	}
	switch r {
	case Admin:
		return wanted == Organizer || wanted == Trainer || wanted == Helper || wanted == Observer
	case Organizer:
		return wanted == Trainer || wanted == Helper || wanted == Observer
	case Trainer:
		return wanted == Helper
	}
	return false
}

// PlaceKind is how far a grant reaches.
type PlaceKind string

// The kinds of place.
const (
	Installation PlaceKind = "installation"
	City         PlaceKind = "city"
	Venue        PlaceKind = "venue"
)

// Place is where something is granted or stands. ID is empty for the installation, and
// a city's or venue's ID otherwise.
type Place struct {
	Kind PlaceKind
	ID   string
	// Name is for showing; empty for the installation, whose name is a locale message.
	Name string
	// CityID is a venue's city; empty for other kinds.
	CityID string
}

// Grant is one role of one member of staff at one place.
type Grant struct {
	ID        string `gorm:"primaryKey"`
	StaffID   string
	Role      Role
	PlaceKind PlaceKind
	// PlaceID is the city or the venue; empty for the installation.
	PlaceID   string
	CreatedAt time.Time
}

// TableName is the table of grants.
func (Grant) TableName() string { return "staff_grants" }

// Reaches reports whether the grant holds at a venue of a city. Either may be empty: a
// city alone is reached by grants for the city or the installation, and nothing but the
// installation's grants reach what belongs to no place.
func (g Grant) Reaches(venueID, cityID string) bool {
	switch g.PlaceKind {
	case Installation:
		return true
	case City:
		return cityID != "" && g.PlaceID == cityID
	case Venue:
		return venueID != "" && g.PlaceID == venueID
	}
	return false
}

// Staff is somebody who works here: an administrator, organizer, trainer, helper or
// observer.
type Staff struct {
	ID string `gorm:"primaryKey"`
	// Login is what she types to sign in: lower case, unique.
	Login string
	// Name is how colleagues and learners know her (李老师).
	Name string
	// PasswordHash is empty until she has chosen a password by her one-time link.
	PasswordHash string
	// TOTPSecret is sealed with a key from outside the database; empty without a second
	// factor. It counts only once TOTPSince is set, which is when she typed a first code.
	TOTPSecret string     `gorm:"column:totp_secret"`
	TOTPSince  *time.Time `gorm:"column:totp_since"`
	// TOTPStep is the 30-second step of the last code taken: a code works once.
	TOTPStep int64 `gorm:"column:totp_step"`
	// Epoch is written into each sign-in; raising it ends all of them.
	Epoch int64
	// DeactivatedAt is when she was taken off the staff; nil while she may sign in.
	DeactivatedAt *time.Time
	SignedInAt    *time.Time
	CreatedAt     time.Time
}

// TableName is the table of staff.
func (Staff) TableName() string { return "staff" }

// Active reports whether she may sign in.
func (s Staff) Active() bool { return s.DeactivatedAt == nil }

// SecondFactor reports whether signing in asks for a code as well.
func (s Staff) SecondFactor() bool { return s.TOTPSince != nil }
