package home

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/live"
	"silverclass/quizzes"

	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

//go:embed paper/pages/*.html
var paperPages embed.FS

// Config is what home is composed from.
type Config struct {
	Site     *web.Site
	Catalog  *courses.Catalog
	Progress *courses.Progress
	Live     *live.Store
	Tour     *tour.Store
	Staff    *people.StaffStore
	Quizzes  *quizzes.Store
	People   *people.Store
	// Sources offer the today card, the first that has one wins.
	Sources []Source
}

type handlers struct {
	cfg   Config
	pages *web.Pages
	paper *web.Pages
}

// Register adds the first page, 我的 and the help page.
func Register(r *web.Routes, cfg Config) {
	paper, err := fs.Sub(paperPages, "paper")
	if err != nil {
		panic("home: " + err.Error()) // the directory is embedded above
	}
	h := &handlers{cfg: cfg, pages: cfg.Site.Pages(pages, web.Learner), paper: cfg.Site.Pages(paper, web.Print)}
	r.Public.GET("/", h.home)
	r.Public.GET("/me", h.me)
	r.Public.GET("/help", h.help)
	r.Public.GET("/help/print", h.printHelp)
}

// homePage is the today card and the topics.
type homePage struct {
	Greeting string // locale key
	Name     string // what she is called; empty for visitors and cards without one
	Today    *Card  // nil when there is nothing at all to do
	Topics   []topicTile
	Class    *classTile // nil while no class of this venue is near
	Rate     string     // where the session that is over is asked about; empty when none is, or a class is near
	Notice   bool       // the notice is newer than her yes: she is asked once, and may pass it over
	Seated   bool       // somebody sits at this shared tablet
}

// topicTile is one of the five topics.
type topicTile struct {
	Slug, Icon, Name, URL string
	Lessons               int
	Sealed, Finished      int
	Begun                 bool
}

// classTile is the class that this venue hears of.
type classTile struct {
	Title, Teacher, URL string
	Open                bool
	StartsAt            time.Time
	Minutes             int // until it starts; 0 when it should have begun
}

func (h *handlers) home(c echo.Context) error {
	ctx, who, lang := c.Request().Context(), people.Who(c), web.Lang(c)
	if who.Tablet != nil && who.SessionID != "" && who.SeatID == "" {
		return c.Redirect(http.StatusSeeOther, "/tablet") // first: who is it?
	}
	now := h.cfg.Site.Now()
	data := homePage{Seated: who.Tablet != nil && who.SeatID != ""}
	if who.Person != nil {
		data.Name = who.Person.Name
	}
	data.Greeting = greeting(now.In(h.cfg.Site.Zone()), data.Name)
	var err error
	if data.Today, err = today(ctx, h.cfg.Sources, who, lang); err != nil {
		return err
	}
	if data.Topics, err = h.topics(c, who, lang); err != nil {
		return err
	}
	if data.Class, err = classAt(ctx, h.cfg.Live, h.cfg.Tour, h.cfg.Staff, who.VenueID); err != nil {
		return err
	}
	if data.Class != nil {
		data.Class.Minutes = max(0, int((data.Class.StartsAt.Sub(now)+time.Minute-1)/time.Minute))
	}
	if data.Class == nil {
		session, ok, err := h.cfg.Quizzes.ToRate(ctx, who)
		if err != nil {
			return err
		}
		if ok {
			data.Rate = quizzes.RateSessionURL(session.ID, "")
		}
	}
	if who.Person != nil && who.Own {
		consents, err := h.cfg.People.Consents(ctx, who.Person.ID)
		if err != nil {
			return err
		}
		data.Notice = people.NoticeIsNew(consents)
	}
	return h.pages.Show(c, http.StatusOK, "home.html", web.View{Body: "home langs-top", Data: data})
}

func (h *handlers) topics(c echo.Context, who people.Reader, lang string) ([]topicTile, error) {
	all, err := h.cfg.Progress.Topics(c.Request().Context(), who)
	if err != nil {
		return nil, err
	}
	tiles := make([]topicTile, len(all))
	for i, t := range all {
		tiles[i] = topicTile{Slug: t.Topic.Slug, Icon: t.Topic.Icon, Name: t.Topic.Name.In(lang), URL: courses.TopicURL(t.Topic.Slug),
			Lessons: t.Lessons, Sealed: t.Sealed, Finished: t.Finished, Begun: t.Begun > 0}
	}
	return tiles, nil
}

