package people

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// TabletLink is what stands in the QR code that a tablet scans to belong to a venue. It
// serves as many tablets as it has places, for half an hour.
type TabletLink struct {
	ID        string `gorm:"primaryKey"`
	VenueID   string
	CodeHash  string
	ByID      string // the member of staff who made it
	Places    int    // how many tablets may use it
	Used      int    // how many have
	ExpiresAt time.Time
	CreatedAt time.Time
	// Code is what the address ends in. It is known only where the link was made, and is
	// no column.
	Code string `gorm:"-"`
}

// TableName is the table of enrolment links.
func (TabletLink) TableName() string { return "tablet_links" }

const (
	tabletLinkLife = 30 * time.Minute
	// MostTablets is how many tablets one link may serve: a hall full.
	MostTablets = 60
	labelLimit  = 12
	seenEvery   = 5 * time.Minute
)

// Left is how many more tablets may use the link.
func (l TabletLink) Left() int { return l.Places - l.Used }

// MakeTabletLink makes a link under the act's ID, whose code is given by the caller
// (NewCode) so that the same act again is the same link. Places less than one or more
// than MostTablets are fault.Invalid beside "places".
func (s *Store) MakeTabletLink(ctx context.Context, id, code, venueID, staffID string, places int) (TabletLink, error) {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	if places < 1 || places > MostTablets {
		f.Beside("places", "people.places_choose", fault.Args{"Most": MostTablets})
	}
	if err := f.OrNil(); err != nil {
		return TabletLink{}, err
	}
	if !isCode(code) {
		return TabletLink{}, fault.New(fault.Invalid, "web.bad_request")
	}
	now := db.Instant(s.now())
	l := TabletLink{ID: id, VenueID: venueID, CodeHash: tokenHash(code), ByID: staffID, Places: places, ExpiresAt: now.Add(tabletLinkLife), CreatedAt: now, Code: code}
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return db.Rows[TabletLink](tx, clause.OnConflict{DoNothing: true}).Create(ctx, &l)
	})
	return l, err
}

// TabletLinkByCode finds a link that still serves. A wrong, used or expired code is
// fault.Gone in the same words.
func (s *Store) TabletLinkByCode(ctx context.Context, code string) (TabletLink, error) {
	l, err := s.tabletLink(ctx, code)
	if err == nil && l.Left() < 1 {
		return TabletLink{}, tabletLinkGone()
	}
	return l, err
}

func (s *Store) tabletLink(ctx context.Context, code string) (TabletLink, error) {
	l, err := db.Rows[TabletLink](s.db).Where("code_hash = ? AND expires_at > ?", tokenHash(squeezeCard(code)), db.Instant(s.now())).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return TabletLink{}, tabletLinkGone()
	}
	l.Code = squeezeCard(code)
	return l, err
}

func tabletLinkGone() error { return fault.New(fault.Gone, "people.tablet_link_gone") }

// TabletLinkShown finds a link for the page that shows its QR code, also when it serves
// no more. It is fault.Gone when there is none.
func (s *Store) TabletLinkShown(ctx context.Context, code string) (TabletLink, error) {
	l, err := db.Rows[TabletLink](s.db).Where("code_hash = ?", tokenHash(code)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return TabletLink{}, tabletLinkGone()
	}
	l.Code = code
	return l, err
}

// Enrol is the act of a tablet joining a venue.
type Enrol struct {
	ID    string // the act's, and becomes the tablet's
	Code  string // of the link it scanned
	Token string // what its cookie will hold; drawn by the page with NewToken
	// Old is the tablet this device was until now; nil when it was none. It is revoked.
	Old *Tablet
}

// EnrolTablet makes the tablet, labelled with the venue's next free number. The same act
// again is the same tablet. A code that serves no more is fault.Gone.
func (s *Store) EnrolTablet(ctx context.Context, e Enrol) (Tablet, error) {
	if _, err := uuid.Parse(e.ID); err != nil || !isToken(e.Token) {
		return Tablet{}, fault.New(fault.Invalid, "web.bad_request")
	}
	var t Tablet
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		t, err = NewStore(tx, s.now).enrol(ctx, e)
		return err
	})
	return t, err
}

