package quizzes

import (
	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
)

// balance looks at the bank as a whole: over all questions with as many answers, the
// right one stands at each place about as often; fakes and real ones are about as many;
// and being the longest says nothing.
func (l *Library) balance() []courses.Problem {
	var problems []courses.Problem
	broken := func(rule string, args fault.Args) {
		problems = append(problems, courses.Problem{File: ".", Rule: rule, Args: args})
	}
	places := map[Kind]map[int][]int{Choice: {}, Scam: {}, InPicture: {}} // by kind and number of answers: how often right at each place
	longest, choices := map[string]int{}, 0
	for _, slug := range l.Slugs() {
		for _, q := range l.quizzes[slug].Questions {
			n, kind := len(q.Answers), q.Kind
			if kind == WhatNext {
				kind = Choice // answered in the same way
			}
			if kind == InOrder {
				continue // its answers are mixed each time
			}
			if places[kind][n] == nil {
				places[kind][n] = make([]int, n)
			}
			places[kind][n][q.wanted(nil)]++
			if kind != Choice {
				continue
			}
			choices++
			for _, lang := range locales.Written() {
				if q.longest(lang) {
					longest[lang]++
				}
			}
		}
	}
	for n := leastAnswers; n <= mostPlaces; n++ {
		if uneven(places[Choice][n]) || uneven(places[InPicture][n]) {
			broken("quizzes.rule_places", fault.Args{"Answers": n})
		}
	}
	if uneven(places[Scam][2]) {
		broken("quizzes.rule_verdicts", nil)
	}
	for _, lang := range locales.Written() {
		if choices >= leastQuestions && longest[lang]*5 > choices*2 { // over 40 of 100
			broken("quizzes.rule_longest", fault.Args{"Lang": lang})
		}
	}
	return problems
}

// uneven reports counts that differ by more than a fifth of their sum, and by more than 2:
// few questions cannot be even.
func uneven(counts []int) bool {
	if len(counts) == 0 {
		return false
	}
	least, most, sum := counts[0], counts[0], 0
	for _, n := range counts {
		least, most, sum = min(least, n), max(most, n), sum+n
	}
	return most-least > max(2, sum/5)
}
