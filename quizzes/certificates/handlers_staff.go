package certificates

import (
	"net/http"
	"slices"
	"strconv"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// mostAttendance is how many sessions an organizer may ask for.
const mostAttendance = 50

// URL is a session's certificates.
func URL(sessionID string) string { return "/staff/sessions/" + sessionID + "/certificates" }

// offerPage is who of a session may have a certificate.
type offerPage struct {
	Session tour.Whole
	URL     string
	Topics  []topicChoice
	Topic   string
	Asked   string // sessions asked for, as typed
	Rule    string // in words
	Version string
	People  []candidate
	Ready   int
	Issued  []issuedLine
	Print   string // address; empty when there is nothing to print
}

type topicChoice struct {
	Slug, Name string
	Chosen     bool
}

type candidate struct {
	ID, Name string
	Done     Done
	Lacks    Done
	Has      bool // a valid certificate already
}

// Ready reports whether she may have one now.
func (c candidate) Ready() bool { return !c.Has && c.Lacks.Met() }

type issuedLine struct {
	Name, Topic, Code string
	Certificate
}

func (h *handlers) session(c echo.Context, id string) (tour.Whole, error) {
	s, err := h.Tour.Whole(c.Request().Context(), id)
	if err != nil {
		return s, err
	}
	if !people.Who(c).May(people.Trainer, s.VenueID, s.City.ID) {
		return s, people.NotGranted()
	}
	return s, nil
}

// gather is the page for the topic and the sessions that were typed. The fault Invalid is
// beside what was typed wrongly; the page stands all the same.
func (h *handlers) gather(c echo.Context, s tour.Whole, topic, asked string) (offerPage, int, error) {
	ctx, lang := c.Request().Context(), web.Lang(c)
	d := offerPage{Session: s, URL: URL(s.ID), Topic: topic, Asked: asked}
	if !slices.Contains(s.Topics, topic) && len(s.Topics) > 0 {
		d.Topic = s.Topics[0]
	}
	for _, slug := range s.Topics {
		d.Topics = append(d.Topics, topicChoice{slug, h.topic(slug, lang), slug == d.Topic})
	}
	rule, ok := h.Rules.Of(d.Topic)
	if !ok {
		return d, 0, fault.New(fault.NotFound, "certificates.no_rule")
	}
	wrong := fault.New(fault.Invalid, "certificates.check_form")
	sessions := 0
	if asked != "" {
		var err error
		if sessions, err = strconv.Atoi(asked); err != nil || sessions < 0 || sessions > mostAttendance {
			wrong.Beside("attendance", "certificates.attendance_bad", fault.Args{"Most": mostAttendance})
			sessions = 0
		}
	}
	d.Rule, d.Version = h.words(c, rule, sessions), rule.Version
	present, err := h.Tour.Present(ctx, s.ID)
	if err != nil {
		return d, 0, err
	}
	issued, err := h.Store.OfSession(ctx, s.ID)
	if err != nil {
		return d, 0, err
	}
	var ids, all []string
	for _, a := range present {
		ids = append(ids, a.PersonID)
	}
	all = append(all, ids...)
	for _, one := range issued {
		all = append(all, one.PersonID)
	}
	persons, err := h.People.Persons(ctx, all)
	if err != nil {
		return d, 0, err
	}
	done, err := h.Store.Done(ctx, d.Topic, ids)
	if err != nil {
		return d, 0, err
	}
	have, err := h.Store.holders(ctx, d.Topic, ids)
	if err != nil {
		return d, 0, err
	}
	for _, id := range ids {
		one := candidate{ID: id, Name: h.called(c, persons[id]), Done: done[id], Lacks: rule.Lacks(done[id], sessions), Has: have[id]}
		if one.Ready() {
			d.Ready++
		}
		d.People = append(d.People, one)
	}
	for _, one := range issued {
		d.Issued = append(d.Issued, issuedLine{h.called(c, persons[one.PersonID]), h.topic(one.Topic, lang), PrintCode(one.Code), one})
	}
	if len(d.Issued) > 0 {
		d.Print = d.URL + "/print"
	}
	return d, sessions, wrong.OrNil()
}

func (h *handlers) called(c echo.Context, p people.Person) string {
	switch {
	case p.Name != "":
		return p.Name
	case p.CardTail != "":
		return h.Site.T(c, "certificates.card_tail", fault.Args{"Tail": p.CardTail})
	}
	return h.Site.T(c, "certificates.nobody", nil)
}

func (h *handlers) offer(c echo.Context) error {
	s, err := h.session(c, c.Param("id"))
	if err != nil {
		return err
	}
	d, _, err := h.gather(c, s, c.QueryParam("topic"), c.QueryParam("attendance"))
	return h.offered(c, d, err)
}

func (h *handlers) offered(c echo.Context, d offerPage, err error) error {
	view := web.View{Back: "/staff/sessions/" + d.Session.ID, Data: d}
	if err != nil {
		return h.staff.Form(c, err, "offer.html", view)
	}
	return h.staff.Show(c, http.StatusOK, "offer.html", view)
}

// issue gives a certificate to each of the people named who has met the rule.
func (h *handlers) issue(c echo.Context) error {
	s, err := h.session(c, c.Param("id"))
	if err != nil {
		return err
	}
	d, sessions, err := h.gather(c, s, c.FormValue("topic"), c.FormValue("attendance"))
	if err != nil {
		return h.offered(c, d, err)
	}
	form, err := c.FormParams()
	if err != nil {
		return fault.New(fault.Invalid, "certificates.check_form").Because(err)
	}
	var ids []string
	for _, p := range d.People { // only those who came to this session
		if slices.Contains(form["person"], p.ID) {
			ids = append(ids, p.ID)
		}
	}
	if len(ids) == 0 {
		return h.offered(c, d, fault.New(fault.Invalid, "certificates.nobody_chosen"))
	}
	if _, err := h.Store.Issue(c.Request().Context(), s, d.Topic, ids, sessions, people.Who(c).Staff.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, URL(s.ID)+"?topic="+d.Topic)
}

// printAll prints what was issued in a session, one certificate a page.
func (h *handlers) printAll(c echo.Context) error {
	s, err := h.session(c, c.Param("id"))
	if err != nil {
		return err
	}
	list, err := h.Store.OfSession(c.Request().Context(), s.ID)
	if err != nil {
		return err
	}
	return h.print(c, list, URL(s.ID))
}

// onePage is one certificate, to revoke.
type onePage struct {
	Certificate
	Name, Topic, Printed string
	Reasons              []string
	Chosen               string
}

func (h *handlers) theOne(c echo.Context) (onePage, error) {
	cert, err := h.Store.One(c.Request().Context(), c.Param("id"))
	if err != nil {
		return onePage{}, err
	}
	if _, err := h.session(c, cert.SessionID); err != nil {
		return onePage{}, err
	}
	persons, err := h.People.Persons(c.Request().Context(), []string{cert.PersonID})
	return onePage{Certificate: cert, Name: h.called(c, persons[cert.PersonID]), Topic: h.topic(cert.Topic, web.Lang(c)),
		Printed: PrintCode(cert.Code), Reasons: Reasons(), Chosen: c.FormValue("reason")}, err
}

func (h *handlers) one(c echo.Context) error {
	d, err := h.theOne(c)
	if err != nil {
		return err
	}
	return h.staff.Show(c, http.StatusOK, "one.html", web.View{Back: URL(d.SessionID), Data: d})
}

func (h *handlers) revoke(c echo.Context) error {
	d, err := h.theOne(c)
	if err != nil {
		return err
	}
	if err := h.Store.Revoke(c.Request().Context(), d.ID, people.Who(c).Staff.ID, c.FormValue("reason")); err != nil {
		return h.staff.Form(c, err, "one.html", web.View{Back: URL(d.SessionID), Data: d})
	}
	return c.Redirect(http.StatusSeeOther, "/staff/certificates/"+d.ID)
}
