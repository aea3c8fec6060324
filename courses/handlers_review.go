package courses

import (
	"embed"
	"errors"
	"html/template"
	"net/http"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/web"
	"silverclass/locales"
)

//go:embed review/pages/*.html
var reviewPages embed.FS

// soon is how long before its last day a fact is to be looked at again.
const soon = 30 * 24 * time.Hour

// reviewPage is what those who keep the content see: which lessons there are, what is to be
// looked at again, and what of an operator's own files was refused.
type reviewPage struct {
	Refused []string // file:line: rule, in words
	Topics  []reviewTopic
}

type reviewTopic struct {
	Name    string
	Lessons []reviewLesson
}

// reviewLesson is one lesson; Notes are locale keys of what is to be done, empty when all
// is well.
type reviewLesson struct {
	Title, URL string
	Until      time.Time // until when its first fact may be said
	Notes      []string
	Sentences  int // that read-aloud says
	Recorded   int
}

func (h *handlers) review(c echo.Context) error {
	lang := web.Lang(c)
	var p reviewPage
	for _, x := range h.catalog.refused {
		p.Refused = append(p.Refused, x.Words(func(key string, args map[string]any) string { return h.site.T(c, key, args) }))
	}
	sentences, recorded := map[string]int{}, map[string]int{}
	for _, s := range SpokenBy(h.catalog, h.catalog.voices) {
		sentences[s.Lesson]++
		if s.File != "" {
			recorded[s.Lesson]++
		}
	}
	for _, t := range h.catalog.topics {
		topic := reviewTopic{Name: t.Name.In(lang)}
		for _, l := range t.Lessons {
			topic.Lessons = append(topic.Lessons, reviewLesson{Title: l.Title.In(lang), URL: reviewURL(l.Slug), Until: l.until(),
				Notes: l.notes(h.today(), h.catalog.wording), Sentences: sentences[l.Slug], Recorded: recorded[l.Slug]})
		}
		p.Topics = append(p.Topics, topic)
	}
	return h.staff.Show(c, http.StatusOK, "review.html", web.View{Data: p})
}

func reviewURL(slug string) string { return "/staff/content/" + slug }

// until is the last day on which all of a lesson's facts may be said.
func (l *Lesson) until() time.Time {
	var first time.Time
	for _, c := range l.Claims {
		if first.IsZero() || c.ValidUntil.Before(first) {
			first = c.ValidUntil
		}
	}
	return first
}

// notes are what is to be done about a lesson on a day, as locale keys.
func (l *Lesson) notes(day time.Time, w *Wording) []string {
	var all []string
	switch until := l.until(); {
	case until.Before(day):
		all = append(all, "courses.review_aged")
	case until.Before(day.Add(soon)):
		all = append(all, "courses.review_soon")
	}
	if len(l.Words) == 0 {
		all = append(all, "courses.review_no_words")
	}
	if l.ChineseOnly {
		all = append(all, "courses.review_no_english")
	}
	if l.Title[locales.Traditional] == "" {
		all = append(all, "courses.review_no_traditional")
	}
	if slices.ContainsFunc(l.Steps[:], func(s Step) bool { return len(w.Unread(s.In(fallback).Speak)) > 0 }) {
		all = append(all, "courses.review_unread")
	}
	return all
}

func (l *Lesson) pictures() int {
	n := 0
	for _, s := range l.Steps {
		if s.Picture != nil {
			n++
		}
	}
	return n
}

// previewPage is a lesson at a glance: its steps at the three sizes of text, what the voice
// says, and what it rests on.
type previewPage struct {
	Title  string
	Notes  []string
	Open   string // the lesson as learners see it
	Paper  string
	Words  []string
	Steps  []previewStep
	Claims []previewClaim
}

type previewStep struct {
	Number         int
	Heading, Speak string
	Say            template.HTML
	Picture        template.HTML
	Sizes          [3]int
}

type previewClaim struct {
	Text, Source, Where string
	Checked, Until      time.Time
	Aged                bool
}

func (h *handlers) preview(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	p := previewPage{Title: l.Title.In(lang), Notes: l.notes(h.today(), h.catalog.wording), Open: LessonURL(l.Slug), Paper: PaperURL(l.Slug), Words: l.Words}
	for i := range l.Steps {
		v := l.Steps[i].In(lang)
		p.Steps = append(p.Steps, previewStep{Number: i + 1, Heading: v.Heading, Say: v.Say, Speak: v.Speak, Picture: v.Picture, Sizes: [3]int{1, 2, 3}})
	}
	for _, x := range l.Claims {
		p.Claims = append(p.Claims, previewClaim{Text: x.Text.In(lang), Source: x.Source.In(lang), Where: x.Where,
			Checked: x.CheckedOn, Until: x.ValidUntil, Aged: x.Aged(h.today())})
	}
	return h.staff.Show(c, http.StatusOK, "preview.html", web.View{Back: "/staff/content", Data: p})
}

// WithRefused is the catalog with what was left out of an operator's files, for the page
// of those who keep the content.
func (c *Catalog) WithRefused(list []Problem) *Catalog {
	d := *c
	d.refused = list
	return &d
}

// missingPage leads back to the topic of a lesson or step that does not exist.
type missingPage struct{ Say, Topic string }

// orTopic shows, for a lesson or step that is not there, the way back to its topic.
func (h *handlers) orTopic(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		err := next(c)
		t, unknown := h.catalog.Topic(c.Param("topic"))
		key, ok := missingKey(err)
		if !ok || unknown != nil {
			return err
		}
		return h.pages.Show(c, http.StatusNotFound, "missing.html", web.View{Back: TopicURL(t.Slug), Topic: t.Slug,
			Data: missingPage{Say: key, Topic: t.Name.In(web.Lang(c))}})
	}
}

// missingKey is the sentence of a fault that says that something is not there.
func missingKey(err error) (key string, ok bool) {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.NotFound {
		return "", false
	}
	return f.Key, true
}
