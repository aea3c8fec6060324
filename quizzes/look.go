package quizzes

import (
	"net/http"
	"net/url"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// looked is one question of an attempt that was handed in, as its learner looks at it.
type looked struct {
	Number int
	Ask    string
	First  string   // what she tapped first, when it was not the right one; else empty
	Right  []string // the right answer; several things where they had an order
	Why    string
}

// lookPage is what somebody was asked and what she answered.
type lookPage struct {
	Title string
	Rows  []looked
	Print string // address of the same on paper
}

// lookedAt is an attempt as its learner looks at it.
func lookedAt(a Attempt, lang string) ([]looked, error) {
	s, err := a.Sheet()
	if err != nil {
		return nil, err
	}
	var all []looked
	for i, q := range s.Questions {
		m, right := s.mark(i), q.mark(q.Right())
		l := looked{Number: i + 1, Ask: q.Ask.In(lang), Why: q.Why.In(lang)}
		if tried := s.Tried(i); m.Slips > 0 && len(tried) > 0 {
			l.First = q.Answers[firstSlip(q, tried)].Text.In(lang)
		}
		for _, r := range right.Set {
			l.Right = append(l.Right, q.Answers[r].Text.In(lang))
		}
		all = append(all, l)
	}
	return all, nil
}

// firstSlip is the first answer that was not the wanted one.
func firstSlip(q Question, tried []int) int {
	for i, t := range tried {
		if q.mark(tried[:i]).Want != t {
			return t
		}
	}
	return tried[0]
}

// handedIn is the attempt of the address, when it is the reader's and handed in.
func (h *handlers) handedIn(c echo.Context) (visit, lookPage, error) {
	v, err := h.read(c, people.Who(c), "")
	if err != nil {
		return v, lookPage{}, err
	}
	a, err := h.Store.Current(c.Request().Context(), v.who, v.quiz.Slug, "", c.QueryParam("attempt"))
	if err != nil {
		return v, lookPage{}, err
	}
	if a.DoneAt == nil || a.ID != c.QueryParam("attempt") {
		return v, lookPage{}, noAttempt()
	}
	lang := web.Lang(c)
	d := lookPage{Print: v.base + "/print?attempt=" + url.QueryEscape(a.ID)}
	if d.Rows, err = lookedAt(a, lang); err != nil {
		return v, d, err
	}
	l, err := h.Catalog.Lesson(v.quiz.Slug)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return v, d, err
	}
	if err == nil {
		d.Title = l.Title.In(lang)
	}
	return v, d, nil
}

// look shows a learner what she was asked, what she tapped first and why.
func (h *handlers) look(c echo.Context) error {
	v, d, err := h.handedIn(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "look.html", web.View{Back: courses.QuizURL(v.quiz.Slug, "") + "?attempt=" + url.QueryEscape(c.QueryParam("attempt")),
		Body: "quiz", Topic: v.quiz.Topic, Data: d})
}

// lookOnPaper is the same to print.
func (h *handlers) lookOnPaper(c echo.Context) error {
	v, d, err := h.handedIn(c)
	if err != nil {
		return err
	}
	return h.paper.Show(c, http.StatusOK, "look.html", web.View{Back: v.base + "/look?attempt=" + url.QueryEscape(c.QueryParam("attempt")), Data: d})
}
