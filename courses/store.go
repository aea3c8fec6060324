package courses

import (
	"context"
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
	"silverclass/app/room"
)

// visitsKept is how long the runs of visitors stay after their last act: as long as the
// cookie on one's own device.
const visitsKept = 30 * 24 * time.Hour

// mostRuns bounds what is read of one reader: 45 lessons, each many times over.
const mostRuns = 1000

// Store keeps each reader's place in the lessons.
type Store struct {
	db  *gorm.DB
	now func() time.Time
}

// NewStore keeps runs in d; now is the clock. A transaction makes a store of its own.
func NewStore(d *gorm.DB, now func() time.Time) *Store { return &Store{db: d, now: now} }

// runName is a further ID of a run.
type runName struct {
	ID    string `gorm:"primaryKey"`
	RunID string
}

// TableName is the table of further IDs.
func (runName) TableName() string { return "courses_run_names" }

// Move sets the place of a run and begins or finishes the lesson where the rules say so,
// in one transaction with its fact and the room's place. The same move again changes
// nothing. The run that comes back is the one that counts: an open run of the same reader
// and lesson takes the place of an ID that is new.
//
// Faults: Invalid when the lesson has no such step or the run no proper ID, Forbidden
// when the run is somebody else's.
func (s *Store) Move(ctx context.Context, who people.Reader, lesson *Lesson, m Move) (Run, error) {
	m, err := m.on(lesson)
	if err != nil {
		return Run{}, err
	}
	if !isID(m.Run) {
		return Run{}, fault.New(fault.Invalid, "courses.run_bad")
	}
	if !isID(m.ID) {
		m.ID = db.NewID()
	}
	m.Lesson = lesson.Slug
	run, err := s.tryMove(ctx, who, lesson, m)
	if errors.Is(err, gorm.ErrDuplicatedKey) { // another tab was first: go on with its run
		run, err = s.tryMove(ctx, who, lesson, m)
	}
	if err != nil {
		return Run{}, fmt.Errorf("move in %s to %d: %w", lesson.Slug, m.Target, err)
	}
	return run, nil
}

func (s *Store) tryMove(ctx context.Context, who people.Reader, lesson *Lesson, m Move) (Run, error) {
	var run Run
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		run, err = NewStore(tx, s.now).move(ctx, who, lesson, m)
		return err
	})
	return run, err
}

// move runs in a transaction.
func (s *Store) move(ctx context.Context, who people.Reader, lesson *Lesson, m Move) (Run, error) {
	now := db.Instant(s.now())
	run, err := s.take(ctx, who, lesson, m, now)
	if err != nil {
		return Run{}, err
	}
	before := run
	run, changed, finished := run.apply(m, now)
	if finished {
		if again, err := s.told(ctx, m.ID, before.ID); again || err != nil {
			return before, err // the act that began the run, sent once more
		}
	}
	if changed {
		if err := s.save(ctx, run); err != nil {
			return Run{}, err
		}
	}
	if finished {
		d := ledger.FinishedDetail{Seconds: run.Seconds, ReadAloud: run.ReadAloud}
		if err := s.tell(ctx, who, run, m.ID, ledger.Finished, d); err != nil {
			return Run{}, err
		}
	}
	place := room.Place{Kind: room.Lesson, Slug: run.Lesson, Step: run.Step}
	return run, room.NewStore(s.db, s.now).Place(ctx, s.db, who.SeatID, place)
}

// take is the run that a move means, locked; it begins one where there is none.
func (s *Store) take(ctx context.Context, who people.Reader, lesson *Lesson, m Move, now time.Time) (Run, error) {
	run, err := s.find(ctx, m.Run, true)
	if err == nil {
		return run, allowed(run, who, lesson.Slug)
	}
	if !fault.Is(err, fault.NotFound) {
		return Run{}, err
	}
	run, err = s.open(ctx, who, lesson.Slug, true)
	if err == nil {
		return run, db.Rows[runName](s.db).Create(ctx, &runName{ID: m.Run, RunID: run.ID})
	}
	if !fault.Is(err, fault.NotFound) {
		return Run{}, err
	}
	run = begun(m, who, lesson.Edition, now)
	if err := db.Rows[Run](s.db).Create(ctx, &run); err != nil {
		return Run{}, err
	}
	return run, s.tell(ctx, who, run, m.ID, ledger.Started, ledger.StartedDetail{})
}

func (s *Store) save(ctx context.Context, r Run) error {
	_, err := db.Rows[Run](s.db).Where("id = ?", r.ID).
		Select("step", "seen", "seconds", "read_aloud", "practice_later", "quiz_later", "moved_at", "finished_at").
		Updates(ctx, r)
	return err
}

// tell appends the fact of a run's beginning or end under the ID of the act behind it.
func (s *Store) tell(ctx context.Context, who people.Reader, r Run, id string, verb ledger.Verb, detail any) error {
	f := who.Stamp(ledger.Fact{ID: id, Verb: verb, Object: ledger.Object("lesson", r.Lesson), Edition: &r.Edition, Run: &r.ID})
	_, err := ledger.Append(ctx, s.db, ledger.OwnerCourses, s.now(), f, detail)
	return err
}

