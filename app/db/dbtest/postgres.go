package dbtest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"silverclass/app/db"
)

// Making and dropping a PostgreSQL database costs seconds on a busy disk, so test
// databases are kept and emptied instead. Their names say when they were made and from
// which migrations; a session lock on the server says which of them somebody uses. A
// process that ends, however it ends, gives its locks back.

// prefix begins the name of every test database; the second of its making follows.
const prefix = "silverclass_test_"

// leftover is how old a database from other migrations must be to be dropped.
const leftover = time.Hour

// makeLock is held while a database is made, so that packages tested at the same time
// make one template between them.
const makeLock = 0x73637465737431

// server is this process's one connection to the PostgreSQL server, which holds its locks.
type server struct {
	mu     sync.Mutex
	conn   *pgx.Conn
	url    string
	schema string          // which migrations, and how they are kept, as part of names
	taken  map[string]bool // by a test of this process
}

var theServer = sync.OnceValues(func() (*server, error) {
	print, err := db.Fingerprint()
	if err != nil {
		return nil, err
	}
	made := sha256.Sum256([]byte(print + rememberRows + shape))
	s := &server{url: os.Getenv(EnvURL), schema: hex.EncodeToString(made[:6]), taken: map[string]bool{}}
	s.conn, err = pgx.Connect(context.Background(), s.url)
	return s, err
})

func postgresURL(t testing.TB) string {
	t.Helper()
	s, err := theServer()
	if err != nil {
		t.Fatalf("connect to %s: %v", EnvURL, err)
	}
	name, err := s.take()
	if err != nil {
		t.Fatalf("a database on %s: %v", EnvURL, err)
	}
	t.Cleanup(func() { s.giveBack(t, name) })
	address, err := WithDatabase(s.url, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
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

// take finds a kept database that nobody uses and empties it, or makes one.
func (s *server) take() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ctx, stop := context.WithTimeout(context.Background(), 2*time.Minute)
	defer stop()
	all, err := s.names(ctx)
	if err != nil {
		return "", err
	}
	for _, name := range all {
		if s.taken[name] || !strings.Contains(name, "_"+s.schema+"_") {
			continue
		}
		if free, err := s.lock(ctx, name); err != nil || !free {
			if err != nil {
				return "", err
			}
			continue
		}
		if s.reset(ctx, name) == nil {
			s.taken[name] = true
			return name, nil
		}
		// It was spoiled, or is half made by a process that was killed.
		if err := errors.Join(s.drop(ctx, name), s.unlock(ctx, name)); err != nil {
			return "", err
		}
	}
	return s.make(ctx)
}

func (s *server) giveBack(t testing.TB, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.taken, name)
	if err := s.unlock(context.Background(), name); err != nil {
		t.Errorf("give back %s: %v", name, err)
	}
}

// make copies the template, which it makes first when these migrations have none yet.
func (s *server) make(ctx context.Context) (string, error) {
	if _, err := s.conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, int64(makeLock)); err != nil {
		return "", err
	}
	defer s.conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, int64(makeLock))
	all, err := s.names(ctx)
	if err != nil {
		return "", err
	}
	kind := "template" + s.schema
	at := slices.IndexFunc(all, func(name string) bool { return strings.HasSuffix(name, "_"+kind) })
	template := ""
	if at >= 0 {
		template = all[at]
	} else if template, err = s.makeTemplate(ctx, kind, all); err != nil {
		return "", err
	}
	name := s.newName(s.schema + "_" + strings.ReplaceAll(db.NewRandomID(), "-", "")[:12])
	if _, err := s.lock(ctx, name); err != nil {
		return "", err
	}
	if _, err := s.conn.Exec(ctx, `CREATE DATABASE `+name+` TEMPLATE `+template); err != nil {
		return "", err
	}
	s.taken[name] = true
	return name, nil
}

// makeTemplate migrates under another name first, so that a template that is found is
// whole. It also drops what other migrations left.
func (s *server) makeTemplate(ctx context.Context, kind string, all []string) (string, error) {
	for _, name := range all {
		if !old(name) {
			continue
		}
		if free, err := s.lock(ctx, name); err != nil || !free {
			continue
		}
		if err := errors.Join(s.drop(ctx, name), s.unlock(ctx, name)); err != nil {
			return "", err
		}
	}
	raw := s.newName("raw" + strings.ReplaceAll(db.NewRandomID(), "-", "")[:12])
	if _, err := s.conn.Exec(ctx, `CREATE DATABASE `+raw+` TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'`); err != nil {
		return "", err
	}
	address, err := WithDatabase(s.url, raw)
	if err != nil {
		return "", err
	}
	if err := migrated(ctx, address); err != nil {
		return "", errors.Join(err, s.drop(ctx, raw))
	}
	if err := remember(ctx, address); err != nil {
		return "", errors.Join(err, s.drop(ctx, raw))
	}
	name := s.newName(kind)
	_, err = s.conn.Exec(ctx, `ALTER DATABASE `+raw+` RENAME TO `+name)
	return name, err
}

// names are the test databases on the server, oldest first.
func (s *server) names(ctx context.Context) ([]string, error) {
	rows, err := s.conn.Query(ctx, `SELECT datname FROM pg_database WHERE datname LIKE $1 ORDER BY datname`,
		strings.ReplaceAll(prefix, "_", `\_`)+"%")
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

// lock says that this process uses a database; it is false when another does.
func (s *server) lock(ctx context.Context, name string) (free bool, err error) {
	err = s.conn.QueryRow(ctx, `SELECT pg_try_advisory_lock(hashtextextended($1, 0))`, name).Scan(&free)
	return free, err
}

func (s *server) unlock(ctx context.Context, name string) error {
	_, err := s.conn.Exec(ctx, `SELECT pg_advisory_unlock(hashtextextended($1, 0))`, name)
	return err
}

func (s *server) drop(ctx context.Context, name string) error {
	_, err := s.conn.Exec(ctx, `DROP DATABASE IF EXISTS `+name+` WITH (FORCE)`)
	return err
}

func (s *server) newName(kind string) string {
	return fmt.Sprintf("%s%d_%s", prefix, time.Now().Unix(), kind)
}

// old reports whether the test database of that name was made long ago.
func old(name string) bool {
	at, _, _ := strings.Cut(strings.TrimPrefix(name, prefix), "_")
	made, err := strconv.ParseInt(at, 10, 64)
	return err == nil && time.Since(time.Unix(made, 0)) > leftover
}
