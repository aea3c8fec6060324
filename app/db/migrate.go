package db

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations
var embedded embed.FS

// migrateLock is the number under which instances that start together wait for each
// other in PostgreSQL ("silvclas" in ASCII).
const migrateLock = 0x73696c76636c6173

// Migrate brings the schema to the newest version. Several processes may do so at once:
// on PostgreSQL they wait for each other, on SQLite the one that loses a race finds the
// work done.
func Migrate(ctx context.Context, d *DB) error {
	if IsSQLite(d.DB) {
		return migrateSQLite(ctx, d)
	}
	return migratePostgres(ctx, d)
}

// Pending reports whether the schema is older than this program.
func Pending(ctx context.Context, d *DB) (bool, error) {
	p, err := provider(d)
	if err != nil {
		return false, err
	}
	return p.HasPending(ctx)
}

// Fingerprint is a hex digest over all migrations, both databases': it changes with any
// of them.
func Fingerprint() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(embedded, ".", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := fs.ReadFile(embedded, path)
		fmt.Fprintf(sum, "%s %d\n%s", path, len(text), text)
		return err
	})
	return hex.EncodeToString(sum.Sum(nil)), err
}

func migrateSQLite(ctx context.Context, d *DB) error {
	p, err := provider(d)
	if err != nil {
		return err
	}
	for last := int64(-1); ; {
		_, err := p.Up(ctx)
		if err == nil {
			return nil
		}
		at, _, verr := p.GetVersions(ctx)
		if verr != nil || at == last {
			return fmt.Errorf("migrate: %w", err)
		}
		last = at
	}
}

func migratePostgres(ctx context.Context, d *DB) error {
	pool, err := d.DB.DB()
	if err != nil {
		return err
	}
	conn, err := pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer conn.Close()
	// The wait for the lock is bounded by ctx, not by lock_timeout.
	if _, err := conn.ExecContext(ctx, `SET lock_timeout = 0`); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrateLock)); err != nil {
		return fmt.Errorf("migrate: wait for the lock: %w", err)
	}
	defer func() {
		end := context.WithoutCancel(ctx)
		_, _ = conn.ExecContext(end, `SELECT pg_advisory_unlock($1)`, int64(migrateLock))
		_, _ = conn.ExecContext(end, `RESET lock_timeout`)
	}()
	// One set of migrations serves both databases: DATETIME is SQLite's name, and
	// PostgreSQL's TIMESTAMP would lose the zone.
	if _, err := conn.ExecContext(ctx, `DO $$ BEGIN
		CREATE DOMAIN datetime AS timestamptz; EXCEPTION WHEN duplicate_object THEN NULL; END $$`); err != nil {
		return fmt.Errorf("migrate: make the datetime domain: %w", err)
	}
	p, err := provider(d)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func provider(d *DB) (*goose.Provider, error) {
	pool, err := d.DB.DB()
	if err != nil {
		return nil, err
	}
	dialect, ours, other := database.DialectPostgres, ".postgres.sql", ".sqlite.sql"
	if IsSQLite(d.DB) {
		dialect, ours, other = database.DialectSQLite3, other, ours
	}
	dir, err := fs.Sub(embedded, "migrations")
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(dialect, pool, picked{dir, ours, other},
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	return p, nil
}

// picked is the migrations folder as one database sees it: plain files, and of a pair
// (NNNNN_words.sqlite.sql, NNNNN_words.postgres.sql) its own half.
type picked struct {
	fs.FS
	ours, other string
}

// ReadDir leaves the other database's files out.
func (p picked) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(p.FS, name)
	if err != nil {
		return nil, err
	}
	var kept []fs.DirEntry
	for _, e := range all {
		if !strings.HasSuffix(e.Name(), p.other) {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// Glob is what goose lists the folder by.
func (p picked) Glob(pattern string) ([]string, error) {
	all, err := fs.Glob(p.FS, pattern)
	if err != nil {
		return nil, err
	}
	var kept []string
	for _, name := range all {
		if !strings.HasSuffix(name, p.other) {
			kept = append(kept, name)
		}
	}
	return kept, nil
}
