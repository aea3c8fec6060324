package tour

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
)

// checkIn takes the one input of the desk: a card that was scanned or typed, or else a
// name or the last characters of a card, which lead to the search; or a person the
// search has found.
func (h *handlers) checkIn(c echo.Context) error {
	ctx := c.Request().Context()
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	in, err := h.act(c, w, v)
	if err != nil {
		return err
	}
	scan := strings.TrimSpace(v.Get("scan"))
	switch {
	case v.Get("person") != "":
		person, err := h.people.Person(ctx, v.Get("person"))
		if err != nil {
			return err
		}
		in.PersonID, in.Method = person.ID, ByStaff
	case scan == "":
		return to(c, deskURL(w.ID))
	case !cardLike(scan):
		return to(c, with(deskURL(w.ID), "q", scan))
	default:
		if err := w.mayCheckIn(h.site.Now()); err != nil {
			return h.refuse(c, w, scan, err)
		}
		person, err := h.people.ByCard(ctx, scan)
		if err != nil {
			return h.refuse(c, w, scan, err)
		}
		in.PersonID, in.Method = person.ID, ByCard
	}
	got, err := h.store.CheckIn(ctx, in)
	if err != nil {
		return h.instead(c, err, deskURL(w.ID))
	}
	return to(c, didURL(w.ID, got, ""))
}

// didURL is the desk, with what was done on top.
func didURL(sessionID string, got CheckedIn, more string) string {
	u := with(deskURL(sessionID), "did", got.Attendance.ID)
	if got.Again {
		u += "&again=1"
	}
	return u + more
}

// act is the check-in that a form carries, without its person.
func (h *handlers) act(c echo.Context, w Whole, v url.Values) (CheckIn, error) {
	id, err := actID(v, "id")
	if err != nil {
		return CheckIn{}, err
	}
	who := people.Who(c)
	in := CheckIn{ID: id, SessionID: w.ID, ByID: who.StaffID()}
	if who.Tablet != nil {
		in.DeviceID = &who.Tablet.ID
	}
	return in, nil
}

// cardLike reports whether what was typed is meant as a whole card, and not as a name or
// the last characters of one.
func cardLike(s string) bool {
	for _, r := range s {
		if r > unicode.MaxLatin1 && (r < '\uFF01' || r > '\uFF5E') && r != '\u3000' {
			return false
		}
	}
	return utf8.RuneCountInString(s) > 4
}

// refuse keeps a scan that was not taken and says why: beside the input when the card is
// wrong, on top of the desk when the session does not run.
func (h *handlers) refuse(c echo.Context, w Whole, scan string, err error) error {
	r := Refusal{ID: db.NewID(), SessionID: w.ID, Tail: tailOf(scan), ByID: people.Who(c).StaffID(), Reason: "card"}
	if fault.Is(err, fault.Conflict) {
		r.Reason = string(w.Phase(h.site.Now()))
	} else if !fault.Is(err, fault.Invalid) {
		return err
	}
	if keepErr := h.store.Refuse(c.Request().Context(), r); keepErr != nil {
		return keepErr
	}
	if r.Reason != "card" {
		return h.instead(c, err, deskURL(w.ID))
	}
	p, pageErr := h.deskPage(c, w, newIssueForm(url.Values{}))
	if pageErr != nil {
		return pageErr
	}
	p.Scan = scan
	return h.pages.Form(c, err, "desk.html", h.deskView(p))
}

// tailOf is the last two characters of what looks like a card, else nothing: what was
// typed may be anything.
func tailOf(scan string) string {
	s := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(scan))
	if len(s) != 8 || strings.Trim(s, people.CardAlphabet) != "" {
		return ""
	}
	return s[6:]
}

// issue gives a walk-in a card and checks her in at once.
func (h *handlers) issue(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	v, err := typed(c)
	if err != nil {
		return err
	}
	in, err := h.act(c, w, v)
	if err != nil {
		return err
	}
	consent, err := actID(v, "consent")
	if err != nil {
		return err
	}
	walk := WalkIn{CheckIn: in, Issue: people.Issue{ID: consent, Number: v.Get("card"), Name: v.Get("name"), Sex: people.Sex(v.Get("sex")),
		AgeBand: people.AgeBand(v.Get("age")), Medium: v.Get("medium"), By: h.issuer(c, w),
		Pictures: v.Get("pictures") != "", PhoneToo: v.Get("phone_too") != "", Phone: v.Get("phone"), Phones: h.people.Phones()}}
	var got WalkedIn
	switch v.Get("age") {
	case "":
		err = invalid().Beside("age", "tour.age_choose")
	case noAge:
		walk.Issue.AgeBand = people.AgeUnknown
		fallthrough
	default:
		got, err = h.store.WalkIn(c.Request().Context(), walk)
	}
	if fault.Is(err, fault.Invalid) {
		return h.issueAgain(c, err, w, v)
	}
	if err != nil {
		return h.instead(c, err, deskURL(w.ID))
	}
	more := ""
	if strings.TrimSpace(v.Get("card")) == "" {
		more = "&new=1"
	}
	return to(c, didURL(w.ID, got.CheckedIn, more))
}

// issuer is who gives the card, at this session's place.
func (h *handlers) issuer(c echo.Context, w Whole) people.Reader {
	who := people.Who(c)
	who.Person, who.VenueID, who.SessionID = nil, w.VenueID, w.ID
	return who
}

func (h *handlers) issueAgain(c echo.Context, err error, w Whole, v url.Values) error {
	form := newIssueForm(v)
	form.Open = true
	p, pageErr := h.deskPage(c, w, form)
	if pageErr != nil {
		return pageErr
	}
	return h.pages.Form(c, err, "desk.html", h.deskView(p))
}

// takeBack takes a check-in back.
func (h *handlers) takeBack(c echo.Context) error {
	w, err := h.theSession(c, people.Helper)
	if err != nil {
		return err
	}
	a, err := h.store.Attendance(c.Request().Context(), c.Param("attendance"))
	if err != nil {
		return err
	}
	if a.SessionID != w.ID {
		return fault.New(fault.NotFound, "tour.attendance_missing")
	}
	err = h.store.TakeBack(c.Request().Context(), Undo{ID: a.ID, ByID: people.Who(c).StaffID(), Reason: c.FormValue("reason")})
	if err != nil {
		return h.instead(c, err, deskURL(w.ID))
	}
	return to(c, with(deskURL(w.ID), "did", a.ID))
}
