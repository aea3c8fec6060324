package practice_test

import (
	"net/http"
	"strings"
	"testing"

	"silverclass/courses/practice"
)

func TestTrainersSeeWhatHappensInScenes(t *testing.T) {
	h := newHall(t)
	h.Session(0)
	h.Clock.Pass(1)
	own := h.Own()
	page := own.Get("/practice/" + police).Body
	for _, do := range []string{"answer", "talk", "answer", "tell", "again", "hang-up"} {
		page, _ = press(t, own, page, police, do)
	}
	trainer := h.As("trainer")
	table := trainer.Get("/staff/practice").Shows("接到“公安局”的电话", "× 1", "停在哪里", `/staff/practice/`+police)
	table.Hides("王阿姨")
	seen := trainer.Get("/staff/practice/"+police).Shows("练习，不是真的", "accused", "接听")
	if strings.Contains(seen.Body, "<button class=\"key") || strings.Contains(seen.Body, "<button class=\"tap") {
		t.Error("the preview can be tapped")
	}
	if own.Get("/staff/practice").Status == http.StatusOK {
		t.Error("a learner sees the trainers' table")
	}
	if again := h.facts("practised", "scene"); len(again) != 1 {
		t.Errorf("looking made facts: %d", len(again))
	}
}

func TestASceneIsToldAndDrawn(t *testing.T) {
	s := kinds(t)
	told := practice.Telling{Lang: "en", Words: func(key string) string { return key }}
	st := s.Begin(practice.Guided)
	for range 40 {
		lines, taps := s.Tell(st, told)
		if len(lines)+len(taps) == 0 || len(taps) != len(s.Offers(st)) {
			t.Fatalf("%v: %q, %q", st.At, lines, taps)
		}
		if st.Done() {
			break
		}
		var err error
		if st, err = s.Tap(st, s.Screen(st.At.ID).Best().Do); err != nil {
			t.Fatal(err)
		}
	}
	if !st.Done() {
		t.Error("the walk does not end")
	}
	dot := s.DOT(told)
	for _, want := range []string{"digraph", `"settings" -> "size" [style=bold`, `"settings" -> "water-off" [style=dashed`, `"water-off" -> "settings" [style=dotted]`, `"done" [shape=doubleoctagon`} {
		if !strings.Contains(dot, want) {
			t.Errorf("the graph lacks %s:\n%s", want, dot)
		}
	}
	if strings.Contains(dot, "~") {
		t.Error("the graph shows the parts of a screen")
	}
}
