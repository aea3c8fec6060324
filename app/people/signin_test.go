package people_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/people"
)

func newSecrets(t *testing.T) *people.Secrets {
	t.Helper()
	return must(people.NewSecrets(bytes.Repeat([]byte{7}, 32), 2))(t)
}

func newStaffStore(t *testing.T) (*people.StaffStore, *people.Store, *clock) {
	t.Helper()
	d, c := dbtest.Open(t), newClock()
	return people.NewStaffStore(d.DB, c.now, newSecrets(t)), people.NewStore(d.DB, c.now), c
}

const goodPassword = "三个和尚没水喝, truly"

func firstAdmin(t *testing.T, s *people.StaffStore) people.Staff {
	t.Helper()
	l := must(s.MakeFirstLink(t.Context()))(t)
	return must(s.TakeFirst(t.Context(), l.Token, "Admin", "李老师", goodPassword))(t)
}

func TestFirstAdministrator(t *testing.T) {
	s, _, c := newStaffStore(t)
	ctx := t.Context()
	if !must(s.NeedsFirst(ctx))(t) {
		t.Fatal("an empty database has an administrator")
	}
	old := must(s.MakeFirstLink(ctx))(t)
	l := must(s.MakeFirstLink(ctx))(t)
	_, _, err := s.LinkByToken(ctx, old.Token)
	wantKind(t, err, fault.Gone, "") // a newer link ends the older
	for field, form := range map[string][3]string{
		"login":    {"1", "李老师", goodPassword},
		"name":     {"admin", " ", goodPassword},
		"password": {"admin", "李老师", "short"},
	} {
		_, err := s.TakeFirst(ctx, l.Token, form[0], form[1], form[2])
		wantKind(t, err, fault.Invalid, field)
	}
	who := must(s.TakeFirst(ctx, l.Token, " Admin ", "李老师", goodPassword))(t)
	if who.Login != "admin" {
		t.Errorf("login: got %q, want admin", who.Login)
	}
	_, err = s.TakeFirst(ctx, l.Token, "second", "第二", goodPassword)
	wantKind(t, err, fault.Gone, "") // used twice
	_, err = s.MakeFirstLink(ctx)
	wantKind(t, err, fault.Conflict, "")
	g := must(s.Grants(ctx, who.ID))(t)
	if len(g) != 1 || g[0].Role != people.Admin || g[0].PlaceKind != people.Installation {
		t.Errorf("grants: got %+v", g)
	}
	_ = c
}

func TestLinksExpire(t *testing.T) {
	s, _, c := newStaffStore(t)
	ctx := t.Context()
	l := must(s.MakeFirstLink(ctx))(t)
	c.move(30*time.Minute - time.Second)
	if _, _, err := s.LinkByToken(ctx, l.Token); err != nil {
		t.Fatalf("within half an hour: %v", err)
	}
	c.move(time.Second)
	_, err := s.TakeFirst(ctx, l.Token, "admin", "李老师", goodPassword)
	wantKind(t, err, fault.Gone, "")
	admin := firstAdmin(t, s)
	invited := must(s.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "wang", Name: "王老师", Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: "v"}}, By: &admin.ID}))(t)
	invite := must(s.MakeLink(ctx, invited.ID, &admin.ID))(t)
	c.move(24*time.Hour - time.Second)
	if _, _, err := s.LinkByToken(ctx, invite.Token); err != nil {
		t.Fatalf("within a day: %v", err)
	}
	c.move(time.Second)
	_, err = s.TakeLink(ctx, invite.Token, goodPassword)
	wantKind(t, err, fault.Gone, "")
}

func TestInvitationAndForgottenPassword(t *testing.T) {
	s, _, _ := newStaffStore(t)
	ctx := t.Context()
	admin := firstAdmin(t, s)
	add := people.AddStaff{ID: db.NewID(), Login: "wang", Name: "王老师", Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: "v"}}, By: &admin.ID}
	for range 2 { // sent twice
		must(s.Add(ctx, add))(t)
	}
	_, err := s.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "WANG", Name: "别人", Grants: add.Grants})
	wantKind(t, err, fault.Invalid, "login")
	_, err = s.CheckPassword(ctx, "wang", "", "10.0.0.1")
	wantKind(t, err, fault.Invalid, "password") // invited, and has no password yet
	invite := must(s.MakeLink(ctx, add.ID, &admin.ID))(t)
	if invite.Kind != people.InviteLink {
		t.Errorf("kind: got %s", invite.Kind)
	}
	before := must(s.TakeLink(ctx, invite.Token, goodPassword))(t)
	_, err = s.TakeLink(ctx, invite.Token, goodPassword)
	wantKind(t, err, fault.Gone, "")
	must(s.CheckPassword(ctx, "Wang", goodPassword, "10.0.0.1"))(t)
	reset := must(s.MakeLink(ctx, add.ID, &admin.ID))(t)
	if reset.Kind != people.ResetLink {
		t.Errorf("kind: got %s", reset.Kind)
	}
	after := must(s.TakeLink(ctx, reset.Token, "another good one"))(t)
	if after.Epoch <= before.Epoch {
		t.Error("a new password did not end the sign-ins")
	}
	_, err = s.CheckPassword(ctx, "wang", goodPassword, "10.0.0.1")
	wantKind(t, err, fault.Invalid, "password")
}

