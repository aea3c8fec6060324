//go:build bench

package people

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// TestRotationFigure prints how long it takes to seal 100,000 phone numbers anew while
// pages ask for numbers, and how long the slowest of those waited (issue: 60 s). It never
// fails because it was slow.
func TestRotationFigure(t *testing.T) {
	const phones = 100_000
	d, ctx := dbtest.Open(t), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	k, err := OpenPhoneKeys(ctx, d.DB, time.Now, filepath.Join(t.TempDir(), "phones"), "")
	must(err)
	key, at := k.all()[0], db.Instant(time.Now())
	var first string
	for n := 0; n < phones; n += 1000 {
		must(db.Write(ctx, d.DB, func(tx *gorm.DB) error {
			persons, rows := make([]Person, 1000), make([]Phone, 1000)
			for i := range persons {
				persons[i] = Person{ID: db.NewRandomID(), CreatedAt: at}
				if rows[i], err = key.row(persons[i].ID, fmt.Sprintf("138%08d", n+i), at); err != nil {
					return err
				}
			}
			first = persons[0].ID
			if err := db.Rows[Person](tx).CreateInBatches(ctx, &persons, 250); err != nil {
				return err
			}
			return db.Rows[Phone](tx).CreateInBatches(ctx, &rows, 250)
		}))
	}
	var served, slowest atomic.Int64
	end, over := make(chan struct{}), make(chan struct{})
	s := NewStore(d.DB, time.Now)
	go func() {
		defer close(over)
		for {
			select {
			case <-end:
				return
			default:
			}
			began := time.Now()
			masked, err := s.MaskedPhone(ctx, k, first)
			if err == nil {
				err = s.NoteBy(ctx, Reader{}, OpenedPerson, "person:"+first) // a page of the desk also writes
			}
			if err != nil || len(masked) != 11 {
				t.Errorf("%q, %v", masked, err)
				return
			}
			slowest.Store(max(slowest.Load(), int64(time.Since(began))))
			served.Add(1)
		}
	}()
	began := time.Now()
	done, err := k.Rotate(ctx, nil)
	took := time.Since(began)
	close(end)
	<-over
	must(err)
	fmt.Printf("| keys rotate, %d phones, %d reads and writes served meanwhile | 60 s | %.1f s, the slowest of them %.0f ms |\n",
		done.Phones, served.Load(), took.Seconds(), float64(slowest.Load())/1e6)
}
