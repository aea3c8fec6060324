package ledger

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Sealed is a fact and its place in the database where it stands: what another database
// needs in order to check it before it takes it.
type Sealed struct {
	Fact Fact
	Seal Seal
}

// Chain goes through everything that is sealed, from the first place to the last at the
// time of asking. An error ends it.
func Chain(ctx context.Context, g *gorm.DB) iter.Seq2[Sealed, error] {
	return func(yield func(Sealed, error) bool) {
		head, err := HeadOf(ctx, g)
		if err != nil {
			yield(Sealed{}, err)
			return
		}
		for at := int64(0); at < head.Seq; {
			seals, err := db.Rows[Seal](g).Where("seq > ? AND seq <= ?", at, head.Seq).Order("seq").Limit(listMost).Find(ctx)
			if err == nil && len(seals) == 0 {
				err = fmt.Errorf("seal %d is missing", at+1)
			}
			var facts map[string]Fact
			if err == nil {
				facts, err = factsOf(ctx, g, seals)
			}
			if err != nil {
				yield(Sealed{}, err)
				return
			}
			for _, s := range seals {
				if !yield(Sealed{facts[s.FactID], s}, nil) {
					return
				}
				at = s.Seq
			}
		}
	}
}

// Holds reports whether the fact is what was sealed.
func (s Sealed) Holds() bool {
	return s.Seal.Version == sealVersion && s.Seal.FactID == s.Fact.ID &&
		s.Seal.Hash == sealHash(s.Seal.Node, s.Seal.Seq, s.Seal.Prev, s.Fact)
}

// Follows reports whether the seal stands right behind head.
func (s Sealed) Follows(head Head) bool {
	return s.Seal.Seq == head.Seq+1 && s.Seal.Prev == cmp.Or(head.Hash, firstPrev)
}

// Taken is the fact as another database keeps it: with the seal of the database that first
// took it in.
func (s Sealed) Taken() Fact {
	f := s.Fact
	if f.OriginSeq == nil {
		f.OriginSeq, f.OriginHash = &s.Seal.Seq, &s.Seal.Hash
	}
	return f
}

// Knows is nil for a fact that this program could have written itself; what it does not
// know comes from a later version, or from nowhere.
func Knows(f Fact) error {
	kind, id := SplitObject(f.Object)
	r, ok := registry[pair{f.Verb, kind}]
	if !ok && (f.Verb != Retracted || kind != "fact") {
		return fmt.Errorf("nobody says %q of %q", f.Verb, kind)
	}
	if len(f.Detail) > maxDetail || !json.Valid([]byte(f.Detail)) {
		return fmt.Errorf("detail of %s", f.ID)
	}
	if r.nameless {
		return isNameless(f)
	}
	return all(isID(f.ID), named(id), isID(f.Node))
}

// takeFact keeps the node, the seal there and the time of the database it comes from.
const takeFact = `INSERT INTO ledger_facts (id, verb, person_id, object, edition, session_id, venue_id,
		device_id, by_id, at, recorded_at, run, detail, node, origin_seq, origin_hash)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (id) DO NOTHING`

// Take writes a fact of another database as it is, in the caller's transaction, and reports
// whether it is new. It is sealed here again. The same fact again is not fresh; another
// content under its ID is fault Conflict "ledger.refused", and the transaction may go on:
// KeepRefused keeps what was refused.
func Take(ctx context.Context, tx *gorm.DB, f Fact) (fresh bool, err error) {
	if err := Knows(f); err != nil {
		return false, fault.New(fault.Invalid, "ledger.bad_act").Because(err)
	}
	if !db.InWrite(tx) {
		return false, fmt.Errorf("ledger: %s is taken outside a transaction", f.ID)
	}
	res := gorm.WithResult()
	err = db.Rows[Fact](tx, res).Exec(ctx, takeFact, f.ID, string(f.Verb), f.PersonID, f.Object, f.Edition, f.SessionID, f.VenueID,
		f.DeviceID, f.ByID, f.At, f.RecordedAt, f.Run, f.Detail, f.Node, f.OriginSeq, f.OriginHash)
	if err != nil {
		return false, fmt.Errorf("take %s %s: %w", f.Verb, f.Object, err)
	}
	if res.RowsAffected == 1 {
		return true, nil
	}
	kept, err := ByID(ctx, tx, f.ID)
	if err != nil {
		return false, err
	}
	if content(kept) != content(f) {
		kind, _ := SplitObject(f.Object)
		owner, _ := OwnerOf(f.Verb, kind)
		return false, fault.New(fault.Conflict, "ledger.refused").Because(&Refused{Owner: owner, Fact: f})
	}
	return false, nil
}

// KeepRefused keeps a fact that Take refused, once the caller's transaction is over.
func KeepRefused(ctx context.Context, g *gorm.DB, err error) { keepRefused(ctx, g, err) }
