package privacy

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

// The practice beside 我的信息: the same pages about somebody who does not exist, for the
// lesson network-security/my-information and for visitors. Nothing is kept of it.
const practiceHome = "/me/information/practice"

func (h *handlers) registerPractice(r *web.Routes) {
	r.Public.GET(practiceHome, h.practise)
	r.Public.GET(practiceHome+"/part/:group", h.practisePart)
	r.Public.GET(practiceHome+"/erase", h.practiseErase)
	r.Public.POST(practiceHome+"/erase", h.practisedErase)
	r.Public.POST(practiceHome+"/undo", h.practisedUndo)
	r.Public.GET(practiceHome+"/done", h.practiceDone)
}

// madeUp is what would be kept about the person of the practice.
func (h *handlers) madeUp(c echo.Context) (minePage, []part) {
	t := h.tell(c)
	day := func(n int) time.Time { return h.Site.Now().AddDate(0, 0, -n) }
	lesson := func(slug string) string { return h.Titles(t.ctx, "lesson:"+slug, t.lang) }
	word := func(key string) string { return t.t("privacy."+key, nil) }
	parts := []part{
		{Group: people.KeptCard, Lines: []line{{day(40), word("practice_card"), word("table_cards")}, {day(40), word("practice_who"), word("table_persons")}}},
		{Group: people.KeptLessons, Lines: []line{{day(3), lesson("network-security/my-information"), word("table_courses_runs")}, {day(33), lesson("fraud/police-call"), word("table_courses_runs")}}},
		{Group: people.KeptPractice, Lines: []line{{day(33), lesson("fraud/police-call"), word("table_practice_plays")}}},
		{Group: people.KeptAttendance, Lines: []line{{day(3), word("practice_class"), word("table_attendances")}}},
		{Group: people.KeptCertificates},
		{Group: people.KeptLooks, Lines: []line{{day(3), t.t("people.act_opened-person", nil), word("practice_staff")}}},
	}
	for i := range parts {
		parts[i].Count = len(parts[i].Lines)
	}
	return minePage{Name: word("practice_name"), Card: "2345", Parts: parts, Practice: true, Base: practiceHome}, parts
}

func (h *handlers) practise(c echo.Context) error {
	p, _ := h.madeUp(c)
	return h.learner.Show(c, http.StatusOK, "mine.html", web.View{Back: "/me", Body: "mock", Data: p})
}

func (h *handlers) practisePart(c echo.Context) error {
	_, parts := h.madeUp(c)
	return h.showPart(c, parts, practiceHome, true)
}

func (h *handlers) practiseErase(c echo.Context) error {
	return h.learner.Show(c, http.StatusOK, "erase.html", web.View{Back: practiceHome, Body: "mock",
		Data: erasePage{Practice: true, Base: practiceHome, Minutes: int(UndoTime.Minutes())}})
}

func (h *handlers) practisedErase(c echo.Context) error {
	return c.Redirect(http.StatusSeeOther, practiceHome+"/done")
}

func (h *handlers) practiceDone(c echo.Context) error {
	now := h.Site.Now()
	return h.learner.Show(c, http.StatusOK, "erase.html", web.View{Back: practiceHome, Body: "mock",
		Data: erasePage{Practice: true, Base: practiceHome, Minutes: int(UndoTime.Minutes()), Erasing: &Erasure{AskedAt: now, DueAt: now.Add(UndoTime)}}})
}

func (h *handlers) practisedUndo(c echo.Context) error {
	h.Site.Flash(c, "privacy.undone", nil)
	return c.Redirect(http.StatusSeeOther, practiceHome)
}
