// Package dbtest gives a test a database of its own: real, fresh and migrated, in
// milliseconds.
//
// It is a SQLite file in the test's own folder, or, when TEST_DATABASE_URL names a
// PostgreSQL server on which databases may be made, a new database there. The schema is
// migrated once and copied from then on.
package dbtest

import (
	"context"
	"os"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// EnvURL names the variable that moves the tests to PostgreSQL.
const EnvURL = "TEST_DATABASE_URL"

// Open is a fresh migrated database with a node ID of its own, gone when the test ends.
// Its clock is the machine's.
func Open(t testing.TB) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), URL(t), time.Now)
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Errorf("close the test's database: %v", err)
		}
	})
	if err := newNode(t.Context(), d); err != nil {
		t.Fatalf("give the test's database a node: %v", err)
	}
	return d
}

// URL is the address of a fresh migrated database that nobody has opened yet: for tests
// that open it themselves, or in other processes. It is gone when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	if IsPostgres() {
		return postgresURL(t)
	}
	return sqliteURL(t)
}

// IsPostgres reports whether this run's databases are PostgreSQL.
func IsPostgres() bool { return os.Getenv(EnvURL) != "" }

// newNode gives a copied database an ID of its own, as if it had been migrated alone.
func newNode(ctx context.Context, d *db.DB) error {
	return db.Write(ctx, d.DB, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE ledger_nodes SET id = ?`, db.NewRandomID()).Error
	})
}
