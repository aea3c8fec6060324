package practice_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
)

// wording is how the program's texts are written, as the real content says.
func wording(t testing.TB) *courses.Wording {
	t.Helper()
	w, problems := courses.NewWording(courses.Content())
	if len(problems) > 0 {
		t.Fatalf("wording: %v", courses.Problems(problems))
	}
	return w
}

// ours are the scenes of the program.
func ours(t testing.TB) *practice.Library {
	t.Helper()
	lib, err := practice.Load(practice.Content(), wording(t))
	if err != nil {
		words, lerr := locales.Load()
		if lerr != nil {
			t.Fatal(lerr)
		}
		for _, p := range practice.Check(practice.Content(), wording(t)) {
			t.Log(p.Words(func(key string, args map[string]any) string { return words.T("zh-Hans", key, args) }))
		}
		t.Fatal("scenes are broken")
	}
	return lib
}

func TestOurScenesAreSound(t *testing.T) {
	lib := ours(t)
	if got := lib.Slugs(); len(got) < 3 {
		t.Errorf("scenes: got %v", got)
	}
}

// A phone that looks different names some things differently: a hint, a praise or a
// repair that has only the first phone's word sends somebody to look for what is not there.
func TestWordsAreTrueOnTheOtherPhoneToo(t *testing.T) {
	lib := ours(t)
	for _, slug := range lib.Slugs() {
		scene, err := lib.Scene(slug)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range scene.Screens {
			for _, c := range x.Choices {
				for _, lang := range locales.Written() {
					name, other := c.Text[lang], c.Other[lang]
					if other == "" || utf8.RuneCountInString(name) < 2 {
						continue
					}
					for part, text := range map[string]string{"hint": x.Hint[lang], "praise": x.Good[lang]} {
						text = strings.ReplaceAll(text, "**", "")
						if strings.Contains(text, name) && !strings.Contains(text, other) && !sameThing[slug+" "+name] {
							t.Errorf("%s, %s: %s %q names %q, which the other phone calls %q", slug, x.ID, part, text, name, other)
						}
					}
					for _, m := range scene.Mistakes {
						if strings.Contains(m.Repair[lang], "“"+name+"”") {
							t.Errorf("%s, %s: the repair %q names %q, which the other phone calls %q", slug, m.ID, m.Repair[lang], name, other)
						}
					}
				}
			}
		}
	}
}

// sameThing are names that are the plain word for the thing itself on either phone.
var sameThing = map[string]bool{
	"e-commerce/place-order 买东西":         true, // "the place where one buys"
	"info-apps/bigger-text 声音":           true,
	"info-apps/hospital-booking 挂号":      true,
	"info-apps/touch-basics 下一张":         true,
	"mobile-payment/pay-code 付款":         true, // in 付款码, which the other phone says in full
	"network-security/permissions Allow": true,
}
