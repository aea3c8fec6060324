package ledger

import (
	"context"
	"errors"
	"iter"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// listMost is how many facts one List gives at most.
const listMost = 1000

// Filter chooses facts; what is empty does not matter.
type Filter struct {
	Verbs     []Verb
	Object    string // exact
	Kind      string // of the object
	PersonID  string
	SessionID string
	VenueID   string
	Run       string
	From      time.Time // At, from this instant on
	To        time.Time // At, before this instant
	Effective bool      // neither retracted nor a retraction

	// AfterAt and AfterID go on behind the last fact of the page before.
	AfterAt time.Time
	AfterID string
	// Limit is 1 to 1000; 0 is 1000.
	Limit int
}

// ByID is the fact of that ID. Faults: NotFound "ledger.no_such_fact".
func ByID(ctx context.Context, g *gorm.DB, id string) (Fact, error) {
	f, err := db.Rows[Fact](g).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return f, fault.New(fault.NotFound, "ledger.no_such_fact")
	}
	return f, err
}

// List is a page of facts in the order of At, then ID; use All for every one.
func List(ctx context.Context, g *gorm.DB, f Filter) ([]Fact, error) {
	table := "ledger_facts"
	if f.Effective {
		table = "ledger_effective"
	}
	q := db.Rows[Fact](g).Table(table).Order("at").Order("id")
	if f.Limit <= 0 || f.Limit > listMost {
		f.Limit = listMost
	}
	q = q.Limit(f.Limit)
	if len(f.Verbs) > 0 {
		q = q.Where("verb IN ?", f.Verbs)
	}
	if f.Kind != "" {
		q = q.Where("substr(object, 1, ?) = ?", len(f.Kind)+1, f.Kind+":")
	}
	for _, c := range []struct{ is, want string }{
		{"object = ?", f.Object}, {"person_id = ?", f.PersonID}, {"session_id = ?", f.SessionID},
		{"venue_id = ?", f.VenueID}, {"run = ?", f.Run},
	} {
		if c.want != "" {
			q = q.Where(c.is, c.want)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To)
	}
	if f.AfterID != "" {
		q = q.Where("(at > ? OR (at = ? AND id > ?))", f.AfterAt, f.AfterAt, f.AfterID)
	}
	return q.Find(ctx)
}

// All goes through every fact that the filter chooses, page by page, in List's order.
// An error ends it.
func All(ctx context.Context, g *gorm.DB, f Filter) iter.Seq2[Fact, error] {
	return func(yield func(Fact, error) bool) {
		f.Limit = listMost
		for {
			page, err := List(ctx, g, f)
			if err != nil {
				yield(Fact{}, err)
				return
			}
			for _, one := range page {
				if !yield(one, nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			last := page[len(page)-1]
			f.AfterAt, f.AfterID = last.At, last.ID
		}
	}
}
