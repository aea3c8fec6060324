package privacy

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

//go:embed pages/*.html
var learnerPages embed.FS

//go:embed paper desk
var otherPages embed.FS

// Config is what the pages are made from.
type Config struct {
	Site   *web.Site
	Store  *Store
	People *people.Store
	Phones *people.PhoneKeys
	Titles Titles
	// May is nil when a reader has a role where a person was ever; else it is
	// fault.NotFound, as for somebody who does not exist.
	May func(c echo.Context, role people.Role, personID string) error
	// MayAt reports whether a reader has a role where a class is held.
	MayAt func(c echo.Context, role people.Role, classID string) bool
	// Today is the local day.
	Zone *time.Location
}

type handlers struct {
	Config
	learner, paper, staff *web.Pages
}

// Register adds 我的信息, its practice, and the pages of the desk.
func Register(r *web.Routes, cfg Config) {
	below := func(dir string) fs.FS {
		f, err := fs.Sub(otherPages, dir)
		if err != nil {
			panic("privacy: " + err.Error()) // the directory is embedded above
		}
		return f
	}
	h := &handlers{Config: cfg, learner: cfg.Site.Pages(learnerPages, web.Learner),
		paper: cfg.Site.Pages(below("paper"), web.Print), staff: cfg.Site.Pages(below("desk"), web.Staff)}
	r.Public.GET("/me/information", h.mine)
	r.Own.GET("/me/information/part/:group", h.part)
	r.Own.GET("/me/information/edit/:what", h.showEdit)
	r.Own.POST("/me/information/edit/:what", h.edit)
	r.Own.GET("/me/information/consents", h.showConsents)
	r.Own.POST("/me/information/consents", h.consents)
	r.Own.GET("/me/information/take", h.take)
	r.Own.GET("/me/information/print", h.print)
	r.Own.GET("/me/information/copy.json", h.copyJSON)
	r.Own.GET("/me/information/copy.html", h.copyHTML)
	r.Own.GET("/me/information/erase", h.showErase)
	r.Own.POST("/me/information/erase", h.erase)
	r.Own.POST("/me/information/undo", h.undo)
	h.registerPractice(r)
	h.registerDesk(r)
	h.registerPlan(r)
}

// where is the address of 我的信息, and whether it is the practice beside it.
const home = "/me/information"

// minePage is the overview.
type minePage struct {
	Name     string
	Card     string
	Parts    []part
	New      bool // the notice has a new version, and she was not asked yet
	Erasing  *Erasure
	Practice bool
	Base     string
}

func (h *handlers) mine(c echo.Context) error {
	who := people.Who(c)
	if who.Person == nil || !who.Own {
		return h.learner.Show(c, http.StatusOK, "ask.html", web.View{Back: "/me", Data: who.Person != nil})
	}
	ctx := c.Request().Context()
	w, err := h.Store.Read(ctx, who.Person.ID)
	if err != nil {
		return gone(err)
	}
	p := minePage{Name: w.Person.Name, Card: w.Person.CardTail, Parts: h.tell(c).parts(w, 0), Base: home}
	consents, err := h.People.Consents(ctx, who.Person.ID)
	if err != nil {
		return err
	}
	p.New = people.NoticeIsNew(consents)
	if p.Erasing, err = h.open(ctx, who.Person.ID); err != nil {
		return err
	}
	return h.learner.Show(c, http.StatusOK, "mine.html", web.View{Back: "/me", Data: p})
}

// gone is what to say when she was erased while the page was made: the same words as for
// somebody who is not seated, so that nothing tells whether a person exists.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthenticated, "people.only_own")
	}
	return err
}

func (h *handlers) open(ctx context.Context, personID string) (*Erasure, error) {
	e, ok, err := h.Store.Open(ctx, personID)
	if err != nil || !ok {
		return nil, err
	}
	return &e, nil
}

func (h *handlers) tell(c echo.Context) teller {
	return teller{ctx: c.Request().Context(), lang: web.Lang(c), titles: h.Titles,
		t: func(key string, args fault.Args) string { return h.Site.T(c, key, args) },
		phone: func(personID string) string {
			// Without keys it has the last four digits; what is wrong with them stands elsewhere.
			masked, _ := h.People.MaskedPhone(c.Request().Context(), h.Phones, personID)
			return masked
		}}
}

