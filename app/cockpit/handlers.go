package cockpit

import (
	"context"
	"embed"
	"net/http"
	"time"

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

// Config is what the cockpit is made of.
type Config struct {
	Site    *web.Site
	Room    *room.Store
	Tour    *tour.Store
	People  *people.Store
	Staff   *people.StaffStore
	Catalog *courses.Catalog
	// Links are the other pages of a session that the trainer needs beside this one, in
	// order; one whose address is empty is left out.
	Links []Link
}

// Link is a button to another page of a session.
type Link struct {
	Key string // locale key of its words
	URL func(sessionID string) string
}

type handlers struct {
	cfg   Config
	pages *web.Pages
}

// Register adds the cockpit's pages. Helpers see and help; sending everybody somewhere
// takes a trainer.
func Register(r *web.Routes, cfg Config) {
	h := &handlers{cfg: cfg, pages: cfg.Site.Pages(pages, web.Staff)}
	r.Helper.GET("/staff/sessions/:id/room", h.show)
	r.Helper.GET("/staff/sessions/:id/room/board", h.part)
	r.Helper.POST("/staff/sessions/:id/room/answer", h.answer)
	r.Helper.POST("/staff/sessions/:id/room/undo", h.undo)
	r.Helper.POST("/staff/sessions/:id/room/tablet", h.assign)
	r.Helper.GET("/staff/sessions/:id/room/seat", h.chooseWho)
	r.Helper.POST("/staff/sessions/:id/room/seat", h.seat)
	r.Helper.POST("/staff/sessions/:id/room/check-in", h.checkIn)
	r.Trainer.POST("/staff/sessions/:id/room/push", h.push)
}

// URL is the cockpit of a session.
func URL(sessionID string) string { return "/staff/sessions/" + sessionID + "/room" }

// roomPage is the whole cockpit.
type roomPage struct {
	Session tour.Whole
	Phase   tour.Phase
	Trainer string // name of who teaches; empty when nobody is named
	boardPart
	Links   []pageLink
	MayPush bool
	Next    nextPush
	Lessons []choice
	Steps   []stepChoice
}

type pageLink struct{ Key, URL string }

// boardPart is what is renewed every two seconds.
type boardPart struct {
	URL     string
	Numbers numbers
	Tiles   []tile
	At      time.Time
	Several bool
}

func (h *handlers) now() time.Time { return h.cfg.Site.Now() }

// session is the session of the address; fault.Forbidden when the reader has no such
// role at its venue.
func (h *handlers) session(c echo.Context, role people.Role) (tour.Whole, error) {
	s, err := h.cfg.Tour.Whole(c.Request().Context(), c.Param("id"))
	if err != nil {
		return s, err
	}
	if !people.Who(c).May(role, s.VenueID, s.City.ID) {
		return s, people.NotGranted()
	}
	return s, nil
}

func (h *handlers) show(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	data := roomPage{Session: s, Phase: s.Phase(h.now()), MayPush: people.Who(c).May(people.Trainer, s.VenueID, s.City.ID)}
	if data.boardPart, err = h.board(c, s); err != nil {
		return err
	}
	if s.TrainerID != nil {
		who, err := h.cfg.Staff.Staff(ctx, *s.TrainerID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		data.Trainer = who.Name
	}
	for _, l := range h.cfg.Links {
		if url := l.URL(s.ID); url != "" {
			data.Links = append(data.Links, pageLink{Key: l.Key, URL: url})
		}
	}
	if err := h.offerPush(ctx, &data, lang(c)); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "room.html", web.View{Back: "/staff/sessions/" + s.ID, Body: "cockpit",
		Scripts: []string{"cockpit"}, Data: data})
}

func (h *handlers) offerPush(ctx context.Context, data *roomPage, lang string) error {
	last, err := h.cfg.Room.LastPush(ctx, data.Session.ID)
	if err != nil {
		return err
	}
	lessons := topicsOf(h.cfg.Catalog, data.Session.Topics)
	data.Next = next(lessons, last, lang)
	for _, l := range lessons {
		data.Lessons = append(data.Lessons, choice{Slug: l.Slug, Title: l.Title.In(lang), Chosen: l.Slug == data.Next.Slug})
	}
	for i, kind := range courses.Kinds() {
		data.Steps = append(data.Steps, stepChoice{Step: i + 1, Kind: kind, Chosen: i+1 == data.Next.Step})
	}
	return nil
}

// part is the board alone, for the script that renews it.
func (h *handlers) part(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	board, err := h.board(c, s)
	if err != nil {
		return err
	}
	return h.pages.Fragment(c, "room.html", "board", web.View{Data: board})
}

// board gathers what the tiles need: seven small questions, whatever the number of
// tablets.
func (h *handlers) board(c echo.Context, s tour.Whole) (boardPart, error) {
	ctx, now := c.Request().Context(), h.now()
	out := boardPart{URL: URL(s.ID), At: now}
	tablets, err := h.cfg.People.Tablets(ctx, s.VenueID)
	if err != nil {
		return out, err
	}
	tablets = working(tablets)
	ids := make([]string, len(tablets))
	for i, t := range tablets {
		ids[i] = t.ID
	}
	spots, err := h.cfg.Room.Board(ctx, ids)
	if err != nil {
		return out, err
	}
	present, err := h.cfg.Tour.Present(ctx, s.ID)
	if err != nil {
		return out, err
	}
	running, err := h.cfg.Tour.Current(ctx, s.VenueID, now)
	if err != nil {
		return out, err
	}
	persons, err := h.cfg.People.Persons(ctx, seated(spots))
	if err != nil {
		return out, err
	}
	out.Several = len(running) > 1
	out.Tiles, out.Numbers = hall{SessionID: s.ID, Several: out.Several, Tablets: tablets, Spots: spots, Persons: persons,
		Present: checkedIn(present), Catalog: h.cfg.Catalog, Lang: lang(c), Now: now}.board()
	return out, nil
}

func working(all []people.Tablet) []people.Tablet {
	var some []people.Tablet
	for _, t := range all {
		if t.RevokedAt == nil {
			some = append(some, t)
		}
	}
	return some
}

func seated(spots []room.Spot) []string {
	var ids []string
	for _, s := range spots {
		if s.Seat != nil && s.Seat.PersonID != nil {
			ids = append(ids, *s.Seat.PersonID)
		}
	}
	return ids
}

func checkedIn(list []tour.Attendance) map[string]bool {
	set := make(map[string]bool, len(list))
	for _, a := range list {
		set[a.PersonID] = true
	}
	return set
}

// home leads back to the cockpit after an act.
func (h *handlers) home(c echo.Context, s tour.Whole) error { return http303(c, URL(s.ID)) }

func lang(c echo.Context) string { return web.Lang(c) }

// actID is the act's ID out of the form; without one the act is new.
func actID(c echo.Context) string {
	if id := c.FormValue("id"); uuid.Validate(id) == nil && len(id) == 36 {
		return id
	}
	return db.NewID()
}
