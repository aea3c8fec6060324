package people_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
)

// phones opens keys in a folder of the test's own and gives the file.
func phones(t *testing.T, s *people.Store, d *db.DB, c *clock) (*people.PhoneKeys, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "phones")
	return must(people.OpenPhoneKeys(t.Context(), d.DB, c.now, file, ""))(t), file
}

func somebody(t *testing.T, s *people.Store, name string) string {
	t.Helper()
	return must(s.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age70}))(t).Person.ID
}

// TestEachYesIsAskedApart: the card alone, or with a number, or with pictures; twice the
// same act is one.
func TestEachYesIsAskedApart(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, _ := phones(t, s, d, c)
	s = s.WithPhones(keys)
	bad := func(i people.Issue) {
		t.Helper()
		i.ID, i.AgeBand = db.NewID(), people.Age70
		if _, err := s.Issue(ctx, i); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: got %v", i, err)
		}
	}
	bad(people.Issue{Phones: keys, Phone: "13812345678"})
	bad(people.Issue{Phones: keys, PhoneToo: true})
	bad(people.Issue{PhoneToo: true, Phone: "13812345678"}) // no keys here
	i := people.Issue{ID: db.NewID(), AgeBand: people.Age70, Phones: keys, Pictures: true, PhoneToo: true, Phone: "138 1234 5678"}
	id := must(s.Issue(ctx, i))(t).Person.ID
	if again := must(s.Issue(ctx, i))(t); again.Fresh || again.Person.ID != id {
		t.Errorf("again: %+v", again)
	}
	var facts int64
	if err := d.Raw("SELECT count(*) FROM ledger_facts WHERE verb = 'consented' AND person_id = ?", id).Scan(&facts).Error; err != nil || facts != 3 {
		t.Errorf("%d consented facts, want 3; %v", facts, err)
	}
	for _, p := range people.Purposes() {
		if given := must(s.Consents(ctx, id))(t)[p]; !given.Holds() || given.Medium != people.Spoken {
			t.Errorf("%s: %+v", p, given)
		}
	}
	for _, text := range []string{"13812345678", "5678"} {
		if found := must(s.Search(ctx, text, 9))(t); len(found) != 1 || found[0].ID != id {
			t.Errorf("by %s: %+v", text, found)
		}
	}
	plain := must(s.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age70, Phones: keys}))(t).Person.ID
	if given := must(s.Consents(ctx, plain))(t); len(given) != 1 {
		t.Errorf("asked for the card alone: %+v", given)
	}
}

func TestPhoneIsSealedFoundAndMasked(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, file := phones(t, s, d, c)
	if info := must(os.Stat(file))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("key file has mode %o", info.Mode().Perm())
	}
	a, b := somebody(t, s, "王阿姨"), somebody(t, s, "李叔叔")
	for _, id := range []string{a, b} { // a couple with one phone
		if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, "+86 138-1234-5678"); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(s.MaskedPhone(ctx, keys, a))(t); got != "138****5678" {
		t.Errorf("masked as %q", got)
	}
	if ids := must(s.FindPhone(ctx, keys, "13812345678"))(t); len(ids) != 2 {
		t.Errorf("found %v", ids)
	}
	if ids := must(s.FindPhone(ctx, keys, "13812345679"))(t); len(ids) != 0 {
		t.Errorf("found %v by another number", ids)
	}
	var rows []people.Phone
	if err := d.Order("person_id").Find(&rows).Error; err != nil {
		t.Fatal(err)
	}
	if rows[0].Sealed == rows[1].Sealed || strings.Contains(rows[0].Sealed+rows[0].Lookup, "1381234") {
		t.Error("the number shows in its seal")
	}
	// Sealed text of one row opens in no other.
	if err := d.Exec("UPDATE phones SET sealed = ? WHERE person_id = ?", rows[1].Sealed, rows[0].PersonID).Error; err != nil {
		t.Fatal(err)
	}
	if got, err := s.PhoneOf(ctx, keys, rows[0].PersonID); err == nil {
		t.Errorf("a foreign seal opened: %q", got)
	}
	if !must(s.Consents(ctx, b))(t)[people.ForPhone].Holds() {
		t.Error("no consent was written")
	}
	if err := s.Withdraw(ctx, people.ConsentAct{ID: db.NewID(), PersonID: b, Purpose: people.ForPhone}); err != nil {
		t.Fatal(err)
	}
	if got := must(s.PhoneOf(ctx, keys, b))(t); got != "" || must(s.Consents(ctx, b))(t)[people.ForPhone].Holds() {
		t.Errorf("after taking back the yes there is still %q", got)
	}
}

