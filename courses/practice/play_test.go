package practice_test

import (
	"slices"
	"testing"

	"silverclass/app/fault"
	"silverclass/courses/practice"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func scenes(t testing.TB) []*practice.Scene {
	t.Helper()
	lib := ours(t)
	var all []*practice.Scene
	for _, slug := range lib.Slugs() {
		s, err := lib.Scene(slug)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	return all
}

// way is the shortest list of choices from the start to a place.
func way(s *practice.Scene, to string) []string {
	type step struct {
		id   string
		taps []string
	}
	seen, next := map[string]bool{}, []step{{s.Start, nil}}
	for len(next) > 0 {
		at := next[0]
		next = next[1:]
		if at.id == to {
			return at.taps
		}
		x := s.Screen(at.id)
		if x == nil || seen[at.id] {
			continue
		}
		seen[at.id] = true
		for _, c := range x.Choices {
			next = append(next, step{c.To, append(slices.Clone(at.taps), c.Do)})
		}
	}
	return nil
}

// back is the screen to which a mistake's repair leads when it was made on the shortest
// way: the one it names, or the one on which it was tapped.
func back(s *practice.Scene, m *practice.Mistake) string {
	taps := way(s, m.ID)
	st, err := practice.Play(s, practice.Guided, taps[:len(taps)-1])
	if err != nil || m.Back != "" && s.Base(st.At.ID) != m.Back {
		return m.Back
	}
	return st.At.ID
}

func TestEveryMistakeIsReachedByATapAndEndsInItsOwnRepair(t *testing.T) {
	for _, s := range scenes(t) {
		repairs := map[string]string{}
		for _, m := range s.Mistakes {
			t.Run(s.Slug+"/"+m.ID, func(t *testing.T) {
				taps := way(s, m.ID)
				st, err := practice.Play(s, practice.Guided, taps)
				if err != nil || len(taps) == 0 {
					t.Fatalf("taps %v: %v", taps, err)
				}
				if st.At != (practice.Place{Where: practice.AtMistake, ID: m.ID}) {
					t.Fatalf("taps %v lead to %v", taps, st.At)
				}
				if st.Slips != 1 || !slices.Equal(st.Made, []string{m.ID}) {
					t.Errorf("slips %d, made %v", st.Slips, st.Made)
				}
				for lang, words := range m.Repair {
					if other, taken := repairs[lang+words]; taken {
						t.Errorf("the repair is that of %s", other)
					}
					repairs[lang+words] = m.ID
				}
				st, err = s.Tap(st, practice.TapAgain)
				if want := back(s, m); err != nil || st.At != (practice.Place{Where: practice.AtScreen, ID: want}) {
					t.Fatalf("the way back leads to %v: %v", st.At, err)
				}
				if st.Help() != practice.HelpHint || st.Hints != 1 {
					t.Errorf("after one slip: help %d, hints %d", st.Help(), st.Hints)
				}
				if s.Screen(st.At.ID).Hint == nil {
					t.Error("there is no hint to show")
				}
			})
		}
	}
}

func TestHelpGrows(t *testing.T) {
	for _, s := range scenes(t) {
		for _, m := range s.Mistakes {
			taps := way(s, m.ID)
			slip := taps[len(taps)-1]
			st, err := practice.Play(s, practice.Guided, taps)
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range []int{practice.HelpHint, practice.HelpArrow} {
				if st, err = s.Tap(st, practice.TapAgain); err != nil || st.Help() != want {
					t.Fatalf("%s %s: after %d slips help is %d: %v", s.Slug, m.ID, i+1, st.Help(), err)
				}
				if st, err = s.Tap(st, slip); err != nil {
					t.Fatal(err)
				}
			}
			st, err = s.Tap(st, practice.TapAgain)
			if err != nil || st.At != (practice.Place{Where: practice.AtShown, ID: back(s, m)}) {
				t.Fatalf("%s %s: the third slip is not followed by a showing: %v, %v", s.Slug, m.ID, st.At, err)
			}
			if st, err = s.Tap(st, practice.TapTry); err != nil || st.At.Where != practice.AtScreen || st.Help() != practice.HelpArrow {
				t.Fatalf("%s %s: then she tries: %v help %d, %v", s.Slug, m.ID, st.At, st.Help(), err)
			}
			if st.Hints != 3 || st.Slips != 3 || len(st.Made) != 1 {
				t.Errorf("%s %s: hints %d, slips %d, made %v", s.Slug, m.ID, st.Hints, st.Slips, st.Made)
			}
			if st = follow(s, st); !st.Done() || st.Unaided() {
				t.Errorf("%s %s: done %v, unaided %v", s.Slug, m.ID, st.Done(), st.Unaided())
			}
		}
	}
}

// follow does what the arrow says until the ending; a scene whose arrow leads nowhere
// comes back undone.
func follow(s *practice.Scene, st practice.State) practice.State {
	for range 50 {
		tap := practice.TapAgain
		switch st.At.Where {
		case practice.AtEnding:
			return st
		case practice.AtScreen:
			tap = s.Screen(st.At.ID).Best().Do
		case practice.AtShown:
			tap = practice.TapTry
		}
		var err error
		if st, err = s.Tap(st, tap); err != nil {
			return st
		}
	}
	return st
}

func TestWithoutASlipItIsUnaided(t *testing.T) {
	for _, s := range scenes(t) {
		st := follow(s, s.Begin(practice.Guided))
		if !st.Unaided() || st.Slips != 0 || len(st.Right) == 0 || st.Stopped == "" {
			t.Errorf("%s: %+v", s.Slug, st)
		}
		if len(s.Offers(st)) != 0 {
			t.Errorf("%s: the ending offers %v", s.Slug, s.Offers(st))
		}
	}
}

// TestHangingUpAlwaysEndsWell walks to every screen of a call and hangs up there.
func TestHangingUpAlwaysEndsWell(t *testing.T) {
	for _, s := range scenes(t) {
		for _, x := range s.Screens {
			if s.Kind != practice.Call || (x.Phone != practice.InCall && x.Phone != practice.Video) {
				continue
			}
			st, err := practice.Play(s, practice.Guided, append(way(s, x.ID), "hang-up"))
			if err != nil {
				t.Fatalf("%s %s: %v", s.Slug, x.ID, err)
			}
			if st = follow(s, st); st.Slips != 0 || !st.Unaided() {
				t.Errorf("%s %s: hanging up counts as a slip", s.Slug, x.ID)
			}
		}
	}
}

func TestMissesAndFalseAlarmsAreKeptApart(t *testing.T) {
	lib := ours(t)
	s, err := lib.Scene("fraud/stop-and-ask")
	if err != nil {
		t.Fatal(err)
	}
	st, err := practice.Play(s, practice.Guided, []string{"open", "again", "ignore", "decline", "again", "answer"})
	if err != nil {
		t.Fatal(err)
	}
	if st.Slips != 2 || st.Misses != 1 || st.FalseAlarms != 1 {
		t.Errorf("got %d slips, %d misses, %d false alarms; want 2, 1, 1", st.Slips, st.Misses, st.FalseAlarms)
	}
}

// TestAnyTaps taps at random, as a person or a robot might, and holds what must always
// hold: only offered taps do anything, nothing that happened is forgotten, there is
// always a way on, and the same taps give the same state.
func TestAnyTaps(t *testing.T) {
	all := scenes(t)
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(all).Draw(t, "scene")
		st := s.Begin(practice.Guided)
		var taps []string
		for range rapid.IntRange(0, 60).Draw(t, "length") {
			offers := s.Offers(st)
			if rapid.IntRange(0, 9).Draw(t, "forged") == 0 {
				tap := rapid.SampledFrom([]string{"hang-up", "pay", "back", "again", "try", "no-such", ""}).Draw(t, "forgery")
				if !slices.Contains(offers, tap) {
					same, err := s.Tap(st, tap)
					if fault.KindOf(err) != fault.Invalid {
						t.Fatalf("%q at %v: %v", tap, st.At, err)
					}
					if diff := cmp.Diff(st, same, cmpopts.IgnoreUnexported(practice.State{})); diff != "" {
						t.Fatalf("a refused tap changed something:\n%s", diff)
					}
				}
				continue
			}
			if len(offers) == 0 {
				break
			}
			tap := rapid.SampledFrom(offers).Draw(t, "tap")
			before := st
			next, err := s.Tap(st, tap)
			if err != nil {
				t.Fatalf("offered %q at %v is refused: %v", tap, st.At, err)
			}
			taps = append(taps, tap)
			switch {
			case next.Slips < before.Slips || next.Hints < before.Hints || next.Slips > before.Slips+1:
				t.Fatalf("counts ran from %d/%d to %d/%d", before.Slips, before.Hints, next.Slips, next.Hints)
			case next.Slips < next.Misses+next.FalseAlarms:
				t.Fatalf("%d slips are fewer than %d misses and %d false alarms", next.Slips, next.Misses, next.FalseAlarms)
			case (next.At.Where == practice.AtMistake || next.Nothing) != (next.Slips == before.Slips+1):
				t.Fatalf("slips %d to %d, at %v", before.Slips, next.Slips, next.At)
			case !next.Done() && len(s.Offers(next)) == 0:
				t.Fatalf("no way on at %v", next.At)
			case len(next.Trail) > 0 && !slices.Contains(s.Offers(next), practice.TapBack):
				t.Fatalf("no way back at %v", next.At)
			}
			st = next
		}
		again, err := practice.Play(s, practice.Guided, taps)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(st, again, cmpopts.IgnoreUnexported(practice.State{})); diff != "" {
			t.Fatalf("the same taps give another state:\n%s", diff)
		}
		if end := follow(s, st); !end.Done() {
			t.Fatalf("from %v the arrow does not lead to an ending", st.At)
		}
	})
}
