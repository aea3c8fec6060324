package courses

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSentences(t *testing.T) {
	for text, want := range map[string][]string{
		"":                         {""},
		"等一等。再点！":                  {"等一等。", "再点！", ""},
		"真的？！他问：“多少？”":             {"真的？！", "他问：“多少？", "”"},
		"It is 3.5 yuan. Pay it.":  {"It is 3.5 yuan. ", "Pay it.", ""},
		"He says “Pay.” Stop!\nGo": {"He says “Pay.”", " Stop!\n", "Go"},
	} {
		if got := sentences(text); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.RuneFrom([]rune("ab1 \n。！？；.!?;\"'”")), 0, 30, -1).Draw(t, "text")
		if got := strings.Join(sentences(text), ""); got != text {
			t.Fatalf("%q became %q", text, got)
		}
	})
}
