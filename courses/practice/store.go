package practice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/courses"
)

const (
	// mostTaps is how long one go may become. Beyond it the go is left and another
	// begins: nobody practises that long, a stuck key does.
	mostTaps = 400
	// longestPause is how much of the time between two taps counts as practising.
	longestPause = 5 * time.Minute
	// visitsKept is how long the plays of visitors stay after their last tap.
	visitsKept = 30 * 24 * time.Hour
)

// Row is one go of one person or visitor at one scene.
//
// It is open until an ending is reached (DoneAt) or it is given up for another (LeftAt);
// a reader has at most one open go at a scene, wherever she sits. Its taps, played
// through the scene, are its state; the counts beside them are for whoever looks from
// outside.
type Row struct {
	ID string `gorm:"primaryKey"`
	// PersonID or VisitID is set, never both.
	PersonID *string
	VisitID  *string
	Run      string // of the lesson; empty outside one
	Scene    string // the slug
	Edition  string // the scene's when the go began
	Mode     Mode
	Skin     string
	Taps     string // JSON list
	Length   int    // how many taps
	Place    string // "screen:secret", "mistake:paid", "ending:hung-up"

	Slips, Misses, FalseAlarms, Hints int
	// Stopped is the screen before the ending: where she stopped the caller.
	Stopped string
	// Seconds is the time from tap to tap, each pause counted for five minutes at most.
	Seconds int

	StartedAt time.Time
	MovedAt   time.Time
	DoneAt    *time.Time
	LeftAt    *time.Time
	FactID    *string
}

// TableName is the table of plays.
func (Row) TableName() string { return "practice_plays" }

// Open reports whether the go can still be gone on with.
func (r Row) Open() bool { return r.DoneAt == nil && r.LeftAt == nil }

// Of reports whether the go belongs to the reader.
func (r Row) Of(who people.Reader) bool {
	switch column, value := who.Key(); column {
	case "person_id":
		return r.PersonID != nil && *r.PersonID == value
	case "visit_id":
		return r.VisitID != nil && *r.VisitID == value
	}
	return false
}

func (r Row) taps() ([]string, error) {
	var taps []string
	if err := json.Unmarshal([]byte(r.Taps), &taps); err != nil {
		return nil, fmt.Errorf("taps of play %s: %w", r.ID, err)
	}
	return taps, nil
}

// Store keeps each reader's goes at the scenes.
type Store struct {
	db  *gorm.DB
	now func() time.Time
}

// NewStore keeps plays in d; now is the clock. A transaction makes a store of its own.
func NewStore(d *gorm.DB, now func() time.Time) *Store { return &Store{db: d, now: now} }

// Tap is one press of a button on a practice page.
type Tap struct {
	Play string // the go's ID, made by the page that began it
	Run  string // of the lesson, as the reader has it; empty outside one
	Mode Mode   // in which a new go begins; an open one keeps its own
	At   int    // how many taps the page had before it: so the same tap again is seen
	Do   string // a choice, or TapBack, TapAgain, TapTry
	// More are the taps that followed it, where a script sends several at once.
	More []string
}

// Tap plays one tap and keeps it, in one transaction with what follows from it: the facts
// started (with the first tap) and practised (at the ending, once), the run's mark and
// the room's place. The same tap again changes nothing.
//
// Of several taps those count that come before the first that cannot be; a go that is left
// ends them.
//
// Faults, with nothing changed by the tap that they are about: Invalid when the screen does
// not offer it, Conflict when the page is older than the go, NotFound when the go is somebody
// else's.
func (s *Store) Tap(ctx context.Context, who people.Reader, scene *Scene, t Tap) (Row, error) {
	row, err := s.tryTap(ctx, who, scene, t)
	if errors.Is(err, gorm.ErrDuplicatedKey) || errors.Is(err, errMoved) { // another request was first
		row, err = s.tryTap(ctx, who, scene, t)
	}
	if err != nil {
		return row, fmt.Errorf("tap in %s: %w", scene.Slug, err)
	}
	return row, nil
}

// errMoved says that another request moved the go meanwhile.
var errMoved = errors.New("practice: the play was moved meanwhile")

