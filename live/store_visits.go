package live

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Admission is the act of letting a device into a class.
type Admission struct {
	ClassID  string
	Role     Role
	Who      string // visit, seat or staff ID
	PersonID *string
	// Capacity is how many devices may watch at once; 0 is no limit.
	Capacity int
}

// Admit lets a device in and gives it its identity: the same one each time it comes.
// Faults: NotFound; Conflict "live.not_open" and "live.full"; Gone "live.over".
func (s *Store) Admit(ctx context.Context, a Admission) (Visit, error) {
	var v Visit
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		v, err = NewStore(tx, s.now).admit(ctx, a)
		return err
	})
	return v, err
}

func (s *Store) admit(ctx context.Context, a Admission) (Visit, error) {
	c, err := s.Class(ctx, a.ClassID)
	if err != nil {
		return Visit{}, err
	}
	if err := c.joinable(); err != nil {
		return Visit{}, err
	}
	now := s.Now()
	old, err := s.visit(ctx, a.ClassID, a.Role, a.Who)
	switch {
	case err == nil:
		if old.PersonID == nil && a.PersonID != nil {
			_, err = db.Rows[Visit](s.db).Where("ticket = ?", old.Identity).Update(ctx, "person_id", a.PersonID)
		}
		return old, err
	case !fault.Is(err, fault.NotFound):
		return old, err
	}
	if err := s.room(ctx, a); err != nil {
		return Visit{}, err
	}
	v := Visit{Identity: db.NewRandomID(), ClassID: a.ClassID, Role: a.Role, Who: a.Who, PersonID: a.PersonID,
		JoinedAt: now, SeenAt: now}
	err = db.Rows[Visit](s.db, clause.OnConflict{DoNothing: true}).Create(ctx, &v)
	if err != nil {
		return v, fmt.Errorf("admit: %w", err)
	}
	return s.visit(ctx, a.ClassID, a.Role, a.Who) // another tab of the same device may have been first
}

// room is nil while the class has room for one more.
func (s *Store) room(ctx context.Context, a Admission) error {
	if a.Capacity <= 0 || a.Role != Home {
		return nil
	}
	n, err := db.Rows[Visit](s.db).Where("class_id = ? AND role = ? AND here AND seen_at > ?",
		a.ClassID, Home, s.Now().Add(-silent)).Count(ctx, "ticket")
	if err == nil && int(n) >= a.Capacity {
		return fault.New(fault.Conflict, "live.full")
	}
	return err
}

func (s *Store) visit(ctx context.Context, classID string, role Role, who string) (Visit, error) {
	v, err := db.Rows[Visit](s.db).Where("class_id = ? AND role = ? AND who = ?", classID, role, who).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return v, fault.New(fault.NotFound, "live.not_in_class")
	}
	return v, err
}

// Beat is one heartbeat of a page: still here, and how.
type Beat struct {
	ClassID string
	Role    Role
	Who     string
	SID     string // the media server's ID of its connection; "" while it has none
	Visible bool   // the page is in front
	Hears   bool   // sound is playing
	FrameMS int    // age of the last picture or sound
	Leaving bool   // it says goodbye
}

// Hear writes a heartbeat down. A connection's heartbeat is evidence; one without a
// connection only says that the page is still there. One that comes when the class is over
// says nothing. Faults: NotFound for a device that was never let in.
func (s *Store) Hear(ctx context.Context, b Beat) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error { return NewStore(tx, s.now).hear(ctx, b) })
}

func (s *Store) hear(ctx context.Context, b Beat) error {
	c, err := s.Class(ctx, b.ClassID)
	if err != nil {
		return err
	}
	if c.State == Closed {
		return nil
	}
	v, err := s.visit(ctx, b.ClassID, b.Role, b.Who)
	if err != nil {
		return err
	}
	v.SeenAt, v.Here, v.Hears = s.Now(), !b.Leaving, b.Hears && b.Visible && !b.Leaving
	_, err = db.Rows[Visit](s.db).Where("ticket = ?", v.Identity).Select("seen_at", "here", "hears").Updates(ctx, v)
	if err != nil {
		return fmt.Errorf("heartbeat: %w", err)
	}
	if b.SID == "" {
		return nil
	}
	return s.add(ctx, Evidence{
		ID: db.NewID(), ClassID: b.ClassID, Source: FromHeartbeat, Kind: Alive, SID: b.SID, Identity: v.Identity,
		At: v.SeenAt, Data: Detail{Visible: b.Visible, Hears: b.Hears, FrameMS: b.FrameMS},
	})
}

// Here are the devices that are in a class now, trainers first, then in the order in
// which they came.
func (s *Store) Here(ctx context.Context, classID string) ([]Visit, error) {
	return db.Rows[Visit](s.db).Where("class_id = ? AND here AND seen_at > ?", classID, s.Now().Add(-silent)).
		Order("role DESC, joined_at, ticket").Limit(1000).Find(ctx)
}

// visits are all devices of a class, also those that have left.
func (s *Store) visits(ctx context.Context, classID string) ([]Visit, error) {
	return db.Rows[Visit](s.db).Where("class_id = ?", classID).Order("joined_at, ticket").Find(ctx)
}
