package quizzes

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// ResultsURL is where a session's trainer sees its quizzes.
func ResultsURL(sessionID string) string { return "/staff/sessions/" + sessionID + "/answers" }

// resultsPage is a session's quizzes for its trainer.
type resultsPage struct {
	Session   tour.Whole
	Running   bool
	Questions []questionLine
	People    []personLine
	None      []string // names of those who came and have not answered; empty once it is over
	CSV       string
}

type questionLine struct {
	Lesson, Ask string
	QuestionResult
}

type personLine struct {
	Name, Lesson string
	PersonResult
}

// session is the session of the address; Forbidden when the reader has no such role there.
func (h *handlers) session(c echo.Context, role people.Role) (tour.Whole, error) {
	s, err := h.Tour.Whole(c.Request().Context(), c.Param("id"))
	if err != nil {
		return s, err
	}
	if !people.Who(c).May(role, s.VenueID, s.City.ID) {
		return s, people.NotGranted()
	}
	return s, nil
}

func (h *handlers) gather(c echo.Context) (resultsPage, error) {
	s, err := h.session(c, people.Trainer)
	if err != nil {
		return resultsPage{}, err
	}
	ctx, lang := c.Request().Context(), web.Lang(c)
	d := resultsPage{Session: s, Running: s.Phase(h.Site.Now()) == tour.Running, CSV: ResultsURL(s.ID) + ".csv"}
	attempts, err := h.Store.InSession(ctx, s.ID)
	if err != nil {
		return d, err
	}
	r, err := results(attempts, d.Running)
	if err != nil {
		return d, err
	}
	for _, q := range r.Questions {
		d.Questions = append(d.Questions, questionLine{Lesson: h.title(q.Quiz, lang), Ask: q.Question.Ask.In(lang), QuestionResult: q})
	}
	if !d.Running {
		return d, nil
	}
	present, persons, err := h.present(c, s.ID)
	if err != nil {
		return d, err
	}
	answered := map[string]bool{}
	for _, p := range r.People {
		answered[p.PersonID] = true
		d.People = append(d.People, personLine{Name: h.called(c, persons[p.PersonID]), Lesson: h.title(p.Quiz, lang), PersonResult: p})
	}
	for _, id := range present {
		if !answered[id] {
			d.None = append(d.None, h.called(c, persons[id]))
		}
	}
	return d, nil
}

// present are those checked in to a session, by check-in.
func (h *handlers) present(c echo.Context, sessionID string) (ids []string, persons map[string]people.Person, err error) {
	list, err := h.Tour.Present(c.Request().Context(), sessionID)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range list {
		ids = append(ids, a.PersonID)
	}
	persons, err = h.People.Persons(c.Request().Context(), ids)
	return ids, persons, err
}

// called is how the trainer calls somebody: her name, else the end of her card, else a
// visitor.
func (h *handlers) called(c echo.Context, p people.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.CardTail != "":
		return h.Site.T(c, "quizzes.card_tail", fault.Args{"Tail": p.CardTail})
	}
	return h.Site.T(c, "quizzes.visitor", nil)
}

func (h *handlers) title(slug, lang string) string {
	if l, err := h.Catalog.Lesson(slug); err == nil {
		return l.Title.In(lang)
	}
	return slug
}

// results shows, while a session runs, who is where and which questions fail; afterwards
// the questions alone.
func (h *handlers) results(c echo.Context) error {
	d, err := h.gather(c)
	if err != nil {
		return err
	}
	return h.staff.Show(c, http.StatusOK, "results.html", web.View{Back: "/staff/sessions/" + d.Session.ID, Data: d})
}

// resultsCSV is the questions' numbers for a spreadsheet. It names nobody.
func (h *handlers) resultsCSV(c echo.Context) error {
	d, err := h.gather(c)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff") // spreadsheets take it for UTF-8 by this
	w := csv.NewWriter(&b)
	t := func(key string) string { return h.Site.T(c, key, nil) }
	rows := [][]string{{t("quizzes.col_lesson"), t("quizzes.col_question"), t("quizzes.col_asked"), t("quizzes.col_slipped"), t("quizzes.col_stuck")}}
	for _, q := range d.Questions {
		row := []string{cell(q.Lesson), cell(q.Ask), strconv.Itoa(q.Asked), strconv.Itoa(q.Slipped), strconv.Itoa(q.Stuck)}
		if q.Hidden {
			row[2], row[3], row[4] = t("quizzes.few"), "", ""
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="silverclass-answers-`+d.Session.ID+`.csv"`)
	return c.Blob(http.StatusOK, "text/csv; charset=utf-8", b.Bytes())
}

// cell keeps a spreadsheet from taking words for a formula.
func cell(s string) string {
	if strings.ContainsAny(s[:min(1, len(s))], "=+-@\t\r") {
		return "'" + s
	}
	return s
}
