package privacy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
)

// WorkingDays is how many working days a request may wait for its answer (privacy.md
// E.1). Holidays count as working days here, so the day is never too late.
const WorkingDays = 15

// Request is what somebody asked for at the desk, and by when it must be answered.
type Request struct {
	ID       string `gorm:"primaryKey"`
	PersonID string
	// Kind is what was asked for, AskedBy who asked: see Kinds and Askers.
	Kind       string
	AskedBy    string
	ReceivedAt time.Time
	DueOn      string // a local day, 2026-12-14
	ByID       string // who took it down
	DoneAt     *time.Time
	DoneBy     *string
	Outcome    string // granted or refused; empty while it is open
}

// TableName is the table of requests.
func (Request) TableName() string { return "person_requests" }

// Kinds are what may be asked for: to read, to get a copy, to have something mended, to
// take back a yes, to be erased.
func Kinds() []string { return []string{"read", "copy", "correct", "withdraw", "erase"} }

// Askers are who may ask: herself, somebody with her word, an heir.
func Askers() []string { return []string{"self", "proxy", "heir"} }

// dueOn is the last local day for an answer to what came in at a time.
func dueOn(at time.Time, zone *time.Location) string {
	day := at.In(zone)
	for left := WorkingDays; left > 0; {
		day = day.AddDate(0, 0, 1)
		if w := day.Weekday(); w != time.Saturday && w != time.Sunday {
			left--
		}
	}
	return day.Format(time.DateOnly)
}

// Take writes down a request, with its deadline and an audit line. The same act again has
// no second effect. Faults: Invalid, NotFound.
func (s *Store) Take(ctx context.Context, r Request, zone *time.Location) error {
	if !slices.Contains(Kinds(), r.Kind) || !slices.Contains(Askers(), r.AskedBy) {
		return fault.New(fault.Invalid, "privacy.request_choose")
	}
	r.ReceivedAt = db.Instant(s.now())
	r.DueOn = dueOn(r.ReceivedAt, zone)
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := people.NewStore(tx, s.now).Person(ctx, r.PersonID); err != nil {
			return err
		}
		res := gorm.WithResult()
		if err := db.Rows[Request](tx, clause.OnConflict{DoNothing: true}, res).Create(ctx, &r); err != nil {
			return fmt.Errorf("take a request down: %w", err)
		}
		if res.RowsAffected == 0 {
			return nil
		}
		return people.NewStore(tx, s.now).Note(ctx, people.Audit{StaffID: &r.ByID, Act: people.TookRequest, Object: "person:" + r.PersonID, Reason: r.Kind})
	})
}

// Answer closes a request. One that is closed stays as it is. Faults: Invalid, NotFound.
func (s *Store) Answer(ctx context.Context, personID, id, outcome, byID string) error {
	if outcome != "granted" && outcome != "refused" {
		return fault.New(fault.Invalid, "privacy.request_choose")
	}
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		r, err := db.Rows[Request](tx).Where("id = ? AND person_id = ?", id, personID).Take(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return fault.New(fault.NotFound, "privacy.request_missing")
		}
		if err != nil || r.DoneAt != nil {
			return err
		}
		r.DoneAt, r.DoneBy, r.Outcome = &now, &byID, outcome
		if _, err := db.Rows[Request](tx).Where("id = ?", id).Select("done_at", "done_by", "outcome").Updates(ctx, r); err != nil {
			return err
		}
		return people.NewStore(tx, s.now).Note(ctx, people.Audit{StaffID: &byID, Act: people.ClosedRequest, Object: "person:" + r.PersonID, Reason: outcome})
	})
}

// Requests are a person's, the newest first.
func (s *Store) Requests(ctx context.Context, personID string) ([]Request, error) {
	return db.Rows[Request](s.db).Where("person_id = ?", personID).Order("received_at DESC, id").Limit(50).Find(ctx)
}

// OpenRequests are those of everybody, the most urgent first.
func (s *Store) OpenRequests(ctx context.Context) ([]Request, error) {
	return db.Rows[Request](s.db).Where("done_at IS NULL").Order("due_on, id").Limit(200).Find(ctx)
}
