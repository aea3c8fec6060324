package people

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
)

// factorPage leads to a second factor: first the password again (not while signing in,
// where it was just given), then the QR code and a first code.
type factorPage struct {
	Base    string // the address its forms go to
	Forced  bool   // her roles ask for it, and she is not signed in before
	Pending bool   // the secret is drawn and waits for a first code
	On      bool   // there is a second factor already
	Factor  Factor
	Grouped string // the secret in groups of four, for typing
}

// owner is whose second factor the page is about: who is signed in, or whose password
// was just right.
func (h *handlers) owner(c echo.Context) (Staff, factorPage, error) {
	p := factorPage{Base: "/staff/account/factor"}
	who := Who(c).Staff
	if who == nil || strings.HasPrefix(c.Request().URL.Path, "/staff/sign-in/") {
		half, err := h.door.half(c)
		if err != nil {
			return Staff{}, p, err
		}
		p.Base, p.Forced, who = "/staff/sign-in/factor", true, &half
	}
	p.On = who.SecondFactor()
	f, err := h.staff.PendingFactor(c.Request().Context(), who.ID)
	if fault.Is(err, fault.NotFound) {
		return *who, p, nil
	}
	p.Pending, p.Factor, p.Grouped = true, f, groupText(f.Secret, 4)
	return *who, p, err
}

func (p factorPage) view() web.View {
	if p.Forced {
		return web.View{Back: "/staff/sign-in", Data: p}
	}
	return web.View{Back: "/staff/account", Data: p}
}

func (h *handlers) showFactor(c echo.Context) error {
	_, p, err := h.owner(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "factor.html", p.view())
}

func (h *handlers) beginFactor(c echo.Context) error {
	who, p, err := h.owner(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	if p.Forced {
		if p.On {
			return c.Redirect(http.StatusSeeOther, "/staff/sign-in/code")
		}
		err = h.staff.drawFactor(ctx, who)
	} else {
		err = h.staff.BeginFactor(ctx, who.ID, c.FormValue("password"))
	}
	if err != nil {
		return h.pages.Form(c, WaitBeside(err, "password"), "factor.html", p.view())
	}
	return c.Redirect(http.StatusSeeOther, p.Base)
}

func (h *handlers) confirmFactor(c echo.Context) error {
	who, p, err := h.owner(c)
	if err != nil {
		return err
	}
	if p.On { // the same form again: it is on already
		return c.Redirect(http.StatusSeeOther, p.Base)
	}
	codes, err := h.staff.ConfirmFactor(c.Request().Context(), who.ID, c.FormValue("code"))
	if err != nil {
		return h.pages.Form(c, WaitBeside(err, "code"), "factor.html", p.view())
	}
	sealed, err := h.staff.secrets.Seal(strings.Join(codes, " "), "codes "+who.ID)
	if err != nil {
		return err
	}
	h.signIns.Put(c, keyCodes, sealed)
	if p.Forced {
		if err := h.door.SignIn(c, who); err != nil {
			return err
		}
	}
	return c.Redirect(http.StatusSeeOther, "/staff/account/codes")
}

func (h *handlers) endFactor(c echo.Context) error {
	who, p, err := h.owner(c)
	if err != nil {
		return err
	}
	if h.door.needsFactor(Who(c).Grants) {
		return fault.New(fault.Forbidden, "people.factor_needed")
	}
	if err := h.staff.EndFactor(c.Request().Context(), who.ID, c.FormValue("password")); err != nil {
		return h.pages.Form(c, WaitBeside(err, "password"), "factor.html", p.view())
	}
	h.site.Flash(c, "people.factor_ended", nil)
	return c.Redirect(http.StatusSeeOther, "/staff/account")
}

// codesPage shows the recovery codes until she says that she has them.
type codesPage struct{ Codes []string }

func (h *handlers) showCodes(c echo.Context) error {
	sealed := h.signIns.Get(c, keyCodes)
	text, err := h.staff.secrets.Open(sealed, "codes "+Who(c).Staff.ID)
	if sealed == "" || err != nil {
		return c.Redirect(http.StatusSeeOther, "/staff/account")
	}
	p := codesPage{Codes: strings.Fields(text)}
	for i, code := range p.Codes {
		p.Codes[i] = groupText(code, 5)
	}
	return h.pages.Show(c, http.StatusOK, "codes.html", web.View{Data: p})
}

func (h *handlers) keptCodes(c echo.Context) error {
	h.signIns.Remove(c, keyCodes)
	next := h.signIns.Get(c, keyNext)
	h.signIns.Remove(c, keyNext)
	if next == "" {
		next = "/staff/account"
	}
	return c.Redirect(http.StatusSeeOther, staffPath(next))
}

func groupText(s string, n int) string {
	var parts []string
	for len(s) > n {
		parts, s = append(parts, s[:n]), s[n:]
	}
	return strings.Join(append(parts, s), " ")
}

// enrolPage asks whether this tablet shall belong to a venue.
type enrolPage struct {
	Code, Venue string
	Token       string // what the cookie will hold
	Already     bool   // it belongs to that venue: there is nothing to do
	Label       string // of the tablet it is now; empty when it is none
}

func (h *handlers) enrolPage(c echo.Context) (enrolPage, TabletLink, error) {
	ctx, now := c.Request().Context(), Who(c).Tablet
	link, err := h.store.TabletLinkByCode(ctx, c.Param("code"))
	if err != nil {
		return enrolPage{}, link, err
	}
	p := enrolPage{Code: link.Code, Token: NewToken()}
	if now != nil {
		p.Label, p.Already = now.Label, now.VenueID == link.VenueID
	}
	p.Venue, _, err = h.venue(ctx, link.VenueID)
	return p, link, err
}

func (h *handlers) showEnrol(c echo.Context) error {
	p, _, err := h.enrolPage(c)
	if err != nil {
		return err
	}
	return h.learner.Show(c, http.StatusOK, "enrol.html", web.View{Back: "/", Data: p})
}

func (h *handlers) enrol(c echo.Context) error {
	e := Enrol{ID: c.FormValue("id"), Code: c.Param("code"), Token: c.FormValue("token"), Old: Who(c).Tablet}
	t, err := h.store.EnrolTablet(c.Request().Context(), e)
	if err != nil {
		return err
	}
	h.site.SetCookie(c, tabletCookie, e.Token, tabletCookieAge)
	h.site.Flash(c, "people.enrolled", fault.Args{"Label": t.Label})
	return c.Redirect(http.StatusSeeOther, "/")
}

// noticePage is the notice, its version, and whom to ask beside the staff in the room.
type noticePage struct {
	Version string
	Office  string
}

func (h *handlers) notice(c echo.Context) error {
	return h.learner.Show(c, http.StatusOK, "notice.html", web.View{Back: "/", Data: noticePage{NoticeVersion, h.site.Office()}})
}

func (h *handlers) printNotice(c echo.Context) error {
	return h.paper.Show(c, http.StatusOK, "notice-paper.html", web.View{Back: "/notice", Data: noticePage{NoticeVersion, h.site.Office()}})
}
