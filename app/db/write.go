package db

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"

	"silverclass/app/fault"
)

// writeTries is how often a transaction is tried in all when PostgreSQL asks for it
// again.
const writeTries = 8

// Write runs fn in one transaction: the way to write. What fn returns as an error rolls
// everything back and comes back as it is.
//
// fn may run more than once (PostgreSQL ends deadlocks by refusing one side), so it does
// nothing but use tx; it makes stores of its own with tx. Within a transaction Write
// joins it: an error of the inner one must be handed on. On SQLite writers wait for
// each other here, in the order they came, and ctx ends the wait.
//
// Faults: ReadOnly "web.read_only" when the disk is full or cannot be written (see
// DB.ReadOnly), Gone "db.gone" when a row that this one hangs on was deleted meanwhile,
// Unavailable "db.away" or "db.busy" when the server is gone or another
// process holds the lock.
func Write(ctx context.Context, g *gorm.DB, fn func(tx *gorm.DB) error) error {
	if InWrite(g) {
		return fn(g)
	}
	h, err := houseOf(g)
	if err != nil {
		return err
	}
	for try := 1; ; try++ {
		err := h.writeOnce(ctx, g, fn)
		if err == nil || !postgresAgain(err) || try == writeTries {
			return h.named(err)
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause(try)):
		}
	}
}

// InWrite reports whether g belongs to a transaction that is under way.
func InWrite(g *gorm.DB) bool {
	_, tx := g.Statement.ConnPool.(gorm.TxCommitter)
	return tx
}

func (h *house) writeOnce(ctx context.Context, g *gorm.DB, fn func(tx *gorm.DB) error) error {
	if h.writer != nil {
		select {
		case h.writer <- struct{}{}:
			defer func() { <-h.writer }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return g.WithContext(ctx).Transaction(fn)
}

// named gives the database's refusals their words. A fault that fn itself made keeps its
// own unless the disk speaks in it.
func (h *house) named(err error) error {
	switch {
	case err == nil:
		return nil
	case sqliteFull(err), postgresFull(err):
		h.full.set()
		return fault.New(fault.ReadOnly, "web.read_only").Because(err)
	case isFault(err):
		return err
	case errors.Is(err, gorm.ErrForeignKeyViolated): // erased while this was on its way
		return fault.New(fault.Gone, "db.gone").Because(err)
	case sqliteBusy(err):
		return fault.New(fault.Unavailable, "db.busy").Because(err)
	case postgresAway(err):
		return fault.New(fault.Unavailable, "db.away").Because(err)
	}
	return err
}

func isFault(err error) bool {
	_, ok := errors.AsType[*fault.Error](err)
	return ok
}

// pause grows from 5 ms to 320 ms, with jitter, so that two who met do not meet again.
func pause(try int) time.Duration {
	most := 5 * time.Millisecond << min(try, 6)
	return most/2 + rand.N(most/2)
}
