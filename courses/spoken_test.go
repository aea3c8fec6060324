package courses_test

import (
	"strings"
	"testing"

	"silverclass/courses"
)

func TestWordsWithSeveralReadingsAreSaidAsWeMeanThem(t *testing.T) {
	w := catalog(t).Wording()
	tests := []struct{ text, want string }{
		{"去银行柜台问", "去银航柜台问"},
		{"一位长辈", "一位掌辈"},
		{"请重新拨", "请崇新拨"},
		{"不要重复", "不要崇复"},
		{"还款以后，还有事", "环款以后，还有事"},
		{"拿好行李", "拿好形李"},
		{"屏幕上的数字倒着走", "屏幕上的数字到着走"},
		{"数一数有几个零，数到十", "暑一暑有几个零，暑到十"},
		{"把声音调大", "把声音条大"},
		{"快递单号", "快递单号"},
		{"很重，行不行", "很重，行不行"},
	}
	for _, tt := range tests {
		if got := w.ForVoice(tt.text); got != tt.want {
			t.Errorf("%s is said %s, want %s", tt.text, got, tt.want)
		}
		if left := w.Unread(tt.text); len(left) > 0 {
			t.Errorf("%s: nobody says how %v are read", tt.text, left)
		}
	}
	for number, want := range map[string]string{"96110": "九六幺幺零", "12345": "幺二三四五", "110": "幺幺零", "12381": "幺二三八幺",
		"12321": "幺二三二幺", "12315": "幺二三幺五", "95128": "九五幺二八", "10086": "幺零零八六"} {
		if got := w.Spoken("zh-Hans", "拨 "+number+"。"); got != "拨 "+want+"。" {
			t.Errorf("%s is said %q", number, got)
		}
	}
	if got := w.Unread("行长还重"); strings.Join(got, "") != "行长重" {
		t.Errorf("of 行长还重 nobody says how %v are read, want 行, 长 and 重", got)
	}
	if said := w.Said("zh-Hant", "去銀行問長輩"); len(said) != 2 || said["銀行"] != "銀航" || said["長輩"] != "掌輩" {
		t.Errorf("in traditional characters: %v", said)
	}
	if said := w.Said("en", "银行"); said != nil {
		t.Errorf("in English: %v", said)
	}
}

func TestEveryLessonsVoiceKnowsHowItsCharactersAreRead(t *testing.T) {
	c, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.Lessons()); n != 45 {
		t.Fatalf("%d lessons", n)
	}
	for _, l := range c.Lessons() {
		for i := range l.Steps {
			said := l.Steps[i].In("zh-Hans").Speak
			if said == "" {
				t.Errorf("%s step %d has nothing to say", l.Slug, i+1)
			}
			if left := c.Wording().Unread(said); len(left) > 0 {
				t.Errorf("%s step %d: nobody says how %v are read in %q", l.Slug, i+1, left, said)
			}
			for _, h := range c.Hotlines() {
				if strings.Contains(said, h.Number) {
					t.Errorf("%s step %d says %s as a number: %q", l.Slug, i+1, h.Number, said)
				}
			}
		}
	}
}

func TestThePageTellsTheVoice(t *testing.T) {
	b := newSchool(t, always, always).visitor(t)
	page, _ := b.get("/lessons/fraud/stop-and-ask")
	if strings.Contains(page, "data-said") {
		t.Error("a step without such words carries some")
	}
	s := newSchool(t, always, always)
	b = s.visitor(t)
	for _, l := range s.catalog.Lessons() {
		for i := range l.Steps {
			want := len(s.catalog.Wording().Said("zh-Hans", l.Steps[i].In("zh-Hans").Speak)) > 0
			page, _ := b.get(courses.StepURL(l.Slug, i+1, ""))
			if got := strings.Contains(page, "data-said="); got != want {
				t.Errorf("%s step %d: the page tells the voice: %v, want %v", l.Slug, i+1, got, want)
			}
		}
	}
}
