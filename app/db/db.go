// Package db opens the database, moves its schema forward, and is the one door for
// writing.
//
// Two databases serve: a SQLite file (a box) and PostgreSQL (a city). What differs
// between them is kept in this package: how they are opened, how their errors are
// named, that SQLite has one writer at a time, and that PostgreSQL asks for a
// transaction to be tried again.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"silverclass/app/fault"
)

// DB is one open database. The gorm.DB inside is what stores are made of; give it on,
// not the DB, unless a lease or the read-only state is needed.
type DB struct {
	*gorm.DB
	house *house
	path  string
}

// Open opens the database that url names and checks that it can be used; it changes
// nothing in it (Migrate does).
//
// url is "sqlite:/path/to/file.db" (the file and its folder are made, readable by this
// user only) or "postgres://…". now is the clock for rows that are written; nothing
// below asks the machine for the time.
//
// Faults: Invalid for a url of another kind, Unavailable when the server does not
// answer ("db.no_server"), has no such database ("db.no_database"), lets this user not in
// ("db.not_let_in") or is not ready ("db.away"), the file cannot be opened
// ("db.cannot_open"), or PostgreSQL does not order text by bytes ("db.collation").
func Open(ctx context.Context, url string, now func() time.Time) (*DB, error) {
	switch scheme, rest, _ := strings.Cut(url, ":"); scheme {
	case "sqlite":
		return openSQLite(ctx, rest, now)
	case "postgres", "postgresql":
		return openPostgres(ctx, url, now)
	default:
		return nil, fault.New(fault.Invalid, "db.unknown_kind")
	}
}

// openGorm lays gorm over an open pool; the pool is closed when that does not work.
func openGorm(d gorm.Dialector, pool *sql.DB, prepare bool, now func() time.Time) (*gorm.DB, error) {
	g, err := gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		TranslateError:         true,
		PrepareStmt:            prepare,
		PrepareStmtMaxSize:     1000,
		PrepareStmtTTL:         time.Hour,
		NowFunc:                func() time.Time { return Instant(now()) },
		Logger:                 quiet{},
	})
	if err != nil {
		pool.Close()
		return nil, err
	}
	return g, nil
}

// Close ends all connections. On SQLite the last one also folds the write-ahead log
// into the file.
func (d *DB) Close() error {
	if p, ok := d.ConnPool.(*gorm.PreparedStmtDB); ok {
		p.Close()
	}
	pool, err := d.DB.DB()
	if err != nil {
		return err
	}
	return pool.Close()
}

// Path is the SQLite file's absolute path; empty on PostgreSQL.
func (d *DB) Path() string { return d.path }

// Ping asks the database for an answer; readiness hangs on it.
func (d *DB) Ping(ctx context.Context) error {
	pool, err := d.DB.DB()
	if err != nil {
		return err
	}
	if err := pool.PingContext(ctx); err != nil {
		return fault.New(fault.Unavailable, "db.away").Because(err)
	}
	return nil
}

// IsSQLite reports whether g is a SQLite file; otherwise it is PostgreSQL.
func IsSQLite(g *gorm.DB) bool { return g.Name() == "sqlite" }

// Instant is t as it is stored: UTC, cut to milliseconds. PostgreSQL keeps
// microseconds and Go nanoseconds, and what is hashed must be what comes back.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// house is what all copies of one gorm.DB share.
type house struct {
	now    func() time.Time
	writer chan struct{} // holds one token while somebody writes; nil on PostgreSQL
	full   readOnly
}

// housed is what both dialects are besides gorm's own.
type housed interface{ shared() *house }

func houseOf(g *gorm.DB) (*house, error) {
	if h, ok := g.Dialector.(housed); ok {
		return h.shared(), nil
	}
	return nil, fmt.Errorf("db: %T was not opened by db.Open", g.Dialector)
}