// say is the reader's word for a key.
func (h *handlers) say(c echo.Context) func(string) string {
	return func(key string) string { return h.Site.T(c, key, nil) }
}

// partPage is one group in plain words.
type partPage struct {
	part
	More     int // lines that only the paper has
	Practice bool
	Base     string
}

func (h *handlers) part(c echo.Context) error {
	w, err := h.Store.Read(c.Request().Context(), people.Who(c).Person.ID)
	if err != nil {
		return gone(err)
	}
	return h.showPart(c, h.tell(c).parts(w, partLines), home, false)
}

func (h *handlers) showPart(c echo.Context, parts []part, base string, practice bool) error {
	n := slices.IndexFunc(parts, func(p part) bool { return string(p.Group) == c.Param("group") })
	if n < 0 {
		return fault.New(fault.NotFound, "web.not_found")
	}
	p := partPage{part: parts[n], More: parts[n].Count - len(parts[n].Lines), Base: base, Practice: practice}
	return h.learner.Show(c, http.StatusOK, "part.html", web.View{Back: base, Body: body(practice), Data: p})
}

func body(practice bool) string {
	if practice {
		return "mock"
	}
	return ""
}

// editPage mends one thing.
type editPage struct {
	What  string // name, age or phone
	Name  string
	Age   people.AgeBand
	Ages  []people.AgeBand
	Phone string // as typed, or 138****5678
	Had   bool   // a phone number is kept
	// Trouble is true while this installation keeps no phone numbers.
	Trouble bool
}

func (h *handlers) editPage(c echo.Context) (editPage, error) {
	who := people.Who(c).Person
	p := editPage{What: c.Param("what"), Name: who.Name, Age: who.AgeBand, Ages: people.AgeBands()}
	if !slices.Contains([]string{"name", "age", "phone"}, p.What) {
		return p, fault.New(fault.NotFound, "web.not_found")
	}
	if p.What == "phone" {
		masked, err := h.People.MaskedPhone(c.Request().Context(), h.Phones, who.ID)
		p.Had, p.Phone, p.Trouble = masked != "", masked, h.Phones.Trouble() != nil
		if err != nil && !p.Trouble {
			return p, err
		}
	}
	return p, nil
}

func (h *handlers) showEdit(c echo.Context) error {
	p, err := h.editPage(c)
	if err != nil {
		return err
	}
	if p.Had {
		p.Name = p.Phone // shown over the empty field
		p.Phone = ""
	}
	return h.learner.Show(c, http.StatusOK, "edit.html", web.View{Back: home + "/part/card", Data: p})
}

func (h *handlers) edit(c echo.Context) error {
	p, err := h.editPage(c)
	if err != nil {
		return err
	}
	ctx, r := c.Request().Context(), people.Who(c)
	e := people.EditPerson{ID: r.Person.ID, Name: r.Person.Name, AgeBand: r.Person.AgeBand, Sex: r.Person.Sex}
	switch p.What {
	case "name":
		e.Name = c.FormValue("name")
		p.Name = e.Name
		err = h.People.Edit(ctx, e)
	case "age":
		e.AgeBand = people.AgeBand(c.FormValue("age"))
		p.Age = e.AgeBand
		err = h.People.Edit(ctx, e)
	case "phone":
		p.Name, p.Phone = p.Phone, c.FormValue("phone")
		err = h.People.SetPhone(ctx, h.Phones, people.ConsentAct{ID: c.FormValue("id"), PersonID: r.Person.ID, Medium: people.Herself, By: r}, p.Phone)
	}
	if err != nil {
		return h.learner.Form(c, gone(err), "edit.html", web.View{Back: home + "/part/card", Data: p})
	}
	if err := h.People.NoteBy(ctx, r, people.EditedPerson, "person:"+r.Person.ID); err != nil {
		return err
	}
	h.Site.Flash(c, "privacy.saved", nil)
	return c.Redirect(http.StatusSeeOther, home+"/part/card")
}