func TestUnmaskingLeavesALine(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, _ := phones(t, s, d, c)
	id := somebody(t, s, "")
	if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Paper}, "13912345678"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Unmask(ctx, keys, id, "", people.Reader{})
	wantKind(t, err, fault.Invalid, "reason")
	who := people.Staff{ID: db.NewID()}
	if got := must(s.Unmask(ctx, keys, id, "asked", people.Reader{Staff: &who}))(t); got != "13912345678" {
		t.Errorf("unmasked %q", got)
	}
	lines := must(s.Audits(ctx, "person:"+id, 10))(t)
	if len(lines) != 1 || lines[0].Act != people.UnmaskedPhone || lines[0].Reason != "asked" || *lines[0].StaffID != who.ID {
		t.Errorf("audit lines %+v", lines)
	}
}

func TestWrongKeysMeanNoPhonesAndNotGarbledOnes(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, file := phones(t, s, d, c)
	id := somebody(t, s, "")
	if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, "13912345678"); err != nil {
		t.Fatal(err)
	}
	good := string(must(os.ReadFile(file))(t))
	for name, text := range map[string]string{
		"missing": "", "short": good[:20], "not hexadecimal": "1 " + strings.Repeat("z", 64) + "\n",
		"another installation's": "1 " + strings.Repeat("ab", 32) + "\n", "zeros": "1 " + strings.Repeat("00", 32),
	} {
		t.Run(name, func(t *testing.T) {
			other := filepath.Join(t.TempDir(), "phones")
			if text != "" {
				if err := os.WriteFile(other, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			bad := must(people.OpenPhoneKeys(ctx, d.DB, c.now, other, ""))(t)
			if !fault.Is(bad.Trouble(), fault.Unavailable) {
				t.Fatalf("trouble is %v", bad.Trouble())
			}
			if got := must(s.MaskedPhone(ctx, bad, id))(t); got != "*******5678" {
				t.Errorf("shown as %q", got)
			}
			err := s.SetPhone(ctx, bad, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, "13700000000")
			wantKind(t, err, fault.Unavailable, "")
		})
	}
	from := must(people.OpenPhoneKeys(ctx, d.DB, c.now, "", strings.TrimSpace(good)))(t)
	if got := must(s.PhoneOf(ctx, from, id))(t); got != "13912345678" {
		t.Errorf("with the key from the environment: %q", got)
	}
	if got := must(s.PhoneOf(ctx, keys, id))(t); got != "13912345678" {
		t.Errorf("the good keys were spoiled: %q", got)
	}
}

func TestKeysAreChangedWhileAnotherProcessGoesOn(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, file := phones(t, s, d, c)
	ids := make([]string, 30)
	for i := range ids {
		ids[i] = somebody(t, s, "")
		if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: ids[i], Medium: people.Spoken}, "139123456"+string(rune('0'+i/10))+string(rune('0'+i%10))); err != nil {
			t.Fatal(err)
		}
	}
	other := must(people.OpenPhoneKeys(ctx, d.DB, c.now, file, ""))(t)
	done := must(other.Rotate(ctx, nil))(t)
	if done.Key != 2 || done.Phones != len(ids) || done.Resumed {
		t.Fatalf("%+v", done)
	}
	for _, id := range ids { // keys had been read before the change
		if got := must(s.PhoneOf(ctx, keys, id))(t); len(got) != 11 {
			t.Fatalf("number is %q", got)
		}
	}
	if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: ids[0], Medium: people.Spoken}, "13700000000"); err != nil {
		t.Fatal(err)
	}
	if found := must(s.FindPhone(ctx, other, "13700000000"))(t); len(found) != 1 {
		t.Errorf("found %v", found)
	}
	if text := string(must(os.ReadFile(file))(t)); !strings.HasPrefix(text, "2 ") || strings.Count(text, "\n") != 1 {
		t.Errorf("key file holds %d lines", strings.Count(text, "\n"))
	}
}

func TestAChangeOfKeysThatWasCutOffGoesOn(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	keys, file := phones(t, s, d, c)
	id := somebody(t, s, "")
	if err := s.SetPhone(ctx, keys, people.ConsentAct{ID: db.NewID(), PersonID: id, Medium: people.Spoken}, "13912345678"); err != nil {
		t.Fatal(err)
	}
	// Cut off right after the new key came into the file.
	text := string(must(os.ReadFile(file))(t)) + "2 " + strings.Repeat("5a", 32) + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	again := must(people.OpenPhoneKeys(ctx, d.DB, c.now, file, ""))(t)
	if again.Trouble() != nil {
		t.Fatal(again.Trouble())
	}
	if done := must(again.Rotate(ctx, nil))(t); !done.Resumed || done.Key != 2 || done.Phones != 1 {
		t.Errorf("%+v", done)
	}
	if got := must(s.PhoneOf(ctx, again, id))(t); got != "13912345678" {
		t.Errorf("number is %q", got)
	}
}
