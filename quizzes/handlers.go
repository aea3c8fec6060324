package quizzes

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strconv"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

//go:embed paper/pages/*.html
var paperPages embed.FS

//go:embed staff/pages/*.html
var staffPages embed.FS

// below is a directory of embedded pages.
func below(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic("quizzes: " + err.Error()) // the directory is embedded above
	}
	return sub
}

// Config is what the pages need.
type Config struct {
	Library *Library
	Store   *Store
	// Catalog is the lessons with their doors, Lessons the readers' places in them: a quiz
	// leads back to where its lesson goes on.
	Catalog *courses.Catalog
	Lessons *courses.Store
	// Tour and People say who came to a session, for its trainer.
	Tour   *tour.Store
	People *people.Store
	Site   *web.Site
	// NewID numbers the first attempt of somebody nobody knows yet, which decides what she
	// is asked; nil means db.NewID.
	NewID func() string
	// Second tells whether a lesson's practice has a second skin; nil means that none has.
	Second func(slug string) bool
}

type handlers struct {
	Config
	pages, paper, staff *web.Pages
}

// Register adds the quiz pages (GET shows where the reader is, POST is one answer) and
// the page with three faces.
func Register(r *web.Routes, cfg Config) {
	if cfg.NewID == nil {
		cfg.NewID = db.NewID
	}
	if cfg.Second == nil {
		cfg.Second = func(string) bool { return false }
	}
	h := &handlers{Config: cfg, pages: cfg.Site.Pages(pages, web.Learner),
		paper: cfg.Site.Pages(below(paperPages, "paper"), web.Print), staff: cfg.Site.Pages(below(staffPages, "staff"), web.Staff)}
	r.Public.GET("/quizzes/:topic/:lesson", h.show)
	r.Public.POST("/quizzes/:topic/:lesson", h.answer)
	r.Public.GET("/quizzes/:topic/:lesson/look", h.look)
	r.Public.GET("/quizzes/:topic/:lesson/print", h.lookOnPaper)
	r.Public.GET("/checks/:topic", h.checks)
	r.Public.GET("/checks/:topic/:when", h.check)
	r.Public.POST("/checks/:topic/:when", h.answerCheck)
	r.Trainer.GET("/staff/sessions/:id/answers", h.results)
	r.Trainer.GET("/staff/sessions/:id/answers.csv", h.resultsCSV)
	r.Helper.GET("/staff/sessions/:id/due", h.whoIsDue(h.dueOfSession))
	r.Helper.GET("/staff/sessions/:id/due/cards", h.reminders(h.dueOfSession))
	r.Helper.GET("/staff/venues/:id/due", h.whoIsDue(h.dueOfVenue))
	r.Helper.GET("/staff/venues/:id/due/cards", h.reminders(h.dueOfVenue))
	r.Public.GET("/rate/session/:id", h.sessionFaces)
	r.Public.POST("/rate/session/:id", h.rateSession)
	r.Trainer.GET("/staff/sessions/:id/ratings", h.ratings)
	r.Public.GET("/rate/:topic/:lesson", h.faces)
	r.Public.POST("/rate/:topic/:lesson", h.rate)
}

// visit is one request: whose, to which quiz, in which run of the lesson.
type visit struct {
	who  people.Reader
	quiz *Quiz
	// address is the run as the address names it, run the run that it means; both may
	// be empty.
	address, run string
	base         string // the address of the quiz or check
	fresh        string // the attempt that begins on this page, where it is decided already; else empty
}

func (h *handlers) read(c echo.Context, who people.Reader, address string) (visit, error) {
	quiz, err := h.Library.Quiz(c.Param("topic") + "/" + c.Param("lesson"))
	if err != nil {
		return visit{}, err
	}
	v := visit{who: who, quiz: quiz, address: isRun(address), base: courses.QuizURL(quiz.Slug, "")}
	v.run, err = h.runOf(c, who, quiz.Slug, v.address)
	return v, err
}

// isRun is s when it could be a run's ID, else empty: anything may stand in an address.
func isRun(s string) string {
	if id, err := uuid.Parse(s); err != nil || id.String() != s {
		return ""
	}
	return s
}

// runOf is the run of the lesson that a quiz belongs to: the one in the address if it is
// the reader's, else her open one; empty when she has none.
func (h *handlers) runOf(c echo.Context, who people.Reader, lesson, address string) (string, error) {
	ctx := c.Request().Context()
	if address != "" {
		run, err := h.Lessons.Run(ctx, who, address)
		switch {
		case err == nil && run.Lesson == lesson:
			return run.ID, nil
		case err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
			return "", err
		}
	}
	run, err := h.Lessons.Open(ctx, who, lesson)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return run.ID, err
}

