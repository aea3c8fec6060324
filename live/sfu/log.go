package sfu

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/livekit/protocol/logger"
	"github.com/livekit/protocol/logger/zaputil"
	lksdk "github.com/livekit/server-sdk-go/v2"
)

// tokenPattern finds a JSON Web Token, which is what opens a class, wherever it stands.
// Both the SDK and the server print whole tokens, in URLs, when one is refused.
var tokenPattern = regexp.MustCompile(`eyJ[A-Za-z0-9_-]{6,}(?:\.[A-Za-z0-9_-]*){0,2}`)

// accessPattern finds the value of a token parameter in a URL, of whatever form.
var accessPattern = regexp.MustCompile(`(access_token|join_request)=[^&\s"]+`)

// Redact takes tokens out of a text that is going to be logged.
func Redact(s string) string {
	s = accessPattern.ReplaceAllString(s, "$1=…")
	return tokenPattern.ReplaceAllString(s, "…")
}

// UseLogger makes LiveKit's client packages of this process write to log, by the same
// rules as the child: warnings and worse, no tokens, no pion. It changes globals, so it
// is called once, while starting.
func UseLogger(log *slog.Logger) {
	l := &slogger{h: log.Handler(), min: slog.LevelWarn}
	logger.SetLogger(l, "livekit")
	lksdk.SetLogger(l)
}

// useLogger sets the child's logger: one JSON record a line.
func useLogger(w io.Writer) {
	UseLogger(slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn})))
}

// noise are warnings that come with every ordinary class and say nothing to an operator.
var noise = []string{
	"error reading data channel",
	"abort chunk",
	"UDP receive buffer is too small",
}

// slogger is LiveKit's logger over slog. Only plain values are kept: whole protocol
// messages may hold tokens and print as pointers anyway.
type slogger struct {
	h         slog.Handler
	min       slog.Level
	component string
	attrs     []slog.Attr
}

var _ logger.Logger = (*slogger)(nil)

func (l *slogger) log(level slog.Level, msg string, err error, kv []any) {
	if level < l.level() || isNoise(msg) {
		return
	}
	ctx := context.Background()
	if !l.h.Enabled(ctx, level) {
		return
	}
	r := slog.NewRecord(time.Now(), level, Redact(msg), 0)
	if l.component != "" {
		r.AddAttrs(slog.String("component", l.component))
	}
	r.AddAttrs(l.attrs...)
	r.AddAttrs(attrsOf(kv)...)
	if err != nil {
		if isNoise(err.Error()) {
			return
		}
		r.AddAttrs(slog.String("error", Redact(err.Error())))
	}
	_ = l.h.Handle(ctx, r)
}

// level is the least level written; pion's own lines only from error on.
func (l *slogger) level() slog.Level {
	if slices.Contains(strings.Split(l.component, "."), "pion") {
		return slog.LevelError
	}
	return l.min
}

func isNoise(msg string) bool {
	for _, n := range noise {
		if strings.Contains(msg, n) {
			return true
		}
	}
	return false
}

// attrsOf keeps pairs whose value is plain.
func attrsOf(kv []any) []slog.Attr {
	var attrs []slog.Attr
	for i := 0; i+1 < len(kv); i += 2 {
		key, ok := kv[i].(string)
		if !ok {
			continue
		}
		switch v := kv[i+1].(type) {
		case string:
			attrs = append(attrs, slog.String(key, Redact(v)))
		case error:
			attrs = append(attrs, slog.String(key, Redact(v.Error())))
		case bool, int, int32, int64, uint16, uint32, uint64, float32, float64, time.Duration, time.Time:
			attrs = append(attrs, slog.Any(key, v))
		case fmt.Stringer:
			if key == "reason" || key == "state" {
				attrs = append(attrs, slog.String(key, Redact(v.String())))
			}
		}
	}
	return attrs
}

func (l *slogger) Debugw(string, ...any) {}

func (l *slogger) Infow(msg string, kv ...any) { l.log(slog.LevelInfo, msg, nil, kv) }

func (l *slogger) Warnw(msg string, err error, kv ...any) { l.log(slog.LevelWarn, msg, err, kv) }

func (l *slogger) Errorw(msg string, err error, kv ...any) { l.log(slog.LevelError, msg, err, kv) }

func (l *slogger) WithValues(kv ...any) logger.Logger {
	c := *l
	c.attrs = append(slices.Clip(l.attrs), attrsOf(kv)...)
	return &c
}

func (l *slogger) WithUnlikelyValues(kv ...any) logger.UnlikelyLogger {
	return logger.NewUnlikelyLogger(l, kv...)
}

func (l *slogger) WithName(string) logger.Logger { return l }

func (l *slogger) WithComponent(component string) logger.Logger {
	c := *l
	if c.component != "" {
		component = c.component + "." + component
	}
	c.component = component
	return &c
}

func (l *slogger) WithCallDepth(int) logger.Logger { return l }

func (l *slogger) WithItemSampler() logger.Logger { return l }

func (l *slogger) WithoutSampler() logger.Logger { return l }

func (l *slogger) WithDeferredValues() (logger.Logger, logger.DeferredFieldResolver) {
	return l, zaputil.NoOpDeferrer{}
}
