package db_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

func TestALeaseHasOneHolder(t *testing.T) {
	d := dbtest.Open(t)
	ctx := t.Context()
	take := func(holder string, ttl time.Duration) bool {
		t.Helper()
		ok, err := d.TakeLease(ctx, "work", holder, ttl)
		if err != nil {
			t.Fatal(err)
		}
		return ok
	}
	if !take("a", time.Minute) {
		t.Fatal("a free lease was refused")
	}
	if !take("a", time.Minute) {
		t.Error("the holder could not renew")
	}
	if take("b", time.Minute) {
		t.Error("a second holder got it")
	}
	if err := d.DropLease(ctx, "work", "b"); err != nil {
		t.Fatal(err)
	}
	if take("b", time.Minute) {
		t.Error("who does not hold it could give it back")
	}
	if err := d.DropLease(ctx, "work", "a"); err != nil {
		t.Fatal(err)
	}
	if !take("b", 50*time.Millisecond) {
		t.Error("a lease that was given back was refused")
	}
	until(t, "an expired lease is taken over", func() bool { return take("c", time.Minute) })
}

// Several that share one database, each with its own connections, run the same work: at
// any moment one at most does it, and when it ends another goes on.
func TestLeasedWorkIsDoneByOneAtATime(t *testing.T) {
	url := dbtest.URL(t)
	const holders = 4
	var busy, most, rounds atomic.Int32
	var by [holders]atomic.Int32
	var stops [holders]context.CancelFunc
	var all sync.WaitGroup
	for i := range holders {
		d, err := db.Open(t.Context(), url, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		stops[i] = stop
		all.Go(func() {
			defer d.Close()
			d.RunLeased(ctx, "work", 5*time.Millisecond, 30*time.Second, func(context.Context) error {
				most.Store(max(most.Load(), busy.Add(1)))
				rounds.Add(1)
				by[i].Add(1)
				<-time.After(time.Millisecond)
				busy.Add(-1)
				return nil
			})
		})
	}
	for range holders {
		var holder int
		seen := rounds.Load()
		until(t, "somebody works", func() bool { return rounds.Load() > seen+3 })
		for i := range by {
			if by[i].Swap(0) > 0 {
				holder = i
			}
		}
		stops[holder]()
	}
	for _, stop := range stops {
		stop()
	}
	all.Wait()
	if got := most.Load(); got != 1 {
		t.Errorf("%d worked at the same time", got)
	}
}

// Work that takes longer than the lease keeps it: the row moves on while it runs.
func TestALeaseIsRenewedWhileItsWorkRuns(t *testing.T) {
	d := dbtest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	began, end := make(chan struct{}), make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.RunLeased(ctx, "long", time.Hour, 6*time.Second, func(context.Context) error {
			close(began)
			<-end
			return nil
		})
	}()
	<-began
	expires := func() (at string) {
		if err := d.DB.Raw(`SELECT CAST(expires_at AS TEXT) FROM leases WHERE name = 'long'`).Scan(&at).Error; err != nil {
			t.Fatal(err)
		}
		return at
	}
	first := expires()
	until(t, "the lease is renewed", func() bool { return expires() > first })
	if ok, err := d.TakeLease(t.Context(), "long", "another", time.Minute); err != nil || ok {
		t.Errorf("another took the lease of work under way: %v, %v", ok, err)
	}
	close(end)
	stop()
	<-done
	if ok, err := d.TakeLease(t.Context(), "long", "another", time.Minute); err != nil || !ok {
		t.Errorf("the lease was not given back: %v, %v", ok, err)
	}
}

// Work stops when another has taken its lease, as after a long sleep of the machine.
func TestWorkStopsWhenItsLeaseIsLost(t *testing.T) {
	d := dbtest.Open(t)
	ctx, stop := context.WithCancel(t.Context())
	began, stopped, ended := make(chan struct{}, 9), make(chan struct{}, 9), make(chan struct{})
	go func() {
		defer close(ended)
		d.RunLeased(ctx, "lost", time.Hour, 200*time.Millisecond, func(work context.Context) error {
			began <- struct{}{}
			<-work.Done()
			stopped <- struct{}{}
			return nil
		})
	}()
	defer func() { stop(); <-ended }()
	<-began
	if err := d.DB.Exec(`UPDATE leases SET holder = 'another' WHERE name = 'lost'`).Error; err != nil {
		t.Fatal(err)
	}
	select {
	case <-stopped:
	case <-time.After(30 * time.Second):
		t.Error("the work went on without its lease")
	}
}
