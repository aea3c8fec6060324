package practice

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
)

// Current is the go that a page shows: the one named by id if it is the reader's, else
// her open one, else the last one that she finished in this run of the lesson. NotFound
// means that a new one begins.
func (s *Store) Current(ctx context.Context, who people.Reader, scene, run, id string) (Row, error) {
	column, value := who.Key()
	if column == "" {
		return Row{}, noPlay()
	}
	if id != "" {
		row, err := take(db.Rows[Row](s.db).Where("id = ? AND scene = ? AND left_at IS NULL AND "+column+" = ?", id, scene, value).Take(ctx))
		if err == nil || !fault.Is(err, fault.NotFound) {
			return row, err
		}
	}
	row, err := s.open(ctx, who, scene)
	if err == nil || !fault.Is(err, fault.NotFound) || run == "" {
		return row, err
	}
	return take(db.Rows[Row](s.db).Where("run = ? AND scene = ? AND done_at IS NOT NULL AND "+column+" = ?", run, scene, value).
		Order("done_at DESC, id").Take(ctx))
}

// open is the reader's open go at a scene.
func (s *Store) open(ctx context.Context, who people.Reader, scene string) (Row, error) {
	column, value := who.Key()
	if column == "" {
		return Row{}, noPlay()
	}
	return take(db.Rows[Row](s.db).Where("scene = ? AND done_at IS NULL AND left_at IS NULL AND "+column+" = ?", scene, value).Take(ctx))
}

// State is where the taps of a go lead. Fault: Invalid when the scene has changed so that
// they lead nowhere.
func (s *Scene) State(r Row) (State, error) {
	taps, err := r.taps()
	if err != nil {
		return State{}, err
	}
	return Play(s, r.Mode, taps)
}

// Purge deletes the plays of visitors who have not come back. Facts stay.
func (s *Store) Purge(ctx context.Context) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Row](tx).Where("visit_id IS NOT NULL AND moved_at < ?", db.Instant(s.now().Add(-visitsKept))).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("purge visitors' plays: %w", err)
	}
	return nil
}

func take(row Row, err error) (Row, error) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Row{}, noPlay()
	}
	return row, err
}

func noPlay() error { return fault.New(fault.NotFound, "practice.missing") }
