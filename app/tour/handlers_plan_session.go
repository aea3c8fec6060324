package tour

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
)

func (h *handlers) newSession(c echo.Context) error {
	v := url.Values{"venue": {c.QueryParam("venue")}, "stop": {c.QueryParam("stop")}, "mode": {OnSite}}
	if err := h.suggest(c, v); err != nil {
		return err
	}
	f, err := h.sessionForm(c, "/staff/sessions", "", v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

// suggest fills a new session's form with what is likely: the stop's first day to come
// and its venue, the next full hour, an hour long, as many places as the venue has.
func (h *handlers) suggest(c echo.Context, v url.Values) error {
	ctx := c.Request().Context()
	start := h.site.Now().In(h.site.Zone()).Truncate(time.Hour).Add(time.Hour)
	if start.Hour() < 8 || start.Hour() > 19 {
		start = startOfDay(start.Add(5*time.Hour), h.site.Zone()).Add(9 * time.Hour)
	}
	day := start.Format(time.DateOnly)
	if id := v.Get("stop"); id != "" {
		s, err := h.store.StopPlan(ctx, id)
		if err != nil {
			return err
		}
		if !s.Covers(day) {
			day = s.FirstDay
		}
		if len(s.Venues) == 1 && v.Get("venue") == "" {
			v.Set("venue", s.Venues[0])
		}
	}
	v.Set("day", day)
	v.Set("starts", start.Format("15:04"))
	v.Set("ends", start.Add(time.Hour).Format("15:04"))
	if id := v.Get("venue"); id != "" {
		venue, err := h.store.Venue(ctx, id)
		if err != nil {
			return err
		}
		if venue.Places > 0 {
			v.Set("places", strconv.Itoa(venue.Places))
		}
	}
	return nil
}

// sessionForm asks for a session. id is empty for a new one; one that is there keeps its
// venue.
func (h *handlers) sessionForm(c echo.Context, action, id string, v url.Values) (form, error) {
	f := form{Title: "tour.session_new", Lead: "tour.session_lead", Action: action, ID: v.Get("id"), Submit: "tour.save", Cancel: "/staff/sessions"}
	if id != "" {
		f.Title, f.Lead, f.Cancel = "tour.session_edit", "", sessionURL(id)
	}
	stops, err := h.stopField(c, v)
	if err != nil {
		return f, err
	}
	trainers, err := h.trainerField(c, v.Get("trainer"))
	if err != nil {
		return f, err
	}
	if id == "" {
		venues, err := h.venueOptions(c, ScopeOf(people.Who(c), people.Organizer), v["venue"])
		if err != nil {
			return f, err
		}
		if len(venues) == 1 && v.Get("venue") == "" {
			v.Set("venue", venues[0].Value)
		}
		f.Fields = append(f.Fields, field{Kind: "select", Name: "venue", Label: "tour.venue", Value: v.Get("venue"), Options: venues, Need: true})
	}
	f.Fields = append(f.Fields,
		field{Kind: "checks", Name: "topics", Label: "tour.topics", Hint: "tour.topics_hint", Values: v["topics"], Options: keyed("tour.topic_", Topics())},
		field{Kind: "date", Name: "day", Label: "tour.day", Value: v.Get("day"), Need: true},
		field{Kind: "time", Name: "starts", Label: "tour.starts", Value: v.Get("starts"), Need: true, Half: true},
		field{Kind: "time", Name: "ends", Label: "tour.ends", Value: v.Get("ends"), Need: true, Half: true},
		stops,
		field{Kind: "radios", Name: "mode", Label: "tour.mode", Value: v.Get("mode"), Options: keyed("tour.mode_", Modes())},
		field{Kind: "text", Name: "room", Label: "tour.room", Hint: "tour.room_hint", Value: v.Get("room"), Max: 40, Half: true},
		field{Kind: "number", Name: "places", Label: "tour.session_places", Hint: "tour.places_hint", Value: v.Get("places"), Half: true},
		trainers,
		field{Kind: "text", Name: "title", Label: "tour.session_title", Hint: "tour.session_title_hint", Value: v.Get("title"), Max: 60})
	return f, nil
}

func (h *handlers) stopField(c echo.Context, v url.Values) (field, error) {
	stops, err := h.store.Stops(c.Request().Context(), ScopeOf(people.Who(c), people.Organizer))
	if err != nil {
		return field{}, err
	}
	f := field{Kind: "select", Name: "stop", Label: "tour.stop", Hint: "tour.session_stop_hint", Value: v.Get("stop"), Options: []option{{Key: "tour.no_stop"}}}
	listed := v.Get("stop") == ""
	for _, s := range stops {
		f.Options = append(f.Options, option{Value: s.ID, Text: s.Name + " · " + h.days(c, s.FirstDay, s.LastDay)})
		listed = listed || s.ID == v.Get("stop")
	}
	if !listed { // of another city, or called off: what is there stays
		s, err := h.store.Stop(c.Request().Context(), v.Get("stop"))
		if err != nil {
			return f, err
		}
		f.Options = append(f.Options, option{Value: s.ID, Text: s.Name})
	}
	return f, nil
}

// trainerField offers active staff who may teach somewhere.
func (h *handlers) trainerField(c echo.Context, chosen string) (field, error) {
	ctx := c.Request().Context()
	all, err := h.staff.All(ctx)
	if err != nil {
		return field{}, err
	}
	grants, err := h.staff.AllGrants(ctx)
	if err != nil {
		return field{}, err
	}
	f := field{Kind: "select", Name: "trainer", Label: "tour.trainer", Value: chosen, Options: []option{{Key: "tour.no_trainer"}}}
	for _, s := range all {
		teaches := s.ID == chosen
		for _, g := range grants[s.ID] {
			teaches = teaches || s.Active() && g.Role.Covers(people.Trainer)
		}
		if teaches {
			f.Options = append(f.Options, option{Value: s.ID, Text: s.Name})
		}
	}
	return f, nil
}

// readSession reads a session's form: local times become instants, and a title that was
// left out is made of the topics.
func (h *handlers) readSession(c echo.Context, id string, v url.Values) (Session, error) {
	f := invalid()
	n := Session{ID: id, VenueID: v.Get("venue"), Title: v.Get("title"), Topics: known(Topics(), v["topics"]), Mode: v.Get("mode"),
		Room: v.Get("room"), Places: orZero(number(f, v, "places"))}
	if s := v.Get("stop"); s != "" {
		n.StopID = &s
	}
	if s := v.Get("trainer"); s != "" {
		n.TrainerID = &s
	}
	n.StartsAt = h.localTime(f, v, "starts")
	n.EndsAt = h.localTime(f, v, "ends")
	if strings.TrimSpace(n.Title) == "" {
		n.Title = h.makeTitle(c, n)
	}
	check := n
	if len(f.Fields) > 0 { // one thing to mend at a time: times that cannot be read are not compared
		check.StartsAt, check.EndsAt = h.site.Now(), h.site.Now().Add(time.Hour)
	}
	return n, joined(f.OrNil(), check.check())
}

// localTime reads the form's day with one of its times, in the site's zone.
func (h *handlers) localTime(f *fault.Error, v url.Values, name string) time.Time {
	day, err := time.ParseInLocation(time.DateOnly, v.Get("day"), h.site.Zone())
	if err != nil {
		f.Beside("day", "tour.day_missing")
		return time.Time{}
	}
	at, err := time.Parse("15:04", v.Get(name))
	if err != nil {
		f.Beside(name, "tour.time_missing")
		return time.Time{}
	}
	return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), 0, 0, h.site.Zone())
}

