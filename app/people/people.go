// Package people knows who somebody is: learners and their cards, staff and what they
// are granted, the tablets of a venue, and to which notice a learner said yes.
//
// Learners and staff are two tables with nothing in common; a role belongs only to
// staff. A learner is a random number with an age band and, if she likes, a name to be
// called by. ID numbers, birth dates, addresses, health and bank details have no column
// here, and free text that looks like one is refused (PIPL art. 6 and 28).
package people

import "time"

// Person is a learner.
type Person struct {
	// ID is a random UUID (v4) of the node that first met her card; it is derived from
	// nothing, so that it stays meaningless when the card is erased.
	ID string `gorm:"primaryKey"`
	// Name is what she likes to be called (王阿姨); empty when she did not say.
	Name    string
	AgeBand AgeBand
	Sex     Sex
	// Provisional is true for somebody whose well-formed card this database met without
	// knowing who it was issued to. Consent was given where the card was issued.
	Provisional bool
	CreatedAt   time.Time
	// CardTail is the last four characters of her newest card that is not revoked, for
	// telling two people of one name apart; empty without a card. It is filled by the
	// store and is no column.
	CardTail string `gorm:"-"`
}

// TableName is the table of learners.
func (Person) TableName() string { return "persons" }

// AgeBand is how old somebody is, as coarsely as the statistics need it; the empty band
// means that she did not say (privacy.md E.2).
type AgeBand string

// The age bands.
const (
	AgeUnknown AgeBand = ""
	AgeUnder50 AgeBand = "under-50"
	Age50      AgeBand = "50-59"
	Age60      AgeBand = "60-64"
	Age65      AgeBand = "65-69"
	Age70      AgeBand = "70-74"
	Age75      AgeBand = "75-79"
	Age80      AgeBand = "80-up"
)

// AgeBands lists the bands from young to old; the unknown one comes last.
func AgeBands() []AgeBand {
	return []AgeBand{AgeUnder50, Age50, Age60, Age65, Age70, Age75, Age80, AgeUnknown}
}

// Key is the locale key of the band's words.
func (a AgeBand) Key() string {
	if a == AgeUnknown {
		return "people.age_unknown"
	}
	return "people.age_" + string(a)
}

// Sixty reports whether everybody in the band is 60 or older.
func (a AgeBand) Sixty() bool {
	switch a {
	case Age60, Age65, Age70, Age75, Age80:
		return true
	}
	return false
}

// Sex is optional: empty means that she did not say.
type Sex string

// The values of Sex.
const (
	SexUnknown Sex = ""
	Female     Sex = "female"
	Male       Sex = "male"
)

// Sexes lists the values; the unknown one comes last.
func Sexes() []Sex { return []Sex{Female, Male, SexUnknown} }

// Key is the locale key of the word.
func (s Sex) Key() string {
	if s == SexUnknown {
		return "people.sex_unknown"
	}
	return "people.sex_" + string(s)
}

// NoticeVersion is the edition of the one-page notice that people are told when a card
// is issued (the page /notice). It changes whenever that page says something new.
const NoticeVersion = "2026-12"
