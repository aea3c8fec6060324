package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"silverclass/app/people"
	"silverclass/app/privacy"
	"silverclass/app/web"
)

// written is a log that several may write at once.
type written struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (w *written) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.Write(b)
}

func (w *written) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// TestLogsKeepNobody opens every page about somebody as those who may, types her name, card
// and phone into every form on the way, and erases her: the program's own log, at its most
// talkative, has none of them.
func TestLogsKeepNobody(t *testing.T) {
	var log written
	w := placesOf(t, wiredTo(t, "", slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	her := w.who.person
	w.typed = her.Card.Number + "&" + url.Values{"q": {"13987654321"}, "phone": {"13987654321"}, "name": {"独孤阿姨"}, "scan": {her.Card.Number}, "number": {her.Card.Number}}.Encode()
	readers := []people.Reader{{}, {Person: &her.Person, Own: true}, w.staff(people.Admin, people.Installation, ""), w.staff(people.Helper, people.Venue, w.here.ID)}
	round := func() {
		for _, reader := range readers {
			for _, r := range w.p.routes.Table() {
				forms := strings.HasPrefix(r.Path, "/staff/people") || strings.Contains(r.Path, "/desk") || strings.HasPrefix(r.Path, "/me/") || r.Path == "/card"
				if r.Guard == "internal" || strings.HasPrefix(r.Path, "/static") || (r.Method != http.MethodGet && !forms) {
					continue
				}
				w.reader = reader
				w.ask(r)
			}
		}
	}
	round()
	if w.ask(web.Route{Method: http.MethodGet, Path: "/staff/people/:id"}) == "" {
		t.Error("whoever works where she was does not find her: nothing is tested")
	}
	if err := w.p.privacy.EraseNow(t.Context(), her.Person.ID, privacy.Asked); err != nil {
		t.Fatal(err)
	}
	round()
	lines := log.String()
	if strings.Count(lines, "msg=request") < w.opened/2 {
		t.Errorf("%d requests, and the log has %d lines about them", w.opened, strings.Count(lines, "msg=request"))
	}
	for _, mark := range []string{"独孤", her.Card.Number, her.Card.Grouped(), "13987654321", "139****4321"} {
		for line := range strings.Lines(lines) {
			if strings.Contains(line, mark) {
				t.Errorf("the log has %q: %s", mark, line)
			}
		}
	}
	t.Logf("%d requests, %d KB of log", w.opened, len(lines)/1000)
}
