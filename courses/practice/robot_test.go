package practice_test

import (
	"bytes"
	"compress/gzip"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses/practice"

	_ "embed"
)

//go:embed testdata/kinds.yaml
var everyKind string

// kinds is a scene that has one of everything that a phone can show.
func kinds(t testing.TB) *practice.Scene {
	t.Helper()
	lib, err := practice.Load(fstest.MapFS{"fraud/if-cheated.yaml": {Data: []byte(everyKind)}}, wording(t))
	if err != nil {
		t.Fatalf("%+v", err)
	}
	s, err := lib.Scene("fraud/if-cheated")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// modes are those in which a scene is practised.
func modes(s *practice.Scene) []practice.Mode {
	if s.Second {
		return []practice.Mode{practice.Guided, practice.Unaided, practice.Changed}
	}
	return []practice.Mode{practice.Guided, practice.Unaided}
}

// TestRobotsWalkEveryScene: in every mode the best path reaches an ending without a slip,
// and a thousand taps at random never leave the machine.
func TestRobotsWalkEveryScene(t *testing.T) {
	genuine := 0
	for i, s := range append(scenes(t), kinds(t)) {
		for _, x := range s.Screens {
			if x.Truth == practice.Real && x.ID == x.Base {
				genuine++
			}
		}
		for _, m := range modes(s) {
			st := s.Begin(m)
			if st = follow(s, st); !st.Unaided() || st.Slips != 0 {
				t.Errorf("%s, %s: the best path gives %+v", s.Slug, m, st)
			}
			r := rand.New(rand.NewPCG(uint64(i), 7))
			st = s.Begin(m)
			for range 1000 {
				offers := s.Offers(st)
				if len(offers) == 0 {
					st = s.Begin(m)
					continue
				}
				next, err := s.Tap(st, offers[r.IntN(len(offers))])
				if err != nil {
					t.Fatalf("%s, %s at %v: %v", s.Slug, m, st.At, err)
				}
				if m != practice.Guided && (next.At.Where == practice.AtShown || next.Hints > next.Slips) {
					t.Fatalf("%s, %s: help that nobody asked for at %v", s.Slug, m, next.At)
				}
				st = next
			}
			if end := follow(s, st); !end.Done() {
				t.Errorf("%s, %s: after a thousand taps the arrow leads to no ending from %v", s.Slug, m, st.At)
			}
		}
	}
	t.Logf("%d genuine calls, messages and pages", genuine)
}

// TestAloneOneMayAsk: without help by itself, nothing is shown until she asks, and asking
// is counted.
func TestAloneOneMayAsk(t *testing.T) {
	s := kinds(t)
	st, err := practice.Play(s, practice.Unaided, []string{"water", "again"})
	if err != nil || st.Help() != practice.HelpNone || st.CanAsk() || st.Hints != 0 {
		t.Fatalf("after one slip: %+v, %v", st, err)
	}
	if st, err = practice.Play(s, practice.Unaided, []string{"water", "again", "water", "again"}); err != nil || !st.CanAsk() {
		t.Fatalf("after two slips: %+v, %v", st, err)
	}
	if st, err = s.Tap(st, practice.TapHint); err != nil || st.Help() != practice.HelpArrow || st.Hints != 2 || st.CanAsk() {
		t.Errorf("asked: %+v, %v", st, err)
	}
	if st = follow(s, st); st.Unaided() {
		t.Error("asked, and unaided")
	}
}

// TestWhatIsNotNeededMayBeTapped: it stays where it is, says so, and help grows.
func TestWhatIsNotNeededMayBeTapped(t *testing.T) {
	s := kinds(t)
	way := way(s, "front")
	st, err := practice.Play(s, practice.Guided, append(slices.Clone(way), "clock"))
	if err != nil || st.At.ID != "front" || !st.Nothing || st.Slips != 1 || st.Misses+st.FalseAlarms != 0 || st.Help() != practice.HelpHint {
		t.Fatalf("once: %+v, %v", st, err)
	}
	st, err = practice.Play(s, practice.Guided, append(slices.Clone(way), "clock", "clock", "clock"))
	if err != nil || st.At != (practice.Place{Where: practice.AtShown, ID: "front"}) {
		t.Errorf("three times: %+v, %v", st, err)
	}
}

// TestSeveralThingsInTurn: switches in any order, keys one by one, steps in theirs.
func TestSeveralThingsInTurn(t *testing.T) {
	s := kinds(t)
	for _, taps := range [][]string{{"film", "music"}, {"music", "film"}} {
		if st, err := practice.Play(s, practice.Guided, taps); err != nil || st.At.ID != "size" || st.Slips != 0 {
			t.Errorf("%v: %+v, %v", taps, st, err)
		}
	}
	st, err := practice.Play(s, practice.Guided, []string{"film", "film"})
	if err == nil {
		t.Errorf("what is found can be found again: %+v", st)
	}
	typed, err := practice.Play(s, practice.Guided, []string{"film", "music", "more", "more", "done", "key-5", "erase", "key-5", "key-0"})
	if err != nil || s.Screen(typed.At.ID).Shows["en"] != "¥ 50" || s.Base(typed.At.ID) != "amount" || typed.Slips != 0 {
		t.Errorf("typed: %+v, %v", typed, err)
	}
	order := append(way(s, "order"), "look", "pay")
	st, err = practice.Play(s, practice.Guided, order)
	if err != nil || !st.Nothing || s.Base(st.At.ID) != "order" {
		t.Errorf("a step too early: %+v, %v", st, err)
	}
	if st, err = practice.Play(s, practice.Guided, append(way(s, "order"), "sign", "again", "look")); err != nil || st.Made[0] != "signed-early" || s.Base(st.At.ID) != "order" {
		t.Errorf("after the repair it goes on in order: %+v, %v", st, err)
	}
}

// mostPacked is how large a scene may be on its way, packed (issue 4).
const mostPacked = 25 << 10

// TestPiecesAreSmall fetches what the script gets of each scene, in every mode.
func TestPiecesAreSmall(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	largest, which := 0, ""
	for _, s := range scenes(t) {
		for _, m := range modes(s) {
			page := own.Get("/practice/" + s.Slug + "/pieces?mode=" + string(m)).Is(http.StatusOK).Body
			if !strings.Contains(page, `data-machine="`) || strings.Count(page, "练习，不是真的") < len(s.Screens) {
				t.Errorf("%s, %s: pieces are missing", s.Slug, m)
			}
			var b bytes.Buffer
			w := gzip.NewWriter(&b)
			if _, err := w.Write([]byte(page)); err != nil || w.Close() != nil {
				t.Fatal(err)
			}
			if b.Len() > largest {
				largest, which = b.Len(), s.Slug
			}
			if b.Len() > mostPacked {
				t.Errorf("%s, %s: %d bytes packed, at most %d", s.Slug, m, b.Len(), mostPacked)
			}
		}
	}
	t.Logf("the largest is %s with %d bytes", which, largest)
}

// TestSeveralTapsAtOnce: a script sends taps in a batch; sent twice they count once, and a
// tap that is offered nowhere changes nothing.
func TestSeveralTapsAtOnce(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	page := own.Get("/practice/" + police).Body
	play := hidden.FindStringSubmatch(page)[1]
	send := func(at string, do ...string) int {
		t.Helper()
		form := []string{"play", play, "at", at, "run", "", "mode", "guided", "quiet", "1"}
		for _, d := range do {
			form = append(form, "do", d)
		}
		return own.Post("/practice/"+police, form...).Status
	}
	for range 2 {
		if code := send("0", "answer", "talk", "answer", "tell", "again"); code != http.StatusNoContent {
			t.Fatalf("a batch: %d", code)
		}
	}
	if code := send("5", "no-such"); code != http.StatusUnprocessableEntity {
		t.Errorf("a tap from nowhere: %d", code)
	}
	page = own.Get("/practice/" + police).Shows("您的银行卡有问题").Body
	if m := hidden.FindStringSubmatch(page); m[2] != "5" {
		t.Errorf("%s taps are kept, want 5", m[2])
	}
	if !strings.Contains(page, `data-taps="[&#34;answer&#34;,&#34;talk&#34;,&#34;answer&#34;,&#34;tell&#34;,&#34;again&#34;]"`) {
		t.Error("the page does not say where it stands")
	}
}
