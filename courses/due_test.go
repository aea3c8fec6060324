package courses_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"silverclass/courses"
)

func TestWhatIsDueIsNamedByFileLineAndRule(t *testing.T) {
	const file = "fraud/police-call/lesson.yaml"
	m := copied(t)
	edit(t, m, file, "valid_until: 2027-11-22", "valid_until: 2026-12-01")
	edit(t, m, "hotlines.yaml", "valid_until: 2027-11-22", "valid_until: 2026-12-01")
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	named := func(list []courses.Problem) []string {
		var all []string
		for _, p := range list {
			all = append(all, p.String())
		}
		return all
	}
	last := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	if got := c.Due(last, always, always); len(got) != 0 {
		t.Errorf("on the last day: %v", named(got))
	}
	fact := courses.Problem{File: file, Line: line(t, m, file, "2026-12-01"), Rule: "courses.rule_aged"}.String()
	hotline := courses.Problem{File: "hotlines.yaml", Line: line(t, m, "hotlines.yaml", "2026-12-01"), Rule: "courses.rule_aged"}.String()
	if diff := cmp.Diff([]string{fact, hotline}, named(c.Due(last.AddDate(0, 0, 1), always, always))); diff != "" {
		t.Errorf("a day later (-want +got):\n%s", diff)
	}
	but := func(slug string) bool { return slug != police }
	scene := courses.Problem{File: file, Line: line(t, m, file, "kind: practice"), Rule: "courses.rule_no_scene"}.String()
	quiz := courses.Problem{File: file, Line: line(t, m, file, "kind: quiz"), Rule: "courses.rule_no_quiz"}.String()
	if diff := cmp.Diff([]string{scene, quiz}, named(c.Due(last, but, but))); diff != "" {
		t.Errorf("without practice and quiz (-want +got):\n%s", diff)
	}
}