// makeTitle names a session after its topics and the part of the day: 风险甄别 · 上午场.
func (h *handlers) makeTitle(c echo.Context, n Session) string {
	if len(n.Topics) == 0 || n.StartsAt.IsZero() {
		return "·" // the form comes back for its topics or its time anyway
	}
	topics := h.t(c, "tour.topic_"+n.Topics[0], nil)
	if len(n.Topics) > 1 {
		topics = h.t(c, "tour.topics_many", fault.Args{"First": topics, "Count": len(n.Topics)})
	}
	part := "tour.part_morning"
	switch hour := n.StartsAt.In(h.site.Zone()).Hour(); {
	case hour >= 18:
		part = "tour.part_evening"
	case hour >= 12:
		part = "tour.part_afternoon"
	}
	return h.t(c, "tour.title_made", fault.Args{"Topics": topics, "Part": h.t(c, part, nil)})
}

func (h *handlers) addSession(c echo.Context) error {
	ctx := c.Request().Context()
	v, err := typed(c)
	if err != nil {
		return err
	}
	id, err := actID(v, "id")
	if err != nil {
		return err
	}
	n, err := h.readSession(c, id, v)
	if n.VenueID != "" {
		venue, err := h.store.Venue(ctx, n.VenueID)
		if err != nil {
			return err
		}
		if err := may(c, people.Organizer, venue.ID, venue.CityID); err != nil {
			return err
		}
	}
	if err == nil {
		n, err = h.store.AddSession(ctx, n, h.site.Zone())
	}
	if err != nil {
		return h.sessionAgain(c, err, "/staff/sessions", "", v)
	}
	return h.done(c, "tour.session_added", fault.Args{"Name": n.Title}, sessionURL(n.ID))
}

func (h *handlers) sessionAgain(c echo.Context, err error, action, id string, v url.Values) error {
	f, formErr := h.sessionForm(c, action, id, v)
	if formErr != nil {
		return formErr
	}
	return h.again(c, err, f)
}

func (h *handlers) editSession(c echo.Context) error {
	w, err := h.theSession(c, people.Organizer)
	if err != nil {
		return err
	}
	start, end := w.StartsAt.In(h.site.Zone()), w.EndsAt.In(h.site.Zone())
	v := url.Values{"title": {w.Title}, "topics": w.Topics, "mode": {w.Mode}, "room": {w.Room},
		"day": {start.Format(time.DateOnly)}, "starts": {start.Format("15:04")}, "ends": {end.Format("15:04")}}
	if w.Places > 0 {
		v.Set("places", strconv.Itoa(w.Places))
	}
	if w.StopID != nil {
		v.Set("stop", *w.StopID)
	}
	if w.TrainerID != nil {
		v.Set("trainer", *w.TrainerID)
	}
	f, err := h.sessionForm(c, sessionURL(w.ID), w.ID, v)
	if err != nil {
		return err
	}
	return h.ask(c, f)
}

func (h *handlers) saveSession(c echo.Context) error {
	w, err := h.theSession(c, people.Organizer)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	v.Set("venue", w.VenueID)
	n, err := h.readSession(c, w.ID, v)
	if err == nil {
		err = h.store.SaveSession(c.Request().Context(), n, h.site.Zone())
	}
	if fault.Is(err, fault.Conflict) {
		return h.instead(c, err, sessionURL(w.ID))
	}
	if err != nil {
		return h.sessionAgain(c, err, sessionURL(w.ID), w.ID, v)
	}
	return h.done(c, "tour.saved", nil, sessionURL(w.ID))
}
