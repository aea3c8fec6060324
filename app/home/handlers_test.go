package home_test

import (
	"net/http"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/home"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"
	"silverclass/app/tour"
	"silverclass/courses"
	"silverclass/courses/coursestest"
	"silverclass/live"
	"silverclass/quizzes"

	"gorm.io/gorm"
)

type hall struct {
	*roomtest.Hall
	catalog *courses.Catalog
	courses *courses.Store
	live    *live.Store
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{Hall: roomtest.New(t)}
	catalog := coursestest.ThreeLessons(t)
	none := func(string) bool { return false }
	h.catalog = catalog.WithDoors(none, none)
	h.courses, h.live = courses.NewStore(h.DB.DB, h.Clock.Now), live.NewStore(h.DB.DB, h.Clock.Now)
	progress := courses.NewProgress(h.catalog, h.courses)
	courses.Register(h.Routes, h.Site, h.catalog, h.courses)
	home.Register(h.Routes, home.Config{Site: h.Site, Catalog: h.catalog, Progress: progress, Live: h.live, Tour: h.Tour, Staff: h.Staff,
		Quizzes: quizzes.NewStore(h.DB.DB, h.Clock.Now), People: h.People, Sources: []home.Source{home.FromRoom(h.Room, h.catalog), home.FromLive(h.live, h.Tour, h.Staff), home.HalfWay(progress), home.NextLesson(progress, h.Tour)}})
	return h
}

const lesson = "/lessons/fraud/police-call"

// learn takes a lesson up to a step: the one that the last button leads to.
func learn(t *testing.T, b *roomtest.Browser, run string, upTo int) {
	t.Helper()
	path := []string{"1", "2", "3", "4", "5", "8"}
	for i := 1; i < upTo; i++ {
		b.Post(lesson+"/next", "id", db.NewID(), "run", run, "from", path[i-1], "target", path[i]).Is(http.StatusSeeOther)
	}
}

func TestTodayCardTakesTheFirstThatApplies(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablet := h.Enrol()
	tablet.Get("/").Leads("/tablet") // first: who is it?
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	tablet.Get("/").Shows("王阿姨，上午好", "今天学：停一停，问一问", `href="/leave"`)

	learn(t, tablet, db.NewID(), 3)
	tablet.Get("/").Shows("接着学：“我是公安局的”", "上次学到第 3 步，还有 3 步", `href="`+lesson+`"`, "3 课，正在学")

	if _, err := h.live.Open(t.Context(), live.Opening{SessionID: s.ID, StaffID: h.Trainer.ID}); err != nil {
		t.Fatal(err)
	}
	tablet.Get("/").Shows("正在上课：风险甄别上午场", `href="/live/`+s.ID+`"`, "李老师上课")

	h.Clock.Pass(time.Second)
	push := room.Push{SessionID: s.ID, ActID: db.NewID(), Kind: room.Lesson, Slug: "fraud/police-call", Step: 4, URL: lesson + "/4", ByID: h.Trainer.ID}
	if _, err := h.Room.Push(t.Context(), push); err != nil {
		t.Fatal(err)
	}
	tablet.Get("/").Shows("老师请大家学：“我是公安局的”", `action="/tablet/go"`, "跟上大家")
	tablet.Post("/tablet/go", "version", "1").Leads(lesson + "/4")
	tablet.Get("/").Shows("正在上课")
}

// A quiz that was handed in yesterday comes before a new lesson.
func TestWhatIsDueAgain(t *testing.T) {
	h := newHall(t)
	all := func(string) bool { return true }
	quiz := quizzes.NewStore(h.DB.DB, h.Clock.Now)
	due := home.DueAgain(quiz, h.catalog.WithDoors(all, all))
	visit := db.NewRandomID()
	who := people.Reader{VisitID: visit}
	done, fact := h.Clock.Now(), db.NewID()
	a := quizzes.Attempt{ID: db.NewID(), VisitID: &visit, Quiz: "fraud/police-call", Questions: "[]", Given: "[]",
		StartedAt: done, MovedAt: done, DoneAt: &done, FactID: &fact}
	if err := db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error { return db.Rows[quizzes.Attempt](tx).Create(t.Context(), &a) }); err != nil {
		t.Fatal(err)
	}
	if card, err := due.Today(t.Context(), who, "zh-Hans"); err != nil || card != nil {
		t.Errorf("the same day: got %+v %v, want nothing", card, err)
	}
	h.Clock.Pass(24 * time.Hour)
	card, err := due.Today(t.Context(), who, "zh-Hans")
	if err != nil || card == nil || card.Kind != home.Due || card.URL != "/quizzes/fraud/police-call" || card.Lesson == "" {
		t.Errorf("the next day: got %+v %v, want the quiz", card, err)
	}
	if card, err := home.DueAgain(quiz, h.catalog).Today(t.Context(), who, "zh-Hans"); err != nil || card != nil {
		t.Errorf("a quiz that is gone: got %+v %v, want nothing", card, err)
	}
}