func TestSomebodyAlwaysAdministers(t *testing.T) {
	s, _, _ := newStaffStore(t)
	ctx := t.Context()
	admin := firstAdmin(t, s)
	wantKind(t, s.Deactivate(ctx, admin.ID, &admin.ID), fault.Conflict, "")
	g := must(s.Grants(ctx, admin.ID))(t)
	wantKind(t, s.TakeGrant(ctx, admin.ID, g[0].ID, &admin.ID), fault.Conflict, "")
	second := must(s.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "wang", Name: "王老师", Grants: []people.Grant{{Role: people.Admin, PlaceKind: people.Installation}}}))(t)
	wantKind(t, s.Deactivate(ctx, admin.ID, &admin.ID), fault.Conflict, "") // she has no password yet
	l := must(s.MakeLink(ctx, second.ID, nil))(t)
	must(s.TakeLink(ctx, l.Token, goodPassword))(t)
	if err := s.Deactivate(ctx, admin.ID, &second.ID); err != nil {
		t.Fatal(err)
	}
	_, err := s.CheckPassword(ctx, "admin", goodPassword, "10.0.0.1")
	wantKind(t, err, fault.Invalid, "password")
	_, err = s.MakeLink(ctx, admin.ID, nil)
	wantKind(t, err, fault.Conflict, "")
	if err := s.Activate(ctx, admin.ID, &second.ID); err != nil {
		t.Fatal(err)
	}
	must(s.CheckPassword(ctx, "admin", goodPassword, "10.0.0.1"))(t)
}

func TestPasswordWaits(t *testing.T) {
	s, _, c := newStaffStore(t)
	ctx := t.Context()
	firstAdmin(t, s)
	wrong := func(login, from string) error {
		_, err := s.CheckPassword(ctx, login, "not the password", from)
		return err
	}
	known, unknown := wrong("admin", "10.0.0.1"), wrong("nobody", "10.0.0.2")
	if known.Error() != unknown.Error() {
		t.Errorf("a wrong password says %q, an unknown login %q", known, unknown)
	}
	wantKind(t, wrong("admin", "10.0.0.3"), fault.Invalid, "password")
	wantKind(t, wrong("admin", "10.0.0.4"), fault.Invalid, "password")
	_, err := s.CheckPassword(ctx, "admin", goodPassword, "10.0.0.5")
	wantKind(t, err, fault.TooMany, "") // the login waits, from wherever
	c.move(2 * time.Second)
	must(s.CheckPassword(ctx, "admin", goodPassword, "10.0.0.5"))(t)
	for range 3 {
		wantKind(t, wrong(db.NewID(), "10.0.0.9"), fault.Invalid, "password")
	}
	wantKind(t, wrong("somebody", "10.0.0.9"), fault.TooMany, "") // the address waits
	if err := wrong("admin", "10.0.0.8"); !fault.Is(err, fault.Invalid) {
		t.Errorf("the login was not forgiven after the right password: %v", err)
	}
}

func TestPasswordRules(t *testing.T) {
	s, _, _ := newStaffStore(t)
	ctx := t.Context()
	admin := firstAdmin(t, s)
	for _, easy := range []string{"", "ninechars", "aaaaaaaaaaaa", "0123456789", "9876543210", "password123", "adminadminadmin", strings.Repeat("长", 201)} {
		_, err := s.SetPassword(ctx, admin.ID, goodPassword, easy)
		wantKind(t, err, fault.Invalid, "password")
	}
	_, err := s.SetPassword(ctx, admin.ID, "not the password", "a long sentence of mine")
	wantKind(t, err, fault.Invalid, "old")
	after := must(s.SetPassword(ctx, admin.ID, goodPassword, "一二三四五六七八九十"))(t)
	if after.Epoch <= admin.Epoch || after.PasswordHash == "" || strings.Contains(after.PasswordHash, "一") {
		t.Errorf("got %+v", after)
	}
}

