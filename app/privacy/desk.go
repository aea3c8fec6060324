package privacy

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

func (h *handlers) registerDesk(r *web.Routes) {
	const one = "/staff/people/:id/information"
	r.Helper.GET(one, h.desk)
	r.Helper.POST(one+"/requests", h.takeRequest)
	r.Helper.POST(one+"/requests/:request", h.answerRequest)
	r.Helper.POST(one+"/consents", h.deskConsents)
	r.Helper.POST(one+"/phone", h.deskPhone)
	r.Trainer.POST(one+"/unmask", h.unmask)
	r.Helper.POST(one+"/erase", h.deskErase)
	r.Helper.POST(one+"/undo", h.deskUndo)
	r.Helper.GET(one+"/print", h.deskPrint)
	r.Helper.GET(one+"/copy.json", h.deskJSON)
	r.Helper.GET(one+"/copy.html", h.deskHTML)
}

// deskPage is what staff do for somebody who asks.
type deskPage struct {
	Person   people.Person
	Parts    []part
	Lines    []consentLine
	Phone    string // masked, or in full right after Unmask
	Typed    string
	Trouble  error // why no phone numbers are kept here
	Full     bool
	Erasing  *Erasure
	Requests []Request
	Kinds    []string
	Askers   []string
	Reasons  []string
	Unmasks  bool // may see a number in full
	Cards    bool // the person has more than one card
	URL      string
}

// who is the person of the address, when the reader may see her from where she works.
func (h *handlers) who(c echo.Context) (string, error) {
	id := c.Param("id")
	return id, h.May(c, people.Helper, id)
}

func (h *handlers) deskPage(c echo.Context) (deskPage, error) {
	ctx := c.Request().Context()
	id, err := h.who(c)
	if err != nil {
		return deskPage{}, err
	}
	w, err := h.Store.Read(ctx, id)
	if err != nil {
		return deskPage{}, err
	}
	p := deskPage{Person: w.Person, Parts: h.tell(c).parts(w, partLines), Kinds: Kinds(), Askers: Askers(), Reasons: people.UnmaskReasons(),
		Trouble: h.Phones.Trouble(), URL: "/staff/people/" + id + "/information", Unmasks: h.May(c, people.Trainer, id) == nil}
	consents, err := h.People.Consents(ctx, id)
	if err != nil {
		return p, err
	}
	for _, purpose := range people.Purposes() {
		p.Lines = append(p.Lines, consentLine{purpose, consents[purpose]})
	}
	if p.Phone, err = h.People.MaskedPhone(ctx, h.Phones, id); err != nil && p.Trouble == nil {
		return p, err
	}
	if p.Erasing, err = h.open(ctx, id); err != nil {
		return p, err
	}
	ids, err := h.People.Together(ctx, id)
	if err != nil {
		return p, err
	}
	p.Cards = len(ids) > 1
	p.Requests, err = h.Store.Requests(ctx, id)
	return p, err
}

func (p deskPage) view() web.View {
	return web.View{Back: "/staff/people/" + p.Person.ID, Data: p}
}

func (h *handlers) desk(c echo.Context) error {
	p, err := h.deskPage(c)
	if err != nil {
		return err
	}
	if err := h.People.NoteBy(c.Request().Context(), people.Who(c), people.OpenedPerson, "person:"+p.Person.ID); err != nil && !fault.Is(err, fault.ReadOnly) {
		return err
	}
	return h.staff.Show(c, http.StatusOK, "desk.html", p.view())
}

// back goes to the desk's page of the person and says there what was done.
func (h *handlers) back(c echo.Context, key string) error {
	h.Site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, "/staff/people/"+c.Param("id")+"/information")
}

// act does one thing for a person and goes back; a form with mistakes comes back filled.
func (h *handlers) act(c echo.Context, key string, do func(id string, by people.Reader) error) error {
	id, err := h.who(c)
	if err != nil {
		return err
	}
	if err := do(id, people.Who(c)); err != nil {
		if !fault.Is(err, fault.Invalid) {
			return err
		}
		p, lost := h.deskPage(c)
		if lost != nil {
			return lost
		}
		p.Typed = c.FormValue("phone")
		return h.staff.Form(c, err, "desk.html", p.view())
	}
	return h.back(c, key)
}