func (s *Store) enrol(ctx context.Context, e Enrol) (Tablet, error) {
	link, err := s.tabletLink(ctx, e.Code)
	if err != nil {
		return Tablet{}, err
	}
	t, err := db.Rows[Tablet](s.db).Where("id = ? AND token_hash = ? AND revoked_at IS NULL", e.ID, tokenHash(e.Token)).Take(ctx)
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return t, err // the same act again
	}
	// This update also makes others with the same code wait, so that labels do not meet.
	n, err := db.Rows[TabletLink](s.db).Where("id = ? AND used < places", link.ID).Update(ctx, "used", gorm.Expr("used + 1"))
	if err != nil {
		return Tablet{}, fmt.Errorf("use tablet link: %w", err)
	}
	if n == 0 {
		return Tablet{}, tabletLinkGone()
	}
	if e.Old != nil {
		if err := s.RevokeTablet(ctx, e.Old.ID); err != nil {
			return Tablet{}, err
		}
	}
	label, err := s.nextLabel(ctx, link.VenueID)
	if err != nil {
		return Tablet{}, err
	}
	now := db.Instant(s.now())
	t = Tablet{ID: e.ID, VenueID: link.VenueID, Label: label, TokenHash: tokenHash(e.Token), LastSeenAt: now, CreatedAt: now}
	if err := db.Rows[Tablet](s.db).Create(ctx, &t); err != nil {
		return Tablet{}, fmt.Errorf("add tablet: %w", err)
	}
	return t, s.Note(ctx, Audit{StaffID: &link.ByID, TabletID: &t.ID, Act: EnrolledTablet, Object: "venue:" + t.VenueID})
}

// nextLabel is one more than the highest number among the venue's tablets.
func (s *Store) nextLabel(ctx context.Context, venueID string) (string, error) {
	list, err := s.Tablets(ctx, venueID)
	if err != nil {
		return "", err
	}
	highest := 0
	for _, t := range list {
		if n, err := strconv.Atoi(t.Label); err == nil && n > highest && n < 10000 {
			highest = n
		}
	}
	return fmt.Sprintf("%02d", highest+1), nil
}

// Tablets lists a venue's tablets that are not revoked, by label.
func (s *Store) Tablets(ctx context.Context, venueID string) ([]Tablet, error) {
	return db.Rows[Tablet](s.db).Where("venue_id = ? AND revoked_at IS NULL", venueID).Order("label, id").Limit(1000).Find(ctx)
}

// Tablet finds a tablet by ID, also a revoked one. It may be fault.NotFound.
func (s *Store) Tablet(ctx context.Context, id string) (Tablet, error) {
	t, err := db.Rows[Tablet](s.db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Tablet{}, fault.New(fault.NotFound, "people.tablet_missing")
	}
	return t, err
}

// TabletCount is how many tablets of all venues are not revoked.
func (s *Store) TabletCount(ctx context.Context) (int, error) {
	n, err := db.Rows[Tablet](s.db).Where("revoked_at IS NULL").Count(ctx, "id")
	return int(n), err
}

// TabletByToken finds the tablet whose cookie holds token and writes that it was seen,
// at most every five minutes: then renewed is true, and its cookie is due as well. A
// revoked or unknown one is fault.NotFound.
func (s *Store) TabletByToken(ctx context.Context, token string) (t Tablet, renewed bool, err error) {
	t, err = db.Rows[Tablet](s.db).Where("token_hash = ? AND revoked_at IS NULL", tokenHash(token)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Tablet{}, false, fault.New(fault.NotFound, "people.tablet_missing")
	}
	if err != nil {
		return Tablet{}, false, fmt.Errorf("read tablet: %w", err)
	}
	now := db.Instant(s.now())
	if now.Sub(t.LastSeenAt) < seenEvery {
		return t, false, nil
	}
	t.LastSeenAt = now
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Tablet](tx).Where("id = ?", t.ID).Select("last_seen_at").Updates(ctx, t)
		return err
	})
	if fault.Is(err, fault.ReadOnly) || fault.Is(err, fault.Unavailable) {
		return t, false, nil // a full disk or a busy one must not take the tablet off its venue
	}
	return t, err == nil, err
}

// RenameTablet changes what stands on a tablet's sticker. Faults: Invalid beside
// "label" when it is empty, too long or another tablet's of the venue.
func (s *Store) RenameTablet(ctx context.Context, id, label string) error {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	label = CheckText(f, "label", label, labelLimit)
	if label == "" {
		f.Beside("label", "people.label_empty")
	}
	if err := f.OrNil(); err != nil {
		return err
	}
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Tablet](tx).Where("id = ? AND revoked_at IS NULL", id).Select("label").Updates(ctx, Tablet{Label: label})
		return err
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return f.Beside("label", "people.label_taken")
	}
	return err
}

// RevokeTablet takes a tablet off its venue, at once. Again is no error.
func (s *Store) RevokeTablet(ctx context.Context, id string) error {
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Tablet](tx).Where("id = ? AND revoked_at IS NULL", id).Select("revoked_at").Updates(ctx, Tablet{RevokedAt: &now})
		return err
	})
}
