package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"silverclass/app/fault"
)

// sqlitePragmas holds for every pooled connection because it stands in the DSN; a PRAGMA
// by Exec would hold for one. synchronous(FULL) is what keeps an acknowledged row over a
// power cut, busy_timeout comes first so that the others wait, and secure_delete
// overwrites what was erased.
const sqlitePragmas = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)" +
	"&_pragma=foreign_keys(1)&_pragma=secure_delete(1)" +
	"&_txlock=immediate&_time_format=sqlite&_timezone=UTC"

// sqliteConns is one writer and the readers beside it; WAL lets them go on together.
const sqliteConns = 8

// openWait is for how long a file that others are just making is asked for again, every
// openPause.
const (
	openWait  = 5 * time.Second
	openPause = 20 * time.Millisecond
)

// sqliteDialect is gorm's SQLite dialect over modernc, which needs no cgo. gorm reads the
// error codes of the cgo driver only, hence Translate.
type sqliteDialect struct {
	*sqlite.Dialector
	house *house
}

func (d sqliteDialect) shared() *house { return d.house }

// Translate names the errors that callers look for with gorm's names.
func (sqliteDialect) Translate(err error) error {
	e, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return err
	}
	switch e.Code() {
	case codes.SQLITE_CONSTRAINT_PRIMARYKEY, codes.SQLITE_CONSTRAINT_UNIQUE:
		return fmt.Errorf("%w: %w", gorm.ErrDuplicatedKey, err)
	case codes.SQLITE_CONSTRAINT_FOREIGNKEY:
		return fmt.Errorf("%w: %w", gorm.ErrForeignKeyViolated, err)
	case codes.SQLITE_CONSTRAINT_CHECK:
		return fmt.Errorf("%w: %w", gorm.ErrCheckConstraintViolated, err)
	}
	return err
}

func openSQLite(ctx context.Context, path string, now func() time.Time) (*DB, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database path %s: %w", path, err)
	}
	cannot := fault.New(fault.Unavailable, "db.cannot_open", fault.Args{"Path": abs})
	if err := makeFile(abs); err != nil {
		return nil, cannot.Because(err)
	}
	pool, err := sql.Open("sqlite", sqliteDSN(abs))
	if err != nil {
		return nil, cannot.Because(err)
	}
	pool.SetMaxOpenConns(sqliteConns)
	pool.SetMaxIdleConns(sqliteConns)
	if err := firstPing(ctx, pool); err != nil {
		pool.Close()
		return nil, cannot.Because(err)
	}
	h := &house{now: now, writer: make(chan struct{}, 1)}
	g, err := openGorm(sqliteDialect{&sqlite.Dialector{Conn: pool}, h}, pool, true, now)
	if err != nil {
		return nil, cannot.Because(err)
	}
	return &DB{DB: g, house: h, path: abs}, nil
}

// firstPing opens the first connection, which turns a new file to WAL. For that change
// SQLite does not wait as busy_timeout asks: of several processes that open a new file
// together, one may be told at once that it is locked. It tries again for as long.
func firstPing(ctx context.Context, pool *sql.DB) error {
	wait, stop := context.WithTimeout(ctx, openWait)
	defer stop()
	for {
		err := pool.PingContext(ctx)
		if err == nil || !sqliteBusy(err) {
			return err
		}
		select {
		case <-wait.Done():
			return err
		case <-time.After(openPause):
		}
	}
}

// sqliteDSN writes the path as a URI, so that no character of a folder's name is taken
// for a setting. A Windows path gets the slash that URIs want before the drive.
func sqliteDSN(abs string) string {
	p := filepath.ToSlash(abs)
	if !strings.HasPrefix(p, "/") {
		p = "/" + p
	}
	return (&url.URL{Scheme: "file", OmitHost: true, Path: p}).String() + "?" + sqlitePragmas
}

// makeFile makes a new database file readable by this user only; SQLite gives its
// write-ahead log the same rights. An existing file is left as it is.
func makeFile(abs string) error {
	if err := os.MkdirAll(filepath.Dir(abs), 0o700); err != nil {
		return err
	}
	if _, err := os.Stat(abs); err == nil {
		return nil
	}
	f, err := os.OpenFile(abs, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

// sqliteFull reports whether err says that the file takes no more: disk full, I/O error,
// or no right to write.
func sqliteFull(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	if !ok {
		return false
	}
	switch e.Code() & 0xff {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_READONLY, codes.SQLITE_CANTOPEN:
		return true
	}
	return false
}

// sqliteBusy reports whether another process kept the file locked for too long.
func sqliteBusy(err error) bool {
	e, ok := errors.AsType[*driver.Error](err)
	return ok && e.Code()&0xff == codes.SQLITE_BUSY
}
