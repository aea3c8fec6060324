package tour

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerStops(r *web.Routes) {
	r.Organizer.GET("/staff/stops/new", h.newStop)
	r.Organizer.POST("/staff/stops", h.addStop)
	r.Organizer.GET("/staff/stops/:id", h.stop)
	r.Organizer.GET("/staff/stops/:id/edit", h.editStop)
	r.Organizer.POST("/staff/stops/:id", h.saveStop)
	r.Organizer.POST("/staff/stops/:id/cancel", h.cancelStop(true))
	r.Organizer.POST("/staff/stops/:id/restore", h.cancelStop(false))
}

func (h *handlers) stopRows(c echo.Context, stops []Stop) []row {
	var rows []row
	for _, s := range stops {
		rows = append(rows, row{Name: s.Name, URL: stopURL(s.ID), Notes: []string{h.days(c, s.FirstDay, s.LastDay)}, Off: s.CancelledAt != nil})
	}
	return rows
}

func (h *handlers) newStop(c echo.Context) error {
	t, err := h.store.Tour(c.Request().Context(), c.QueryParam("tour"))
	if err != nil {
		return err
	}
	if err := may(c, people.Organizer, "", t.CityID); err != nil {
		return err
	}
	today := h.site.Now().In(h.site.Zone()).Format(time.DateOnly)
	v := url.Values{"tour": {t.ID}, "city": {t.CityID}, "first_day": {today}, "last_day": {today}, "forms": {"hands-on"}}
	f, err := h.stopForm(c, "/staff/stops", tourURL(t.ID), "tour.stop_new", v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

// stopForm offers all venues and partners: a tour goes to other cities too. A venue of
// another city than the stop's is refused with words.
func (h *handlers) stopForm(c echo.Context, action, cancel, title string, v url.Values) (form, error) {
	f := form{Title: title, Lead: "tour.stop_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: cancel}
	city, err := h.cityField(c, v.Get("city"), true)
	if err != nil {
		return f, err
	}
	venues, err := h.venueOptions(c, Everywhere(), v["venues"])
	if err != nil {
		return f, err
	}
	partners, sends, err := h.partnerOptions(c, v)
	if err != nil {
		return f, err
	}
	f.Fields = []field{
		{Kind: "hidden", Name: "tour", Value: v.Get("tour")},
		{Kind: "text", Name: "name", Label: "tour.stop_name", Hint: "tour.stop_name_hint", Value: v.Get("name"), Need: true, Max: 60},
		city,
		{Kind: "date", Name: "first_day", Label: "tour.first_day", Value: v.Get("first_day"), Need: true, Half: true},
		{Kind: "date", Name: "last_day", Label: "tour.last_day", Value: v.Get("last_day"), Need: true, Half: true},
		{Kind: "checks", Name: "forms", Label: "tour.forms", Hint: "tour.forms_hint", Values: v["forms"], Options: keyed("tour.form_", Forms())},
	}
	if len(venues) > 0 {
		f.Fields = append(f.Fields, field{Kind: "checks", Name: "venues", Label: "tour.venues", Values: v["venues"], Options: venues})
	}
	if len(partners) > 0 {
		f.Fields = append(f.Fields, field{Kind: "partners", Name: "partners", Label: "tour.partners", Hint: "tour.sends_hint", Values: v["partners"], Options: partners, Sends: sends})
	}
	return f, nil
}

// venueOptions are venues to choose from: those in use, and those chosen before.
func (h *handlers) venueOptions(c echo.Context, sc Scope, chosen []string) ([]option, error) {
	venues, err := h.store.Venues(c.Request().Context(), sc)
	if err != nil {
		return nil, err
	}
	cities, err := h.store.Cities(c.Request().Context(), sc)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, v := range cities {
		names[v.ID] = v.Name
	}
	var list []option
	for _, v := range venues {
		if v.RetiredAt != nil && !slices.Contains(chosen, v.ID) {
			continue
		}
		o := option{Value: v.ID, Text: v.Name}
		if len(cities) > 1 {
			o.Text = names[v.CityID] + " · " + v.Name
		}
		list = append(list, o)
	}
	return list, nil
}

func (h *handlers) partnerOptions(c echo.Context, v url.Values) ([]option, map[string]string, error) {
	all, err := h.store.Partners(c.Request().Context())
	if err != nil {
		return nil, nil, err
	}
	var list []option
	sends := map[string]string{}
	for _, p := range all {
		if p.RetiredAt == nil || slices.Contains(v["partners"], p.ID) {
			list = append(list, option{Value: p.ID, Text: p.Name})
			sends[p.ID] = v.Get("sends_" + p.ID)
		}
	}
	return list, sends, nil
}

func readStop(id string, v url.Values) StopPlan {
	p := StopPlan{Stop: Stop{ID: id, TourID: v.Get("tour"), CityID: v.Get("city"), Name: v.Get("name"),
		FirstDay: v.Get("first_day"), LastDay: v.Get("last_day"), Forms: v["forms"]}, Venues: v["venues"]}
	for _, partner := range v["partners"] {
		p.Partners = append(p.Partners, StopPartner{PartnerID: partner, Sends: v.Get("sends_" + partner)})
	}
	return p
}

func (h *handlers) addStop(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	t, err := h.store.Tour(ctx, v.Get("tour"))
	if err != nil {
		return err
	}
	if err := may(c, people.Organizer, "", t.CityID); err != nil {
		return err
	}
	if _, err := h.store.AddStop(ctx, readStop(id, v)); err != nil {
		return h.stopAgain(c, err, "/staff/stops", tourURL(t.ID), "tour.stop_new", v)
	}
	return h.done(c, "tour.stop_added", fault.Args{"Name": v.Get("name")}, stopURL(id))
}

func (h *handlers) stopAgain(c echo.Context, err error, action, cancel, title string, v url.Values) error {
	f, formErr := h.stopForm(c, action, cancel, title, v)
	if formErr != nil {
		return formErr
	}
	return h.again(c, err, f)
}

// aStop is the stop of the address, when the reader is an organizer of its city, or of
// the city that leads its tour.
func (h *handlers) aStop(c echo.Context) (StopPlan, Tour, error) {
	ctx := c.Request().Context()
	p, err := h.store.StopPlan(ctx, c.Param("id"))
	if err != nil {
		return p, Tour{}, err
	}
	t, err := h.store.Tour(ctx, p.TourID)
	if err != nil {
		return p, t, err
	}
	if h.leads(c, t) {
		return p, t, nil
	}
	return p, t, may(c, people.Organizer, "", p.CityID)
}

func (h *handlers) stop(c echo.Context) error {
	ctx := c.Request().Context()
	s, t, err := h.aStop(c)
	if err != nil {
		return err
	}
	sessions, err := h.store.Sessions(ctx, SessionFilter{Scope: Everywhere(), StopID: s.ID})
	if err != nil {
		return err
	}
	rows, err := h.sessionRows(c, sessions)
	if err != nil {
		return err
	}
	p := thingPage{Kind: "tour.stop", Name: s.Name, Off: s.CancelledAt != nil, OffKey: "tour.stop_cancelled", Edit: stopURL(s.ID) + "/edit"}
	if p.Facts, err = h.stopFacts(c, s, t); err != nil {
		return err
	}
	p.TurnOff, p.TurnOn = turns("tour.cancel_stop", "tour.restore", stopURL(s.ID), "cancel")
	plan := &link{Key: "tour.session_new", URL: with("/staff/sessions/new", "stop", s.ID)}
	p.Listings = []listing{{Heading: "tour.sessions", Empty: "tour.stop_sessions_empty", Rows: rows, New: plan}}
	if len(sessions) == 0 {
		p.Next = []link{*plan}
	} else {
		p.Next = []link{{Key: "tour.to_report", URL: with("/staff/reports", "stop", s.ID)}}
	}
	p.Next = append(p.Next, link{Key: "tour.to_figures", URL: stopURL(s.ID) + "/figures"})
	return h.thing(c, tourURL(t.ID), p)
}

func (h *handlers) stopFacts(c echo.Context, s StopPlan, t Tour) ([]fact, error) {
	ctx := c.Request().Context()
	city, err := h.store.City(ctx, s.CityID)
	if err != nil {
		return nil, err
	}
	var forms []string
	for _, f := range s.Forms {
		forms = append(forms, h.t(c, "tour.form_"+f, nil))
	}
	facts := []fact{{"tour.tour", t.Name}, {"tour.city", city.Name}, {"tour.days", h.days(c, s.FirstDay, s.LastDay)},
		{"tour.forms", strings.Join(forms, " · ")}}
	var venues []string
	for _, id := range s.Venues {
		v, err := h.store.Venue(ctx, id)
		if err != nil {
			return nil, err
		}
		venues = append(venues, v.Name)
	}
	if len(venues) > 0 {
		facts = append(facts, fact{"tour.venues", strings.Join(venues, " · ")})
	}
	for _, sp := range s.Partners {
		p, err := h.store.Partner(ctx, sp.PartnerID)
		if err != nil {
			return nil, err
		}
		line := p.Name
		if sp.Sends != "" {
			line = h.t(c, "tour.sends_line", fault.Args{"Name": p.Name, "Sends": sp.Sends})
		}
		facts = append(facts, fact{"tour.partner", line})
	}
	return facts, nil
}

func (h *handlers) editStop(c echo.Context) error {
	s, _, err := h.aStop(c)
	if err != nil {
		return err
	}
	v := url.Values{"tour": {s.TourID}, "city": {s.CityID}, "name": {s.Name}, "first_day": {s.FirstDay}, "last_day": {s.LastDay},
		"forms": s.Forms, "venues": s.Venues}
	for _, sp := range s.Partners {
		v.Add("partners", sp.PartnerID)
		v.Set("sends_"+sp.PartnerID, sp.Sends)
	}
	f, err := h.stopForm(c, stopURL(s.ID), stopURL(s.ID), "tour.stop_edit", v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) saveStop(c echo.Context) error {
	s, _, err := h.aStop(c)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	if err := h.store.SaveStop(c.Request().Context(), readStop(s.ID, v)); err != nil {
		return h.stopAgain(c, err, stopURL(s.ID), stopURL(s.ID), "tour.stop_edit", v)
	}
	return h.done(c, "tour.saved", nil, stopURL(s.ID))
}

func (h *handlers) cancelStop(cancel bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		s, _, err := h.aStop(c)
		if err != nil {
			return err
		}
		if err := h.store.CancelStop(c.Request().Context(), s.ID, cancel); err != nil {
			return err
		}
		return h.done(c, offOn(cancel, "tour.cancelled_done", "tour.restored"), nil, stopURL(s.ID))
	}
}
