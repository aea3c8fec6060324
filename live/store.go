package live

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/tour"
)

// Store holds all of this package's SQL. A transaction makes a store of its own:
// NewStore(tx, now).
type Store struct {
	db  *gorm.DB
	now func() time.Time
}

// NewStore is a store over g, which may be a transaction. now tells the time.
func NewStore(g *gorm.DB, now func() time.Time) *Store { return &Store{db: g, now: now} }

// Now is the store's clock, in UTC and cut to what is stored.
func (s *Store) Now() time.Time { return db.Instant(s.now()) }

func (s *Store) tours() *tour.Store { return tour.NewStore(s.db, s.now) }

// Class is a class by its ID. A session that is held live has one before anybody opened
// it: Planned, with the session's times. Faults: NotFound.
func (s *Store) Class(ctx context.Context, id string) (Class, error) {
	c, err := db.Rows[Class](s.db).Where("id = ?", id).Take(ctx)
	if !errors.Is(err, gorm.ErrRecordNotFound) {
		return c, err
	}
	n, err := s.tours().Session(ctx, id)
	if fault.Is(err, fault.NotFound) || (err == nil && n.Mode == tour.OnSite) {
		return Class{}, fault.New(fault.NotFound, "live.no_class")
	}
	return planned(n), err
}

// planned is the class that a session will have.
func planned(n tour.Session) Class {
	return Class{ID: n.ID, VenueID: n.VenueID, State: Planned, PlannedFrom: n.StartsAt, PlannedTo: n.EndsAt}
}

// OpenAt is the class that somebody at a venue should hear of: one that is open, else one
// that begins within half an hour or should have begun. Faults: NotFound when there is
// none.
func (s *Store) OpenAt(ctx context.Context, venueID string) (Class, error) {
	list, err := db.Rows[Class](s.db).Where("venue_id = ? AND state = ?", venueID, Open).
		Order("opened_at DESC, id").Limit(1).Find(ctx)
	if err != nil {
		return Class{}, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	running, err := s.tours().Current(ctx, venueID, s.Now())
	if err != nil {
		return Class{}, err
	}
	for _, n := range running {
		if n.Mode == tour.OnSite || !s.Now().Before(n.EndsAt) {
			continue
		}
		c, err := s.Class(ctx, n.ID)
		if err != nil || c.State != Closed {
			return c, err
		}
	}
	return Class{}, fault.New(fault.NotFound, "live.no_class")
}

// Opening is the act of opening a class.
type Opening struct {
	SessionID string
	StaffID   string
	Lesson    string // what to show first; "" shows nothing
}

// Open opens the class of a session, or opens it again when it was ended by mistake.
// Opening what is open changes nothing. Faults: NotFound; Conflict when the session was
// called off or is over.
func (s *Store) Open(ctx context.Context, o Opening) (Class, error) {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error { return NewStore(tx, s.now).open(ctx, o) })
	if err != nil {
		return Class{}, err
	}
	return s.Class(ctx, o.SessionID)
}

func (s *Store) open(ctx context.Context, o Opening) error {
	n, err := s.tours().Session(ctx, o.SessionID)
	if err != nil {
		return err
	}
	now := s.Now()
	switch n.Phase(now) {
	case tour.CalledOff:
		return fault.New(fault.Conflict, "live.session_cancelled")
	case tour.Over:
		return fault.New(fault.Conflict, "live.session_over")
	}
	c := planned(n)
	c.State, c.Lesson, c.Version, c.OpenedAt, c.OpenedBy = Open, o.Lesson, 1, now, o.StaffID
	if o.Lesson != "" {
		c.Step = 1
	}
	res := gorm.WithResult()
	if err := db.Rows[Class](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &c); err != nil {
		return fmt.Errorf("open class: %w", err)
	}
	if res.RowsAffected == 0 {
		old, err := s.locked(ctx, n.ID)
		if err != nil || old.State == Open {
			return err
		}
		c.Version = old.Version + 1
		_, err = db.Rows[Class](s.db).Where("id = ?", n.ID).
			Select("state", "version", "planned_from", "planned_to", "opened_at", "opened_by", "closed_at", "closed_by").Updates(ctx, c)
		if err != nil {
			return fmt.Errorf("open class again: %w", err)
		}
	}
	return s.add(ctx, Evidence{ID: db.NewID(), ClassID: n.ID, Source: FromAct, Kind: ClassOpened, At: now})
}

// locked reads a class that is there and makes others who want to change it wait.
func (s *Store) locked(ctx context.Context, id string) (Class, error) {
	c, err := db.Rows[Class](s.db, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c, fault.New(fault.NotFound, "live.no_class")
	}
	return c, err
}

// Close ends a class; staffID is nil when the clock does. Ending what is over changes
// nothing. Faults: NotFound.
func (s *Store) Close(ctx context.Context, id string, staffID *string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		c, err := t.locked(ctx, id)
		if err != nil || c.State == Closed {
			return err
		}
		now := t.Now()
		c.State, c.Version, c.ClosedAt, c.ClosedBy, c.Unsettled = Closed, c.Version+1, &now, staffID, true
		_, err = db.Rows[Class](tx).Where("id = ?", id).
			Select("state", "version", "closed_at", "closed_by", "unsettled").Updates(ctx, c)
		if err != nil {
			return fmt.Errorf("close class: %w", err)
		}
		if err := t.stopRecording(ctx, id); err != nil {
			return fmt.Errorf("stop recording: %w", err)
		}
		return t.add(ctx, Evidence{ID: db.NewID(), ClassID: id, Source: FromAct, Kind: ClassClosed, At: now})
	})
}

// MoveTo shows a step of a lesson beside the picture, to everybody. Where the class is
// already, nothing changes. Faults: NotFound; Gone when it is over.
func (s *Store) MoveTo(ctx context.Context, id, lesson string, step int) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		c, err := NewStore(tx, s.now).locked(ctx, id)
		if err != nil {
			return err
		}
		if err := c.joinable(); err != nil || (c.Lesson == lesson && c.Step == step) {
			return err
		}
		c.Lesson, c.Step, c.Version = lesson, step, c.Version+1
		if _, err = db.Rows[Class](tx).Where("id = ?", id).Select("lesson", "step", "version").Updates(ctx, c); err != nil {
			return err
		}
		return NewStore(tx, s.now).mark(ctx, c)
	})
}

// Opened are all classes that are open, in order of ID.
func (s *Store) Opened(ctx context.Context) ([]Class, error) {
	return db.Rows[Class](s.db).Where("state = ?", Open).Order("id").Limit(500).Find(ctx)
}

// Forgotten tells whether nobody will end the class any more: its session was closed,
// called off, or is long over.
func (s *Store) Forgotten(ctx context.Context, c Class) (bool, error) {
	n, err := s.tours().Session(ctx, c.SessionID())
	if err != nil {
		return false, err
	}
	phase := n.Phase(s.Now())
	return phase == tour.Over || phase == tour.CalledOff, nil
}
