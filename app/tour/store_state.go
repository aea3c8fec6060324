package tour

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// OpenSession opens a session before its time, or again after it was closed. Opening
// what is open changes nothing. Faults: NotFound; Conflict when it was called off.
func (s *Store) OpenSession(ctx context.Context, id string) error {
	return s.turn(ctx, id, func(n Session) (Session, error) { return n.opened(s.Now()) })
}

// CloseSession ends a session: nobody is checked in any more, and tablets follow it no
// longer. OpenSession undoes it. Faults: NotFound; Conflict when it has not begun or was
// called off.
func (s *Store) CloseSession(ctx context.Context, id string) error {
	return s.turn(ctx, id, func(n Session) (Session, error) { return n.closed(s.Now()) })
}

// CancelSession calls a session off; RestoreSession undoes it. Faults: NotFound;
// Conflict when it has numbers already: what was held is closed, not called off.
func (s *Store) CancelSession(ctx context.Context, id string) error {
	return s.turn(ctx, id, func(n Session) (Session, error) {
		if n.State == Closed {
			return n, fault.New(fault.Conflict, "tour.session_closed_cancel")
		}
		n.State, n.OpenedAt = Cancelled, nil
		return n, nil
	})
}

// RestoreSession makes a session that was called off planned again. Fault: NotFound.
func (s *Store) RestoreSession(ctx context.Context, id string) error {
	return s.turn(ctx, id, func(n Session) (Session, error) {
		if n.State == Cancelled {
			n.State = Planned
		}
		return n, nil
	})
}

// turn moves a session to the state that next says, unless somebody else moved it
// meanwhile: then it asks next again, of what is there now.
func (s *Store) turn(ctx context.Context, id string, next func(Session) (Session, error)) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		for range 5 {
			old, err := t.Session(ctx, id)
			if err != nil {
				return err
			}
			n, err := next(old)
			if err != nil || n.State == old.State && n.OpenedAt == old.OpenedAt {
				return err
			}
			if n.State == Cancelled {
				if err := t.nothingHeld(ctx, id); err != nil {
					return err
				}
			}
			moved, err := db.Rows[Session](tx).Where("id = ? AND state = ?", id, old.State).
				Select("state", "opened_at", "closed_at").Updates(ctx, n)
			if err != nil {
				return fmt.Errorf("move session: %w", err)
			}
			if moved == 1 {
				return nil
			}
		}
		return fault.New(fault.Conflict, "tour.session_moving")
	})
}

// nothingHeld is nil while a session has no numbers that count.
func (s *Store) nothingHeld(ctx context.Context, id string) error {
	n, err := s.Numbers(ctx, id)
	if err != nil {
		return err
	}
	if n.Registered > 0 || n.Heads != nil {
		return fault.New(fault.Conflict, "tour.session_held", fault.Args{"Count": n.PersonTimes})
	}
	return nil
}
