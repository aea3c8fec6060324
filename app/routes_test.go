package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"silverclass/app/web"
	"silverclass/courses/practice"
	"silverclass/locales"
)

// wired is the program put together as serve does, on free ports and an empty data
// directory, without LiveKit and without answering.
func wired(t *testing.T) *program { return wiredTo(t, "", slog.DiscardHandler) }

// wiredTo is wired with a database and a log of one's own; without a database it is a file.
func wiredTo(t *testing.T, database string, log slog.Handler) *program {
	t.Helper()
	return wiredAt(t, settings{Data: t.TempDir(), Database: database}, log)
}

// silent is a terminal that nobody reads.
func silent(t *testing.T) *terminal {
	t.Helper()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return &terminal{Reader: strings.NewReader(""), Writer: io.Discard, Errors: io.Discard, words: words, lang: "en"}
}

// wiredAt is wired with data and database of one's own.
func wiredAt(t *testing.T, s settings, log slog.Handler) *program {
	t.Helper()
	s.Listen, s.ListenInternal, s.Zone, s.Livekit = "127.0.0.1:0", "127.0.0.1:0", "Asia/Shanghai", livekitOff
	s.LivekitUDPPort, s.LivekitTCPPort = 7882, 7881
	p := &program{settings: s, terminal: silent(t), now: time.Now, log: slog.New(log)}
	if err := p.prepare(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.doors.close()
		p.close()
	})
	if err := p.register(); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestRoutesStandInTheTable(t *testing.T) {
	var table bytes.Buffer
	for _, r := range wired(t).routes.Table() {
		fmt.Fprintf(&table, "%-9s %-6s %s\n", r.Guard, r.Method, r.Path)
	}
	compare(t, filepath.Join("testdata", "routes.txt"), table.String())
}

// TestEndingsLeadToRealPages: where the ending of a practice leads, there is a page for
// everybody.
func TestEndingsLeadToRealPages(t *testing.T) {
	table := wired(t).routes.Table()
	for _, path := range practice.RealPages() {
		if !slices.ContainsFunc(table, func(r web.Route) bool { return r.Method == "GET" && r.Path == path && r.Guard == "public" }) {
			t.Errorf("%s is no public page", path)
		}
	}
}
