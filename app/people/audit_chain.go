package people

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// auditSeal is the place of a line in the chain.
type auditSeal struct {
	Seq     int64 `gorm:"primaryKey"`
	AuditID string
	Prev    string
	Hash    string
}

func (auditSeal) TableName() string { return "audit_seals" }

// auditWaiting is a line without a place yet; a trigger writes it, so none is left out.
type auditWaiting struct {
	AuditID string `gorm:"primaryKey"`
}

func (auditWaiting) TableName() string { return "audit_waiting" }

// auditCut is where the chain begins after lines of long ago went.
type auditCut struct {
	Seq  int64 `gorm:"primaryKey"`
	Hash string
	At   time.Time
}

func (auditCut) TableName() string { return "audit_cuts" }

// noHash stands before the first line.
var noHash = strings.Repeat("0", 64)

// sealed is the hash of a line behind another.
func (a Audit) sealed(prev string) string {
	text, err := json.Marshal([]any{1, prev, a.ID, a.At.UTC().Format(time.RFC3339Nano), a.StaffID, a.TabletID, a.Act, a.Object, a.Reason})
	if err != nil {
		panic("people: " + err.Error()) // strings and nothing else
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// sealBatch is how many lines get their place in one transaction.
const sealBatch = 500

// sealTries bounds how often somebody who seals beside another begins again.
const sealTries = 20

// SealAudits gives lines their places in the chain. It is background work of one process
// at a time, and letting go of old lines does it too: who finds the place taken by the
// other begins again behind it.
func (s *Store) SealAudits(ctx context.Context) error {
	for tries := 1; ; {
		n := 0
		err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
			n = 0
			lines, err := db.Rows[Audit](tx).Where("id IN (SELECT audit_id FROM audit_waiting)").Order("at, id").Limit(sealBatch).Find(ctx)
			if err != nil || len(lines) == 0 {
				return err
			}
			seq, prev, err := auditHead(ctx, tx)
			if err != nil {
				return err
			}
			seals, ids := make([]auditSeal, len(lines)), make([]string, len(lines))
			for i, a := range lines {
				seq++
				seals[i] = auditSeal{Seq: seq, AuditID: a.ID, Prev: prev, Hash: a.sealed(prev)}
				prev, ids[i] = seals[i].Hash, a.ID
			}
			if err := db.Rows[auditSeal](tx).CreateInBatches(ctx, &seals, 100); err != nil {
				return err
			}
			n = len(lines)
			_, err = db.Rows[auditWaiting](tx).Where("audit_id IN ?", ids).Delete(ctx)
			return err
		})
		if errors.Is(err, gorm.ErrDuplicatedKey) && tries < sealTries {
			tries++
			continue
		}
		if err != nil {
			return fmt.Errorf("seal audits: %w", err)
		}
		if n < sealBatch {
			return nil
		}
	}
}

// auditHead is the last place of the chain and its hash.
func auditHead(ctx context.Context, g *gorm.DB) (int64, string, error) {
	last, err := db.Rows[auditSeal](g).Order("seq DESC").Take(ctx)
	if err == nil || !errors.Is(err, gorm.ErrRecordNotFound) {
		return last.Seq, last.Hash, err
	}
	cut, err := db.Rows[auditCut](g).Order("seq DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return 0, noHash, nil
	}
	return cut.Seq, cut.Hash, err
}

// VerifyAudits reckons the chain again from its cut and gives the last place that holds;
// broken is the first that does not, 0 when all do.
func (s *Store) VerifyAudits(ctx context.Context) (holds, broken int64, err error) {
	prev := noHash
	cut, err := db.Rows[auditCut](s.db).Order("seq DESC").Take(ctx)
	switch {
	case err == nil:
		holds, prev = cut.Seq, cut.Hash
	case !errors.Is(err, gorm.ErrRecordNotFound):
		return 0, 0, err
	}
	for {
		seals, err := db.Rows[auditSeal](s.db).Where("seq > ?", holds).Order("seq").Limit(sealBatch).Find(ctx)
		if err != nil || len(seals) == 0 {
			return holds, 0, err
		}
		ids := make([]string, len(seals))
		for i, one := range seals {
			ids[i] = one.AuditID
		}
		lines, err := db.Rows[Audit](s.db).Where("id IN ?", ids).Order("id").Find(ctx)
		if err != nil {
			return holds, 0, err
		}
		byID := map[string]Audit{}
		for _, a := range lines {
			byID[a.ID] = a
		}
		for _, one := range seals {
			a, ok := byID[one.AuditID]
			if !ok || one.Seq != holds+1 || one.Prev != prev || one.Hash != a.sealed(prev) {
				return holds, one.Seq, nil
			}
			holds, prev = one.Seq, one.Hash
		}
	}
}

// cutAudits lets go of lines from before a time, behind a cut.
func cutAudits(ctx context.Context, tx *gorm.DB, before, now time.Time) (some bool, err error) {
	last, err := db.Rows[auditSeal](tx).Where("audit_id IN (SELECT id FROM audits WHERE at < ?)", before).Order("seq DESC").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := db.Rows[auditCut](tx).Create(ctx, &auditCut{Seq: last.Seq, Hash: last.Hash, At: now}); err != nil {
		return false, err
	}
	if _, err := db.Rows[Audit](tx).Where("id IN (SELECT audit_id FROM audit_seals WHERE seq <= ?)", last.Seq).Delete(ctx); err != nil {
		return false, err
	}
	_, err = db.Rows[auditSeal](tx).Where("seq <= ?", last.Seq).Delete(ctx)
	return true, err
}