func TestAVisitorsHome(t *testing.T) {
	h := newHall(t)
	phone := h.Own()
	phone.Get("/").Shows("上午好", "今天学：停一停，问一问", "正在准备", "3 课，还没开始", "English").Hides("换人", "上课")
	if phone.Cookie("visit") != "" {
		t.Error("reading leaves a cookie")
	}
	run := db.NewID()
	learn(t, phone, run, 6)
	if phone.Cookie("visit") == "" {
		t.Error("a visitor's place has nothing to hang on")
	}
	phone.Get("/").Shows("3 课，学会 1 课", "今天学")
	for _, tt := range []struct {
		hours time.Duration
		want  string
	}{{2, "中午好"}, {3, "下午好"}, {8, "晚上好"}, {9, "上午好"}} { // from 10:00 on
		h.Clock.Pass(tt.hours * time.Hour)
		phone.Get("/").Shows(tt.want)
	}
}

func TestSixthTile(t *testing.T) {
	h := newHall(t)
	at := h.Clock.Now().Add(40 * time.Minute)
	s, err := h.Tour.AddSession(t.Context(), tour.Session{ID: db.NewID(), VenueID: h.Venue.ID, Title: "防骗直播课", Topics: []string{"fraud"},
		Mode: tour.Both, TrainerID: &h.Trainer.ID, StartsAt: at, EndsAt: at.Add(time.Hour)}, h.Site.Zone())
	if err != nil {
		t.Fatal(err)
	}
	tablet := h.Enrol()
	tablet.Get("/").Shows().Hides("李老师上课")
	h.Clock.Pass(12 * time.Minute)
	tablet.Get("/").Leads("/tablet")
	tablet.Post("/tablet/visit").Leads("/")
	tablet.Get("/").Shows("李老师上课", "10:40 开始，还有 28 分钟", `href="/live/`+s.ID+`"`).Hides("正在上课")
	h.Own().Get("/").Shows().Hides("李老师上课") // nobody's venue
}

func TestMeAsksForTheCard(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	h.Own().Get("/me").Shows("请输入学员卡号来打开", `href="/card?next=/me"`)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	learn(t, tablet, db.NewID(), 6)
	tablet.Get("/me").Shows("怕点错了名字").Hides("学会了")
	tablet.Post("/card", "id", db.NewID(), "card", number, "next", "/me").Leads("/me")
	tablet.Get("/me").Shows("王阿姨学会的课", "“我是公安局的”", "学会了", "盖了 1 个章", `href="/leave"`)
	phone := h.Own()
	phone.Post("/card", "card", number, "next", "/me").Leads("/me")
	phone.Get("/me").Shows("王阿姨学会的课", "退出")
}

func TestHelp(t *testing.T) {
	h := newHall(t)
	phone := h.Own()
	phone.Header.Set("Referer", "http://class.lan/topics/fraud")
	phone.Get("/help").Shows("110", "96110", "12381", "12315", "9 6 1 1 0", `href="/topics/fraud"`)
	phone.Header.Set("Referer", "http://elsewhere.example/topics/fraud")
	phone.Get("/help").Shows().Hides("/topics/fraud")
	phone.Get("/help/print").Shows("110", "96110", "12381", "12315", "家里人的电话")
}

func TestPages(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	learn(t, tablet, db.NewID(), 3)
	for _, lang := range []string{"zh", "en"} {
		phone := h.Own()
		if lang == "en" {
			tablet.English()
			phone.English()
		}
		tablet.Get("/").Shows().Golden("home-half." + lang)
		phone.Get("/").Shows().Golden("home-visitor." + lang)
		phone.Get("/me").Shows().Golden("ask." + lang)
		phone.Get("/help").Shows().Golden("help." + lang)
		phone.Get("/help/print").Shows().Golden("help-print." + lang)
		phone.Post("/card", "card", number)
		phone.Get("/me").Shows().Golden("me." + lang)
	}
}

// TestHomeAsksHowTheClassWas, once it is over and not before.
func TestHomeAsksHowTheClassWas(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	person, _ := h.Learner("王阿姨")
	h.CheckIn(session, person)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", person.ID).Leads("/tablet")
	tablet.Get("/").Hides("今天的课怎么样？")
	if err := h.Tour.CloseSession(t.Context(), session.ID); err != nil {
		t.Fatal(err)
	}
	tablet.Get("/").Shows("今天的课怎么样？", `href="/rate/session/`+session.ID+`"`)
}

// TestANewNoticeAsksOnce, on her own home page, and not again when she puts it off.
func TestANewNoticeAsksOnce(t *testing.T) {
	h := newHall(t)
	wang, number := h.Learner("王阿姨")
	phone := h.Own()
	phone.Get("/").Hides("告知书有新的一版")
	phone.Post("/card", "card", number, "next", "/").Leads("/")
	phone.Get("/").Hides("告知书有新的一版")
	if err := db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		return tx.Exec(`UPDATE consents SET version = '2020-01', asked_version = '2020-01' WHERE person_id = ?`, wang.ID).Error
	}); err != nil {
		t.Fatal(err)
	}
	phone.Get("/").Shows("告知书有新的一版", `href="/me/information/consents"`)
	if err := h.People.Asked(t.Context(), wang.ID); err != nil {
		t.Fatal(err)
	}
	phone.Get("/").Hides("告知书有新的一版")
}
