package ledger

import (
	"cmp"
	"context"
	"errors"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// Report is what Verify found.
type Report struct {
	// Checked is how many seals were recomputed and right.
	Checked int64
	// Head is the last right seal.
	Head Head
	// Waiting is how many facts have no seal yet; within a second they should.
	Waiting int64
	// Broken is the first place where the chain does not hold, nil when it holds.
	Broken *Break
}

// Break is a place where the chain does not hold. Reason is a key of the locale file:
// "ledger.broken_gap" (a seal is missing before this one), "ledger.broken_link" (it does
// not stand on the one before), "ledger.broken_fact" (its fact is gone),
// "ledger.broken_version" (an encoding this program does not know), "ledger.broken_hash"
// (the fact or the seal is not what was sealed), "ledger.broken_unsealed" (a fact that
// neither has a seal nor waits for one; Seq is 0).
type Break struct {
	Seq    int64
	FactID string
	Reason string
}

// Verify recomputes the chain from its first seal, and stops at the first place that
// does not hold. An error means it could not read, not that the chain is broken.
func Verify(ctx context.Context, g *gorm.DB) (Report, error) {
	var r Report
	for r.Broken == nil {
		seals, err := db.Rows[Seal](g).Where("seq > ?", r.Head.Seq).Order("seq").Limit(listMost).Find(ctx)
		if err != nil {
			return r, err
		}
		if len(seals) == 0 {
			break
		}
		facts, err := factsOf(ctx, g, seals)
		if err != nil {
			return r, err
		}
		for _, s := range seals {
			if r.Broken = holds(s, r.Head, facts); r.Broken != nil {
				break
			}
			r.Checked++
			r.Head = Head{Node: s.Node, Seq: s.Seq, Hash: s.Hash}
		}
	}
	return r, r.rest(ctx, g)
}

// holds is nil when s rightly follows head.
func holds(s Seal, head Head, facts map[string]Fact) *Break {
	f, there := facts[s.FactID]
	b := &Break{Seq: s.Seq, FactID: s.FactID}
	switch {
	case s.Seq != head.Seq+1:
		b.Reason = "ledger.broken_gap"
	case s.Prev != cmp.Or(head.Hash, firstPrev):
		b.Reason = "ledger.broken_link"
	case !there:
		b.Reason = "ledger.broken_fact"
	case s.Version != sealVersion:
		b.Reason = "ledger.broken_version"
	case s.Hash != sealHash(s.Node, s.Seq, s.Prev, f):
		b.Reason = "ledger.broken_hash"
	default:
		return nil
	}
	return b
}

func factsOf(ctx context.Context, g *gorm.DB, seals []Seal) (map[string]Fact, error) {
	ids := make([]string, len(seals))
	for i, s := range seals {
		ids[i] = s.FactID
	}
	facts, err := db.Rows[Fact](g).Where("id IN ?", ids).Find(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Fact, len(facts))
	for _, f := range facts {
		byID[f.ID] = f
	}
	return byID, nil
}

// rest looks at facts that have no seal.
func (r *Report) rest(ctx context.Context, g *gorm.DB) (err error) {
	if r.Waiting, err = db.Rows[waitingFact](g).Count(ctx, "fact_id"); err != nil || r.Broken != nil {
		return err
	}
	lost, err := db.Rows[Fact](g).Where(`NOT EXISTS (SELECT 1 FROM ledger_seals s WHERE s.fact_id = ledger_facts.id)
		AND NOT EXISTS (SELECT 1 FROM ledger_unsealed u WHERE u.fact_id = ledger_facts.id)`).Order("id").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil
	}
	if err == nil {
		r.Broken = &Break{FactID: lost.ID, Reason: "ledger.broken_unsealed"}
	}
	return err
}
