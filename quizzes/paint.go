package quizzes

import (
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// questionPage is one question, to answer or with its right answer.
type questionPage struct {
	Action, Attempt, Run string
	At                   int // answers so far
	Question             string
	Number, Of           int // question 1 of 2
	Beads                []string
	Note                 string // a locale key; empty for nothing to say
	Ask                  string
	Rows                 []row
	Kind                 Kind
	Set                  []string      // what stands in its place already, in order
	Picture              template.HTML // empty without one
	Why                  string        // after an answer
	Missed               bool          // the last answer was not the right one
	Last                 bool          // the quiz is handed in
	Before, Next         string        // addresses; empty where there is nothing before or after
	OnceMore             string
	Look                 string // what was asked and answered, when it is handed in
	Check                string // a locale key of what to say over the questions of a check; empty elsewhere
	Again                bool   // she came back: one question, and then a practice
	Practise             string // its address
	Lesson               *onward
}

// row is one answer.
type row struct {
	Answer int
	Mark   string // its number; empty where it has none yet, and for a verdict
	Icon   string // of a verdict: scam or fine; else empty
	Words  string
	Tried  bool
	Right  bool   // shown as the right one
	Spot   string // where it lies in the picture, as names of classes; empty without one
}

// onward is the POST that goes on in the lesson: after the quiz, or past it.
type onward struct {
	Action       string
	From, Target int
}

// paint shows question at (counted from 0; any other number means where the reader is).
func (h *handlers) paint(c echo.Context, v visit, a Attempt, sheet Sheet, at, status int, note string) error {
	at = sheet.shown(at)
	q, lang := sheet.Questions[at], web.Lang(c)
	solved := sheet.Solved(at)
	run := v.address
	if run == "" {
		run = v.run
	}
	d := questionPage{Action: v.base, Attempt: a.ID, Run: run, At: len(sheet.Given), Question: q.ID,
		Number: at + 1, Of: len(sheet.Questions), Note: note, Ask: q.Ask.In(lang), Kind: q.Kind, Last: sheet.Done() && at == len(sheet.Questions)-1}
	d.rows(sheet, at, lang)
	speak := []string{d.Ask}
	if solved || d.Missed {
		d.Why = q.Why.In(lang)
		key := "quizzes.look_again"
		if solved {
			key = "quizzes.right"
		}
		speak = []string{h.Site.T(c, key, nil), d.Why, d.Ask}
	}
	speak = append(speak, d.Set...)
	for _, r := range d.Rows {
		if !r.Tried && (!solved || r.Right) {
			speak = append(speak, r.Words)
		}
	}
	back := "/"
	if sheet.Once {
		d.Check, back = "quizzes.check_say", courses.TopicURL(v.quiz.Topic)
	}
	if l, err := h.Catalog.Lesson(v.quiz.Slug); err == nil {
		back = courses.StepURL(v.quiz.Slug, courses.QuizStep, run)
		if run != "" {
			d.Lesson = &onward{courses.NextURL(v.quiz.Slug), courses.QuizStep, l.Next(courses.QuizStep)}
		}
	}
	d.ways(v, a, at, run)
	if l, err := h.Catalog.Lesson(v.quiz.Slug); err == nil && d.Last && d.Of == 1 && d.Lesson == nil && l.HasScene() {
		d.Again, d.Practise = true, courses.PracticeURL(v.quiz.Slug, "")+"?mode="+h.comingBack(v.quiz.Slug)
	}
	file := "question.html"
	if solved {
		file = "right.html"
	}
	view := web.View{Back: back, Body: "quiz", Topic: v.quiz.Topic, Data: d, Speak: h.spoken(lang, speak)}
	if _, key := v.who.Key(); key == "" { // in larger type or another language, still the same question
		view.Address = v.url(a.ID, 0)
	}
	return h.pages.Show(c, status, file, view)
}

// comingBack is the mode in which somebody who comes back practises: alone, and on the phone
// that looks different where there is one.
func (h *handlers) comingBack(slug string) string {
	if h.Second(slug) {
		return "changed"
	}
	return "unaided"
}

// shown is the question that a page shows: the one that was asked for if the reader has
// come that far, else the one just solved, else the one to answer.
func (s Sheet) shown(at int) int {
	now := s.Now()
	if s.Once {
		return min(now, len(s.Questions)-1)
	}
	if at >= 0 && at < len(s.Questions) && at <= now {
		return at
	}
	if n := len(s.Given); n > 0 && s.Solved(s.Given[n-1].Question) {
		return s.Given[n-1].Question
	}
	return min(now, len(s.Questions)-1)
}

// rows are the answers with what became of them: those that have found their place stand
// in Set when there are several, and are right.
func (d *questionPage) rows(sheet Sheet, at int, lang string) {
	q, m := sheet.Questions[at], sheet.mark(at)
	for _, t := range q.Done {
		d.Set = append(d.Set, t.In(lang))
	}
	for _, i := range m.Set {
		if q.Kind == InOrder {
			d.Set = append(d.Set, q.Answers[i].Text.In(lang))
		}
	}
	for i, a := range q.Answers {
		r := row{Answer: i, Mark: string(rune('1' + i)), Words: a.Text.In(lang), Tried: slices.Contains(m.Off, i), Right: slices.Contains(m.Set, i)}
		switch {
		case a.Spot != nil:
			r.Spot = a.Spot.classes()
		case q.Kind == InOrder:
			r.Mark = ""
		case q.Kind == Scam:
			r.Mark, r.Icon = "", [...]string{"scam", "fine"}[i]
		}
		if q.Kind == InOrder && r.Right {
			continue
		}
		d.Rows = append(d.Rows, r)
	}
	if q.Picture != nil {
		d.Picture = courses.Inline(q.Picture.Drawing, &courses.Picture{Alt: q.Picture.Alt, Labels: q.Picture.Labels}, lang)
	}
	d.Missed = m.Slips > 0 && !m.Solved()
	for i := range sheet.Questions {
		bead := ""
		switch {
		case sheet.Solved(i) && (i != at || sheet.Done()):
			bead = "on"
		case i == at:
			bead = "now"
		}
		d.Beads = append(d.Beads, bead)
	}
}

// classes name the place in the style sheet's grid over the picture.
func (s Spot) classes() string { return fmt.Sprintf("x%d y%d w%d h%d", s.X, s.Y, s.W, s.H) }

// ways are the links between an attempt's pages.
func (d *questionPage) ways(v visit, a Attempt, at int, run string) {
	if isCheck(v.quiz.Slug) {
		return
	}
	if at > 0 {
		d.Before = v.url(a.ID, at)
	}
	if d.Last {
		d.Look = v.base + "/look?attempt=" + url.QueryEscape(a.ID)
	}
	if !d.Last {
		d.Next = v.url(a.ID, at+2)
	}
	q := url.Values{"again": {"1"}}
	if run != "" {
		q.Set("run", run)
	}
	d.OnceMore = d.Action + "?" + q.Encode()
}

// spoken is what 朗读 says, one thing a line.
func (h *handlers) spoken(lang string, lines []string) string {
	var all []string
	for _, line := range lines {
		all = append(all, h.Library.wording.Spoken(lang, line))
	}
	return strings.Join(all, "\n")
}
