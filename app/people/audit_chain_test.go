package people_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"silverclass/app/people"
)

func TestAuditLinesAreChainedAndGoOnlyInTheirTime(t *testing.T) {
	s, d, c := newStore(t)
	ctx := t.Context()
	note := func(n int) {
		t.Helper()
		for range n {
			c.move(time.Second)
			if err := s.Note(ctx, people.Audit{Act: people.Searched}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.SealAudits(ctx); err != nil {
			t.Fatal(err)
		}
	}
	holds := func(want int64) {
		t.Helper()
		if got, broken, err := s.VerifyAudits(ctx); err != nil || broken != 0 || got != want {
			t.Errorf("holds to %d, breaks at %d, %v; want %d", got, broken, err, want)
		}
	}
	note(7)
	holds(7)
	for _, stmt := range []string{"UPDATE audits SET act = 'x'", "DELETE FROM audits", "UPDATE audit_seals SET prev = hash", "DELETE FROM audit_seals"} {
		if err := d.Exec(stmt).Error; err == nil || !strings.Contains(err.Error(), "never") {
			t.Errorf("%s: %v", stmt, err)
		}
	}
	c.move(500 * 24 * time.Hour)
	note(2)
	if err := s.Purge(ctx); err != nil {
		t.Fatal(err)
	}
	if left, err := s.Audits(ctx, "", 100); err != nil || len(left) != 2 {
		t.Errorf("%d lines are left, %v", len(left), err)
	}
	holds(9)
	note(1)
	holds(10)
	// Who takes the triggers away and changes a line is found out.
	trigger := "DROP TRIGGER audits_update"
	if d.Name() != "sqlite" {
		trigger += " ON audits"
	}
	for _, stmt := range []string{trigger, "UPDATE audits SET act = 'signed-in'"} {
		if err := d.Exec(stmt).Error; err != nil {
			t.Fatal(err)
		}
	}
	if _, broken, err := s.VerifyAudits(ctx); err != nil || broken != 8 {
		t.Errorf("a changed line was found at %d, %v", broken, err)
	}
}

// Two pieces of background work seal: the chain's own, and letting go of old lines. That they
// meet is nobody's mistake.
func TestWhoSealsBesideAnotherIsNotRefused(t *testing.T) {
	s, _, c := newStore(t)
	ctx := t.Context()
	const rounds, sealers = 10, 4
	for range rounds {
		c.move(time.Second)
		if err := s.Note(ctx, people.Audit{Act: people.Searched}); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		for range sealers {
			all.Go(func() {
				if err := s.SealAudits(ctx); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
	}
	if holds, broken, err := s.VerifyAudits(ctx); err != nil || broken != 0 || holds != rounds {
		t.Errorf("holds to %d, breaks at %d, %v; want %d", holds, broken, err, rounds)
	}
}
