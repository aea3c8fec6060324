package quizzes

import (
	"net/http"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// checksPage is where a topic's two checks stand.
type checksPage struct {
	Topic         string // its name
	Before, After bool   // which of them are answered
	Next          string // address of the one to answer now; empty when both are
	Lessons       string // address of the topic's lessons
	Rows          []looked
}

// checks shows which of the two is next. After the second one it says why of each
// question.
func (h *handlers) checks(c echo.Context) error {
	topic, ctx, who := c.Param("topic"), c.Request().Context(), people.Who(c)
	if !known(h.Catalog, topic) {
		return noAttempt()
	}
	lang := web.Lang(c)
	d := checksPage{Next: CheckURL(topic) + "/" + string(Before), Lessons: courses.TopicURL(topic)}
	for _, t := range h.Catalog.Topics() {
		if t.Slug == topic {
			d.Topic = t.Name.In(lang)
		}
	}
	_, err := h.Store.First(ctx, who, CheckSlug(topic, Before))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if d.Before = err == nil; d.Before {
		d.Next = CheckURL(topic) + "/" + string(After)
		after, err := h.Store.First(ctx, who, CheckSlug(topic, After))
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if d.After = err == nil; d.After {
			d.Next = ""
			if d.Rows, err = lookedAt(after, lang); err != nil {
				return err
			}
		}
	}
	return h.pages.Show(c, http.StatusOK, "checks.html", web.View{Back: courses.TopicURL(topic), Body: "quiz", Topic: topic, Data: d})
}

// readCheck is a visit to the check that the address names. Conflict when it is answered
// already, or the one before it is not. given is the attempt of the page, which decides what
// the first check asks; empty for a new one.
func (h *handlers) readCheck(c echo.Context, who people.Reader, given string) (visit, error) {
	topic, when, ctx := c.Param("topic"), When(c.Param("when")), c.Request().Context()
	v := visit{who: who, base: CheckURL(topic) + "/" + string(when)}
	if !known(h.Catalog, topic) || when != Before && when != After {
		return v, noAttempt()
	}
	before, err := h.Store.First(ctx, who, CheckSlug(topic, Before))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return v, err
	}
	answered := err == nil
	if when == Before {
		v.quiz = &Quiz{Slug: CheckSlug(topic, Before), Topic: topic}
		if c.Request().Method == http.MethodGet {
			if given, err = h.fresh(c, v, given); err != nil {
				return v, err
			}
			v.fresh = given
		}
		if v.quiz, err = h.Library.Before(topic, seedOf(given)); err != nil || !answered {
			return v, err
		}
		return v, fault.New(fault.Conflict, "quizzes.check_done")
	}
	if !answered {
		return v, fault.New(fault.Conflict, "quizzes.check_before_first")
	}
	v.quiz, err = AfterOf(topic, before)
	if err != nil {
		return v, err
	}
	if _, err := h.Store.First(ctx, who, v.quiz.Slug); err == nil {
		return v, fault.New(fault.Conflict, "quizzes.check_done")
	} else if !fault.Is(err, fault.NotFound) {
		return v, err
	}
	return v, nil
}

// check asks the next of the three questions, or shows that all are answered.
func (h *handlers) check(c echo.Context) error {
	v, err := h.readCheck(c, people.Who(c), c.QueryParam("attempt"))
	if fault.Is(err, fault.Conflict) {
		return c.Redirect(http.StatusSeeOther, CheckURL(c.Param("topic")))
	}
	if err != nil {
		return err
	}
	return h.page(c, v, c.QueryParam("attempt"), http.StatusOK, "")
}

// answerCheck keeps one answer. A visitor gets her visit with her first one; what she was
// shown before does not hang on it, but on the attempt that her page named.
func (h *handlers) answerCheck(c echo.Context) error {
	who, err := room.EnsureVisit(c)
	if err != nil {
		return err
	}
	v, err := h.readCheck(c, who, c.FormValue("attempt"))
	if fault.Is(err, fault.Conflict) {
		return c.Redirect(http.StatusSeeOther, CheckURL(c.Param("topic")))
	}
	if err != nil {
		return err
	}
	return h.keep(c, v)
}
