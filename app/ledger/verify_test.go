package ledger_test

import (
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
)

// Whoever owns the machine can take the triggers away and change what he likes; the
// chain then says where.
func TestVerifyFindsTheFirstBrokenPlace(t *testing.T) {
	for _, c := range []struct {
		name, do string
		want     ledger.Break
	}{
		{"a detail", `UPDATE ledger_facts SET detail = '{"method":"tile"}' WHERE id = $fact`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_hash"}},
		{"an instant", `UPDATE ledger_facts SET at = recorded_at, recorded_at = '2020-01-01 00:00:00+00:00' WHERE id = $fact`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_hash"}},
		{"nothing becomes something", `UPDATE ledger_facts SET run = '' WHERE id = $fact`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_hash"}},
		{"a seal's hash", `UPDATE ledger_seals SET hash = $hex WHERE seq = 3`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_hash"}},
		{"a seal's prev", `UPDATE ledger_seals SET prev = $hex WHERE seq = 3`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_link"}},
		{"a seal's node", `UPDATE ledger_seals SET version = 99 WHERE seq = 3`,
			ledger.Break{Seq: 3, Reason: "ledger.broken_version"}},
		{"a fact and its seal are gone", `DELETE FROM ledger_seals WHERE seq = 3`,
			ledger.Break{Seq: 4, Reason: "ledger.broken_gap"}},
		{"the last seal is gone", `DELETE FROM ledger_seals WHERE seq = 5`,
			ledger.Break{Reason: "ledger.broken_unsealed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := dbtest.Open(t)
			appendMany(t, d, 5)
			if r := seal(t, d); r.Checked != 5 || r.Broken != nil {
				t.Fatalf("before: %+v", r)
			}
			tamper(t, d, c.do)
			r, err := ledger.Verify(t.Context(), d.DB)
			if err != nil || r.Broken == nil {
				t.Fatalf("got %+v, %v; want it to be found", r, err)
			}
			if r.Broken.Seq != c.want.Seq || r.Broken.Reason != c.want.Reason || r.Broken.FactID == "" {
				t.Errorf("got %+v, want %+v", *r.Broken, c.want)
			}
			if c.want.Seq == 3 && (r.Checked != 2 || r.Head.Seq != 2) {
				t.Errorf("checked %d up to %d, want 2", r.Checked, r.Head.Seq)
			}
		})
	}
}

// tamper takes the triggers away and does a statement, in which $fact is the fact of the
// third seal and $hex 64 hex digits.
func tamper(t *testing.T, d *db.DB, stmt string) {
	t.Helper()
	third, err := db.Rows[ledger.Seal](d.DB).Where("seq = 3").Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	triggers := []string{
		`DROP TRIGGER ledger_facts_update`, `DROP TRIGGER ledger_facts_delete`,
		`DROP TRIGGER ledger_seals_update`, `DROP TRIGGER ledger_seals_delete`,
	}
	if !db.IsSQLite(d.DB) {
		triggers = []string{`ALTER TABLE ledger_facts DISABLE TRIGGER USER`, `ALTER TABLE ledger_seals DISABLE TRIGGER USER`}
	}
	for _, do := range append(triggers, expand(stmt, third.FactID)) {
		if err := d.DB.Exec(do).Error; err != nil {
			t.Fatalf("%s: %v", do, err)
		}
	}
}

func expand(stmt, fact string) string {
	return strings.NewReplacer("$fact", "'"+fact+"'", "$hex", "'"+strings.Repeat("ab", 32)+"'").Replace(stmt)
}
