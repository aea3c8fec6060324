package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Spot is what the cockpit knows of one tablet.
type Spot struct {
	TabletID string
	Seat     *Seat // nil when nobody sits there
	Call     *Call // the hand that is up; nil when none is
	// SessionID is the session that staff gave the tablet; empty: the only one.
	SessionID string
	// SeenAt is its last signal of any kind; nil before the first.
	SeenAt *time.Time
}

// Silent reports whether the tablet has not signalled for SignalLost at now.
func (p Spot) Silent(now time.Time) bool {
	return p.SeenAt == nil || now.Sub(*p.SeenAt) > SignalLost
}

// Board is the spots of tablets, in their order. Seats that the clock ended are not on
// it.
func (s *Store) Board(ctx context.Context, tabletIDs []string) ([]Spot, error) {
	if len(tabletIDs) == 0 {
		return nil, nil
	}
	seats, err := db.Rows[Seat](s.db).Where("ended_at IS NULL AND tablet_id IN ?", tabletIDs).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("seats of the board: %w", err)
	}
	calls, err := db.Rows[Call](s.db).Where("answered_at IS NULL AND cancelled_at IS NULL AND tablet_id IN ?", tabletIDs).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("calls of the board: %w", err)
	}
	posts, err := db.Rows[Post](s.db).Where("tablet_id IN ?", tabletIDs).Order("tablet_id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("posts of the board: %w", err)
	}
	spots, at := make([]Spot, len(tabletIDs)), map[string]*Spot{}
	for i, id := range tabletIDs {
		spots[i].TabletID = id
		at[id] = &spots[i]
	}
	for i := range posts {
		p := at[posts[i].TabletID]
		p.SessionID, p.SeenAt = value(posts[i].SessionID), posts[i].SeenAt
	}
	for i := range seats {
		p := at[*seats[i].TabletID]
		if p.SeenAt == nil || p.SeenAt.Before(seats[i].LastActAt) {
			p.SeenAt = &seats[i].LastActAt
		}
		if !seats[i].Over(s.now()) {
			p.Seat = &seats[i]
		}
	}
	for i := range calls {
		at[calls[i].TabletID].Call = &calls[i]
	}
	return spots, nil
}

// Seated is the set of persons who sit at a tablet now, among those given.
func (s *Store) Seated(ctx context.Context, personIDs []string) (map[string]bool, error) {
	seated := map[string]bool{}
	if len(personIDs) == 0 {
		return seated, nil
	}
	seats, err := db.Rows[Seat](s.db).Where("ended_at IS NULL AND tablet_id IS NOT NULL AND person_id IN ?", personIDs).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("seated persons: %w", err)
	}
	for _, seat := range seats {
		if !seat.Over(s.now()) {
			seated[*seat.PersonID] = true
		}
	}
	return seated, nil
}

// Signal keeps that a tablet is there. It writes at most every ten seconds.
func (s *Store) Signal(ctx context.Context, tabletID string) error {
	post, err := s.Post(ctx, tabletID)
	now := s.instant()
	if err != nil || (post.SeenAt != nil && now.Sub(*post.SeenAt) < 10*time.Second) {
		return err
	}
	post.SeenAt = &now
	return s.upsert(ctx, post, "seen_at")
}

// Assign gives a tablet to one of several sessions that run at its venue; an empty
// sessionID lets it follow the only one again.
func (s *Store) Assign(ctx context.Context, tabletID, sessionID string) error {
	return s.upsert(ctx, Post{TabletID: tabletID, SessionID: pointer(sessionID)}, "session_id")
}

func (s *Store) upsert(ctx context.Context, p Post, column string) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return db.Rows[Post](tx, clause.OnConflict{Columns: []clause.Column{{Name: "tablet_id"}},
			DoUpdates: clause.AssignmentColumns([]string{column})}).Create(ctx, &p)
	})
	if err != nil {
		return fmt.Errorf("post of tablet %s: %w", p.TabletID, err)
	}
	return nil
}

// Post is what is kept of a tablet; its zero value beyond the ID before anything is.
func (s *Store) Post(ctx context.Context, tabletID string) (Post, error) {
	p, err := db.Rows[Post](s.db).Where("tablet_id = ?", tabletID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Post{TabletID: tabletID}, nil
	}
	return p, err
}

// Sweep writes down which seats the clock has ended, and clears away what is older than
// a week: who sat where is nobody's business then. It is background work under a lease.
func (s *Store) Sweep(ctx context.Context) error {
	now := s.instant()
	old := now.Add(-keep)
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		idle, err := db.Rows[Seat](tx).Where(
			"ended_at IS NULL AND ((tablet_id IS NOT NULL AND last_act_at <= ?) OR last_act_at <= ?)",
			now.Add(-SharedIdle), now.Add(-OwnIdle)).Order("id").Limit(500).Find(ctx)
		if err != nil {
			return err
		}
		for _, seat := range idle {
			if err := NewStore(tx, s.now).end(ctx, seat, Idle, nil); err != nil {
				return err
			}
		}
		if _, err := db.Rows[Call](tx).Where("asked_at < ?", old).Delete(ctx); err != nil {
			return err
		}
		if _, err := db.Rows[Seat](tx).Where("ended_at < ?", old).Delete(ctx); err != nil {
			return err
		}
		_, err = db.Rows[Push](tx).Where("at < ?", old).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("sweep the room: %w", err)
	}
	return nil
}

func noCall() error { return fault.New(fault.NotFound, "room.no_call") }
