// Package privacy gives people the say over what is kept about them: to read it, take it
// along, mend it, take back a yes, and be erased; and it lets go by itself of what has
// been kept long enough (PIPL 15, 19, 44 to 50).
//
// What is kept it learns from the keepers of the other features alone (people.Keeper),
// so nothing can be shown that is not erased, and nothing erased that was not shown.
package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/live"
)

// UndoTime is how long somebody who asked to be erased may think better of it.
const UndoTime = 10 * time.Minute

// Reason says why somebody is erased; it is the code in the `erased` fact.
type Reason string

// The reasons.
const (
	Asked    Reason = "asked"    // she did it herself
	AtDesk   Reason = "desk"     // staff did it for her
	Heirs    Reason = "heirs"    // her heirs asked (PIPL 49)
	Expired  Reason = "expired"  // kept long enough
	Replayed Reason = "replayed" // an older backup brought her back
)

// Erasure is one wish to be erased, which can be undone until DueAt.
type Erasure struct {
	ID       string `gorm:"primaryKey"` // the act's
	PersonID string
	Reason   Reason
	AskedAt  time.Time
	DueAt    time.Time
	ByID     *string // the member of staff; nil when she did it herself
	UndoneAt *time.Time
	DoneAt   *time.Time
}

// TableName is the table of erasures.
func (Erasure) TableName() string { return "erasures" }

// Store reads what is kept about a person through the keepers, and erases it.
type Store struct {
	db      *gorm.DB
	now     func() time.Time
	keepers []people.Keeper
	log     *Log
	// recordings are those of classes; nil where there are none.
	recordings *live.Recordings
}

// NewStore makes a store. The keepers come in the order in which they erase, and the
// learner's own row last; log may be nil in tests.
func NewStore(g *gorm.DB, now func() time.Time, keepers []people.Keeper, log *Log) *Store {
	return &Store{db: g, now: now, keepers: append([]people.Keeper{Keeper()}, keepers...), log: log}
}

// WithRecordings is the store that lets go of recordings of classes as well.
func (s *Store) WithRecordings(r *live.Recordings) *Store {
	with := *s
	with.recordings = r
	return &with
}

// Keeper answers for what this package keeps: who asked for what, and when. The rows stay
// for three years as a proof that it was done, and then point to nobody.
func Keeper() people.Keeper {
	return people.NewKeeper("privacy",
		people.Kept{Table: "erasures", Group: people.KeptLooks, Order: "asked_at, id", Stays: true, Months: 36},
		people.Kept{Table: "person_requests", Group: people.KeptLooks, Order: "received_at, id", Stays: true, Months: 36})
}

// Keepers are all who keep something, this package among them.
func (s *Store) Keepers() []people.Keeper { return s.keepers }

// Ask begins an erasure, which is done after UndoTime: of everything that is kept under
// any card of hers. Asked again while one is under way, it gives that one. Fault: NotFound
// when there is no such person.
func (s *Store) Ask(ctx context.Context, e Erasure) (Erasure, error) {
	now := db.Instant(s.now())
	e.AskedAt, e.DueAt = now, now.Add(UndoTime)
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		p := people.NewStore(tx, s.now)
		if _, err := p.Person(ctx, e.PersonID); err != nil {
			return err
		}
		ids, err := p.Together(ctx, e.PersonID)
		if err != nil {
			return err
		}
		if e, err = s.within(tx).ask(ctx, e); err != nil {
			return err
		}
		for _, id := range ids[1:] {
			other := e
			other.PersonID = id
			if other.ID, err = people.Also(e.ID, id); err != nil {
				return err
			}
			if _, err := s.within(tx).ask(ctx, other); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		return nil
	})
	return e, err
}

// ask is Ask for one number.
func (s *Store) ask(ctx context.Context, e Erasure) (Erasure, error) {
	if _, err := people.NewStore(s.db, s.now).Person(ctx, e.PersonID); err != nil {
		return e, err
	}
	open, ok, err := s.Open(ctx, e.PersonID)
	if err != nil || ok {
		return open, err
	}
	res := gorm.WithResult()
	if err := db.Rows[Erasure](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &e); err != nil {
		return e, fmt.Errorf("begin erasing: %w", err)
	}
	if res.RowsAffected == 0 { // the same form again, after an undo: ask anew
		return e, fault.New(fault.Gone, "privacy.form_used")
	}
	return e, people.NewStore(s.db, s.now).Note(ctx, people.Audit{StaffID: e.ByID, Act: people.AskedErasing, Object: "person:" + e.PersonID, Reason: string(e.Reason)})
}

