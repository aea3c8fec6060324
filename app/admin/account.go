package admin

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

// accountPage is one's own account.
type accountPage struct {
	Who       people.Staff
	Grants    []grantLine
	CodesLeft int // recovery codes not used; means nothing without a second factor
}

func (h *handlers) accountPage(c echo.Context) (accountPage, error) {
	ctx, r := c.Request().Context(), people.Who(c)
	p := accountPage{Who: *r.Staff}
	places, err := h.places(ctx, people.Reader{})
	if err != nil {
		return p, err
	}
	p.Grants = places.lines(r.Grants)
	p.CodesLeft, err = h.Staff.CodesLeft(ctx, r.Staff.ID)
	return p, err
}

func (h *handlers) account(c echo.Context) error {
	p, err := h.accountPage(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "account.html", web.View{Back: "/staff", Data: p})
}

func (h *handlers) setPassword(c echo.Context) error {
	p, err := h.accountPage(c)
	if err != nil {
		return err
	}
	who, err := h.Staff.SetPassword(c.Request().Context(), p.Who.ID, c.FormValue("old"), c.FormValue("password"))
	if err != nil {
		return h.pages.Form(c, people.WaitBeside(err, "old"), "account.html", web.View{Back: "/staff", Data: p})
	}
	if err := h.Door.SignIn(c, who); err != nil {
		return err
	}
	h.site.Flash(c, "admin.password_changed", nil)
	return c.Redirect(http.StatusSeeOther, "/staff/account")
}

// endSignIns ends all her sign-ins and starts this one anew.
func (h *handlers) endSignIns(c echo.Context) error {
	ctx, me := c.Request().Context(), people.Who(c).Staff
	if err := h.Staff.EndSignIns(ctx, me.ID, &me.ID); err != nil {
		return err
	}
	who, err := h.Staff.Staff(ctx, me.ID)
	if err != nil {
		return err
	}
	if err := h.Door.SignIn(c, who); err != nil {
		return err
	}
	h.site.Flash(c, "admin.others_signed_out", nil)
	return c.Redirect(http.StatusSeeOther, "/staff/account")
}
