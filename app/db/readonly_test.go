package db_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
)

// fullDisk makes d refuse writes as a full disk does, and gives the way back. It leaves
// the pool one connection, since both settings are a connection's.
func fullDisk(t *testing.T, d *db.DB) (thereIsRoom func()) {
	t.Helper()
	pool, err := d.DB.DB()
	if err != nil {
		t.Fatal(err)
	}
	pool.SetMaxOpenConns(1)
	set := func(stmt string) {
		t.Helper()
		if _, err := pool.ExecContext(t.Context(), stmt); err != nil {
			t.Fatal(err)
		}
	}
	if !db.IsSQLite(d.DB) {
		set(`SET default_transaction_read_only = on`)
		return func() { set(`SET default_transaction_read_only = off`) }
	}
	var pages int
	if err := pool.QueryRowContext(t.Context(), `PRAGMA page_count`).Scan(&pages); err != nil {
		t.Fatal(err)
	}
	set(fmt.Sprintf(`PRAGMA max_page_count = %d`, pages+20))
	return func() { set(`PRAGMA max_page_count = 1000000`) }
}

func TestAFullDiskIsReadOnlyUntilThereIsRoom(t *testing.T) {
	d := dbtest.Open(t)
	room := fullDisk(t, d)
	var kept []string
	put := func() error {
		row := signIn{TokenHash: db.NewID(), Data: strings.Repeat("x", 4000), ExpiresAt: db.Instant(time.Now())}
		err := db.Write(t.Context(), d.DB, func(tx *gorm.DB) error { return db.Rows[signIn](tx).Create(t.Context(), &row) })
		if err == nil {
			kept = append(kept, row.TokenHash)
		}
		return err
	}
	var err error
	for range 1000 {
		if err = put(); err != nil {
			break
		}
	}
	if fault.KindOf(err) != fault.ReadOnly {
		t.Fatalf("on a full disk: got %v, want a read-only fault", err)
	}
	if !d.ReadOnly() {
		t.Error("the database does not say that it is read-only")
	}
	if err := d.Probe(t.Context()); fault.KindOf(err) != fault.ReadOnly {
		t.Errorf("the probe on a full disk: got %v", err)
	}
	got, err := db.Rows[signIn](d.DB).Where("token_hash IN ?", kept).Count(t.Context(), "*")
	if err != nil || int(got) != len(kept) {
		t.Errorf("%d of %d acknowledged rows are there, %v", got, len(kept), err)
	}

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); d.RunProbe(ctx) }()
	room()
	until(t, "writing goes on by itself", func() bool { return !d.ReadOnly() })
	stop()
	<-done
	if err := put(); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// until asks again and again whether a thing has come about, and fails the test after
// half a minute.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	end := time.Now().Add(30 * time.Second)
	for !is() {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
		<-time.After(10 * time.Millisecond)
	}
}