// mePage is what a learner has learned.
type mePage struct {
	Name    string
	Card    string // the last four characters of her card; empty without one
	Topics  []myTopic
	Sealed  int
	Minutes int // how long she has learned, over all lessons
	Shared  bool
	Heard   []live.Heard // classes that she was in and can hear again
}

// myTopic is a topic in which she has begun something.
type myTopic struct {
	Slug, Icon, Name string
	Lessons          []myLesson
}

type myLesson struct {
	Title, URL       string
	Sealed, Finished bool
}

// askPage is 我的 for whom it does not open yet.
type askPage struct{ Seated bool }

// me opens by card or by staff: a tile is easily the wrong one.
func (h *handlers) me(c echo.Context) error {
	who, lang := people.Who(c), web.Lang(c)
	if who.Person == nil || !who.Own {
		return h.pages.Show(c, http.StatusOK, "ask.html", web.View{Back: "/", Data: askPage{Seated: who.Person != nil}})
	}
	states, err := h.cfg.Progress.States(c.Request().Context(), who)
	if err != nil {
		return err
	}
	seconds, err := h.cfg.Progress.Seconds(c.Request().Context(), who)
	if err != nil {
		return err
	}
	data := mePage{Name: who.Person.Name, Card: who.Person.CardTail, Minutes: (seconds + 59) / 60, Shared: who.Tablet != nil}
	if data.Heard, err = h.cfg.Live.For(c.Request().Context(), who.Person.ID); err != nil {
		return err
	}
	for _, t := range h.cfg.Catalog.Topics() {
		mine := myTopic{Slug: t.Slug, Icon: t.Icon, Name: t.Name.In(lang)}
		for _, l := range t.Lessons {
			st, begun := states[l.Slug]
			if !begun {
				continue
			}
			if st.Sealed {
				data.Sealed++
			}
			mine.Lessons = append(mine.Lessons, myLesson{Title: l.Title.In(lang), URL: courses.LessonURL(l.Slug), Sealed: st.Sealed, Finished: st.Lesson})
		}
		if len(mine.Lessons) > 0 {
			data.Topics = append(data.Topics, mine)
		}
	}
	return h.pages.Show(c, http.StatusOK, "me.html", web.View{Back: "/", Data: data})
}

// helpPage says whom to ask and whom to ring.
type helpPage struct {
	Lines  []helpLine
	Tablet bool
	Back   string
}

type helpLine struct{ Number, Name, Say string }

func (h *handlers) help(c echo.Context) error {
	data := h.lines(c)
	data.Back = cameFrom(c.Request())
	return h.pages.Show(c, http.StatusOK, "help.html", web.View{Back: data.Back, Speak: h.spoken(c, data), Data: data})
}

func (h *handlers) printHelp(c echo.Context) error {
	return h.paper.Show(c, http.StatusOK, "help-print.html", web.View{Back: "/help", Data: h.lines(c)})
}

// spoken is what read-aloud says: numbers digit by digit.
func (h *handlers) spoken(c echo.Context, data helpPage) string {
	var lines []string
	for _, key := range []string{"home.help_title", "home.help_calm", "home.help_near"} {
		lines = append(lines, h.cfg.Site.T(c, key, nil))
	}
	for _, l := range data.Lines {
		lines = append(lines, strings.Join(strings.Split(l.Number, ""), " "), l.Name, l.Say)
	}
	return strings.Join(lines, "\n")
}

// lines are the few numbers for somebody in trouble.
func (h *handlers) lines(c echo.Context) helpPage {
	lang := web.Lang(c)
	data := helpPage{Tablet: people.Who(c).Tablet != nil}
	for _, l := range h.cfg.Catalog.Hotlines() {
		if l.First {
			data.Lines = append(data.Lines, helpLine{Number: l.Number, Name: l.Name.In(lang), Say: l.Say.In(lang)})
		}
	}
	return data
}

// cameFrom is the page of ours that led here, else home.
func cameFrom(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host != r.Host || strings.HasPrefix(u.Path, "/help") {
		return "/"
	}
	return web.LocalPath(u.RequestURI())
}
