package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/privacy"
	"silverclass/app/web"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

// world is somebody with a row in every table that leads to a person, among others.
type world struct {
	d       *db.DB
	url     string
	people  *people.Store
	phones  *people.PhoneKeys
	privacy *privacy.Store
	log     string
}

func newWorld(t *testing.T) world {
	t.Helper()
	w := world{url: dbtest.URL(t), log: filepath.Join(t.TempDir(), "erased.log")}
	d, err := db.Open(t.Context(), w.url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	w.d, w.people = d, people.NewStore(d.DB, time.Now)
	w.privacy = privacy.NewStore(d.DB, time.Now, keepers(), privacy.OpenLog(w.log))
	if w.phones, err = people.OpenPhoneKeys(t.Context(), d.DB, time.Now, filepath.Join(t.TempDir(), "phones"), ""); err != nil {
		t.Fatal(err)
	}
	at := db.Instant(time.Now())
	w.run(t, `INSERT INTO cities (id, name, province, created_at) VALUES ('c', 'c', '', ?)`, at)
	w.run(t, `INSERT INTO venues (id, city_id, name, kind, district, places, created_at) VALUES ('v', 'c', 'v', 'center', '', 9, ?)`, at)
	w.run(t, `INSERT INTO sessions (id, venue_id, title, topics, mode, room, places, starts_at, ends_at, state, created_at)
		VALUES ('s', 'v', 's', '[]', 'both', '', 9, ?, ?, 'open', ?)`, at, at.Add(time.Hour), at)
	w.run(t, `INSERT INTO live_classes (id, venue_id, state, lesson, step, version, planned_from, planned_to, opened_at, opened_by, unsettled)
		VALUES ('s', 'v', 'open', '', 0, 1, ?, ?, ?, 'x', false)`, at, at.Add(time.Hour), at)
	return w
}

func (w world) run(t *testing.T, stmt string, args ...any) {
	t.Helper()
	err := db.Write(t.Context(), w.d.DB, func(tx *gorm.DB) error { return tx.Exec(stmt, args...).Error })
	if err != nil {
		t.Fatalf("%s: %v", stmt, err)
	}
}

// fill gives somebody a row in every table, and facts.
func (w world) fill(t *testing.T, name, phone string) people.Issued {
	t.Helper()
	ctx, at := t.Context(), db.Instant(time.Now())
	staff := db.NewID()
	i, err := w.people.Issue(ctx, people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age70, Sex: people.Female})
	if err != nil {
		t.Fatal(err)
	}
	id := i.Person.ID
	if err := w.people.SetPhone(ctx, w.phones, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, phone); err != nil {
		t.Fatal(err)
	}
	if err := w.people.Charge(ctx, "card:"+i.Card.Number); err != nil {
		t.Fatal(err)
	}
	if err := w.people.Note(ctx, people.Audit{StaffID: &staff, Act: people.OpenedPerson, Object: "person:" + id}); err != nil {
		t.Fatal(err)
	}
	if err := w.privacy.Take(ctx, privacy.Request{ID: db.NewID(), PersonID: id, Kind: "copy", AskedBy: "self", ByID: staff}, time.UTC); err != nil {
		t.Fatal(err)
	}
	if err := w.people.SetComfort(ctx, id, web.Comfort{Size: 3, Touch: web.TouchPatient, Voice: 70}); err != nil {
		t.Fatal(err)
	}
	n := db.NewID()
	w.run(t, `INSERT INTO person_links (id, person_id, other_id, reason, linked_at, undone_at) VALUES (?, ?, 'z', 'lost', ?, ?)`, n, id, at, at)
	w.run(t, `INSERT INTO card_sheets (id, by_id, cards, created_at) VALUES (?, 'x', 1, ?)`, n, at)
	w.run(t, `INSERT INTO sheet_cards (number, sheet_id, position) VALUES (?, ?, 0)`, i.Card.Number, n)
	w.run(t, `INSERT INTO tablets (id, venue_id, label, token_hash, last_seen_at, created_at) VALUES (?, 'v', ?, ?, ?, ?)`, n, n, n, at, at)
	w.run(t, `INSERT INTO room_seats (id, tablet_id, venue_id, session_id, person_id, kind, began_at, last_act_at, place_kind, place_slug, place_step, push_seen)
		VALUES (?, ?, 'v', 's', ?, 'card', ?, ?, '', '', 0, 0)`, n, n, id, at, at)
	w.run(t, `INSERT INTO room_calls (id, tablet_id, venue_id, session_id, seat_id, asked_at) VALUES (?, ?, 'v', 's', ?, ?)`, n, n, n, at)
	w.run(t, `INSERT INTO attendances (id, session_id, person_id, method, checked_in_at, reason) VALUES (?, 's', ?, 'card', ?, '')`, n, id, at)
	w.run(t, `INSERT INTO courses_runs (id, person_id, lesson, edition, step, seen, seconds, read_aloud, practice_later, quiz_later, started_at, moved_at)
		VALUES (?, ?, 'fraud/police-call', 'e', 1, 1, 0, false, false, false, ?, ?)`, n, id, at, at)
	w.run(t, `INSERT INTO courses_run_names (id, run_id) VALUES (?, ?)`, db.NewID(), n)
	w.run(t, `INSERT INTO live_visits (ticket, class_id, role, who, person_id, joined_at, seen_at, here, hears) VALUES (?, 's', 'home', ?, ?, ?, ?, true, true)`, n, n, id, at, at)
	w.run(t, `INSERT INTO live_evidence (id, class_id, source, kind, sid, room_sid, ticket, at, data) VALUES (?, 's', 'poll', 'k', '', '', ?, ?, '{}')`, n, n, at)
	w.run(t, `INSERT INTO live_attendances (class_id, who, person_id, version, fact_id, minutes, confirmed, marked) VALUES ('s', ?, ?, 1, '', 1, 1, 'confirmed')`, id, id)
	w.run(t, `INSERT INTO practice_plays (id, person_id, run, scene, edition, mode, skin, taps, length, place, slips, misses, false_alarms, hints, stopped, seconds, started_at, moved_at)
		VALUES (?, ?, ?, 'fraud/police-call', 'e', 'guided', 'plain', '[]', 0, '', 0, 0, 0, 0, '', 0, ?, ?)`, n, id, n, at, at)
	w.run(t, `INSERT INTO quiz_attempts (id, person_id, run, quiz, edition, seed, questions, given, length, first_try, started_at, moved_at)
		VALUES (?, ?, ?, 'fraud/police-call', 'e', 1, '[]', '[]', 0, true, ?, ?)`, n, id, n, at, at)
	w.run(t, `INSERT INTO certificates (id, code, person_id, topic, rule, attendance, city, session_id, venue_id, issued_at, issued_by, fact_id, revoke_reason)
		VALUES (?, ?, ?, 'fraud', 'r', 0, 'c', 's', 'v', ?, 'x', ?, '')`, n, strings.ToUpper(strings.NewReplacer("0", "g", "1", "h").Replace(n[len(n)-10:])), id, at, n) // a code has no 0 or 1
	if _, err := w.privacy.Ask(ctx, privacy.Erasure{ID: db.NewID(), PersonID: id, Reason: privacy.Asked}); err != nil {
		t.Fatal(err)
	}
	session, venue := "s", "v"
	err = ledger.Write(ctx, w.d.DB, func(tx *gorm.DB) error {
		_, err := ledger.Append(ctx, tx, ledger.OwnerTour, at, ledger.Fact{ID: db.NewID(), Verb: ledger.CheckedIn, PersonID: &id,
			Object: ledger.Object("session", session), VenueID: &venue}, ledger.CheckedInDetail{Method: ledger.MethodCard})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// counts are numbers that a report would give.
func (w world) counts(t *testing.T) string {
	t.Helper()
	var out []string
	for _, q := range []string{
		"SELECT count(*) FROM ledger_facts WHERE verb = 'checked-in'",
		"SELECT count(DISTINCT person_id) FROM ledger_effective WHERE verb = 'checked-in'",
		"SELECT count(*) FROM attendances WHERE retracted_at IS NULL",
		"SELECT count(*) FROM certificates WHERE revoked_at IS NULL", "SELECT count(*) FROM live_visits", "SELECT count(*) FROM ledger_facts WHERE verb <> 'erased'",
		"SELECT count(*) FROM room_calls", "SELECT sum(minutes) FROM live_attendances",
		"SELECT count(DISTINCT person_id) FROM ledger_effective WHERE verb = 'consented'",
	} {
		var n int
		if err := w.d.Raw(q).Scan(&n).Error; err != nil {
			t.Fatal(err)
		}
		out = append(out, fmt.Sprint(n))
	}
	return strings.Join(out, " ")
}

// bytesOf is everything that a thief of the database has: the file with its log, or a
// dump of PostgreSQL.
func (w world) bytesOf(t *testing.T) []byte {
	t.Helper()
	if !db.IsSQLite(w.d.DB) {
		dumps, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_dump")
		if len(dumps) == 0 {
			dumps = []string{"pg_dump"}
		}
		out, err := exec.CommandContext(t.Context(), dumps[len(dumps)-1], "--dbname="+w.url).Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	if err := w.d.Exec("PRAGMA wal_checkpoint(TRUNCATE)").Error; err != nil {
		t.Fatal(err)
	}
	var all []byte
	for _, end := range []string{"", "-wal", "-shm"} {
		text, err := os.ReadFile(w.d.Path() + end)
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		all = append(all, text...)
	}
	copied := filepath.Join(t.TempDir(), "backup") // what a fresh backup holds
	if err := w.d.Exec("VACUUM INTO ?", copied).Error; err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	return append(all, text...)
}

// TestTwoCardsAreOnePerson: once they are one, what she reads is the rows of both, what she
// takes back is taken back for both, and erased is both; counts stay as they were.
func TestTwoCardsAreOnePerson(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	one, two := w.fill(t, "两张卡的王阿姨", "13987654321"), w.fill(t, "王淑芬阿姨", "13712345678")
	rows := func(ids ...string) map[string]int {
		n := map[string]int{}
		for _, id := range ids {
			whole, err := w.privacy.Read(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range whole.Tables {
				n[k.Table] += len(k.Rows)
			}
		}
		return n
	}
	for _, id := range []string{one.Person.ID, two.Person.ID} {
		if err := w.privacy.Undo(ctx, id, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := rows(one.Person.ID, two.Person.ID)
	staff := people.Staff{ID: db.NewID()}
	by := people.Reader{Staff: &staff}
	if err := w.people.Link(ctx, people.LinkAct{ID: db.NewID(), PersonID: two.Person.ID, OtherID: one.Person.ID, Reason: "lost", By: by}); err != nil {
		t.Fatal(err)
	}
	want["person_links"]++ // once, though it is found with either number
	want["ledger_facts"]++
	want["audits"] += 2
	for _, id := range []string{one.Person.ID, two.Person.ID} {
		if diff := cmp.Diff(want, rows(id)); diff != "" {
			t.Errorf("rows (-both, +read): %s", diff)
		}
	}
	if err := w.people.Withdraw(ctx, people.ConsentAct{ID: db.NewID(), PersonID: one.Person.ID, Purpose: people.ForPhone}); err != nil {
		t.Fatal(err)
	}
	var phones int
	if err := w.d.Raw("SELECT count(*) FROM phones").Scan(&phones).Error; err != nil || phones != 0 {
		t.Errorf("%d phones are left of one whose yes is taken back; %v", phones, err)
	}
	before := w.counts(t)
	asked := privacy.Erasure{ID: db.NewID(), PersonID: two.Person.ID, Reason: privacy.Asked}
	for range 2 { // asked twice by a double tap
		if _, err := w.privacy.Ask(ctx, asked); err != nil {
			t.Fatal(err)
		}
	}
	w.run(t, `UPDATE erasures SET due_at = asked_at`)
	if err := w.privacy.EraseDue(ctx); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.d.Raw("SELECT count(*) FROM persons").Scan(&left).Error; err != nil || left != 0 {
		t.Errorf("%d of two numbers of one who is erased are left; %v", left, err)
	}
	if after := w.counts(t); after != before {
		t.Errorf("counts were %s and are %s", before, after)
	}
}

func TestWhoWasErasedIsNowhere(t *testing.T) {
	w, ctx := newWorld(t), context.Background()
	for n := range 40 { // others, so that pages split and merge
		w.fill(t, fmt.Sprintf("邻居%d", n), fmt.Sprintf("137%08d", n))
	}
	gone := w.fill(t, "独一无二的王阿姨", "13987654321")
	w.fill(t, "李叔叔", "13712345678")
	if have := w.bytesOf(t); !bytes.Contains(have, []byte("独一无二的王阿姨")) || !bytes.Contains(have, []byte(gone.Card.Number)) {
		t.Fatal("the bytes are not those of the database")
	}
	var code string
	if err := w.d.Raw("SELECT code FROM certificates WHERE person_id = ?", gone.Person.ID).Scan(&code).Error; err != nil {
		t.Fatal(err)
	}
	page := func() string {
		t.Helper()
		rec, req := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/verify/"+code, nil)
		req.Header.Set("Accept-Language", "zh-CN")
		wiredTo(t, w.url, slog.DiscardHandler).public.ServeHTTP(rec, req)
		return rec.Body.String()
	}
	if got := page(); strings.Contains(got, "已应本人要求删除") || !strings.Contains(got, "证书有效") {
		t.Errorf("her certificate before she was erased:\n%s", got)
	}
	before := w.counts(t)
	whole, err := w.privacy.Read(ctx, gone.Person.ID)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]int{}
	for _, k := range whole.Tables {
		rows[k.Table] = len(k.Rows)
		if len(k.Rows) == 0 {
			t.Errorf("nothing of hers in %s: fill must put something there, or the test proves nothing of it", k.Table)
		}
	}
	var copied bytes.Buffer
	if err := w.privacy.Copy(ctx, gone.Person.ID, &copied, func(k string) string { return k }); err != nil {
		t.Fatal(err)
	}
	var file struct {
		Tables []struct {
			Table string
			Rows  []map[string]any
		}
	}
	if err := json.Unmarshal(copied.Bytes(), &file); err != nil {
		t.Fatal(err)
	}
	for _, k := range file.Tables {
		if len(k.Rows) != rows[k.Table] {
			t.Errorf("the copy has %d rows of %s, want %d", len(k.Rows), k.Table, rows[k.Table])
		}
	}

	if err := w.privacy.EraseNow(ctx, gone.Person.ID, privacy.AtDesk); err != nil {
		t.Fatal(err)
	}
	for _, keeper := range w.privacy.Keepers() {
		for _, k := range keeper.Kept() {
			n, err := k.Count(ctx, w.d.DB, gone.Person.ID)
			if err != nil {
				t.Fatal(err)
			}
			if n > 0 && !k.Stays {
				t.Errorf("%d rows of hers are left in %s", n, k.Table)
			}
		}
	}
	stays := map[string]bool{"ledger_effective": true}
	for _, keeper := range w.privacy.Keepers() {
		for _, k := range keeper.Kept() {
			stays[k.Table] = stays[k.Table] || k.Stays
		}
	}
	for table, columns := range tables(t, w.d) {
		if _, person := columns["person_id"]; !person || stays[table] {
			continue
		}
		var n int64
		if err := w.d.Raw("SELECT count(*) FROM "+table+" WHERE person_id = ?", gone.Person.ID).Scan(&n).Error; err != nil || n > 0 {
			t.Errorf("%d rows of hers are left in %s; %v", n, table, err)
		}
	}
	if after := w.counts(t); after != before {
		t.Errorf("counts were %s and are %s", before, after)
	}
	if got := page(); !strings.Contains(got, "已应本人要求删除") || strings.Contains(got, "独一无二") {
		t.Errorf("her certificate:\n%s", got)
	}
	log, err := os.ReadFile(w.log)
	if err != nil {
		t.Fatal(err)
	}
	left := append(w.bytesOf(t), log...)
	for what, text := range map[string]string{"name": "独一无二的王阿姨", "card": gone.Card.Number, "phone": "13987654321"} {
		if at := bytes.Index(left, []byte(text)); at >= 0 {
			t.Errorf("her %s is still in the bytes: %q", what, left[max(0, at-80):min(len(left), at+80)])
		}
	}
}
