package admin

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

// staffPage lists the colleagues whom the reader may see.
type staffPage struct{ Lines []staffLine }

type staffLine struct {
	people.Staff
	Grants []grantLine
}

func (h *handlers) listStaff(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	places, err := h.places(ctx, r)
	if err != nil {
		return err
	}
	all, err := h.Staff.All(ctx)
	if err != nil {
		return err
	}
	grants, err := h.Staff.AllGrants(ctx)
	if err != nil {
		return err
	}
	var p staffPage
	for _, s := range all {
		if places.shares(r, grants[s.ID]) {
			p.Lines = append(p.Lines, staffLine{Staff: s, Grants: places.lines(grants[s.ID])})
		}
	}
	return h.pages.Show(c, http.StatusOK, "staff.html", web.View{Back: "/staff", Data: p})
}

// newStaffPage takes somebody on.
type newStaffPage struct {
	Login, Name string
	Role        people.Role
	Place       string
	Roles       []people.Role
	Places      []choice
	Token       string // of the invitation that is made along with her
}

func (h *handlers) newStaff(c echo.Context) error {
	p, err := h.newStaffPage(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "staff-new.html", web.View{Back: "/staff/staff", Data: p})
}

func (h *handlers) newStaffPage(c echo.Context) (newStaffPage, error) {
	places, err := h.places(c.Request().Context(), people.Who(c))
	p := newStaffPage{Roles: people.Roles(), Places: places.choices, Role: people.Trainer, Token: people.NewToken()}
	if len(p.Places) > 0 {
		p.Place = p.Places[0].Value
	}
	return p, err
}

func (h *handlers) addStaff(c echo.Context) error {
	p, err := h.newStaffPage(c)
	if err != nil {
		return err
	}
	ctx, r := c.Request().Context(), people.Who(c)
	p.Login, p.Name, p.Role, p.Place, p.Token = c.FormValue("login"), c.FormValue("name"), people.Role(c.FormValue("role")), c.FormValue("place"), c.FormValue("token")
	g := readGrant(c.FormValue("role"), p.Place)
	places, err := h.places(ctx, r)
	if err != nil {
		return err
	}
	if !places.reaches(r, g) {
		return people.NotGranted()
	}
	who, err := h.Staff.Add(ctx, people.AddStaff{ID: c.FormValue("id"), Login: p.Login, Name: p.Name, Grants: []people.Grant{g}, By: r.StaffID()})
	if err != nil {
		return h.pages.Form(c, err, "staff-new.html", web.View{Back: "/staff/staff", Data: p})
	}
	return h.link(c, who.ID, p.Token)
}

// personPage is one colleague.
type personPage struct {
	Who     people.Staff
	Me      bool // it is the reader herself
	Manages bool // the reader may change her
	Grants  []grantLine
	Roles   []people.Role
	Places  []choice
	Name    string // as typed
	Role    people.Role
	Place   string
	Token   string
	Audits  []people.Audit
	Names   map[string]string // of who did what, by staff ID
}

// person reads the colleague; it is fault.NotFound for one the reader may not see.
func (h *handlers) person(c echo.Context) (personPage, error) {
	ctx, r := c.Request().Context(), people.Who(c)
	who, err := h.Staff.Staff(ctx, c.Param("id"))
	if err != nil {
		return personPage{}, err
	}
	grants, err := h.Staff.Grants(ctx, who.ID)
	if err != nil {
		return personPage{}, err
	}
	places, err := h.places(ctx, r)
	if err != nil {
		return personPage{}, err
	}
	if !places.shares(r, grants) {
		return personPage{}, fault.New(fault.NotFound, "people.staff_missing")
	}
	p := personPage{Who: who, Me: who.ID == r.Staff.ID, Manages: places.manages(r, grants), Grants: places.lines(grants),
		Roles: people.Roles(), Places: places.choices, Name: who.Name, Role: people.Trainer, Token: people.NewToken()}
	if p.Audits, err = h.People.Audits(ctx, "staff:"+who.ID, 20); err != nil {
		return p, err
	}
	p.Names, err = h.auditNames(ctx, p.Audits)
	return p, err
}

func (h *handlers) auditNames(ctx context.Context, list []people.Audit) (map[string]string, error) {
	var ids []string
	for _, a := range list {
		if a.StaffID != nil {
			ids = append(ids, *a.StaffID)
		}
	}
	return h.Staff.Names(ctx, ids)
}

