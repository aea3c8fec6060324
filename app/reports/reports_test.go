package reports

import (
	"bytes"
	"context"
	"database/sql"
	_ "embed"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
	"silverclass/locales"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"
	"pgregory.net/rapid"
)

//go:embed testdata/recount.sql
var recountSQL string

var (
	shanghai = time.FixedZone("CST", 8*3600)
	start    = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
)

func clock() time.Time { return start.Add(2 * time.Hour) }

// town is a city with one tour, one stop and two sessions, and a way to add facts.
type town struct {
	t  *testing.T
	db *gorm.DB
}

func newTown(t *testing.T) *town {
	t.Helper()
	d := dbtest.Open(t)
	w := &town{t: t, db: d.DB}
	at := db.Instant(start)
	for _, q := range []struct {
		sql  string
		args []any
	}{
		{`INSERT INTO cities (id, name, province, created_at) VALUES ('c1', '银川', '宁夏', ?)`, []any{at}},
		{`INSERT INTO venues (id, city_id, name, kind, district, places, created_at) VALUES ('v1', 'c1', '望江社区', 'community', '', 40, ?)`, []any{at}},
		{`INSERT INTO tours (id, city_id, name, created_at) VALUES ('t1', 'c1', '秋季城市行', ?)`, []any{at}},
		{`INSERT INTO stops (id, tour_id, city_id, name, first_day, last_day, forms, created_at) VALUES ('p1', 't1', 'c1', '第一站', '2026-11-23', '2026-11-24', '["hands-on"]', ?)`, []any{at}},
		{`INSERT INTO sessions (id, venue_id, stop_id, title, topics, mode, room, places, starts_at, ends_at, state, created_at)
		  VALUES ('s1', 'v1', 'p1', '上午场', '["fraud"]', 'both', '', 40, ?, ?, 'open', ?)`, []any{at, at.Add(time.Hour), at}},
		{`INSERT INTO sessions (id, venue_id, stop_id, title, topics, mode, room, places, starts_at, ends_at, state, created_at)
		  VALUES ('s2', 'v1', 'p1', '下午场', '["fraud"]', 'site', '', 40, ?, ?, 'open', ?)`, []any{at.Add(24 * time.Hour), at.Add(25 * time.Hour), at}},
	} {
		if err := d.DB.Exec(q.sql, q.args...).Error; err != nil {
			t.Fatalf("%s: %v", q.sql, err)
		}
	}
	return w
}

