package tour

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerPlaces(r *web.Routes) {
	r.Organizer.GET("/staff/cities", h.cities)
	r.Admin.GET("/staff/cities/new", h.newCity)
	r.Admin.POST("/staff/cities", h.addCity)
	r.Organizer.GET("/staff/cities/:id", h.city)
	r.Organizer.GET("/staff/cities/:id/edit", h.editCity)
	r.Organizer.POST("/staff/cities/:id", h.saveCity)
	r.Organizer.POST("/staff/cities/:id/retire", h.retireCity(true))
	r.Organizer.POST("/staff/cities/:id/restore", h.retireCity(false))
	r.Organizer.GET("/staff/venues", h.venues)
	r.Organizer.GET("/staff/venues/new", h.newVenue)
	r.Organizer.POST("/staff/venues", h.addVenue)
	r.Organizer.GET("/staff/venues/:id", h.venue)
	r.Organizer.GET("/staff/venues/:id/edit", h.editVenue)
	r.Organizer.POST("/staff/venues/:id", h.saveVenue)
	r.Organizer.POST("/staff/venues/:id/retire", h.retireVenue(true))
	r.Organizer.POST("/staff/venues/:id/restore", h.retireVenue(false))
}

func (h *handlers) cities(c echo.Context) error {
	who := people.Who(c)
	all, err := h.store.Cities(c.Request().Context(), ScopeOf(who, people.Organizer))
	if err != nil {
		return err
	}
	p := listPage{Title: "tour.cities", Lead: "tour.cities_lead", List: listing{Empty: "tour.cities_empty"}}
	for _, v := range all {
		p.List.Rows = append(p.List.Rows, row{Name: v.Name, URL: cityURL(v.ID), Notes: some1(v.Province), Off: v.RetiredAt != nil})
	}
	if who.May(people.Admin, "", "") {
		p.List.New = &link{Key: "tour.city_new", URL: "/staff/cities/new"}
	}
	return h.list(c, p)
}

func (h *handlers) newCity(c echo.Context) error {
	if err := may(c, people.Admin, "", ""); err != nil {
		return err
	}
	return h.ask(c, cityForm("/staff/cities", "/staff/cities", "tour.city_new", url.Values{}))
}

func cityForm(action, cancel, title string, v url.Values) form {
	return form{Title: title, Lead: "tour.city_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: cancel, Fields: []field{
		{Kind: "text", Name: "name", Label: "tour.city_name", Hint: "tour.city_name_hint", Value: v.Get("name"), Need: true, Max: 40},
		{Kind: "text", Name: "province", Label: "tour.province", Value: v.Get("province"), Max: 40},
	}}
}

func (h *handlers) addCity(c echo.Context) error {
	if err := may(c, people.Admin, "", ""); err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	city, err := h.store.AddCity(c.Request().Context(), City{ID: id, Name: v.Get("name"), Province: v.Get("province")})
	if err != nil {
		return h.again(c, err, cityForm("/staff/cities", "/staff/cities", "tour.city_new", v))
	}
	return h.done(c, "tour.city_added", fault.Args{"Name": city.Name}, cityURL(city.ID))
}

func (h *handlers) city(c echo.Context) error {
	ctx := c.Request().Context()
	city, err := h.aCity(c)
	if err != nil {
		return err
	}
	venues, err := h.store.Venues(ctx, In(city.ID))
	if err != nil {
		return err
	}
	tours, err := h.store.Tours(ctx, In(city.ID))
	if err != nil {
		return err
	}
	p := thingPage{Kind: "tour.city", Name: city.Name, Off: city.RetiredAt != nil, OffKey: "tour.city_retired"}
	if city.Province != "" {
		p.Facts = []fact{{"tour.province", city.Province}}
	}
	places := listing{Heading: "tour.venues", Empty: "tour.city_venues_empty", Rows: h.venueRows(c, venues)}
	plans := listing{Heading: "tour.tours", Empty: "tour.city_tours_empty", Rows: tourRows(tours)}
	if people.Who(c).May(people.Organizer, "", city.ID) {
		p.Edit = cityURL(city.ID) + "/edit"
		p.TurnOff, p.TurnOn = turns("tour.retire", "tour.unretire", cityURL(city.ID), "retire")
		places.New = &link{Key: "tour.venue_new", URL: with("/staff/venues/new", "city", city.ID)}
		plans.New = &link{Key: "tour.tour_new", URL: with("/staff/tours/new", "city", city.ID)}
		if len(venues) == 0 {
			p.Next = []link{*places.New}
		} else if len(tours) == 0 {
			p.Next = []link{{Key: "tour.partner_new", URL: with("/staff/partners/new", "city", city.ID)}, *plans.New}
		}
	}
	p.Listings = []listing{places, plans}
	return h.thing(c, "/staff/cities", p)
}

