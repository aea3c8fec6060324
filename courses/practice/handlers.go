package practice

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
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

//go:embed staff/pages/*.html
var staffPages embed.FS

// Config is what the pages need.
type Config struct {
	Library *Library
	Store   *Store
	// Catalog is the lessons with their doors, Lessons the readers' places in them: a
	// practice leads back to where its lesson goes on.
	Catalog *courses.Catalog
	Lessons *courses.Store
	Site    *web.Site
}

type handlers struct {
	Config
	pages, staff *web.Pages
}

// Register adds the practice pages: one address a scene, GET shows where the reader is,
// POST is a tap; and for trainers the table of scenes and a preview of each.
func Register(r *web.Routes, cfg Config) {
	ofStaff, err := fs.Sub(staffPages, "staff")
	if err != nil {
		panic("practice: " + err.Error()) // the directory is embedded above
	}
	h := &handlers{Config: cfg, pages: cfg.Site.Pages(pages, web.Learner), staff: cfg.Site.Pages(ofStaff, web.Staff)}
	r.Public.GET("/practice/warm-up", h.warmUp)
	r.Public.POST("/practice/warm-up", h.keepComfort)
	r.Public.GET("/practice/:topic/:lesson", h.show)
	r.Public.POST("/practice/:topic/:lesson", h.tap)
	r.Public.GET("/practice/:topic/:lesson/pieces", h.pieces)
	r.Trainer.GET("/staff/practice", h.table)
	r.Trainer.GET("/staff/practice/:topic/:lesson", h.preview)
}

// visit is one request: whose, to which scene, in which run of the lesson.
type visit struct {
	who   people.Reader
	scene *Scene
	// address is the run as the address names it, run the run that it means; both may
	// be empty.
	address, run string
}

func (h *handlers) read(c echo.Context, who people.Reader, address string) (visit, error) {
	scene, err := h.Library.Scene(c.Param("topic") + "/" + c.Param("lesson"))
	if err != nil {
		return visit{}, err
	}
	v := visit{who: who, scene: scene}
	if id, err := uuid.Parse(address); err == nil && id.String() == address {
		v.address = address
	}
	v.run, err = h.runOf(c, v)
	return v, err
}

// runOf is the run of the lesson that the practice belongs to: the one in the address if
// it is the reader's, else her open one; empty when she has none.
func (h *handlers) runOf(c echo.Context, v visit) (string, error) {
	ctx := c.Request().Context()
	if v.address != "" {
		run, err := h.Lessons.Run(ctx, v.who, v.address)
		switch {
		case err == nil && run.Lesson == v.scene.Slug:
			return run.ID, nil
		case err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden):
			return "", err
		}
	}
	run, err := h.Lessons.Open(ctx, v.who, v.scene.Slug)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	return run.ID, err
}

// show is where the reader is in the scene; with again=1 a new go, unless one is open.
func (h *handlers) show(c echo.Context) error {
	v, err := h.read(c, people.Who(c), c.QueryParam("run"))
	if err != nil {
		return err
	}
	return h.page(c, v, c.QueryParam("play"), http.StatusOK, "")
}

// mode is the mode that a request asks for.
func (h *handlers) mode(c echo.Context) Mode {
	if m := c.FormValue("mode"); m != "" {
		return ParseMode(m)
	}
	return ParseMode(c.QueryParam("mode"))
}

// page shows the reader's present place in the scene. note is a locale key of what to say
// above it; empty for nothing.
func (h *handlers) page(c echo.Context, v visit, play string, status int, note string) error {
	row, err := h.Store.Current(c.Request().Context(), v.who, v.scene.Slug, v.run, play)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	st := v.scene.Begin(h.mode(c))
	fresh := err != nil || (row.DoneAt != nil && c.QueryParam("again") != "")
	if !fresh {
		if st, err = v.scene.State(row); err != nil { // the scene was changed meanwhile
			st, fresh = v.scene.Begin(h.mode(c)), true
		}
	}
	if fresh {
		row = Row{ID: db.NewID()}
		st = v.scene.Begin(h.mode(c))
	}
	return h.paint(c, v, row, st, status, note)
}

// tap plays a tap and shows the screen it led to; a script sends several that were made
// one after another. A tap that the screen does not offer, or that comes from an older
// page, changes nothing and shows the present screen.
func (h *handlers) tap(c echo.Context) error {
	who, err := room.EnsureVisit(c)
	if err != nil {
		return err
	}
	v, err := h.read(c, who, c.FormValue("run"))
	if err != nil {
		return err
	}
	at, err := strconv.Atoi(c.FormValue("at"))
	if err != nil {
		at = -1 // no page of ours: refused below
	}
	form, err := c.FormParams()
	if err != nil {
		return fault.New(fault.Invalid, "practice.not_offered").Because(err)
	}
	taps := form["do"]
	if len(taps) == 0 || len(taps) > mostTaps {
		taps = []string{""} // offered nowhere: refused below
	}
	play := c.FormValue("play")
	row, err := h.Store.Tap(c.Request().Context(), who, v.scene, Tap{Play: play, Run: v.run, Mode: h.mode(c), At: at, Do: taps[0], More: taps[1:]})
	switch {
	case fault.Is(err, fault.Invalid):
		return h.page(c, v, play, http.StatusUnprocessableEntity, "practice.not_offered")
	case fault.Is(err, fault.Conflict):
		return h.page(c, v, play, http.StatusConflict, "practice.stale")
	case err != nil:
		return err
	}
	left := row.LeftAt != nil
	if left {
		h.Site.Flash(c, "practice.too_long", nil)
	}
	if c.FormValue("quiet") != "" && !left {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, v.url(play))
}

// url is the page of this go. It names the go, so that a reload shows its ending too.
func (v visit) url(play string) string {
	q := url.Values{}
	if v.address != "" {
		q.Set("run", v.address)
	}
	if play != "" {
		q.Set("play", play)
	}
	return courses.PracticeURL(v.scene.Slug, "") + "?" + q.Encode()
}
