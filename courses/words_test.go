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

func TestTraditionalCharactersAreShownWhereTheyWereDerived(t *testing.T) {
	const file = "fraud/police-call/lesson.yaml"
	m := copied(t)
	edit(t, m, file, "一听到这两样，就挂断。", "一听到其中一样，就挂断。")
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Lesson("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Step(1).In("zh-Hant").Heading; got != "聽到“我是公安局的”" {
		t.Errorf("a derived heading is %q", got)
	}
	if got := string(l.Step(3).In("zh-Hant").Say); !strings.Contains(got, "一听到其中一样") {
		t.Errorf("a text that nobody derived is %q, want the simplified one", got)
	}
	if got := l.Step(courses.KeepStep).In("zh-Hant").Speak; !strings.Contains(got, "九六幺幺零") {
		t.Errorf("the voice says %q, want the hotline digit by digit", got)
	}
}

func TestStaleTraditionalCharactersAreNamed(t *testing.T) {
	const file = "fraud/police-call/lesson.yaml"
	tests := []struct {
		name string
		turn func(m fstest.MapFS)
		at   string // the line that is named holds this; empty for the first
		file string
	}{
		{"a text changed", func(m fstest.MapFS) { edit(t, m, file, "{zh-Hans: 想听他把话说完", "{zh-Hans: 想听他说完") }, "想听他说完", file},
		{"a text went", func(m fstest.MapFS) {
			edit(t, m, file, "{zh-Hans: 想听他把话说完", "{zh-Hans: 照他说的，没告诉家里人")
		}, "", file},
		{"nothing was derived", func(m fstest.MapFS) { delete(m, "fraud/police-call/lesson.zh-Hant.json") }, "title:", file},
		{"not JSON", func(m fstest.MapFS) { edit(t, m, "fraud/police-call/lesson.zh-Hant.json", "{", "[") }, "title:", file},
		{"the source went", func(m fstest.MapFS) { delete(m, file) }, "", "fraud/police-call/lesson.zh-Hant.json"},
	}
	if p, err := courses.Stale(copied(t)); err != nil || len(p) > 0 {
		t.Fatalf("as it is: %v, %v", p, err)
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := copied(t)
			tt.turn(m)
			want := courses.Problem{File: tt.file, Line: 1, Rule: "courses.rule_hant"}
			if tt.at != "" {
				want.Line = line(t, m, tt.file, tt.at)
			}
			got, err := courses.Stale(m)
			if err != nil || len(got) != 1 || got[0].String() != want.String() {
				t.Errorf("got %v, %v, want %s", got, err, want)
			}
		})
	}
}
