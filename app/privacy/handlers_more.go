package privacy

import (
	"bytes"
	"math"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

// consentLine is one purpose and what holds.
type consentLine struct {
	Purpose people.Purpose
	people.Consent
}

// consentsPage is to what she said yes.
type consentsPage struct {
	Lines []consentLine
	New   bool // the notice is newer than her yes, and nobody asked her yet
}

func (h *handlers) showConsents(c echo.Context) error {
	found, err := h.People.Consents(c.Request().Context(), people.Who(c).Person.ID)
	if err != nil {
		return err
	}
	var p consentsPage
	for _, purpose := range people.Purposes() {
		p.Lines = append(p.Lines, consentLine{purpose, found[purpose]})
	}
	p.New = people.NoticeIsNew(found)
	return h.learner.Show(c, http.StatusOK, "consents.html", web.View{Back: home, Data: p})
}

// consents says yes, takes it back, or puts the question off until the next version.
func (h *handlers) consents(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	act := people.ConsentAct{ID: c.FormValue("id"), PersonID: r.Person.ID, Purpose: people.Purpose(c.FormValue("purpose")), Medium: people.Herself, By: r}
	var err error
	key := "privacy.consent_kept"
	switch c.FormValue("do") {
	case "agree":
		if act.Purpose == people.ForPhone {
			return c.Redirect(http.StatusSeeOther, home+"/edit/phone")
		}
		err = h.People.Agree(ctx, act)
	case "withdraw":
		if act.Purpose == people.ForCard {
			return c.Redirect(http.StatusSeeOther, home+"/erase")
		}
		key, err = "privacy.consent_withdrawn", h.People.Withdraw(ctx, act)
	case "later":
		key, err = "privacy.consent_later", h.People.Asked(ctx, r.Person.ID)
	default:
		err = fault.New(fault.Invalid, "web.bad_request")
	}
	if err != nil {
		return gone(err)
	}
	h.Site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, home+"/consents")
}

// take says how to take everything along. A shared tablet gives no file: it would stay
// there for the next one.
func (h *handlers) take(c echo.Context) error {
	return h.learner.Show(c, http.StatusOK, "take.html", web.View{Back: home, Data: onPaperOnly(c) != nil})
}

// printPage is everything on paper: each row as a line in plain words. The file has below
// them every column of every row as well.
type printPage struct {
	Name   string
	Card   string
	Parts  []part
	Sheets []sheet
	Notice string
	Made   time.Time
}

func (h *handlers) printPage(c echo.Context, personID string) (printPage, error) {
	w, err := h.Store.Read(c.Request().Context(), personID)
	if err != nil {
		return printPage{}, err
	}
	return printPage{Name: w.Person.Name, Card: w.Person.CardTail, Parts: h.tell(c).parts(w, math.MaxInt), Sheets: w.sheets(h.say(c), h.Zone),
		Notice: people.NoticeVersion, Made: w.At}, nil
}

func (h *handlers) print(c echo.Context) error {
	p, err := h.printPage(c, people.Who(c).Person.ID)
	if err != nil {
		return gone(err)
	}
	if err := h.exported(c, people.Who(c).Person.ID); err != nil {
		return err
	}
	return h.paper.Show(c, http.StatusOK, "print.html", web.View{Back: home + "/take", Data: p})
}

// exported writes the audit line of a copy.
func (h *handlers) exported(c echo.Context, personID string) error {
	err := h.People.NoteBy(c.Request().Context(), people.Who(c), people.ExportedPerson, "person:"+personID)
	if fault.Is(err, fault.ReadOnly) {
		return nil
	}
	return err
}

func (h *handlers) copyJSON(c echo.Context) error { return h.sendJSON(c, people.Who(c).Person.ID) }
func (h *handlers) copyHTML(c echo.Context) error { return h.sendHTML(c, people.Who(c).Person.ID) }

// onPaperOnly is the one rule about files: a copy is never saved on a venue's tablet, which
// the next one uses, whoever asks. There it can be printed; staff save it at their desk.
func onPaperOnly(c echo.Context) error {
	if people.Who(c).Tablet != nil {
		return fault.New(fault.Forbidden, "privacy.take_shared")
	}
	return nil
}

func (h *handlers) sendJSON(c echo.Context, personID string) error {
	if err := onPaperOnly(c); err != nil {
		return err
	}
	var out bytes.Buffer // whole before its first byte goes out
	if err := h.Store.Copy(c.Request().Context(), personID, &out, h.say(c)); err != nil {
		return gone(err)
	}
	if err := h.exported(c, personID); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="my-information.json"`)
	return c.Blob(http.StatusOK, "application/json; charset=utf-8", out.Bytes())
}

func (h *handlers) sendHTML(c echo.Context, personID string) error {
	if err := onPaperOnly(c); err != nil {
		return err
	}
	p, err := h.printPage(c, personID)
	if err != nil {
		return gone(err)
	}
	if err := h.exported(c, personID); err != nil {
		return err
	}
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="my-information.html"`)
	return h.paper.Fragment(c, "print.html", "file", web.View{Data: p})
}

// erasePage says what goes and what stays, or until when it can be undone.
type erasePage struct {
	Erasing  *Erasure
	Practice bool
	Base     string
	Minutes  int
	Cards    bool // she has more than one card
}

func (h *handlers) showErase(c echo.Context) error {
	ctx, id := c.Request().Context(), people.Who(c).Person.ID
	e, err := h.open(ctx, id)
	if err != nil {
		return err
	}
	ids, err := h.People.Together(ctx, id)
	if err != nil {
		return err
	}
	return h.learner.Show(c, http.StatusOK, "erase.html", web.View{Back: home, Data: erasePage{Erasing: e, Base: home, Minutes: int(UndoTime.Minutes()), Cards: len(ids) > 1}})
}

func (h *handlers) erase(c echo.Context) error {
	who := people.Who(c)
	e := Erasure{ID: c.FormValue("id"), PersonID: who.Person.ID, Reason: Asked}
	if _, err := h.Store.Ask(c.Request().Context(), e); err != nil {
		return gone(err)
	}
	return c.Redirect(http.StatusSeeOther, home+"/erase")
}

func (h *handlers) undo(c echo.Context) error {
	if err := h.Store.Undo(c.Request().Context(), people.Who(c).Person.ID, nil); err != nil {
		return err
	}
	h.Site.Flash(c, "privacy.undone", nil)
	return c.Redirect(http.StatusSeeOther, home)
}
