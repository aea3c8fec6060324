// Package tour holds where and when people learn: cities, venues, partners, tours
// (城市行) with their stops (站点), sessions (场次), and the desk where people are
// checked in and heads are counted.
//
// A session is the unit of attendance: one to five topics, one start, one venue. What
// happens in it is written as facts that this package owns (checked-in, counted,
// served, handed-out, reached, equipped); the rows here are what staff work with, and
// move in the same transaction as the fact. A mistake is taken back, never deleted.
package tour

import (
	"slices"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
)

// City is a place with a government that reports its own numbers.
type City struct {
	ID       string
	Name     string // up to 40 characters, unique
	Province string // up to 40 characters; may be empty
	// RetiredAt is when staff put it away; nil while forms offer it. What already
	// points to it keeps working.
	RetiredAt *time.Time
	CreatedAt time.Time
}

// Kinds of venue.
const (
	VenueCenter    = "center"    // 体验中心
	VenueStore     = "store"     // 体验店
	VenueCommunity = "community" // 社区点
	VenueOther     = "other"
)

// VenueKinds are the kinds of venue in the order of the form.
func VenueKinds() []string {
	return []string{VenueCenter, VenueStore, VenueCommunity, VenueOther}
}

// Venue is a place where people learn (场地), in one city.
type Venue struct {
	ID       string
	CityID   string
	Name     string // up to 60 characters, unique in its city
	Kind     string // one of VenueKinds
	District string // up to 40 characters: the district or street, for the report's rows; may be empty
	// Places is how many people fit, 0 when nobody has counted. It is what a new
	// session there offers.
	Places    int
	RetiredAt *time.Time // as City.RetiredAt
	CreatedAt time.Time
}

// PartnerKinds are the kinds of partner in the order of the form: enterprise, school,
// society, authority, community, other.
func PartnerKinds() []string {
	return []string{"enterprise", "school", "society", "authority", "community", "other"}
}

// Partner is an organisation that helps (合作单位): it sends trainers, tablets or
// material. It gets no personal data (privacy: PIPL 23).
type Partner struct {
	ID        string
	CityID    string // where it is at home; a stop elsewhere may name it too
	Name      string // up to 60 characters, unique in its city
	Kind      string // one of PartnerKinds
	RetiredAt *time.Time
	CreatedAt time.Time
}

// Tour is one 城市行: a name, led by one city; its days are those of its stops.
type Tour struct {
	ID     string
	CityID string // the city that leads it and whose organizers may change it
	Name   string // up to 60 characters
	// CancelledAt is when it was called off; nil otherwise. It can be restored.
	CancelledAt *time.Time
	CreatedAt   time.Time
}

// Forms are the five forms of a 城市行 in the notice's order (item 4): reading policy
// out (policy), exhibition (exhibition), hands-on (hands-on), visit on site (visit),
// meeting or forum (forum).
func Forms() []string {
	return []string{"policy", "exhibition", "hands-on", "visit", "forum"}
}

// Stop is one station (站点) of a tour: a city, some days, one to five forms.
type Stop struct {
	ID     string
	TourID string
	CityID string
	Name   string // up to 60 characters
	// FirstDay and LastDay are local days, "2026-11-23", both included.
	FirstDay, LastDay string
	Forms             []string `gorm:"serializer:json"` // of Forms, in that order, at least one
	CancelledAt       *time.Time
	CreatedAt         time.Time
}

// StopPartner says that a partner takes part in a stop.
type StopPartner struct {
	StopID    string
	PartnerID string
	Sends     string // what it sends, in the organizer's words, up to 80 characters; may be empty
}

// StopVenue says that a stop uses a venue.
type StopVenue struct {
	StopID  string
	VenueID string
}

// Topics are the five topics in the notice's order (item 5).
func Topics() []string {
	return []string{"info-apps", "fraud", "mobile-payment", "e-commerce", "network-security"}
}

// check cleans what was typed and finds what does not fit. Its faults are Invalid,
// with a message beside each field.
func (c *City) check() error {
	f := invalid()
	name(f, "name", &c.Name, 40)
	optional(f, "province", &c.Province, 40)
	return f.OrNil()
}

func (v *Venue) check() error {
	f := invalid()
	wants(f, "city", v.CityID != "", "tour.city_choose")
	name(f, "name", &v.Name, 60)
	optional(f, "district", &v.District, 40)
	wants(f, "kind", slices.Contains(VenueKinds(), v.Kind), "tour.kind_choose")
	if v.Places < 0 || v.Places > MostPlaces {
		f.Beside("places", "tour.places_range", fault.Args{"Most": MostPlaces})
	}
	return f.OrNil()
}

func (p *Partner) check() error {
	f := invalid()
	wants(f, "city", p.CityID != "", "tour.city_choose")
	name(f, "name", &p.Name, 60)
	wants(f, "kind", slices.Contains(PartnerKinds(), p.Kind), "tour.kind_choose")
	return f.OrNil()
}

func (t *Tour) check() error {
	f := invalid()
	wants(f, "city", t.CityID != "", "tour.city_choose")
	name(f, "name", &t.Name, 60)
	return f.OrNil()
}

func (s *Stop) check() error {
	f := invalid()
	wants(f, "city", s.CityID != "", "tour.city_choose")
	name(f, "name", &s.Name, 60)
	first, ok1 := day(f, "first_day", s.FirstDay)
	last, ok2 := day(f, "last_day", s.LastDay)
	if ok1 && ok2 && last.Before(first) {
		f.Beside("last_day", "tour.days_backwards")
	}
	if ok1 && ok2 && last.Sub(first) > 92*24*time.Hour {
		f.Beside("last_day", "tour.days_long")
	}
	s.Forms = known(Forms(), s.Forms)
	wants(f, "forms", len(s.Forms) > 0, "tour.forms_choose")
	return f.OrNil()
}

// Covers reports whether a local day ("2026-11-23") is one of the stop's.
func (s Stop) Covers(day string) bool { return s.FirstDay <= day && day <= s.LastDay }

func invalid() *fault.Error { return fault.New(fault.Invalid, "web.form_mistakes") }

// name wants 1 to most characters.
func name(f *fault.Error, field string, s *string, most int) {
	optional(f, field, s, most)
	if *s == "" {
		f.Beside(field, "tour.name_missing")
	}
}

// optional takes text that may be empty and refuses what must never be kept.
func optional(f *fault.Error, field string, s *string, most int) {
	*s = people.CheckText(f, field, *s, most)
}

func wants(f *fault.Error, field string, ok bool, key string) {
	if !ok {
		f.Beside(field, key)
	}
}

func day(f *fault.Error, field, s string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		f.Beside(field, "tour.day_missing")
	}
	return t, err == nil
}

// known keeps of chosen what all has, in all's order, each once.
func known(all, chosen []string) []string {
	kept := []string{}
	for _, a := range all {
		if slices.Contains(chosen, a) {
			kept = append(kept, a)
		}
	}
	return kept
}
