package room

import (
	"context"
	"net/http"
	"sort"
	"strconv"

	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// tilesAPage is how many tiles a page shows at most (design.md §3).
const tilesAPage = 9

// tilesPage asks who it is.
type tilesPage struct {
	Tiles []tile
	// Page counts from 1; Next leads on and comes round to the first.
	Page, Pages, Next int
	// Session is true while the tablet follows a session.
	Session bool
	// Several is true when more than one runs here and staff have not said which.
	Several bool
}

// tile is one person who may tap it.
type tile struct {
	PersonID string
	Name     string // 称呼; empty without one
	Tail     string // last four of her card; empty without one
}

func (h *handlers) tiles(c echo.Context) error {
	data, err := h.choose(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "tiles.html", web.View{Body: "langs-top", Data: data})
}

// tilesPart is the tiles alone, which a tablet asks for while people are checked in.
func (h *handlers) tilesPart(c echo.Context) error {
	data, err := h.choose(c)
	if err != nil {
		return err
	}
	return h.pages.Fragment(c, "tiles.html", "tiles", web.View{Data: data})
}

func (h *handlers) choose(c echo.Context) (tilesPage, error) {
	ctx, r := c.Request().Context(), people.Who(c)
	data := tilesPage{Page: 1, Pages: 1, Session: r.SessionID != ""}
	if !data.Session {
		running, err := h.cfg.Tour.Current(ctx, r.VenueID, h.cfg.Store.now())
		data.Several = len(running) > 1
		return data, err
	}
	all, err := h.free(ctx, r.SessionID)
	if err != nil {
		return data, err
	}
	page, _ := strconv.Atoi(c.QueryParam("page"))
	data.Tiles, data.Page, data.Pages = paged(all, page)
	data.Next = data.Page%data.Pages + 1
	return data, nil
}

// free are the tiles of who is checked in and does not sit yet, in the order in which
// they came: who waits longest stands first, and new tiles come at the end.
func (h *handlers) free(ctx context.Context, sessionID string) ([]tile, error) {
	present, err := h.cfg.Tour.Present(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	sort.SliceStable(present, func(i, j int) bool { return earlier(present[i], present[j]) })
	ids := make([]string, len(present))
	for i, a := range present {
		ids[i] = a.PersonID
	}
	seated, err := h.cfg.Store.Seated(ctx, ids)
	if err != nil {
		return nil, err
	}
	known, err := h.cfg.People.Persons(ctx, ids)
	if err != nil {
		return nil, err
	}
	var tiles []tile
	for _, id := range ids {
		if p, ok := known[id]; ok && !seated[id] {
			tiles = append(tiles, tile{PersonID: id, Name: p.Name, Tail: p.CardTail})
		}
	}
	return tiles, nil
}

func earlier(a, b tour.Attendance) bool {
	if !a.CheckedInAt.Equal(b.CheckedInAt) {
		return a.CheckedInAt.Before(b.CheckedInAt)
	}
	return a.ID < b.ID
}

// paged is the page of that number, which counts from 1; a number that is no page shows
// the nearest one.
func paged(all []tile, page int) (some []tile, now, pages int) {
	pages = max(1, (len(all)+tilesAPage-1)/tilesAPage)
	now = min(max(1, page), pages)
	from := (now - 1) * tilesAPage
	return all[min(from, len(all)):min(from+tilesAPage, len(all))], now, pages
}
