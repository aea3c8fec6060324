package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"

	"gorm.io/gorm"
)

// Store keeps the room's rows.
type Store struct {
	db  *gorm.DB
	now func() time.Time
}

// NewStore keeps rooms in d; now is the clock.
func NewStore(d *gorm.DB, now func() time.Time) *Store { return &Store{db: d, now: now} }

func (s *Store) instant() time.Time { return db.Instant(s.now()) }

// Sit is what taking a seat needs.
type Sit struct {
	// ID is the act's ID and becomes the seat's: the same act twice has one effect.
	ID string
	// TabletID and VenueID say where; both empty on one's own device, which gives
	// TokenHash instead.
	TabletID, VenueID, TokenHash string
	// SessionID is the session running there; empty without one.
	SessionID string
	// PersonID or VisitID says who, never both.
	PersonID, VisitID string
	Kind              SeatKind
	ByID              *string // the staff who seats her; nil otherwise
}

// Take seats somebody and ends what it replaces: whoever sat at the tablet, and the
// person's seat at another tablet.
//
// A tile replaces nothing that lives: fault.Conflict says that the person sits at
// another tablet already, or somebody else at this one. The same act again gives the
// seat as it is now, which may have ended.
func (s *Store) Take(ctx context.Context, sit Sit) (Seat, error) {
	seat, err := s.tryTake(ctx, sit)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // another instance was first: see who
		seat, err = s.tryTake(ctx, sit)
	}
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		err = fault.New(fault.Conflict, "room.seat_busy").Because(err)
	}
	if err != nil {
		return Seat{}, fmt.Errorf("take seat %s: %w", sit.ID, err)
	}
	return seat, nil
}

func (s *Store) tryTake(ctx context.Context, sit Sit) (Seat, error) {
	var seat Seat
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		old, err := db.Rows[Seat](tx).Where("id = ?", sit.ID).Take(ctx)
		if err == nil {
			seat = old
			return same(old, sit)
		}
		if !errors.Is(err, gorm.ErrRecordNotFound) {
			return err
		}
		seat, err = NewStore(tx, s.now).take(ctx, sit)
		return err
	})
	return seat, err
}

func same(old Seat, sit Sit) error {
	if value(old.TabletID) == sit.TabletID && value(old.PersonID) == sit.PersonID && value(old.TokenHash) == sit.TokenHash {
		return nil
	}
	return fault.New(fault.Conflict, "room.act_again")
}

// take runs in a transaction.
func (s *Store) take(ctx context.Context, sit Sit) (Seat, error) {
	now := s.instant()
	if sit.TabletID != "" {
		if done, seat, err := s.clear(ctx, sit, now); done || err != nil {
			return seat, err
		}
	}
	seat := Seat{ID: sit.ID, TabletID: pointer(sit.TabletID), VenueID: pointer(sit.VenueID), SessionID: pointer(sit.SessionID),
		PersonID: pointer(sit.PersonID), VisitID: pointer(sit.VisitID), Kind: sit.Kind, TokenHash: pointer(sit.TokenHash),
		BeganAt: now, LastActAt: now, ByID: sit.ByID}
	if err := db.Rows[Seat](s.db).Create(ctx, &seat); err != nil {
		return Seat{}, err
	}
	return seat, nil
}

// clear ends what stands in the way of a seat at a tablet. It is done when the person
// sits at this very tablet already: her seat goes on, and a card or the staff's hand
// opens 我的 on it.
func (s *Store) clear(ctx context.Context, sit Sit, now time.Time) (done bool, seat Seat, err error) {
	q := db.Rows[Seat](s.db).Where("ended_at IS NULL AND tablet_id IS NOT NULL AND (tablet_id = ? OR person_id = ?)", sit.TabletID, sit.PersonID)
	open, err := q.Order("id").Find(ctx)
	if err != nil {
		return false, Seat{}, err
	}
	for _, o := range open {
		here := value(o.TabletID) == sit.TabletID
		switch {
		case o.Over(now):
			err = s.end(ctx, o, Idle, nil)
		case here && sit.PersonID != "" && value(o.PersonID) == sit.PersonID:
			seat, err = s.raise(ctx, o, sit)
			return true, seat, err
		case sit.Kind == Tile && !here:
			err = fault.New(fault.Conflict, "room.tile_taken")
		case sit.Kind == Tile && o.PersonID != nil:
			err = fault.New(fault.Conflict, "room.tablet_taken")
		case sit.Kind == Visit:
			err = fault.New(fault.Conflict, "room.tablet_taken")
		default:
			err = s.end(ctx, o, Moved, sit.ByID)
		}
		if err != nil {
			return false, Seat{}, err
		}
	}
	return false, Seat{}, nil
}

