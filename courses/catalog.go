package courses

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"silverclass/app/fault"
	"silverclass/locales"
)

// Catalog is all teaching content of courses, read and checked. It never changes after
// Load and is safe to share.
type Catalog struct {
	topics  []*Topic
	lessons map[string]*Lesson
	wording *Wording
	voices  *Voices // nil when there are no recordings
	refused []Problem
}

// Load reads a content directory; its error is Problems when a file breaks a rule.
func Load(fsys fs.FS) (*Catalog, error) {
	c, problems := read(fsys)
	if len(problems) > 0 {
		return nil, Problems(problems)
	}
	return c, nil
}

// Check reads a content directory and returns every broken rule, ordered by file and
// line; nil when all is well.
func Check(fsys fs.FS) []Problem {
	_, problems := read(fsys)
	return problems
}

// Topics are the five topics in the order of the notice.
func (c *Catalog) Topics() []*Topic { return c.topics }

// Topic is the topic of that slug, or fault.NotFound.
func (c *Catalog) Topic(slug string) (*Topic, error) {
	for _, t := range c.topics {
		if t.Slug == slug {
			return t, nil
		}
	}
	return nil, fault.New(fault.NotFound, "courses.topic_missing")
}

// Lesson is the lesson of that slug ("fraud/police-call"), or fault.NotFound.
func (c *Catalog) Lesson(slug string) (*Lesson, error) {
	if l, ok := c.lessons[slug]; ok {
		return l, nil
	}
	return nil, fault.New(fault.NotFound, "courses.lesson_missing")
}

// Lessons are all lessons that exist, in the order of topics and curriculum.
func (c *Catalog) Lessons() []*Lesson {
	var all []*Lesson
	for _, t := range c.topics {
		all = append(all, t.Lessons...)
	}
	return all
}

// Wording is how our texts are written and spoken; scenes and quizzes are checked by it.
func (c *Catalog) Wording() *Wording { return c.wording }

// Hotlines are all numbers of hotlines.yaml in its order.
func (c *Catalog) Hotlines() []*Hotline { return c.wording.hotlines }

func read(fsys fs.FS) (*Catalog, []Problem) {
	wording, problems := NewWording(fsys)
	parts, more := readParts(fsys)
	problems = append(problems, more...)
	c := &Catalog{lessons: map[string]*Lesson{}, wording: wording}
	c.topics, more = readTopics(fsys, wording)
	problems = append(problems, more...)
	problems = append(problems, strangers(fsys)...)
	var slugs []string
	for _, s := range curriculum() {
		for _, name := range s.lessons {
			slug := s.topic + "/" + name
			if _, err := fs.Stat(fsys, slug+"/lesson.yaml"); err == nil { // else it is not written yet
				slugs = append(slugs, slug)
			}
		}
	}
	type result struct {
		lesson   *Lesson
		problems []Problem
	}
	for _, r := range Together(slugs, func(slug string) result {
		l, problems := readLesson(fsys, slug, wording, parts)
		return result{l, problems}
	}) {
		problems = append(problems, r.problems...)
		c.lessons[r.lesson.Slug] = r.lesson
		if t, err := c.Topic(r.lesson.Topic); err == nil {
			t.Lessons = append(t.Lessons, r.lesson)
		}
	}
	return c, sorted(problems)
}

// readTopics reads topics.yaml: exactly the five topics of the notice, in its order.
func readTopics(fsys fs.FS, w *Wording) ([]*Topic, []Problem) {
	sheet, root := NewSheet(fsys, "topics.yaml")
	list := root.Fields([]string{"topics"}, nil)["topics"]
	var all []*Topic
	var slugs []string
	for _, n := range list.Items() {
		f := n.Fields([]string{"slug", "icon", "name", "about"}, nil)
		t := &Topic{Slug: f["slug"].String(), Icon: f["icon"].String(), Name: f["name"].Text(), About: f["about"].Text()}
		w.Check(f["about"], t.About)
		all, slugs = append(all, t), append(slugs, t.Slug)
	}
	if list.Here() && !slices.Equal(slugs, TopicSlugs()) {
		list.Break("courses.rule_topics", fault.Args{"Topics": strings.Join(TopicSlugs(), ", ")})
	}
	return all, sheet.Problems()
}

// strangers reports directories and files that no lesson of the curriculum uses: most
// often a typing error in a name.
func strangers(fsys fs.FS) []Problem {
	var problems []Problem
	known := []string{"topics.yaml", "wording.yaml", "hotlines.yaml", "parts.svg", "README.md"}
	_ = fs.WalkDir(fsys, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil //nolint:nilerr // what cannot be read is reported by whoever needs it
		}
		dir, file := path.Split(p)
		slug := strings.TrimSuffix(dir, "/")
		switch {
		case slices.Contains(known, p), Derived(p), slug == "drawings" && path.Ext(file) == ".svg":
		case !KnownSlug(slug):
			problems = append(problems, Problem{File: p, Line: 1, Rule: "courses.rule_unknown_lesson"})
		case file != "lesson.yaml" && path.Ext(file) != ".svg":
			problems = append(problems, Problem{File: p, Line: 1, Rule: "courses.rule_unknown_file"})
		}
		return nil
	})
	return problems
}

// edition is the hash of everything a lesson's pages are made of.
func edition(parts ...string) string {
	sum := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(sum, "%d\n%s", len(p), p)
	}
	return hex.EncodeToString(sum.Sum(nil))[:12]
}

// render prepares a lesson's steps in every language.
func (l *Lesson) render(w *Wording, drawings map[string]string) {
	for i := range l.Steps {
		s := &l.Steps[i]
		s.shown = map[string]Shown{}
		for _, reader := range locales.Languages() {
			lang := l.Lang(reader)
			v := Shown{Heading: s.Heading.In(lang), Say: Marked(s.Text.In(lang)), Speak: l.speech(s, w, lang)}
			if s.Picture != nil {
				v.Picture = inline(drawings[s.Picture.File], s.Picture, lang)
			}
			s.shown[reader] = v
		}
	}
}

// speech is what read-aloud says on a step: the lesson's own words for the voice where it has
// them, else what is written, and at the end whom to call.
func (l *Lesson) speech(s *Step, w *Wording, lang string) string {
	said, own := s.Speak[lang]
	if !own {
		said = w.ended(lang, w.Spoken(lang, s.Heading.In(lang))) + " " + w.Spoken(lang, s.Text.In(lang))
	}
	if s.Kind == Keep {
		for _, h := range l.Hotlines {
			said += " " + w.ended(lang, w.Spoken(lang, h.Number)) + " " + w.ended(lang, h.Say.In(lang))
		}
	}
	return strings.Join(strings.Fields(said), " ")
}
