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
	At     int    // taps so far
	Taps   string // the taps themselves, for the script
	Run    string
	Mode   Mode
	Phone  phone
	Note   string  // a locale key; empty for nothing to say
	Lesson *onward // the way on in the lesson; nil outside one

	Arrow, Check, HintIcon template.HTML
}

// onward is the POST that goes on in the lesson: after the practice, or past it.
type onward struct {
	Action       string
	From, Target int
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
	Nothing bool     // the last tap was at something that is not needed here
	CanAsk  bool     // she may ask for help
	WarmUp  bool     // she may warm up first
	All     bool     // everything that may ever stand here, for the script to choose from
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
	Next             string // locale key of what OnceMore offers
	Real, RealKey    string // address and words of a page where it can be done; empty for none
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
	s, back := p.frame(row, note)
	file, data, speak := p.page(s)
	view := web.View{Back: back, Body: "practice", Topic: v.scene.Topic, Data: data, Speak: p.spoken(speak), Scripts: []string{"practice"}}
	return h.pages.Show(c, status, file, view)
}

// frame is what every page of a scene has, and where 返回 leads from it.
func (p painter) frame(row Row, note string) (s shared, back string) {
	v := p.v
	s = shared{Title: v.scene.Title.In(p.lang), Action: courses.PracticeURL(v.scene.Slug, ""), Play: row.ID, At: row.Length, Taps: row.Taps,
		Run: v.address, Mode: p.st.Mode, Note: note, Arrow: icon("arrow"), Check: icon("check"), HintIcon: icon("hint")}
	if s.Run == "" {
		s.Run = v.run
	}
	if s.Taps == "" {
		s.Taps = "[]"
	}
	back = "/"
	if l, err := p.h.Catalog.Lesson(v.scene.Slug); err == nil {
		back = courses.StepURL(v.scene.Slug, courses.PracticeStep, s.Run)
		if s.Run != "" {
			s.Lesson = &onward{courses.NextURL(v.scene.Slug), courses.PracticeStep, l.Next(courses.PracticeStep)}
		}
	}
	return s, back
}

func (p painter) page(s shared) (file string, data any, speak []string) {
	switch p.st.At.Where {
	case AtMistake:
		m := p.v.scene.Mistake(p.st.At.ID)
		s.Phone = phone{Skin: p.st.Mode.Skin(), Icon: icon("care"), From: m.Title.In(p.lang)}
		return "mistake.html", mistakePage{s, courses.Marked(m.Repair.In(p.lang))},
			[]string{p.t("practice.repair_title"), m.Repair.In(p.lang)}
	case AtEnding:
		return p.ending(s)
	}
	return p.screen(s)
}

func (p painter) screen(s shared) (file string, data any, speak []string) {
	x := p.v.scene.Screen(p.st.At.ID)
	shown := p.st.At.Where == AtShown
	d := screenPage{shared: s, CanBack: len(p.st.Trail) > 0, CanAsk: p.st.CanAsk(), Nothing: p.st.Nothing, Ask: p.t("practice.what_now")}
	d.Phone = p.phone(x)
	if x.Phone.onScreen() {
		d.Ask = p.t("practice.where_now")
	}
	if x.Ask != nil {
		d.Ask = x.Ask.In(p.lang)
	}
	if x.ID == p.v.scene.Start && s.At == 0 {
		d.Goal = p.h.Site.T(p.c, "practice.goal", map[string]any{"Goal": p.v.scene.Goal.In(p.lang)})
		speak = append(speak, d.Goal)
		d.WarmUp = p.v.scene.Slug == warmUpScene
	}
	speak = append(speak, d.Phone.spoken(p)...)
	best := x.Best()
	for i := range x.Choices {
		c := &x.Choices[i]
		b := p.button(c)
		b.Here = c == best && (shown || p.st.Help() == HelpArrow)
		a, _ := findAct(c.Do)
		switch {
		case c.Part == On:
			d.Phone.Things = append(d.Phone.Things, b)
		case a.onPhone && c.Part == Do:
			d.Keys = append(d.Keys, b)
		default:
			d.Choices = append(d.Choices, b)
		}
		if shown && c == best {
			d.Shown = b.Words
		}
	}
	if p.st.Mode.Skin() == Other {
		d.turn()
	}
	if len(d.Choices) > 0 && len(d.Keys) == 1 {
		d.Also = d.Keys[0].Words
	}
	if shown {
		return "screen.html", d, []string{p.t("practice.shown_title"),
			p.h.Site.T(p.c, "practice.shown", map[string]any{"Act": d.Shown}), p.t("practice.shown_then")}
	}
	if d.Nothing {
		speak = append([]string{p.t("practice.nothing")}, speak...)
	}
	speak = append(speak, d.Ask)
	if p.st.Help() >= HelpHint {
		d.Hint = courses.Marked(x.Hint.In(p.lang))
		speak = append(speak, x.Hint.In(p.lang))
	}
	for _, b := range slices.Concat(d.Phone.Things, d.Keys, d.Choices) {
		if x.Phone != Keypad {
			speak = append(speak, b.Words, b.Note, b.Value)
		}
	}
	return "screen.html", d, speak
}

// ending names what she did right, and how one could tell; never what went otherwise.
func (p painter) ending(s shared) (file string, data any, speak []string) {
	scene, e := p.v.scene, p.v.scene.Ending(p.st.At.ID)
	s.Phone = phone{Skin: p.st.Mode.Skin(), Icon: icon("check")}
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
	next := scene.after(p.st.Mode)
	q := url.Values{"again": {"1"}, "mode": {string(next)}}
	d.Next = "practice.once_more"
	if next != p.st.Mode {
		d.Next = "practice.begin_" + string(next)
	}
	if s.Run != "" {
		q.Set("run", s.Run)
	}
	d.OnceMore = s.Action + "?" + q.Encode()
	if d.Real = realPages()[e.Real]; d.Real != "" {
		d.RealKey = "practice.real_" + e.Real
	}
	return "ending.html", d, speak
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
