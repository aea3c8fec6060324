package quizzes_test

import (
	_ "embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses"
	"silverclass/locales"
	"silverclass/quizzes"
)

//go:embed testdata/sound.yaml
var sound string

func words(t testing.TB) *locales.Words {
	t.Helper()
	w, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// wording is how the program's texts are written, as the real content says.
func wording(t testing.TB) *courses.Wording {
	t.Helper()
	w, problems := courses.NewWording(courses.Content())
	if len(problems) > 0 {
		t.Fatalf("wording: %v", courses.Problems(problems))
	}
	return w
}

// ours is the program's question bank.
func ours(t testing.TB) *quizzes.Library {
	t.Helper()
	lib, err := quizzes.Load(quizzes.Content(), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

// bank is a question bank of one file, with the program's own rules.
func bank(t testing.TB, file, text string) fs.FS {
	t.Helper()
	rules, err := fs.ReadFile(quizzes.Content(), "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{"rules.yaml": {Data: rules}, file: {Data: []byte(text)}}
}

func check(t *testing.T, file, text string) []courses.Problem {
	t.Helper()
	return quizzes.Check(bank(t, file, text), wording(t), words(t))
}

func TestOurBankIsSound(t *testing.T) {
	lib := ours(t)
	if got := lib.Slugs(); len(got) < 3 {
		t.Errorf("quizzes: got %v", got)
	}
	for _, slug := range lib.Slugs() {
		q, err := lib.Quiz(slug)
		if err != nil || len(q.Questions) < 4 || len(q.Edition) != 12 {
			t.Errorf("%s: %+v, %v", slug, q, err)
		}
	}
}

func TestASoundBankHasNoProblems(t *testing.T) {
	if got := check(t, "fraud/if-cheated.yaml", sound); len(got) != 0 {
		t.Errorf("got %v", courses.Problems(got))
	}
}

// TestBrokenBanks breaks the sound file in one place each, and wants the rule at the line
// where the text in "at" stands in the broken file.
func TestBrokenBanks(t *testing.T) {
	tests := []struct {
		name, old, new, at, rule string
	}{
		{"unknown kind", "kind: scam", "kind: dance", "kind: dance", "quizzes.rule_kind"},
		{"unknown key", "is: fake", "is: fake\n    points: 3", "points", "courses.rule_unknown_key"},
		{"a language is missing", `, en: "What first?"`, "", "ask: {zh-Hans: 先做", "courses.rule_missing_key"},
		{"an ID twice", "id: two", "id: one", "id: one\n    kind: choice\n    ask: {zh-Hans: 再", "quizzes.rule_double"},
		{"blaming words", "停一停，不吃亏。", "您按错了。", "按错", "courses.rule_banned"},
		{"a question too long", "先做什么？", strings.Repeat("先做什么，", 20), "先做什么", "quizzes.rule_long"},
		{"an English answer too long", `en: "Follow"`, `en: "` + strings.Repeat("follow ", 14) + `"`, "跟着走", "quizzes.rule_long_words"},
		{"a double negation", "来电要您的密码。", "不得不给密码吗？", "不得不", "quizzes.rule_tricky"},
		{"asking for what is not", "再问谁？", "哪个不可靠？", "哪个不", "quizzes.rule_tricky"},
		{"the same answer twice", "跟着走", "停一停", `en: "Follow"`, "quizzes.rule_same_answer"},
		{"two right answers", `en: "Follow"}`, `en: "Follow"}, right: true`, "停一停, en", "quizzes.rule_one_right"},
		{"no right answer", ", right: true}\n      - {text: {zh-Hans: 跟", "}\n      - {text: {zh-Hans: 跟", "停一停, en", "quizzes.rule_one_right"},
		{"one answer", "      - {text: {zh-Hans: 打来的人, en: \"The caller\"}}\n", "", "家里人, en", "quizzes.rule_answers"},
		{"neither source nor none", "    no_fact: true\n  - id: two", "  - id: two", "id: one", "quizzes.rule_source"},
		{"source and none", "checked_on: 2026-11-23}", "checked_on: 2026-11-23}\n    no_fact: true", "id: two", "quizzes.rule_source"},
		{"no day of checking", ", checked_on: 2026-11-23", "", "source:", "courses.rule_missing_key"},
		{"a choice with a verdict", "    why: {zh-Hans: 家里人", "    is: fake\n    why: {zh-Hans: 家里人", "is: fake", "quizzes.rule_key_of_kind"},
		{"a scam with answers", "    is: fake", "    is: fake\n    answers: []", "answers: []", "quizzes.rule_key_of_kind"},
		{"no verdict", "is: fake", "is: perhaps", "perhaps", "quizzes.rule_verdict"},
		{"the right answer is the longest", "停一停, en", "先停下来想一想, en", "- id: one", "quizzes.rule_longest"},
		{"the right answer stands at one place", "      - {text: {zh-Hans: 打来的人, en: \"The caller\"}}\n", "", "- id: one", "quizzes.rule_one_place"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(sound, tt.old, tt.new, 1)
			switch tt.name { // two of them need a second change to be broken
			case "the right answer is the longest":
				text = strings.Replace(text, "{zh-Hans: 家里人, en", "{zh-Hans: 先问问家里人, en", 1)
			case "the right answer stands at one place":
				text = strings.Replace(text, "{text: {zh-Hans: 家里人, en: \"Family\"}, right: true}", "{text: {zh-Hans: 家里人, en: \"Family\"}, right: true}\n      - {text: {zh-Hans: 打来的人, en: \"The caller\"}}", 1)
			}
			before, _, found := strings.Cut(text, tt.at)
			if text == sound || !found {
				t.Fatalf("nothing is broken, or %q is not in the broken file", tt.at)
			}
			want := fmt.Sprintf("fraud/if-cheated.yaml:%d: %s", strings.Count(before, "\n")+1, tt.rule)
			var got []string
			for _, p := range check(t, "fraud/if-cheated.yaml", text) {
				got = append(got, p.String())
			}
			if !slices.Contains(got, want) {
				t.Errorf("got %q, want %q among them", got, want)
			}
		})
	}
}

func TestTooFewQuestions(t *testing.T) {
	text, _, _ := strings.Cut(sound, "  - id: four")
	got := check(t, "fraud/if-cheated.yaml", text)
	if !slices.ContainsFunc(got, func(p courses.Problem) bool { return p.Rule == "quizzes.rule_few" }) {
		t.Errorf("got %v", courses.Problems(got))
	}
}

func TestStrangeFiles(t *testing.T) {
	if got := check(t, "fraud/polcie-call.yaml", sound); len(got) != 1 || got[0].Rule != "quizzes.rule_unknown_file" {
		t.Errorf("got %v", courses.Problems(got))
	}
}

// TestTheBankAsAWhole adds up files that are sound by themselves.
func TestTheBankAsAWhole(t *testing.T) {
	fakes := strings.Replace(sound, "is: real", "is: fake", 1)
	fsys := bank(t, "fraud/if-cheated.yaml", fakes).(fstest.MapFS)
	fsys["fraud/task-rebates.yaml"] = &fstest.MapFile{Data: []byte(fakes)}
	got := quizzes.Check(fsys, wording(t), words(t))
	if !slices.ContainsFunc(got, func(p courses.Problem) bool { return p.Rule == "quizzes.rule_verdicts" }) {
		t.Errorf("only scams: got %v", courses.Problems(got))
	}
}

func TestDrawingIsTheSeedsDoing(t *testing.T) {
	q, err := ours(t).Quiz("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	first := map[string]bool{}
	for seed := range int64(200) {
		a, b := q.Draw(seed), q.Draw(seed)
		if len(a) != quizzes.PerAttempt || a[0].ID == a[1].ID {
			t.Fatalf("seed %d: %v", seed, a)
		}
		if a[0].ID != b[0].ID || a[1].ID != b[1].ID {
			t.Fatalf("seed %d draws differently the second time", seed)
		}
		first[a[0].ID] = true
	}
	if len(first) != len(q.Questions) {
		t.Errorf("only %d of %d questions are ever first", len(first), len(q.Questions))
	}
}