// told reports whether the act has told something of the run already.
func (s *Store) told(ctx context.Context, act, run string) (bool, error) {
	f, err := ledger.ByID(ctx, s.db, act)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && f.Run != nil && *f.Run == run, err
}

func allowed(r Run, who people.Reader, lesson string) error {
	if !r.Of(who) {
		return fault.New(fault.Forbidden, "courses.run_other")
	}
	if r.Lesson != lesson {
		return fault.New(fault.Invalid, "courses.run_bad")
	}
	return nil
}

// find is a run by its ID or one of its further ones.
func (s *Store) find(ctx context.Context, id string, lock bool) (Run, error) {
	run, err := db.Rows[Run](s.db, locking(lock)...).Where("id = ?", id).Take(ctx)
	if err == nil || !errors.Is(err, gorm.ErrRecordNotFound) {
		return run, err
	}
	name, err := db.Rows[runName](s.db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Run{}, noRun()
	}
	if err != nil {
		return Run{}, err
	}
	return db.Rows[Run](s.db, locking(lock)...).Where("id = ?", name.RunID).Take(ctx)
}

// open is the reader's open run of a lesson.
func (s *Store) open(ctx context.Context, who people.Reader, lesson string, lock bool) (Run, error) {
	column, value := who.Key()
	if column == "" {
		return Run{}, noRun()
	}
	run, err := db.Rows[Run](s.db, locking(lock)...).
		Where(column+" = ? AND lesson = ? AND finished_at IS NULL", value, lesson).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Run{}, noRun()
	}
	return run, err
}

// locking keeps others from moving the same run at once. SQLite has one writer anyway.
func locking(on bool) []clause.Expression {
	if !on {
		return nil
	}
	return []clause.Expression{clause.Locking{Strength: clause.LockingStrengthUpdate}}
}

func noRun() error { return fault.New(fault.NotFound, "courses.run_missing") }

// isID reports whether s is a UUID as we write them: anything may stand in an address.
func isID(s string) bool {
	id, err := uuid.Parse(s)
	return err == nil && id.String() == s
}

// Run is a reader's run by its ID; also by one that a second tab made up. Practice and
// quizzes ask it before they take up a run from an address.
//
// Faults: NotFound when nothing was done in that run yet, Forbidden when it is somebody
// else's.
func (s *Store) Run(ctx context.Context, who people.Reader, id string) (Run, error) {
	if !isID(id) {
		return Run{}, noRun()
	}
	run, err := s.find(ctx, id, false)
	if err != nil {
		return Run{}, fmt.Errorf("find run %s: %w", id, err)
	}
	return run, allowed(run, who, run.Lesson)
}

// Open is the reader's open run of a lesson, on whichever tablet it began; NotFound when
// none is open.
func (s *Store) Open(ctx context.Context, who people.Reader, lesson string) (Run, error) {
	run, err := s.open(ctx, who, lesson, false)
	if err != nil {
		return Run{}, fmt.Errorf("open run of %s: %w", lesson, err)
	}
	return run, nil
}

// MarkPractised notes, in the transaction of the act that ended a practice, that the run
// has it. Doing so again changes nothing; NotFound says that there is no such run.
func (s *Store) MarkPractised(ctx context.Context, tx *gorm.DB, runID string) error {
	return s.mark(ctx, tx, runID, "practised_at", func(r *Run) **time.Time { return &r.PractisedAt })
}

// MarkAnswered notes, in the transaction of the act that handed a quiz in, that the run
// has it. Doing so again changes nothing; NotFound says that there is no such run.
func (s *Store) MarkAnswered(ctx context.Context, tx *gorm.DB, runID string) error {
	return s.mark(ctx, tx, runID, "answered_at", func(r *Run) **time.Time { return &r.AnsweredAt })
}

func (s *Store) mark(ctx context.Context, tx *gorm.DB, runID, column string, at func(*Run) **time.Time) error {
	run, err := NewStore(tx, s.now).find(ctx, runID, true)
	if err != nil {
		return fmt.Errorf("mark %s of run %s: %w", column, runID, err)
	}
	if *at(&run) != nil {
		return nil
	}
	now := db.Instant(s.now())
	*at(&run) = &now
	if _, err := db.Rows[Run](tx).Where("id = ?", run.ID).Select(column).Updates(ctx, run); err != nil {
		return fmt.Errorf("mark %s of run %s: %w", column, runID, err)
	}
	return nil
}

// Purge deletes the runs of visitors who have not come back. Facts stay.
func (s *Store) Purge(ctx context.Context) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Run](tx).Where("visit_id IS NOT NULL AND moved_at < ?", db.Instant(s.now().Add(-visitsKept))).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("purge visitors' runs: %w", err)
	}
	return nil
}
