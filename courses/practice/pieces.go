package practice

import (
	"encoding/json"
	"fmt"

	"silverclass/app/people"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// piece is one place of a scene as the page shows it, with everything that may ever stand
// there: the script takes out what does not belong.
type piece struct {
	At      string // as Row.Place says it
	Speak   string // without the hint
	Hint    string
	Mistake bool
	Page    any
}

type piecesPage struct {
	Title   string
	Machine string
	Pieces  []piece
}

// machine is a scene's state machine without its words, for the script: it comes to the
// same states by the same taps as Tap.
type machine struct {
	Start    string                   `json:"start"`
	Call     bool                     `json:"call,omitempty"`
	Screens  map[string]machineScreen `json:"screens"`
	Mistakes map[string]string        `json:"mistakes"` // where each leads back to
	Endings  []string                 `json:"endings"`
}

type machineScreen struct {
	Base     string      `json:"base,omitempty"` // empty where it is the ID
	Truth    Truth       `json:"truth,omitempty"`
	Pressure bool        `json:"pressure,omitempty"`
	Choices  [][2]string `json:"choices"` // act and where it leads; right ones lead to "+…"
}

func (s *Scene) machine() machine {
	m := machine{Start: s.Start, Call: s.Kind == Call, Screens: map[string]machineScreen{}, Mistakes: map[string]string{}, Endings: []string{}}
	for _, x := range s.Screens {
		o := machineScreen{Truth: x.Truth, Pressure: x.Pressure, Choices: [][2]string{}}
		if x.Base != x.ID {
			o.Base = x.Base
		}
		for _, c := range x.Choices {
			if c.Found {
				continue
			}
			to := c.To
			if c.Right {
				to = "+" + to
			}
			o.Choices = append(o.Choices, [2]string{c.Do, to})
		}
		m.Screens[x.ID] = o
	}
	for _, x := range s.Mistakes {
		m.Mistakes[x.ID] = x.Back
	}
	for _, e := range s.Endings {
		m.Endings = append(m.Endings, e.ID)
	}
	return m
}

// pieces answers with every place of a scene, so that a script can go from one to the next
// at once. Nothing in it is decided there: the taps come back and are played here.
func (h *handlers) pieces(c echo.Context) error {
	v, err := h.read(c, people.Who(c), c.QueryParam("run"))
	if err != nil {
		return err
	}
	st := v.scene.Begin(h.mode(c))
	p := painter{h: h, c: c, v: v, st: st, lang: web.Lang(c)}
	frame, back := p.frame(Row{}, "")
	b, err := json.Marshal(v.scene.machine())
	if err != nil {
		return fmt.Errorf("machine of %s: %w", v.scene.Slug, err)
	}
	d := piecesPage{Title: frame.Title, Machine: string(b)}
	add := func(at Place) {
		p.st = st
		p.st.At = at
		_, data, speak := p.page(frame)
		one := piece{At: string(at.Where) + ":" + at.ID, Speak: p.spoken(speak), Mistake: at.Where == AtMistake, Page: data}
		if at.Where == AtScreen {
			p.st.helpAt = map[string]int{at.ID: HelpArrow}
			_, data, _ = p.page(frame)
			full, _ := data.(screenPage)
			full.All = true
			one.Page = full
			one.Hint = h.Library.wording.Spoken(p.lang, v.scene.Screen(at.ID).Hint.In(p.lang))
		}
		d.Pieces = append(d.Pieces, one)
	}
	for _, x := range v.scene.Screens {
		add(Place{AtScreen, x.ID})
		if st.Mode == Guided && v.scene.slippery(x) {
			add(Place{AtShown, x.ID})
		}
	}
	for _, m := range v.scene.Mistakes {
		add(Place{AtMistake, m.ID})
	}
	return h.pages.Fragment(c, "pieces.html", "pieces", web.View{Back: back, Data: d})
}
