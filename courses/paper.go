package courses

import (
	"html/template"
	"net/http"
	"slices"

	"github.com/labstack/echo/v4"

	"silverclass/app/web"
)

// PaperURL is a lesson on one sheet of A4, BookletURL a topic as a booklet of them.
func PaperURL(slug string) string { return "/lessons/" + slug + "/paper" }

// BookletURL is all lessons of a topic as sheets behind a cover.
func BookletURL(topic string) string { return "/topics/" + topic + "/paper" }

// WalletURL is the card with the numbers for trouble, in the size of a bank card.
const WalletURL = "/numbers/card"

// walletCards is how many wallet cards one sheet of A4 holds: two beside each other.
const walletCards = 8

// sheet is a lesson on one page, made from its steps.
type sheet struct {
	Title    string
	Tag      string // the html lang of the lesson where it is not the page's own
	Goal     template.HTML
	Do       []sheetStep
	Keep     template.HTML
	Hotlines []hotline
	Aged     bool
	URL      string // of the lesson, for the code that leads back to it
}

// sheetStep is one thing to do, with its drawing; Picture is empty without one.
type sheetStep struct {
	Heading string
	Say     template.HTML
	Picture template.HTML
}

// bookletPage is the sheets of a topic; Topic and About are empty for a single sheet.
type bookletPage struct {
	Topic, About string
	Icon         string
	Sheets       []sheet
}

func (h *handlers) sheetOf(l *Lesson, lang string) sheet {
	own := l.Lang(lang)
	p := sheet{Title: l.Title.In(own), Tag: tagOf(l, lang), Goal: Marked(inOneLine(own, l.Step(FirstStep).Text)),
		Keep: l.Step(KeepStep).In(lang).Say, Hotlines: hotlines(l, own), URL: LessonURL(l.Slug)}
	for _, s := range l.Steps {
		if s.Kind == Do {
			v := s.In(lang)
			p.Do = append(p.Do, sheetStep{Heading: v.Heading, Say: Marked(inOneLine(own, s.Text)), Picture: v.Picture})
		}
	}
	p.Aged = slices.ContainsFunc(l.Claims, func(c *Claim) bool { return c.Aged(h.today()) })
	return p
}

func (h *handlers) paperLesson(c echo.Context) error {
	l, err := h.lesson(c)
	if err != nil {
		return err
	}
	return h.paper.Show(c, http.StatusOK, "booklet.html", web.View{Back: LessonURL(l.Slug), Body: "booklet",
		Data: bookletPage{Sheets: []sheet{h.sheetOf(l, web.Lang(c))}}})
}

func (h *handlers) booklet(c echo.Context) error {
	t, err := h.catalog.Topic(c.Param("topic"))
	if err != nil {
		return err
	}
	lang := web.Lang(c)
	p := bookletPage{Topic: t.Name.In(lang), About: t.About.In(lang), Icon: t.Icon}
	for _, l := range t.Lessons {
		p.Sheets = append(p.Sheets, h.sheetOf(l, lang))
	}
	return h.paper.Show(c, http.StatusOK, "booklet.html", web.View{Back: TopicURL(t.Slug), Body: "booklet", Data: p})
}

// walletPage is the same small card several times on a sheet.
type walletPage struct {
	Cards    [walletCards]struct{}
	Hotlines []hotline
}

func (h *handlers) wallet(c echo.Context) error {
	var p walletPage
	lang := web.Lang(c)
	for _, x := range h.catalog.Hotlines() {
		if x.First {
			p.Hotlines = append(p.Hotlines, hotline{Number: x.Number, Name: x.Name.In(lang), Say: x.Say.In(lang)})
		}
	}
	return h.paper.Show(c, http.StatusOK, "wallet.html", web.View{Back: "/help", Body: "wallet", Data: p})
}
