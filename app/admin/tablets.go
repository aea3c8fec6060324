package admin

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
)

// tabletsPage lists the tablets of the venues that the reader organizes.
type tabletsPage struct {
	Venues []venueTablets
	VenueID, Places,
	Code string // of the form that makes a QR code
	Renamed, Label string // what was typed, and for which tablet
}

type venueTablets struct {
	tour.Venue
	City    string
	Tablets []people.Tablet
}

func (h *handlers) tabletsPage(c echo.Context) (tabletsPage, error) {
	ctx := c.Request().Context()
	p := tabletsPage{Places: "1", Code: people.NewCode(), VenueID: c.QueryParam("venue")}
	scope := tour.ScopeOf(people.Who(c), people.Organizer)
	venues, err := h.Tour.Venues(ctx, scope)
	if err != nil {
		return p, err
	}
	cities, err := h.Tour.Cities(ctx, scope)
	if err != nil {
		return p, err
	}
	names := map[string]string{}
	for _, city := range cities {
		names[city.ID] = city.Name
	}
	for _, v := range venues {
		list, err := h.People.Tablets(ctx, v.ID)
		if err != nil {
			return p, err
		}
		if v.RetiredAt == nil || len(list) > 0 {
			p.Venues = append(p.Venues, venueTablets{Venue: v, City: names[v.CityID], Tablets: list})
		}
	}
	return p, nil
}

func (h *handlers) listTablets(c echo.Context) error {
	p, err := h.tabletsPage(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "tablets.html", web.View{Back: "/staff", Data: p})
}

// mayAtVenue is nil when the reader organizes the venue.
func (h *handlers) mayAtVenue(ctx context.Context, r people.Reader, venueID string) error {
	v, err := h.Tour.Venue(ctx, venueID)
	if err != nil {
		return err
	}
	if !r.May(people.Organizer, v.ID, v.CityID) {
		return people.NotGranted()
	}
	return nil
}

func (h *handlers) makeTabletLink(c echo.Context) error {
	p, err := h.tabletsPage(c)
	if err != nil {
		return err
	}
	ctx, r := c.Request().Context(), people.Who(c)
	p.VenueID, p.Places, p.Code = c.FormValue("venue"), c.FormValue("places"), c.FormValue("code")
	if err := h.mayAtVenue(ctx, r, p.VenueID); err != nil {
		return err
	}
	places, _ := strconv.Atoi(strings.TrimSpace(p.Places)) // what is no number is no number of tablets
	if _, err := h.People.MakeTabletLink(ctx, c.FormValue("id"), p.Code, p.VenueID, r.Staff.ID, places); err != nil {
		return h.pages.Form(c, err, "tablets.html", web.View{Back: "/staff", Data: p})
	}
	return c.Redirect(http.StatusSeeOther, "/staff/tablets/enrol/"+p.Code)
}

// enrolPage shows the QR code that tablets scan, and how many have.
type enrolPage struct {
	Link  people.TabletLink
	Over  bool // all have, or the time is up
	Venue tour.Venue
	URL   string
}

func (h *handlers) showTabletLink(c echo.Context) error {
	ctx := c.Request().Context()
	l, err := h.People.TabletLinkShown(ctx, c.Param("code"))
	if err != nil {
		return err
	}
	if err := h.mayAtVenue(ctx, people.Who(c), l.VenueID); err != nil {
		return err
	}
	p := enrolPage{Link: l, Over: l.Left() < 1 || h.site.Now().After(l.ExpiresAt), URL: h.site.Base(c) + "/tablet/enrol/" + l.Code}
	if p.Venue, err = h.Tour.Venue(ctx, l.VenueID); err != nil {
		return err
	}
	v := web.View{Back: "/staff/tablets", Scripts: []string{"people-enrol"}, Data: p}
	if c.QueryParam("part") != "" {
		return h.pages.Fragment(c, "enrol.html", "used", v)
	}
	return h.pages.Show(c, http.StatusOK, "enrol.html", v)
}

// tabletHere finds a tablet of a venue that the reader organizes.
func (h *handlers) tabletHere(c echo.Context) (people.Tablet, error) {
	t, err := h.People.Tablet(c.Request().Context(), c.Param("id"))
	if err != nil {
		return t, err
	}
	return t, h.mayAtVenue(c.Request().Context(), people.Who(c), t.VenueID)
}

func (h *handlers) renameTablet(c echo.Context) error {
	t, err := h.tabletHere(c)
	if err != nil {
		return err
	}
	ctx, label := c.Request().Context(), c.FormValue("label")
	if err := h.People.RenameTablet(ctx, t.ID, label); err != nil {
		p, again := h.tabletsPage(c)
		if again != nil {
			return again
		}
		p.Renamed, p.Label = t.ID, label
		return h.pages.Form(c, err, "tablets.html", web.View{Back: "/staff", Data: p})
	}
	return h.tabletDone(c, t, people.RenamedTablet, "admin.tablet_renamed")
}

func (h *handlers) revokeTablet(c echo.Context) error {
	t, err := h.tabletHere(c)
	if err != nil {
		return err
	}
	if err := h.People.RevokeTablet(c.Request().Context(), t.ID); err != nil {
		return err
	}
	return h.tabletDone(c, t, people.RevokedTablet, "admin.tablet_revoked")
}

func (h *handlers) tabletDone(c echo.Context, t people.Tablet, act, key string) error {
	if err := h.People.NoteBy(c.Request().Context(), people.Who(c), act, "tablet:"+t.ID); err != nil {
		return err
	}
	h.site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, "/staff/tablets")
}
