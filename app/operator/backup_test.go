package operator_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/operator"
)

const passphrase = "seven old tortoises"

// full is a place that has something of everything.
func full(t *testing.T) (operator.Place, string) {
	t.Helper()
	dir := t.TempDir()
	p := operator.Place{Dir: operator.Dir(dir), Keys: operator.Dir(dir).Keys(), Content: filepath.Join(t.TempDir(), "own"),
		Database: dbtest.URL(t), Version: "test", Now: time.Now}
	for path, text := range map[string]string{
		p.Keys.People(): "secret", filepath.Join(p.Content, "lessons", "fraud", "a.yaml"): "lesson",
		filepath.Join(p.Dir.Media(), "class.webm"): "moving",
	} {
		write(t, path, text)
	}
	d := open(t, p)
	fact := ledger.Fact{ID: db.NewID(), Verb: ledger.Started, Object: "lesson:fraud/police-call", At: time.Now()}
	err := ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
		_, err := ledger.Append(t.Context(), tx, ledger.OwnerCourses, time.Now(), fact, ledger.StartedDetail{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p, fact.ID
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, p operator.Place) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), p.Database, p.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// fresh is an empty place for the same kind of database.
func fresh(t *testing.T) operator.Place {
	t.Helper()
	dir := operator.Dir(t.TempDir())
	return operator.Place{Dir: dir, Keys: dir.Keys(), Database: emptyDatabase(t, dir), Version: "test", Now: time.Now}
}

func emptyDatabase(t *testing.T, dir operator.Dir) string {
	t.Helper()
	if !dbtest.IsPostgres() {
		return "sqlite:" + filepath.ToSlash(dir.Database())
	}
	server, err := url.Parse(os.Getenv(dbtest.EnvURL))
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("silverclass_test_%d_restore", time.Now().UnixNano())
	run := func(sql string) {
		conn, err := pgx.Connect(context.Background(), server.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		if _, err := conn.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	run(`CREATE DATABASE ` + name + ` TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'`)
	t.Cleanup(func() { run(`DROP DATABASE ` + name + ` WITH (FORCE)`) })
	other := *server
	other.Path = "/" + name
	return other.String()
}

func backup(t *testing.T, p operator.Place, o operator.BackupOptions) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "silverclass.backup")
	if err := operator.Backup(t.Context(), p, file, o); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestRestoreBringsEverythingBackAsANewNode(t *testing.T) {
	p, fact := full(t)
	before, err := ledger.ThisNode(t.Context(), open(t, p).DB)
	if err != nil {
		t.Fatal(err)
	}
	file := backup(t, p, operator.BackupOptions{Passphrase: passphrase})
	sealed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(sealed, []byte("police-call")) || bytes.Contains(sealed, []byte("manifest")) {
		t.Error("the archive can be read without its passphrase")
	}

	to := fresh(t)
	done, err := operator.Restore(t.Context(), to, file, operator.RestoreOptions{Passphrase: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	d := open(t, to)
	if _, err := ledger.ByID(t.Context(), d.DB, fact); err != nil {
		t.Errorf("the fact is not there: %v", err)
	}
	after, err := ledger.ThisNode(t.Context(), d.DB)
	if err != nil {
		t.Fatal(err)
	}
	if after.ID == before.ID || after.ID != done.Node {
		t.Errorf("node after restore %s, before %s, told %s: want a new one", after.ID, before.ID, done.Node)
	}
	for path, want := range map[string]string{
		to.Keys.People(): "secret", filepath.Join(string(to.Dir), "content", "lessons", "fraud", "a.yaml"): "lesson",
		filepath.Join(to.Dir.Media(), "class.webm"): "moving",
	} {
		if got, err := os.ReadFile(path); err != nil || string(got) != want {
			t.Errorf("%s holds %q (%v), want %q", path, got, err, want)
		}
	}
	if info, err := os.Stat(to.Keys.People()); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode is %v (%v), want 0600", info.Mode(), err)
	}
}

func TestBackupWithoutKeysHasNone(t *testing.T) {
	p, _ := full(t)
	file := backup(t, p, operator.BackupOptions{Passphrase: passphrase, NoKeys: true})
	to := fresh(t)
	done, err := operator.Restore(t.Context(), to, file, operator.RestoreOptions{Passphrase: passphrase})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(to.Keys.People()); !errors.Is(err, os.ErrNotExist) || done.Manifest.Keys {
		t.Errorf("keys came along (%v), manifest says %v", err, done.Manifest.Keys)
	}
}

func TestBackupNeverReplacesAFile(t *testing.T) {
	p, _ := full(t)
	file := filepath.Join(t.TempDir(), "taken")
	write(t, file, "precious")
	if err := operator.Backup(t.Context(), p, file, operator.BackupOptions{Passphrase: passphrase}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	if got, _ := os.ReadFile(file); string(got) != "precious" {
		t.Errorf("the file holds %q", got)
	}
}

func TestRestoreTakesOnlyAWholeArchive(t *testing.T) {
	p, _ := full(t)
	file := backup(t, p, operator.BackupOptions{Passphrase: passphrase})
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Clone(good)
	changed[len(changed)-20] ^= 1
	for _, c := range []struct {
		name, passphrase string
		archive          []byte
		want             string
	}{
		{"another passphrase", "six old tortoises", good, "cli.passphrase_wrong"},
		{"cut off", passphrase, good[:len(good)-30], "cli.archive_damaged"},
		{"one bit changed", passphrase, changed, "cli.archive_damaged"},
		{"something else", passphrase, []byte("hello"), "cli.archive_damaged"},
	} {
		t.Run(c.name, func(t *testing.T) {
			to := fresh(t)
			other := filepath.Join(t.TempDir(), "archive")
			write(t, other, string(c.archive))
			_, err := operator.Restore(t.Context(), to, other, operator.RestoreOptions{Passphrase: c.passphrase})
			if f, ok := errors.AsType[*fault.Error](err); !ok || f.Key != c.want {
				t.Errorf("got %v, want %s", err, c.want)
			}
			left, err := os.ReadDir(string(to.Dir))
			if err != nil || len(left) > 1 { // the empty directory for keys
				t.Errorf("left behind %v (%v)", left, err)
			}
		})
	}
}

func TestRestorePutsAsideWhatIsThere(t *testing.T) {
	p, _ := full(t)
	file := backup(t, p, operator.BackupOptions{Passphrase: passphrase})
	to := fresh(t)
	write(t, to.Keys.People(), "older")
	o := operator.RestoreOptions{Passphrase: passphrase}
	if _, err := operator.Restore(t.Context(), to, file, o); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	o.Force = true
	done, err := operator.Restore(t.Context(), to, file, o)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := os.ReadFile(filepath.Join(done.Aside, "keys", "people")); err != nil || string(got) != "older" {
		t.Errorf("put aside %q (%v), want the older key", got, err)
	}
	if got, _ := os.ReadFile(to.Keys.People()); string(got) != "secret" {
		t.Errorf("the key is %q, want the archive's", got)
	}
}
