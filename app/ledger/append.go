package ledger

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Write is db.Write for transactions that append facts: a fact that was refused is kept
// in ledger_refused after the rollback, so that somebody can look into it. The error is
// fn's or db.Write's, unchanged. Within a transaction the outer Write keeps it.
func Write(ctx context.Context, g *gorm.DB, fn func(tx *gorm.DB) error) error {
	err := db.Write(ctx, g, fn)
	if err != nil && !db.InWrite(g) {
		keepRefused(ctx, g, err)
	}
	return err
}

// insertFact takes the node from its row, in the same statement; it does nothing when
// the ID is taken.
const insertFact = `INSERT INTO ledger_facts (id, verb, person_id, object, edition, session_id, venue_id,
		device_id, by_id, at, recorded_at, run, detail, node)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT id FROM ledger_nodes WHERE open))
	ON CONFLICT (id) DO NOTHING`

// Append writes f in the caller's transaction, with d as its detail, and reports whether
// it is new. The same fact again (RecordedAt aside) is no error and not fresh: the caller
// then leaves its own rows alone.
//
// now is RecordedAt, and At where f has none; a fact about a session gets its SessionID;
// Detail and Node of f are not looked at.
// The owner must be the registry's for the verb and the object's kind, d of its type.
//
// Faults: Conflict "ledger.refused" when the ID is taken by another content (a *Refused is
// its cause; use Write, which keeps it), Invalid "ledger.bad_act" when an ID or a number
// cannot be.
func Append(ctx context.Context, tx *gorm.DB, owner Owner, now time.Time, f Fact, d any) (fresh bool, err error) {
	f, err = ready(owner, now, f, d)
	if err != nil {
		return false, err
	}
	return insert(ctx, tx, owner, f)
}

func insert(ctx context.Context, tx *gorm.DB, owner Owner, f Fact) (fresh bool, err error) {
	if !db.InWrite(tx) {
		return false, fmt.Errorf("ledger: %s %s is appended outside a transaction", f.Verb, f.Object)
	}
	res := gorm.WithResult()
	err = db.Rows[Fact](tx, res).Exec(ctx, insertFact, f.ID, string(f.Verb), f.PersonID, f.Object, f.Edition,
		f.SessionID, f.VenueID, f.DeviceID, f.ByID, f.At, f.RecordedAt, f.Run, f.Detail)
	if err != nil {
		return false, fmt.Errorf("append %s %s: %w", f.Verb, f.Object, err)
	}
	if res.RowsAffected == 1 {
		return true, nil
	}
	kept, err := ByID(ctx, tx, f.ID)
	if err != nil {
		return false, fmt.Errorf("append %s %s: %w", f.Verb, f.Object, err)
	}
	if content(kept) != content(f) {
		return false, fault.New(fault.Conflict, "ledger.refused").Because(&Refused{Owner: owner, Fact: f})
	}
	return false, nil
}
