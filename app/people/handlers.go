package people

import (
	"embed"
	"errors"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
)

//go:embed all:pages
var pages embed.FS

type handlers struct {
	site    *web.Site
	door    *Door
	store   *Store
	staff   *StaffStore
	signIns *web.SignIns
	venue   VenueOf
	pages   *web.Pages // staff
	learner *web.Pages
	paper   *web.Pages
}

// Register adds the pages of this package: signing in, one-time links, second factor,
// enrolling a tablet, learners and their cards, and the notice.
func Register(r *web.Routes, site *web.Site, d *Door, venue VenueOf) {
	h := &handlers{site: site, door: d, store: d.store, staff: d.staff, signIns: d.signIns, venue: venue,
		pages: site.Pages(pages, web.Staff), learner: site.Pages(pages, web.Learner), paper: site.Pages(pages, web.Print)}
	r.Public.GET("/staff/sign-in", h.showSignIn)
	r.Public.POST("/staff/sign-in", h.signIn)
	r.Public.GET("/staff/sign-in/code", h.showCode)
	r.Public.POST("/staff/sign-in/code", h.code)
	r.Public.GET("/staff/sign-in/factor", h.showFactor)
	r.Public.POST("/staff/sign-in/factor", h.beginFactor)
	r.Public.POST("/staff/sign-in/factor/code", h.confirmFactor)
	r.Public.POST("/staff/sign-out", h.signOut)
	r.Public.GET("/staff/link/:token", h.showLink)
	r.Public.POST("/staff/link/:token", h.takeLink)
	r.Staff.GET("/staff/account/factor", h.showFactor)
	r.Staff.POST("/staff/account/factor", h.beginFactor)
	r.Staff.POST("/staff/account/factor/code", h.confirmFactor)
	r.Staff.POST("/staff/account/factor/end", h.endFactor)
	r.Staff.GET("/staff/account/codes", h.showCodes)
	r.Staff.POST("/staff/account/codes", h.keptCodes)
	r.Public.GET("/tablet/enrol/:code", h.showEnrol)
	r.Public.POST("/tablet/enrol/:code", h.enrol)
	r.Helper.GET("/staff/people", h.search)
	r.Helper.POST("/staff/people", h.search) // what is typed may be a phone number: it stands in no address
	r.Helper.GET("/staff/people/:id", h.showPerson)
	r.Helper.POST("/staff/people/:id", h.editPerson)
	r.Helper.POST("/staff/people/:id/cards", h.addCard)
	r.Helper.POST("/staff/people/:id/cards/revoke", h.revokeCard)
	r.Helper.POST("/staff/people/:id/cards/restore", h.restoreCard)
	r.Organizer.POST("/staff/people/:id/same", h.findSame)
	r.Organizer.POST("/staff/people/:id/same/link", h.linkSame)
	r.Organizer.POST("/staff/people/:id/same/undo", h.undoSame)
	r.Public.GET("/notice", h.notice)
	r.Public.GET("/notice/print", h.printNotice)
}

// signInPage is the sign-in form.
type signInPage struct {
	Login string
	Next  string // where to go on, an address below /staff
}

func (h *handlers) showSignIn(c echo.Context) error {
	if Who(c).Staff != nil {
		return c.Redirect(http.StatusSeeOther, staffPath(c.QueryParam("next")))
	}
	return h.pages.Show(c, http.StatusOK, "sign-in.html", web.View{Data: signInPage{Next: staffPath(c.QueryParam("next"))}})
}

func (h *handlers) signIn(c echo.Context) error {
	p := signInPage{Login: c.FormValue("login"), Next: staffPath(c.FormValue("next"))}
	who, err := h.staff.CheckPassword(c.Request().Context(), p.Login, c.FormValue("password"), c.RealIP())
	if err != nil {
		return h.pages.Form(c, WaitBeside(err, "password"), "sign-in.html", web.View{Data: p})
	}
	return h.door.enter(c, who, p.Next)
}

