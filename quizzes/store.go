package quizzes

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/courses"
)

// visitsKept is how long the attempts of visitors stay after their last answer.
const visitsKept = 30 * 24 * time.Hour

// Store keeps each reader's attempts.
type Store struct {
	db  *gorm.DB
	now func() time.Time
}

// NewStore keeps attempts in d; now is the clock. A transaction makes a store of its own.
func NewStore(d *gorm.DB, now func() time.Time) *Store { return &Store{db: d, now: now} }

// Tap is one answer as a page sends it.
type Tap struct {
	Attempt  string // its ID, made by the page that began it
	Run      string // of the lesson, as the reader has it; empty outside one
	At       int    // how many answers the page had before it: so the same tap again is seen
	Question string // the question's ID
	Answer   int
	Lang     string
	// Seed is what an attempt that begins with this tap draws with.
	Seed int64
	// Count is how many questions an attempt that begins with this tap has; 0 means
	// PerAttempt.
	Count int
}

// Answer keeps one answer and, with the last right one, hands the attempt in: in one
// transaction with the fact, the run's mark and the room's place. The same tap again
// changes nothing.
//
// Faults, with nothing changed: Invalid when the question is not in the attempt or has no
// such answer, Conflict when the attempt is finished or further on, NotFound when it is
// somebody else's.
func (s *Store) Answer(ctx context.Context, who people.Reader, quiz *Quiz, t Tap) (Attempt, error) {
	a, err := s.tryAnswer(ctx, who, quiz, t)
	if errors.Is(err, gorm.ErrDuplicatedKey) || errors.Is(err, errMoved) { // another request was first
		a, err = s.tryAnswer(ctx, who, quiz, t)
	}
	if err != nil {
		return a, fmt.Errorf("answer in %s: %w", quiz.Slug, err)
	}
	return a, nil
}

// errMoved says that another request moved the attempt meanwhile.
var errMoved = errors.New("quizzes: the attempt was moved meanwhile")

func (s *Store) tryAnswer(ctx context.Context, who people.Reader, quiz *Quiz, t Tap) (Attempt, error) {
	var a Attempt
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		a, err = NewStore(tx, s.now).answer(ctx, who, quiz, t)
		return err
	})
	return a, err
}

// answer runs in a transaction.
func (s *Store) answer(ctx context.Context, who people.Reader, quiz *Quiz, t Tap) (Attempt, error) {
	a, err := db.Rows[Attempt](s.db).Where("id = ?", t.Attempt).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s.begin(ctx, who, quiz, t)
	}
	if err != nil {
		return Attempt{}, err
	}
	if !a.Of(who) || a.Quiz != quiz.Slug {
		return Attempt{}, noAttempt()
	}
	sheet, err := a.Sheet()
	if err != nil {
		return Attempt{}, err
	}
	if t.At >= 0 && t.At < len(sheet.Given) {
		if g := sheet.Given[t.At]; sheet.Questions[g.Question].ID == t.Question && g.Answer == t.Answer {
			return a, nil // the same tap again
		}
	}
	if a.DoneAt != nil || t.At != len(sheet.Given) {
		return a, fault.New(fault.Conflict, "quizzes.stale")
	}
	return s.move(ctx, who, a, sheet, t)
}

// begin is the first answer of a new attempt: it draws the questions and keeps them.
func (s *Store) begin(ctx context.Context, who people.Reader, quiz *Quiz, t Tap) (Attempt, error) {
	column, value := who.Key()
	if column == "" {
		return Attempt{}, fmt.Errorf("quizzes: an answer of nobody")
	}
	if isRun(t.Attempt) == "" { // no page of ours
		return Attempt{}, fault.New(fault.Invalid, "quizzes.not_asked")
	}
	open, err := s.open(ctx, who, quiz.Slug)
	switch {
	case err == nil && open.ID == t.Attempt: // the same tap by way of another instance, this moment
		return Attempt{}, errMoved
	case err == nil || t.At != 0: // another tab has begun already
		return Attempt{}, fault.New(fault.Conflict, "quizzes.stale")
	case !fault.Is(err, fault.NotFound):
		return Attempt{}, err
	}
	before, err := s.Finished(ctx, who, quiz.Slug)
	if err != nil {
		return Attempt{}, err
	}
	count := t.Count
	if count == 0 {
		count = PerAttempt
	}
	sheet := Sheet{Questions: quiz.draw(t.Seed, count), Once: isCheck(quiz.Slug)}
	questions, err := json.Marshal(sheet.Questions)
	if err != nil {
		return Attempt{}, err
	}
	now := db.Instant(s.now())
	a := Attempt{ID: t.Attempt, Run: t.Run, Quiz: quiz.Slug, Edition: quiz.Edition, Seed: t.Seed, Questions: string(questions),
		Given: "[]", FirstTry: before == 0, StartedAt: now, MovedAt: now}
	if column == "person_id" {
		a.PersonID = &value
	} else {
		a.VisitID = &value
	}
	if err := db.Rows[Attempt](s.db).Create(ctx, &a); err != nil {
		return Attempt{}, err
	}
	return s.move(ctx, who, a, sheet, t)
}

