package practice

import (
	"html/template"
	"net/url"
	"slices"
	"strings"

	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// mostDid is how many things that she did right the ending names.
const mostDid = 3

// shared is what every practice page has.
type shared struct {
	Title  string // of the scene
	Action string // where a tap goes
	Play   string
	At     int // taps so far
	Run    string
	Phone  phone
	Note   string  // a locale key; empty for nothing to say
	Lesson *onward // the way on in the lesson; nil outside one

	Arrow, Check, HintIcon template.HTML
}

// phone is what the drawn phone shows.
type phone struct {
	Face   Face
	Key    string // locale key of what goes on
	Icon   template.HTML
	Person template.HTML
	From   string
	Says   []template.HTML
}

// onward is the POST that goes on in the lesson: after the practice, or past it.
type onward struct {
	Action       string
	From, Target int
}

// button is one choice: a row, or a key on the phone.
type button struct {
	Do, Look, Words string
	Icon            template.HTML
	Here            bool // the arrow points here
}

type screenPage struct {
	shared
	Goal    string // on the first screen only
	Ask     string
	Hint    template.HTML
	Choices []button // rows
	Keys    []button // on the phone
	Also    string   // the words of the key, where there are rows too
	Shown   string   // the words of what is done for her; empty while she does it
	CanBack bool
}

type mistakePage struct {
	shared
	Repair template.HTML
}

type endingPage struct {
	shared
	Ending, Remember string
	Text             template.HTML
	Did              []string
	Tell             template.HTML
	OnceMore         string
}

// painter makes one page for one reader.
type painter struct {
	h    *handlers
	c    echo.Context
	v    visit
	st   State
	lang string
}

func (h *handlers) paint(c echo.Context, v visit, row Row, st State, status int, note string) error {
	p := painter{h: h, c: c, v: v, st: st, lang: web.Lang(c)}
	s := shared{Title: v.scene.Title.In(p.lang), Action: courses.PracticeURL(v.scene.Slug, ""), Play: row.ID, At: row.Length,
		Run: v.address, Note: note, Arrow: icon("arrow"), Check: icon("check"), HintIcon: icon("hint")}
	if s.Run == "" {
		s.Run = v.run
	}
	back := "/"
	if l, err := h.Catalog.Lesson(v.scene.Slug); err == nil {
		back = courses.StepURL(v.scene.Slug, courses.PracticeStep, s.Run)
		if s.Run != "" {
			s.Lesson = &onward{courses.NextURL(v.scene.Slug), courses.PracticeStep, l.Next(courses.PracticeStep)}
		}
	}
	file, data, speak := p.page(s)
	view := web.View{Back: back, Body: "practice", Topic: v.scene.Topic, Data: data, Speak: p.spoken(speak)}
	return h.pages.Show(c, status, file, view)
}

func (p painter) page(s shared) (file string, data any, speak []string) {
	switch p.st.At.Where {
	case AtMistake:
		m := p.v.scene.Mistake(p.st.At.ID)
		s.Phone = phone{Icon: icon("care"), From: m.Title.In(p.lang)}
		return "mistake.html", mistakePage{s, courses.Marked(m.Repair.In(p.lang))},
			[]string{p.t("practice.repair_title"), m.Repair.In(p.lang)}
	case AtEnding:
		return p.ending(s)
	}
	return p.screen(s)
}

func (p painter) screen(s shared) (file string, data any, speak []string) {
	x := p.v.scene.Screen(p.st.At.ID)
	d := screenPage{shared: s, CanBack: len(p.st.Trail) > 0, Ask: p.t("practice.what_now")}
	d.Phone = p.phone(x)
	if x.Ask != nil {
		d.Ask = x.Ask.In(p.lang)
	}
	if x.ID == p.v.scene.Start && s.At == 0 {
		d.Goal = p.h.Site.T(p.c, "practice.goal", map[string]any{"Goal": p.v.scene.Goal.In(p.lang)})
		speak = append(speak, d.Goal)
	}
	speak = append(speak, p.t(d.Phone.Key), d.Phone.From)
	for _, line := range x.Says {
		speak = append(speak, line.In(p.lang))
	}
	shown := p.st.At.Where == AtShown
	best := x.Best()
	for i := range x.Choices {
		c := &x.Choices[i]
		a, _ := findAct(c.Do)
		b := button{Do: c.Do, Look: a.look, Words: p.words(c, a), Icon: icon(c.Do), Here: c == best && (shown || p.st.Help() == HelpArrow)}
		if a.onPhone {
			d.Keys = append(d.Keys, b)
		} else {
			d.Choices = append(d.Choices, b)
		}
		if shown && c == best {
			d.Shown = b.Words
		}
	}
	if len(d.Choices) > 0 && len(d.Keys) == 1 {
		d.Also = d.Keys[0].Words
	}
	if shown {
		return "screen.html", d, []string{p.t("practice.shown_title"),
			p.h.Site.T(p.c, "practice.shown", map[string]any{"Act": d.Shown}), p.t("practice.shown_then")}
	}
	speak = append(speak, d.Ask)
	if p.st.Help() >= HelpHint {
		d.Hint = courses.Marked(x.Hint.In(p.lang))
		speak = append(speak, x.Hint.In(p.lang))
	}
	for _, b := range slices.Concat(d.Keys, d.Choices) {
		speak = append(speak, b.Words)
	}
	return "screen.html", d, speak
}

func (p painter) phone(x *Screen) phone {
	f := phone{Face: x.Phone, Key: "practice.in_call", Icon: icon("answer"), Person: icon("person"), From: x.From.In(p.lang)}
	switch x.Phone {
	case Ringing:
		f.Key = "practice.ringing"
		if x.Video {
			f.Key, f.Icon = "practice.ringing_video", icon("video")
		}
	case Video:
		f.Key, f.Icon = "practice.in_video", icon("video")
	case Message:
		f.Key, f.Icon = "practice.message", icon("message")
	case Contacts:
		f.Key, f.Icon = "practice.contacts", icon("contacts")
	case Home:
		f.Key, f.Icon = "practice.home", icon("check")
	case Family:
		f.Key, f.Icon = "practice.family", icon("ask-family")
	}
	for _, line := range x.Says {
		f.Says = append(f.Says, courses.Marked(line.In(p.lang)))
	}
	return f
}

// ending names what she did right, and how one could tell; never what went otherwise.
func (p painter) ending(s shared) (file string, data any, speak []string) {
	scene, e := p.v.scene, p.v.scene.Ending(p.st.At.ID)
	s.Phone = phone{Icon: icon("check")}
	d := endingPage{shared: s, Ending: e.Title.In(p.lang), Text: courses.Marked(e.Text.In(p.lang)), Remember: scene.Remember.In(p.lang)}
	for i := len(p.st.Right) - 1; i >= 0 && len(d.Did) < mostDid; i-- {
		if good := scene.Screen(p.st.Right[i]).Good.In(p.lang); good != "" && !slices.Contains(d.Did, good) {
			d.Did = append(d.Did, good)
		}
	}
	slices.Reverse(d.Did)
	if p.st.Slips > 0 {
		d.Did = append(d.Did, p.t("practice.tried"))
	}
	speak = append([]string{d.Ending, e.Text.In(p.lang)}, d.Did...)
	if tell := scene.Screen(p.st.Stopped).Tell.In(p.lang); tell != "" {
		d.Tell = courses.Marked(tell)
		speak = append(speak, tell)
	}
	speak = append(speak, p.t("practice.keep"), d.Remember)
	q := url.Values{"again": {"1"}}
	if s.Run != "" {
		q.Set("run", s.Run)
	}
	d.OnceMore = s.Action + "?" + q.Encode()
	return "ending.html", d, speak
}

func (p painter) words(c *Choice, a act) string {
	if c.Text != nil {
		return c.Text.In(p.lang)
	}
	return p.t(a.key)
}

func (p painter) t(key string) string { return p.h.Site.T(p.c, key, nil) }

// spoken is what 朗读 says: first that it is not real, then one thing a line.
func (p painter) spoken(lines []string) string {
	all := []string{p.t("practice.not_real")}
	for _, line := range lines {
		if line != "" {
			all = append(all, p.h.Library.wording.Spoken(p.lang, line))
		}
	}
	return strings.Join(all, "\n")
}