// enter signs somebody in whose password is right, or leads her to what is still to
// come: a code, or the second factor that her roles ask for.
func (d *Door) enter(c echo.Context, who Staff, next string) error {
	grants, err := d.staff.Grants(c.Request().Context(), who.ID)
	if err != nil {
		return err
	}
	switch {
	case who.SecondFactor():
		d.signIns.Put(c, keyNext, next)
		if err := d.signInHalf(c, who); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/staff/sign-in/code")
	case d.needsFactor(grants):
		d.signIns.Put(c, keyNext, next)
		if err := d.signInHalf(c, who); err != nil {
			return err
		}
		return c.Redirect(http.StatusSeeOther, "/staff/sign-in/factor")
	}
	if err := d.SignIn(c, who); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

func (h *handlers) showCode(c echo.Context) error {
	if _, err := h.door.half(c); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "code.html", web.View{Back: "/staff/sign-in"})
}

func (h *handlers) code(c echo.Context) error {
	who, err := h.door.half(c)
	if err != nil {
		return err
	}
	if err := h.staff.CheckCode(c.Request().Context(), who.ID, c.FormValue("code")); err != nil {
		return h.pages.Form(c, WaitBeside(err, "code"), "code.html", web.View{Back: "/staff/sign-in"})
	}
	next := staffPath(h.signIns.Get(c, keyNext))
	h.signIns.Remove(c, keyNext)
	if err := h.door.SignIn(c, who); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, next)
}

func (h *handlers) signOut(c echo.Context) error {
	if who := Who(c); who.Staff != nil {
		if err := h.store.NoteBy(c.Request().Context(), who, SignedOut, "staff:"+who.Staff.ID); err != nil && !fault.Is(err, fault.ReadOnly) {
			return err
		}
	}
	if err := h.signIns.End(c); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/sign-in")
}

// linkPage is the form behind a one-time link. First is true for the first
// administrator, who also chooses a login and a name.
type linkPage struct {
	First       bool
	Token       string
	Login, Name string
}

func (h *handlers) showLink(c echo.Context) error {
	p, err := h.linkPage(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "link.html", web.View{Data: p})
}

func (h *handlers) linkPage(c echo.Context) (linkPage, error) {
	l, who, err := h.staff.LinkByToken(c.Request().Context(), c.Param("token"))
	return linkPage{First: l.Kind == FirstLink, Token: l.Token, Login: who.Login, Name: who.Name}, err
}

func (h *handlers) takeLink(c echo.Context) error {
	p, err := h.linkPage(c)
	if err != nil {
		return err
	}
	ctx, password := c.Request().Context(), c.FormValue("password")
	if !p.First {
		who, err := h.staff.TakeLink(ctx, p.Token, password)
		if err != nil {
			return h.pages.Form(c, err, "link.html", web.View{Data: p})
		}
		return h.door.enter(c, who, "/staff")
	}
	p.Login, p.Name = c.FormValue("login"), c.FormValue("name")
	who, err := h.staff.TakeFirst(ctx, p.Token, p.Login, p.Name, password)
	if err != nil {
		return h.pages.Form(c, err, "link.html", web.View{Data: p})
	}
	return h.door.enter(c, who, "/staff/setup")
}

// staffPath is where a sign-in may lead: an address of the staff pages.
func staffPath(p string) string {
	p = web.LocalPath(p)
	if p != "/staff" && !strings.HasPrefix(p, "/staff/") && !strings.HasPrefix(p, "/staff?") || strings.HasPrefix(p, "/staff/sign-in") {
		return "/staff"
	}
	return p
}

// WaitBeside puts "please wait" beside the field that was wrong too often.
func WaitBeside(err error, field string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.TooMany {
		return fault.New(fault.TooMany, "web.form_mistakes").Beside(field, f.Key, f.Args)
	}
	return err
}
