package cockpit_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"silverclass/app/cockpit"
	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"
	"silverclass/app/tour"
	"silverclass/courses/coursestest"

	"gorm.io/gorm"
)

func newHall(t *testing.T) *roomtest.Hall {
	t.Helper()
	h := roomtest.New(t)
	catalog := coursestest.ThreeLessons(t)
	all := func(string) bool { return true }
	cockpit.Register(h.Routes, cockpit.Config{Site: h.Site, Room: h.Room, Tour: h.Tour, People: h.People, Staff: h.Staff,
		Catalog: catalog.WithDoors(all, all),
		Links:   []cockpit.Link{{Key: "cockpit.check_in", URL: func(id string) string { return "/staff/sessions/" + id + "/desk" }}}})
	return h
}

// place moves who sits at a tablet to a step of a lesson.
func place(t *testing.T, h *roomtest.Hall, tablet people.Tablet, step int) {
	t.Helper()
	seat, err := h.Room.At(t.Context(), tablet.ID)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		return h.Room.Place(t.Context(), tx, seat.ID, room.Place{Kind: room.Lesson, Slug: "fraud/police-call", Step: step})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func value(t *testing.T, a roomtest.Answer, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatalf("no %s in %s", name, a.Body)
	}
	return m[1]
}

func TestCockpitOfASession(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablet := h.Enrol()
	trainer := h.As("trainer")
	trainer.Get(cockpit.URL(s.ID)).Shows("风险甄别上午场", "望江社区体验中心", "李老师", "没人坐", "请人入座", "/desk", "大家到")
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID).Leads("/tablet")
	place(t, h, tablet.Tablet, 3)
	trainer.Get(cockpit.URL(s.ID)).Shows("王阿姨", "第 3 步", "撤销入座").Hides("还没签到")
	h.Clock.Pass(95 * time.Second)
	tablet.Post("/tablet/here", "active", "1")
	trainer.Get(cockpit.URL(s.ID)).Shows(`class="seat stuck"`, "停了 95 秒")

	tablet.Post("/help/call", "id", db.NewID())
	h.Clock.Pass(40 * time.Second)
	part := trainer.Get(cockpit.URL(s.ID)+"/board").Shows(`class="seat hand"`, "举手，等了 40 秒", "我去看看")
	if strings.Contains(part.Body, "<html") {
		t.Error("the board comes with its layout")
	}
	id, call := db.NewID(), value(t, part, "call")
	for range 2 { // a double tap
		h.As("helper").Post(cockpit.URL(s.ID)+"/answer", "id", id, "call", call).Leads(cockpit.URL(s.ID))
	}
	facts, err := ledger.List(t.Context(), h.DB.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Helped}})
	if err != nil || len(facts) != 1 || facts[0].ID != id || *facts[0].ByID != h.Trainer.ID {
		t.Errorf("got facts %+v %v, want one by who set out", facts, err)
	}
	trainer.Get(cockpit.URL(s.ID)).Hides("举手，等了")

	page := trainer.Get(cockpit.URL(s.ID))
	trainer.Post(cockpit.URL(s.ID)+"/undo", "seat", value(t, page, "seat")).Leads(cockpit.URL(s.ID))
	trainer.Get(cockpit.URL(s.ID)).Shows("已撤销", "没人坐")
	tablet.Get("/tablet").Shows("您是哪一位", "王阿姨")
}

func TestSeatSomebody(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	li, _ := h.Learner("李叔叔")
	zhao, _ := h.Learner("赵阿姨")
	h.CheckIn(s, wang)
	h.CheckIn(s, li)
	one, two := h.Enrol(), h.Enrol()
	one.Post("/tablet/tile", "id", db.NewID(), "person", li.ID)
	helper, url := h.As("helper"), cockpit.URL(s.ID)+"/seat"
	helper.Get(url+"?tablet="+two.Tablet.ID).Shows("王阿姨", "李叔叔", "坐在另一台").Hides("赵阿姨")
	helper.Post(url, "id", db.NewID(), "tablet", two.Tablet.ID, "person", wang.ID).Leads(cockpit.URL(s.ID))
	two.Get("/tablet").Shows("王阿姨，您好")
	helper.Get(url+"?tablet="+two.Tablet.ID).Shows("现在坐着：王阿姨", "李叔叔")
	helper.Post(url, "id", db.NewID(), "tablet", two.Tablet.ID, "person", li.ID).Leads(cockpit.URL(s.ID)) // moves him
	one.Get("/tablet").Shows("您是哪一位", "王阿姨").Hides("李叔叔")
	helper.Post(url, "id", db.NewID(), "tablet", two.Tablet.ID, "person", zhao.ID).Is(http.StatusConflict)
	for range 4 { // a tablet that has to wait after wrong cards takes whom staff seat
		one.Post("/card", "card", "2222 2223").Is(http.StatusUnprocessableEntity)
	}
	one.Get("/tablet").Shows("您是哪一位")
	helper.Post(url, "id", db.NewID(), "tablet", one.Tablet.ID, "person", wang.ID).Leads(cockpit.URL(s.ID))
	one.Get("/tablet").Shows("王阿姨，您好")
	helper.Post(url, "id", db.NewID(), "tablet", "no-such", "person", wang.ID).Is(http.StatusNotFound)
}

