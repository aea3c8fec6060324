package courses_test

import (
	"net/http"
	"strings"
	"testing"

	"silverclass/courses"
)

func TestALessonPrintsAsOneSheetOfItsSteps(t *testing.T) {
	b := newSchool(t, always, always).visitor(t)
	page, _ := b.get(courses.PaperURL(police))
	for _, want := range []string{"“我是公安局的”", "不会在电话里办案", "电话里要钱的警察", "96110", `class="qr"`, "我的笔记"} {
		if !strings.Contains(page, want) {
			t.Errorf("the sheet lacks %s:\n%s", want, mainOf(page))
		}
	}
	if n := strings.Count(page, `class="page sheet"`); n != 1 {
		t.Errorf("one lesson makes %d sheets", n)
	}
	if n := strings.Count(page, "<li><div class=\"sheet-drawing\">"); n != 3 {
		t.Errorf("the sheet has %d things to do, want 3", n)
	}
}

func TestATopicPrintsAsABooklet(t *testing.T) {
	b := newSchool(t, always, always).visitor(t)
	page, _ := b.get(courses.BookletURL("fraud"))
	if n := strings.Count(page, `<article class="page sheet"`); n != 3 || !strings.Contains(page, "cover") {
		t.Errorf("a topic of three lessons makes %d sheets and a cover", n)
	}
	if rec := b.do(http.MethodGet, courses.BookletURL("cooking"), nil); rec.Code != http.StatusNotFound {
		t.Errorf("no such topic answers %d", rec.Code)
	}
	if page, _ = b.get(courses.WalletURL); strings.Count(page, "wallet-card") != 8 || strings.Count(page, ">96110<") != 8 {
		t.Errorf("the sheet of wallet cards:\n%s", mainOf(page))
	}
}
