package dbtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"silverclass/app/db"
)

// leftover is how old a test database must be to be taken for one whose test was killed.
const leftover = 2 * time.Hour

// prefix begins the name of every test database; the second of its making follows.
const prefix = "silverclass_test_"

// templateLock is held while a template is made, so that packages tested at the same
// time make one between them.
const templateLock = 0x73637465737431

// pgTemplate is the name of a database migrated with this program's migrations. It is
// found, or made, once in a process, and stays for the next process.
var pgTemplate = sync.OnceValues(func() (string, error) {
	ctx := context.Background()
	server := os.Getenv(EnvURL)
	print, err := db.Fingerprint()
	if err != nil {
		return "", err
	}
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return "", err
	}
	defer conn.Close(ctx) // gives the lock back
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(templateLock)); err != nil {
		return "", err
	}
	kind := "template" + print[:12]
	all, err := names(ctx, conn)
	if err != nil {
		return "", err
	}
	for _, name := range all {
		if strings.HasSuffix(name, "_"+kind) {
			return name, nil
		}
	}
	for _, name := range all {
		if old(name) {
			if err := drop(ctx, conn, name); err != nil {
				return "", err
			}
		}
	}
	return makeTemplate(ctx, conn, server, kind)
})

// makeTemplate migrates under another name first, so that a template that can be found
// is whole.
func makeTemplate(ctx context.Context, conn *pgx.Conn, server, kind string) (string, error) {
	raw := newName("raw")
	if _, err := conn.Exec(ctx, `CREATE DATABASE `+raw+` TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'`); err != nil {
		return "", err
	}
	address, err := WithDatabase(server, raw)
	if err != nil {
		return "", err
	}
	if err := migrated(ctx, address); err != nil {
		return "", errors.Join(err, drop(ctx, conn, raw))
	}
	name := fmt.Sprintf("%s%d_%s", prefix, time.Now().Unix(), kind)
	_, err = conn.Exec(ctx, `ALTER DATABASE `+raw+` RENAME TO `+name)
	return name, err
}

func postgresURL(t testing.TB, server string) string {
	t.Helper()
	from, err := pgTemplate()
	if err != nil {
		t.Fatalf("migrate the template: %v", err)
	}
	name := newName("one")
	run(t, server, `CREATE DATABASE `+name+` TEMPLATE `+from)
	t.Cleanup(func() { run(t, server, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`) })
	address, err := WithDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// run does one statement that cannot stand in a transaction.
func run(t testing.TB, server, stmt string) {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to %s: %v", EnvURL, err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, stmt); err != nil {
		t.Fatalf("%s: %v", stmt, err)
	}
}

// names are the test databases on the server, oldest first.
func names(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY datname`,
		strings.ReplaceAll(prefix, "_", `\_`)+"%")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// old reports whether the test database of that name was left by a process that ended
// early, or is the template of an older schema.
func old(name string) bool {
	at, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	made, err := strconv.ParseInt(at, 10, 64)
	return err == nil && time.Since(time.Unix(made, 0)) > leftover
}

func drop(ctx context.Context, conn *pgx.Conn, name string) error {
	_, err := conn.Exec(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	return err
}

func newName(kind string) string {
	id := strings.ReplaceAll(db.NewRandomID(), "-", "")[:16]
	return fmt.Sprintf("%s%d_%s%s", prefix, time.Now().Unix(), kind, id)
}

// WithDatabase is the server's address with another database's name.
func WithDatabase(server, name string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
