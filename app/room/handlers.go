package room

import (
	"embed"
	"net/http"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

type handlers struct {
	cfg   Config
	pages *web.Pages
}

// Register adds the pages of a tablet, the card page, leaving, and the call for help.
func Register(r *web.Routes, cfg Config) {
	h := &handlers{cfg: cfg, pages: cfg.Site.Pages(pages, web.Learner)}
	r.Tablet.GET("/tablet", h.tablet)
	r.Tablet.GET("/tablet/tiles", h.tilesPart)
	r.Tablet.POST("/tablet/tile", h.tapTile)
	r.Tablet.POST("/tablet/visit", h.visit)
	r.Tablet.POST("/tablet/go", h.follow)
	r.Tablet.GET("/tablet/state", h.state)
	r.Tablet.POST("/tablet/here", h.here)
	r.Public.GET("/card", h.card)
	r.Public.POST("/card", h.showCard)
	r.Public.GET("/leave", h.leave)
	r.Public.POST("/leave", h.leaveNow)
	r.Public.POST("/help/call", h.call)
	r.Public.GET("/help/called", h.called)
	r.Public.POST("/help/cancel", h.cancel)
}

// helloPage greets who was just seated.
type helloPage struct {
	Name    string // what she is called; empty for a card without one
	Visitor bool
}

// tablet greets whoever sits here, and else asks who it is.
func (h *handlers) tablet(c echo.Context) error {
	r := people.Who(c)
	if r.SeatID == "" {
		return h.tiles(c)
	}
	data := helloPage{Visitor: r.Person == nil}
	if r.Person != nil {
		data.Name = r.Person.Name
	}
	return h.pages.Show(c, http.StatusOK, "hello.html", web.View{Back: "/", Data: data})
}

// tapTile seats the person whose tile was tapped. Who was beaten to it reads so on the
// page of tiles.
func (h *handlers) tapTile(c echo.Context) error {
	r := people.Who(c)
	personID := c.FormValue("person")
	here, err := h.mayTap(c, r, personID)
	if err != nil {
		return err
	}
	if !here {
		h.cfg.Site.Flash(c, "room.tile_gone", nil)
		return c.Redirect(http.StatusSeeOther, "/tablet")
	}
	return h.seat(c, Sit{ID: actID(c), TabletID: r.Tablet.ID, VenueID: r.VenueID, SessionID: r.SessionID, PersonID: personID, Kind: Tile})
}

// mayTap: a tile is only of somebody checked in to the session that runs here.
func (h *handlers) mayTap(c echo.Context, r people.Reader, personID string) (bool, error) {
	if r.SessionID == "" || personID == "" {
		return false, nil
	}
	return h.cfg.Tour.IsPresent(c.Request().Context(), r.SessionID, personID)
}

// visit seats somebody without a card.
func (h *handlers) visit(c echo.Context) error {
	r := people.Who(c)
	if r.SeatID != "" {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	if _, err := EnsureVisit(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/")
}

func (h *handlers) seat(c echo.Context, sit Sit) error {
	_, err := h.cfg.Store.Take(c.Request().Context(), sit)
	if f, ok := conflict(err); ok {
		h.cfg.Site.Flash(c, f.Key, nil)
		return c.Redirect(http.StatusSeeOther, "/tablet")
	}
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/tablet")
}

// leavePage asks before a seat is given up.
type leavePage struct {
	Visitor bool // nothing of a visitor is kept
	Shared  bool // a tablet, which somebody else takes next
}

func (h *handlers) leave(c echo.Context) error {
	r := people.Who(c)
	if r.SeatID == "" {
		return c.Redirect(http.StatusSeeOther, h.after(r))
	}
	return h.pages.Show(c, http.StatusOK, "leave.html", web.View{Back: h.back(c, "/"),
		Data: leavePage{Visitor: r.Person == nil, Shared: r.Tablet != nil}})
}

// leaveNow ends the seat: by the button, or because nobody answered the idle question.
// The next person at a tablet begins with its own language and text size. Who has done
// something in a session and leaves it is asked how it was, on a page that knows the seat
// alone; nobody else is.
func (h *handlers) leaveNow(c echo.Context) error {
	r, why := people.Who(c), Left
	if c.FormValue("why") == string(Idle) {
		why = Idle
	}
	if r.SeatID != "" {
		if err := h.cfg.Store.End(c.Request().Context(), r.SeatID, why, nil); err != nil {
			return err
		}
	}
	if r.Tablet != nil {
		h.cfg.Site.ForgetComfort(c)
		if seat := SeatOf(c); why != Idle && seat.SessionID != nil && seat.Place.Kind != "" {
			return c.Redirect(http.StatusSeeOther, "/rate/session/"+*seat.SessionID+"?seat="+seat.ID)
		}
		return c.Redirect(http.StatusSeeOther, h.after(r))
	}
	for _, name := range []string{"seat", "visit"} {
		if h.cfg.Site.Cookie(c, name) != "" {
			h.cfg.Site.SetCookie(c, name, "", -1)
		}
	}
	return c.Redirect(http.StatusSeeOther, h.after(r))
}

func (h *handlers) after(r people.Reader) string {
	if r.Tablet != nil {
		return "/tablet"
	}
	return "/"
}

// back is the page of ours that the reader came from, else otherwise.
func (h *handlers) back(c echo.Context, otherwise string) string {
	return cameFrom(c.Request(), otherwise)
}

// actID is the act's ID out of a form; without one the act is new.
func actID(c echo.Context) string {
	if id := c.FormValue("id"); isID(id) {
		return id
	}
	return newID()
}

func conflict(err error) (*fault.Error, bool) {
	var f *fault.Error
	if asFault(err, &f) && f.Kind == fault.Conflict {
		return f, true
	}
	return nil, false
}
