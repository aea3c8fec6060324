package practice_test

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"silverclass/courses"
	"silverclass/courses/practice"
)

// plainDrawing is a picture that breaks no rule.
const plainDrawing = `<svg viewBox="0 0 420 360" xmlns="http://www.w3.org/2000/svg"><rect x="20" y="20" width="100" height="100" fill="none" stroke="#231F1A"/></svg>`

// spot is a screen with a picture, for the scene of every kind.
const spot = `  locked:
    phone: picture
    picture: square
    alt: {zh-Hans: 一个方块, en: "A square"}
    choices:
      - {tap: left, at: [20, 20, 100, 100], text: {zh-Hans: 左边, en: "Left"}, to: done, right: true}
      - {tap: right, at: [160, 20, 100, 100], text: {zh-Hans: 右边, en: "Right"}, to: front}
`

// withPicture is the scene of every kind with a picture at its end.
func withPicture() string {
	before, _, _ := strings.Cut(everyKind, "  locked:\n")
	_, after, _ := strings.Cut(everyKind, "mistakes:\n")
	return before + spot + "mistakes:\n" + after
}

func TestAPictureBreaksNothing(t *testing.T) {
	if got := check(t, "fraud/if-cheated.yaml", withPicture()); len(got) != 0 {
		t.Errorf("got %v", courses.Problems(got))
	}
}

