package practice_test

import (
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/courses/practice"
)

// TestPartsOfASecondCount: quick taps take time too, and a long pause counts for five minutes.
func TestPartsOfASecondCount(t *testing.T) {
	w := newWorld(t)
	who, play := visitor(), db.NewID()
	all := []string{"answer", "back", "answer", "back", "answer", "back", "answer"}
	for i := range all {
		w.pass(900 * time.Millisecond)
		w.taps(who, play, "", all[:i+1]...)
	}
	w.pass(time.Hour)
	row := w.taps(who, play, "", append(all, "hang-up")...)
	if want := 5 + 5*60; row.Seconds != want {
		t.Errorf("got %d seconds, want %d", row.Seconds, want)
	}
}

// TestOfSeveralTapsThoseBeforeAForgeryCount: what was really tapped is kept, what follows a
// tap that is offered nowhere is not; the same taps once more change nothing.
func TestOfSeveralTapsThoseBeforeAForgeryCount(t *testing.T) {
	w := newWorld(t)
	who, play := visitor(), db.NewID()
	tap := practice.Tap{Play: play, Do: "answer", More: []string{"talk", "answer", "tell", "again", "install", "hang-up"}}
	if _, err := w.store.Tap(t.Context(), who, w.scene(police), tap); !fault.Is(err, fault.Invalid) {
		t.Fatalf("got %v", err)
	}
	row, err := w.store.Current(t.Context(), who, police, "", play)
	if err != nil || row.Taps != `["answer","talk","answer","tell","again"]` || row.Slips != 1 {
		t.Fatalf("kept: %+v, %v", row, err)
	}
	tap.More = tap.More[:4]
	if again, err := w.store.Tap(t.Context(), who, w.scene(police), tap); err != nil || again.Taps != row.Taps || again.MovedAt != row.MovedAt {
		t.Errorf("once more: %+v, %v", again, err)
	}
	tap = practice.Tap{Play: db.NewID(), Do: "no-such", More: []string{"answer"}}
	if _, err := w.store.Tap(t.Context(), visitor(), w.scene(police), tap); !fault.Is(err, fault.Invalid) {
		t.Errorf("a forgery first: %v", err)
	}
	if got := len(w.facts(ledger.Started)); got != 1 {
		t.Errorf("%d facts, want 1", got)
	}
}
