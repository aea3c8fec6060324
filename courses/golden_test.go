package courses_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/courses"
	"silverclass/locales"
)

var (
	uuids   = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	inside  = regexp.MustCompile(`(?s)(<svg[^>]*>).*?</svg>`)
	bodyOf  = regexp.MustCompile(`(?s)<div class="progress">.*?</div>\n<form class="sizes"|<main.*?</main>|<div class="foot-left">.*?\n<form|<div class="foot-main">.*?</footer>`)
	titleOf = regexp.MustCompile(`<title>.*</title>`)
)

// shape is what a golden page holds: the parts of the page that are this package's, without
// IDs and the insides of drawings.
func shape(page string) string {
	parts := append([]string{titleOf.FindString(page)}, bodyOf.FindAllString(page, -1)...)
	return uuids.ReplaceAllString(inside.ReplaceAllString(strings.Join(parts, "\n"), "$1</svg>"), "ID") + "\n"
}

func TestPagesLookAsTheyDid(t *testing.T) {
	for _, lang := range locales.Written() {
		s := newSchool(t, always, always)
		b := s.learnerAt(t)
		b.lang = lang
		golden := func(name, path string) string {
			t.Helper()
			page, _ := b.get(path)
			compareGolden(t, filepath.Join("testdata", name+"."+lang+".html"), shape(page))
			return page
		}
		page, address := b.get("/lessons/" + police)
		run := runIn(t, address)
		golden("step-1", courses.StepURL(police, 1, run))
		for step := 2; step <= 8; step++ {
			page, _ = b.press(page, step)
			if step == 3 {
				golden("topic-half", "/topics/fraud")
			}
		}
		golden("step-3", courses.StepURL(police, 3, run))
		golden("door", courses.StepURL(police, 6, run))
		golden("keep", courses.StepURL(police, 8, run))
		golden("done-open", courses.DoneURL(police, run))
		for _, fn := range []func(*gorm.DB) error{
			func(tx *gorm.DB) error { return s.store.MarkPractised(t.Context(), tx, run) },
			func(tx *gorm.DB) error { return s.store.MarkAnswered(t.Context(), tx, run) },
		} {
			if err := db.Write(t.Context(), s.db.DB, fn); err != nil {
				t.Fatal(err)
			}
		}
		golden("door-done", courses.StepURL(police, 7, run))
		golden("done-sealed", courses.DoneURL(police, run))
		golden("topic", "/topics/fraud")
		golden("topic-empty", "/topics/e-commerce")
		golden("card", courses.CardURL(police))
	}
}

// compareGolden holds a page to its file; GOLDEN=update writes the file anew.
func compareGolden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("GOLDEN") == "update" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("%v (make golden writes it)", err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}