// fresh is the number of an attempt that begins on this page. Whoever is known has it from
// who she is and what she has done; somebody nobody knows keeps the one in her address, so
// that she too reads the same question again in larger type.
func (h *handlers) fresh(c echo.Context, v visit, given string) (string, error) {
	ctx := c.Request().Context()
	if _, key := v.who.Key(); key != "" {
		n, err := h.Store.Finished(ctx, v.who, v.quiz.Slug)
		return attemptOf(key, v.quiz.Slug, n), err
	}
	if given = isRun(given); given != "" {
		taken, err := h.Store.Taken(ctx, given)
		if err != nil || !taken {
			return given, err
		}
	}
	return h.NewID(), nil
}

// count is how many questions an attempt has that begins now: one when the quiz is due
// again.
func (h *handlers) count(c echo.Context, v visit) (int, error) {
	if v.address != "" {
		return PerAttempt, nil
	}
	again, err := h.Store.IsDue(c.Request().Context(), v.who, v.quiz.Slug)
	if again {
		return 1, err
	}
	return PerAttempt, err
}

// show is where the reader is in the quiz; with q=1 or q=2 that question, with again=1 a
// new attempt, unless one is open.
func (h *handlers) show(c echo.Context) error {
	v, err := h.read(c, people.Who(c), c.QueryParam("run"))
	if err != nil {
		return err
	}
	return h.page(c, v, c.QueryParam("attempt"), http.StatusOK, "")
}

// page shows the reader's present place in the quiz. note is a locale key of what to say
// above it; empty for nothing.
func (h *handlers) page(c echo.Context, v visit, attempt string, status int, note string) error {
	a, err := h.Store.Current(c.Request().Context(), v.who, v.quiz.Slug, v.run, attempt)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	var sheet Sheet
	if err != nil || (a.DoneAt != nil && c.QueryParam("again") != "") {
		id := v.fresh
		if id == "" {
			if id, err = h.fresh(c, v, attempt); err != nil {
				return err
			}
		}
		count, err := h.count(c, v)
		if err != nil {
			return err
		}
		a, sheet = Attempt{ID: id}, Sheet{Questions: v.quiz.draw(seedOf(id), count), Once: isCheck(v.quiz.Slug)}
	} else if sheet, err = a.Sheet(); err != nil {
		return err
	}
	q, err := strconv.Atoi(c.QueryParam("q"))
	if err != nil {
		q = 0
	}
	return h.paint(c, v, a, sheet, q-1, status, note)
}

// answer keeps one answer and shows what it led to. An answer that does not fit the
// attempt, or comes from an older page, changes nothing and shows the present question.
func (h *handlers) answer(c echo.Context) error {
	who, err := room.EnsureVisit(c)
	if err != nil {
		return err
	}
	v, err := h.read(c, who, c.FormValue("run"))
	if err != nil {
		return err
	}
	return h.keep(c, v)
}

// keep keeps the answer of a form and shows what it led to.
func (h *handlers) keep(c echo.Context, v visit) error {
	count, err := h.count(c, v)
	if err != nil {
		return err
	}
	attempt := c.FormValue("attempt")
	t := Tap{Attempt: attempt, Run: v.run, At: number(c, "at"), Question: c.FormValue("question"),
		Answer: number(c, "answer"), Lang: web.Lang(c), Seed: seedOf(attempt), Count: count}
	_, err = h.Store.Answer(c.Request().Context(), v.who, v.quiz, t)
	switch {
	case fault.Is(err, fault.Invalid):
		return h.page(c, v, t.Attempt, http.StatusUnprocessableEntity, "quizzes.not_asked")
	case fault.Is(err, fault.Conflict):
		return h.page(c, v, t.Attempt, http.StatusConflict, "quizzes.stale")
	case err != nil:
		return err
	}
	return c.Redirect(http.StatusSeeOther, v.url(t.Attempt, 0))
}

// number is a form's number; -1 when it is none, which nothing accepts.
func number(c echo.Context, name string) int {
	n, err := strconv.Atoi(c.FormValue(name))
	if err != nil {
		return -1
	}
	return n
}

// url is the page of an attempt, at a question counted from 1, or at the present one.
func (v visit) url(attempt string, question int) string {
	q := url.Values{}
	if v.address != "" {
		q.Set("run", v.address)
	}
	q.Set("attempt", attempt)
	if question > 0 {
		q.Set("q", strconv.Itoa(question))
	}
	return v.base + "?" + q.Encode()
}
