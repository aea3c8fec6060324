package courses

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/locales"
)

// link is a button that leads somewhere: a locale key and an address.
type link struct{ Key, URL string }

// stepPage is one step of a lesson.
type stepPage struct {
	Shown
	Tag           string // the html lang of the lesson where it is not the page's own
	Run           string
	Number        int // 1 to 8, as addresses have it
	Position, Of  int // as people count it
	Before, Next  int // 0 where there is none
	Beads         []string
	Act, NextPage string // where the buttons post to, and the page behind the next one
	Aged          bool   // says something that must be checked again
	Door          door   // of a door's page
	Page          pageLink
	Hotlines      []hotline
	Card, Rate    string // of the last step
	Paper         string // the lesson on one sheet
}

// door is where a door leads, in locale keys, and whether she has been there.
type door struct {
	Key, DoneKey, AgainKey, URL string
	Done                        bool
}

// pageLink is another page beside the door; empty where there is none.
type pageLink struct{ URL, Text string }

type hotline struct{ Number, Name, Say string }

func hotlines(l *Lesson, lang string) []hotline {
	var all []hotline
	for _, x := range l.Hotlines {
		all = append(all, hotline{Number: x.Number, Name: x.Name.In(lang), Say: x.Say.In(lang)})
	}
	return all
}

