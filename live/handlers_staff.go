package live

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
)

// ready sees to the class's room before somebody is sent there.
func (h *handlers) ready(c echo.Context, class Class) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 4*time.Second)
	defer cancel()
	if err := h.cfg.Server.ensureRoom(ctx, class, h.cfg.Capacity); err != nil {
		return fault.New(fault.Unavailable, "live.no_media").Because(err)
	}
	return nil
}

// open is the one button of a session: its class opens, with the first lesson of its
// first topic beside the picture.
func (h *handlers) open(c echo.Context) error {
	ctx := c.Request().Context()
	n, err := h.tours().Session(ctx, c.Param("session"))
	if err != nil {
		return err
	}
	r := people.Who(c)
	if err := h.mayTeach(ctx, r, n.VenueID); err != nil {
		return err
	}
	o := Opening{SessionID: n.ID, StaffID: r.Staff.ID}
	if list := h.cfg.Lessons(n.Topics, web.Lang(c)); len(list) > 0 {
		o.Lesson = list[0].Slug
	}
	class, err := h.Service.open(ctx, o)
	if err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// teachPage is the trainer's page of a class.
type teachPage struct {
	Class     Class
	Session   tour.Session
	Phase     string
	At        stepView
	Lessons   []Lesson
	Back, Fwd *move  // the steps before and after; nil at the ends
	Link      string // what people at home open
	Secure    string // this page over HTTPS; "" when there is no such address
	Vendor    string
	Here      []hereView
	Summary   Summary // once the class is over
	Reopen    bool    // it was ended by hand and may be opened again
	Recording recordingView
}

// move is a step to go to.
type move struct {
	Lesson string `json:"lesson"`
	Step   int    `json:"step"`
}

func (h *handlers) teach(c echo.Context) error {
	ctx := c.Request().Context()
	class, n, err := h.taught(c)
	if err != nil {
		return err
	}
	here, err := h.listHere(c, class)
	if err != nil {
		return err
	}
	p := teachPage{
		Class: class, Session: n, Phase: phase(class, n, h.store.Now()), At: h.view(c, class),
		Lessons: h.cfg.Lessons(n.Topics, web.Lang(c)), Link: h.site.Base(c) + "/live/" + class.ID,
		Here: here,
	}
	if base := h.site.SecureBase(c); base != "" {
		p.Secure = base + "/staff/classes/" + class.ID
	}
	p.Back, p.Fwd = around(p.Lessons, class)
	if p.Recording, err = h.recordingView(c, class); err != nil {
		return err
	}
	if p.Phase == "open" && h.site.Assets().Has(vendor) {
		p.Vendor = h.site.Assets().URL(vendor)
	}
	if p.Phase == "over" {
		if p.Summary, err = h.store.Summary(ctx, class); err != nil {
			return err
		}
		p.Reopen = class.State == Closed && n.Phase(h.store.Now()) == tour.Running
	}
	return h.staff.Show(c, http.StatusOK, "teach.html", web.View{Back: "/staff/sessions/" + n.ID, Body: "teach", Scripts: []string{"live-trainer"}, Data: p})
}

// taught is the class of this request with its session, when the reader may teach it.
func (h *handlers) taught(c echo.Context) (Class, tour.Session, error) {
	ctx := c.Request().Context()
	n, err := h.tours().Session(ctx, c.Param("class"))
	if err != nil {
		return Class{}, n, err
	}
	if err := h.mayTeach(ctx, people.Who(c), n.VenueID); err != nil {
		return Class{}, n, err
	}
	class, err := h.store.Class(ctx, n.ID)
	return class, n, err
}

// around are the steps before and after the class's own, over the ends of its lessons.
func around(list []Lesson, c Class) (back, fwd *move) {
	for i, l := range list {
		if l.Slug != c.Lesson {
			continue
		}
		switch {
		case c.Step > 1:
			back = &move{l.Slug, c.Step - 1}
		case i > 0:
			back = &move{list[i-1].Slug, list[i-1].Steps}
		}
		switch {
		case c.Step < l.Steps:
			fwd = &move{l.Slug, c.Step + 1}
		case i+1 < len(list):
			fwd = &move{list[i+1].Slug, 1}
		}
		return back, fwd
	}
	if len(list) > 0 {
		fwd = &move{list[0].Slug, 1}
	}
	return nil, fwd
}

// move shows another step to everybody in the class.
func (h *handlers) move(c echo.Context) error {
	class, n, err := h.taught(c)
	if err != nil {
		return err
	}
	lesson := c.FormValue("lesson")
	step, err := strconv.Atoi(c.FormValue("step"))
	known := slices.ContainsFunc(h.cfg.Lessons(n.Topics, web.Lang(c)), func(l Lesson) bool {
		return l.Slug == lesson && 1 <= step && step <= l.Steps
	})
	if err != nil || !known {
		return fault.New(fault.Invalid, "live.no_such_step").Because(err)
	}
	if err := h.store.MoveTo(c.Request().Context(), class.ID, lesson, step); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// end ends the class for everybody.
func (h *handlers) end(c echo.Context) error {
	class, _, err := h.taught(c)
	if err != nil {
		return err
	}
	r := people.Who(c)
	if err := h.close(c.Request().Context(), class.ID, r.StaffID()); err != nil {
		return err
	}
	h.site.Flash(c, "live.ended_flash", nil)
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// hereView is one device in class, as the trainer sees it.
type hereView struct {
	Name    string `json:"name"` // what a learner likes to be called, her card's end, or a visitor's number
	Hears   bool   `json:"hears"`
	Minutes int    `json:"minutes"` // since it came
}

// hereState is what the trainer's page asks for every two seconds.
type hereState struct {
	Phase   string     `json:"phase"`
	Version int64      `json:"version"`
	Step    stepView   `json:"step"`
	Back    *move      `json:"back"`
	Forward *move      `json:"forward"`
	Count   string     `json:"count"` // how many, as a sentence
	Media   bool       `json:"media"`
	Trouble string     `json:"trouble"` // what is wrong with the media server, in words
	Here    []hereView `json:"here"`

	Recording recordingView `json:"recording"`
}

func (h *handlers) here(c echo.Context) error {
	class, n, err := h.taught(c)
	if err != nil {
		return err
	}
	list, err := h.listHere(c, class)
	if err != nil {
		return err
	}
	s := hereState{Phase: phase(class, n, h.store.Now()), Version: class.Version, Step: h.view(c, class), Here: list,
		Count: h.site.Words().N(web.Lang(c), "live.here_count", len(list), nil)}
	s.Back, s.Forward = around(h.cfg.Lessons(n.Topics, web.Lang(c)), class)
	if s.Recording, err = h.recordingView(c, class); err != nil {
		return err
	}
	if st := h.cfg.Server.state(); st.Running() {
		s.Media = true
	} else {
		s.Trouble = h.site.T(c, st.Key(), map[string]any{"Port": st.Port})
	}
	return c.JSON(http.StatusOK, s)
}

// listHere are the watching devices of a class with the names that a trainer may see.
func (h *handlers) listHere(c echo.Context, class Class) ([]hereView, error) {
	ctx := c.Request().Context()
	visits, err := h.store.Here(ctx, class.ID)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, v := range visits {
		if v.PersonID != nil {
			ids = append(ids, *v.PersonID)
		}
	}
	persons, err := people.NewStore(h.cfg.DB.DB, h.cfg.Now).Persons(ctx, ids)
	if err != nil {
		return nil, err
	}
	list, visitors := []hereView{}, 0
	for _, v := range visits {
		if v.Role != Home {
			continue
		}
		view := hereView{Hears: v.Hears, Minutes: int(h.store.Now().Sub(v.JoinedAt).Minutes())}
		if v.PersonID != nil {
			p := persons[*v.PersonID]
			if view.Name = p.Name; view.Name == "" && p.CardTail != "" {
				view.Name = h.site.T(c, "live.card_named", map[string]any{"Tail": p.CardTail})
			}
		}
		if view.Name == "" {
			visitors++
			view.Name = h.site.T(c, "live.visitor", map[string]any{"Number": visitors})
		}
		list = append(list, view)
	}
	return list, nil
}