// The database alone must not let anybody try passwords: another key, another hash.
func TestPasswordNeedsTheKey(t *testing.T) {
	k1, k2 := newSecrets(t), must(people.NewSecrets(bytes.Repeat([]byte{8}, 32), 1))(t)
	hash := must(k1.Hash(t.Context(), goodPassword))(t)
	if !must(k1.Match(t.Context(), goodPassword, hash))(t) || must(k2.Match(t.Context(), goodPassword, hash))(t) {
		t.Error("the hash does not hang on the key")
	}
	sealed := must(k1.Seal("secret", "row 1"))(t)
	if got := must(k1.Open(sealed, "row 1"))(t); got != "secret" {
		t.Errorf("Open: got %q", got)
	}
	if _, err := k1.Open(sealed, "row 2"); err == nil {
		t.Error("a sealed text opened in another row")
	}
	if _, err := k2.Open(sealed, "row 1"); err == nil {
		t.Error("a sealed text opened with another key")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.key")
	first := must(people.KeyFile(path))(t)
	if again := must(people.KeyFile(path))(t); !bytes.Equal(first, again) || len(first) != 32 {
		t.Errorf("got %x, then %x", first, again)
	}
	if info := must(os.Stat(path))(t); info.Mode().Perm() != 0o600 {
		t.Errorf("mode: got %o, want 600", info.Mode().Perm())
	}
	if err := os.WriteFile(path, []byte("cut short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := people.KeyFile(path); err == nil {
		t.Error("a broken key file was taken")
	}
}

func TestSecondFactor(t *testing.T) {
	s, _, c := newStaffStore(t)
	ctx := t.Context()
	admin := firstAdmin(t, s)
	wantKind(t, s.BeginFactor(ctx, admin.ID, "not the password"), fault.Invalid, "password")
	if err := s.BeginFactor(ctx, admin.ID, goodPassword); err != nil {
		t.Fatal(err)
	}
	f := must(s.PendingFactor(ctx, admin.ID))(t)
	if !strings.HasPrefix(f.URL, "otpauth://totp/") || !strings.Contains(f.URL, f.Secret) {
		t.Errorf("address: %s", f.URL)
	}
	code := func() string { return must(totp.GenerateCode(f.Secret, c.now()))(t) }
	_, err := s.ConfirmFactor(ctx, admin.ID, "000000")
	wantKind(t, err, fault.Invalid, "code")
	codes := must(s.ConfirmFactor(ctx, admin.ID, " "+code()))(t)
	if len(codes) != 8 {
		t.Fatalf("recovery codes: got %d, want 8", len(codes))
	}
	wantKind(t, s.CheckCode(ctx, admin.ID, code()), fault.Invalid, "code") // its step was used to confirm
	c.move(30 * time.Second)
	if err := s.CheckCode(ctx, admin.ID, code()); err != nil {
		t.Fatal(err)
	}
	wantKind(t, s.CheckCode(ctx, admin.ID, code()), fault.Invalid, "code") // used twice
	c.move(30 * time.Second)
	ahead := must(totp.GenerateCode(f.Secret, c.now().Add(30*time.Second)))(t)
	if err := s.CheckCode(ctx, admin.ID, ahead[:3]+" "+ahead[3:]); err != nil {
		t.Fatalf("a phone that is half a minute ahead: %v", err)
	}
	if err := s.CheckCode(ctx, admin.ID, strings.ToLower(codes[3][:5]+" "+codes[3][5:])); err != nil {
		t.Fatalf("a recovery code: %v", err)
	}
	wantKind(t, s.CheckCode(ctx, admin.ID, codes[3]), fault.Invalid, "code")
	if left := must(s.CodesLeft(ctx, admin.ID))(t); left != 7 {
		t.Errorf("codes left: got %d, want 7", left)
	}
	wantKind(t, s.CheckCode(ctx, admin.ID, "123456"), fault.Invalid, "code")
	wantKind(t, s.CheckCode(ctx, admin.ID, "123456"), fault.Invalid, "code")
	wantKind(t, s.CheckCode(ctx, admin.ID, codes[4]), fault.TooMany, "")
	epoch := must(s.Staff(ctx, admin.ID))(t).Epoch
	if err := s.ResetFactor(ctx, admin.ID, nil); err != nil {
		t.Fatal(err)
	}
	who := must(s.Staff(ctx, admin.ID))(t)
	if who.SecondFactor() || who.TOTPSecret != "" || who.Epoch <= epoch {
		t.Errorf("after the reset: %+v", who)
	}
}
