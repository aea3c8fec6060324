package practice_test

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
)

//go:embed testdata/sound.yaml
var sound string

func check(t *testing.T, file, text string) []courses.Problem {
	t.Helper()
	files := fstest.MapFS{file: {Data: []byte(text)}}
	for name, drawing := range map[string]string{"square": plainDrawing, "odd": `<svg viewBox="0 0 420 360"><script/></svg>`} {
		files["fraud/"+name+".svg"] = &fstest.MapFile{Data: []byte(drawing)}
	}
	return practice.Check(files, wording(t))
}

func TestASoundSceneHasNoProblems(t *testing.T) {
	if got := check(t, "fraud/if-cheated.yaml", sound); len(got) != 0 {
		t.Errorf("got %v", courses.Problems(got))
	}
}

// TestBrokenScenes breaks the sound scene in one place each, and wants the rule at the
// line where the text in "at" stands in the broken file.
func TestBrokenScenes(t *testing.T) {
	tests := []struct {
		name, old, new, at, rule string
	}{
		{"unknown kind", "kind: inbox", "kind: film", "kind:", "practice.rule_kind"},
		{"sorting without steps", "kind: inbox", "kind: sort", "start:", "practice.rule_kind_face"},
		{"unknown key", "start: rings", "start: rings\nclock: 30", "clock:", "courses.rule_unknown_key"},
		{"no start", "start: rings", "start: nowhere", "start:", "practice.rule_no_such"},
		{"a language is missing", `{zh-Hans: 看清楚再决定。, en: "Look, then decide."}`, `{zh-Hans: 看清楚再决定。}`, "goal:", "courses.rule_missing_key"},
		{"blaming words", "看清楚再决定。", "别按错。", "goal:", "courses.rule_banned"},
		{"open mark", "快转钱。", "快**转钱。", "快**转钱", "practice.rule_open_mark"},
		{"a line too long", "快转钱。", strings.Repeat("快转钱", 11), "快转钱", "practice.rule_long"},
		{"an English line too long", "Send money.", strings.Repeat("send ", 25), "send send", "practice.rule_long_words"},
		{"unknown face", "phone: home", "phone: fax", "phone: fax", "practice.rule_phone"},
		{"unknown truth", "truth: real", "truth: maybe", "maybe", "practice.rule_truth"},
		{"truth is not said", "    truth: real\n", "", "phone: ringing", "practice.rule_truth_missing"},
		{"nothing is said", "    says:\n      - {zh-Hans: 快转钱。, en: \"Send money.\"}\n", "", "phone: call", "practice.rule_says_none"},
		{"too much is said", "      - {zh-Hans: 快转钱。, en: \"Send money.\"}\n", strings.Repeat("      - {zh-Hans: 快转钱。, en: \"Send money.\"}\n", 4), "- {zh-Hans: 快转钱。", "practice.rule_says_many"},
		{"one choice", "      - {do: read, text: {zh-Hans: 再看一遍, en: \"Look once more\"}, to: asks}\n", "", "- {do: talk", "practice.rule_choices"},
		{"unknown act", "do: read", "do: dance", "do: dance", "practice.rule_act"},
		{"act without words", `{do: pay, text: {zh-Hans: 转给他, en: "Send it"}, to: paid}`, `{do: pay, to: paid}`, "do: pay", "practice.rule_act_words"},
		{"own words for a fixed act", "{do: hang-up, to: done", `{do: hang-up, text: {zh-Hans: 不聊了, en: "Enough"}, to: done`, "do: hang-up", "practice.rule_act_fixed"},
		{"an act twice", "do: read", "do: talk", "再看一遍", "practice.rule_act_twice"},
		{"the same repair", "没关系，告诉家人。", "没关系，马上打 110。", "Never mind, tell your family.", "practice.rule_same_repair"},
		{"a name twice", "  told:\n", "  home:\n", "title: {zh-Hans: 说了号码", "practice.rule_double_name"},
		{"leads nowhere", "to: paid}", "to: payed}", "to: payed", "practice.rule_no_such"},
		{"back leads nowhere", "back: rings", "back: ring", "title: {zh-Hans: 没接到", "practice.rule_no_such"},
		{"right, and a mistake", "to: paid}", "to: paid, right: true}", "to: paid", "practice.rule_right_mistake"},
		{"nothing is right", "to: done, right: true}\n      - {do: read", "to: done}\n      - {do: read", "phone: home", "practice.rule_no_right"},
		{"pressure without the family", "{do: ask-family, to: home, right: true}", `{do: wait, text: {zh-Hans: 等等, en: "Wait"}, to: home, right: true}`, "phone: call", "practice.rule_ask_family"},
		{"asking the family is not right", "do: ask-family, to: home, right: true", "do: ask-family, to: home", "do: ask-family", "practice.rule_ask_family_right"},
		{"no hanging up", "{do: hang-up, to: done, right: true}", `{do: wait, text: {zh-Hans: 等等, en: "Wait"}, to: done, right: true}`, "phone: call", "practice.rule_hang_up"},
		{"hanging up is a mistake", "do: hang-up, to: done, right: true", "do: hang-up, to: paid", "do: hang-up", "practice.rule_hang_up_right"},
		{"a ringing phone one must answer", "do: decline, to: missed", `do: wait, text: {zh-Hans: 等等, en: "Wait"}, to: missed`, "phone: ringing", "practice.rule_ringing"},
		{"a slip without a hint", "    hint: {zh-Hans: 他在催您。, en: \"He hurries you.\"}\n", "", "phone: call", "practice.rule_slip_words"},
		{"out of reach", "do: ask-family, to: home", "do: ask-family, to: done", "phone: home", "practice.rule_unreachable"},
		{"a mistake nobody makes", "to: told}", "to: paid}", "说了号码", "practice.rule_unreachable"},
		{"the arrow runs in a circle", "to: done, right: true}\n      - {do: read, text: {zh-Hans: 再看一遍, en: \"Look once more\"}, to: asks}", "to: home, right: true}\n      - {do: read, text: {zh-Hans: 再看一遍, en: \"Look once more\"}, to: asks}", "phone: home", "practice.rule_no_goal"},
		{"back leads elsewhere", "en: \"Never mind, call 110.\"}\n    back: asks", "en: \"Never mind, call 110.\"}\n    back: rings", "title: {zh-Hans: 转了钱", "practice.rule_back"},
		{"only fakes can be mistaken", "truth: real", "truth: fake", "start:", "practice.rule_mixed"},
		{"not YAML", "kind: inbox", "kind: [inbox", "kind:", "courses.rule_yaml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			breaks(t, sound, tt.old, tt.new, tt.at, tt.rule)
		})
	}
}

