package practice_test

import (
	"testing"

	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
)

// wording is how the program's texts are written, as the real content says.
func wording(t testing.TB) *courses.Wording {
	t.Helper()
	w, problems := courses.NewWording(courses.Content())
	if len(problems) > 0 {
		t.Fatalf("wording: %v", courses.Problems(problems))
	}
	return w
}

// ours are the scenes of the program.
func ours(t testing.TB) *practice.Library {
	t.Helper()
	lib, err := practice.Load(practice.Content(), wording(t))
	if err != nil {
		words, lerr := locales.Load()
		if lerr != nil {
			t.Fatal(lerr)
		}
		for _, p := range practice.Check(practice.Content(), wording(t)) {
			t.Log(p.Words(func(key string, args map[string]any) string { return words.T("zh-Hans", key, args) }))
		}
		t.Fatal("scenes are broken")
	}
	return lib
}

func TestOurScenesAreSound(t *testing.T) {
	lib := ours(t)
	if got := lib.Slugs(); len(got) < 3 {
		t.Errorf("scenes: got %v", got)
	}
}
