package courses

import (
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"silverclass/app/fault"
	"silverclass/locales"
)

// lessonReader reads one lesson's file.
type lessonReader struct {
	fsys     fs.FS
	dir      string
	wording  *Wording
	parts    map[string]string
	lesson   *Lesson
	drawings map[string]string // by file name
	problems []Problem
	// languages are those in which every text of the lesson must be: both, or Chinese
	// alone when its title has no English.
	languages []string
}

// readLesson reads content/SLUG/lesson.yaml and the drawings beside it.
func readLesson(fsys fs.FS, slug string, w *Wording, parts map[string]string) (*Lesson, []Problem) {
	topic, _, _ := strings.Cut(slug, "/")
	r := &lessonReader{fsys: fsys, dir: slug, wording: w, parts: parts,
		lesson: &Lesson{Slug: slug, Topic: topic}, drawings: map[string]string{}}
	file := slug + "/lesson.yaml"
	sheet, root := NewSheet(fsys, file)
	f := root.Fields([]string{"title", "summary", "steps", "facts", "mistakes", "hotlines"}, []string{"words"})
	l := r.lesson
	r.languages = locales.Written()
	if !f["title"].has(english) {
		r.languages = []string{fallback}
	}
	l.ChineseOnly = len(r.languages) == 1
	l.Words = r.words(f["words"])
	l.Title, l.Summary = r.plain(f["title"]), r.plain(f["summary"])
	l.Claims = r.claims(f["facts"])
	l.Hotlines = r.hotlines(f["hotlines"])
	l.Mistakes = r.mistakes(f["mistakes"])
	r.steps(f["steps"])
	if f["steps"].Here() && l.pictures() < leastPictures {
		f["steps"].Break("courses.rule_pictures", fault.Args{"Pictures": l.pictures(), "Least": leastPictures})
	}
	r.unusedDrawings(root)
	b, err := fs.ReadFile(fsys, file)
	if err == nil {
		all := []string{string(b)}
		for _, name := range slices.Sorted(maps.Keys(r.drawings)) {
			all = append(all, r.drawings[name])
		}
		l.Edition = edition(all...)
	}
	l.render(w, r.drawings)
	return l, append(sheet.Problems(), r.problems...)
}

// text is a text in every language of the lesson.
func (r *lessonReader) text(n Node) Text { return n.text(r.languages, nil) }

// plain is a text in every language of the lesson that keeps our wording.
func (r *lessonReader) plain(n Node) Text {
	t := r.text(n)
	r.wording.Check(n, t)
	return t
}

// words are what people may search the lesson by. They may be words that our texts do not
// use: people ask in their own.
func (r *lessonReader) words(n Node) []string {
	var all []string
	for _, item := range n.Items() {
		word := item.String()
		switch {
		case slices.Contains(all, word):
			item.Break("courses.rule_double_key", fault.Args{"Key": word})
		case utf8.RuneCountInString(word) > mostSearchWord || strings.ContainsFunc(word, unicode.IsPunct):
			item.Break("courses.rule_search_word", fault.Args{"Word": word, "Most": mostSearchWord})
		default:
			all = append(all, word)
		}
	}
	if n.Here() && (len(n.Items()) == 0 || len(n.Items()) > mostSearchWords) {
		n.Break("courses.rule_search_words", fault.Args{"Most": mostSearchWords})
	}
	return all
}

func (r *lessonReader) claims(n Node) []*Claim {
	var all []*Claim
	for _, item := range n.Items() {
		v := item.Fields([]string{"id", "text", "source", "where", "checked_on", "valid_until"}, nil)
		c := readClaimDates(v, r.text)
		c.ID, c.Text = v["id"].String(), r.plain(v["text"])
		if slices.ContainsFunc(all, func(o *Claim) bool { return o.ID == c.ID }) {
			v["id"].Break("courses.rule_double_key", fault.Args{"Key": c.ID})
		}
		all = append(all, &c)
	}
	if n.Here() && len(all) == 0 {
		n.Break("courses.rule_no_facts")
	}
	return all
}

func (r *lessonReader) mistakes(n Node) []Mistake {
	var all []Mistake
	for _, item := range n.Items() {
		v := item.Fields([]string{"slip", "repair"}, nil)
		all = append(all, Mistake{Slip: r.plain(v["slip"]), Repair: r.plain(v["repair"])})
	}
	if n.Here() && len(all) == 0 {
		n.Break("courses.rule_no_mistakes")
	}
	return all
}

func (r *lessonReader) hotlines(n Node) []*Hotline {
	var all []*Hotline
	for _, item := range n.Items() {
		number := item.String()
		i := slices.IndexFunc(r.wording.hotlines, func(h *Hotline) bool { return h.Number == number })
		if i < 0 {
			item.Break("courses.rule_unknown_hotline", fault.Args{"Number": number})
			continue
		}
		all = append(all, r.wording.hotlines[i])
	}
	if n.Here() && (len(all) == 0 || len(all) > 3) {
		n.Break("courses.rule_hotlines")
	}
	return all
}

