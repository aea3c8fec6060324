package ledger

import (
	"cmp"
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
)

// The sealer's pace: a fact has its place within a second, and no transaction keeps a
// box's one writer for long.
const (
	sealEvery = 400 * time.Millisecond
	sealLease = 10 * time.Second
	sealBatch = 250
)

// SealLease is the name of the lease that says which process seals.
const SealLease = "ledger.seal"

// Seal is a fact's place in this database, and the hash that ties it to all before it.
type Seal struct {
	Seq     int64
	FactID  string
	Node    string // the database that sealed it: this one, or one it was restored from
	Version int64  // of the encoding
	Prev    string // the hash of Seq-1
	Hash    string
}

// TableName is for gorm.
func (Seal) TableName() string { return "ledger_seals" }

// Sealer gives committed facts their place, in batches. Any number may run; a lease lets
// one of them work, and the chain's own keys stop a second that thinks it still may.
type Sealer struct{ d *db.DB }

// NewSealer makes the sealer of a database.
func NewSealer(d *db.DB) *Sealer { return &Sealer{d} }

// Run seals until ctx ends, while this process holds the lease.
func (s *Sealer) Run(ctx context.Context) {
	s.d.RunLeased(ctx, SealLease, sealEvery, sealLease, func(ctx context.Context) error {
		_, err := s.RunOnce(ctx)
		return err
	})
}

// RunOnce seals everything that is committed now, without asking for the lease, and says
// how many facts that were.
func (s *Sealer) RunOnce(ctx context.Context) (sealed int, err error) {
	for {
		n, err := s.batch(ctx)
		sealed += n
		if err != nil || n < sealBatch {
			return sealed, err
		}
	}
}

// batch seals one batch. The node's row is held meanwhile, so seals stand in a line also
// when two processes seal for a moment.
func (s *Sealer) batch(ctx context.Context) (n int, err error) {
	waiting, err := db.Rows[waitingFact](s.d.DB).Order("fact_id").Limit(1).Find(ctx)
	if err != nil || len(waiting) == 0 {
		return 0, err // without taking SQLite's write lock for nothing
	}
	err = db.Write(ctx, s.d.DB, func(tx *gorm.DB) error {
		node, err := lockNode(ctx, tx)
		if err != nil {
			return err
		}
		facts, err := unsealed(ctx, tx)
		if err != nil || len(facts) == 0 {
			return err
		}
		head, err := HeadOf(ctx, tx)
		if err != nil {
			return err
		}
		seals, ids := sealAll(node.ID, head, facts)
		if err := db.Rows[Seal](tx).CreateInBatches(ctx, &seals, len(seals)); err != nil {
			return err
		}
		n = len(seals)
		_, err = db.Rows[waitingFact](tx).Where("fact_id IN ?", ids).Delete(ctx)
		return err
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}

// sealAll is the seals that follow head, one a fact, and the facts' IDs.
func sealAll(node string, head Head, facts []Fact) ([]Seal, []string) {
	seals := make([]Seal, len(facts))
	ids := make([]string, len(facts))
	prev := cmp.Or(head.Hash, firstPrev)
	for i, f := range facts {
		seq := head.Seq + int64(i) + 1
		hash := sealHash(node, seq, prev, f)
		seals[i] = Seal{Seq: seq, FactID: f.ID, Node: node, Version: sealVersion, Prev: prev, Hash: hash}
		ids[i] = f.ID
		prev = hash
	}
	return seals, ids
}

// waitingFact is a row of ledger_unsealed.
type waitingFact struct{ FactID string }

func (waitingFact) TableName() string { return "ledger_unsealed" }

// unsealed is the next batch, in the order of RecordedAt.
func unsealed(ctx context.Context, g *gorm.DB) ([]Fact, error) {
	return db.Rows[Fact](g).
		Where("id IN (SELECT fact_id FROM ledger_unsealed ORDER BY fact_id LIMIT ?)", sealBatch).
		Order("recorded_at").Order("id").Limit(sealBatch).Find(ctx)
}

// lockNode reads the open node and holds its row until the transaction ends.
func lockNode(ctx context.Context, tx *gorm.DB) (Node, error) {
	return db.Rows[Node](tx, clause.Locking{Strength: clause.LockingStrengthUpdate}).Where("open").Take(ctx)
}
