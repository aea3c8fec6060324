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
	mostChoices                    = 4
	mostSays                       = 3
	leastMistakes                  = 3
)

// reader reads one file and remembers where things stand in it.
type reader struct {
	s     *Scene
	w     *courses.Wording
	lines map[string]courses.Node // of every screen, mistake and ending, by ID
	names map[string]bool
}

// readScene reads a file and checks it: first what stands in it, then, when that is in
// order, the state machine that it makes.
func readScene(fsys fs.FS, slug string, w *courses.Wording) (*Scene, []courses.Problem) {
	file := slug + ".yaml"
	topic, _, _ := strings.Cut(slug, "/")
	s := &Scene{Slug: slug, Topic: topic, screens: map[string]*Screen{}, mistakes: map[string]*Mistake{}, endings: map[string]*Ending{}}
	if b, err := fs.ReadFile(fsys, file); err == nil {
		s.Edition = edition(b)
	}
	sheet, root := courses.NewSheet(fsys, file)
	r := &reader{s: s, w: w, lines: map[string]courses.Node{}, names: map[string]bool{}}
	f := root.Fields([]string{"kind", "title", "goal", "remember", "start", "screens", "mistakes", "endings"}, nil)
	s.Kind = Kind(f["kind"].String())
	if f["kind"].Here() && s.Kind != Call && s.Kind != Inbox {
		f["kind"].Break("practice.rule_kind", fault.Args{"Kinds": "call, inbox"})
	}
	s.Title = r.text(f["title"], mostChoiceHan, mostChoiceWords)
	s.Goal = r.text(f["goal"], mostSayHan, mostSayWords)
	s.Remember = r.text(f["remember"], mostSayHan, mostSayWords)
	s.Start = f["start"].String()
	for _, id := range inOrder(f["screens"]) {
		r.screen(id.name, id.node)
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
	return s, sheet.Problems()
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
	r.names[id] = true
	r.lines[id] = n
}

func (r *reader) screen(id string, n courses.Node) {
	r.name(id, n)
	f := n.Fields([]string{"phone", "from", "choices"}, []string{"video", "pressure", "truth", "says", "ask", "hint", "tell", "good"})
	x := &Screen{ID: id, line: n.Line()}
	x.Phone = Face(f["phone"].String())
	faces := []Face{Ringing, InCall, Video, Message, Contacts, Home, Family}
	if f["phone"].Here() && !slices.Contains(faces, x.Phone) {
		f["phone"].Break("practice.rule_phone", fault.Args{"Faces": "ringing, call, video, message, contacts, home, family"})
	}
	x.Video, x.Pressure = f["video"].Bool(), f["pressure"].Bool()
	x.Truth = Truth(f["truth"].String())
	if f["truth"].Here() && x.Truth != Real && x.Truth != Fake {
		f["truth"].Break("practice.rule_truth")
	}
	x.From = r.text(f["from"], mostChoiceHan, mostChoiceWords)
	for _, line := range f["says"].Items() {
		x.Says = append(x.Says, r.spoken(line, mostSayHan, mostSayWords))
	}
	if len(x.Says) > mostSays {
		f["says"].Break("practice.rule_says_many", fault.Args{"Most": mostSays})
	}
	if len(x.Says) == 0 && x.Phone != Ringing && x.Phone != Home && f["phone"].Here() {
		n.Break("practice.rule_says_none")
	}
	x.Ask = r.text(f["ask"], mostSayHan, mostSayWords)
	x.Hint = r.text(f["hint"], mostSayHan, mostSayWords)
	x.Tell = r.text(f["tell"], mostTextHan, mostTextWords)
	x.Good = r.text(f["good"], mostSayHan, mostSayWords)
	for _, c := range f["choices"].Items() {
		x.Choices = append(x.Choices, r.choice(x, c))
	}
	if got := len(x.Choices); f["choices"].Here() && (got < 2 || got > mostChoices) {
		f["choices"].Break("practice.rule_choices", fault.Args{"Count": got, "Most": mostChoices})
	}
	r.s.Screens = append(r.s.Screens, x)
	r.s.screens[id] = x
}

func (r *reader) choice(x *Screen, n courses.Node) Choice {
	f := n.Fields([]string{"do", "to"}, []string{"text", "right"})
	c := Choice{Do: f["do"].String(), To: f["to"].String(), Right: f["right"].Bool(), line: n.Line()}
	c.Text = r.text(f["text"], mostChoiceHan, mostChoiceWords)
	a, known := findAct(c.Do)
	switch {
	case !f["do"].Here():
	case !known:
		f["do"].Break("practice.rule_act", fault.Args{"Acts": actNames()})
	case a.key == "" && c.Text == nil:
		n.Break("practice.rule_act_words", fault.Args{"Act": c.Do})
	case a.fixed && c.Text != nil:
		f["text"].Break("practice.rule_act_fixed", fault.Args{"Act": c.Do})
	}
	if x.Choice(c.Do) != nil {
		f["do"].Break("practice.rule_act_twice", fault.Args{"Act": c.Do})
	}
	r.lines[choiceKey(x.ID, c.Do)] = n
	return c
}

func choiceKey(screen, do string) string { return screen + "\x00" + do }

func (r *reader) mistake(id string, n courses.Node) {
	r.name(id, n)
	f := n.Fields([]string{"title", "repair", "back"}, []string{"source"})
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
	f := n.Fields([]string{"title", "text"}, nil)
	e := &Ending{ID: id, line: n.Line()}
	e.Title = r.text(f["title"], mostSayHan, mostSayWords)
	e.Text = r.text(f["text"], mostTextHan, mostTextWords)
	r.s.Endings = append(r.s.Endings, e)
	r.s.endings[id] = e
}
