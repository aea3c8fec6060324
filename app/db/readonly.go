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

// readOnly is whether the last write found the disk full. Reading goes on.
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

// ReadOnly reports whether the last write was refused because the disk is full or cannot
// be written. It ends by itself: with the next write that goes through, or RunProbe's.
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

// probeFill is larger than the pages that an overwritten row would reuse.
var probeFill = strings.Repeat("0", 16<<10)

// Probe writes a row, commits it and deletes it again. Its success ends the read-only
// state, its refusal begins it; the error is Write's.
func (d *DB) Probe(ctx context.Context) error {
	row := writeProbe{ID: NewRandomID(), Fill: probeFill}
	err := Write(ctx, d.DB, func(tx *gorm.DB) error {
		return gorm.G[writeProbe](tx).Create(ctx, &row)
	})
	if err != nil {
		return err
	}
	return Write(ctx, d.DB, func(tx *gorm.DB) error {
		_, err := gorm.G[writeProbe](tx).Where("id = ?", row.ID).Delete(ctx)
		return err
	})
}