func (w *town) add(owner ledger.Owner, f ledger.Fact, detail any) string {
	w.t.Helper()
	if f.ID == "" {
		f.ID = db.NewID()
	}
	if f.At.IsZero() {
		f.At = start
	}
	err := ledger.Write(context.Background(), w.db, func(tx *gorm.DB) error {
		_, err := ledger.Append(context.Background(), tx, owner, clock(), f, detail)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return f.ID
}

func (w *town) retract(owner ledger.Owner, id string) {
	w.t.Helper()
	err := ledger.Write(context.Background(), w.db, func(tx *gorm.DB) error {
		_, err := ledger.Retract(context.Background(), tx, owner, clock(), id, nil, "mistake")
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func ptr(s string) *string { return &s }

// theStory puts in what the main job's story leaves behind: one known learner, one
// mistaken check-in taken back, one visitor, 31 heads, a live visitor.
func (w *town) theStory() {
	wang, wrong := ptr(db.NewRandomID()), ptr(db.NewRandomID())
	in := ledger.Fact{Verb: ledger.CheckedIn, Object: "session:s1", SessionID: ptr("s1"), VenueID: ptr("v1")}
	in.PersonID = wang
	w.add(ledger.OwnerTour, in, ledger.CheckedInDetail{Method: ledger.MethodCard})
	w.add(ledger.OwnerTour, in, ledger.CheckedInDetail{Method: ledger.MethodCard}) // another desk, another ID, the same meaning
	in.PersonID = wrong
	w.retract(ledger.OwnerTour, w.add(ledger.OwnerTour, in, ledger.CheckedInDetail{Method: ledger.MethodCard}))
	for i, who := range []*string{wang, nil} {
		run := ptr(fmt.Sprintf("00000000-0000-4000-8000-00000000000%d", i))
		f := ledger.Fact{Verb: ledger.Started, Object: "lesson:fraud/police-call", PersonID: who, SessionID: ptr("s1"), VenueID: ptr("v1"), Run: run}
		w.add(ledger.OwnerCourses, f, ledger.StartedDetail{})
		f.Verb = ledger.Finished
		w.add(ledger.OwnerCourses, f, ledger.FinishedDetail{Seconds: 300})
	}
	scene := ledger.Fact{Verb: ledger.Practised, Object: "scene:fraud/police-call", PersonID: wang, SessionID: ptr("s1"), VenueID: ptr("v1"), Run: ptr("00000000-0000-4000-8000-000000000000")}
	w.add(ledger.OwnerPractice, scene, ledger.PractisedDetail{Mode: "guided", Outcome: "done"})
	w.add(ledger.OwnerPractice, scene, ledger.PractisedDetail{Mode: "unaided", Outcome: "done"})
	w.add(ledger.OwnerTour, ledger.Fact{Verb: ledger.Counted, Object: "session:s1", SessionID: ptr("s1"), VenueID: ptr("v1"), At: start.Add(time.Minute)}, ledger.CountedDetail{Heads: 29, Method: ledger.MethodTally})
	w.add(ledger.OwnerTour, ledger.Fact{Verb: ledger.Counted, Object: "session:s1", SessionID: ptr("s1"), VenueID: ptr("v1"), At: start.Add(2 * time.Minute)}, ledger.CountedDetail{Heads: 31, Method: ledger.MethodTally})
	w.add(ledger.OwnerTour, ledger.Fact{Verb: ledger.Counted, Object: "session:s1", SessionID: ptr("s1"), VenueID: ptr("v1"), At: start.Add(3 * time.Minute)}, ledger.CountedDetail{Heads: 90, Method: ledger.MethodEstimate})
	w.add(ledger.OwnerLive, ledger.Fact{Verb: ledger.Attended, Object: "class:k1", SessionID: ptr("s1"), VenueID: ptr("v1")}, ledger.AttendedDetail{Minutes: 42, ConfirmedMinutes: 40, EstimatedMinutes: 2, Evidence: "webhook"})
	w.add(ledger.OwnerQuizzes, ledger.Fact{ID: db.NewRandomID(), Verb: ledger.Rated, Object: "lesson:fraud/police-call"}, ledger.RatedDetail{Faces: 3})
}

func TestTheStorysNumbers(t *testing.T) {
	w := newTown(t)
	w.theStory()
	store := NewStore(w.db, clock, shanghai)
	want := map[string]int{"sessions": 1, "person-times": 31, "registered": 1, "heads": 31, "unregistered": 30, "persons": 1,
		"lessons-known": 1, "lessons-visitor": 1, "practices-alone": 1, "live-minutes": 42, "live-confirmed": 40, "live-estimated": 2}
	for _, sc := range []Scope{{Kind: Session, ID: "s1"}, {Kind: Stop, ID: "p1"}, {Kind: Tour, ID: "t1"}, {Kind: Venue, ID: "v1"}, {Kind: City, ID: "c1"}} {
		r, err := store.Report(context.Background(), sc)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range want {
			n, err := r.Find(name)
			if err != nil || n.Value != value {
				t.Errorf("%s %s: got %d (%v), want %d", sc.Kind, name, n.Value, err, value)
			}
			if n.Value > 0 && len(n.FactIDs) == 0 {
				t.Errorf("%s %s does not open to facts", sc.Kind, name)
			}
		}
	}
	_, n, rows, err := store.Rows(context.Background(), Scope{Kind: Tour, ID: "t1"}, "unregistered")
	if err != nil || len(rows) != 3 { // two check-ins of one person and the tally that holds
		t.Errorf("unregistered %d opens to %d facts (%v), want 3", n.Value, len(rows), err)
	}
}

func TestPeriod(t *testing.T) {
	w := newTown(t)
	w.theStory()
	store := NewStore(w.db, clock, shanghai)
	for _, tt := range []struct {
		from, to string
		want     int
	}{{"", "", 31}, {"2026-11-23", "2026-11-23", 31}, {"2026-11-24", "", 0}, {"", "2026-11-22", 0}} {
		r, err := store.Report(context.Background(), Scope{Kind: Tour, ID: "t1", From: tt.from, To: tt.to})
		if err != nil {
			t.Fatal(err)
		}
		if n, _ := r.Find("person-times"); n.Value != tt.want {
			t.Errorf("%s to %s: got %d, want %d", tt.from, tt.to, n.Value, tt.want)
		}
	}
	for _, bad := range []Scope{{Kind: Tour, ID: "t1", From: "yesterday"}, {Kind: Tour, ID: "t1", From: "2026-11-24", To: "2026-11-23"}, {Kind: "planet", ID: "x"}, {Kind: Tour}} {
		if _, err := store.Report(context.Background(), bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

func TestFewRatingsStayClosed(t *testing.T) {
	w := newTown(t)
	store := NewStore(w.db, clock, shanghai)
	sc := Scope{Kind: Session, ID: "s1"}
	for i := 1; i <= 5; i++ {
		w.add(ledger.OwnerQuizzes, ledger.Fact{ID: db.NewRandomID(), Verb: ledger.Rated, Object: "session:s1", SessionID: ptr("s1")}, ledger.RatedDetail{Faces: 3 - i%2})
		r, err := store.Report(context.Background(), sc)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := r.Find("session-smiles")
		if n.Hidden != (i < 5) || (i < 5 && n.Value != 0) {
			t.Errorf("%d answers: got %+v", i, n)
		}
		_, _, _, err = store.Rows(context.Background(), sc, "session-ratings")
		if (err != nil) != (i < 5) {
			t.Errorf("%d answers open: %v", i, err)
		}
	}
}

// TestExportsAgree compares the CSV, the XLSX and the recount in plain SQL.
func TestExportsAgree(t *testing.T) {
	w := newTown(t)
	w.theStory()
	store := NewStore(w.db, clock, shanghai)
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	r, err := store.Report(context.Background(), Scope{Kind: Tour, ID: "t1"})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locales.Written() {
		tables := wording{words: words, lang: lang, zone: shanghai, titles: func(string, string) string { return "" }}.tables(r)
		var c, x bytes.Buffer
		if err := writeCSV(&c, tables); err != nil {
			t.Fatal(err)
		}
		if err := writeXLSX(&x, tables); err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(c.Bytes(), []byte("\xEF\xBB\xBF")) {
			t.Error("the CSV has no byte order mark")
		}
		f, err := excelize.OpenReader(&x)
		if err != nil {
			t.Fatal(err)
		}
		reader := csv.NewReader(bytes.NewReader(c.Bytes()[3:]))
		reader.FieldsPerRecord = -1
		lines, err := reader.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		at := 0
		for _, tb := range tables {
			rows, err := f.GetRows(tb.Name)
			if err != nil {
				t.Fatal(err)
			}
			for i, row := range rows {
				line := lines[at+i]
				for j, cell := range line {
					got := ""
					if j < len(row) {
						got = row[j]
					}
					if cell != got {
						t.Errorf("%s %s row %d column %d: CSV %q, XLSX %q", lang, tb.Name, i, j, cell, got)
					}
				}
			}
			at += len(rows) // empty lines between tables are not records to the CSV reader
			if at < len(lines) && len(lines[at]) == 1 && lines[at][0] == "" {
				at++
			}
		}
	}
	rows, err := store.AllRows(context.Background(), Scope{Kind: Tour, ID: "t1"})
	if err != nil {
		t.Fatal(err)
	}
	got := recount(t, rawFacts(rows))
	want := map[string]int{}
	for name := range got {
		n, err := r.Find(strings.ReplaceAll(name, "_", "-"))
		if err != nil {
			t.Fatal(err)
		}
		want[name] = n.Value
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("the recount differs (-report +recount):\n%s", d)
	}
}

// recount loads exported facts into an empty database and counts them by SQL.
func recount(t *testing.T, facts Table) map[string]int {
	t.Helper()
	d, err := sql.Open("sqlite", "file:"+t.TempDir()+"/recount.db")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if _, err := d.Exec("CREATE TABLE facts (" + strings.Join(facts.Header, " TEXT, ") + " TEXT)"); err != nil {
		t.Fatal(err)
	}
	for _, row := range facts.Rows {
		args := make([]any, len(row))
		for i, c := range row {
			args[i] = c.String()
		}
		if _, err := d.Exec("INSERT INTO facts VALUES (?"+strings.Repeat(", ?", len(row)-1)+")", args...); err != nil {
			t.Fatal(err)
		}
	}
	rows, err := d.Query(recountSQL)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	values := make([]int, len(names))
	into := make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	rows.Next()
	if err := rows.Scan(into...); err != nil {
		t.Fatal(err)
	}
	out := map[string]int{}
	for i, n := range names {
		out[n] = values[i]
	}
	return out
}

// TestOrderAndDoublesNeverMatter: any order of facts, and saying one thing under many
// IDs, gives the same counts.
func TestOrderAndDoublesNeverMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []ledger.Fact
		for i := range rapid.IntRange(1, 30).Draw(t, "facts") {
			f := ledger.Fact{ID: fmt.Sprintf("f%02d", i), At: start.Add(time.Duration(i) * time.Minute), SessionID: ptr(rapid.SampledFrom([]string{"s1", "s2"}).Draw(t, "session"))}
			if rapid.Bool().Draw(t, "known") {
				f.PersonID = ptr(rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "person"))
			}
			f.Run = ptr(rapid.SampledFrom([]string{"r1", "r2"}).Draw(t, "run"))
			switch rapid.IntRange(0, 4).Draw(t, "verb") {
			case 4:
				f.Verb, f.Object, f.Edition = ledger.Answered, "check:fraud/"+rapid.SampledFrom([]string{"before", "after"}).Draw(t, "when"), ptr("e1")
				f.Detail = fmt.Sprintf(`{"right":%d,"of":3,"first_try":true}`, rapid.IntRange(0, 3).Draw(t, "right"))
			case 0:
				f.Verb, f.Object, f.Detail = ledger.CheckedIn, "session:"+*f.SessionID, `{"method":"card"}`
			case 1:
				f.Verb, f.Object, f.Detail = ledger.Counted, "session:"+*f.SessionID, fmt.Sprintf(`{"heads":%d,"method":"tally"}`, rapid.IntRange(0, 50).Draw(t, "heads"))
			case 2:
				f.Verb, f.Object, f.Detail = ledger.Finished, "lesson:fraud/police-call", `{"seconds":9}`
			default:
				f.Verb, f.Object, f.Detail = ledger.Practised, "scene:fraud/police-call", rapid.SampledFrom([]string{`{"mode":"guided","outcome":"done"}`, `{"mode":"unaided","outcome":"done"}`}).Draw(t, "mode")
			}
			facts = append(facts, f)
		}
		same := onePerson([]ledger.Fact{{PersonID: ptr("a"), Object: "person:b"}})
		values := func(list []ledger.Fact) map[string]int {
			m := map[string]int{}
			for _, n := range count(list, same, clock()) {
				m[n.Name] = n.Value
			}
			return m
		}
		want := values(facts)
		doubled := append([]ledger.Fact(nil), facts...)
		for _, f := range facts {
			if f.Verb != ledger.Counted && rapid.Bool().Draw(t, "double") {
				f.ID += "x"
				doubled = append(doubled, f)
			}
		}
		got := values(rapid.Permutation(doubled).Draw(t, "order"))
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("counts differ (-once +shuffled):\n%s", d)
		}
		if want["persons"] > want["registered"] || want["person-times"] != want["registered"]+want["unregistered"] {
			t.Fatalf("numbers contradict each other: %v", want)
		}
	})
}

func TestLinksAreFollowed(t *testing.T) {
	same := onePerson([]ledger.Fact{{PersonID: ptr("c"), Object: "person:b"}, {PersonID: ptr("b"), Object: "person:a"}, {PersonID: ptr("a"), Object: "person:c"}})
	for _, id := range []string{"a", "b", "c"} {
		if got := same(id); got != "a" {
			t.Errorf("%s is %s, want a", id, got)
		}
	}
	if got := same("d"); got != "d" {
		t.Errorf("d is %s", got)
	}
}
