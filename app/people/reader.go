package people

import (
	"slices"

	"github.com/labstack/echo/v4"

	"silverclass/app/ledger"
	"silverclass/app/web"
)

// Reader is whoever looks at a page: a member of staff, a learner, a visitor or nobody
// we know. The zero Reader is a stranger, who may learn like everybody else.
type Reader struct {
	// Staff is nil unless somebody is signed in; Grants are what she may do and where.
	Staff  *Staff
	Grants []Grant
	// Person is the learner who sits here; nil for a visitor and for nobody.
	Person *Person
	// VisitID is what a visitor's working rows hang on; empty until she does something.
	VisitID string
	// SeatID is the seat at a tablet or on one's own device; empty when nobody sits.
	SeatID string
	// Tablet is the enrolled tablet the page is shown on; nil elsewhere.
	Tablet *Tablet
	// VenueID and SessionID are where her facts belong; empty when nowhere.
	VenueID, SessionID string
	// Own is true when the card was shown or staff seated her: then 我的 opens.
	Own bool
}

const readerKey = "people.reader"

// Who is the reader of this request; a stranger until Load has run.
func Who(c echo.Context) Reader {
	r, _ := c.Get(readerKey).(Reader)
	return r
}

// SetWho replaces the reader of this request, also for the page's frame: app/room adds
// the seat to what Load found.
func SetWho(c echo.Context, r Reader) {
	c.Set(readerKey, r)
	shown := web.Reader{Learner: r.Person != nil, Tablet: r.Tablet != nil, Staff: r.Staff != nil}
	if r.Person != nil {
		shown.Name = r.Person.Name
	}
	if r.Staff != nil {
		shown.StaffName = r.Staff.Name
	}
	for _, role := range Roles() {
		if slices.ContainsFunc(r.Grants, func(g Grant) bool { return g.Role == role }) {
			shown.Roles = append(shown.Roles, string(role))
		}
	}
	web.SetReader(c, shown)
}

// May reports whether the reader has the role, or one that includes it, at a venue of a
// city. Both may be empty; see Grant.Reaches.
func (r Reader) May(role Role, venueID, cityID string) bool {
	if r.Staff == nil {
		return false
	}
	for _, g := range r.Grants {
		if g.Role.Covers(role) && g.Reaches(venueID, cityID) {
			return true
		}
	}
	return false
}

// MayAnywhere reports whether the reader has the role, or one that includes it, at some
// place. Guards ask this; handlers then ask May for the place at hand.
func (r Reader) MayAnywhere(role Role) bool {
	if r.Staff == nil {
		return false
	}
	for _, g := range r.Grants {
		if g.Role.Covers(role) {
			return true
		}
	}
	return false
}

// StaffID is who signs for an act; nil when nobody is signed in.
func (r Reader) StaffID() *string {
	if r.Staff == nil {
		return nil
	}
	id := r.Staff.ID
	return &id
}

// Stamp says of whom and where a fact is: it fills PersonID, SessionID, VenueID and
// DeviceID where the reader has them and the fact has not. A visitor's fact carries no
// person.
func (r Reader) Stamp(f ledger.Fact) ledger.Fact {
	fill := func(to **string, value string) {
		if *to == nil && value != "" {
			v := value
			*to = &v
		}
	}
	if r.Person != nil {
		fill(&f.PersonID, r.Person.ID)
	}
	fill(&f.SessionID, r.SessionID)
	fill(&f.VenueID, r.VenueID)
	if r.Tablet != nil {
		fill(&f.DeviceID, r.Tablet.ID)
	}
	return f
}

// Key says whose working rows these are: the column person_id with a learner's ID, or
// visit_id with a visitor's. Both are empty for somebody who has done nothing yet.
func (r Reader) Key() (column, value string) {
	if r.Person != nil {
		return "person_id", r.Person.ID
	}
	if r.VisitID != "" {
		return "visit_id", r.VisitID
	}
	return "", ""
}
