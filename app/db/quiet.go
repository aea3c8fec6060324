package db

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// quiet is gorm's logger here. Statements are never logged, since their values may name
// a person; an error of a statement goes back to the caller, who logs it once. What is
// left is gorm's own complaints.
type quiet struct{}

func (q quiet) LogMode(logger.LogLevel) logger.Interface { return q }

func (quiet) Info(context.Context, string, ...any) {}

func (quiet) Warn(context.Context, string, ...any) {}

func (quiet) Error(ctx context.Context, format string, args ...any) {
	slog.ErrorContext(ctx, "gorm", "error", fmt.Sprintf(format, args...))
}

func (quiet) Trace(context.Context, time.Time, func() (string, int64), error) {}
