package live

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// Recording is the trainer's voice in one class. She begins it herself; learners send no
// sound, so none of theirs is in it.
type Recording struct {
	ClassID   string `gorm:"primaryKey"`
	ByID      string // staff who began it
	BegunAt   time.Time
	StoppedAt *time.Time // nil while it goes on
	SeenAt    *time.Time // when the recorder was last in the room
	Paused    int64      // milliseconds between stopping and going on
}

// TableName is the table of recordings.
func (Recording) TableName() string { return "live_recordings" }

// On reports whether it goes on.
func (r Recording) On() bool { return r.ClassID != "" && r.StoppedAt == nil }

// whole is for how long it was wanted until now: how long it would sound without a gap.
func (r Recording) whole(now time.Time) time.Duration {
	if r.StoppedAt != nil {
		now = *r.StoppedAt
	}
	return now.Sub(r.BegunAt) - time.Duration(r.Paused)*time.Millisecond
}

// cut is after how long without a sign of the recorder a trainer is told.
const cut = 15 * time.Second

// Cut reports whether it should go on and does not.
func (r Recording) Cut(now time.Time) bool {
	since := r.BegunAt
	if r.SeenAt != nil {
		since = *r.SeenAt
	}
	return r.On() && now.Sub(since) > cut
}

// part is one file of a recording.
type part struct {
	ClassID string `gorm:"primaryKey"`
	Number  int    `gorm:"primaryKey"`
	BegunAt time.Time
	Millis  int64
	Bytes   int64
}

func (part) TableName() string { return "live_recording_parts" }

// mark says which step was shown from when on.
type mark struct {
	ClassID string    `gorm:"primaryKey"`
	At      time.Time `gorm:"primaryKey"`
	Lesson  string
	Step    int
}

func (mark) TableName() string { return "live_recording_marks" }

// Recordings are the recordings of classes: rows in the database, files in a directory.
type Recordings struct {
	store *Store
	dir   string
	days  int
}

// NewRecordings keeps recordings for so many days, in files below dir. With 0 days no
// class is recorded, and what was recorded before is due at once.
func NewRecordings(g *gorm.DB, now func() time.Time, dir string, days int) *Recordings {
	return &Recordings{store: NewStore(g, now), dir: dir, days: days}
}

// Wanted reports whether classes may be recorded here at all.
func (r *Recordings) Wanted() bool { return r.Days() > 0 }

// Days is for how many days a recording is kept; 0 where classes are not recorded.
func (r *Recordings) Days() int {
	if r == nil {
		return 0
	}
	return r.days
}

// Until is until when a recording is kept.
func (r *Recordings) Until(rec Recording) time.Time { return rec.BegunAt.AddDate(0, 0, r.days) }

// file is where a part stands.
func (r *Recordings) file(classID string, number int) string {
	return filepath.Join(r.dir, classID, strconv.Itoa(number)+".ogg")
}

// recording is the recording of a class; the zero Recording when there is none.
func (s *Store) recording(ctx context.Context, classID string) (Recording, error) {
	rec, err := db.Rows[Recording](s.db).Where("class_id = ?", classID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Recording{}, nil
	}
	return rec, err
}

// record begins to record a class that is open, or goes on with it. What goes on already
// is left alone. Faults: NotFound; Gone when the class is over.
func (s *Store) record(ctx context.Context, classID, staffID string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		c, err := t.locked(ctx, classID)
		if err != nil {
			return err
		}
		if err := c.joinable(); err != nil {
			return err
		}
		now := t.Now()
		rec, err := t.recording(ctx, classID)
		switch {
		case err != nil || rec.On():
			return err
		case rec.ClassID == "":
			err = db.Rows[Recording](tx).Create(ctx, &Recording{ClassID: classID, ByID: staffID, BegunAt: now})
		default:
			_, err = db.Rows[Recording](tx).Where("class_id = ?", classID).Select("stopped_at", "seen_at", "paused").
				Updates(ctx, Recording{SeenAt: &now, Paused: rec.Paused + now.Sub(*rec.StoppedAt).Milliseconds()})
		}
		if err != nil {
			return fmt.Errorf("begin to record: %w", err)
		}
		return t.mark(ctx, c)
	})
}

// mark writes down which step is shown now, in a class that is being recorded.
func (s *Store) mark(ctx context.Context, c Class) error {
	rec, err := s.recording(ctx, c.ID)
	if err != nil || !rec.On() || c.Lesson == "" {
		return err
	}
	m := mark{ClassID: c.ID, At: s.Now(), Lesson: c.Lesson, Step: c.Step}
	return db.Rows[mark](s.db, clause.OnConflict{UpdateAll: true}).Create(ctx, &m)
}

// endRecording stops the recording of a class, when there is one, by hand.
func (s *Store) endRecording(ctx context.Context, classID string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error { return NewStore(tx, s.now).stopRecording(ctx, classID) })
}

// stopRecording is endRecording in a transaction: a class that ends stops it too.
func (s *Store) stopRecording(ctx context.Context, classID string) error {
	now := s.Now()
	_, err := db.Rows[Recording](s.db).Where("class_id = ? AND stopped_at IS NULL", classID).Update(ctx, "stopped_at", now)
	return err
}

// toRecord are the classes whose recording goes on now.
func (s *Store) toRecord(ctx context.Context) ([]Recording, error) {
	return db.Rows[Recording](s.db).Where("stopped_at IS NULL").Order("class_id").Limit(100).Find(ctx)
}

// parts are the files of a recording in which something can be heard, in order of time.
func (s *Store) parts(ctx context.Context, classID string) ([]part, error) {
	return db.Rows[part](s.db).Where("class_id = ? AND millis > 0", classID).Order("begun_at, number").Find(ctx)
}

