// Package exchange carries facts and people between installations that have no line: a
// box in a hall writes a file, the city reads it, and the other way round.
//
// A file is one sender's chain of facts from its first seal to its last, and the learners
// it knows; or only what must reach others, erasures and yeses taken back. Reading it
// changes nothing before the whole file has been decrypted and its chain recomputed, and
// reading it again changes nothing at all, so a reading that was cut off is simply done
// again. Who was erased on either side stays erased: the file's erasures are done here
// first, and what it holds about a number that was erased here is left out.
package exchange

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// Erasing erases here whom another installation erased. It is privacy's, which stands
// beside this package.
type Erasing interface {
	EraseToo(ctx context.Context, f ledger.Fact) (int, error)
	HeedWithdrawal(f ledger.Fact) error
}

// File is one file that went out or came in.
type File struct {
	ID string `gorm:"primaryKey"`
	// Way is Wrote or Read.
	Way string
	// Node is the sender's; Seq and Hash are the last seal that the file carries, 0 and
	// empty when it carries none.
	Node string
	Seq  int64
	Hash string
	// BeganAt is when; DoneAt is nil while it is being read, and when that was cut off.
	BeganAt time.Time
	DoneAt  *time.Time
	ByID    *string // the member of staff; nil for the command line
	Counts  `gorm:"embedded"`
	// Trouble is Forked for a file that was not taken, empty else.
	Trouble string
}

// TableName is the table of files.
func (File) TableName() string { return "exchange_files" }

// Which way a file went.
const (
	Wrote = "wrote"
	Read  = "read"
)

// Forked is the trouble of a file whose chain has another seal at a place that was seen
// before: somebody changed it, or one installation goes on in two places. No file of that
// node is taken from then on; a restored installation is a new node.
const Forked = "forked"

// Counts are what a file carried, or what was new of it here.
type Counts struct {
	Facts     int64
	People    int64
	Linked    int64 // cards that are known on both sides: two numbers are one person
	Erased    int64 // numbers that were erased here because the file says so
	Withdrawn int64 // yeses that ended here
	LeftOut   int64 // people of the file who were erased here
	Refused   int64 // facts whose ID is taken by another content
}

// Store writes and reads files.
type Store struct {
	db      *db.DB
	now     func() time.Time
	erasing Erasing
	version string
	work    int // scrypt's work factor; 0 is age's own
}

// New makes a store. version is this program's.
func New(d *db.DB, now func() time.Time, erasing Erasing, version string) *Store {
	return &Store{db: d, now: now, erasing: erasing, version: version}
}

// WithWork is the same store with another work factor of the passphrase, for tests.
func (s *Store) WithWork(n int) *Store {
	with := *s
	with.work = n
	return &with
}

// Files are the latest, the newest first.
func (s *Store) Files(ctx context.Context, limit int) ([]File, error) {
	return db.Rows[File](s.db.DB).Order("began_at DESC, id DESC").Limit(limit).Find(ctx)
}

// keep writes a file's row, and an audit line once it is done.
func (s *Store) keep(ctx context.Context, f File) error {
	act := people.ReadExchange
	if f.Way == Wrote {
		act = people.WroteExchange
	}
	return db.Write(ctx, s.db.DB, func(tx *gorm.DB) error {
		if err := tx.WithContext(ctx).Save(&f).Error; err != nil {
			return fmt.Errorf("keep what a file was: %w", err)
		}
		if f.DoneAt == nil {
			return nil
		}
		return people.NewStore(tx, s.now).Note(ctx, people.Audit{StaffID: f.ByID, Act: act, Object: "exchange:" + f.ID})
	})
}
