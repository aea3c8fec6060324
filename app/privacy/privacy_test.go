package privacy_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/privacy"
)

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time { c.mu.Lock(); defer c.mu.Unlock(); return c.t }
func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// world is a database with the privacy store over it.
type world struct {
	d    *db.DB
	c    *clock
	p    *people.Store
	s    *privacy.Store
	file string
}

func newWorld(t *testing.T) world {
	t.Helper()
	d, c := dbtest.Open(t), &clock{t: time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)}
	w := world{d: d, c: c, p: people.NewStore(d.DB, c.now), file: filepath.Join(t.TempDir(), "erased.log")}
	w.s = w.open()
	return w
}

// open is the store of a process that has just started.
func (w world) open() *privacy.Store {
	return privacy.NewStore(w.d.DB, w.c.now, []people.Keeper{people.KeeperOfPeople()}, privacy.OpenLog(w.file))
}

func (w world) person(t *testing.T, name string) people.Issued {
	t.Helper()
	i, err := w.p.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age70})
	check(t, err)
	return i
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (w world) there(t *testing.T, id string) bool {
	t.Helper()
	_, err := w.p.Person(t.Context(), id)
	if err != nil && !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func TestErasingCanBeUndoneForTenMinutesAndThenIsDone(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	id := w.person(t, "王阿姨").Person.ID
	ask := privacy.Erasure{ID: db.NewID(), PersonID: id, Reason: privacy.Asked}
	first, err := w.s.Ask(ctx, ask)
	check(t, err)
	twice, err := w.s.Ask(ctx, privacy.Erasure{ID: db.NewID(), PersonID: id, Reason: privacy.AtDesk})
	check(t, err)
	if twice.ID != first.ID {
		t.Error("asked twice, two erasures")
	}
	check(t, w.s.EraseDue(ctx))
	if !w.there(t, id) {
		t.Fatal("erased at once")
	}
	check(t, w.s.Undo(ctx, id, nil))
	w.c.move(privacy.UndoTime + time.Second)
	check(t, w.s.EraseDue(ctx))
	if !w.there(t, id) {
		t.Fatal("erased after undo")
	}
	if _, err = w.s.Ask(ctx, ask); !fault.Is(err, fault.Gone) {
		t.Errorf("the used form again: %v", err)
	}
	_, err = w.s.Ask(ctx, privacy.Erasure{ID: db.NewID(), PersonID: id, Reason: privacy.Asked})
	check(t, err)
	w.c.move(privacy.UndoTime)
	check(t, w.s.EraseDue(ctx))
	check(t, w.s.EraseDue(ctx))
	if w.there(t, id) {
		t.Fatal("still there")
	}
	facts, err := ledger.List(ctx, w.d.DB, ledger.Filter{PersonID: id, Verbs: []ledger.Verb{ledger.Erased}})
	check(t, err)
	if len(facts) != 1 {
		t.Fatalf("%d erased facts, want 1", len(facts))
	}
	if _, err := w.s.Ask(ctx, privacy.Erasure{ID: db.NewID(), PersonID: id, Reason: privacy.Asked}); !fault.Is(err, fault.NotFound) {
		t.Errorf("asked for somebody erased: %v", err)
	}
	err = w.d.Exec("INSERT INTO persons (id, name, age_band, sex, provisional, created_at) VALUES (?, 'x', '', '', false, ?)", id, w.c.now()).Error
	if err == nil || !strings.Contains(err.Error(), "this number was erased") {
		t.Errorf("a row for an erased number: %v", err)
	}
}

func TestWhoWasErasedStaysErasedInAnOlderDatabase(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	gone, stays := w.person(t, "王阿姨").Person, w.person(t, "李叔叔").Person
	check(t, w.s.EraseNow(ctx, gone.ID, privacy.AtDesk))
	text, err := os.ReadFile(w.file)
	check(t, err)
	if !strings.Contains(string(text), gone.ID) || strings.Contains(string(text), "王") {
		t.Fatalf("log holds %q", text)
	}
	// Another database that never heard of it, as an older backup is.
	old := newWorld(t)
	old.file = w.file
	for _, p := range []people.Person{gone, stays} {
		check(t, old.d.Create(&p).Error)
	}
	check(t, os.WriteFile(w.file, append(text, []byte(`{"fact":"cut`)...), 0o600)) // a line that a power cut took
	n, err := old.open().Replay(ctx)
	check(t, err)
	if n != 1 || old.there(t, gone.ID) || !old.there(t, stays.ID) {
		t.Errorf("erased %d again", n)
	}
	n, err = old.open().Replay(ctx)
	check(t, err)
	if n != 0 {
		t.Errorf("the second time %d", n)
	}
	// The log was lost: it is written again from the facts.
	check(t, os.Remove(w.file))
	check(t, w.open().Sync(ctx))
	if again, err := os.ReadFile(w.file); err != nil || !strings.Contains(string(again), gone.ID) {
		t.Errorf("log after Sync: %q, %v", again, err)
	}
}

// TestANumberTakenBackStaysTakenBack: an older database brings it in again, and the log
// takes it out; one that she leaves afterwards stays.
func TestANumberTakenBackStaysTakenBack(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	keys, err := people.OpenPhoneKeys(ctx, w.d.DB, w.c.now, filepath.Join(t.TempDir(), "phones"), "")
	check(t, err)
	id := w.person(t, "王阿姨").Person.ID
	leave := func() {
		t.Helper()
		check(t, w.p.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, "13812345678"))
	}
	leave()
	var old people.Phone
	check(t, w.d.Take(&old).Error)
	w.c.move(time.Minute)
	check(t, w.p.Withdraw(ctx, people.ConsentAct{ID: db.NewID(), PersonID: id, Purpose: people.ForPhone}))
	check(t, w.s.Sync(ctx))
	check(t, w.d.Create(&old).Error) // as an older backup has it
	check(t, w.d.Exec("UPDATE consents SET withdrawn_at = NULL WHERE purpose = 'phone'").Error)
	n, err := w.open().Replay(ctx)
	check(t, err)
	held, err := w.p.Consents(ctx, id)
	check(t, err)
	if phone, err := w.p.PhoneOf(ctx, keys, id); err != nil || phone != "" || n != 0 || held[people.ForPhone].Holds() || !w.there(t, id) {
		t.Errorf("phone %q, %d people erased, %+v, %v", phone, n, held[people.ForPhone], err)
	}
	w.c.move(time.Minute)
	leave()
	check(t, w.open().Sync(ctx))
	_, err = w.open().Replay(ctx)
	check(t, err)
	if phone, err := w.p.PhoneOf(ctx, keys, id); err != nil || phone != "13812345678" {
		t.Errorf("the number that she left afterwards: %q, %v", phone, err)
	}
}

