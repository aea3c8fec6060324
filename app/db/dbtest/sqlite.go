package dbtest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
)

// template is a migrated SQLite file's bytes, made once in a process.
var template = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "silverclass-dbtest-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrated(context.Background(), "sqlite:"+path); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

func sqliteURL(t testing.TB) string {
	t.Helper()
	bytes, err := template()
	if err != nil {
		t.Fatalf("migrate the template: %v", err)
	}
	path := filepath.Join(t.TempDir(), "test.db")
	if err := os.WriteFile(path, bytes, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// migrated makes a migrated database at url and closes it, so that it can be copied.
func migrated(ctx context.Context, url string) error {
	d, err := db.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	if err := db.Migrate(ctx, d); err != nil {
		return fmt.Errorf("%w (and closing: %w)", err, d.Close())
	}
	return d.Close()
}