func (s *Store) tryTap(ctx context.Context, who people.Reader, scene *Scene, t Tap) (Row, error) {
	var row Row
	var refused error
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		all, more := NewStore(tx, s.now), append([]string{t.Do}, t.More...)
		for i, do := range more {
			one := t
			one.At, one.Do = t.At+i, do
			row, err = all.tap(ctx, who, scene, one)
			if err == nil && row.LeftAt == nil {
				continue
			}
			if i > 0 && fault.KindOf(err) != fault.Internal { // those before it count
				refused, err = err, nil
			}
			return err
		}
		return nil
	})
	if err == nil {
		err = refused
	}
	return row, err
}

// tap runs in a transaction.
func (s *Store) tap(ctx context.Context, who people.Reader, scene *Scene, t Tap) (Row, error) {
	row, err := db.Rows[Row](s.db).Where("id = ?", t.Play).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s.begin(ctx, who, scene, t)
	}
	if err != nil {
		return Row{}, err
	}
	if !row.Of(who) || row.Scene != scene.Slug {
		return Row{}, fault.New(fault.NotFound, "practice.missing")
	}
	taps, err := row.taps()
	if err != nil {
		return Row{}, err
	}
	if t.At < len(taps) && t.At >= 0 && taps[t.At] == t.Do {
		return row, nil // the same tap again
	}
	if t.At != len(taps) || !row.Open() {
		return row, fault.New(fault.Conflict, "practice.stale")
	}
	st, err := Play(scene, row.Mode, taps)
	if err != nil || len(taps) >= mostTaps { // the scene has changed under it, or a key is stuck
		return s.leave(ctx, row)
	}
	return s.move(ctx, who, scene, row, st, taps, t)
}

// begin is the first tap of a new go.
func (s *Store) begin(ctx context.Context, who people.Reader, scene *Scene, t Tap) (Row, error) {
	open, err := s.open(ctx, who, scene.Slug)
	switch {
	case err == nil && open.ID == t.Play: // the same tap by way of another instance, this moment
		return Row{}, errMoved
	case err == nil || t.At != 0: // another tab has begun already
		return Row{}, fault.New(fault.Conflict, "practice.stale")
	case !fault.Is(err, fault.NotFound):
		return Row{}, err
	}
	mode := ParseMode(string(t.Mode))
	if _, err := scene.Tap(scene.Begin(mode), t.Do); err != nil {
		return Row{}, err
	}
	now := db.Instant(s.now())
	row := Row{ID: t.Play, Run: t.Run, Scene: scene.Slug, Edition: scene.Edition, Mode: mode, Skin: mode.Skin(),
		Taps: "[]", Place: place(scene.Begin(mode)), StartedAt: now, MovedAt: now}
	column, value := who.Key()
	switch column {
	case "person_id":
		row.PersonID = &value
	case "visit_id":
		row.VisitID = &value
	default:
		return Row{}, fmt.Errorf("practice: a tap of nobody")
	}
	if err := db.Rows[Row](s.db).Create(ctx, &row); err != nil {
		return Row{}, err
	}
	d := ledger.StartedDetail{Mode: string(row.Mode), Skin: row.Skin}
	if err := s.tell(ctx, who, row, row.ID, ledger.Started, d); err != nil {
		return Row{}, err
	}
	return s.move(ctx, who, scene, row, scene.Begin(mode), nil, t)
}

