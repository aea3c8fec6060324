package quizzes

import (
	"net/url"
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
	Why                  string // after an answer
	Missed               bool   // the last answer was not the right one
	Last                 bool   // the quiz is handed in
	Before, Next         string // addresses; empty where there is nothing before or after
	OnceMore             string
	Lesson               *onward
}

// row is one answer.
type row struct {
	Answer int
	Mark   string // its number, or the icon's name of a verdict
	Words  string
	Tried  bool
	Right  bool // shown as the right one
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
	d := questionPage{Action: courses.QuizURL(v.quiz.Slug, ""), Attempt: a.ID, Run: run, At: len(sheet.Given), Question: q.ID,
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
	for _, r := range d.Rows {
		if !r.Tried {
			speak = append(speak, r.Words)
		}
	}
	back := "/"
	if l, err := h.Catalog.Lesson(v.quiz.Slug); err == nil {
		back = courses.StepURL(v.quiz.Slug, courses.QuizStep, run)
		if run != "" {
			d.Lesson = &onward{courses.NextURL(v.quiz.Slug), courses.QuizStep, l.Next(courses.QuizStep)}
		}
	}
	d.ways(v, a, at, run)
	file := "question.html"
	if solved {
		file = "right.html"
	}
	view := web.View{Back: back, Body: "quiz", Topic: v.quiz.Topic, Data: d, Speak: h.spoken(lang, speak)}
	return h.pages.Show(c, status, file, view)
}

// shown is the question that a page shows: the one that was asked for if the reader has
// come that far, else the one just solved, else the one to answer.
func (s Sheet) shown(at int) int {
	now := s.Now()
	if at >= 0 && at < len(s.Questions) && at <= now {
		return at
	}
	if n := len(s.Given); n > 0 && s.Solved(s.Given[n-1].Question) {
		return s.Given[n-1].Question
	}
	return min(now, len(s.Questions)-1)
}

// rows are the answers with what became of them.
func (d *questionPage) rows(sheet Sheet, at int, lang string) {
	q, tried := sheet.Questions[at], sheet.Tried(at)
	for i, a := range q.Answers {
		r := row{Answer: i, Mark: string(rune('1' + i)), Words: a.Text.In(lang)}
		for _, t := range tried {
			r.Tried = r.Tried || t == i
		}
		r.Right = r.Tried && a.Right
		d.Rows = append(d.Rows, r)
	}
	d.Missed = len(tried) > 0 && !sheet.Solved(at)
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

// ways are the links between an attempt's pages.
func (d *questionPage) ways(v visit, a Attempt, at int, run string) {
	if at > 0 {
		d.Before = v.url(a.ID, at)
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
