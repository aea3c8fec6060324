package quizzes

import (
	"net/http"
	"net/url"
	"strings"

	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// ratePage asks how a lesson or a session was: three faces, then what was wrong if the face
// does not smile, then of a session whether anything was sold. Nothing is kept before the
// last answer.
type ratePage struct {
	Title  string
	Action string
	Hidden []hidden
	Ask    string // locale key
	Say    string // locale key; empty for nothing
	Faces  []face
	Name   string // of the rows' field
	Rows   []answerRow
	Skip   string // locale key of the button that does not answer this
	Done   string // where passing all over leads
}

type hidden struct{ Name, Value string }

type answerRow struct{ Value, Key string }

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

// asking is one lesson or session that is asked about.
type asking struct {
	title, action, back string
	session             bool
	hidden              []hidden // what names whose rating it is
	speak               string   // locale key of the first question
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
	a := asking{title: l.Title.In(web.Lang(c)), action: courses.RateURL(l.Slug, ""), hidden: []hidden{{"run", address}}, speak: "quizzes.rate_title"}
	view := web.View{Back: courses.StepURL(l.Slug, courses.KeepStep, address), Body: "rate", Topic: l.Topic}
	return h.ask(c, a, done, view)
}

// rate keeps how a lesson was and leads to the seal. Who answered is not kept.
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
	if nextQuestion(c, false) == askReason {
		return c.Redirect(http.StatusSeeOther, courses.RateURL(l.Slug, "")+"?"+url.Values{"run": {address}, "faces": {c.FormValue("faces")}}.Encode())
	}
	r := readRating(c)
	r.Lesson, r.Run, r.Sold = l.Slug, run, nil
	if err := h.Store.Rate(c.Request().Context(), who, h.Site.Zone(), r); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, courses.DoneURL(l.Slug, address))
}

// The three questions of a rating, by the field that answers them.
const (
	askFaces  = "faces"
	askReason = "reason"
	askSold   = "sold"
)

// nextQuestion is what is still to be asked after the answers of a request; empty when
// nothing is. Somebody who smiles is not asked what was wrong. An answer may be empty: it
// was asked then, and passed over.
func nextQuestion(c echo.Context, session bool) string {
	form := c.Request().Form
	if form == nil {
		_ = c.FormValue("") // reads the form
		form = c.Request().Form
	}
	faces := form.Get(askFaces)
	switch {
	case faces == "":
		return askFaces
	case (faces == "1" || faces == "2") && !form.Has(askReason):
		return askReason
	case session && !form.Has(askSold):
		return askSold
	}
	return ""
}

func readRating(c echo.Context) Rating {
	r := Rating{ID: c.FormValue("id"), Faces: number(c, askFaces), Reason: c.FormValue(askReason)}
	if sold := c.FormValue(askSold); sold != "" {
		yes := sold == "yes"
		r.Sold = &yes
	}
	return r
}

// ask shows the next question of a rating.
func (h *handlers) ask(c echo.Context, a asking, done string, view web.View) error {
	d := ratePage{Title: a.title, Action: a.action, Hidden: a.hidden, Done: done}
	next := nextQuestion(c, a.session)
	if next != askFaces {
		d.Hidden = append(d.Hidden, hidden{askFaces, c.QueryParam(askFaces)})
	}
	switch next {
	case askReason:
		d.Ask, d.Name, d.Skip = "quizzes.rate_reason", askReason, "quizzes.rate_skip"
		for _, code := range Reasons() {
			d.Rows = append(d.Rows, answerRow{code, "quizzes.reason_" + code})
		}
	case askSold:
		d.Ask, d.Say, d.Name, d.Skip = "quizzes.rate_sold", "quizzes.rate_say_sold", askSold, "quizzes.rate_skip"
		d.Rows = []answerRow{{"no", "quizzes.sold_no"}, {"yes", "quizzes.sold_yes"}}
		d.Hidden = append(d.Hidden, hidden{askReason, c.QueryParam(askReason)})
	default:
		d.Ask, d.Say, d.Faces = a.speak, "quizzes.rate_say", faces()
	}
	lines := []string{h.Site.T(c, d.Ask, nil)}
	if d.Say != "" {
		lines = append(lines, h.Site.T(c, d.Say, nil))
	}
	for _, r := range d.Rows {
		lines = append(lines, h.Site.T(c, r.Key, nil))
	}
	view.Data, view.Speak = d, strings.Join(lines, "\n")
	return h.pages.Show(c, http.StatusOK, "rate.html", view)
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
