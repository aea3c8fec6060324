package practice

import (
	"context"
	"net/http"
	"slices"
	"time"

	"silverclass/app/ledger"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
)

// lookedBack is how far the trainers' table looks back.
const lookedBack = 90 * 24 * time.Hour

// mostNamed is how many mistakes of a scene the table names.
const mostNamed = 3

// tally is what people did at one scene, without who they are.
type tally struct {
	goes, alone, slips, misses, falseAlarms int
	made, stopped                           map[string]int
}

// tallies reads the facts of practice since an instant, by scene. Goes in which staff
// helped, or the scene did, or whose mode shows the way, are not alone (indicators.md T11).
func tallies(ctx context.Context, g *gorm.DB, since time.Time) (map[string]*tally, error) {
	all := map[string]*tally{}
	f := ledger.Filter{Verbs: []ledger.Verb{ledger.Practised}, Kind: "scene", From: since, Effective: true}
	for fact, err := range ledger.All(ctx, g, f) {
		if err != nil {
			return nil, err
		}
		d, err := ledger.DetailOf[ledger.PractisedDetail](fact)
		if err != nil {
			return nil, err
		}
		_, slug := ledger.SplitObject(fact.Object)
		t := all[slug]
		if t == nil {
			t = &tally{made: map[string]int{}, stopped: map[string]int{}}
			all[slug] = t
		}
		t.goes++
		if d.Alone() {
			t.alone++
		}
		t.slips, t.misses, t.falseAlarms = t.slips+d.Slips, t.misses+d.Misses, t.falseAlarms+d.FalseAlarms
		for _, m := range d.Made {
			t.made[m]++
		}
		if d.Stopped != "" {
			t.stopped[d.Stopped]++
		}
	}
	return all, nil
}

// sceneRow is one line of the trainers' table.
type sceneRow struct {
	Slug, Topic, Title, Kind   string
	Screens, Mistakes          int
	Goes, Alone                int
	Slips, Misses, FalseAlarms int
	// Made are the commonest mistakes, Stopped the screens from which an ending was reached:
	// with a caller, where she stopped him.
	Made, Stopped []counted
	Address       string
}

type counted struct {
	Words string
	Count int
}

// table lists the scenes with the mistakes that people make in them.
func (h *handlers) table(c echo.Context) error {
	counts, err := h.Store.lately(c.Request().Context())
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	var rows []sceneRow
	for _, slug := range h.Library.Slugs() {
		s := h.Library.scenes[slug]
		r := sceneRow{Slug: slug, Topic: slug, Title: s.Title.In(lang), Kind: string(s.Kind), Mistakes: len(s.Mistakes), Address: "/staff/practice/" + slug}
		if topic, err := h.Catalog.Topic(s.Topic); err == nil {
			r.Topic = topic.Name.In(lang)
		}
		for _, x := range s.Screens {
			r.Screens = max(r.Screens, x.number)
		}
		if t := counts[slug]; t != nil {
			r.Goes, r.Alone, r.Slips, r.Misses, r.FalseAlarms = t.goes, t.alone, t.slips, t.misses, t.falseAlarms
			r.Made = commonest(t.made, func(id string) string { return s.mistakeTitle(id, lang) })
			r.Stopped = commonest(t.stopped, func(id string) string { return s.screenTitle(id, lang) })
		}
		rows = append(rows, r)
	}
	return h.staff.Show(c, http.StatusOK, "table.html", web.View{Data: rows})
}

// mistakeTitle is what a mistake is called; one that the file no longer has keeps its name.
func (s *Scene) mistakeTitle(id, lang string) string {
	if m := s.mistakes[id]; m != nil {
		return m.Title.In(lang)
	}
	return id
}

// screenTitle is who calls or writes on a screen, what a page is called, or its question; one
// without words, or that the file no longer has, keeps its name.
func (s *Scene) screenTitle(id, lang string) string {
	if x := s.screens[id]; x != nil {
		for _, t := range []courses.Text{x.From, x.Ask} {
			if t != nil {
				return t.In(lang)
			}
		}
	}
	return id
}

// commonest are the commonest of what was counted, at most mostNamed, in words.
func commonest(counts map[string]int, words func(string) string) []counted {
	var all []counted
	for id, n := range counts {
		all = append(all, counted{words(id), n})
	}
	slices.SortFunc(all, func(a, b counted) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		if a.Words < b.Words {
			return -1
		}
		return 1
	})
	return all[:min(len(all), mostNamed)]
}

// lately is what people did at the scenes lately, by slug.
func (s *Store) lately(ctx context.Context) (map[string]*tally, error) {
	return tallies(ctx, s.db, s.now().Add(-lookedBack))
}

type previewPage struct {
	Title   string
	Goal    string
	Screens []previewScreen
	Others  []previewOther
	Modes   []Mode
	Mode    Mode
	Action  string
}

type previewScreen struct {
	ID   string
	Page screenPage
	To   []previewTo
}

type previewTo struct {
	Words, To string
	Right     bool
}

type previewOther struct {
	ID, Title, Text, Source string
}

// preview shows every screen of a scene on one page, with where each tap leads; nothing of
// it is kept and nothing can be tapped.
func (h *handlers) preview(c echo.Context) error {
	scene, err := h.Library.Scene(c.Param("topic") + "/" + c.Param("lesson"))
	if err != nil {
		return err
	}
	st := scene.Begin(h.mode(c))
	p := painter{h: h, c: c, v: visit{scene: scene}, st: st, lang: web.Lang(c)}
	frame, _ := p.frame(Row{Length: 1}, "")
	tell := Telling{Lang: p.lang, Words: p.t}
	d := previewPage{Title: frame.Title, Goal: scene.Goal.In(p.lang), Mode: st.Mode, Modes: []Mode{Guided}, Action: "/staff/practice/" + scene.Slug}
	if scene.Second {
		d.Modes = append(d.Modes, Changed)
	}
	for _, x := range scene.Screens {
		if x.ID != x.Base {
			continue
		}
		p.st.At = Place{AtShown, x.ID}
		_, data, _ := p.page(frame)
		page, _ := data.(screenPage)
		one := previewScreen{ID: x.ID, Page: page}
		for i := range x.Choices {
			choice := &x.Choices[i]
			one.To = append(one.To, previewTo{Words: choiceWords(choice, tell), To: scene.Base(choice.To), Right: choice.Right})
		}
		d.Screens = append(d.Screens, one)
	}
	for _, m := range scene.Mistakes {
		d.Others = append(d.Others, previewOther{m.ID, m.Title.In(p.lang), unmarked(m.Repair, p.lang), m.Source})
	}
	for _, e := range scene.Endings {
		d.Others = append(d.Others, previewOther{ID: e.ID, Title: e.Title.In(p.lang), Text: unmarked(e.Text, p.lang)})
	}
	return h.pages.Show(c, http.StatusOK, "preview.html", web.View{Back: "/staff/practice", Body: "practice preview", Topic: scene.Topic, Data: d})
}

func unmarked(t courses.Text, lang string) string {
	var out []rune
	for _, r := range t.In(lang) {
		if r != '*' {
			out = append(out, r)
		}
	}
	return string(out)
}
