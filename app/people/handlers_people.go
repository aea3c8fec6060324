package people

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
)

// searchPage finds learners.
type searchPage struct {
	Text   string
	Asked  bool // something was searched for
	Found  []Person
	Capped bool // there were more than are shown
}

// searchLimit is how many are shown; mostSearched how many are looked at for those of the
// reader's own places.
const (
	searchLimit  = 30
	mostSearched = 500
)

func (h *handlers) search(c echo.Context) error {
	ctx := c.Request().Context()
	p := searchPage{Text: strings.TrimSpace(c.Request().PostFormValue("q"))}
	p.Asked = p.Text != ""
	if p.Asked {
		if err := h.note(ctx, Who(c), Searched, ""); err != nil {
			return err
		}
		found, err := h.store.Search(ctx, p.Text, mostSearched)
		if err != nil {
			return err
		}
		if found, err = h.store.Visible(ctx, Who(c), Helper, found, h.venue); err != nil {
			return err
		}
		p.Capped = len(found) > searchLimit
		p.Found = found[:min(len(found), searchLimit)]
	}
	return h.pages.Show(c, http.StatusOK, "people.html", web.View{Back: "/staff", Data: p})
}

// note writes an audit line about looking. A full disk does not keep the desk from
// looking: nothing can be changed then.
func (h *handlers) note(ctx context.Context, r Reader, act, object string) error {
	err := h.store.NoteBy(ctx, r, act, object)
	if fault.Is(err, fault.ReadOnly) {
		return nil
	}
	return err
}

// personPage is one learner, her cards and the form to mend what is known of her.
type personPage struct {
	Person Person
	Cards  []Card
	Edit   EditPerson
	Ages   []AgeBand
	Sexes  []Sex
	Card   string // a number that was typed
	Same   samePart
	Joins  bool // may say that two learners are one
	// History is who looked at or changed her lately, the newest first; empty for those
	// who are not organizers.
	History []Audit
	Names   map[string]string // of who did it, by staff ID
}

// By is who did what a line says; empty when nobody was signed in.
func (p personPage) By(a Audit) string {
	if a.StaffID == nil {
		return ""
	}
	return p.Names[*a.StaffID]
}

func (h *handlers) personPage(c echo.Context) (personPage, error) {
	ctx := c.Request().Context()
	if err := h.store.MayOpen(ctx, Who(c), Helper, c.Param("id"), h.venue); err != nil {
		return personPage{}, err
	}
	who, err := h.store.Person(ctx, c.Param("id"))
	if err != nil {
		return personPage{}, err
	}
	p := personPage{Person: who, Ages: AgeBands(), Sexes: Sexes(),
		Edit: EditPerson{ID: who.ID, Name: who.Name, AgeBand: who.AgeBand, Sex: who.Sex}}
	if p.Same, err = h.samePart(c, who.ID); err != nil {
		return p, err
	}
	p.Joins = Who(c).MayAnywhere(Organizer)
	if p.Cards, err = h.store.Cards(ctx, who.ID); err != nil || !p.Joins {
		return p, err
	}
	if p.History, err = h.store.Audits(ctx, "person:"+who.ID, historyLimit); err != nil {
		return p, err
	}
	p.Names, err = h.staff.Names(ctx, staffOf(p.History))
	return p, err
}

const historyLimit = 20

// staffOf are the members of staff in some audit lines.
func staffOf(list []Audit) []string {
	var ids []string
	for _, a := range list {
		if a.StaffID != nil {
			ids = append(ids, *a.StaffID)
		}
	}
	return ids
}

func (p personPage) view() web.View { return web.View{Back: "/staff/people", Data: p} }

func (h *handlers) showPerson(c echo.Context) error {
	p, err := h.personPage(c)
	if err != nil {
		return err
	}
	if err := h.note(c.Request().Context(), Who(c), OpenedPerson, "person:"+p.Person.ID); err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "person.html", p.view())
}

func (h *handlers) editPerson(c echo.Context) error {
	p, err := h.personPage(c)
	if err != nil {
		return err
	}
	p.Edit = EditPerson{ID: p.Person.ID, Name: c.FormValue("name"), AgeBand: AgeBand(c.FormValue("age")), Sex: Sex(c.FormValue("sex"))}
	ctx := c.Request().Context()
	if err := h.store.Edit(ctx, p.Edit); err != nil {
		return h.pages.Form(c, err, "person.html", p.view())
	}
	return h.done(c, p.Person.ID, EditedPerson, "people.person_saved")
}

func (h *handlers) addCard(c echo.Context) error {
	p, err := h.personPage(c)
	if err != nil {
		return err
	}
	p.Card = c.FormValue("card")
	if _, err := h.store.AddCard(c.Request().Context(), c.FormValue("id"), p.Person.ID, p.Card); err != nil {
		return h.pages.Form(c, err, "person.html", p.view())
	}
	return h.done(c, p.Person.ID, AddedCard, "people.card_added")
}

func (h *handlers) revokeCard(c echo.Context) error {
	if err := h.store.MayOpen(c.Request().Context(), Who(c), Helper, c.Param("id"), h.venue); err != nil {
		return err
	}
	if err := h.store.RevokeCard(c.Request().Context(), c.Param("id"), c.FormValue("number")); err != nil {
		return err
	}
	return h.done(c, c.Param("id"), RevokedCard, "people.card_revoked")
}

func (h *handlers) restoreCard(c echo.Context) error {
	if err := h.store.MayOpen(c.Request().Context(), Who(c), Helper, c.Param("id"), h.venue); err != nil {
		return err
	}
	if err := h.store.RestoreCard(c.Request().Context(), c.Param("id"), c.FormValue("number")); err != nil {
		return err
	}
	return h.done(c, c.Param("id"), RestoredCard, "people.card_restored")
}

// done writes the audit line, says it on the next page and goes back to the person.
func (h *handlers) done(c echo.Context, personID, act, key string) error {
	if err := h.store.NoteBy(c.Request().Context(), Who(c), act, "person:"+personID); err != nil {
		return err
	}
	h.site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, "/staff/people/"+personID)
}
