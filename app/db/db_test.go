package db_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
)

// signIn is a row of web_sessions, used here because it has a key and an instant.
type signIn struct {
	TokenHash string
	Data      string
	ExpiresAt time.Time
}

func (signIn) TableName() string { return "web_sessions" }

func TestInstantsComeBackAsTheyWere(t *testing.T) {
	d := dbtest.Open(t)
	zone := time.FixedZone("CST", 8*3600)
	for _, at := range []time.Time{
		time.Date(2026, 5, 1, 0, 0, 0, 0, zone),
		time.Date(2026, 5, 1, 7, 59, 59, 999_999_999, zone),
		time.Date(2026, 12, 31, 23, 0, 0, 120_000_000, time.UTC),
	} {
		row := signIn{TokenHash: db.NewID(), ExpiresAt: db.Instant(at)}
		if err := db.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
			return db.Rows[signIn](tx).Create(t.Context(), &row)
		}); err != nil {
			t.Fatal(err)
		}
		got, err := db.Rows[signIn](d.DB).Where("token_hash = ? AND expires_at = ?", row.TokenHash, row.ExpiresAt).First(t.Context())
		if err != nil {
			t.Fatalf("%v: %v", at, err)
		}
		if !got.ExpiresAt.Equal(row.ExpiresAt) || got.ExpiresAt.Location() != time.UTC {
			t.Errorf("%v: got %v, want %v", at, got.ExpiresAt, row.ExpiresAt)
		}
	}
}

func TestErrorsHaveGormsNames(t *testing.T) {
	d := dbtest.Open(t)
	row := signIn{TokenHash: "a", ExpiresAt: db.Instant(time.Now())}
	again := func(tx *gorm.DB) error {
		r := row
		return db.Rows[signIn](tx).Create(t.Context(), &r)
	}
	if err := db.Write(t.Context(), d.DB, again); err != nil {
		t.Fatal(err)
	}
	if err := db.Write(t.Context(), d.DB, again); !errors.Is(err, gorm.ErrDuplicatedKey) {
		t.Errorf("same key: got %v, want ErrDuplicatedKey", err)
	}
}

func TestWriteRollsBackAndJoins(t *testing.T) {
	d := dbtest.Open(t)
	ctx := t.Context()
	no := fault.New(fault.Conflict, "some.reason")
	put := func(tx *gorm.DB, key string) error {
		return db.Write(ctx, tx, func(tx *gorm.DB) error {
			return db.Rows[signIn](tx).Create(ctx, &signIn{TokenHash: key, ExpiresAt: db.Instant(time.Now())})
		})
	}
	err := db.Write(ctx, d.DB, func(tx *gorm.DB) error {
		if err := put(tx, "inner"); err != nil {
			return err
		}
		return no
	})
	if fault.KindOf(err) != fault.Conflict {
		t.Fatalf("got %v, want the error of fn", err)
	}
	if n, err := db.Rows[signIn](d.DB).Count(ctx, "*"); err != nil || n != 0 {
		t.Fatalf("after the rollback: %d rows, %v", n, err)
	}
	if err := put(d.DB, "outer"); err != nil {
		t.Fatal(err)
	}
}

func TestWriteWaitsNoLongerThanItsContext(t *testing.T) {
	d := dbtest.Open(t)
	if !db.IsSQLite(d.DB) {
		return // PostgreSQL's writers do not wait for each other
	}
	ctx, stop := context.WithCancel(t.Context())
	err := db.Write(t.Context(), d.DB, func(*gorm.DB) error {
		stop()
		return db.Write(ctx, d.DB, func(*gorm.DB) error { return nil })
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context.Canceled", err)
	}
}

// PostgreSQL ends a deadlock by refusing one side; Write tries that side again, so both
// get through.
func TestWriteGoesOnAfterADeadlock(t *testing.T) {
	d := dbtest.Open(t)
	if db.IsSQLite(d.DB) {
		return // one writer at a time cannot meet another
	}
	ctx := t.Context()
	for _, key := range []string{"a", "b"} {
		if err := d.DB.Create(&signIn{TokenHash: key, ExpiresAt: db.Instant(time.Now())}).Error; err != nil {
			t.Fatal(err)
		}
	}
	var tries atomic.Int32
	var met sync.WaitGroup // both hold their first row
	met.Add(2)
	errs := make(chan error)
	for _, rows := range [][2]string{{"a", "b"}, {"b", "a"}} {
		go func() {
			first := sync.OnceFunc(func() { met.Done(); met.Wait() })
			errs <- db.Write(ctx, d.DB, func(tx *gorm.DB) error {
				tries.Add(1)
				for _, key := range rows {
					_, err := db.Rows[signIn](tx).Where("token_hash = ?", key).Update(ctx, "data", rows[0])
					if err != nil {
						return err
					}
					first()
				}
				return nil
			})
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if got := tries.Load(); got != 3 {
		t.Errorf("%d tries, want one of the two refused once", got)
	}
}
