package quizzes

import (
	"net/http"

	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// facesPage asks how a lesson was.
type facesPage struct {
	Title  string
	Action string
	Run    string
	Faces  []face
	Done   string // where passing over leads
}

type face struct {
	Value int
	Key   string
	Mouth string // an SVG path
}

func faces() []face {
	return []face{
		{3, "quizzes.face_good", "M15 29c4 8 14 8 18 0"},
		{2, "quizzes.face_fair", "M15 32h18"},
		{1, "quizzes.face_poor", "M15 35c4-7 14-7 18 0"},
	}
}

// faces asks, unless this run was asked before: then it leads on.
func (h *handlers) faces(c echo.Context) error {
	l, err := h.Catalog.Lesson(c.Param("topic") + "/" + c.Param("lesson"))
	if err != nil {
		return err
	}
	address := isRun(c.QueryParam("run"))
	run, err := h.runToRate(c, people.Who(c), l.Slug, address)
	if err != nil {
		return err
	}
	asked, err := h.Store.Asked(c.Request().Context(), run, l.Slug)
	if err != nil {
		return err
	}
	done := courses.DoneURL(l.Slug, address)
	if asked {
		return c.Redirect(http.StatusSeeOther, done)
	}
	lang := web.Lang(c)
	d := facesPage{Title: l.Title.In(lang), Action: courses.RateURL(l.Slug, ""), Run: address, Faces: faces(), Done: done}
	speak := h.Site.T(c, "quizzes.rate_title", nil) + "\n" + h.Site.T(c, "quizzes.rate_say", nil)
	return h.pages.Show(c, http.StatusOK, "rate.html", web.View{Back: courses.StepURL(l.Slug, courses.KeepStep, address),
		Body: "rate", Topic: l.Topic, Data: d, Speak: speak})
}

// rate keeps how it was and leads to the seal. Who answered is not kept.
func (h *handlers) rate(c echo.Context) error {
	l, err := h.Catalog.Lesson(c.Param("topic") + "/" + c.Param("lesson"))
	if err != nil {
		return err
	}
	who, address := people.Who(c), isRun(c.FormValue("run"))
	run, err := h.runToRate(c, who, l.Slug, address)
	if err != nil {
		return err
	}
	r := Rating{ID: c.FormValue("id"), Lesson: l.Slug, Run: run, Faces: number(c, "faces")}
	if err := h.Store.Rate(c.Request().Context(), who, h.Site.Zone(), r); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, courses.DoneURL(l.Slug, address))
}

// runToRate is the run that is remembered as asked: the reader's own, else the number in
// the address, which then is nobody's.
func (h *handlers) runToRate(c echo.Context, who people.Reader, lesson, address string) (string, error) {
	run, err := h.runOf(c, who, lesson, address)
	if run == "" {
		run = address
	}
	return run, err
}
