package tour

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
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

// most is how many rows a list has at the most. A city has fewer venues than that, and
// a page shows no more.
const most = 500

// one is the row with an ID; fault.NotFound with the message key missing else.
func one[T any](ctx context.Context, g *gorm.DB, id, missing string) (T, error) {
	row, err := db.Rows[T](g).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, fault.New(fault.NotFound, missing)
	}
	return row, err
}

// add writes a new row. The same ID again changes nothing, so that a form sent twice
// makes one city. Faults: Invalid when its name is taken or what it points to is gone.
func add[T any](ctx context.Context, g *gorm.DB, id string, row *T) error {
	err := db.Write(ctx, g, func(tx *gorm.DB) error { return db.Rows[T](tx).Create(ctx, row) })
	if !errors.Is(err, gorm.ErrDuplicatedKey) {
		return fits(err)
	}
	there, lookErr := db.Rows[T](g).Where("id = ?", id).Find(ctx)
	if lookErr != nil {
		return lookErr
	}
	if len(there) > 0 {
		*row = there[0]
		return nil
	}
	return fits(err)
}

// save writes the named columns of a row that is there; fault.NotFound when it is not.
func save[T any](ctx context.Context, g *gorm.DB, id string, row T, missing string, column string, columns ...any) error {
	return fits(db.Write(ctx, g, func(tx *gorm.DB) error {
		n, err := db.Rows[T](tx).Where("id = ?", id).Select(column, columns...).Updates(ctx, row)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, missing)
		}
		return err
	}))
}

// fits gives words to what the database's rules refuse.
func fits(err error) error {
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey):
		return invalid().Beside("name", "tour.name_taken").Because(err)
	case errors.Is(err, gorm.ErrForeignKeyViolated):
		return fault.New(fault.Invalid, "tour.place_gone").Because(err)
	}
	return err
}

// mark sets or clears an instant column, such as retired_at. Setting it again keeps the
// first instant.
func mark[T any](ctx context.Context, g *gorm.DB, id, column string, at *time.Time, missing string) error {
	return db.Write(ctx, g, func(tx *gorm.DB) error {
		if _, err := one[T](ctx, tx, id, missing); err != nil {
			return err
		}
		q := db.Rows[T](tx).Where("id = ?", id)
		if at != nil {
			q = q.Where(column + " IS NULL")
		}
		if _, err := q.Update(ctx, column, at); err != nil {
			return fmt.Errorf("mark %s: %w", column, err)
		}
		return nil
	})
}

// when is now for true and nil for false.
func (s *Store) when(yes bool) *time.Time {
	if !yes {
		return nil
	}
	now := s.Now()
	return &now
}

// Head is the ledger's last sealed place, for what is printed.
func (s *Store) Head(ctx context.Context) (ledger.Head, error) { return ledger.HeadOf(ctx, s.db) }
