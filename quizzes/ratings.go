package quizzes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// mostFaces is the smiling one.
const mostFaces = 3

// askedDays is how many days it is remembered, at least, that a run was asked.
const askedDays = 1

// asked is the row that says that a run of a lesson was asked how it was. Asked is a hash
// of both; Day is no finer than the rating's own time, so nothing leads from it to the
// answer.
type asked struct {
	Asked string `gorm:"primaryKey"`
	Day   string // UTC, such as 2026-11-23
}

// TableName is the table of runs that were asked.
func (asked) TableName() string { return "quiz_ratings_asked" }

// Rating is how a lesson was, as one page sends it.
type Rating struct {
	ID     string // a random UUID (version 4), made by the page
	Lesson string // the slug
	Run    string // empty outside a run
	Faces  int    // 1 sad, 2 so-so, 3 smiling
}

// Rate appends how it was. The fact has no person, no device and no run, and its time is
// the session's start, or the beginning of the local day in zone: who answered cannot be
// told from when. A run that was asked before changes nothing.
//
// The two are written one after the other and not in one transaction: a database keeps
// traces of what was written together. When it ends between them, one rating is lost.
//
// Fault: Invalid when the number of faces or the ID cannot be; nothing is noted then.
func (s *Store) Rate(ctx context.Context, who people.Reader, zone *time.Location, r Rating) error {
	if u, err := uuid.Parse(r.ID); err != nil || u.String() != r.ID || u.Version() != 4 || r.Faces < 1 || r.Faces > mostFaces {
		return fault.New(fault.Invalid, "quizzes.rating_bad")
	}
	at, err := s.ratedAt(ctx, who, zone)
	if err != nil {
		return err
	}
	if fresh, err := s.ask(ctx, r.Run, r.Lesson); err != nil || !fresh {
		return err
	}
	f := ledger.Fact{ID: r.ID, Verb: ledger.Rated, Object: ledger.Object("lesson", r.Lesson), At: at}
	if who.SessionID != "" {
		f.SessionID = &who.SessionID
	}
	if who.VenueID != "" {
		f.VenueID = &who.VenueID
	}
	err = ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := ledger.Append(ctx, tx, ledger.OwnerQuizzes, at, f, ledger.RatedDetail{Faces: r.Faces})
		return err
	})
	if err != nil {
		return fmt.Errorf("rate %s: %w", r.Lesson, err)
	}
	return nil
}

// ratedAt is as coarse as a rating's time may be.
func (s *Store) ratedAt(ctx context.Context, who people.Reader, zone *time.Location) (time.Time, error) {
	if who.SessionID != "" {
		session, err := tour.NewStore(s.db, s.now).Session(ctx, who.SessionID)
		if err == nil {
			return db.Instant(session.StartsAt), nil
		}
		if !fault.Is(err, fault.NotFound) {
			return time.Time{}, err
		}
	}
	local := s.now().In(zone)
	return db.Instant(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)), nil
}

// ask notes that the run was asked; fresh is false when it was before. Outside a run
// nothing is noted.
func (s *Store) ask(ctx context.Context, run, lesson string) (fresh bool, err error) {
	if run == "" {
		return true, nil
	}
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		res := gorm.WithResult()
		err := gorm.G[asked](tx, res, clause.OnConflict{DoNothing: true}).Create(ctx, &asked{Asked: askedKey(run, lesson), Day: s.now().UTC().Format(time.DateOnly)})
		fresh = res.RowsAffected == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note that it was asked: %w", err)
	}
	return fresh, nil
}

// ForgetAsked forgets which runs were asked, after a day or two. Whoever opens the end of
// an old lesson again may then be asked again.
func (s *Store) ForgetAsked(ctx context.Context) error {
	old := s.now().UTC().AddDate(0, 0, -askedDays).Format(time.DateOnly)
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := gorm.G[asked](tx).Where("day < ?", old).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget who was asked: %w", err)
	}
	return nil
}

// Asked reports whether a run of a lesson was asked how it was.
func (s *Store) Asked(ctx context.Context, run, lesson string) (bool, error) {
	if run == "" {
		return false, nil
	}
	_, err := gorm.G[asked](s.db).Where("asked = ?", askedKey(run, lesson)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("was it asked: %w", err)
	}
	return true, nil
}

func askedKey(run, lesson string) string {
	sum := sha256.Sum256([]byte(run + "\x00" + lesson))
	return hex.EncodeToString(sum[:])
}
