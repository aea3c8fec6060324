package room

import (
	"context"
	"net/http"
	"strconv"

	"silverclass/app/people"

	"github.com/labstack/echo/v4"
)

// tabletState is what a tablet asks for every two seconds.
type tabletState struct {
	Session string     `json:"session"` // empty without one
	Seat    string     `json:"seat"`    // empty while nobody sits here
	Hand    string     `json:"hand"`    // "" down, "up", "coming": somebody has set out
	Push    *pushState `json:"push,omitempty"`
	// Words are sent when asked for: what the tablet may have to say by itself.
	Words map[string]string `json:"words,omitempty"`
}

// pushState is a push that the seat has not followed yet.
type pushState struct {
	Version int64 `json:"version"`
}

var tabletWords = []string{"still_title", "still_text", "still_yes", "still_no", "hand_up", "hand_coming", "hand_cancel", "push_title"}

func (h *handlers) state(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	out := tabletState{Session: r.SessionID, Seat: r.SeatID}
	hand, err := h.hand(ctx, r)
	if err != nil {
		return err
	}
	out.Hand = hand
	if r.SeatID != "" {
		push, err := h.cfg.Store.Pending(ctx, SeatOf(c), r.SessionID)
		if err != nil {
			return err
		}
		if push.Version > 0 {
			out.Push = &pushState{Version: push.Version}
		}
	}
	if c.QueryParam("words") != "" {
		out.Words = map[string]string{}
		for _, w := range tabletWords {
			out.Words[w] = h.cfg.Site.T(c, "room."+w, nil)
		}
	}
	return c.JSON(http.StatusOK, out)
}

// hand is what the tablet shows of its call. That somebody is coming is shown for two
// minutes; by then she is there.
func (h *handlers) hand(ctx context.Context, r people.Reader) (string, error) {
	if r.SessionID == "" {
		return "", nil
	}
	call, err := h.cfg.Store.Hand(ctx, r.Tablet.ID)
	switch {
	case err != nil || call.ID == "" || call.SessionID != r.SessionID || call.CancelledAt != nil:
		return "", err
	case call.AnsweredAt == nil:
		return "up", nil
	case value(call.SeatID) == r.SeatID && h.cfg.Store.now().Sub(*call.AnsweredAt) < comingShown:
		return "coming", nil
	}
	return "", nil
}

// here is the tablet's signal, and says whether somebody acted at it since the last one
// without opening a page: reading, listening, touching.
func (h *handlers) here(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	if err := h.cfg.Store.Signal(ctx, r.Tablet.ID); err != nil {
		return err
	}
	if seat := SeatOf(c); seat.ID != "" && c.FormValue("active") == "1" {
		if err := h.cfg.Store.Touch(ctx, seat); err != nil {
			return err
		}
	}
	return c.NoContent(http.StatusNoContent)
}

// follow goes where the trainer sent everybody, and remembers that she went.
func (h *handlers) follow(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	version, err := strconv.ParseInt(c.FormValue("version"), 10, 64)
	if err != nil || r.SeatID == "" || r.SessionID == "" {
		return c.Redirect(http.StatusSeeOther, h.after(r))
	}
	push, err := h.cfg.Store.LastPush(ctx, r.SessionID)
	if err != nil {
		return err
	}
	if push.Version < version || push.Version == 0 {
		return c.Redirect(http.StatusSeeOther, "/")
	}
	if err := h.cfg.Store.Seen(ctx, r.SeatID, push.Version); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, push.URL)
}
