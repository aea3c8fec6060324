package exchange_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/exchange"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/privacy"
)

const phrase = "seven old tortoises"

// site is one installation.
type site struct {
	d        *db.DB
	people   *people.Store
	privacy  *privacy.Store
	exchange *exchange.Store
	log      string
}

func newSite(t *testing.T, d *db.DB) *site {
	t.Helper()
	s := &site{d: d, people: people.NewStore(d.DB, time.Now), log: filepath.Join(t.TempDir(), "erased.log")}
	s.privacy = privacy.NewStore(d.DB, time.Now, []people.Keeper{people.KeeperOfPeople()}, privacy.OpenLog(s.log))
	s.exchange = exchange.New(d, time.Now, s.privacy, "test").WithWork(8)
	return s
}

// two are a box on SQLite and a city on the database of this run of the tests.
func two(t *testing.T) (box, city *site) {
	t.Helper()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.ToSlash(filepath.Join(t.TempDir(), "box.db")), time.Now)
	need(t, err)
	t.Cleanup(func() { d.Close() })
	need(t, db.Migrate(t.Context(), d))
	return newSite(t, d), newSite(t, dbtest.Open(t))
}

func need(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *site) write(t *testing.T, o exchange.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	o.Passphrase = phrase
	_, err := s.exchange.Write(t.Context(), &b, o)
	need(t, err)
	return b.Bytes()
}

func (s *site) read(t *testing.T, file []byte) exchange.File {
	t.Helper()
	f, err := s.exchange.Read(t.Context(), bytes.NewReader(file), phrase, nil)
	need(t, err)
	_, err = ledger.NewSealer(s.d).RunOnce(t.Context())
	need(t, err)
	r, err := ledger.Verify(t.Context(), s.d.DB)
	if need(t, err); r.Broken != nil {
		t.Fatalf("the reader's own chain: %+v", *r.Broken)
	}
	return f
}

func (s *site) issue(t *testing.T, name string) people.Issued {
	t.Helper()
	i, err := s.people.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age70, Pictures: true})
	need(t, err)
	return i
}

func (s *site) checkIn(t *testing.T, session, personID string) {
	t.Helper()
	need(t, ledger.Write(t.Context(), s.d.DB, func(tx *gorm.DB) error {
		_, err := ledger.Append(t.Context(), tx, ledger.OwnerTour, time.Now(), ledger.Fact{ID: db.NewID(), Verb: ledger.CheckedIn, PersonID: &personID,
			Object: ledger.Object("session", session)}, ledger.CheckedInDetail{Method: ledger.MethodCard})
		return err
	}))
}

// persons is how many people the facts count, and person-times.
func (s *site) counts(t *testing.T) (persons, times int) {
	t.Helper()
	var all []ledger.Fact
	for f, err := range ledger.All(t.Context(), s.d.DB, ledger.Filter{}) {
		need(t, err)
		all = append(all, f)
	}
	a, err := ledger.CountAttendance(all)
	need(t, err)
	return a.Persons, a.PersonTimes
}

func (s *site) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	need(t, s.d.Raw(query, args...).Scan(&n).Error)
	return n
}

// raw is everything that lies in the database's files, or in PostgreSQL's tables of people.
func (s *site) raw(t *testing.T) string {
	t.Helper()
	if !db.IsSQLite(s.d.DB) {
		var all []string
		for _, table := range []string{"persons", "cards", "consents", "ledger_facts", "person_links", "exchange_files", "audits"} {
			var rows []string
			need(t, s.d.Raw("SELECT CAST(t AS TEXT) FROM "+table+" t").Scan(&rows).Error)
			all = append(all, rows...)
		}
		return strings.Join(all, "\n")
	}
	need(t, s.d.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error)
	text, err := os.ReadFile(s.d.Path())
	need(t, err)
	return string(text)
}

