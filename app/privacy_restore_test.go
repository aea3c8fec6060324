package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"silverclass/app/db"
	"silverclass/app/operator"
	"silverclass/app/people"
	"silverclass/app/privacy"
)

// TestWhoWasErasedIsInNoBackupAndComesBackInNone: a backup made afterwards does not hold
// her; one from before is brought back, and she is erased again before the program
// serves.
func TestWhoWasErasedIsInNoBackupAndComesBackInNone(t *testing.T) {
	s := settings{Data: filepath.Join(t.TempDir(), "data"), Zone: "Asia/Shanghai", Livekit: livekitOff, Listen: "127.0.0.1:0", ListenInternal: "127.0.0.1:0"}
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(errors.Join(s.dir().Prepare(), s.keys().Prepare()))
	d, err := s.openDatabase(ctx)
	must(err)
	keys, err := people.OpenPhoneKeys(ctx, d.DB, time.Now, s.keys().Phones(), "")
	must(err)
	store := people.NewStore(d.DB, time.Now)
	issue := people.Issue{ID: db.NewID(), Name: "独孤阿姨", AgeBand: people.Age70, PhoneToo: true, Phone: "13987654321", Phones: keys}
	gone, err := store.Issue(ctx, issue)
	must(err)
	stays, err := store.Issue(ctx, people.Issue{ID: db.NewID(), Name: "慕容叔叔"})
	must(err)

	before, after := filepath.Join(t.TempDir(), "before"), filepath.Join(t.TempDir(), "after")
	must(operator.Backup(ctx, s.place(), before, operator.BackupOptions{Passphrase: "seven old tortoises"}))
	must(s.privacy(d).EraseNow(ctx, gone.Person.ID, privacy.Asked))
	must(operator.Backup(ctx, s.place(), after, operator.BackupOptions{Passphrase: "seven old tortoises"}))
	must(d.Close())
	for _, mark := range []string{"独孤", gone.Card.Number, "13987654321"} {
		if bytes.Contains(unpacked(t, after), []byte(mark)) {
			t.Errorf("a backup made afterwards holds %s", mark)
		}
	}
	if !bytes.Contains(unpacked(t, before), []byte("独孤")) || !bytes.Contains(unpacked(t, after), []byte("慕容")) {
		t.Fatal("what was unpacked is not the database")
	}

	done, err := operator.Restore(ctx, s.place(), before, operator.RestoreOptions{Passphrase: "seven old tortoises", Force: true})
	must(err)
	if done.Again != 1 {
		t.Errorf("%d erased again, want 1", done.Again)
	}
	d, err = s.openDatabase(ctx)
	must(err)
	defer d.Close()
	var names []string
	must(d.Raw("SELECT name FROM persons ORDER BY name").Scan(&names).Error)
	if strings.Join(names, " ") != "慕容叔叔" {
		t.Errorf("after the restore there are %v", names)
	}
	row := gone.Person
	if err := d.Create(&row).Error; err == nil || !strings.Contains(err.Error(), "this number was erased") {
		t.Errorf("a row for an erased number: %v", err)
	}
	if _, err := people.NewStore(d.DB, time.Now).Person(ctx, stays.Person.ID); err != nil {
		t.Error(err)
	}
}

// TestAnOldFileCopiedIntoPlaceBringsNobodyBack: the program itself, started over it.
func TestAnOldFileCopiedIntoPlaceBringsNobodyBack(t *testing.T) {
	p := wired(t)
	ctx := t.Context()
	i, err := p.people.Issue(ctx, people.Issue{ID: db.NewID(), Name: "独孤阿姨"})
	if err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "old.db")
	if err := p.db.Exec("VACUUM INTO ?", old).Error; err != nil {
		t.Fatal(err)
	}
	if err := p.privacy.EraseNow(ctx, i.Person.ID, privacy.Asked); err != nil {
		t.Fatal(err)
	}
	s := p.settings
	s.Database = "sqlite:" + filepath.ToSlash(old)
	again := &program{settings: s, terminal: p.terminal, now: time.Now, log: slog.New(slog.DiscardHandler)}
	if err := again.prepare(ctx); err != nil {
		t.Fatal(err)
	}
	defer again.close()
	defer again.doors.close()
	var n int64
	if err := again.db.Raw("SELECT count(*) FROM persons").Scan(&n).Error; err != nil || n != 0 {
		t.Errorf("%d people before anything is served; %v", n, err)
	}
}

// TestWithoutItsKeysTheProgramStartsWithoutPhones: a key file that is missing, cut short
// or of another installation is said, in a line that names the file, and nothing is lost.
func TestWithoutItsKeysTheProgramStartsWithoutPhones(t *testing.T) {
	p := wired(t)
	ctx := t.Context()
	i, err := p.people.Issue(ctx, people.Issue{ID: db.NewID(), PhoneToo: true, Phone: "13987654321", Phones: p.phones})
	if err != nil {
		t.Fatal(err)
	}
	file := p.settings.keys().Phones()
	right, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"missing": "", "cut short": string(right[:20]), "of another": "1 " + strings.Repeat("ab", 32) + "\n", "right again": string(right)} {
		if err := os.Remove(file); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		if text != "" {
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		var log bytes.Buffer
		again := &program{settings: p.settings, terminal: p.terminal, now: time.Now, log: slog.New(slog.NewTextHandler(&log, nil))}
		if err := again.prepare(ctx); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		masked, _ := again.people.MaskedPhone(ctx, again.phones, i.Person.ID)
		if name == "right again" {
			if masked != "139****4321" || again.phones.Trouble() != nil {
				t.Errorf("%s: %q, %v", name, masked, again.phones.Trouble())
			}
		} else if again.people.KeepsPhones() || masked != "*******4321" || !strings.Contains(log.String(), "no phone numbers") {
			t.Errorf("%s: masked %q, log %q", name, masked, log.String())
		}
		again.doors.close()
		again.close()
	}
}

// unpacked is everything that an archive holds.
func unpacked(t *testing.T, file string) []byte {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	id, err := age.NewScryptIdentity("seven old tortoises")
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(f, id)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for r := tar.NewReader(zip); ; {
		if _, err := r.Next(); errors.Is(err, io.EOF) {
			return all.Bytes()
		} else if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
}