// TestBrokenKinds breaks the scene of every kind in one place each.
func TestBrokenKinds(t *testing.T) {
	tests := []struct {
		name, old, new, at, rule string
	}{
		{"a real brand", "鱼 一条", "支付宝的鱼", "支付宝", "practice.rule_brand"},
		{"a real brand in Latin letters", `en: "One fish"`, `en: "One Alipay fish"`, "Alipay", "practice.rule_brand"},
		{"a real brand as a plain value", `value: "¥280"`, `value: "WeChat"`, "WeChat", "practice.rule_brand"},
		{"a real brand in what a cheat says", "点一下就有五块钱。", "点一下，微信有五块钱。", "微信", "practice.rule_brand"},
		{"a code is put in", "付给菜摊", "输入验证码", "type: {want", "practice.rule_secret"},
		{"a password is put in", `en: "Pay the stall"`, `en: "Your password"`, "type: {want", "practice.rule_secret"},
		{"a PIN is asked for", `shows: {zh-Hans: "¥ {}", en: "¥ {}"}`, `ask: {zh-Hans: 按您的口令, en: "Press it"}`, "type: {want", "practice.rule_secret"},
		{"a secret is hinted at", "先按 5，再按 0。", "按身份证后两位。", "type: {want", "practice.rule_secret"},
		{"letters on a keypad", `want: "50"`, `want: "5a"`, "type: {want", "practice.rule_digits"},
		{"too many digits", `want: "50"`, `want: "5000000"`, "type: {want", "practice.rule_digits"},
		{"a keypad without a number", `    type: {want: "50", wrong: one-zero-more}` + "\n", "", "phone: keypad", "practice.rule_goes_with"},
		{"a dial outside its values", "want: 3", "want: 4", "dial: {values", "practice.rule_dial"},
		{"a dial that is right already", "start: 1, want: 3", "start: 3, want: 3", "dial: {values", "practice.rule_dial"},
		{"a dial with one value", "{zh-Hans: 小, en: Small}, {zh-Hans: 标准, en: Normal}, {zh-Hans: 大, en: Large}", "{zh-Hans: 小, en: Small}", "dial: {values", "practice.rule_dial"},
		{"a dial that leads nowhere", "wrong: too-small", "wrong: too-tiny", "dial: {values", "practice.rule_no_such"},
		{"two steps", "      - {tap: pay, icon: coin, text: {zh-Hans: 付钱, en: \"Pay\"}}\n", "", "- {tap: look", "practice.rule_steps"},
		{"a step twice", "{tap: pay, icon: coin", "{tap: look, icon: coin", "{tap: look, icon: coin", "practice.rule_name"},
		{"an unknown key of a step", "wrong: signed-early", "wrong: signed-early, right: true", "wrong: signed-early", "courses.rule_unknown_key"},
		{"steps lead nowhere", "    to: front\n", "", "phone: sort", "practice.rule_to"},
		{"what is found leads nowhere", "    to: size\n", "", "phone: app", "practice.rule_to"},
		{"too much to find", `      - {tap: water,`, strings.Repeat(`      - {tap: mNEXT, icon: music, text: {zh-Hans: 听歌, en: "Music"}, right: true}`+"\n", 3) + `      - {tap: water,`, "- {tap: film", "practice.rule_find_many"},
		{"an unknown icon", "icon: tv", "icon: television", "television", "practice.rule_icon"},
		{"a switch half on", `value: "¥25", switch: "on"`, `value: "¥25", switch: "half"`, "half", "practice.rule_switch"},
		{"two sorts of choice", "{tap: next, icon: check", "{tap: next, pick: next, icon: check", "{tap: next", "practice.rule_one_sort"},
		{"a name with capitals", "{tap: next,", "{tap: Next,", "{tap: Next", "practice.rule_name"},
		{"a name of the engine's own", "{tap: next,", "{tap: back,", "{tap: back,", "practice.rule_name"},
		{"a screen's name with a space", "  receipt:\n", "  re ceipt:\n", "phone: bill", "practice.rule_name"},
		{"too much to tap", "      - {tap: open, icon: lock, text: {zh-Hans: 打开, en: \"Open\"}, to: done, right: true}\n", strings.Repeat(`      - {tap: mNEXT, text: {zh-Hans: 打开, en: "Open"}, to: done, right: true}`+"\n", 4), "- {tap: m1,", "practice.rule_taps"},
		{"too many rows", `      - {icon: coin, text: {zh-Hans: 一共, en: "In all"}, value: "¥50"}` + "\n", strings.Repeat(`      - {text: {zh-Hans: 一共, en: "In all"}}`+"\n", 7), "- {text: {zh-Hans: 一共", "practice.rule_rows_many"},
		{"an unknown key of a screen", "    code: true\n", "    code: true\n    input: phone\n", "input:", "courses.rule_unknown_key"},
		{"an unknown key of a choice", "{tap: next, icon: check", "{tap: next, input: true, icon: check", "{tap: next", "courses.rule_unknown_key"},
		{"an unknown key of a mistake", "    back: settings\n", "    back: settings\n    points: 5\n", "points:", "courses.rule_unknown_key"},
		{"an ending to a page that is not ours", "    text: {zh-Hans: 样样都试过了。", "    real: bank\n    text: {zh-Hans: 样样都试过了。", "real: bank", "practice.rule_real"},
		{"a picture that is not there", "picture: square", "picture: circle", "picture: circle", "practice.rule_drawing"},
		{"a picture with a script", "picture: square", "picture: odd", "picture: odd", "practice.rule_drawing"},
		{"a picture on another face", "phone: picture\n", "phone: app\n", "phone: app\n    picture", "practice.rule_picture"},
		{"a picture without words", "    alt: {zh-Hans: 一个方块, en: \"A square\"}\n", "", "picture: square", "courses.rule_missing_key"},
		{"nowhere in the picture", "{tap: left, at: [20, 20, 100, 100],", "{tap: left,", "{tap: left,", "practice.rule_area"},
		{"a small place", "at: [20, 20, 100, 100]", "at: [20, 20, 60, 100]", "at: [20, 20, 60", "practice.rule_area_size"},
		{"a place beyond the edge", "at: [20, 20, 100, 100]", "at: [360, 20, 100, 100]", "at: [360", "practice.rule_area_size"},
		{"a place off the grid", "at: [20, 20, 100, 100]", "at: [25, 20, 100, 100]", "at: [25", "practice.rule_area_size"},
		{"places that touch", "at: [160, 20, 100, 100]", "at: [120, 20, 100, 100]", "at: [120", "practice.rule_area_near"},
		{"a screen out of reach", "{tap: no, text: {zh-Hans: 不打, en: \"Not now\"}, to: front}", "{tap: no, text: {zh-Hans: 不打, en: \"Not now\"}, to: asks}\n  island:\n    phone: lock\n    choices:\n      - {tap: open, text: {zh-Hans: 打开, en: \"Open\"}, to: locked, right: true}", "phone: lock", "practice.rule_unreachable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			scene := everyKind
			if strings.Contains(tt.rule, "area") || strings.Contains(tt.old, "picture") || strings.Contains(tt.old, "alt:") {
				scene = withPicture()
			}
			repeated := tt.new
			for i := 1; strings.Contains(repeated, "NEXT"); i++ {
				repeated = strings.Replace(repeated, "NEXT", string(rune('0'+i)), 1)
			}
			breaks(t, scene, tt.old, repeated, tt.at, tt.rule)
		})
	}
}

// TestEveryRuleIsBrokenSomewhere: the tables above have a file for each rule that authors can
// read about.
func TestEveryRuleIsBrokenSomewhere(t *testing.T) {
	words, err := os.ReadFile("../../locales/practice.en.toml")
	if err != nil {
		t.Fatal(err)
	}
	var tables strings.Builder
	for _, name := range []string{"check_test.go", "check_kinds_test.go"} {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		tables.Write(b)
	}
	rule := regexp.MustCompile(`practice\.rule_[a-z_]+`)
	tried := rule.FindAllString(tables.String(), -1)
	for _, r := range rule.FindAllString(string(words), -1) {
		if !slices.Contains(tried, r) {
			t.Errorf("%s is not tried", r)
		}
	}
}

// TestAFolderThatCannotBeRead is told, not passed over.
func TestAFolderThatCannotBeRead(t *testing.T) {
	got := practice.Check(unreadable{fstest.MapFS{}}, wording(t))
	if len(got) != 1 || got[0].Rule != "practice.rule_unreadable" {
		t.Errorf("got %v", courses.Problems(got))
	}
}

// unreadable is a folder whose list of files is refused.
type unreadable struct{ fstest.MapFS }

func (unreadable) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrPermission }
