package practice

import (
	"html/template"
	"net/http"
	"strconv"

	"silverclass/app/fault"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// warmUpSteps are the things to tap: three balloons, a page to turn, a way back.
const warmUpSteps = 5

// warmUpScene is the scene that a warm-up may come before.
const warmUpScene = "info-apps/touch-basics"

// What the measures of a warm-up propose: from so many on, larger text, more patience with
// a finger that taps twice or rests, a slower voice.
const (
	missesForLarge, missesForLargest = 2, 5
	tremblesForPatience              = 2
	slowVoice, usualVoice            = 70, 85
)

// swipeStep is where a page is turned by a finger that slides; a link does the same.
const swipeStep = 4

// measured is what the script counted: taps beside, taps made twice, fingers that rested,
// slides that were too short. It is in the address of the last page only and is not kept.
type measured struct{ missed, double, long, short int }

// proposal is what would make it easier; it is kept if she wants it.
func (m measured) proposal(size int) web.Comfort {
	c := web.Comfort{Size: size, Touch: web.TouchUsual, Voice: usualVoice}
	switch {
	case m.missed >= missesForLargest:
		c.Size = 3
	case m.missed >= missesForLarge:
		c.Size = max(size, 2)
	}
	if m.double+m.long+m.short >= tremblesForPatience {
		c.Touch = web.TouchPatient
	}
	if m.missed+m.double+m.long+m.short >= missesForLargest {
		c.Voice = slowVoice
	}
	return c
}

type warmUpPage struct {
	Step, Of int
	Next     string
	Before   string
	// Leaf is the page to turn, Under the one below it; empty on other steps.
	Leaf, Under template.HTML
	Propose     web.Comfort
}

// warmUp shows one thing to tap. Every step is a link, so it works without a script; with
// one, what a finger does beside and too long is counted, and nothing is said of it.
func (h *handlers) warmUp(c echo.Context) error {
	number := func(name string, least, most int) int {
		n, err := strconv.Atoi(c.QueryParam(name))
		if err != nil {
			return least
		}
		return min(max(n, least), most)
	}
	d := warmUpPage{Step: number("step", 1, warmUpSteps+1), Of: warmUpSteps}
	d.Next = "/practice/warm-up?step=" + strconv.Itoa(d.Step+1)
	back, file, speak := "/topics/info-apps", "warm-up.html", "practice.warm_step_"+strconv.Itoa(d.Step)
	if d.Step > 1 {
		back = "/practice/warm-up?step=" + strconv.Itoa(d.Step-1)
	}
	if d.Step > warmUpSteps {
		file, speak = "warm-up-done.html", "practice.warm_done"
		m := measured{number("missed", 0, 99), number("double", 0, 99), number("long", 0, 99), number("short", 0, 99)}
		d.Propose = m.proposal(h.Site.Size(c))
	}
	if d.Step == swipeStep {
		d.Leaf, d.Under = icon("photos"), icon("star")
	}
	d.Before = back
	view := web.View{Back: back, Body: "practice", Topic: "info-apps", Data: d, Scripts: []string{"practice-warm-up"},
		Speak: h.Site.T(c, "practice.not_real", nil) + "\n" + h.Site.T(c, speak, nil)}
	return h.pages.Show(c, http.StatusOK, file, view)
}

// keepComfort keeps what was proposed: with the person, else on this device.
func (h *handlers) keepComfort(c echo.Context) error {
	size, err1 := strconv.Atoi(c.FormValue("size"))
	touch, err2 := strconv.Atoi(c.FormValue("touch"))
	voice, err3 := strconv.Atoi(c.FormValue("voice"))
	if err1 != nil || err2 != nil || err3 != nil || size*touch*voice == 0 {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	if err := h.Site.KeepComfort(c, web.Comfort{Size: size, Touch: touch, Voice: voice}); err != nil {
		return err
	}
	h.Site.Flash(c, "practice.warm_kept", nil)
	return c.Redirect(http.StatusSeeOther, "/lessons/info-apps/touch-basics/1")
}