func TestWhatABoxSawReachesTheCity(t *testing.T) {
	box, city := two(t)
	ctx := t.Context()
	stays, goes, quits := box.issue(t, "慕容阿姨"), box.issue(t, "独孤阿姨"), box.issue(t, "令狐叔叔")
	// One card that both sides met: issued in the city, shown at the box.
	known := city.issue(t, "东方阿姨")
	guest, err := box.people.ByCard(ctx, known.Card.Number)
	need(t, err)
	for n, p := range []people.Person{stays.Person, goes.Person, quits.Person, guest} {
		box.checkIn(t, "session-1", p.ID)
		if n%2 == 0 {
			box.checkIn(t, "session-2", p.ID)
		}
	}
	city.checkIn(t, "session-3", known.Person.ID)
	first := box.write(t, exchange.Options{})
	if strings.Contains(string(first), stays.Card.Number) || !bytes.HasPrefix(first, []byte("age-encryption.org/v1")) {
		t.Error("the file is not encrypted")
	}
	f := city.read(t, first)
	if f.People != 4 || f.Linked != 1 || f.Facts == 0 || f.LeftOut+f.Refused+f.Erased+f.Withdrawn != 0 || f.DoneAt == nil {
		t.Errorf("read %+v", f.Counts)
	}
	if persons, times := city.counts(t); persons != 4 || times != 7 {
		t.Errorf("the city counts %d persons and %d person-times, want 4 (one card in both places) and 7", persons, times)
	}
	again := city.read(t, first)
	if again.Counts != (exchange.Counts{}) {
		t.Errorf("the same file again brought %+v", again.Counts)
	}
	got, err := city.people.ByCard(ctx, stays.Card.Number)
	if need(t, err); got.ID != stays.Person.ID || got.Name != "慕容阿姨" || got.AgeBand != people.Age70 {
		t.Errorf("her card is %+v", got)
	}
	origin, err := ledger.ByID(ctx, city.d.DB, onlyFact(t, box, ledger.CheckedIn, guest.ID))
	if node, lost := ledger.ThisNode(ctx, box.d.DB); lost != nil || err != nil || origin.Node != node.ID || origin.OriginSeq == nil || *origin.OriginSeq == 0 {
		t.Errorf("a fact of the box is %+v; %v %v", origin, err, lost)
	}

	// At the box one takes back a yes, one is erased; in the city another is.
	need(t, box.people.Withdraw(ctx, people.ConsentAct{ID: db.NewID(), PersonID: quits.Person.ID, Purpose: people.ForPictures}))
	need(t, box.privacy.EraseNow(ctx, goes.Person.ID, privacy.Asked))
	need(t, city.privacy.EraseNow(ctx, stays.Person.ID, privacy.AtDesk))
	persons, times := city.counts(t)
	f = city.read(t, box.write(t, exchange.Options{}))
	if f.Erased != 1 || f.Withdrawn != 1 || f.LeftOut != 1 || f.People != 0 {
		t.Errorf("read %+v, want one erased, one yes taken back and one left out", f.Counts)
	}
	city.read(t, first) // the older file brings nobody back
	if n := city.count(t, "SELECT count(*) FROM persons"); n != 3 {
		t.Errorf("%d people in the city, want 3", n)
	}
	held, err := city.people.Consents(ctx, quits.Person.ID)
	if need(t, err); held[people.ForPictures].Holds() || !held[people.ForCard].Holds() {
		t.Errorf("her yes to pictures still holds: %+v", held)
	}
	if p, n := city.counts(t); p != persons || n != times {
		t.Errorf("counts were %d and %d and are %d and %d", persons, times, p, n)
	}
	raw := city.raw(t)
	for _, mark := range []string{"独孤阿姨", goes.Card.Number, "慕容阿姨", stays.Card.Number} {
		if strings.Contains(raw, mark) {
			t.Errorf("the city's database holds %s", mark)
		}
	}
	if !strings.Contains(raw, "令狐叔叔") {
		t.Error("what was looked through is not the database")
	}
	log, err := os.ReadFile(city.log)
	if need(t, err); !strings.Contains(string(log), goes.Person.ID) || !strings.Contains(string(log), stays.Person.ID) {
		t.Error("the log beside the database does not name both")
	}

	// And down again: what the city knows of erasures reaches the box, nobody else does.
	down := city.write(t, exchange.Options{Only: true})
	before := box.count(t, "SELECT count(*) FROM persons")
	f = box.read(t, down)
	if f.Erased != 1 || f.People != 0 || box.count(t, "SELECT count(*) FROM persons") != before-1 {
		t.Errorf("the box read %+v", f.Counts)
	}
	if strings.Contains(box.raw(t), "慕容阿姨") {
		t.Error("the box still holds who was erased in the city")
	}
}

func onlyFact(t *testing.T, s *site, verb ledger.Verb, personID string) string {
	t.Helper()
	list, err := ledger.List(t.Context(), s.d.DB, ledger.Filter{Verbs: []ledger.Verb{verb}, PersonID: personID})
	if need(t, err); len(list) != 1 {
		t.Fatalf("%d facts, want 1", len(list))
	}
	return list[0].ID
}

// TestAnErasureTakesTheOtherCardAlong: she is one person in the city, and erased at the box.
func TestAnErasureTakesTheOtherCardAlong(t *testing.T) {
	box, city := two(t)
	known := city.issue(t, "东方阿姨")
	guest, err := box.people.ByCard(t.Context(), known.Card.Number)
	need(t, err)
	city.read(t, box.write(t, exchange.Options{}))
	need(t, box.privacy.EraseNow(t.Context(), guest.ID, privacy.Asked))
	if f := city.read(t, box.write(t, exchange.Options{})); f.Erased != 2 || city.count(t, "SELECT count(*) FROM cards") != 0 {
		t.Errorf("read %+v", f.Counts)
	}
}

// TestLinksTravel: what staff of the box said is one person is one in the city, until they
// take it back.
func TestLinksTravel(t *testing.T) {
	box, city := two(t)
	a, b := box.issue(t, "甲").Person.ID, box.issue(t, "乙").Person.ID
	act := people.LinkAct{ID: db.NewID(), PersonID: a, OtherID: b, Reason: "lost"}
	need(t, box.people.Link(t.Context(), act))
	for _, step := range []struct {
		do   func() error
		want int
	}{
		{func() error { return nil }, 2},
		{func() error { return box.people.Unlink(t.Context(), a, act.ID, people.Reader{}) }, 1},
	} {
		need(t, step.do())
		city.read(t, box.write(t, exchange.Options{}))
		ids, err := city.people.Together(t.Context(), a)
		if need(t, err); len(ids) != step.want {
			t.Errorf("in the city she has %d numbers, want %d", len(ids), step.want)
		}
	}
}
