package people

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
)

// samePart is the part of a learner's page about her other cards.
type samePart struct {
	Links   []sameLine
	Reasons []string
	Typed   string // a card number
	Reason  string
}

// sameLine is one other card of hers.
type sameLine struct {
	Link  PersonLink
	Other Person // the zero Person when she is erased
	Undo  bool   // it can still be taken back
}

// samePage asks once more before two learners become one.
type samePage struct {
	Person, Other Person
	Cards, Others []Card
	Reason        string
}

func (h *handlers) samePart(c echo.Context, personID string) (samePart, error) {
	ctx := c.Request().Context()
	links, err := h.store.Links(ctx, personID)
	if err != nil {
		return samePart{}, err
	}
	ids := make([]string, len(links))
	for i, l := range links {
		ids[i] = l.Other(personID)
	}
	others, err := h.store.Persons(ctx, ids)
	p := samePart{Reasons: LinkReasons()}
	for i, l := range links {
		p.Links = append(p.Links, sameLine{Link: l, Other: others[ids[i]], Undo: l.Undoable(h.site.Now()) && Who(c).MayAnywhere(Organizer)})
	}
	return p, err
}

// mayJoin is nil when the reader is an organizer where a learner was.
func (h *handlers) mayJoin(c echo.Context, personID string) error {
	return h.store.MayOpen(c.Request().Context(), Who(c), Organizer, personID, h.venue)
}

// findSame finds the other learner by her card and shows what would be one. Somebody of
// another place is answered like a card that nobody has.
func (h *handlers) findSame(c echo.Context) error {
	if err := h.mayJoin(c, c.Param("id")); err != nil {
		return err
	}
	p, err := h.personPage(c)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	p.Same.Typed, p.Same.Reason = c.FormValue("card"), c.FormValue("reason")
	if err := h.note(ctx, Who(c), Searched, ""); err != nil {
		return err
	}
	page, err := h.samePage(c, p)
	if err != nil {
		return h.pages.Form(c, err, "person.html", p.view())
	}
	return h.pages.Show(c, http.StatusOK, "same.html", web.View{Back: "/staff/people/" + p.Person.ID, Data: page})
}

func (h *handlers) samePage(c echo.Context, p personPage) (samePage, error) {
	ctx := c.Request().Context()
	page := samePage{Person: p.Person, Cards: p.Cards, Reason: p.Same.Reason}
	wrong := func(key string) error {
		return fault.New(fault.Invalid, "web.form_mistakes").Beside("same-card", key)
	}
	other, err := h.store.ByNumber(ctx, p.Same.Typed)
	if err == nil {
		err = h.mayJoin(c, other.ID)
	}
	switch {
	case fault.Is(err, fault.Invalid), fault.Is(err, fault.NotFound):
		return page, wrong("people.same_unknown")
	case err != nil:
		return page, err
	case other.ID == p.Person.ID:
		return page, wrong("people.same_self")
	}
	page.Other = other
	page.Others, err = h.store.Cards(ctx, other.ID)
	return page, err
}

// linkSame makes one person of two.
func (h *handlers) linkSame(c echo.Context) error {
	id, other := c.Param("id"), c.FormValue("other")
	for _, one := range []string{id, other} {
		if err := h.mayJoin(c, one); err != nil {
			return err
		}
	}
	err := h.store.Link(c.Request().Context(), LinkAct{ID: c.FormValue("id"), PersonID: id, OtherID: other, Reason: c.FormValue("reason"), By: Who(c)})
	if err != nil {
		return err
	}
	return h.toPerson(c, "people.same_linked")
}

// undoSame makes two of one again.
func (h *handlers) undoSame(c echo.Context) error {
	if err := h.mayJoin(c, c.Param("id")); err != nil {
		return err
	}
	if err := h.store.Unlink(c.Request().Context(), c.Param("id"), c.FormValue("link"), Who(c)); err != nil {
		return err
	}
	return h.toPerson(c, "people.same_undone")
}

func (h *handlers) toPerson(c echo.Context, key string) error {
	h.site.Flash(c, key, nil)
	return c.Redirect(http.StatusSeeOther, "/staff/people/"+c.Param("id"))
}
