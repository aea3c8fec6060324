package courses_test

import (
	"io/fs"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"silverclass/courses"
	"silverclass/locales"
)

// three are the lessons that the tests are about. They are the program's own; what others
// are written changes nothing here.
var three = []string{"fraud/stop-and-ask", "fraud/police-call", "fraud/child-in-trouble"}

// copied is the program's own content with those three lessons, to be broken in one place.
func copied(t *testing.T) fstest.MapFS {
	t.Helper()
	m := fstest.MapFS{}
	err := fs.WalkDir(courses.Content(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if dir := path.Dir(p); dir != "." && dir != "drawings" && !slices.Contains(three, dir) {
			return nil
		}
		b, err := fs.ReadFile(courses.Content(), p)
		m[p] = &fstest.MapFile{Data: b}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// edit replaces the first old in a file, which must be there.
func edit(t *testing.T, m fstest.MapFS, file, old, with string) {
	t.Helper()
	s := string(m[file].Data)
	if !strings.Contains(s, old) {
		t.Fatalf("%s has no %q", file, old)
	}
	m[file] = &fstest.MapFile{Data: []byte(strings.Replace(s, old, with, 1))}
}

// line is the number of the first line of a file that contains what.
func line(t *testing.T, m fstest.MapFS, file, what string) int {
	t.Helper()
	for i, l := range strings.Split(string(m[file].Data), "\n") {
		if strings.Contains(l, what) {
			return i + 1
		}
	}
	t.Fatalf("%s has no line with %q", file, what)
	return 0
}

func TestOurContentKeepsItsRules(t *testing.T) {
	for _, p := range courses.Check(courses.Content()) {
		t.Errorf("%v %v", p, p.Args)
	}
}

func TestBrokenContentIsNamedByFileLineAndRule(t *testing.T) {
	const police = "fraud/police-call/lesson.yaml"
	tests := []struct {
		name      string
		file      string
		old, with string
		at        string // the line that is named holds this, after the change
		rule      string
	}{
		{"not YAML", police, "title: {", "title: {{", "# fraud", "courses.rule_yaml"},
		{"unknown key", police, "summary: {", "summery: {", "summery", "courses.rule_unknown_key"},
		{"double key", police, "summary: {", "title: {zh-Hans: 一, en: one}\nsummary: {", "title: {zh-Hans: 一", "courses.rule_double_key"},
		{"double key in a text", police, "title: {", "title: {en: x, ", "title", "courses.rule_double_key"},
		{"unknown language", police, "title: {", "title: {fr: x, ", "title", "courses.rule_unknown_key"},
		{"missing language", police, "{zh-Hans: 想听他把话说完, en: Hearing him out}", "{zh-Hans: 想听他把话说完}", "想听他把话说完", "courses.rule_missing_key"},
		{"empty text", police, "{zh-Hans: 想听他把话说完, en: Hearing him out}", "{zh-Hans: \"\", en: Hearing him out}", "Hearing him out", "courses.rule_empty"},
		{"a list for a text", police, "{zh-Hans: 想听他把话说完, en: Hearing him out}", "[a, b]", "[a, b]", "courses.rule_want_map"},
		{"no alt text", police, "      alt:\n        zh-Hans: 一部手机响了，屏幕上写着“公安局”和一个问号\n        en: A phone is ringing. The screen says “Police” with a question mark\n", "", "      file: ringing.svg", "courses.rule_missing_key"},
		{"empty alt text", police, "zh-Hans: 一部手机响了，屏幕上写着“公安局”和一个问号", "zh-Hans: \"\"", "zh-Hans: \"\"", "courses.rule_empty"},
		{"empty text for the voice", police, "    facts: [not-by-phone, no-safe-account]", "    speak: {zh-Hans: \"\", en: Hang up.}\n    facts: [not-by-phone]", "speak:", "courses.rule_empty"},
		{"no goal", police, "  - kind: goal\n", "  - kind: do\n", "kind: do", "courses.rule_step_kind"},
		{"no sentence to keep", police, "  - kind: keep\n", "  - kind: stop\n", "kind: stop", "courses.rule_step_kind"},
		{"a goal without words", police, "      zh-Hans: |\n        有人打电话说他是警察，\n        还说您犯了案。\n        今天学会：**听出假的，马上挂断**。\n", "", "      en: |", "courses.rule_missing_key"},
		{"too few Han", police, "        公安局**不会在电话里办案**，\n        也**没有“安全账户”**。\n        一听到这两样，就挂断。\n", "        挂断。\n", "  - kind: do", "courses.rule_han"},
		{"another word for the same", police, "一听到这两样，就挂断。", "要支付码的，就挂断。", "支付码", "courses.rule_banned"},
		{"a reading with a syllable too few", "wording.yaml", "pinyin: yin2 hang2", "pinyin: yin2", "pinyin: yin2,", "courses.rule_pinyin_count"},
		{"a reading that the character does not have", "wording.yaml", "pinyin: yin2 hang2", "pinyin: yin2 ma2", "yin2 ma2", "courses.rule_pinyin"},
		{"a sound with two readings of its own", "wording.yaml", "say: {zh-Hans: 银航}", "say: {zh-Hans: 银长}", "say: {zh-Hans: 银长}", "courses.rule_pinyin"},
		{"steps in another order", police, "kind: goal", "kind: why", "kind: why", "courses.rule_step_kind"},
		{"long sentence", police, "一听到这两样，就挂断。", "一听到这两样，不管他怎么说，不管他是谁，不管他多着急，都要挂断。", "一听到这两样", "courses.rule_long_sentence"},
		{"jargon", police, "一听到这两样，就挂断。", "一听到就点击挂断。", "点击", "courses.rule_banned"},
		{"jargon between Han", police, "一听到这两样，就挂断。", "一听到就把APP关掉，挂断。", "APP", "courses.rule_banned"},
		{"long English sentence", police, "Hear either one? Hang up.", "Hear either one of these two things that I told you about a moment ago and you will want to hang up at once?", "Hear either", "courses.rule_long_sentence_words"},
		{"blame", police, "人一慌就容易信，谁都一样。", "糊涂了就会信。", "糊涂", "courses.rule_banned"},
		{"jargon in English", police, "Hear either one? Hang up.", "Hear it? Click the button.", "Click", "courses.rule_banned"},
		{"three marks", police, "一听到这两样，就挂断。", "一听到这两样，**就挂断**。", "**就挂断**。", "courses.rule_many_marks"},
		{"open mark", police, "**不会在电话里办案**", "**不会在电话里办案", "也**没有“安全账户”", "courses.rule_open_mark"},
		{"hotline in digits for the voice", police, "    facts: [not-by-phone, no-safe-account]", "    speak: {zh-Hans: 请拨 96110。}\n    facts: [not-by-phone]", "speak:", "courses.rule_spoken_digits"},
		{"unknown fact", police, "facts: [not-by-phone, no-safe-account]", "facts: [not-by-phone, nobody-knows]", "nobody-knows", "courses.rule_unknown_fact"},
		{"a fact ends before it was checked", police, "valid_until: 2027-11-22", "valid_until: 2026-11-01", "2026-11-01", "courses.rule_valid_before_checked"},
		{"a date that is none", police, "checked_on: 2026-11-23", "checked_on: yesterday", "yesterday", "courses.rule_want_date"},
		{"search words twice", police, "words: [", "words: [警察, ", "words:", "courses.rule_double_key"},
		{"search word with a mark", police, "words: [", "words: [\"警察，你好\", ", "words:", "courses.rule_search_word"},
		{"English in a lesson without", police, "title: {zh-Hans: “我是公安局的”, en: “This is the police”}", "title: {zh-Hans: “我是公安局的”}", "summary", "courses.rule_unknown_key"},
		{"unknown hotline", police, `hotlines: ["110", "96110"]`, `hotlines: ["110", "95"]`, `"95"`, "courses.rule_unknown_hotline"},
		{"picture that is not there", police, "file: ringing.svg", "file: singing.svg", "singing.svg", "courses.rule_picture_missing"},
		{"picture elsewhere", police, "file: hang-up.svg", "file: ../hang-up.svg", "../hang-up.svg", "courses.rule_picture_name"},
		{"label missing", police, "caller: {zh-Hans: 公安局？, en: \"Police?\"}", "other: {zh-Hans: 公安局？, en: \"Police?\"}", "file: ringing.svg", "courses.rule_label_missing"},
		{"script in a drawing", "fraud/police-call/ringing.svg", `<use href="#ground"/>`, "<script>x</script>", "<script>", "courses.rule_svg_tag"},
		{"a drawing that fetches", "fraud/police-call/ringing.svg", `<use href="#ground"/>`, `<use href="https://example.org/x.svg#y"/>`, "example.org", "courses.rule_svg_attribute"},
		{"a drawing that acts", "fraud/police-call/ringing.svg", "<path ", `<path onload="x()" `, "onload", "courses.rule_svg_attribute"},
		{"words in a drawing", "fraud/police-call/ringing.svg", "{caller}", "公安局", "公安局", "courses.rule_svg_words"},
		{"a part that is not there", "fraud/police-call/ringing.svg", `href="#ground"`, `href="#cloud"`, "<svg", "courses.rule_svg_part"},
		{"topics in another order", "topics.yaml", "slug: info-apps", "slug: scams", "slug: scams", "courses.rule_topics"},
		{"nine digits", "wording.yaml", "[零, 幺,", "[零,", "[零,", "courses.rule_ten_digits"},
		{"hotline with a letter", "hotlines.yaml", `number: "12321"`, `number: "12321a"`, "12321a", "courses.rule_want_digits"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := copied(t)
			edit(t, m, tt.file, tt.old, tt.with)
			want := courses.Problem{File: tt.file, Line: line(t, m, tt.file, tt.at), Rule: tt.rule}.String()
			var got []string
			for _, p := range courses.Check(m) {
				got = append(got, p.String())
			}
			for _, g := range got {
				if g == want {
					return
				}
			}
			t.Errorf("got %v\nwant among them %s", got, want)
		})
	}
}

func TestBrokenDirectories(t *testing.T) {
	tests := []struct {
		name string
		mend func(m fstest.MapFS)
		want []string
	}{
		{"a lesson that the curriculum does not have", func(m fstest.MapFS) {
			m["fraud/police-cal/lesson.yaml"] = m["fraud/police-call/lesson.yaml"]
		}, []string{"fraud/police-cal/lesson.yaml:1: courses.rule_unknown_lesson"}},
		{"another file beside a lesson", func(m fstest.MapFS) {
			m["fraud/police-call/notes.txt"] = &fstest.MapFile{Data: []byte("x")}
		}, []string{"fraud/police-call/notes.txt:1: courses.rule_unknown_file"}},
		{"a drawing that nobody shows", func(m fstest.MapFS) {
			m["fraud/police-call/old.svg"] = m["fraud/police-call/ringing.svg"]
		}, []string{"fraud/police-call/old.svg:1: courses.rule_picture_unused"}},
		{"a drawing that is too large", func(m fstest.MapFS) {
			m["fraud/police-call/ringing.svg"] = &fstest.MapFile{Data: []byte(`<svg viewBox="0 0 1 1"><text>{caller}</text><path d="` + strings.Repeat("M0 0", 1600) + `"/></svg>`)}
		}, []string{"fraud/police-call/ringing.svg:1: courses.rule_svg_size"}},
		{"no topics", func(m fstest.MapFS) { delete(m, "topics.yaml") }, []string{"topics.yaml:0: courses.rule_unreadable"}},
		{"a file without anything", func(m fstest.MapFS) { m["topics.yaml"] = &fstest.MapFile{} }, []string{"topics.yaml:1: courses.rule_empty_file"}},
		{"one drawing", func(m fstest.MapFS) {
			lesson, lines := "", strings.SplitAfter(string(m["fraud/police-call/lesson.yaml"].Data), "\n")
			pictures, inside := 0, false
			for _, l := range lines {
				switch {
				case strings.HasPrefix(l, "    picture:"):
					pictures++
					inside = pictures > 1
				case !strings.HasPrefix(l, "      "):
					inside = false
				}
				if !inside {
					lesson += l
				}
			}
			m["fraud/police-call/lesson.yaml"] = &fstest.MapFile{Data: []byte(lesson)}
			for _, file := range []string{"pressing", "hang-up", "open-door", "call-back"} {
				delete(m, "fraud/police-call/"+file+".svg")
			}
		}, []string{"fraud/police-call/lesson.yaml:39: courses.rule_pictures"}},
		{"seven steps", func(m fstest.MapFS) {
			s := string(m["fraud/police-call/lesson.yaml"].Data)
			m["fraud/police-call/lesson.yaml"] = &fstest.MapFile{Data: []byte(s[:strings.LastIndex(s, "  - kind: keep")])}
		}, []string{"fraud/police-call/lesson.yaml:39: courses.rule_eight_steps"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := copied(t)
			tt.mend(m)
			var got []string
			for _, p := range courses.Check(m) {
				got = append(got, p.String())
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("problems (-want +got):\n%s", diff)
			}
			if _, err := courses.Load(m); err == nil {
				t.Error("a broken content directory was loaded")
			}
		})
	}
}

func TestEveryRuleHasWords(t *testing.T) {
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	m := copied(t)
	edit(t, m, "fraud/police-call/lesson.yaml", "一听到这两样，就挂断。", "一听到就点击挂断。")
	problems := courses.Check(m)
	if len(problems) != 1 {
		t.Fatalf("got %v, want one problem", problems)
	}
	for lang, want := range map[string]string{
		"zh-Hans": "fraud/police-call/lesson.yaml:80: 不用“点击”，请写：点一下",
		"en":      "fraud/police-call/lesson.yaml:80: do not say “点击”, say: 点一下",
	} {
		got := problems[0].Words(func(key string, args map[string]any) string { return words.T(lang, key, args) })
		if got != want {
			t.Errorf("%s: got %q, want %q", lang, got, want)
		}
	}
}

func TestCurriculumIsComplete(t *testing.T) {
	if got := len(courses.Slugs()); got != 45 {
		t.Errorf("got %d lessons in the curriculum, want 45", got)
	}
	want := []string{"info-apps", "fraud", "mobile-payment", "e-commerce", "network-security"}
	if diff := cmp.Diff(want, courses.TopicSlugs()); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
	if courses.KnownSlug("fraud/nobody") || !courses.KnownSlug("fraud/police-call") {
		t.Error("KnownSlug does not know the curriculum")
	}
}

func catalog(t *testing.T) *courses.Catalog {
	t.Helper()
	c, err := courses.Load(copied(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTopicShowsOnlyLessonsThatExistInOrder(t *testing.T) {
	topic, err := catalog(t).Topic("fraud")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range topic.Lessons {
		got = append(got, l.Slug)
	}
	if diff := cmp.Diff(three, got); diff != "" {
		t.Errorf("lessons (-want +got):\n%s", diff)
	}
}

func TestOverlayIsLaidOverFileByFile(t *testing.T) {
	over := fstest.MapFS{}
	base := copied(t)
	changed := strings.Replace(string(base["fraud/police-call/lesson.yaml"].Data), "一听到这两样，就挂断。", "听到其中一样，就挂断。", 1)
	over["fraud/police-call/lesson.yaml"] = &fstest.MapFile{Data: []byte(changed)}
	c, err := courses.Load(courses.Overlay(base, over))
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Lesson("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	if got := l.Step(3).In("zh-Hans").Say; !strings.Contains(string(got), "听到其中一样") {
		t.Errorf("step 3 says %q, want the operator's words", got)
	}
	ours, _ := catalog(t).Lesson("fraud/police-call")
	if ours.Edition == l.Edition {
		t.Error("other words have the same edition")
	}
	if other, _ := c.Lesson("fraud/stop-and-ask"); other == nil {
		t.Error("a lesson that the operator did not touch is gone")
	}
	if len(c.Lessons()) != 3 {
		t.Errorf("got %d lessons, want 3", len(c.Lessons()))
	}
}

func TestSpokenText(t *testing.T) {
	w := catalog(t).Wording()
	tests := []struct{ name, lang, text, want string }{
		{"hotline", "zh-Hans", "自己拨 **96110** 问一问", "自己拨 九六幺幺零 问一问"},
		{"police", "zh-Hans", "打110。", "打幺幺零。"},
		{"a year stays", "zh-Hans", "2023 年，37 岁", "2023 年，37 岁"},
		{"a longer number stays", "zh-Hans", "1100 元", "1100 元"},
		{"English", "en", "call **96110** yourself", "call nine six one one zero yourself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := w.Spoken(tt.lang, tt.text); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestOwnWordsForTheVoice(t *testing.T) {
	m := copied(t)
	edit(t, m, "fraud/police-call/lesson.yaml", "    facts: [not-by-phone, no-safe-account]",
		"    speak: {zh-Hans: 真的公安局不会这样做。}\n    facts: [not-by-phone, no-safe-account]")
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	l, err := c.Lesson("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := l.Step(3).In("zh-Hans").Speak, "真的公安局不会这样做。"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := l.Step(3).In("en").Speak; !strings.HasPrefix(got, "The real police do not do this. They never handle") {
		t.Errorf("without own words the voice says %q", got)
	}
}

func TestLastStepSpeaksItsHotlines(t *testing.T) {
	l, err := catalog(t).Lesson("fraud/police-call")
	if err != nil {
		t.Fatal(err)
	}
	want := "记住一句话。 电话里要钱的警察，是假的。 挂断，问家里人。 幺幺零。 已经转了钱，马上拨。 九六幺幺零。 拿不准就拨，它打来要接。"
	if got := l.Step(courses.KeepStep).In("zh-Hans").Speak; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

func TestMarkedTextIsEscaped(t *testing.T) {
	if got, want := string(courses.Marked("a **b** <c>\nd")), "a <mark>b</mark> &lt;c&gt;<br>d"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestClaimsAge(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	c := courses.Claim{ValidUntil: day("2027-11-22")}
	if c.Aged(day("2027-11-22")) {
		t.Error("a claim is aged on its last day")
	}
	if !c.Aged(day("2027-11-23")) {
		t.Error("a claim is not aged on the day after its last")
	}
}
