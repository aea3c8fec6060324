package db

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
)

// probeEvery is how soon writing goes on after there is room again, at the latest.
const probeEvery = 2 * time.Second

// readOnly is whether writing has stopped because the disk is full. Reading goes on.
type readOnly struct{ on atomic.Bool }

func (r *readOnly) set() {
	if !r.on.Swap(true) {
		slog.Error("database takes no more writes", "state", "read_only")
	}
}

func (r *readOnly) clear() {
	if r.on.Load() && r.on.Swap(false) {
		slog.Info("database takes writes again", "state", "writable")
	}
}

// ReadOnly reports whether a write was refused because the disk is full or cannot be
// written, and no Probe has gone through since. A small write that still finds a place
// does not end it: the next would be refused again. RunProbe ends it by itself.
func (d *DB) ReadOnly() bool { return d.house.full.on.Load() }

// RunProbe tries a real small write every two seconds while the database is read-only,
// until ctx ends. It writes nothing otherwise.
func (d *DB) RunProbe(ctx context.Context) {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if d.ReadOnly() {
				_ = d.Probe(ctx) // the state is the answer
			}
		}
	}
}

// writeProbe is a row that is written only to see whether there is room.
type writeProbe struct {
	ID   string
	Fill string
}

func (writeProbe) TableName() string { return "write_probes" }

// probeFill is as much as a busy second writes, so that writing goes on for a while when
// it fits.
var probeFill = strings.Repeat("0", 64<<10)

// Probe writes a row, commits it and deletes it again. Its success ends the read-only
// state, its refusal begins it; the error is Write's.
func (d *DB) Probe(ctx context.Context) error {
	row := writeProbe{ID: NewRandomID(), Fill: probeFill}
	err := Write(ctx, d.DB, func(tx *gorm.DB) error {
		return Rows[writeProbe](tx).Create(ctx, &row)
	})
	if err != nil {
		return err
	}
	err = Write(ctx, d.DB, func(tx *gorm.DB) error {
		_, err := Rows[writeProbe](tx).Where("id <> ''").Delete(ctx) // and what an earlier probe left
		return err
	})
	if err == nil {
		d.house.full.clear()
	}
	return err
}
