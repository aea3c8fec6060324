package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm"
)

// lease is the row that says which process does a piece of background work.
//
// Its times are the database's own clock, not the processes': a lease must not end
// earlier because one machine's clock runs ahead.
type lease struct {
	Name      string
	Holder    string
	ExpiresAt time.Time
}

// takeLease is one statement, so that of several who ask exactly one is told yes. A
// holder who asks again renews.
const (
	takeLeaseSQLite = `INSERT INTO leases (name, holder, expires_at)
		VALUES (?, ?, strftime('%Y-%m-%d %H:%M:%f+00:00', 'now', ?))
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE leases.holder = excluded.holder
		OR leases.expires_at <= strftime('%Y-%m-%d %H:%M:%f+00:00', 'now')`
	takeLeasePostgres = `INSERT INTO leases (name, holder, expires_at)
		VALUES (?, ?, clock_timestamp() + CAST(? AS interval))
		ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
		WHERE leases.holder = excluded.holder OR leases.expires_at <= clock_timestamp()`
)

// TakeLease asks for the lease of that name for ttl, and renews it for a holder who has
// it. holder names one taker, not one process. It is true for at most one holder at a
// time.
func (d *DB) TakeLease(ctx context.Context, name, holder string, ttl time.Duration) (bool, error) {
	stmt := takeLeasePostgres
	if IsSQLite(d.DB) {
		stmt = takeLeaseSQLite
	}
	var taken bool
	err := Write(ctx, d.DB, func(tx *gorm.DB) error {
		res := gorm.WithResult()
		err := Rows[lease](tx, res).Exec(ctx, stmt, name, holder, seconds(ttl))
		taken = res.RowsAffected == 1
		return err
	})
	return taken && err == nil, err
}

// DropLease gives the lease back, if this holder has it.
func (d *DB) DropLease(ctx context.Context, name, holder string) error {
	return Write(ctx, d.DB, func(tx *gorm.DB) error {
		_, err := Rows[lease](tx).Where("name = ? AND holder = ?", name, holder).Delete(ctx)
		return err
	})
}

// seconds is ttl as both databases read a span of time.
func seconds(ttl time.Duration) string {
	return fmt.Sprintf("+%.3f seconds", ttl.Seconds())
}

// RunLeased runs fn every so often, in one process at a time of all that share the
// database, until ctx ends. fn's context ends when the lease cannot be renewed in time;
// the lease is renewed while fn runs, given back at the end, and taken over by another
// once ttl has passed without a renewal. Where every is longer than ttl, each process has
// rounds of its own, which do not overlap. Errors of fn are logged, and the next round
// comes; equal errors one after another are logged once.
func (d *DB) RunLeased(ctx context.Context, name string, every, ttl time.Duration, fn func(context.Context) error) {
	l := leased{d: d, name: name, holder: NewRandomID(), ttl: ttl}
	defer l.drop(ctx)
	var last string
	for {
		err := l.round(ctx, fn)
		switch {
		case err == nil:
			last = ""
		case ctx.Err() != nil:
			return
		case err.Error() != last:
			last = err.Error()
			slog.ErrorContext(ctx, "background work", "lease", name, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// leased is one taker of one lease. until is by this process's own clock, counted from
// before the last renewal was asked for, so it ends before the database's does.
type leased struct {
	d            *DB
	name, holder string
	ttl          time.Duration
	until        time.Time
}

// errLost ends fn's context when another may have taken the lease.
var errLost = errors.New("db: the lease was lost")

func (l *leased) round(ctx context.Context, fn func(context.Context) error) error {
	if ok, err := l.renew(ctx); err != nil || !ok {
		return err
	}
	work, stop := context.WithCancelCause(ctx)
	done := make(chan struct{})
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		l.keep(ctx, stop, done)
	}()
	err := fn(work)
	close(done)
	<-kept
	stop(nil)
	return err
}

// keep renews at every third of ttl until done, and stops the work when it cannot.
func (l *leased) keep(ctx context.Context, stop context.CancelCauseFunc, done <-chan struct{}) {
	tick := time.NewTicker(l.ttl / 3)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-ctx.Done():
			return
		case <-tick.C:
			ask, end := context.WithDeadline(ctx, l.until)
			ok, err := l.renew(ask)
			end()
			if (err == nil && !ok) || !time.Now().Before(l.until) {
				stop(errLost)
				return
			}
		}
	}
}

func (l *leased) renew(ctx context.Context) (bool, error) {
	asked := time.Now()
	ok, err := l.d.TakeLease(ctx, l.name, l.holder, l.ttl)
	if ok {
		l.until = asked.Add(l.ttl)
	}
	return ok, err
}

func (l *leased) drop(ctx context.Context) {
	end, stop := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer stop()
	if err := l.d.DropLease(end, l.name, l.holder); err != nil {
		slog.WarnContext(ctx, "lease was not given back", "lease", l.name, "error", err)
	}
}
