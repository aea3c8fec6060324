//go:build browser

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"silverclass/courses"
	"silverclass/courses/practice"
)

// scenes are the scenes that come with the program.
func scenes(t testing.TB) (*courses.Catalog, *practice.Library) {
	t.Helper()
	catalog, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	library, err := practice.Load(practice.Content(), catalog.Wording())
	if err != nil {
		t.Fatal(err)
	}
	return catalog, library
}

// wayTo is the shortest list of taps from a state to a place of the scene.
func wayTo(t testing.TB, s *practice.Scene, from practice.State, there func(practice.State) bool) []string {
	t.Helper()
	type way struct {
		st   practice.State
		taps []string
	}
	seen := map[string]bool{}
	for queue := []way{{from, nil}}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if there(at.st) && len(at.taps) > 0 {
			return at.taps
		}
		key := fmt.Sprint(at.st.At, at.st.Help())
		if seen[key] {
			continue
		}
		seen[key] = true
		for _, tap := range s.Offers(at.st) {
			if tap == practice.TapBack {
				continue
			}
			next, err := s.Tap(at.st, tap)
			if err != nil {
				t.Fatal(err)
			}
			queue = append(queue, way{next, append(append([]string(nil), at.taps...), tap)})
		}
	}
	t.Fatalf("%s: no way there", s.Slug)
	return nil
}

// TestEveryMistakeHasItsRepair reaches every mistake of every scene by taps on the drawn
// phone; each has a repair of its own, and from each the practice goes on.
func TestEveryMistakeHasItsRepair(t *testing.T) {
	p := start(t, "--livekit", "off")
	_, library := scenes(t)
	tab := window(t, "learner", portrait.width, portrait.height)
	for _, slug := range library.Slugs() {
		s, err := library.Scene(slug)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Mistakes) < 3 {
			t.Errorf("%s has %d mistakes, want at least three", slug, len(s.Mistakes))
		}
		repairs := map[string]string{}
		tab.Open(p.URL("/practice/" + slug))
		st := s.Begin(practice.Guided)
		tap := func(taps []string) {
			for _, do := range taps {
				tab.Follow(fmt.Sprintf(`button[name=do][value=%q]`, do))
				if st, err = s.Tap(st, do); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, m := range s.Mistakes {
			tap(wayTo(t, s, st, func(st practice.State) bool {
				return st.At.Where == practice.AtMistake && st.At.ID == m.ID
			}))
			tab.Await(`[data-face="repair"]`)
			shown, want := tab.Text("main .say"), strings.ReplaceAll(m.Repair.In("zh-Hans"), "**", "")
			if flat(shown) != flat(want) {
				t.Errorf("%s, %s: the repair says “%s”, want “%s”", slug, m.ID, shown, want)
			}
			if other := repairs[shown]; other != "" {
				t.Errorf("%s: %s and %s have one repair", slug, m.ID, other)
			}
			repairs[shown] = m.ID
			tap([]string{practice.TapAgain})
			tab.Await(`button[name=do]`)
		}
		tap(wayTo(t, s, st, practice.State.Done))
		tab.Await(`[data-face="over"]`)
	}
}
