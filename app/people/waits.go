package people

import (
	"context"
	"fmt"
	"math"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// wait counts how often somebody was wrong lately. Name says who: "card:…",
// "tablet:…", "login:…", "address:…" or "code:…".
type wait struct {
	Name   string `gorm:"primaryKey"`
	Misses int64
	Until  time.Time
	LastAt time.Time
}

func (wait) TableName() string { return "waits" }

const (
	longestWait = 30 * time.Second
	// missesForgotten is how long after the last miss all is forgotten.
	missesForgotten = 15 * time.Minute
)

// waitAfter is how long to wait after so many misses: nothing after the first two,
// since everybody mistypes, then 2, 4, 8, 16 and at most 30 seconds.
func waitAfter(misses int64) time.Duration {
	if misses < 3 {
		return 0
	}
	if misses > 6 {
		return longestWait
	}
	return time.Second << (misses - 2)
}

// Charge counts a try under each name before anybody knows whether it is right, so that
// tries side by side count as well. While one of the names has to wait it counts nothing
// and is fault.TooMany, with the seconds to wait. After a right try, Refund.
func (s *Store) Charge(ctx context.Context, names ...string) error {
	now := db.Instant(s.now())
	stale := now.Add(-missesForgotten)
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := db.Rows[wait](tx).Where("last_at < ?", stale).Delete(ctx); err != nil {
			return fmt.Errorf("forget old misses: %w", err)
		}
		for _, name := range names {
			var misses []int64
			err := db.Rows[wait](tx).Raw(`INSERT INTO waits (name, misses, until, last_at) VALUES (?, 1, ?, ?)
				ON CONFLICT (name) DO UPDATE SET misses = waits.misses + 1, last_at = excluded.last_at
				WHERE waits.until <= excluded.last_at RETURNING misses`, name, now, now).Scan(ctx, &misses)
			if err != nil {
				return fmt.Errorf("count a try: %w", err)
			}
			if len(misses) == 0 {
				return s.stillWaiting(ctx, tx, name, now)
			}
			next := wait{Until: now.Add(waitAfter(misses[0]))}
			if _, err := db.Rows[wait](tx).Where("name = ?", name).Select("until").Updates(ctx, next); err != nil {
				return fmt.Errorf("set a wait: %w", err)
			}
		}
		return nil
	})
}

func (s *Store) stillWaiting(ctx context.Context, tx *gorm.DB, name string, now time.Time) error {
	w, err := db.Rows[wait](tx).Where("name = ?", name).First(ctx)
	if err != nil {
		return fmt.Errorf("read a wait: %w", err)
	}
	left := min(w.Until.Sub(now), longestWait) // a clock that was set back never locks anybody out
	return fault.New(fault.TooMany, "people.wait", fault.Args{"Seconds": max(1, int(math.Ceil(left.Seconds())))})
}

// Refund forgets the misses of each name: the try was right.
func (s *Store) Refund(ctx context.Context, names ...string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[wait](tx).Where("name IN ?", names).Delete(ctx)
		return err
	})
}

// Uncharge takes one try back and lets the name go on at once, but keeps its other
// misses: what many share (an address, a tablet) is not cleared by one who knows.
func (s *Store) Uncharge(ctx context.Context, name string) error {
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := db.Rows[wait](tx).Where("name = ? AND misses = 1", name).Delete(ctx); err != nil {
			return err
		}
		return db.Rows[wait](tx).Exec(ctx, "UPDATE waits SET misses = misses - 1, until = ? WHERE name = ? AND misses > 1", now, name)
	})
}
