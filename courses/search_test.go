package courses_test

import (
	"net/http"
	"strings"
	"testing"

	"silverclass/courses"
)

func TestSearchFindsByWordPinyinAndFirstLetters(t *testing.T) {
	m := copied(t)
	edit(t, m, "fraud/stop-and-ask/lesson.yaml", "words: [", "words: [付款码, 银行, ")
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	s := courses.NewSearch(c)
	tests := []struct{ name, query, first string }{
		{"word", "付款码", "fraud/stop-and-ask"},
		{"pinyin", "fukuanma", "fraud/stop-and-ask"},
		{"pinyin, not at its end", "fukua", "fraud/stop-and-ask"},
		{"first letters", "fkm", "fraud/stop-and-ask"},
		{"both", "fukm", "fraud/stop-and-ask"},
		{"two readings", "yinhang", "fraud/stop-and-ask"},
		{"other reading", "YinXing", "fraud/stop-and-ask"},
		{"as many people say it", "yinhan", "fraud/stop-and-ask"},
		{"full width", "ｆｋｍ", "fraud/stop-and-ask"},
		{"spaces and marks", " fu kuan-ma！", "fraud/stop-and-ask"},
		{"police", "jingcha", "fraud/police-call"},
		{"police as it is said", "jinca", "fraud/police-call"},
		{"title", "公安局", "fraud/police-call"},
		{"title in traditional characters", "有人打來電話", "fraud/police-call"},
		{"English", "police", "fraud/police-call"},
		{"inside a title", "安局", "fraud/police-call"},
		{"a slip", "想听他把话说完", "fraud/police-call"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			found := s.Find(tt.query)
			if len(found) == 0 || found[0].Slug != tt.first {
				t.Errorf("%q finds %v, want %s first", tt.query, slugs(found), tt.first)
			}
		})
	}
	for _, query := range []string{"", "，。", "qqqqqq", strings.Repeat("x", 400)} {
		if found := s.Find(query); len(found) != 0 {
			t.Errorf("%q finds %v, want nothing", query, slugs(found))
		}
	}
}

func slugs(all []*courses.Lesson) []string {
	var names []string
	for _, l := range all {
		names = append(names, l.Slug)
	}
	return names
}

func TestSearchPageWorksByTappingLettersAlone(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	page, _ := b.get("/search")
	for _, letter := range []string{"j", "c"} {
		at := strings.Index(page, ">"+strings.ToUpper(letter)+"</a>")
		if at < 0 {
			t.Fatalf("no key %s on\n%s", letter, mainOf(page))
		}
		from := strings.LastIndex(page[:at], `href="`) + len(`href="`)
		page, _ = b.get(page[from : at-1])
	}
	if !strings.Contains(page, `value="jc"`) || !strings.Contains(page, `href="/lessons/fraud/police-call"`) {
		t.Errorf("two taps, j and c, do not find the lesson on the police:\n%s", mainOf(page))
	}
	page, _ = b.get("/search?q=" + strings.Repeat("q", 500))
	if !strings.Contains(page, "search-asked") || strings.Contains(mainOf(page), strings.Repeat("q", 26)) {
		t.Error("a search that finds nothing offers nothing to begin with, or shows all that was sent")
	}
	if rec := b.do(http.MethodGet, "/search?q=%ff%fe<script>", nil); rec.Code != http.StatusOK || strings.Contains(rec.Body.String(), "<script>\"") {
		t.Errorf("a query that is no text answers %d", rec.Code)
	}
}
