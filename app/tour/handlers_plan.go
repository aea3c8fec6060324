package tour

import (
	"net/url"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerPlans(r *web.Routes) {
	r.Organizer.GET("/staff/partners", h.partners)
	r.Organizer.GET("/staff/partners/new", h.newPartner)
	r.Organizer.POST("/staff/partners", h.addPartner)
	r.Organizer.GET("/staff/partners/:id", h.partner)
	r.Organizer.GET("/staff/partners/:id/edit", h.editPartner)
	r.Organizer.POST("/staff/partners/:id", h.savePartner)
	r.Organizer.POST("/staff/partners/:id/retire", h.retirePartner(true))
	r.Organizer.POST("/staff/partners/:id/restore", h.retirePartner(false))
	r.Organizer.GET("/staff/tours", h.tours)
	r.Organizer.GET("/staff/tours/new", h.newTour)
	r.Organizer.POST("/staff/tours", h.addTour)
	r.Organizer.GET("/staff/tours/:id", h.tour)
	r.Organizer.GET("/staff/tours/:id/edit", h.editTour)
	r.Organizer.POST("/staff/tours/:id", h.saveTour)
	r.Organizer.POST("/staff/tours/:id/cancel", h.cancelTour(true))
	r.Organizer.POST("/staff/tours/:id/restore", h.cancelTour(false))
	h.registerStops(r)
}

func (h *handlers) partners(c echo.Context) error {
	ctx := c.Request().Context()
	all, err := h.store.Partners(ctx)
	if err != nil {
		return err
	}
	p := listPage{Title: "tour.partners", Lead: "tour.partners_lead", List: listing{Empty: "tour.partners_empty"}}
	for _, v := range all {
		p.List.Rows = append(p.List.Rows, row{Name: v.Name, URL: partnerURL(v.ID), Notes: some1(h.t(c, "tour.partner_"+v.Kind, nil)), Off: v.RetiredAt != nil})
	}
	if sc := ScopeOf(people.Who(c), people.Organizer); sc.All || len(sc.Cities) > 0 {
		p.List.New = &link{Key: "tour.partner_new", URL: "/staff/partners/new"}
	}
	return h.list(c, p)
}

func (h *handlers) newPartner(c echo.Context) error {
	f, err := h.partnerForm(c, "/staff/partners", "/staff/partners", "tour.partner_new", url.Values{"city": {c.QueryParam("city")}, "kind": {"enterprise"}})
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) partnerForm(c echo.Context, action, cancel, title string, v url.Values) (form, error) {
	f := form{Title: title, Lead: "tour.partner_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: cancel}
	if title == "tour.partner_new" {
		choose, err := h.cityField(c, v.Get("city"), false)
		if err != nil {
			return f, err
		}
		f.Fields = append(f.Fields, choose)
	}
	f.Fields = append(f.Fields,
		field{Kind: "text", Name: "name", Label: "tour.partner_name", Value: v.Get("name"), Need: true, Max: 60},
		field{Kind: "radios", Name: "kind", Label: "tour.partner_kind", Value: v.Get("kind"), Options: keyed("tour.partner_", PartnerKinds())})
	return f, nil
}

func readPartner(id string, v url.Values) Partner {
	return Partner{ID: id, CityID: v.Get("city"), Name: v.Get("name"), Kind: v.Get("kind")}
}

func (h *handlers) addPartner(c echo.Context) error {
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	p := readPartner(id, v)
	if p.CityID != "" {
		if err := may(c, people.Organizer, "", p.CityID); err != nil {
			return err
		}
	}
	if p, err = h.store.AddPartner(c.Request().Context(), p); err != nil {
		f, formErr := h.partnerForm(c, "/staff/partners", "/staff/partners", "tour.partner_new", v)
		if formErr != nil {
			return formErr
		}
		return h.again(c, err, f)
	}
	return h.done(c, "tour.partner_added", fault.Args{"Name": p.Name}, partnerURL(p.ID))
}

func (h *handlers) partner(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := h.store.Partner(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	city, err := h.store.City(ctx, v.CityID)
	if err != nil {
		return err
	}
	stops, err := h.store.StopsWith(ctx, v.ID)
	if err != nil {
		return err
	}
	p := thingPage{Kind: "tour.partner", Name: v.Name, Off: v.RetiredAt != nil, OffKey: "tour.partner_retired",
		Facts:    []fact{{"tour.city", city.Name}, {"tour.partner_kind", h.t(c, "tour.partner_"+v.Kind, nil)}},
		Listings: []listing{{Heading: "tour.partner_stops", Empty: "tour.partner_stops_empty", Rows: h.stopRows(c, stops)}}}
	if people.Who(c).May(people.Organizer, "", v.CityID) {
		p.Edit = partnerURL(v.ID) + "/edit"
		p.TurnOff, p.TurnOn = turns("tour.retire", "tour.unretire", partnerURL(v.ID), "retire")
		tours, err := h.store.Tours(ctx, In(v.CityID))
		if err != nil {
			return err
		}
		switch {
		case len(tours) == 0:
			p.Next = []link{{Key: "tour.tour_new", URL: with("/staff/tours/new", "city", v.CityID)}}
		case len(stops) == 0:
			p.Next = []link{{Key: "tour.stop_new", URL: with("/staff/stops/new", "tour", tours[0].ID)}}
		}
	}
	return h.thing(c, "/staff/partners", p)
}

// ourPartner is the partner of the address, when the reader is an organizer of its city.
func (h *handlers) ourPartner(c echo.Context) (Partner, error) {
	v, err := h.store.Partner(c.Request().Context(), c.Param("id"))
	if err != nil {
		return v, err
	}
	return v, may(c, people.Organizer, "", v.CityID)
}

func (h *handlers) editPartner(c echo.Context) error {
	p, err := h.ourPartner(c)
	if err != nil {
		return err
	}
	f, err := h.partnerForm(c, partnerURL(p.ID), partnerURL(p.ID), "tour.partner_edit", url.Values{"name": {p.Name}, "kind": {p.Kind}})
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) savePartner(c echo.Context) error {
	old, err := h.ourPartner(c)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	v.Set("city", old.CityID)
	if err := h.store.SavePartner(c.Request().Context(), readPartner(old.ID, v)); err != nil {
		f, formErr := h.partnerForm(c, partnerURL(old.ID), partnerURL(old.ID), "tour.partner_edit", v)
		if formErr != nil {
			return formErr
		}
		return h.again(c, err, f)
	}
	return h.done(c, "tour.saved", nil, partnerURL(old.ID))
}

func (h *handlers) retirePartner(retire bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		p, err := h.ourPartner(c)
		if err != nil {
			return err
		}
		if err := h.store.RetirePartner(c.Request().Context(), p.ID, retire); err != nil {
			return err
		}
		return h.done(c, offOn(retire, "tour.retired", "tour.unretired"), nil, partnerURL(p.ID))
	}
}

func (h *handlers) tours(c echo.Context) error {
	who := people.Who(c)
	all, err := h.store.Tours(c.Request().Context(), ScopeOf(who, people.Organizer))
	if err != nil {
		return err
	}
	p := listPage{Title: "tour.tours", Lead: "tour.tours_lead", List: listing{Empty: "tour.tours_empty", Rows: tourRows(all)}}
	if sc := ScopeOf(who, people.Organizer); sc.All || len(sc.Cities) > 0 {
		p.List.New = &link{Key: "tour.tour_new", URL: "/staff/tours/new"}
	}
	return h.list(c, p)
}

func tourRows(tours []Tour) []row {
	var rows []row
	for _, v := range tours {
		rows = append(rows, row{Name: v.Name, URL: tourURL(v.ID), Off: v.CancelledAt != nil})
	}
	return rows
}

func (h *handlers) newTour(c echo.Context) error {
	f, err := h.tourForm(c, "/staff/tours", "/staff/tours", "tour.tour_new", url.Values{"city": {c.QueryParam("city")}})
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) tourForm(c echo.Context, action, cancel, title string, v url.Values) (form, error) {
	choose, err := h.cityField(c, v.Get("city"), false)
	choose.Label, choose.Hint = "tour.tour_city", "tour.tour_city_hint"
	return form{Title: title, Lead: "tour.tour_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: cancel, Fields: []field{
		choose,
		{Kind: "text", Name: "name", Label: "tour.tour_name", Hint: "tour.tour_name_hint", Value: v.Get("name"), Need: true, Max: 60},
	}}, err
}

func (h *handlers) addTour(c echo.Context) error {
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	t := Tour{ID: id, CityID: v.Get("city"), Name: v.Get("name")}
	if t.CityID != "" {
		if err := may(c, people.Organizer, "", t.CityID); err != nil {
			return err
		}
	}
	if t, err = h.store.AddTour(c.Request().Context(), t); err != nil {
		f, formErr := h.tourForm(c, "/staff/tours", "/staff/tours", "tour.tour_new", v)
		if formErr != nil {
			return formErr
		}
		return h.again(c, err, f)
	}
	return h.done(c, "tour.tour_added", fault.Args{"Name": t.Name}, tourURL(t.ID))
}

func (h *handlers) tour(c echo.Context) error {
	ctx := c.Request().Context()
	t, err := h.store.Tour(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	city, err := h.store.City(ctx, t.CityID)
	if err != nil {
		return err
	}
	stops, err := h.store.StopsOf(ctx, t.ID)
	if err != nil {
		return err
	}
	p := thingPage{Kind: "tour.tour", Name: t.Name, Off: t.CancelledAt != nil, OffKey: "tour.tour_cancelled",
		Facts: []fact{{"tour.tour_city", city.Name}}}
	if first, last := daysOf(stops); first != "" {
		p.Facts = append(p.Facts, fact{"tour.days", h.days(c, first, last)})
	}
	list := listing{Heading: "tour.stops", Empty: "tour.tour_stops_empty", Rows: h.stopRows(c, stops)}
	if h.leads(c, t) {
		p.Edit = tourURL(t.ID) + "/edit"
		p.TurnOff, p.TurnOn = turns("tour.cancel_tour", "tour.restore", tourURL(t.ID), "cancel")
		list.New = &link{Key: "tour.stop_new", URL: with("/staff/stops/new", "tour", t.ID)}
		if len(stops) == 0 {
			p.Next = []link{*list.New}
		}
	}
	if len(stops) > 0 {
		p.Next = append(p.Next, link{Key: "tour.to_report", URL: with("/staff/reports", "tour", t.ID)})
	}
	p.Listings = []listing{list}
	return h.thing(c, "/staff/tours", p)
}

// daysOf are the first and the last day of stops that are not called off; empty without
// any.
func daysOf(stops []Stop) (first, last string) {
	for _, s := range stops {
		if s.CancelledAt != nil {
			continue
		}
		if first == "" || s.FirstDay < first {
			first = s.FirstDay
		}
		last = max(last, s.LastDay)
	}
	return first, last
}

// days writes a span of local days as the reader does.
func (h *handlers) days(c echo.Context, first, last string) string {
	if first == last {
		return h.day(c, first)
	}
	return h.t(c, "tour.day_span", fault.Args{"First": h.day(c, first), "Last": h.day(c, last)})
}

// day writes a local day ("2026-11-23") as the reader does.
func (h *handlers) day(c echo.Context, day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	return t.Format(h.t(c, "web.date_format", nil))
}

// leads reports whether the reader may change a tour.
func (h *handlers) leads(c echo.Context, t Tour) bool {
	return people.Who(c).May(people.Organizer, "", t.CityID)
}

// ourTour is the tour of the address, when the reader may change it.
func (h *handlers) ourTour(c echo.Context) (Tour, error) {
	t, err := h.store.Tour(c.Request().Context(), c.Param("id"))
	if err != nil {
		return t, err
	}
	return t, may(c, people.Organizer, "", t.CityID)
}

func (h *handlers) editTour(c echo.Context) error {
	t, err := h.ourTour(c)
	if err != nil {
		return err
	}
	f, err := h.tourForm(c, tourURL(t.ID), tourURL(t.ID), "tour.tour_edit", url.Values{"city": {t.CityID}, "name": {t.Name}})
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) saveTour(c echo.Context) error {
	old, err := h.ourTour(c)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	t := Tour{ID: old.ID, CityID: v.Get("city"), Name: v.Get("name")}
	if t.CityID != "" {
		if err := may(c, people.Organizer, "", t.CityID); err != nil {
			return err
		}
	}
	if err := h.store.SaveTour(c.Request().Context(), t); err != nil {
		f, formErr := h.tourForm(c, tourURL(t.ID), tourURL(t.ID), "tour.tour_edit", v)
		if formErr != nil {
			return formErr
		}
		return h.again(c, err, f)
	}
	return h.done(c, "tour.saved", nil, tourURL(t.ID))
}

func (h *handlers) cancelTour(cancel bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		t, err := h.ourTour(c)
		if err != nil {
			return err
		}
		if err := h.store.CancelTour(c.Request().Context(), t.ID, cancel); err != nil {
			return err
		}
		return h.done(c, offOn(cancel, "tour.cancelled_done", "tour.restored"), nil, tourURL(t.ID))
	}
}
