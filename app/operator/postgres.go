package operator

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"silverclass/app/fault"
)

// The two engines, as a manifest names them.
const (
	engineSQLite   = "sqlite"
	enginePostgres = "postgres"
)

func engine(database string) string {
	if strings.HasPrefix(database, "postgres") {
		return enginePostgres
	}
	return engineSQLite
}

// dumpPostgres writes a consistent dump of the database in pg_dump's custom format.
func dumpPostgres(ctx context.Context, database, to string) error {
	return postgresTool(ctx, "pg_dump", database, "--format=custom", "--no-owner", "--no-privileges", "--file="+to)
}

// restorePostgres loads such a dump into an empty database, wholly or not at all.
func restorePostgres(ctx context.Context, database, from string) error {
	return postgresTool(ctx, "pg_restore", database,
		"--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", from)
}

// postgresTool runs one of PostgreSQL's own programs. The password goes through the
// environment, since anybody on the machine can read another process's arguments.
func postgresTool(ctx context.Context, name, database string, args ...string) error {
	program, err := findPostgresTool(name)
	if err != nil {
		return fault.New(fault.Unavailable, "cli.postgres_tool_missing", fault.Args{"Program": name}).Because(err)
	}
	u, err := url.Parse(database)
	if err != nil {
		return fmt.Errorf("read the database's address: %w", err)
	}
	env := os.Environ()
	if password, ok := u.User.Password(); ok {
		env = append(env, "PGPASSWORD="+password)
		u.User = url.User(u.User.Username())
	}
	cmd := exec.CommandContext(ctx, program, append([]string{"--dbname=" + u.String()}, args...)...)
	cmd.Env = env
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		line, _, _ := strings.Cut(strings.TrimSpace(said.String()), "\n")
		return fault.New(fault.Unavailable, "cli.postgres_tool_failed",
			fault.Args{"Program": name, "Reason": line}).Because(err)
	}
	return nil
}

// findPostgresTool looks in the PATH, then where Debian keeps each version's programs,
// the newest first: a dump must not be made by an older version than the server's.
func findPostgresTool(name string) (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if err == nil && len(found) > 0 {
		return slices.MaxFunc(found, func(a, b string) int {
			if len(a) != len(b) { // 9 before 10
				return len(a) - len(b)
			}
			return strings.Compare(a, b)
		}), nil
	}
	return exec.LookPath(name)
}