func TestWhatWasKeptLongEnoughGoes(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	keys, err := people.OpenPhoneKeys(ctx, w.d.DB, w.c.now, filepath.Join(t.TempDir(), "phones"), "")
	check(t, err)
	old := w.person(t, "王阿姨").Person.ID
	check(t, w.p.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: old, Medium: people.Spoken}, "13812345678"))
	w.c.move(366 * 24 * time.Hour)
	young := w.person(t, "李叔叔").Person.ID
	due, err := w.s.Due(ctx, w.c.now(), 10)
	check(t, err)
	if len(due) != 1 || due[0].Kind != "phone" || due[0].PersonID != old {
		t.Fatalf("due: %+v", due)
	}
	check(t, w.s.LetGo(ctx))
	if phone, err := w.p.PhoneOf(ctx, keys, old); err != nil || phone != "" || !w.there(t, old) {
		t.Errorf("phone after a year: %q, %v", phone, err)
	}
	w.c.move(366 * 24 * time.Hour)
	check(t, w.s.LetGo(ctx))
	if w.there(t, old) || !w.there(t, young) {
		t.Error("after two years the old one should be gone, and only she")
	}
	facts, err := ledger.List(ctx, w.d.DB, ledger.Filter{PersonID: old, Verbs: []ledger.Verb{ledger.Erased}})
	check(t, err)
	if len(facts) != 2 {
		t.Errorf("%d erased facts, want one for the phone and one for the person", len(facts))
	}
}

