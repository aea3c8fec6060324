package people

import "time"

// Tablet is one shared device of a venue. It is known by a token in its cookie, of which
// only a hash is kept here.
type Tablet struct {
	ID      string `gorm:"primaryKey"`
	VenueID string
	// Label is what stands on its sticker, unique among the venue's tablets that are not
	// revoked: "07" until staff call it something else. Pages show it with the message
	// people.tablet (平板 07).
	Label     string
	TokenHash string
	// LastSeenAt is when it last asked for a page, written at most every five minutes.
	LastSeenAt time.Time
	// RevokedAt is when staff took it off the venue; nil while it belongs.
	RevokedAt *time.Time
	CreatedAt time.Time
}

// TableName is the table of tablets.
func (Tablet) TableName() string { return "tablets" }
