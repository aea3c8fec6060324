package room

import (
	"net/http"
	"strings"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// cardPage takes a card's number: by its big keys, or from a scanner, which types.
type cardPage struct {
	Keys  []string // what may stand in a number, one key each
	Typed string
	Next  string // where to go afterwards
}

func (h *handlers) card(c echo.Context) error {
	return h.pages.Show(c, http.StatusOK, "card.html", h.cardView(c, ""))
}

func (h *handlers) cardView(c echo.Context, typed string) web.View {
	r, next := people.Who(c), web.LocalPath(c.FormValue("next"))
	back := h.after(r)
	if next != "/" {
		back = "/"
	}
	return web.View{Back: back, Scripts: []string{"card"},
		Data: cardPage{Keys: strings.Split(people.CardAlphabet, ""), Typed: typed, Next: next}}
}

// showCard seats who shows her card: at this tablet, or on her own device. It replaces
// whoever was left sitting here, and opens 我的.
func (h *handlers) showCard(c echo.Context) error {
	ctx, r, typed := c.Request().Context(), people.Who(c), c.FormValue("card")
	p, err := h.cfg.People.ByCardAtTablet(ctx, h.where(c, r), typed)
	if err != nil {
		return h.pages.Form(c, beside(err), "card.html", h.cardView(c, typed))
	}
	sit := Sit{ID: actID(c), PersonID: p.ID, Kind: Card}
	if r.Tablet != nil {
		sit.TabletID, sit.VenueID, sit.SessionID = r.Tablet.ID, r.VenueID, r.SessionID
	} else {
		token := people.NewToken()
		sit.ID, sit.TokenHash = newID(), hashToken(token) // each device has a token of its own
		h.cfg.Site.SetCookie(c, "seat", token, ownAge)
		h.cfg.Site.SetCookie(c, "visit", "", -1)
	}
	if _, err := h.cfg.Store.Take(ctx, sit); err != nil {
		return err
	}
	if next := web.LocalPath(c.FormValue("next")); next != "/" {
		return c.Redirect(http.StatusSeeOther, next)
	}
	return c.Redirect(http.StatusSeeOther, h.after(r))
}

// where names whose tries are counted: the tablet's, or the visit's on one's own device.
// Browsers that keep no cookie share one count.
func (h *handlers) where(c echo.Context, r people.Reader) string {
	if r.Tablet != nil {
		return r.Tablet.ID
	}
	name := "own"
	if visit := h.cfg.Site.Cookie(c, "visit"); isID(visit) {
		return name + "-" + visit
	}
	if r.Person == nil && r.VisitID == "" {
		if _, err := EnsureVisit(c); err != nil {
			return name
		}
	}
	return name
}

// beside shows the wait beside the field like every other trouble with a card, so that
// what was typed stays.
func beside(err error) error {
	var f *fault.Error
	if asFault(err, &f) && f.Kind == fault.TooMany {
		return fault.New(fault.Invalid, f.Key, f.Args).Beside("card", f.Key, f.Args).Because(err)
	}
	return err
}