// By is who did what an audit line says; empty when nobody was signed in.
func (p personPage) By(a people.Audit) string {
	if a.StaffID == nil {
		return ""
	}
	return p.Names[*a.StaffID]
}

// managed is person for a change; it is fault.Forbidden when the reader may only look.
func (h *handlers) managed(c echo.Context) (personPage, error) {
	p, err := h.person(c)
	if err == nil && !p.Manages {
		return p, people.NotGranted()
	}
	return p, err
}

func (p personPage) view() web.View { return web.View{Back: "/staff/staff", Data: p} }

func (h *handlers) showStaff(c echo.Context) error {
	p, err := h.person(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "staff-one.html", p.view())
}

func (h *handlers) renameStaff(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	p.Name = c.FormValue("name")
	if err := h.Staff.Rename(c.Request().Context(), p.Who.ID, p.Name, people.Who(c).StaffID()); err != nil {
		return h.pages.Form(c, err, "staff-one.html", p.view())
	}
	return h.back(c, p.Who.ID, "people.person_saved")
}

func (h *handlers) grant(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	ctx, r := c.Request().Context(), people.Who(c)
	p.Role, p.Place = people.Role(c.FormValue("role")), c.FormValue("place")
	g := readGrant(c.FormValue("role"), p.Place)
	places, err := h.places(ctx, r)
	if err != nil {
		return err
	}
	if !places.reaches(r, g) {
		return people.NotGranted()
	}
	if err := h.Staff.Grant(ctx, p.Who.ID, g, r.StaffID()); err != nil {
		return h.pages.Form(c, err, "staff-one.html", p.view())
	}
	return h.back(c, p.Who.ID, "admin.granted")
}

func (h *handlers) takeGrant(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	if err := h.Staff.TakeGrant(c.Request().Context(), p.Who.ID, c.FormValue("grant"), people.Who(c).StaffID()); err != nil {
		return err
	}
	return h.back(c, p.Who.ID, "admin.grant_taken")
}

// act does what the pressed button says: deactivate, activate, end sign-ins, or turn
// off the second factor of a lost phone.
func (h *handlers) act(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	ctx, by, key := c.Request().Context(), people.Who(c).StaffID(), ""
	switch c.FormValue("do") {
	case "deactivate":
		key, err = "admin.deactivated", h.Staff.Deactivate(ctx, p.Who.ID, by)
	case "activate":
		key, err = "admin.activated", h.Staff.Activate(ctx, p.Who.ID, by)
	case "end":
		key, err = "admin.signed_out", h.Staff.EndSignIns(ctx, p.Who.ID, by)
	case "factor":
		key, err = "admin.factor_reset", h.Staff.ResetFactor(ctx, p.Who.ID, by)
	default:
		err = fault.New(fault.Invalid, "web.bad_request")
	}
	if err != nil {
		return err
	}
	return h.back(c, p.Who.ID, key)
}

func (h *handlers) back(c echo.Context, id, key string) error {
	h.site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, "/staff/staff/"+id)
}

func (h *handlers) makeLink(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	return h.link(c, p.Who.ID, c.FormValue("token"))
}

// link makes the one-time link with the token that the form carried, so that the same
// form again is the same link, and shows it.
func (h *handlers) link(c echo.Context, staffID, token string) error {
	l, err := h.Staff.MakeLinkWith(c.Request().Context(), staffID, token, people.Who(c).StaffID())
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/staff/"+staffID+"/link/"+l.Token)
}

// linkPage shows a one-time link to be handed on.
type linkPage struct {
	Who  people.Staff
	Link people.StaffLink
	URL  string
}

func (h *handlers) showLink(c echo.Context) error {
	p, err := h.managed(c)
	if err != nil {
		return err
	}
	l, who, err := h.Staff.LinkByToken(c.Request().Context(), c.Param("token"))
	if err != nil {
		return err
	}
	if who.ID != p.Who.ID {
		return fault.New(fault.Gone, "people.link_gone")
	}
	return h.pages.Show(c, http.StatusOK, "staff-link.html",
		web.View{Back: "/staff/staff/" + who.ID, Data: linkPage{Who: who, Link: l, URL: h.site.Base(c) + l.Path()}})
}
