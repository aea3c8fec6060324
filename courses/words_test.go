package courses_test

import (
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"silverclass/courses"
)

func TestSearchWordsAreOneToSixteen(t *testing.T) {
	const file = "fraud/police-call/lesson.yaml"
	m := copied(t)
	at := line(t, m, file, "words: [")
	before, after, _ := strings.Cut(string(m[file].Data), "words: [")
	_, after, _ = strings.Cut(after, "]")
	m[file] = &fstest.MapFile{Data: []byte(before + "words: []" + after)}
	want := courses.Problem{File: file, Line: at, Rule: "courses.rule_search_words"}.String()
	if got := courses.Check(m); len(got) != 1 || got[0].String() != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

var englishInline = regexp.MustCompile(`, en: ("[^"]*"|[^}]*)\}`)

// withoutEnglish is a content file without its English texts.
func withoutEnglish(src string) string {
	var kept []string
	deep := -1 // how far the English block is indented; -1 outside one
	for l := range strings.Lines(englishInline.ReplaceAllString(src, "}")) {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		if deep >= 0 && indent > deep {
			continue
		}
		deep = -1
		if strings.HasPrefix(l[indent:], "en:") {
			deep = indent
			continue
		}
		kept = append(kept, l)
	}
	return strings.Join(kept, "")
}

func TestALessonMayBeChineseAlone(t *testing.T) {
	const file = "fraud/police-call/lesson.yaml"
	m := copied(t)
	m[file] = &fstest.MapFile{Data: []byte(withoutEnglish(string(m[file].Data)))}
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Lesson("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	if !l.ChineseOnly || l.Lang("en") != "zh-Hans" {
		t.Errorf("ChineseOnly is %v and English readers see %q", l.ChineseOnly, l.Lang("en"))
	}
	for _, s := range l.Steps {
		if diff := cmp.Diff(s.In("zh-Hans"), s.In("en")); diff != "" {
			t.Errorf("step %d (-Chinese +English):\n%s", s.Number, diff)
		}
	}
	other, _ := c.Lesson("fraud/stop-and-ask")
	if other.ChineseOnly {
		t.Error("a lesson with English says that it has none")
	}
}
