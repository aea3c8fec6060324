package room

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// call puts a hand up. Where no session runs nobody would see it: the help page says
// whom to ask and whom to ring.
func (h *handlers) call(c echo.Context) error {
	r := people.Who(c)
	if r.Tablet == nil || r.SessionID == "" {
		return c.Redirect(http.StatusSeeOther, "/help")
	}
	_, err := h.cfg.Store.Raise(c.Request().Context(), Call{ID: actID(c), TabletID: r.Tablet.ID, VenueID: r.VenueID,
		SessionID: r.SessionID, SeatID: pointer(r.SeatID)})
	if err != nil {
		return err
	}
	if quietly(c) {
		return c.NoContent(http.StatusNoContent)
	}
	back := cameFrom(c.Request(), "/")
	return c.Redirect(http.StatusSeeOther, "/help/called?back="+url.QueryEscape(back))
}

// calledPage says that the hand is up, and leads back to where she was.
type calledPage struct {
	Answered bool // somebody of the staff has set out
	Back     string
}

func (h *handlers) called(c echo.Context) error {
	r := people.Who(c)
	back := web.LocalPath(c.QueryParam("back"))
	if r.Tablet == nil {
		return c.Redirect(http.StatusSeeOther, "/help")
	}
	hand, err := h.cfg.Store.Hand(c.Request().Context(), r.Tablet.ID)
	if err != nil {
		return err
	}
	if hand.ID == "" || hand.CancelledAt != nil {
		return c.Redirect(http.StatusSeeOther, back)
	}
	return h.pages.Show(c, http.StatusOK, "called.html", web.View{Back: back,
		Data: calledPage{Answered: hand.AnsweredAt != nil, Back: back}})
}

// cancel takes the hand down again.
func (h *handlers) cancel(c echo.Context) error {
	if r := people.Who(c); r.Tablet != nil {
		if err := h.cfg.Store.Lower(c.Request().Context(), r.Tablet.ID); err != nil {
			return err
		}
	}
	if quietly(c) {
		return c.NoContent(http.StatusNoContent)
	}
	return c.Redirect(http.StatusSeeOther, web.LocalPath(c.FormValue("back")))
}

// quietly: a script asks, and shows the outcome on the page that is open.
func quietly(c echo.Context) bool {
	return strings.Contains(c.Request().Header.Get("Accept"), "application/json")
}

// cameFrom is the address on this site that the request was sent from, else otherwise.
// Pages about helping, leaving and cards are not places to come back to.
func cameFrom(r *http.Request, otherwise string) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || u.Path == "" {
		return otherwise
	}
	if strings.HasPrefix(u.Path, "/help") || u.Path == "/leave" || u.Path == "/card" {
		return otherwise
	}
	return web.LocalPath(u.RequestURI())
}

func newID() string { return db.NewID() }

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }
