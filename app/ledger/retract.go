package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Retract takes a fact back: it appends a `retracted` fact that names it. The owner is
// the fact's, and undoes its own rows as well when fresh is true. A fact that is already
// taken back stays as it is: not fresh, no error. Only one fact is taken back; another
// of the same meaning (two desks, one card) still counts.
//
// The retraction carries the fact's person, session and venue, so that it is found with
// them. reason is a code. Faults: NotFound "ledger.no_such_fact"; Conflict
// "ledger.retraction_stays" for a retraction, which is not retracted: append anew.
func Retract(ctx context.Context, tx *gorm.DB, owner Owner, now time.Time, factID string, byID *string, reason string) (fresh bool, err error) {
	f, err := lock(ctx, tx, factID)
	if err != nil {
		return false, err
	}
	if f.Verb == Retracted {
		return false, fault.New(fault.Conflict, "ledger.retraction_stays")
	}
	r, err := ruleFor(owner, f)
	if err != nil {
		return false, err
	}
	object := Object("fact", f.ID)
	n, err := db.Rows[Fact](tx).Where("object = ? AND verb = ?", object, Retracted).Count(ctx, "id")
	if err != nil || n > 0 {
		return false, err
	}
	d := RetractedDetail{FactID: f.ID, Reason: reason}
	if err := d.check(); err != nil {
		return false, fmt.Errorf("ledger: retract: %w", err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return false, err
	}
	back, err := stamped(now, Fact{
		ID: db.NewID(), Verb: Retracted, Object: object, PersonID: f.PersonID,
		SessionID: f.SessionID, VenueID: f.VenueID, ByID: byID, Detail: string(text),
	}, rule{owner: r.owner})
	if err != nil {
		return false, err
	}
	return insert(ctx, tx, owner, back)
}

// lock reads a fact and makes others who want to take it back wait: on PostgreSQL by its
// row, on SQLite the transaction does.
func lock(ctx context.Context, tx *gorm.DB, id string) (Fact, error) {
	f, err := db.Rows[Fact](tx, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return f, fault.New(fault.NotFound, "ledger.no_such_fact")
	}
	return f, err
}