// today is the local day, as midnight UTC: claims age by days.
func (h *handlers) today() time.Time {
	y, m, d := h.site.Now().In(h.site.Zone()).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (h *handlers) showStep(c echo.Context, l *Lesson, s *Step, run Run) error {
	lang := web.Lang(c)
	p := stepPage{Shown: s.In(lang), Run: run.ID, Number: s.Number, Before: l.Before(s.Number), Next: l.Next(s.Number),
		Act: NextURL(l.Slug), Aged: s.Aged(h.today()), Tag: tagOf(l, lang)}
	p.Position, p.Of = l.At(s.Number)
	p.Beads = beads(p.Position, p.Of)
	if p.Next != 0 {
		p.NextPage = StepURL(l.Slug, p.Next, run.ID)
	}
	if s.Page != nil {
		p.Page = pageLink{URL: s.Page.At, Text: s.Page.Text.In(l.Lang(lang))}
	}
	file := "step.html"
	switch s.Kind {
	case Practice:
		file = "door.html"
		p.Door = door{Key: "courses.to_practice", DoneKey: "courses.practised", AgainKey: "courses.practise_again",
			URL: PracticeURL(l.Slug, run.ID), Done: run.PractisedAt != nil}
	case Quiz:
		file = "door.html"
		p.Door = door{Key: "courses.to_quiz", DoneKey: "courses.answered", AgainKey: "courses.quiz_again",
			URL: QuizURL(l.Slug, run.ID), Done: run.AnsweredAt != nil}
	case Keep:
		file = "keep.html"
		p.Hotlines, p.Card, p.Rate, p.Paper = hotlines(l, lang), withRun(CardURL(l.Slug), run.ID), RateURL(l.Slug, run.ID), PaperURL(l.Slug)
		for _, x := range l.Hotlines {
			p.Aged = p.Aged || x.Claim.Aged(h.today())
		}
	}
	return h.pages.Show(c, http.StatusOK, file, web.View{Back: TopicURL(l.Topic), Speak: p.Speak, SpeakTag: p.Tag, Voice: h.catalog.voiced(s, lang),
		Said: h.catalog.wording.saidJSON(l.Lang(lang), p.Speak), Body: "lesson-page",
		Topic: l.Topic, Scripts: []string{"player"}, Data: p})
}

// tagOf is the html lang of a lesson's texts where they are not in the page's language;
// empty where they are.
func tagOf(l *Lesson, lang string) string {
	if shown := l.Lang(lang); shown != lang {
		return locales.Tag(shown)
	}
	return ""
}

// beads are the classes of the row of beads: on for what lies behind, now for this one.
func beads(position, of int) []string {
	row := make([]string, of)
	for i := range row {
		switch {
		case i+1 < position:
			row[i] = "on"
		case i+1 == position:
			row[i] = "now"
		}
	}
	return row
}

// topicPage is a topic as a path of lessons.
type topicPage struct {
	Paper             string // the topic as a booklet; empty while it has no lesson
	Name, About, Icon string
	Lessons           []trailStop
	Sealed            int
	Main              *link // nil when nothing is left to do here
}

// trailStop is one lesson on the path. State is a locale key.
type trailStop struct {
	Number              int
	Title, Summary, URL string
	Tag                 string // the html lang of title and summary where it is not the page's
	State, Class        string
	Step                int
	Sealed              bool
}

func (h *handlers) topic(c echo.Context) error {
	t, err := h.catalog.Topic(c.Param("topic"))
	if err != nil {
		return err
	}
	st, err := h.progress.States(c.Request().Context(), people.Who(c))
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	p := topicPage{Name: t.Name.In(lang), About: t.About.In(lang), Icon: t.Icon, Main: topicMain(t, st)}
	for i, l := range t.Lessons {
		stop := trailOf(l, st[l.Slug], lang)
		stop.Number = i + 1
		if stop.Sealed {
			p.Sealed++
		}
		p.Lessons = append(p.Lessons, stop)
	}
	if len(p.Lessons) > 0 {
		p.Paper = BookletURL(t.Slug)
	}
	return h.pages.Show(c, http.StatusOK, "topic.html", web.View{Back: "/", Body: "topic-page", Topic: t.Slug, Data: p})
}

// trailOf is a lesson on the path as the reader left it: a lesson that is read and lacks
// something for its seal leads to the page that says what.
func trailOf(l *Lesson, st State, lang string) trailStop {
	p := trailStop{Title: l.Title.In(lang), Summary: l.Summary.In(lang), URL: LessonURL(l.Slug), Tag: tagOf(l, lang), State: "courses.state_new"}
	switch {
	case st.Sealed:
		p.State, p.Class, p.Sealed = "courses.state_sealed", "sealed", true
	case st.Step != 0:
		p.State, p.Class = "courses.state_half", "half"
		p.Step, _ = l.At(st.Step)
	case st.Lesson:
		p.State, p.Class, p.URL = openParts(l, st.Seal, "courses.state_"), "half", DoneURL(l.Slug, st.Run)
	}
	return p
}

// openParts is the locale key for what a finished lesson still lacks.
func openParts(l *Lesson, s Seal, prefix string) string {
	noPractice, noQuiz := l.hasScene && !s.Practice, l.hasQuiz && !s.Quiz
	keys := map[string][3]string{
		"courses.state_": {"courses.state_read", "courses.state_no_practice", "courses.state_no_quiz"},
		"courses.done_":  {"courses.done_open_both", "courses.done_open_practice", "courses.done_open_quiz"},
	}[prefix]
	switch {
	case noPractice && noQuiz:
		return keys[0]
	case noPractice:
		return keys[1]
	}
	return keys[2]
}

// topicMain is the one filled button of a topic: the lesson that was left, else the first
// that was not read.
func topicMain(t *Topic, st map[string]State) *link {
	var left *Lesson
	for _, l := range t.Lessons {
		s := st[l.Slug]
		if s.Step != 0 && !s.Lesson && (left == nil || s.MovedAt.After(st[left.Slug].MovedAt)) {
			left = l
		}
	}
	if left != nil {
		return &link{Key: "courses.go_on", URL: LessonURL(left.Slug)}
	}
	i := slices.IndexFunc(t.Lessons, func(l *Lesson) bool { return !st[l.Slug].Lesson })
	if i < 0 {
		return &link{Key: "web.to_home", URL: "/"}
	}
	return &link{Key: "courses.start", URL: LessonURL(t.Lessons[i].Slug)}
}

// donePage is the one clear page after a lesson.
type donePage struct {
	Title  string
	Sealed bool
	Head   string // locale key
	Say    string // locale key; empty when there is nothing to add
	Next   string // the next lesson's title
	Step   int    // the first step that was not opened, as people count it
	Parts  []part
	Main   link
	Side   *link // a second way on; nil when there is none
}

type part struct {
	Key  string
	Done bool
}

func (h *handlers) done(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	ctx, who := c.Request().Context(), people.Who(c)
	run, err := h.store.Run(ctx, who, c.QueryParam("run"))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) || (err == nil && run.Lesson != l.Slug) {
		return see(c, LessonURL(l.Slug)) // nothing was done here yet, or by somebody else
	}
	if err != nil {
		return err
	}
	st, err := h.progress.States(ctx, who)
	if err != nil {
		return err
	}
	p := donePage{Title: l.Title.In(web.Lang(c)), Parts: parts(l, st[l.Slug].Seal)}
	p.decide(h.catalog, l, run, st, web.Lang(c))
	return h.pages.Show(c, http.StatusOK, "done.html", web.View{Back: TopicURL(l.Topic), Body: "done-page", Topic: l.Topic,
		Scripts: []string{"player"}, Data: p})
}