// move plays the tap, writes the row and what follows from it.
func (s *Store) move(ctx context.Context, who people.Reader, scene *Scene, row Row, st State, taps []string, t Tap) (Row, error) {
	st, err := scene.Tap(st, t.Do)
	if err != nil {
		return row, err
	}
	now := db.Instant(s.now())
	pause := max(0, now.Sub(row.MovedAt))
	row.Seconds += int(min(pause, longestPause) / time.Second)
	row.MovedAt, row.Place, row.Stopped = now, place(st), scene.Base(st.Stopped)
	if pause < longestPause {
		row.MovedAt = now.Add(-pause % time.Second) // the part of a second counts with the next tap
	}
	row.Slips, row.Misses, row.FalseAlarms, row.Hints = st.Slips, st.Misses, st.FalseAlarms, st.Hints
	if t.Run != "" {
		row.Run = t.Run
	}
	b, err := json.Marshal(append(slices.Clone(taps), t.Do))
	if err != nil {
		return row, err
	}
	before := row.Length
	row.Taps, row.Length = string(b), before+1
	if st.Done() {
		id := db.NewID()
		row.DoneAt, row.FactID = &now, &id
	}
	n, err := db.Rows[Row](s.db).Where("id = ? AND length = ? AND done_at IS NULL AND left_at IS NULL", row.ID, before).
		Select("run", "taps", "length", "place", "slips", "misses", "false_alarms", "hints", "stopped", "seconds",
			"moved_at", "done_at", "fact_id").Updates(ctx, row)
	if err != nil {
		return row, err
	}
	if n == 0 {
		return row, errMoved
	}
	if st.Done() {
		if err := s.finish(ctx, who, row, st); err != nil {
			return row, err
		}
	}
	p := room.Place{Kind: room.Scene, Slug: row.Scene, Step: scene.step(st)}
	return row, room.NewStore(s.db, s.now).Place(ctx, s.db, who.SeatID, p)
}

// finish appends that the scene was practised and marks the lesson's run.
func (s *Store) finish(ctx context.Context, who people.Reader, row Row, st State) error {
	helped, err := s.helped(ctx, who, row)
	if err != nil {
		return err
	}
	d := ledger.PractisedDetail{Mode: string(row.Mode), Skin: row.Skin, Slips: row.Slips, Misses: row.Misses,
		FalseAlarms: row.FalseAlarms, Hints: row.Hints, Outcome: ledger.OutcomeDone, Helped: helped, Seconds: row.Seconds,
		Made: st.Made, Stopped: row.Stopped}
	if err := s.tell(ctx, who, row, *row.FactID, ledger.Practised, d); err != nil {
		return err
	}
	if row.Run == "" {
		return nil
	}
	err = courses.NewStore(s.db, s.now).MarkPractised(ctx, s.db, row.Run)
	if fault.Is(err, fault.NotFound) { // the run was purged meanwhile: the practice counts all the same
		return nil
	}
	return err
}

// helped reports whether somebody of the staff came to her tablet since the go began.
func (s *Store) helped(ctx context.Context, who people.Reader, row Row) (bool, error) {
	if who.Tablet == nil || who.SeatID == "" {
		return false, nil
	}
	call, err := room.NewStore(s.db, s.now).Hand(ctx, who.Tablet.ID)
	if err != nil {
		return false, err
	}
	hers := call.SeatID != nil && *call.SeatID == who.SeatID
	return hers && call.AnsweredAt != nil && !call.AnsweredAt.Before(row.StartedAt), nil
}

// leave gives a go up that cannot be gone on with; the next tap begins another.
func (s *Store) leave(ctx context.Context, row Row) (Row, error) {
	now := db.Instant(s.now())
	row.LeftAt = &now
	_, err := db.Rows[Row](s.db).Where("id = ? AND done_at IS NULL", row.ID).Select("left_at").Updates(ctx, row)
	return row, err
}

func (s *Store) tell(ctx context.Context, who people.Reader, row Row, id string, verb ledger.Verb, detail any) error {
	f := ledger.Fact{ID: id, Verb: verb, Object: ledger.Object("scene", row.Scene), Edition: &row.Edition}
	if row.Run != "" {
		f.Run = &row.Run
	}
	_, err := ledger.Append(ctx, s.db, ledger.OwnerPractice, s.now(), who.Stamp(f), detail)
	return err
}

// place is where a state is, in one word.
func place(st State) string { return string(st.At.Where) + ":" + st.At.ID }

// step is the number of the screen that a state is at or came from, for the cockpit.
func (s *Scene) step(st State) int {
	switch st.At.Where {
	case AtMistake:
		return s.Number(st.Trail[len(st.Trail)-1].ID)
	case AtEnding:
		return s.Number(st.Stopped)
	}
	return s.Number(st.At.ID)
}