// raise lets a seat count as one by card or by staff; a tile lowers nothing.
func (s *Store) raise(ctx context.Context, o Seat, sit Sit) (Seat, error) {
	if sit.Kind != Card && sit.Kind != Staffed {
		return o, nil
	}
	o.Kind, o.LastActAt = sit.Kind, s.instant()
	_, err := db.Rows[Seat](s.db).Where("id = ?", o.ID).Select("kind", "last_act_at").Updates(ctx, o)
	return o, err
}

// End ends a seat that is open; ending it again changes nothing. byID is the staff who
// takes it back, nil when it was the learner or the clock.
func (s *Store) End(ctx context.Context, seatID string, why Why, byID *string) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		seat, err := t.Seat(ctx, seatID)
		if fault.Is(err, fault.NotFound) || (err == nil && seat.EndedAt != nil) {
			return nil
		}
		if err != nil {
			return err
		}
		if seat.Over(s.now()) {
			why, byID = Idle, nil
		}
		return t.end(ctx, seat, why, byID)
	})
	if err != nil {
		return fmt.Errorf("end seat %s: %w", seatID, err)
	}
	return nil
}

// end also takes down the hand that belongs to the seat. A seat that the clock ended is
// written with the clock's instant.
func (s *Store) end(ctx context.Context, seat Seat, why Why, byID *string) error {
	now := s.instant()
	at := now
	if over := db.Instant(seat.LastActAt.Add(seat.Limit())); why == Idle && over.Before(now) {
		at = over
	}
	_, err := db.Rows[Seat](s.db).Where("id = ? AND ended_at IS NULL", seat.ID).
		Select("ended_at", "why", "ended_by_id").Updates(ctx, Seat{EndedAt: &at, Why: &why, EndedByID: byID})
	if err != nil {
		return err
	}
	_, err = db.Rows[Call](s.db).Where("seat_id = ? AND answered_at IS NULL AND cancelled_at IS NULL", seat.ID).
		Select("cancelled_at").Updates(ctx, Call{CancelledAt: &now})
	return err
}

// Seat is a seat by its ID, ended or not; fault.NotFound when there is none.
func (s *Store) Seat(ctx context.Context, id string) (Seat, error) {
	return one(db.Rows[Seat](s.db).Where("id = ?", id).Take(ctx))
}

// At is who sits at a tablet now; fault.NotFound when nobody does.
func (s *Store) At(ctx context.Context, tabletID string) (Seat, error) {
	return s.live(one(db.Rows[Seat](s.db).Where("tablet_id = ? AND ended_at IS NULL", tabletID).Take(ctx)))
}

// ByToken is the seat of one's own device; fault.NotFound when it is over.
func (s *Store) ByToken(ctx context.Context, tokenHash string) (Seat, error) {
	return s.live(one(db.Rows[Seat](s.db).Where("token_hash = ? AND ended_at IS NULL", tokenHash).Take(ctx)))
}

func (s *Store) live(seat Seat, err error) (Seat, error) {
	if err == nil && seat.Over(s.now()) {
		return Seat{}, noSeat()
	}
	return seat, err
}

// Touch says that somebody acted at a seat. It writes at most every TouchEvery.
func (s *Store) Touch(ctx context.Context, seat Seat) error {
	if s.now().Before(seat.LastActAt.Add(TouchEvery)) {
		return nil
	}
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Seat](tx).Where("id = ? AND ended_at IS NULL", seat.ID).
			Select("last_act_at").Updates(ctx, Seat{LastActAt: s.instant()})
		return err
	})
}

// Place says where somebody is, in the transaction tx of the act that brought her
// there. Coming again to the same step leaves its beginning as it is. A seat that has
// ended, and the empty ID of a reader without a seat, change nothing.
func (s *Store) Place(ctx context.Context, tx *gorm.DB, seatID string, p Place) error {
	if seatID == "" {
		return nil
	}
	now := s.instant()
	seat, err := db.Rows[Seat](tx).Where("id = ? AND ended_at IS NULL", seatID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("place of seat %s: %w", seatID, err)
	}
	if p.Since = seat.Place.Since; !p.same(seat.Place) || p.Since == nil {
		p.Since = &now
	}
	_, err = db.Rows[Seat](tx).Where("id = ?", seatID).
		Select("place_kind", "place_slug", "place_step", "place_since", "last_act_at").
		Updates(ctx, Seat{Place: p, LastActAt: now})
	if err != nil {
		return fmt.Errorf("place of seat %s: %w", seatID, err)
	}
	return nil
}

func one(seat Seat, err error) (Seat, error) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Seat{}, noSeat()
	}
	return seat, err
}

func noSeat() error { return fault.New(fault.NotFound, "room.no_seat") }

func value(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

func pointer(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