// marks are the steps that were shown, in order of time.
func (s *Store) marks(ctx context.Context, classID string) ([]mark, error) {
	return db.Rows[mark](s.db).Where("class_id = ?", classID).Order("at").Find(ctx)
}

// Due lists recordings whose time was over before an instant, the longest due first.
func (r *Recordings) Due(ctx context.Context, at time.Time, limit int) ([]Recording, error) {
	list, err := db.Rows[Recording](r.store.db).Where("begun_at < ? AND stopped_at IS NOT NULL", db.Instant(at.AddDate(0, 0, -r.days))).
		Order("begun_at, class_id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for recordings that are due: %w", err)
	}
	return list, nil
}

// Dropping is the act of erasing a recording.
type Dropping struct {
	ClassID string
	Begun   time.Time // one that began later stays: she recorded the class anew
	Why     string    // a code such as "expired"
	ByID    *string   // the member of staff; nil when the clock did it
}

// Drop erases a recording, with a fact that says why and who. One that is not there, or
// goes on, is no error.
func (r *Recordings) Drop(ctx context.Context, d Dropping) error {
	dropped := false
	err := ledger.Write(ctx, r.store.db, func(tx *gorm.DB) error {
		rec, err := db.Rows[Recording](tx, clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Where("class_id = ? AND begun_at <= ? AND stopped_at IS NOT NULL", d.ClassID, db.Instant(d.Begun)).Limit(1).Find(ctx)
		if err != nil || len(rec) == 0 {
			return err
		}
		for _, table := range []string{"live_recording_marks", "live_recording_parts", "live_recordings"} {
			if err := tx.WithContext(ctx).Exec("DELETE FROM "+table+" WHERE class_id = ?", d.ClassID).Error; err != nil {
				return err
			}
		}
		dropped = true
		f := ledger.Fact{ID: db.NewID(), Verb: ledger.Erased, Object: ledger.Object("recording", d.ClassID), ByID: d.ByID}
		_, err = ledger.Append(ctx, tx, ledger.OwnerLive, r.store.now(), f, ledger.ErasedDetail{Reason: d.Why})
		return err
	})
	if err != nil {
		return fmt.Errorf("erase the recording of class %s: %w", d.ClassID, err)
	}
	if !dropped {
		return nil
	}
	return r.remove(d.ClassID)
}

// remove deletes the files of one class.
func (r *Recordings) remove(classID string) error {
	if classID == "" || classID != filepath.Base(classID) {
		return fmt.Errorf("%q is no class", classID)
	}
	return os.RemoveAll(filepath.Join(r.dir, classID))
}

// Sweep deletes files whose recording was erased, here while the power went or by another
// process. Each process does it for its own directory.
func (r *Recordings) Sweep(ctx context.Context) error {
	entries, err := os.ReadDir(r.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	var failed error
	for _, e := range entries {
		rec, err := r.store.recording(ctx, e.Name())
		if err == nil && rec.ClassID == "" {
			err = r.remove(e.Name())
		}
		failed = errors.Join(failed, err)
	}
	return failed
}

// mayHear reports whether somebody was in a class: its recording is for her. A learner who
// has two cards was there with either.
func (s *Store) mayHear(ctx context.Context, classID string, r people.Reader) (bool, error) {
	var whos []string
	for _, id := range []string{r.VisitID, r.SeatID} {
		if id != "" {
			whos = append(whos, id)
		}
	}
	var ids []string
	if r.Person != nil {
		var err error
		if ids, err = people.NewStore(s.db, s.now).Together(ctx, r.Person.ID); err != nil {
			return false, err
		}
	}
	n, err := db.Rows[Visit](s.db).Where("class_id = ? AND role = ? AND (who IN ? OR person_id IN ?)", classID, Home, whos, ids).Count(ctx, "ticket")
	if err != nil || n > 0 {
		return n > 0, err
	}
	for _, id := range ids {
		if here, err := s.tours().IsPresent(ctx, classID, id); err != nil || here {
			return here, err
		}
	}
	return false, nil
}

// Heard is the recording of a class that somebody was in, with the class's title.
type Heard struct {
	Recording
	Title string
}

// For are the recordings that a learner may hear, the latest first, at most ten.
func (s *Store) For(ctx context.Context, personID string) ([]Heard, error) {
	ids, err := people.NewStore(s.db, s.now).Together(ctx, personID)
	if err != nil {
		return nil, err
	}
	was := map[string]bool{}
	visits, err := db.Rows[Visit](s.db).Where("person_id IN ? AND role = ?", ids, Home).Order("joined_at DESC, ticket").Limit(200).Find(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range visits {
		was[v.ClassID] = true
	}
	for _, id := range ids {
		came, err := s.tours().Came(ctx, id, time.Time{})
		if err != nil {
			return nil, err
		}
		for _, n := range came {
			was[n.ID] = true
		}
	}
	list, err := db.Rows[Recording](s.db).
		Where("class_id IN ? AND stopped_at IS NOT NULL AND class_id IN (SELECT class_id FROM live_recording_parts WHERE millis > 0)", slices.Collect(maps.Keys(was))).
		Order("begun_at DESC, class_id").Limit(10).Find(ctx)
	var all []Heard
	for _, rec := range list {
		n, err := s.tours().Session(ctx, rec.ClassID)
		if err != nil {
			return nil, err
		}
		all = append(all, Heard{rec, n.Title})
	}
	return all, err
}

// errNoRecording is the same for who may not hear it and for what is not there.
var errNoRecording = fault.New(fault.NotFound, "live.no_recording")
