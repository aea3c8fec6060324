package ledger_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

func TestListChoosesAndPages(t *testing.T) {
	d := dbtest.Open(t)
	lesson := func(n int, change func(*ledger.Fact)) ledger.Fact {
		f := ledger.Fact{
			ID: db.NewID(), Verb: ledger.Started, Object: "lesson:fraud/police-call",
			At: noon.Add(time.Duration(n) * time.Minute), Run: new("run"),
		}
		change(&f)
		if _, err := appendOne(t, d, f, ledger.StartedDetail{}); err != nil {
			t.Fatal(err)
		}
		return f
	}
	a := lesson(2, func(f *ledger.Fact) { f.PersonID, f.VenueID = new("p"), new("v") })
	b := lesson(1, func(f *ledger.Fact) { f.SessionID, f.Run = new("s"), nil })
	c := lesson(1, func(f *ledger.Fact) { f.Verb, f.Object = ledger.Started, "scene:fraud/police-call" })
	for _, q := range []struct {
		name   string
		filter ledger.Filter
		want   []string
	}{
		{"all, by time then ID", ledger.Filter{}, []string{b.ID, c.ID, a.ID}},
		{"a verb", ledger.Filter{Verbs: []ledger.Verb{ledger.Started, ledger.Rated}}, []string{b.ID, c.ID, a.ID}},
		{"another verb", ledger.Filter{Verbs: []ledger.Verb{ledger.Rated}}, nil},
		{"a kind", ledger.Filter{Kind: "lesson"}, []string{b.ID, a.ID}},
		{"half a kind", ledger.Filter{Kind: "less"}, nil},
		{"an object", ledger.Filter{Object: c.Object}, []string{c.ID}},
		{"a person", ledger.Filter{PersonID: "p"}, []string{a.ID}},
		{"a session", ledger.Filter{SessionID: "s"}, []string{b.ID}},
		{"a venue and a run", ledger.Filter{VenueID: "v", Run: "run"}, []string{a.ID}},
		{"from an instant", ledger.Filter{From: db.Instant(a.At)}, []string{a.ID}},
		{"to an instant", ledger.Filter{To: db.Instant(a.At)}, []string{b.ID, c.ID}},
		{"a page", ledger.Filter{Limit: 2}, []string{b.ID, c.ID}},
		{"the next page", ledger.Filter{Limit: 2, AfterAt: db.Instant(c.At), AfterID: c.ID, Kind: "lesson"}, []string{a.ID}},
		{"what counts", ledger.Filter{Effective: true, Kind: "scene"}, []string{c.ID}},
	} {
		got, err := ledger.List(t.Context(), d.DB, q.filter)
		if err != nil {
			t.Fatalf("%s: %v", q.name, err)
		}
		if diff := cmp.Diff(q.want, idsOf(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", q.name, diff)
		}
	}
	if _, err := ledger.ByID(t.Context(), d.DB, db.NewID()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a fact that is not there: %v", err)
	}
}

func TestAllGoesThroughEveryPage(t *testing.T) {
	d := dbtest.Open(t)
	want := map[string]bool{}
	for range 3 {
		for _, id := range appendMany(t, d, 750) {
			want[id] = true
		}
	}
	got := map[string]bool{}
	for f, err := range ledger.All(t.Context(), d.DB, ledger.Filter{Effective: true}) {
		if err != nil {
			t.Fatal(err)
		}
		if got[f.ID] {
			t.Errorf("%s came twice", f.ID)
		}
		got[f.ID] = true
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// Statements that go round Append leave the ledger as it was.
func TestTheLedgerRefusesChangesBehindItsBack(t *testing.T) {
	d := dbtest.Open(t)
	id := appendMany(t, d, 1)[0]
	seal(t, d)
	refused := checkIn()
	refused.ID = id
	if _, err := appendOne(t, d, refused, card); fault.KindOf(err) != fault.Conflict {
		t.Fatal(err)
	}
	before := everything(t, d)
	stmts := []string{
		`UPDATE ledger_facts SET person_id = NULL`, `DELETE FROM ledger_facts`,
		`UPDATE ledger_seals SET hash = prev`, `DELETE FROM ledger_seals`, `DELETE FROM ledger_refused`,
	}
	if db.IsSQLite(d.DB) {
		stmts = append(stmts,
			`INSERT OR REPLACE INTO ledger_facts SELECT id, verb, 'another', object, edition, session_id, venue_id,
				device_id, by_id, at, recorded_at, run, detail, node, origin_seq, origin_hash FROM ledger_facts`,
			`INSERT OR REPLACE INTO ledger_seals SELECT seq, fact_id, node, 2, prev, hash FROM ledger_seals`)
	} else {
		stmts = append(stmts, `TRUNCATE ledger_facts CASCADE`, `TRUNCATE ledger_seals`, `TRUNCATE ledger_refused`)
	}
	for _, stmt := range stmts {
		_ = db.Write(t.Context(), d.DB, func(tx *gorm.DB) error { return tx.Exec(stmt).Error })
		if diff := cmp.Diff(before, everything(t, d)); diff != "" {
			t.Errorf("%s (-before +after):\n%s", stmt, diff)
		}
	}
}

// everything is the ledger's rows as text.
func everything(t *testing.T, d *db.DB) []string {
	t.Helper()
	var rows []string
	err := d.DB.Raw(`SELECT id || COALESCE(person_id, '-') || detail FROM ledger_facts
		UNION ALL SELECT seq || fact_id || version || hash FROM ledger_seals
		UNION ALL SELECT fact_id || digest || times FROM ledger_refused`).Scan(&rows).Error
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func idsOf(facts []ledger.Fact) []string {
	var ids []string
	for _, f := range facts {
		ids = append(ids, f.ID)
	}
	return ids
}