// breaks replaces old in a sound file by new, and wants the rule at the line where the text
// at stands then.
func breaks(t *testing.T, sound, old, new, at, rule string) {
	t.Helper()
	text := strings.Replace(sound, old, new, 1)
	if text == sound {
		t.Fatalf("%q is not in the sound scene", old)
	}
	before, _, found := strings.Cut(text, at)
	if !found {
		t.Fatalf("%q is not in the broken scene", at)
	}
	want := fmt.Sprintf("fraud/if-cheated.yaml:%d: %s", strings.Count(before, "\n")+1, rule)
	var got []string
	for _, p := range check(t, "fraud/if-cheated.yaml", text) {
		got = append(got, p.String())
	}
	if !slices.Contains(got, want) {
		t.Errorf("got %q, want %q among them", got, want)
	}
}

func TestTooFewMistakes(t *testing.T) {
	text := strings.Replace(sound, "to: told}", "to: done}", 1)
	text, _, _ = strings.Cut(text, "  told:")
	_, endings, _ := strings.Cut(sound, "endings:")
	got := check(t, "fraud/if-cheated.yaml", text+"endings:"+endings)
	if !slices.ContainsFunc(got, func(p courses.Problem) bool { return p.Rule == "practice.rule_few_mistakes" }) {
		t.Errorf("got %v", courses.Problems(got))
	}
}

func TestStrangeFiles(t *testing.T) {
	for _, file := range []string{"fraud/polcie-call.yaml", "fraud/police-call.yml", "police-call.yaml"} {
		got := check(t, file, sound)
		if len(got) != 1 || got[0].Rule != "practice.rule_unknown_file" {
			t.Errorf("%s: got %v", file, courses.Problems(got))
		}
	}
	over := fstest.MapFS{"fraud/police-call.yaml": {Data: []byte("kind: film\n")}}
	if got := practice.Check(courses.Overlay(practice.Content(), over), wording(t)); len(got) == 0 {
		t.Error("an operator's broken scene is not seen")
	}
}

// TestRulesHaveWords: every rule that the tests above know can be told to a trainer.
func TestRulesHaveWords(t *testing.T) {
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	p := courses.Problem{File: "a.yaml", Line: 3, Rule: "practice.rule_choices", Args: map[string]any{"Count": 1, "Most": 4}}
	for lang, want := range map[string]string{"zh-Hans": "a.yaml:3: 有 1 个选择", "en": "a.yaml:3: 1 choices"} {
		got := p.Words(func(key string, args map[string]any) string { return words.T(lang, key, args) })
		if !strings.HasPrefix(got, want) {
			t.Errorf("got %q, want %q…", got, want)
		}
	}
}
