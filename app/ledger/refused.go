package ledger

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// Refused is a fact that came under an ID already taken by another content.
type Refused struct {
	Owner Owner
	Fact  Fact
}

// Error is for the log.
func (r *Refused) Error() string {
	return fmt.Sprintf("fact %s (%s %s) is there with other content", r.Fact.ID, r.Fact.Verb, r.Fact.Object)
}

// refusal is a row of ledger_refused.
type refusal struct {
	FactID  string
	Digest  string
	Owner   string
	Content string
	Times   int64
	FirstAt time.Time
	LastAt  time.Time
}

func (refusal) TableName() string { return "ledger_refused" }

// keepRefused stores what was refused, in a transaction of its own. The same refusal
// again only counts up, so a browser that asks for ever does not fill the disk.
func keepRefused(ctx context.Context, g *gorm.DB, err error) {
	r, ok := errors.AsType[*Refused](err)
	if !ok {
		return
	}
	ctx = context.WithoutCancel(ctx) // the act is over, its trace is not
	c := content(r.Fact)
	err = db.Write(ctx, g, func(tx *gorm.DB) error {
		return db.Rows[refusal](tx).Exec(ctx, `INSERT INTO ledger_refused
			(fact_id, digest, owner, content, times, first_at, last_at) VALUES (?, ?, ?, ?, 1, ?, ?)
			ON CONFLICT (fact_id, digest) DO UPDATE SET times = ledger_refused.times + 1, last_at = excluded.last_at`,
			r.Fact.ID, digest(c), string(r.Owner), c, r.Fact.RecordedAt, r.Fact.RecordedAt)
	})
	if err != nil {
		slog.ErrorContext(ctx, "refused fact was not kept", "fact", r.Fact.ID, "error", err)
	}
}

// RefusedCount is how many acts were refused so far, repetitions included.
func RefusedCount(ctx context.Context, g *gorm.DB) (int64, error) {
	var n int64
	err := db.Rows[refusal](g).Raw(`SELECT CAST(COALESCE(SUM(times), 0) AS BIGINT) FROM ledger_refused`).Scan(ctx, &n)
	return n, err
}
