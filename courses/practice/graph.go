package practice

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"silverclass/courses"
)

// Telling is how a scene is told in plain text: Words gives the sentence of a locale key.
type Telling struct {
	Lang  string
	Words func(key string) string
}

// Tell is the present place of a go in lines of plain text, and what each offered tap is
// called.
func (s *Scene) Tell(st State, t Telling) (lines, taps []string) {
	say := func(text courses.Text) {
		if line := strings.ReplaceAll(text.In(t.Lang), "**", ""); line != "" {
			lines = append(lines, line)
		}
	}
	switch st.At.Where {
	case AtMistake:
		say(s.mistakes[st.At.ID].Title)
		say(s.mistakes[st.At.ID].Repair)
	case AtEnding:
		say(s.endings[st.At.ID].Title)
		say(s.endings[st.At.ID].Text)
		say(s.Remember)
	default:
		s.tellScreen(st, t, say)
	}
	for _, tap := range s.Offers(st) {
		taps = append(taps, s.called(st, tap, t))
	}
	return lines, taps
}

func (s *Scene) tellScreen(st State, t Telling, say func(courses.Text)) {
	x := s.screens[st.At.ID]
	for _, text := range slices.Concat([]courses.Text{x.From, x.Alt}, x.Says) {
		say(text)
	}
	for _, r := range x.Rows {
		say(same(strings.TrimSpace(r.Text.In(t.Lang) + " " + r.Value.In(t.Lang))))
	}
	say(x.Shows)
	for i, p := range x.Picked {
		say(same(fmt.Sprintf("%d %s", i+1, p.In(t.Lang))))
	}
	say(x.Ask)
	if st.Nothing {
		say(same(t.Words("practice.nothing")))
	}
	if st.Help() >= HelpHint {
		say(x.Hint)
	}
}

// called is what a tap is called at a place.
func (s *Scene) called(st State, tap string, t Telling) string {
	switch tap {
	case TapBack:
		return t.Words("practice.back")
	case TapAgain:
		return t.Words("practice.again")
	case TapTry:
		return t.Words("practice.try")
	case TapHint:
		return t.Words("practice.ask_hint")
	}
	return choiceWords(s.screens[st.At.ID].Choice(tap), t)
}

func choiceWords(c *Choice, t Telling) string {
	if c.Text == nil {
		return t.Words(words(c.Do))
	}
	return strings.TrimSpace(c.Text.In(t.Lang) + " " + c.Value.In(t.Lang))
}

// DOT is the scene as a graph for Graphviz: what is right in bold, mistakes dashed, each
// with its way back. A screen that unfolds into several is one here.
func (s *Scene) DOT(t Telling) string {
	var b strings.Builder
	fmt.Fprintf(&b, "digraph %q {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n", s.Slug)
	label := func(texts ...courses.Text) string {
		var all []string
		for _, text := range texts {
			if line := strings.ReplaceAll(text.In(t.Lang), "**", ""); line != "" {
				all = append(all, line)
			}
		}
		return strings.Join(all, "\n")
	}
	drawn := map[string]bool{}
	for _, x := range s.Screens {
		if !drawn[x.Base] {
			fmt.Fprintf(&b, "  %q [shape=box, style=rounded, label=%q];\n", x.Base, x.Base+"\n"+label(slices.Concat([]courses.Text{x.From}, x.Says)...))
			drawn[x.Base] = true
		}
	}
	for _, m := range s.Mistakes {
		fmt.Fprintf(&b, "  %q [shape=box, style=dashed, label=%q];\n", m.ID, m.ID+"\n"+label(m.Title))
		if m.Back != "" {
			fmt.Fprintf(&b, "  %q -> %q [style=dotted];\n", m.ID, m.Back)
		}
	}
	for _, e := range s.Endings {
		fmt.Fprintf(&b, "  %q [shape=doubleoctagon, label=%q];\n", e.ID, e.ID+"\n"+label(e.Title))
	}
	edges := map[string]bool{}
	for _, x := range s.Screens {
		for i := range x.Choices {
			c := &x.Choices[i]
			if to := s.Base(c.To); c.To != "" && !c.Found && to != x.Base {
				style := "solid"
				switch {
				case c.Right:
					style = "bold"
				case s.mistakes[c.To] != nil:
					style = "dashed"
				}
				edge := fmt.Sprintf("  %q -> %q [style=%s, label=%q];\n", x.Base, to, style, choiceWords(c, t))
				if !edges[edge] {
					b.WriteString(edge)
					edges[edge] = true
				}
			}
		}
	}
	b.WriteString("}\n")
	return b.String()
}

// One reads the scene TOPIC/NAME.yaml of a directory, whose name need not be a lesson's.
// Its error is courses.Problems when the file breaks a rule.
func One(fsys fs.FS, slug string, w *courses.Wording) (*Scene, error) {
	s, problems := readScene(fsys, slug, w, newBrands())
	if len(problems) > 0 {
		return nil, courses.Problems(problems)
	}
	return s, nil
}