// aCity is the city of the address, when the reader is an organizer there, or, to look
// only, at one of its venues.
func (h *handlers) aCity(c echo.Context) (City, error) {
	ctx := c.Request().Context()
	city, err := h.store.City(ctx, c.Param("id"))
	if err != nil {
		return city, err
	}
	mine, err := h.store.Cities(ctx, ScopeOf(people.Who(c), people.Organizer))
	if err != nil {
		return city, err
	}
	if !slices.ContainsFunc(mine, func(m City) bool { return m.ID == city.ID }) {
		return city, fault.New(fault.Forbidden, "tour.not_here")
	}
	return city, nil
}

func (h *handlers) editCity(c echo.Context) error {
	city, err := h.store.City(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if err := may(c, people.Organizer, "", city.ID); err != nil {
		return err
	}
	return h.ask(c, cityForm(cityURL(city.ID), cityURL(city.ID), "tour.city_edit", url.Values{"name": {city.Name}, "province": {city.Province}}))
}

func (h *handlers) saveCity(c echo.Context) error {
	id := c.Param("id")
	if err := may(c, people.Organizer, "", id); err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	if err := h.store.SaveCity(c.Request().Context(), City{ID: id, Name: v.Get("name"), Province: v.Get("province")}); err != nil {
		return h.again(c, err, cityForm(cityURL(id), cityURL(id), "tour.city_edit", v))
	}
	return h.done(c, "tour.saved", nil, cityURL(id))
}

func (h *handlers) retireCity(retire bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := c.Param("id")
		if err := may(c, people.Organizer, "", id); err != nil {
			return err
		}
		if err := h.store.RetireCity(c.Request().Context(), id, retire); err != nil {
			return err
		}
		return h.done(c, offOn(retire, "tour.retired", "tour.unretired"), nil, cityURL(id))
	}
}

func (h *handlers) venues(c echo.Context) error {
	who := people.Who(c)
	all, err := h.store.Venues(c.Request().Context(), ScopeOf(who, people.Organizer))
	if err != nil {
		return err
	}
	p := listPage{Title: "tour.venues", Lead: "tour.venues_lead", List: listing{Empty: "tour.venues_empty", Rows: h.venueRows(c, all)}}
	if sc := ScopeOf(who, people.Organizer); sc.All || len(sc.Cities) > 0 {
		p.List.New = &link{Key: "tour.venue_new", URL: "/staff/venues/new"}
	}
	return h.list(c, p)
}

func (h *handlers) venueRows(c echo.Context, venues []Venue) []row {
	var rows []row
	for _, v := range venues {
		notes := append([]string{h.t(c, "tour.venue_"+v.Kind, nil)}, some1(v.District)...)
		rows = append(rows, row{Name: v.Name, URL: venueURL(v.ID), Notes: notes, Off: v.RetiredAt != nil})
	}
	return rows
}

