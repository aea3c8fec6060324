package room

import (
	"context"
	"errors"
	"fmt"

	"silverclass/app/db"
	"silverclass/app/fault"

	"gorm.io/gorm"
)

// Push sends everybody of a session to an address. It comes back with its version, one
// above the session's last. The same act again gives the push that it made.
func (s *Store) Push(ctx context.Context, p Push) (Push, error) {
	for range 5 {
		made, err := s.push(ctx, p)
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			continue // another instance took this version, or made this very push
		}
		if err != nil {
			return Push{}, fmt.Errorf("push in session %s: %w", p.SessionID, err)
		}
		return made, nil
	}
	return Push{}, fault.New(fault.Conflict, "room.push_busy")
}

func (s *Store) push(ctx context.Context, p Push) (Push, error) {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		old, err := db.Rows[Push](tx).Where("act_id = ?", p.ActID).Limit(1).Find(ctx)
		if err != nil {
			return err
		}
		if len(old) == 1 {
			p = old[0]
			return nil
		}
		last, err := NewStore(tx, s.now).LastPush(ctx, p.SessionID)
		if err != nil {
			return err
		}
		p.Version, p.At = last.Version+1, s.instant()
		return db.Rows[Push](tx).Create(ctx, &p)
	})
	return p, err
}

// LastPush is the newest push of a session; its Version is 0 while there is none.
func (s *Store) LastPush(ctx context.Context, sessionID string) (Push, error) {
	list, err := db.Rows[Push](s.db).Where("session_id = ?", sessionID).Order("version DESC").Limit(1).Find(ctx)
	if err != nil || len(list) == 0 {
		return Push{}, err
	}
	return list[0], nil
}

// Seen says that the seat followed the push of that version, or put it aside. A lower
// version than it has seen changes nothing.
func (s *Store) Seen(ctx context.Context, seatID string, version int64) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Seat](tx).Where("id = ? AND push_seen < ?", seatID, version).
			Select("push_seen").Updates(ctx, Seat{PushSeen: version})
		return err
	})
	if err != nil {
		return fmt.Errorf("push seen at seat %s: %w", seatID, err)
	}
	return nil
}

// Pending is the push that a seat has not followed yet: the session's newest, when it
// came after she sat down. Its Version is 0 when there is none.
//
// Who sits down later begins where she likes; she is not sent after the others.
func (s *Store) Pending(ctx context.Context, seat Seat, sessionID string) (Push, error) {
	if sessionID == "" {
		return Push{}, nil
	}
	p, err := s.LastPush(ctx, sessionID)
	if err != nil || p.Version <= seat.PushSeen || p.At.Before(seat.BeganAt) {
		return Push{}, err
	}
	return p, nil
}
