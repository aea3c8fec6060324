package courses

import (
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/web"
)

//go:embed pages/*.html
var pages embed.FS

//go:embed paper/pages/*.html
var paperPages embed.FS

type handlers struct {
	site     *web.Site
	catalog  *Catalog
	store    *Store
	progress *Progress
	search   *Search
	pages    *web.Pages
	paper    *web.Pages
	staff    *web.Pages
}

// Register adds the topics' pages and the lessons. The catalog has its doors.
func Register(r *web.Routes, site *web.Site, c *Catalog, s *Store) {
	paper, err := fs.Sub(paperPages, "paper")
	if err != nil {
		panic("courses: " + err.Error()) // the directory is embedded above
	}
	review, err := fs.Sub(reviewPages, "review")
	if err != nil {
		panic("courses: " + err.Error()) // the directory is embedded as well
	}
	h := &handlers{site: site, catalog: c, store: s, progress: NewProgress(c, s), search: NewSearch(c),
		pages: site.Pages(pages, web.Learner), paper: site.Pages(paper, web.Print), staff: site.Pages(review, web.Staff)}
	r.Public.GET("/topics/:topic", h.topic)
	r.Public.GET("/search", h.searched)
	r.Public.GET("/lessons/:topic/:lesson", h.orTopic(h.resume))
	r.Public.GET("/lessons/:topic/:lesson/:step", h.orTopic(h.step))
	r.Public.POST("/lessons/:topic/:lesson/next", h.next)
	r.Public.GET("/lessons/:topic/:lesson/done", h.done)
	r.Public.GET("/lessons/:topic/:lesson/card", h.card)
	r.Public.GET("/lessons/:topic/:lesson/paper", h.paperLesson)
	r.Public.GET("/topics/:topic/paper", h.booklet)
	r.Public.GET(WalletURL, h.wallet)
	r.Public.GET("/voice/:file", h.recording)
	r.Trainer.GET("/staff/content", h.review)
	r.Trainer.GET("/staff/content/:topic/:lesson", h.preview)
}

// lesson is the lesson that an address names.
func (h *handlers) lesson(c echo.Context) (*Lesson, error) {
	return h.catalog.Lesson(c.Param("topic") + "/" + c.Param("lesson"))
}

// resume opens a lesson where the reader left it, or at its beginning.
func (h *handlers) resume(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	run, err := h.store.Open(c.Request().Context(), people.Who(c), l.Slug)
	if fault.Is(err, fault.NotFound) {
		return see(c, StepURL(l.Slug, FirstStep, db.NewID()))
	}
	if err != nil {
		return err
	}
	return see(c, StepURL(l.Slug, run.resumeAt(), run.ID))
}

// resumeAt is the step to go on at: where she is, or, at the end of a lesson that is not
// finished, what she has not opened yet.
func (r Run) resumeAt() int {
	if r.FinishedAt == nil && r.Step == KeepStep && r.Seen.FirstOpen() != 0 {
		return r.Seen.FirstOpen()
	}
	return r.Step
}

// step shows one step. It writes nothing: a run begins with the first button that is
// pressed, and until then it is only a number in the address.
func (h *handlers) step(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(c.Param("step"))
	if err != nil || n < FirstStep || n > Steps {
		return fault.New(fault.NotFound, "courses.step_missing")
	}
	id := c.QueryParam("run")
	run, err := h.runAt(c, l, id)
	if err != nil {
		return err
	}
	if !slices.Contains(l.Path(), n) {
		n = l.Next(n)
	} else if run.ID == id {
		return h.showStep(c, l, l.Step(n), run)
	}
	return see(c, StepURL(l.Slug, n, run.ID))
}

// runAt is the run that a step's address means: the one it names; when that is nobody's
// yet, the reader's open run, else just that number; and a run of her own when it is
// missing or somebody else's.
func (h *handlers) runAt(c echo.Context, l *Lesson, id string) (Run, error) {
	ctx, who := c.Request().Context(), people.Who(c)
	run, err := h.store.Run(ctx, who, id)
	if err == nil && run.Lesson == l.Slug {
		return run, nil
	}
	fresh := fault.Is(err, fault.NotFound) && isID(id)
	if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
		return Run{}, err
	}
	run, err = h.store.Open(ctx, who, l.Slug)
	if err == nil || !fault.Is(err, fault.NotFound) {
		return run, err
	}
	if !fresh {
		id = db.NewID()
	}
	return Run{ID: id, Lesson: l.Slug}, nil
}

// next sets the place of a run.
func (h *handlers) next(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	m, err := readMove(c)
	if err != nil {
		return err
	}
	who, err := room.EnsureVisit(c)
	if err != nil {
		return err
	}
	run, err := h.store.Move(c.Request().Context(), who, l, m)
	if err != nil {
		return err
	}
	return see(c, StepURL(l.Slug, run.Step, run.ID))
}

// readMove reads the fields run, target, from, id, aloud and later.
func readMove(c echo.Context) (Move, error) {
	target, err := strconv.Atoi(c.FormValue("target"))
	if err != nil {
		return Move{}, fault.New(fault.Invalid, "courses.step_missing")
	}
	from := 0 // practice and quizzes come back without one
	if s := c.FormValue("from"); s != "" {
		if from, err = strconv.Atoi(s); err != nil {
			return Move{}, fault.New(fault.Invalid, "courses.step_missing")
		}
	}
	return Move{ID: c.FormValue("id"), Run: c.FormValue("run"), From: from, Target: target,
		Aloud: c.FormValue("aloud") != "", Later: c.FormValue("later") != ""}, nil
}

func see(c echo.Context, address string) error { return c.Redirect(http.StatusSeeOther, address) }
