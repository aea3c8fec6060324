package people_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
)

func TestSearch(t *testing.T) {
	s, _, _ := newStore(t)
	ctx := t.Context()
	var wang people.Issued
	for i, name := range []string{"王阿姨", "王叔叔", "Auntie Wang", "100%_"} {
		out := must(s.Issue(ctx, people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age60}))(t)
		if i == 0 {
			wang = out
		}
	}
	for text, want := range map[string]int{
		"王": 2, "王阿姨": 1, "wang": 1, "WANG": 1, "%": 1, "_": 1, "": 0, "nobody": 0,
		wang.Card.Number: 1, wang.Card.Grouped(): 1, wang.Card.Tail(): 1,
	} {
		if got := must(s.Search(ctx, text, 10))(t); len(got) != want {
			t.Errorf("Search(%q) found %d, want %d", text, len(got), want)
		}
	}
	if got := must(s.Search(ctx, "王", 1))(t); len(got) != 1 {
		t.Errorf("the limit was not kept: %d", len(got))
	}
	known := must(s.Persons(ctx, []string{wang.Person.ID, "nobody"}))(t)
	if len(known) != 1 || known[wang.Person.ID].CardTail != wang.Card.Tail() {
		t.Errorf("Persons: got %+v", known)
	}
}

func TestSheet(t *testing.T) {
	s, d, _ := newStore(t)
	ctx, id := t.Context(), db.NewID()
	for range 2 { // printed twice by a double tap
		must(s.PrintCards(ctx, id, "staff-1", 2))(t)
	}
	sheet, numbers, err := s.Sheet(ctx, id)
	if err != nil || sheet.Cards != 20 || len(numbers) != 20 {
		t.Fatalf("got %+v with %d numbers, %v", sheet, len(numbers), err)
	}
	seen := map[string]bool{}
	for _, n := range numbers {
		if _, err := people.CheckCard(n); err != nil || seen[n] {
			t.Errorf("number %q: %v, twice: %v", n, err, seen[n])
		}
		seen[n] = true
	}
	if n := must(db.Rows[people.Person](d.DB).Count(ctx, "id"))(t); n != 0 {
		t.Errorf("printing made %d persons", n)
	}
	if got := must(s.Audits(ctx, "sheet:"+id, 10))(t); len(got) != 1 || got[0].Act != people.PrintedCards {
		t.Errorf("audit: got %+v", got)
	}
	_, err = s.PrintCards(ctx, db.NewID(), "staff-1", people.MostPages+1)
	wantKind(t, err, fault.Invalid, "pages")
}

func TestTablets(t *testing.T) {
	s, _, c := newStore(t)
	ctx := t.Context()
	code, token := people.NewCode(), people.NewToken()
	must(s.MakeTabletLink(ctx, db.NewID(), code, "venue-1", "staff-1", 2))(t)
	act := people.Enrol{ID: db.NewID(), Code: code, Token: token}
	first := must(s.EnrolTablet(ctx, act))(t)
	if again := must(s.EnrolTablet(ctx, act))(t); again.ID != first.ID || first.Label != "01" {
		t.Fatalf("the same act again: got %+v, want %+v", again, first)
	}
	second := must(s.EnrolTablet(ctx, people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()}))(t)
	if second.Label != "02" {
		t.Errorf("label: got %q, want 02", second.Label)
	}
	_, err := s.EnrolTablet(ctx, people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()})
	wantKind(t, err, fault.Gone, "")
	wantKind(t, s.RenameTablet(ctx, second.ID, "01"), fault.Invalid, "label")
	wantKind(t, s.RenameTablet(ctx, second.ID, " "), fault.Invalid, "label")
	if err := s.RenameTablet(ctx, second.ID, "窗边"); err != nil {
		t.Fatal(err)
	}
	c.move(6 * time.Minute)
	seen, renewed, err := s.TabletByToken(ctx, token)
	if err != nil || !renewed || !seen.LastSeenAt.Equal(c.now()) {
		t.Errorf("got %+v, renewed %v, %v", seen, renewed, err)
	}
	if _, renewed, _ = s.TabletByToken(ctx, token); renewed {
		t.Error("it was written twice within five minutes")
	}
	if err := s.RevokeTablet(ctx, first.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err = s.TabletByToken(ctx, token)
	wantKind(t, err, fault.NotFound, "")
	late := people.NewCode()
	must(s.MakeTabletLink(ctx, db.NewID(), late, "venue-1", "staff-1", 1))(t)
	c.move(31 * time.Minute)
	_, err = s.TabletLinkByCode(ctx, late)
	wantKind(t, err, fault.Gone, "")
}

// A hall full of tablets scans one code at once: every one gets a label of its own.
func TestTabletsAtOnce(t *testing.T) {
	s, _, _ := newStore(t)
	code := people.NewCode()
	must(s.MakeTabletLink(t.Context(), db.NewID(), code, "venue-1", "staff-1", 12))(t)
	var wg sync.WaitGroup
	for range 12 {
		wg.Go(func() {
			if _, err := s.EnrolTablet(context.Background(), people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()}); err != nil {
				t.Errorf("enrol: %v", err)
			}
		})
	}
	wg.Wait()
	for i, tab := range must(s.Tablets(t.Context(), "venue-1"))(t) {
		if want := fmt.Sprintf("%02d", i+1); tab.Label != want {
			t.Errorf("label %d: got %s, want %s", i, tab.Label, want)
		}
	}
}

func TestPurgeKeepsSixMonths(t *testing.T) {
	s, _, c := newStore(t)
	ctx := t.Context()
	if err := s.Note(ctx, people.Audit{Act: people.Searched}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		after time.Duration
		want  int
	}{{200 * 24 * time.Hour, 1}, {220 * 24 * time.Hour, 0}} {
		c.move(tc.after)
		if err := s.Purge(ctx); err != nil {
			t.Fatal(err)
		}
		if got := must(s.Audits(ctx, "", 10))(t); len(got) != tc.want {
			t.Errorf("audit lines left: got %d, want %d", len(got), tc.want)
		}
	}
}
