package ledger

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// Node is one database's identity. It is open until a restored copy, or a machine that
// the data directory had not seen, begins another.
type Node struct {
	ID        string
	Open      bool
	StartedAt time.Time
	// ClosedAt is nil while it is open. ClosedSeq and ClosedHash are its last known seal,
	// nil when it sealed nothing.
	ClosedAt   *time.Time
	ClosedSeq  *int64
	ClosedHash *string
}

// TableName is for gorm.
func (Node) TableName() string { return "ledger_nodes" }

// ThisNode is the database's open node.
func ThisNode(ctx context.Context, g *gorm.DB) (Node, error) {
	return db.Rows[Node](g).Where("open").Take(ctx)
}

// BeginNode closes the open node at its last seal and opens a new one: for a restored
// copy, and for a data directory on a machine it has not seen. The chain goes on behind
// the same head, under the new node's name.
func BeginNode(ctx context.Context, g *gorm.DB, now time.Time) (Node, error) {
	next := Node{ID: db.NewRandomID(), Open: true, StartedAt: db.Instant(now)}
	err := db.Write(ctx, g, func(tx *gorm.DB) error {
		old, err := lockNode(ctx, tx)
		if err != nil {
			return err
		}
		head, err := HeadOf(ctx, tx)
		if err != nil {
			return err
		}
		old.Open, old.ClosedAt = false, &next.StartedAt
		if head.Seq > 0 {
			old.ClosedSeq, old.ClosedHash = &head.Seq, &head.Hash
		}
		_, err = db.Rows[Node](tx).Where("id = ?", old.ID).
			Select("open", "closed_at", "closed_seq", "closed_hash").Updates(ctx, old)
		if err != nil {
			return err
		}
		return db.Rows[Node](tx).Create(ctx, &next)
	})
	return next, err
}

// Head is the last place in the chain: what is printed and sent, so that tampering with
// what has left the machine shows. Seq is 0 and Hash empty while nothing is sealed.
type Head struct {
	Node string
	Seq  int64
	Hash string
}

// HeadOf is the database's head now.
func HeadOf(ctx context.Context, g *gorm.DB) (Head, error) {
	s, err := db.Rows[Seal](g).Order("seq DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Head{}, nil
	}
	return Head{Node: s.Node, Seq: s.Seq, Hash: s.Hash}, err
}