func (s *Store) within(tx *gorm.DB) *Store {
	with := *s
	with.db = tx
	return &with
}

// Open is the erasure of a person that is under way.
func (s *Store) Open(ctx context.Context, personID string) (Erasure, bool, error) {
	e, err := db.Rows[Erasure](s.db).Where("person_id = ? AND undone_at IS NULL AND done_at IS NULL", personID).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Erasure{}, false, nil
	}
	return e, err == nil, err
}

// Undo takes back the wish to be erased. Nothing under way is no error.
func (s *Store) Undo(ctx context.Context, personID string, byID *string) error {
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		ids, err := people.NewStore(tx, s.now).Together(ctx, personID)
		if err != nil {
			return err
		}
		n, err := db.Rows[Erasure](tx).Where("person_id IN ? AND undone_at IS NULL AND done_at IS NULL AND due_at > ?", ids, now).
			Select("undone_at").Updates(ctx, Erasure{UndoneAt: &now})
		if err != nil || n == 0 {
			return err
		}
		return people.NewStore(tx, s.now).Note(ctx, people.Audit{StaffID: byID, Act: people.UndidErasing, Object: "person:" + personID})
	})
}

// EraseDue erases everybody whose time to think is over. It is background work.
func (s *Store) EraseDue(ctx context.Context) error {
	due, err := db.Rows[Erasure](s.db).Where("undone_at IS NULL AND done_at IS NULL AND due_at <= ?", db.Instant(s.now())).
		Order("due_at, id").Limit(1000).Find(ctx)
	if err != nil {
		return fmt.Errorf("look for who is to be erased: %w", err)
	}
	var failed error
	for _, e := range due {
		if err := s.erase(ctx, e.PersonID, entry{Fact: e.ID, Person: e.PersonID, Reason: e.Reason, At: db.Instant(s.now())}, e.ByID); err != nil {
			failed = errors.Join(failed, fmt.Errorf("erase: %w", err))
		}
	}
	return failed
}

// EraseNow erases somebody at once, without time to think: what was kept long enough.
func (s *Store) EraseNow(ctx context.Context, personID string, why Reason) error {
	return s.erase(ctx, personID, entry{Fact: db.NewID(), Person: personID, Reason: why, At: db.Instant(s.now())}, nil)
}

// erase deletes what names a person and writes the fact, in one transaction, and then a
// line in the log beside the database. Nobody there is no error.
func (s *Store) erase(ctx context.Context, personID string, e entry, byID *string) error {
	now := db.Instant(s.now())
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		// Her row first: who writes something of hers meanwhile waits, and finds her gone.
		there, err := db.Rows[people.Person](tx, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", personID).Limit(1).Find(ctx)
		if err != nil {
			return err
		}
		if _, err := db.Rows[Erasure](tx).Where("person_id = ? AND undone_at IS NULL AND done_at IS NULL", personID).
			Select("done_at").Updates(ctx, Erasure{DoneAt: &now}); err != nil {
			return err
		}
		if e.taken != nil {
			if _, err := ledger.Take(ctx, tx, *e.taken); err != nil {
				return err
			}
		}
		if len(there) == 0 {
			return nil
		}
		for _, k := range s.keepers {
			if err := k.Erase(ctx, tx, personID); err != nil {
				return fmt.Errorf("%s: %w", k.Name(), err)
			}
		}
		if e.taken == nil {
			f := ledger.Fact{ID: e.Fact, Verb: ledger.Erased, PersonID: &personID, Object: ledger.Object("person", personID), ByID: byID, At: e.At}
			if _, err := ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), f, ledger.ErasedDetail{Reason: string(e.Reason)}); err != nil {
				return err
			}
		}
		return people.NewStore(tx, s.now).Note(ctx, people.Audit{StaffID: byID, Act: people.ErasedPerson, Object: "person:" + personID, Reason: string(e.Reason)})
	})
	if err != nil || s.log == nil {
		return err
	}
	return s.log.add(e)
}