// move writes the answer and what follows from it.
func (s *Store) move(ctx context.Context, who people.Reader, a Attempt, sheet Sheet, t Tap) (Attempt, error) {
	g := Given{Question: sheet.Now(), Answer: t.Answer, Lang: t.Lang}
	if sheet.Done() || sheet.Questions[g.Question].ID != t.Question {
		return a, fault.New(fault.Invalid, "quizzes.not_asked")
	}
	sheet, err := sheet.Answer(g)
	if err != nil {
		return a, err
	}
	given, err := json.Marshal(sheet.Given)
	if err != nil {
		return a, err
	}
	now, before := db.Instant(s.now()), a.Length
	a.Given, a.Length, a.MovedAt = string(given), len(sheet.Given), now
	if t.Run != "" {
		a.Run = t.Run
	}
	if a.SessionID = nil; who.SessionID != "" {
		a.SessionID = &who.SessionID
	}
	if sheet.Done() {
		id := db.NewID()
		a.DoneAt, a.FactID = &now, &id
	}
	n, err := db.Rows[Attempt](s.db).Where("id = ? AND length = ? AND done_at IS NULL", a.ID, before).
		Select("run", "given", "length", "moved_at", "session_id", "done_at", "fact_id").Updates(ctx, a)
	if err != nil {
		return a, err
	}
	if n == 0 {
		return a, errMoved
	}
	if sheet.Done() {
		if err := s.handIn(ctx, who, a, sheet); err != nil {
			return a, err
		}
	}
	if isCheck(a.Quiz) { // it belongs to no lesson that the cockpit could name
		return a, nil
	}
	p := room.Place{Kind: room.Quiz, Slug: a.Quiz, Step: min(sheet.Now()+1, len(sheet.Questions))}
	return a, room.NewStore(s.db, s.now).Place(ctx, s.db, who.SeatID, p)
}

// handIn appends the fact and marks the lesson's run.
func (s *Store) handIn(ctx context.Context, who people.Reader, a Attempt, sheet Sheet) error {
	f := ledger.Fact{ID: *a.FactID, Verb: ledger.Answered, Object: objectOf(a.Quiz), Edition: &a.Edition}
	if a.Run != "" {
		f.Run = &a.Run
	}
	d := ledger.AnsweredDetail{Right: sheet.Right(), Of: len(sheet.Questions), FirstTry: a.FirstTry}
	if _, err := ledger.Append(ctx, s.db, ledger.OwnerQuizzes, s.now(), who.Stamp(f), d); err != nil {
		return err
	}
	if a.Run == "" {
		return nil
	}
	err := courses.NewStore(s.db, s.now).MarkAnswered(ctx, s.db, a.Run)
	if fault.Is(err, fault.NotFound) { // the run was purged meanwhile: the answers count all the same
		return nil
	}
	return err
}

// Current is the attempt that a page shows: the one named by id if it is the reader's,
// else her open one, else the last one that she handed in within this run of the lesson.
// NotFound means that a new one begins.
func (s *Store) Current(ctx context.Context, who people.Reader, quiz, run, id string) (Attempt, error) {
	column, value := who.Key()
	if column == "" {
		return Attempt{}, noAttempt()
	}
	if id != "" {
		a, err := take(db.Rows[Attempt](s.db).Where("id = ? AND quiz = ? AND "+column+" = ?", id, quiz, value).Take(ctx))
		if err == nil || !fault.Is(err, fault.NotFound) {
			return a, err
		}
	}
	a, err := s.open(ctx, who, quiz)
	if err == nil || !fault.Is(err, fault.NotFound) || run == "" {
		return a, err
	}
	return take(db.Rows[Attempt](s.db).Where("run = ? AND quiz = ? AND done_at IS NOT NULL AND "+column+" = ?", run, quiz, value).
		Order("done_at DESC, id").Take(ctx))
}

// Taken reports whether there is an attempt of that number, whose ever it is.
func (s *Store) Taken(ctx context.Context, id string) (bool, error) {
	_, err := take(db.Rows[Attempt](s.db).Select("id").Where("id = ?", id).Take(ctx))
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil, err
}

// First is the reader's first attempt at a quiz that was handed in; NotFound when there is
// none.
func (s *Store) First(ctx context.Context, who people.Reader, quiz string) (Attempt, error) {
	column, value := who.Key()
	if column == "" {
		return Attempt{}, noAttempt()
	}
	return take(db.Rows[Attempt](s.db).Where("quiz = ? AND done_at IS NOT NULL AND "+column+" = ?", quiz, value).
		Order("done_at, id").Take(ctx))
}

// open is the reader's open attempt at a quiz.
func (s *Store) open(ctx context.Context, who people.Reader, quiz string) (Attempt, error) {
	column, value := who.Key()
	if column == "" {
		return Attempt{}, noAttempt()
	}
	return take(db.Rows[Attempt](s.db).Where("quiz = ? AND done_at IS NULL AND "+column+" = ?", quiz, value).Take(ctx))
}

// Finished is how many attempts at a quiz the reader has handed in.
func (s *Store) Finished(ctx context.Context, who people.Reader, quiz string) (int, error) {
	column, value := who.Key()
	if column == "" {
		return 0, nil
	}
	n, err := db.Rows[Attempt](s.db).Where("quiz = ? AND done_at IS NOT NULL AND "+column+" = ?", quiz, value).Count(ctx, "id")
	if err != nil {
		return 0, fmt.Errorf("finished attempts at %s: %w", quiz, err)
	}
	return int(n), nil
}

// Purge deletes the attempts of visitors who have not come back. Facts stay.
func (s *Store) Purge(ctx context.Context) error {
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Attempt](tx).Where("visit_id IS NOT NULL AND moved_at < ?", db.Instant(s.now().Add(-visitsKept))).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("purge visitors' attempts: %w", err)
	}
	return nil
}

func take(a Attempt, err error) (Attempt, error) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Attempt{}, noAttempt()
	}
	return a, err
}

func noAttempt() error { return fault.New(fault.NotFound, "quizzes.missing") }