func (r *lessonReader) steps(n Node) {
	items := n.Items()
	if n.Here() && len(items) != Steps {
		n.Break("courses.rule_eight_steps", fault.Args{"Steps": len(items)})
	}
	for i, kind := range Kinds() {
		if i >= len(items) {
			break
		}
		r.lesson.Steps[i] = r.step(items[i], i+1, kind)
	}
}

func (r *lessonReader) step(n Node, number int, kind Kind) Step {
	f := n.Fields([]string{"kind", "heading", "text"}, []string{"speak", "picture", "facts", "page"})
	s := Step{line: n.Line(), Number: number, Kind: kind, Heading: r.plain(f["heading"]), Text: r.plain(f["text"])}
	if got := f["kind"].String(); f["kind"].Here() && Kind(got) != kind {
		f["kind"].Break("courses.rule_step_kind", fault.Args{"Step": number, "Kind": string(kind)})
	}
	checkMarks(f["text"], s.Text)
	r.length(n, &s)
	if f["speak"].Here() {
		s.Speak = f["speak"].text(nil, r.languages)
		r.wording.Check(f["speak"], s.Speak)
		r.wording.checkSpeak(f["speak"], s.Speak)
	}
	if f["picture"].Here() {
		s.Picture = r.picture(f["picture"])
	}
	if f["page"].Here() {
		s.Page = r.page(f["page"], kind)
	}
	for _, item := range f["facts"].Items() {
		id := item.String()
		i := slices.IndexFunc(r.lesson.Claims, func(c *Claim) bool { return c.ID == id })
		if i < 0 {
			item.Break("courses.rule_unknown_fact", fault.Args{"Fact": id})
			continue
		}
		s.Claims = append(s.Claims, r.lesson.Claims[i])
	}
	return s
}

// page is a page of this program that a step leads to; only doors lead anywhere.
func (r *lessonReader) page(n Node, kind Kind) *Page {
	f := n.Fields([]string{"at", "text"}, nil)
	p := &Page{At: f["at"].String(), Text: r.plain(f["text"])}
	if f["at"].Here() && (kind != Practice && kind != Quiz || !strings.HasPrefix(p.At, "/") || strings.HasPrefix(p.At, "//")) {
		f["at"].Break("courses.rule_page")
	}
	return p
}

// length holds a step to what fits one screen and one breath. The hotlines that the last
// step shows count as well.
func (r *lessonReader) length(n Node, s *Step) {
	shown := func(lang string) string {
		all := []string{s.Heading[lang], s.Text[lang]}
		if s.Kind == Keep {
			for _, h := range r.lesson.Hotlines {
				all = append(all, h.Name[lang], h.Say[lang])
			}
		}
		return strings.Join(all, "\n")
	}
	for _, lang := range r.languages {
		if s.Text[lang] == "" {
			continue // its absence is reported already
		}
		if lang == fallback {
			if h := Han(shown(lang)); h < leastHan || h > mostHan {
				n.Break("courses.rule_han", fault.Args{"Step": s.Number, "Han": h, "Least": leastHan, "Most": mostHan})
			}
			continue
		}
		if c := words(shown(lang)); c > mostWords {
			n.Break("courses.rule_words", fault.Args{"Step": s.Number, "Words": c, "Most": mostWords})
		}
	}
}

func (r *lessonReader) picture(n Node) *Picture {
	f := n.Fields([]string{"file", "alt"}, []string{"labels"})
	p := &Picture{File: f["file"].String(), Alt: r.plain(f["alt"])}
	for name, v := range f["labels"].Named() {
		if p.Labels == nil {
			p.Labels = map[string]Text{}
		}
		p.Labels[name] = r.plain(v)
	}
	if p.File == "" {
		return nil
	}
	if path.Base(p.File) != p.File || path.Ext(p.File) != ".svg" {
		f["file"].Break("courses.rule_picture_name")
		return nil
	}
	src, ok := r.drawings[p.File]
	if !ok {
		file := path.Join(r.dir, p.File)
		if _, err := fs.Stat(r.fsys, file); missing(err) {
			file = path.Join("drawings", p.File) // drawings that several lessons show
		}
		if _, err := fs.Stat(r.fsys, file); missing(err) {
			f["file"].Break("courses.rule_picture_missing", fault.Args{"File": p.File})
			return nil
		}
		var problems []Problem
		src, problems = drawing(r.fsys, file, r.parts)
		r.problems = append(r.problems, problems...)
		r.drawings[p.File] = src
	}
	checkLabels(f["file"], src, p.Labels)
	return p
}

// unusedDrawings reports drawings beside a lesson that no step shows.
func (r *lessonReader) unusedDrawings(root Node) {
	files, err := fs.Glob(r.fsys, r.dir+"/*.svg")
	if err != nil || !root.Here() {
		return
	}
	for _, file := range files {
		if _, used := r.drawings[path.Base(file)]; !used {
			r.problems = append(r.problems, Problem{File: file, Line: 1, Rule: "courses.rule_picture_unused"})
		}
	}
}
