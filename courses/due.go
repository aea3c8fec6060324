package courses

import (
	"time"

	"silverclass/app/fault"
)

// Due is what whoever keeps the content must see to, though it takes nothing from the
// learners: facts past their last day (their pages say so), and doors without a practice or
// a quiz behind them (which are left out). It is ordered by file and line; nil when there is
// nothing.
func (c *Catalog) Due(day time.Time, scene, quiz func(slug string) bool) []Problem {
	var problems []Problem
	aged := func(file string, x *Claim) {
		if x.Aged(day) {
			problems = append(problems, Problem{File: file, Line: x.line, Rule: "courses.rule_aged",
				Args: fault.Args{"Day": x.ValidUntil.Format(time.DateOnly)}})
		}
	}
	for _, h := range c.Hotlines() {
		aged("hotlines.yaml", &h.Claim)
	}
	for _, l := range c.Lessons() {
		file := l.Slug + "/lesson.yaml"
		for _, x := range l.Claims {
			aged(file, x)
		}
		if !scene(l.Slug) {
			problems = append(problems, Problem{File: file, Line: l.Step(PracticeStep).line, Rule: "courses.rule_no_scene",
				Args: fault.Args{"Step": PracticeStep}})
		}
		if !quiz(l.Slug) {
			problems = append(problems, Problem{File: file, Line: l.Step(QuizStep).line, Rule: "courses.rule_no_quiz",
				Args: fault.Args{"Step": QuizStep}})
		}
	}
	return sorted(problems)
}
