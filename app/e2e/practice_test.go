//go:build browser

package e2e

import (
	"encoding/json"
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

// TestBothEnginesComeToTheSame walks every scene in every mode by the script's state machine:
// the best path, every mistake and its repair, and a thousand taps at random. The same taps, played by the program, come to
// the same place with the same counts.
func TestBothEnginesComeToTheSame(t *testing.T) {
	p := start(t, "--livekit", "off")
	_, library := scenes(t)
	tab := window(t, "learner", portrait.width, portrait.height)
	tab.Open(p.URL("/practice/fraud/police-call"))
	for _, slug := range library.Slugs() {
		s, err := library.Scene(slug)
		if err != nil {
			t.Fatal(err)
		}
		modes := []practice.Mode{practice.Guided, practice.Unaided}
		if s.Second {
			modes = append(modes, practice.Changed)
		}
		for _, mode := range modes {
			named, err := json.Marshal(mistakes(t, s, mode))
			if err != nil {
				t.Fatal(err)
			}
			walks, err := awaited[[]walk](tab, fmt.Sprintf(robot, slug, mode, named))
			if err != nil || len(walks) < 2+len(s.Mistakes) {
				t.Fatalf("%s, %s: %d walks, %v", slug, mode, len(walks), err)
			}
			for i, w := range walks {
				st, err := practice.Play(s, mode, w.Taps)
				if err != nil {
					t.Fatalf("%s, %s: the script went where the program does not: %v", slug, mode, err)
				}
				got := walk{w.Taps, string(st.At.Where) + ":" + st.At.ID, st.Slips, st.Misses, st.FalseAlarms, st.Hints,
					strings.Join(st.Made, " "), s.Base(st.Stopped)}
				if fmt.Sprint(got) != fmt.Sprint(w) {
					t.Errorf("%s, %s: the program says %+v, the script %+v", slug, mode, got, w)
				}
				if i == 0 && (!st.Unaided() || st.Slips > 0) {
					t.Errorf("%s, %s: the best path ends at %+v", slug, mode, st)
				}
			}
		}
	}
}

// mistakes are the ways to each mistake of a scene, through its repair and on to an ending.
func mistakes(t testing.TB, s *practice.Scene, mode practice.Mode) [][]string {
	t.Helper()
	var all [][]string
	for _, m := range s.Mistakes {
		st := s.Begin(mode)
		var taps []string
		for _, there := range []func(practice.State) bool{func(st practice.State) bool { return st.At.ID == m.ID }, practice.State.Done} {
			more := wayTo(t, s, st, there)
			taps = append(taps, more...)
			var err error
			if st, err = practice.Play(s, mode, taps); err != nil {
				t.Fatal(err)
			}
		}
		all = append(all, taps)
	}
	return all
}

// walk is what one go of the script's state machine came to.
type walk struct {
	Taps                              []string
	At                                string
	Slips, Misses, FalseAlarms, Hints int
	Made, Stopped                     string
}

// robot walks one scene in one mode in the browser: first the best path, then the named ways, then at random, a
// new go after each ending, a thousand taps in all.
const robot = `(async (slug, mode, named) => {
  const address = document.querySelector("script[src*='js/practice.js']").src.replace("practice.js", "practice-engine.js");
  const engine = await import(address);
  const html = await (await fetch("/practice/" + slug + "/pieces?mode=" + mode)).text();
  const m = JSON.parse(new DOMParser().parseFromString(html, "text/html").querySelector("[data-machine]").dataset.machine);
  let seed = 20261123;
  const random = (n) => { seed = (seed * 1103515245 + 12345) %% 2147483648; return Math.floor(seed / 65536) %% n; };
  const said = (taps, st) => ({ Taps: taps, At: st.where + ":" + st.id, Slips: st.slips, Misses: st.misses, FalseAlarms: st.falseAlarms,
    Hints: st.hints, Made: st.made.join(" "), Stopped: st.stopped });
  const walks = [];
  let st = engine.begin(m, mode), taps = [];
  while (!engine.done(st) && taps.length < 100) {
    const best = m.screens[st.id].choices.find((c) => c[1].startsWith("+"))[0];
    st = engine.tap(m, st, best);
    taps.push(best);
  }
  walks.push(said(taps, st));
  for (const way of named) walks.push(said(way, engine.play(m, mode, way)));
  st = engine.begin(m, mode); taps = [];
  for (let i = 0; i < 1000; i++) {
    if (engine.done(st)) { walks.push(said(taps, st)); st = engine.begin(m, mode); taps = []; }
    const offers = engine.offers(m, st);
    const act = offers[random(offers.length)];
    if (engine.tap(m, st, "no-such") !== undefined) throw new Error("a tap from nowhere did something");
    st = engine.tap(m, st, act);
    taps.push(act);
  }
  walks.push(said(taps, st));
  return walks;
})(%q, %q, %s)`

// TestTheScriptAndTheFormsMakeTheSameFact practises with the script: a slip, its repair, a
// reload half way, the way on to the end. The server has every tap, and another tab that is
// behind shows where it is.
func TestTheScriptAndTheFormsMakeTheSameFact(t *testing.T) {
	p := start(t, "--livekit", "off")
	tab := window(t, "learner", portrait.width, portrait.height)
	address := p.URL("/practice/mobile-payment/lost-phone")
	tab.Open(address)
	for _, do := range []string{"search", "again", "borrow", "block-card"} {
		tab.Tap(do)
	}
	eventually(t, "the taps to have arrived", func() error {
		at, err := awaited[string](tab, `(async () => new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html").querySelector("#tap input[name=at]").value)()`)
		if err == nil && at != "4" {
			err = fmt.Errorf("the server has %s taps", at)
		}
		return err
	})
	tab.Reload()
	for _, do := range []string{"freeze", "passwords", "tell-all", "ignore", "talk"} {
		tab.Tap(do)
	}
	tab.Await(`[data-face="over"]`)
	tab.See("四件事都办好了")
}