func (h *handlers) newVenue(c echo.Context) error {
	v := url.Values{"city": {c.QueryParam("city")}, "kind": {VenueCenter}}
	f, err := h.venueForm(c, "/staff/venues", "/staff/venues", "tour.venue_new", v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

// venueForm offers the cities in which the reader may make venues; a venue that is there
// keeps its city.
func (h *handlers) venueForm(c echo.Context, action, cancel, title string, v url.Values) (form, error) {
	f := form{Title: title, Lead: "tour.venue_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: cancel}
	if title == "tour.venue_new" {
		choose, err := h.cityField(c, v.Get("city"), false)
		if err != nil {
			return f, err
		}
		f.Fields = append(f.Fields, choose)
	}
	f.Fields = append(f.Fields,
		field{Kind: "text", Name: "name", Label: "tour.venue_name", Hint: "tour.venue_name_hint", Value: v.Get("name"), Need: true, Max: 60},
		field{Kind: "radios", Name: "kind", Label: "tour.venue_kind", Value: v.Get("kind"), Options: keyed("tour.venue_", VenueKinds())},
		field{Kind: "text", Name: "district", Label: "tour.district", Hint: "tour.district_hint", Value: v.Get("district"), Max: 40, Half: true},
		field{Kind: "number", Name: "places", Label: "tour.places", Hint: "tour.places_hint", Value: v.Get("places"), Half: true})
	return f, nil
}

// cityField chooses among the cities in which the reader is an organizer, or, for a
// tour's stops, among all; when there is just one, it is chosen.
func (h *handlers) cityField(c echo.Context, chosen string, everywhere bool) (field, error) {
	all, err := h.store.Cities(c.Request().Context(), Everywhere())
	if err != nil {
		return field{}, err
	}
	f := field{Kind: "select", Name: "city", Label: "tour.city", Value: chosen, Need: true}
	for _, v := range all {
		mine := everywhere || people.Who(c).May(people.Organizer, "", v.ID)
		if v.ID == chosen || v.RetiredAt == nil && mine {
			f.Options = append(f.Options, option{Value: v.ID, Text: v.Name})
		}
	}
	if len(f.Options) == 1 && chosen == "" {
		f.Value = f.Options[0].Value
	}
	return f, nil
}

func readVenue(id string, v url.Values) (Venue, error) {
	f := invalid()
	places := orZero(number(f, v, "places"))
	venue := Venue{ID: id, CityID: v.Get("city"), Name: v.Get("name"), Kind: v.Get("kind"), District: v.Get("district"), Places: places}
	check := venue
	return venue, joined(f.OrNil(), check.check())
}

func (h *handlers) addVenue(c echo.Context) error {
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	venue, err := readVenue(id, v)
	if err == nil {
		if err := may(c, people.Organizer, "", venue.CityID); err != nil {
			return err
		}
		venue, err = h.store.AddVenue(c.Request().Context(), venue)
	}
	if err != nil {
		return h.venueAgain(c, err, "/staff/venues", "/staff/venues", "tour.venue_new", v)
	}
	return h.done(c, "tour.venue_added", fault.Args{"Name": venue.Name}, venueURL(venue.ID))
}

func (h *handlers) venueAgain(c echo.Context, err error, action, cancel, title string, v url.Values) error {
	f, formErr := h.venueForm(c, action, cancel, title, v)
	if formErr != nil {
		return fmt.Errorf("%w (and its form: %w)", err, formErr)
	}
	return h.again(c, err, f)
}

// theVenue is the venue of the address, when the reader is an organizer there.
func (h *handlers) theVenue(c echo.Context) (Venue, error) {
	venue, err := h.store.Venue(c.Request().Context(), c.Param("id"))
	if err != nil {
		return venue, err
	}
	return venue, may(c, people.Organizer, venue.ID, venue.CityID)
}

func (h *handlers) venue(c echo.Context) error {
	ctx := c.Request().Context()
	venue, err := h.theVenue(c)
	if err != nil {
		return err
	}
	city, err := h.store.City(ctx, venue.CityID)
	if err != nil {
		return err
	}
	sessions, err := h.store.Sessions(ctx, SessionFilter{Scope: Everywhere(), VenueID: venue.ID, Desc: true, Limit: 20})
	if err != nil {
		return err
	}
	rows, err := h.sessionRows(c, sessions)
	if err != nil {
		return err
	}
	p := thingPage{Kind: "tour.venue", Name: venue.Name, Off: venue.RetiredAt != nil, OffKey: "tour.venue_retired", Edit: venueURL(venue.ID) + "/edit"}
	p.Facts = []fact{{"tour.city", city.Name}, {"tour.venue_kind", h.t(c, "tour.venue_"+venue.Kind, nil)}}
	if venue.District != "" {
		p.Facts = append(p.Facts, fact{"tour.district", venue.District})
	}
	if venue.Places > 0 {
		p.Facts = append(p.Facts, fact{"tour.places", strconv.Itoa(venue.Places)})
	}
	p.TurnOff, p.TurnOn = turns("tour.retire", "tour.unretire", venueURL(venue.ID), "retire")
	plan := &link{Key: "tour.session_new", URL: with("/staff/sessions/new", "venue", venue.ID)}
	p.Listings = []listing{{Heading: "tour.venue_sessions", Empty: "tour.venue_sessions_empty", Rows: rows, New: plan}}
	if len(sessions) == 0 {
		p.Next = []link{{Key: "tour.partner_new", URL: with("/staff/partners/new", "city", city.ID)}, *plan, {Key: "tour.to_tablets", URL: with("/staff/tablets", "venue", venue.ID)}}
	}
	return h.thing(c, cityURL(city.ID), p)
}

func (h *handlers) editVenue(c echo.Context) error {
	venue, err := h.theVenue(c)
	if err != nil {
		return err
	}
	v := url.Values{"city": {venue.CityID}, "name": {venue.Name}, "kind": {venue.Kind}, "district": {venue.District}}
	if venue.Places > 0 {
		v.Set("places", strconv.Itoa(venue.Places))
	}
	f, err := h.venueForm(c, venueURL(venue.ID), venueURL(venue.ID), "tour.venue_edit", v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) saveVenue(c echo.Context) error {
	old, err := h.theVenue(c)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	v.Set("city", old.CityID)
	venue, err := readVenue(old.ID, v)
	if err == nil {
		err = h.store.SaveVenue(c.Request().Context(), venue)
	}
	if err != nil {
		return h.venueAgain(c, err, venueURL(old.ID), venueURL(old.ID), "tour.venue_edit", v)
	}
	return h.done(c, "tour.saved", nil, venueURL(old.ID))
}

func (h *handlers) retireVenue(retire bool) echo.HandlerFunc {
	return func(c echo.Context) error {
		venue, err := h.theVenue(c)
		if err != nil {
			return err
		}
		if err := h.store.RetireVenue(c.Request().Context(), venue.ID, retire); err != nil {
			return err
		}
		return h.done(c, offOn(retire, "tour.retired", "tour.unretired"), nil, venueURL(venue.ID))
	}
}
