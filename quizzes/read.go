package quizzes

import (
	"crypto/sha256"
	"hash"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"silverclass/app/fault"
	"silverclass/courses"
	"silverclass/locales"
)

// The measures of a question (curriculum.md, end of D.7; senior-ui.md N2 and N3).
const (
	leastQuestions = 4
	leastAnswers   = 2
	mostAnswers    = 4

	mostAskHan, mostAskWords       = 60, 40
	mostAnswerHan, mostAnswerWords = 14, 12
	mostWhyHan, mostWhyWords       = 60, 40
)

// reader reads the files of a bank by the same rules.
type reader struct {
	w      *courses.Wording
	scam   [2]courses.Text
	tricky map[string][]string
	// drawings are the bank's pictures; scenes of a lesson lie in a folder of its name.
	drawings *courses.Drawings
	dir      string // of the file that is read
	hash     hash.Hash
}

func (r *reader) quiz(fsys fs.FS, slug string) (*Quiz, []courses.Problem) {
	file := slug + ".yaml"
	topic, _, _ := strings.Cut(slug, "/")
	q := &Quiz{Slug: slug, Topic: topic}
	r.dir, r.hash = slug, sha256.New()
	if b, err := fs.ReadFile(fsys, file); err == nil {
		_, _ = r.hash.Write(b)
	}
	sheet, root := courses.NewSheet(fsys, file)
	list := root.Fields([]string{"questions"}, nil)["questions"]
	for _, n := range list.Items() {
		one := r.question(n)
		if slices.ContainsFunc(q.Questions, func(o Question) bool { return o.ID == one.ID }) {
			n.Break("quizzes.rule_double", fault.Args{"Name": one.ID})
		}
		q.Questions = append(q.Questions, one)
	}
	q.Edition = edition(r.hash.Sum(nil))
	if got := len(q.Questions); list.Here() && got < leastQuestions {
		list.Break("quizzes.rule_few", fault.Args{"Count": got, "Least": leastQuestions})
	}
	if len(sheet.Problems()) == 0 {
		guessable(q, list)
	}
	return q, sheet.Problems()
}

func (r *reader) question(n courses.Node) Question {
	f := n.Fields([]string{"id", "kind", "ask", "why"}, []string{"answers", "is", "places", "items", "done", "picture", "source", "no_fact"})
	q := Question{ID: f["id"].String(), Kind: Kind(f["kind"].String())}
	q.Ask = r.text(f["ask"], mostAskHan, mostAskWords)
	q.Why = r.text(f["why"], mostWhyHan, mostWhyWords)
	r.straight(f["ask"], q.Ask)
	r.picture(&q, f)
	r.onlyOf(q.Kind, f)
	switch q.Kind {
	case Choice:
		q.Answers = r.answers(n, f)
	case Scam:
		q.Answers = r.verdict(n, f)
	case InPicture:
		q.Answers = r.places(n, f, &q)
	case InOrder:
		q.Answers = r.items(n, f)
	case WhatNext:
		q.Done = r.done(n, f)
		q.Answers = r.answers(n, f)
	default:
		if f["kind"].Here() {
			f["kind"].Break("quizzes.rule_kind", fault.Args{"Kinds": "choice, scam, tap, order, next"})
		}
	}
	q.Source = source(f["source"])
	if f["no_fact"].Bool() == f["source"].Here() {
		n.Break("quizzes.rule_source")
	}
	return q
}

func (r *reader) answers(n courses.Node, f map[string]courses.Node) []Answer {
	if !f["answers"].Here() {
		n.Break("courses.rule_missing_key", fault.Args{"Key": "answers"})
		return nil
	}
	var all []Answer
	right := 0
	for _, item := range f["answers"].Items() {
		v := item.Fields([]string{"text"}, []string{"right"})
		a := Answer{Text: r.text(v["text"], mostAnswerHan, mostAnswerWords), Right: v["right"].Bool()}
		r.straight(v["text"], a.Text)
		same(item, all, a)
		if a.Right {
			right++
		}
		all = append(all, a)
	}
	if len(all) < leastAnswers || len(all) > mostAnswers {
		f["answers"].Break("quizzes.rule_answers", fault.Args{"Count": len(all), "Least": leastAnswers, "Most": mostAnswers})
	}
	if right != 1 {
		f["answers"].Break("quizzes.rule_one_right", fault.Args{"Count": right})
	}
	return all
}

// verdict are the two fixed answers of a scam question.
func (r *reader) verdict(n courses.Node, f map[string]courses.Node) []Answer {
	is := f["is"].String()
	if is != "fake" && is != "real" {
		at := f["is"]
		if !at.Here() {
			at = n
		}
		at.Break("quizzes.rule_verdict")
	}
	return []Answer{{Text: r.scam[0], Right: is == "fake"}, {Text: r.scam[1], Right: is == "real"}}
}

func source(n courses.Node) *Source {
	if !n.Here() {
		return nil
	}
	f := n.Fields([]string{"name", "where", "checked_on"}, nil)
	return &Source{Name: f["name"].Text(), Where: f["where"].String(), CheckedOn: f["checked_on"].Date()}
}

func (r *reader) text(n courses.Node, mostHan, mostWords int) courses.Text {
	if !n.Here() {
		return nil
	}
	t := n.Text()
	r.w.Check(n, t)
	at := n.Named()
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if han := courses.Han(t[lang]); han > mostHan {
			at[lang].Break("quizzes.rule_long", fault.Args{"Count": han, "Most": mostHan})
		}
		if words := len(strings.Fields(t[lang])); words > mostWords {
			at[lang].Break("quizzes.rule_long_words", fault.Args{"Count": words, "Most": mostWords})
		}
	}
	return t
}

// straight reports turns that say no twice, or ask for what is not.
func (r *reader) straight(n courses.Node, t courses.Text) {
	if t == nil {
		return
	}
	at := n.Named()
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		for _, turn := range r.tricky[lang] {
			if strings.Contains(strings.ToLower(t[lang]), turn) {
				at[lang].Break("quizzes.rule_tricky", fault.Args{"Turn": turn})
			}
		}
	}
}

// guessable reports a file whose right answers can be told without reading: mostly the
// longest, or always at one place.
func guessable(q *Quiz, list courses.Node) {
	choices, longest := 0, map[string]int{}
	places := map[int]bool{}
	for _, one := range q.Questions {
		if one.Kind != Choice && one.Kind != WhatNext {
			continue
		}
		choices++
		places[one.Right()[0]] = true
		for _, lang := range locales.Written() {
			if one.longest(lang) {
				longest[lang]++
			}
		}
	}
	for _, lang := range locales.Written() {
		if choices > 1 && longest[lang]*2 > choices {
			list.Break("quizzes.rule_longest", fault.Args{"Lang": lang})
		}
	}
	if choices > 1 && len(places) == 1 {
		list.Break("quizzes.rule_one_place")
	}
}

// longest reports whether the right answer is longer than all others.
func (q Question) longest(lang string) bool {
	right := q.wanted(nil)
	for i, a := range q.Answers {
		if i != right && utf8.RuneCountInString(a.Text[lang]) >= utf8.RuneCountInString(q.Answers[right].Text[lang]) {
			return false
		}
	}
	return true
}
