package db_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// Durability and erasure hang on the DSN, for every connection of the pool: several are
// held open at once and each is asked.
func TestEveryPooledConnectionHasThePragmas(t *testing.T) {
	d := dbtest.Open(t)
	if !db.IsSQLite(d.DB) {
		return
	}
	pool, err := d.DB.DB()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"busy_timeout": "5000", "journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1",
	}
	for i := range 5 {
		conn, err := pool.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		for name, value := range want {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+name).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != value {
				t.Errorf("connection %d: %s is %s, want %s", i, name, got, value)
			}
		}
	}
}

// A transaction takes the write lock when it begins, so that it cannot find itself
// unable to write half way.
func TestTransactionsBeginImmediate(t *testing.T) {
	d := dbtest.Open(t)
	if !db.IsSQLite(d.DB) {
		return
	}
	pool, err := d.DB.DB()
	if err != nil {
		t.Fatal(err)
	}
	first, err := pool.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Rollback()
	other, err := pool.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.ExecContext(t.Context(), `PRAGMA busy_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	if _, err := other.ExecContext(t.Context(), `BEGIN IMMEDIATE`); err == nil {
		t.Error("a second writer began while a transaction that had written nothing was open")
	}
}

func TestAFileWithAnyNameIsOpened(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "银龄 100% #1?mode=ro&x")
	path := filepath.Join(dir, "silver class.db")
	d, err := db.Open(t.Context(), "sqlite:"+path, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), d); err != nil {
		t.Error(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("the file's rights are %o, want 600", got)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 {
		t.Errorf("after closing: %v, %v; want the one file", left, err)
	}
}