func (h *handlers) takeRequest(c echo.Context) error {
	return h.act(c, "privacy.request_taken", func(id string, by people.Reader) error {
		return h.Store.Take(c.Request().Context(), Request{ID: c.FormValue("id"), PersonID: id, Kind: c.FormValue("kind"),
			AskedBy: c.FormValue("asked_by"), ByID: by.Staff.ID}, h.Zone)
	})
}

func (h *handlers) answerRequest(c echo.Context) error {
	return h.act(c, "privacy.request_closed", func(id string, by people.Reader) error {
		return h.Store.Answer(c.Request().Context(), id, c.Param("request"), c.FormValue("outcome"), by.Staff.ID)
	})
}

func (h *handlers) deskConsents(c echo.Context) error {
	key := "privacy.consent_kept"
	if c.FormValue("do") == "withdraw" {
		key = "privacy.consent_withdrawn"
	}
	return h.act(c, key, func(id string, by people.Reader) error {
		ctx := c.Request().Context()
		a := people.ConsentAct{ID: c.FormValue("id"), PersonID: id, Purpose: people.Purpose(c.FormValue("purpose")), Medium: c.FormValue("medium"), By: by}
		var err error
		switch c.FormValue("do") {
		case "agree":
			if a.Medium != people.Paper {
				a.Medium = people.Spoken
			}
			err = h.People.Agree(ctx, a)
		case "withdraw":
			err = h.People.Withdraw(ctx, a)
		default:
			err = fault.New(fault.Invalid, "web.bad_request")
		}
		if err != nil {
			return err
		}
		return h.People.NoteBy(ctx, by, people.WroteConsent, "person:"+id)
	})
}

func (h *handlers) deskPhone(c echo.Context) error {
	return h.act(c, "privacy.saved", func(id string, by people.Reader) error {
		medium := people.Spoken
		if c.FormValue("medium") == people.Paper {
			medium = people.Paper
		}
		ctx := c.Request().Context()
		a := people.ConsentAct{ID: c.FormValue("id"), PersonID: id, Medium: medium, By: by}
		if err := h.People.SetPhone(ctx, h.Phones, a, c.FormValue("phone")); err != nil {
			return err
		}
		return h.People.NoteBy(ctx, by, people.EditedPerson, "person:"+id)
	})
}

// unmask shows a number in full, once, on the answer to the form: no address leads to it.
// It takes a trainer of a place where the person was.
func (h *handlers) unmask(c echo.Context) error {
	if err := h.May(c, people.Trainer, c.Param("id")); err != nil {
		return err
	}
	p, err := h.deskPage(c)
	if err != nil {
		return err
	}
	digits, err := h.People.Unmask(c.Request().Context(), h.Phones, p.Person.ID, c.FormValue("reason"), people.Who(c))
	if err != nil {
		return h.staff.Form(c, err, "desk.html", p.view())
	}
	p.Phone, p.Full = digits, true
	return h.staff.Show(c, http.StatusOK, "desk.html", p.view())
}

func (h *handlers) deskErase(c echo.Context) error {
	return h.act(c, "privacy.erase_begun", func(id string, by people.Reader) error {
		e := Erasure{ID: c.FormValue("id"), PersonID: id, Reason: AtDesk, ByID: by.StaffID()}
		if c.FormValue("asked_by") == "heir" {
			e.Reason = Heirs
		}
		_, err := h.Store.Ask(c.Request().Context(), e)
		return err
	})
}

func (h *handlers) deskUndo(c echo.Context) error {
	return h.act(c, "privacy.undone", func(id string, by people.Reader) error {
		return h.Store.Undo(c.Request().Context(), id, by.StaffID())
	})
}

func (h *handlers) deskPrint(c echo.Context) error {
	id, err := h.who(c)
	if err != nil {
		return err
	}
	p, err := h.printPage(c, id)
	if err != nil {
		return err
	}
	if err := h.exported(c, id); err != nil {
		return err
	}
	return h.paper.Show(c, http.StatusOK, "print.html", web.View{Back: "/staff/people/" + id + "/information", Data: p})
}

func (h *handlers) deskJSON(c echo.Context) error {
	id, err := h.who(c)
	if err != nil {
		return err
	}
	return h.sendJSON(c, id)
}

func (h *handlers) deskHTML(c echo.Context) error {
	id, err := h.who(c)
	if err != nil {
		return err
	}
	return h.sendHTML(c, id)
}