// Proofs go after three years and lines of the access log after one, and each leaves a fact.
func TestProofsOfLongAgoGo(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	id, staff := w.person(t, "王阿姨").Person.ID, db.NewID()
	check(t, w.p.Agree(ctx, people.ConsentAct{ID: db.NewID(), PersonID: id, Purpose: people.ForPictures, Medium: people.Spoken}))
	check(t, w.p.Withdraw(ctx, people.ConsentAct{ID: db.NewID(), PersonID: id, Purpose: people.ForPictures}))
	r := privacy.Request{ID: db.NewID(), PersonID: id, Kind: "copy", AskedBy: "heir", ByID: staff}
	check(t, w.s.Take(ctx, r, time.UTC))
	check(t, w.s.Answer(ctx, id, r.ID, "granted", staff))
	here := func() { // she keeps coming, so that her card stays
		t.Helper()
		check(t, ledger.Write(ctx, w.d.DB, func(tx *gorm.DB) error {
			f := ledger.Fact{ID: db.NewID(), Verb: ledger.Started, PersonID: &id, Object: "lesson:fraud/police-call"}
			_, err := ledger.Append(ctx, tx, ledger.OwnerCourses, w.c.now(), f, ledger.StartedDetail{})
			return err
		}))
	}
	kinds := func() (got []string) {
		t.Helper()
		due, err := w.s.Due(ctx, w.c.now(), 10)
		check(t, err)
		for _, d := range due {
			got = append(got, d.Kind)
		}
		return got
	}
	erased := func() (got []string) {
		t.Helper()
		facts, err := ledger.List(ctx, w.d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Erased}})
		check(t, err)
		for _, f := range facts {
			kind, _ := ledger.SplitObject(f.Object)
			got = append(got, kind)
		}
		return got
	}
	daily := func() {
		t.Helper()
		check(t, w.s.LetGo(ctx))
		check(t, w.p.Purge(ctx))
	}
	w.c.move(370 * 24 * time.Hour)
	here()
	if diff := cmp.Diff([]string{"audits"}, kinds()); diff != "" {
		t.Errorf("due after a year (-want +got):\n%s", diff)
	}
	daily()
	w.c.move(700 * 24 * time.Hour)
	here()
	daily()
	if diff := cmp.Diff([]string{"audits"}, erased()); diff != "" {
		t.Errorf("erased after less than three years (-want +got):\n%s", diff)
	}
	w.c.move(30 * 24 * time.Hour)
	if diff := cmp.Diff([]string{"consent", "request"}, kinds()); diff != "" {
		t.Errorf("due after three years (-want +got):\n%s", diff)
	}
	for range 2 {
		daily()
	}
	if diff := cmp.Diff([]string{"audits", "consent", "request"}, erased()); diff != "" {
		t.Errorf("erased after three years (-want +got):\n%s", diff)
	}
	if left := kinds(); len(left) != 0 || !w.there(t, id) {
		t.Errorf("left: %v; she herself should stay", left)
	}
	check(t, w.s.Sync(ctx)) // what comes back with an older backup is not told by these facts
	again, err := w.open().Replay(ctx)
	check(t, err)
	if again != 0 || !w.there(t, id) {
		t.Errorf("%d people erased for a proof", again)
	}
}

func TestCopyHoldsEveryRowAndNoSecret(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	i := w.person(t, "王阿姨")
	keys, err := people.OpenPhoneKeys(ctx, w.d.DB, w.c.now, filepath.Join(t.TempDir(), "phones"), "")
	check(t, err)
	check(t, w.p.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: i.Person.ID, Medium: people.Spoken}, "13812345678"))
	var out bytes.Buffer
	check(t, w.s.Copy(ctx, i.Person.ID, &out, func(key string) string { return key }))
	for _, want := range []string{"王阿姨", i.Card.Number, `"5678"`, "consented", `"privacy.column_age_band"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the copy lacks %s", want)
		}
	}
	if strings.Contains(out.String(), `"sealed":`) {
		t.Error("the copy holds a seal")
	}
}

func TestRequestsHaveADeadline(t *testing.T) {
	w, ctx := newWorld(t), t.Context()
	id, staff, zone := w.person(t, "").Person.ID, db.NewID(), time.FixedZone("", 8*3600)
	r := privacy.Request{ID: db.NewID(), PersonID: id, Kind: "copy", AskedBy: "heir", ByID: staff}
	for range 2 {
		check(t, w.s.Take(ctx, r, zone))
	}
	open, err := w.s.OpenRequests(ctx)
	check(t, err)
	if len(open) != 1 || open[0].DueOn != "2026-12-14" { // Monday, and fifteen working days on
		t.Fatalf("%+v", open)
	}
	check(t, w.s.Answer(ctx, id, r.ID, "granted", staff))
	if open, err = w.s.OpenRequests(ctx); err != nil || len(open) != 0 {
		t.Errorf("%+v, %v", open, err)
	}
	r.ID, r.Kind = db.NewID(), "everything"
	if err := w.s.Take(ctx, r, zone); !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v", err)
	}
}
