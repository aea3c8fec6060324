package practice

import (
	"io/fs"
	"maps"
	"slices"
	"strings"

	"silverclass/app/fault"
	"silverclass/courses"
)

// The measures of what stands in a scene (curriculum.md D.5, senior-ui.md N2 and N3).
const (
	mostSayHan, mostSayWords       = 30, 24 // a spoken or written line
	mostChoiceHan, mostChoiceWords = 14, 12
	mostTextHan, mostTextWords     = 60, 60 // a repair or an ending
	mostChoices                    = 4      // beside the phone, and keys
	mostSays                       = 3
	mostRows                       = 6
	leastMistakes                  = 3
	mostName                       = 32
)

// reader reads one file and remembers where things stand in it.
type reader struct {
	sheet *courses.Sheet
	s     *Scene
	w     *courses.Wording
	fsys  fs.FS
	lines map[string]courses.Node // of every screen, mistake and ending, by ID
	names map[string]bool
	brands
}

// readScene reads a file and checks it: first what stands in it, then, when that is in
// order, the state machine that it makes.
func readScene(fsys fs.FS, slug string, w *courses.Wording, names brands) (*Scene, []courses.Problem) {
	file := slug + ".yaml"
	topic, _, _ := strings.Cut(slug, "/")
	s := &Scene{Slug: slug, Topic: topic, screens: map[string]*Screen{}, mistakes: map[string]*Mistake{}, endings: map[string]*Ending{}}
	if b, err := fs.ReadFile(fsys, file); err == nil {
		s.Edition = edition(b)
	}
	sheet, root := courses.NewSheet(fsys, file)
	r := &reader{sheet: sheet, s: s, w: w, fsys: fsys, lines: map[string]courses.Node{}, names: map[string]bool{}, brands: names}
	f := root.Fields([]string{"kind", "title", "goal", "remember", "start", "screens", "mistakes", "endings"}, []string{"second"})
	s.Kind = Kind(f["kind"].String())
	if f["kind"].Here() && !slices.Contains(kinds(), s.Kind) {
		f["kind"].Break("practice.rule_kind", fault.Args{"Kinds": listed(kinds())})
	}
	s.Second = f["second"].Bool() || slices.Contains(seconds(), slug)
	s.Title = r.text(f["title"], mostChoiceHan, mostChoiceWords)
	s.Goal = r.text(f["goal"], mostSayHan, mostSayWords)
	s.Remember = r.text(f["remember"], mostSayHan, mostSayWords)
	s.Start = f["start"].String()
	for i, id := range inOrder(f["screens"]) {
		r.screen(id.name, i+1, id.node)
	}
	for _, id := range inOrder(f["mistakes"]) {
		r.mistake(id.name, id.node)
	}
	for _, id := range inOrder(f["endings"]) {
		r.ending(id.name, id.node)
	}
	if len(sheet.Problems()) == 0 {
		r.links(f["start"])
	}
	if len(sheet.Problems()) == 0 {
		r.machine(f["start"], f["mistakes"])
	}
	return s, each(sheet.Problems())
}

// each are the problems without those that are there twice: a screen of the file may be
// several screens of the machine.
func each(problems []courses.Problem) []courses.Problem {
	var all []courses.Problem
	for _, p := range problems {
		if !slices.ContainsFunc(all, func(o courses.Problem) bool {
			return o.Line == p.Line && o.Rule == p.Rule && maps.Equal(o.Args, p.Args)
		}) {
			all = append(all, p)
		}
	}
	return all
}

// listed are names as an author reads them in a message.
func listed[T ~string](names []T) string {
	all := make([]string, len(names))
	for i, n := range names {
		all[i] = string(n)
	}
	return strings.Join(all, ", ")
}

type named struct {
	name string
	node courses.Node
}

// inOrder are the values of a mapping whose names the author chooses, as they stand.
func inOrder(n courses.Node) []named {
	var all []named
	for name, v := range n.Named() {
		all = append(all, named{name, v})
	}
	slices.SortFunc(all, func(a, b named) int {
		if a.node.Line() != b.node.Line() {
			return a.node.Line() - b.node.Line()
		}
		return strings.Compare(a.name, b.name)
	})
	return all
}

// text reads a text of ours in every language and checks how it is written.
func (r *reader) text(n courses.Node, mostHan, mostWords int) courses.Text {
	t := r.spoken(n, mostHan, mostWords)
	if t != nil {
		r.w.Check(n, t)
	}
	return t
}

// spoken reads what somebody says, cheats too: they do not keep to our words.
func (r *reader) spoken(n courses.Node, mostHan, mostWords int) courses.Text {
	if !n.Here() {
		return nil
	}
	t := n.Text()
	at := n.Named()
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		if strings.Count(t[lang], "**")%2 != 0 {
			at[lang].Break("practice.rule_open_mark")
		}
		for _, brand := range r.brands.in(t[lang]) {
			at[lang].Break("practice.rule_brand", fault.Args{"Brand": brand})
		}
		if han := courses.Han(t[lang]); han > mostHan {
			at[lang].Break("practice.rule_long", fault.Args{"Count": han, "Most": mostHan})
		}
		if words := len(strings.Fields(t[lang])); words > mostWords {
			at[lang].Break("practice.rule_long_words", fault.Args{"Count": words, "Most": mostWords})
		}
	}
	return t
}

// name notes the ID of a screen, mistake or ending: choices lead to any of them by it.
func (r *reader) name(id string, n courses.Node) {
	if r.names[id] {
		n.Break("practice.rule_double_name", fault.Args{"Name": id})
	}
	if !choiceName.MatchString(id) || len(id) > mostName { // facts name screens and mistakes
		n.Break("practice.rule_name", fault.Args{"Name": id})
	}
	r.names[id] = true
	r.lines[id] = n
}

func (r *reader) mistake(id string, n courses.Node) {
	r.name(id, n)
	f := n.Fields([]string{"title", "repair"}, []string{"back", "source"})
	m := &Mistake{ID: id, Back: f["back"].String(), Source: f["source"].String(), line: n.Line()}
	m.Title = r.text(f["title"], mostChoiceHan, mostChoiceWords)
	m.Repair = r.text(f["repair"], mostTextHan, mostTextWords)
	for _, o := range r.s.Mistakes {
		for lang, words := range m.Repair {
			if words == o.Repair[lang] {
				f["repair"].Break("practice.rule_same_repair", fault.Args{"Other": o.ID})
				break
			}
		}
	}
	r.s.Mistakes = append(r.s.Mistakes, m)
	r.s.mistakes[id] = m
}

func (r *reader) ending(id string, n courses.Node) {
	r.name(id, n)
	f := n.Fields([]string{"title", "text"}, []string{"real"})
	e := &Ending{ID: id, Real: f["real"].String(), line: n.Line()}
	if f["real"].Here() && realPages()[e.Real] == "" {
		f["real"].Break("practice.rule_real", fault.Args{"Names": strings.Join(slices.Sorted(maps.Keys(realPages())), ", ")})
	}
	e.Title = r.text(f["title"], mostSayHan, mostSayWords)
	e.Text = r.text(f["text"], mostTextHan, mostTextWords)
	r.s.Endings = append(r.s.Endings, e)
	r.s.endings[id] = e
}
