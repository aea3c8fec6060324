package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"strings"
	"testing"

	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
	"silverclass/quizzes"
)

func TestTraditionalCharactersAreUpToDate(t *testing.T) {
	for folder, fsys := range map[string]fs.FS{"courses/content": courses.Content(), "courses/practice/scenes": practice.Content(), "quizzes/bank": quizzes.Content()} {
		problems, err := courses.Stale(fsys)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s/%s:%d: its traditional characters are out of date; make hant derives them", folder, p.File, p.Line)
		}
	}
	names, err := fs.Glob(locales.Files(), "*."+locales.Default+".toml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		source, err := fs.ReadFile(locales.Files(), name)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(source)
		derived, err := fs.ReadFile(locales.Files(), strings.Replace(name, locales.Default, locales.Traditional, 1))
		if err != nil {
			t.Errorf("locales/%s: %v; make hant derives it", name, err)
			continue
		}
		first, _, _ := strings.Cut(string(derived), "\n")
		if !strings.HasSuffix(first, " "+hex.EncodeToString(sum[:])) {
			t.Errorf("locales/%s: its traditional characters are out of date; make hant derives them", name)
		}
	}
}
