package cockpit

import (
	"context"
	"net/http"
	"slices"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// seatPage asks who is to sit at a tablet.
type seatPage struct {
	Session tour.Whole
	Tablet  people.Tablet
	Sitting string // who sits there now, in words; empty when nobody does
	Visitor bool   // a visitor sits there
	People  []seatChoice
	URL     string
}

// seatChoice is somebody who is checked in.
type seatChoice struct {
	PersonID, Name, Tail string
	Elsewhere            bool // she sits at another tablet and would move
}

// tablet is the tablet of the form, which must be the venue's.
func (h *handlers) tablet(c echo.Context, s tour.Whole) (people.Tablet, error) {
	t, err := h.cfg.People.Tablet(c.Request().Context(), c.FormValue("tablet"))
	if err == nil && (t.VenueID != s.VenueID || t.RevokedAt != nil) {
		return t, fault.New(fault.NotFound, "cockpit.no_tablet")
	}
	return t, err
}

func (h *handlers) chooseWho(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	t, err := h.tablet(c, s)
	if err != nil {
		return err
	}
	data := seatPage{Session: s, Tablet: t, URL: URL(s.ID)}
	if err := h.candidates(c.Request().Context(), &data); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "seat.html", web.View{Back: URL(s.ID), Data: data})
}

// candidates lists who is checked in: first who sits nowhere, each part by name.
func (h *handlers) candidates(ctx context.Context, data *seatPage) error {
	present, err := h.cfg.Tour.Present(ctx, data.Session.ID)
	if err != nil {
		return err
	}
	ids := make([]string, len(present))
	for i, a := range present {
		ids[i] = a.PersonID
	}
	known, err := h.cfg.People.Persons(ctx, ids)
	if err != nil {
		return err
	}
	elsewhere, err := h.cfg.Room.Seated(ctx, ids)
	if err != nil {
		return err
	}
	here, err := h.cfg.Room.At(ctx, data.Tablet.ID)
	switch {
	case fault.Is(err, fault.NotFound):
	case err != nil:
		return err
	case here.PersonID == nil:
		data.Visitor = true
	default:
		p, err := h.cfg.People.Person(ctx, *here.PersonID)
		if err != nil {
			return err
		}
		data.Sitting = p.Name
	}
	for _, id := range ids {
		p, ok := known[id]
		if !ok || (here.PersonID != nil && *here.PersonID == id) {
			continue
		}
		data.People = append(data.People, seatChoice{PersonID: id, Name: p.Name, Tail: p.CardTail, Elsewhere: elsewhere[id]})
	}
	slices.SortStableFunc(data.People, func(a, b seatChoice) int {
		switch {
		case a.Elsewhere != b.Elsewhere && a.Elsewhere:
			return 1
		case a.Elsewhere != b.Elsewhere:
			return -1
		case a.Name != b.Name && a.Name < b.Name:
			return -1
		case a.Name != b.Name:
			return 1
		}
		return 0
	})
	return nil
}

// seat seats a person, or ends who sits there for a visitor. Staff can always seat.
func (h *handlers) seat(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	t, err := h.tablet(c, s)
	if err != nil {
		return err
	}
	ctx, who := c.Request().Context(), people.Who(c)
	p, err := h.cfg.People.Person(ctx, c.FormValue("person"))
	if err != nil {
		return err
	}
	present, err := h.cfg.Tour.IsPresent(ctx, s.ID, p.ID)
	if err != nil {
		return err
	}
	if !present {
		return fault.New(fault.Conflict, "cockpit.not_present")
	}
	_, err = h.cfg.Room.Take(ctx, room.Sit{ID: actID(c), TabletID: t.ID, VenueID: s.VenueID, SessionID: s.ID,
		PersonID: p.ID, Kind: room.Staffed, ByID: who.StaffID()})
	if err != nil {
		return err
	}
	h.cfg.Site.Flash(c, "cockpit.seated", fault.Args{"Label": t.Label})
	return h.home(c, s)
}

// undo takes a seat back. The tablet asks who it is again; what was learned stays.
func (h *handlers) undo(c echo.Context) error {
	s, seat, err := h.ours(c)
	if err != nil {
		return err
	}
	if err := h.cfg.Room.End(c.Request().Context(), seat.ID, room.Undone, people.Who(c).StaffID()); err != nil {
		return err
	}
	h.cfg.Site.Flash(c, "cockpit.undone", nil)
	return h.home(c, s)
}

// ours is the seat of the form, which must be at this session's venue.
func (h *handlers) ours(c echo.Context) (tour.Whole, room.Seat, error) {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return s, room.Seat{}, err
	}
	seat, err := h.cfg.Room.Seat(c.Request().Context(), c.FormValue("seat"))
	if err == nil && (seat.VenueID == nil || *seat.VenueID != s.VenueID) {
		err = people.NotGranted()
	}
	return s, seat, err
}

// answer says that somebody sets out to help.
func (h *handlers) answer(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	call, err := h.cfg.Room.Call(ctx, c.FormValue("call"))
	if err != nil {
		return err
	}
	if call.VenueID != s.VenueID {
		return people.NotGranted()
	}
	if err := h.cfg.Room.Answer(ctx, actID(c), call.ID, people.Who(c).Staff.ID); err != nil {
		return err
	}
	return h.home(c, s)
}

// assign gives a tablet to this session where several run at the venue.
func (h *handlers) assign(c echo.Context) error {
	s, err := h.session(c, people.Helper)
	if err != nil {
		return err
	}
	t, err := h.tablet(c, s)
	if err != nil {
		return err
	}
	if err := h.cfg.Room.Assign(c.Request().Context(), t.ID, s.ID); err != nil {
		return err
	}
	return h.home(c, s)
}

// checkIn checks in who sits here without it: she came in by her card and passed the
// desk by.
func (h *handlers) checkIn(c echo.Context) error {
	s, seat, err := h.ours(c)
	if err != nil {
		return err
	}
	if seat.PersonID == nil {
		return fault.New(fault.Conflict, "cockpit.visitor")
	}
	_, err = h.cfg.Tour.CheckIn(c.Request().Context(), tour.CheckIn{ID: actID(c), SessionID: s.ID, PersonID: *seat.PersonID,
		Method: tour.ByStaff, ByID: people.Who(c).StaffID()})
	if err != nil {
		return err
	}
	h.cfg.Site.Flash(c, "cockpit.checked_in", nil)
	return h.home(c, s)
}