func TestSendEverybodyToAStep(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	tablet, trainer := h.Enrol(), h.As("trainer")
	tablet.Post("/tablet/visit")
	h.Clock.Pass(time.Second)
	page := trainer.Get(cockpit.URL(s.ID)).Shows("第 1 步", "选别的课、别的步", "第 6 步 · 练一练")
	id := value(t, page, "id")
	for range 2 {
		trainer.Post(cockpit.URL(s.ID)+"/push", "id", id, "to", "fraud/police-call/4").Leads(cockpit.URL(s.ID))
	}
	if p, err := h.Room.LastPush(t.Context(), s.ID); err != nil || p.Version != 1 || p.URL != "/lessons/fraud/police-call/4" {
		t.Errorf("got push %+v %v, want version 1", p, err)
	}
	tablet.Post("/tablet/go", "version", "1").Leads("/lessons/fraud/police-call/4")
	trainer.Get(cockpit.URL(s.ID)).Shows("已请大家到第 4 步", "大家到第 5 步")
	trainer.Post(cockpit.URL(s.ID)+"/push", "id", db.NewID(), "lesson", "fraud/stop-and-ask", "step", "2").Leads(cockpit.URL(s.ID))
	trainer.Post(cockpit.URL(s.ID)+"/push", "id", db.NewID(), "lesson", "fraud/none", "step", "2").Is(http.StatusUnprocessableEntity)
	trainer.Post(cockpit.URL(s.ID)+"/push", "id", db.NewID(), "lesson", "fraud/police-call", "step", "9").Is(http.StatusUnprocessableEntity)
	h.Clock.Pass(5 * time.Hour)
	trainer.Post(cockpit.URL(s.ID)+"/push", "id", db.NewID(), "to", "fraud/police-call/5").Is(http.StatusConflict)
}

func TestWhoMayOpenTheCockpit(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	url := cockpit.URL(s.ID)
	for _, tt := range []struct {
		role      string
		see, push int
	}{
		{"helper", 200, 403}, {"trainer", 200, 303}, {"organizer", 200, 303}, {"admin", 200, 303}, {"observer", 403, 403},
		{"other-trainer", 403, 403}, {"other-admin", 403, 403},
	} {
		b := h.As(tt.role)
		if got := b.Get(url).Status; got != tt.see {
			t.Errorf("%s sees: got %d, want %d", tt.role, got, tt.see)
		}
		if got := b.Post(url+"/push", "id", db.NewID(), "to", "fraud/police-call/4").Status; got != tt.push {
			t.Errorf("%s pushes: got %d, want %d", tt.role, got, tt.push)
		}
	}
	if got := h.Own().Get(url).Status; got != http.StatusSeeOther && got != http.StatusUnauthorized {
		t.Errorf("nobody: got %d, want the sign-in page", got)
	}
	helper := h.As("helper")
	helper.Get(url).Shows().Hides("选别的课", "大家到")
}

func TestCheckInWhoCameByCard(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	tablet, helper := h.Enrol(), h.As("helper")
	tablet.Post("/card", "id", db.NewID(), "card", number)
	page := helper.Get(cockpit.URL(s.ID)).Shows("王阿姨", "还没签到", "给她签到")
	helper.Post(cockpit.URL(s.ID)+"/check-in", "id", db.NewID(), "seat", value(t, page, "seat")).Leads(cockpit.URL(s.ID))
	helper.Get(cockpit.URL(s.ID)).Hides("还没签到")
	if ok, err := h.Tour.IsPresent(t.Context(), s.ID, wang.ID); err != nil || !ok {
		t.Errorf("got present %v %v, want her checked in", ok, err)
	}
}

func TestSeveralSessionsShareTablets(t *testing.T) {
	h := newHall(t)
	one, two := h.Session(0), h.Session(5*time.Minute)
	tablet, helper := h.Enrol(), h.As("helper")
	helper.Get(cockpit.URL(one.ID)).Shows("归这一场用")
	helper.Post(cockpit.URL(one.ID)+"/tablet", "tablet", tablet.Tablet.ID).Leads(cockpit.URL(one.ID))
	helper.Get(cockpit.URL(one.ID)).Hides("归这一场用")
	helper.Get(cockpit.URL(two.ID)).Shows("在别的场次", "归这一场用")
	tablet.Get("/tablet").Shows("请先到签到台签到")
}

func TestPages(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	li, _ := h.Learner("李叔叔")
	h.CheckIn(s, wang)
	h.Clock.Pass(time.Second)
	h.CheckIn(s, li)
	one, two, three := h.Enrol(), h.Enrol(), h.Enrol()
	h.Enrol() // nobody sits there, and it has never signalled
	one.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	two.Post("/tablet/visit")
	place(t, h, one.Tablet, 3)
	place(t, h, two.Tablet, 2)
	h.Clock.Pass(100 * time.Second)
	for _, b := range []*roomtest.Browser{one, two, three} {
		b.Post("/tablet/here", "active", "1")
	}
	two.Post("/help/call", "id", db.NewID())
	h.Clock.Pass(12 * time.Second)
	for _, lang := range []string{"zh", "en"} {
		trainer := h.As("trainer")
		if lang == "en" {
			trainer.English()
		}
		trainer.Get(cockpit.URL(s.ID)).Shows().Golden("room." + lang)
		trainer.Get(cockpit.URL(s.ID) + "/seat?tablet=" + three.Tablet.ID).Shows().Golden("seat." + lang)
		trainer.Get(cockpit.URL(s.ID) + "/board").Shows().Golden("board." + lang)
	}
}

func TestPhases(t *testing.T) {
	h := newHall(t)
	later := h.Session(3 * time.Hour)
	trainer := h.As("trainer")
	trainer.Get(cockpit.URL(later.ID)).Shows("还没开始", "还没有登记平板").Hides("大家到")
	h.Clock.Pass(12 * time.Hour)
	trainer.Get(cockpit.URL(later.ID)).Shows("已经结束")
	if got := later.Phase(h.Clock.Now()); got != tour.Over {
		t.Errorf("got phase %s", got)
	}
}