// parts are the things a lesson's seal needs, as far as the lesson has them.
func parts(l *Lesson, s Seal) []part {
	all := []part{{Key: "courses.part_lesson", Done: s.Lesson}}
	if l.hasScene {
		all = append(all, part{Key: "courses.part_practice", Done: s.Practice})
	}
	if l.hasQuiz {
		all = append(all, part{Key: "courses.part_quiz", Done: s.Quiz})
	}
	return all
}

// decide says what the page says and where its buttons lead: first what this lesson still
// lacks, then the next lesson, then home.
func (p *donePage) decide(c *Catalog, l *Lesson, run Run, st map[string]State, lang string) {
	next, more := c.next(st, l.Slug, nil)
	onward := link{Key: "web.to_home", URL: "/"}
	if more {
		onward, p.Next = link{Key: "courses.to_next", URL: LessonURL(next.Slug)}, next.Title.In(lang)
	}
	s := st[l.Slug].Seal
	switch {
	case !s.Lesson && run.Seen.Read():
		p.Head, p.Say = "courses.done_half", "courses.done_half_say"
		p.Main = link{Key: "courses.go_on", URL: StepURL(l.Slug, run.Step, run.ID)}
	case !s.Lesson:
		step := run.Seen.FirstOpen()
		p.Step, _ = l.At(step)
		p.Head, p.Say = "courses.done_unread", "courses.done_unread_say"
		p.Main = link{Key: "courses.to_step", URL: StepURL(l.Slug, step, run.ID)}
	case !l.Sealed(s):
		p.Head, p.Say = "courses.done_read", openParts(l, s, "courses.done_")
		p.Main, p.Side = link{Key: "courses.to_quiz", URL: QuizURL(l.Slug, run.ID)}, &onward
		if l.hasScene && !s.Practice {
			p.Main = link{Key: "courses.to_practice", URL: PracticeURL(l.Slug, run.ID)}
		}
	default:
		p.Sealed, p.Head, p.Main = true, "courses.done_sealed", onward
		p.Say = "courses.done_all"
		if more {
			p.Say = "courses.done_next"
		}
	}
}

// cardPage is the sheet of paper to take home.
type cardPage struct {
	Title    string
	Keep     []string // the sentence to keep, line by line
	Do       []cardStep
	Hotlines []hotline
	Mistakes []cardSlip
	Aged     bool
	Sources  []cardSource
}

type cardStep struct{ Heading, Say string }
type cardSlip struct{ Slip, Repair string }
type cardSource struct {
	Source string
	Day    time.Time
}

// flat is a step's text in one line, without its markers.
func flat(lang string, t Text) string { return plain(inOneLine(lang, t)) }

// inOneLine is a step's text without its line breaks: paper is wider than a screen.
func inOneLine(lang string, t Text) string {
	between := " "
	if locales.Chinese(lang) {
		between = ""
	}
	return strings.ReplaceAll(strings.TrimSpace(t.In(lang)), "\n", between)
}

func (h *handlers) card(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	p := cardPage{Title: l.Title.In(lang), Keep: strings.Split(plain(l.Step(KeepStep).Text.In(lang)), "\n"), Hotlines: hotlines(l, lang)}
	for _, s := range l.Steps {
		if s.Kind == Do {
			p.Do = append(p.Do, cardStep{Heading: s.Heading.In(lang), Say: flat(lang, s.Text)})
		}
	}
	for _, m := range l.Mistakes {
		p.Mistakes = append(p.Mistakes, cardSlip{Slip: m.Slip.In(lang), Repair: m.Repair.In(lang)})
	}
	for _, claim := range l.Claims {
		p.Aged = p.Aged || claim.Aged(h.today())
		src := cardSource{Source: claim.Source.In(lang), Day: claim.CheckedOn}
		if !slices.Contains(p.Sources, src) {
			p.Sources = append(p.Sources, src)
		}
	}
	back := LessonURL(l.Slug)
	if run := c.QueryParam("run"); isID(run) {
		back = StepURL(l.Slug, KeepStep, run)
	}
	return h.paper.Show(c, http.StatusOK, "card.html", web.View{Back: back, Data: p})
}
