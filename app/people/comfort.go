package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/web"
)

// Comfort is how a person likes the pages, wherever she sits: what the warm-up proposed
// and she took, or what she has set by a switch since.
type Comfort struct {
	PersonID string `gorm:"primaryKey"`
	// Size, Touch and Voice are as in web.Comfort; 0 is what she has not said.
	Size, Touch, Voice int
	ChangedAt          time.Time
}

// TableName is the table of what people like.
func (Comfort) TableName() string { return "people_comfort" }

// Comfort is what a person likes; the zero Comfort when she has not said anything.
func (s *Store) Comfort(ctx context.Context, personID string) (web.Comfort, error) {
	row, err := db.Rows[Comfort](s.db).Where("person_id = ?", personID).Take(ctx)
	if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
		return web.Comfort{}, fmt.Errorf("read comfort: %w", err)
	}
	return web.Comfort{Size: row.Size, Touch: row.Touch, Voice: row.Voice}, nil
}

// SetComfort keeps what a person likes now; what is 0 stays as it was.
func (s *Store) SetComfort(ctx context.Context, personID string, f web.Comfort) error {
	row := Comfort{PersonID: personID, Size: f.Size, Touch: f.Touch, Voice: f.Voice, ChangedAt: db.Instant(s.now())}
	said := map[string]any{"changed_at": row.ChangedAt}
	for column, value := range map[string]int{"size": f.Size, "touch": f.Touch, "voice": f.Voice} {
		if value != 0 {
			said[column] = value
		}
	}
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return db.Rows[Comfort](tx, clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, DoUpdates: clause.Assignments(said)}).Create(ctx, &row)
	})
	if err != nil {
		return fmt.Errorf("keep comfort: %w", err)
	}
	return nil
}
