package room

import (
	"context"
	"errors"
	"fmt"

	"silverclass/app/db"
	"silverclass/app/ledger"

	"gorm.io/gorm"
)

// Raise puts a hand up at a tablet. While one is up already, that one comes back: a
// second tap changes nothing. The call's ID is the act's.
func (s *Store) Raise(ctx context.Context, c Call) (Call, error) {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		old, err := db.Rows[Call](tx).
			Where("id = ? OR (tablet_id = ? AND answered_at IS NULL AND cancelled_at IS NULL)", c.ID, c.TabletID).
			Order("asked_at DESC, id DESC").Limit(1).Find(ctx)
		if err != nil {
			return err
		}
		if len(old) == 1 {
			c = old[0]
			return nil
		}
		c.AskedAt = s.instant()
		return db.Rows[Call](tx).Create(ctx, &c)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) { // the same tap, by way of another instance
		return s.Hand(ctx, c.TabletID)
	}
	if err != nil {
		return Call{}, fmt.Errorf("raise hand at %s: %w", c.TabletID, err)
	}
	return c, nil
}

// Lower takes the hand at a tablet down again; without one nothing happens.
func (s *Store) Lower(ctx context.Context, tabletID string) error {
	now := s.instant()
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Call](tx).Where("tablet_id = ? AND answered_at IS NULL AND cancelled_at IS NULL", tabletID).
			Select("cancelled_at").Updates(ctx, Call{CancelledAt: &now})
		return err
	})
	if err != nil {
		return fmt.Errorf("lower hand at %s: %w", tabletID, err)
	}
	return nil
}

// Hand is the newest call of a tablet, whatever became of it; the zero Call when there
// never was one.
func (s *Store) Hand(ctx context.Context, tabletID string) (Call, error) {
	list, err := db.Rows[Call](s.db).Where("tablet_id = ?", tabletID).Order("asked_at DESC, id DESC").Limit(1).Find(ctx)
	if err != nil || len(list) == 0 {
		return Call{}, err
	}
	return list[0], nil
}

// Answer says that staff set out to help, and appends the fact that the call was
// answered, once: of two helpers who tap together one has answered, and for a hand
// that is down already nothing happens. actID becomes the fact's ID.
func (s *Store) Answer(ctx context.Context, actID, callID, staffID string) error {
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		now := s.instant()
		n, err := db.Rows[Call](tx).Where("id = ? AND answered_at IS NULL AND cancelled_at IS NULL", callID).
			Select("answered_at", "by_id").Updates(ctx, Call{AnsweredAt: &now, ByID: &staffID})
		if err != nil || n == 0 {
			return err
		}
		call, err := db.Rows[Call](tx).Where("id = ?", callID).Take(ctx)
		if err != nil {
			return err
		}
		f := ledger.Fact{ID: actID, Verb: ledger.Helped, Object: ledger.Object("call", callID),
			SessionID: &call.SessionID, VenueID: &call.VenueID, DeviceID: &call.TabletID, ByID: &staffID, At: now}
		if call.SeatID != nil {
			seat, err := NewStore(tx, s.now).Seat(ctx, *call.SeatID)
			if err != nil {
				return err
			}
			f.PersonID = seat.PersonID
		}
		_, err = ledger.Append(ctx, tx, ledger.OwnerRoom, now, f, ledger.HelpedDetail{WaitedSeconds: int(call.Waited(now).Seconds())})
		return err
	})
	if err != nil {
		return fmt.Errorf("answer call %s: %w", callID, err)
	}
	return nil
}

// Call is a call by its ID; fault.NotFound when there is none.
func (s *Store) Call(ctx context.Context, id string) (Call, error) {
	c, err := db.Rows[Call](s.db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Call{}, noCall()
	}
	return c, err
}
