package room_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"

	"gorm.io/gorm"
)

type tabletState struct {
	Session, Seat, Hand string
	Push                *struct{ Version int64 }
	Words               map[string]string
}

func look(t *testing.T, b *roomtest.Browser) tabletState {
	t.Helper()
	b.Header.Set("Accept", "application/json") // as the script asks
	defer b.Header.Set("Accept", "text/html")
	var s tabletState
	if err := json.Unmarshal([]byte(b.Get("/tablet/state").Is(http.StatusOK).Body), &s); err != nil {
		t.Fatal(err)
	}
	return s
}

var actField = regexp.MustCompile(`name="id" value="([^"]+)"`)

func act(t *testing.T, a roomtest.Answer) string {
	t.Helper()
	m := actField.FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatalf("no act in %s", a.Body)
	}
	return m[1]
}

func TestTapYourTile(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(10 * time.Minute)
	wang, _ := h.Learner("王阿姨")
	li, _ := h.Learner("李叔叔")
	zhao, _ := h.Learner("赵阿姨") // not checked in
	h.CheckIn(s, wang)
	h.CheckIn(s, li)
	tablet, second := h.Enrol(), h.Enrol()

	tiles := tablet.Get("/tablet").Shows("您是哪一位", "王阿姨", "李叔叔").Hides("赵阿姨")
	id := act(t, tiles)
	tablet.Post("/tablet/tile", "id", id, "person", wang.ID).Leads("/tablet")
	tablet.Get("/tablet").Shows("王阿姨，您好", `href="/"`)
	tablet.Post("/tablet/tile", "id", id, "person", wang.ID).Leads("/tablet") // a double tap
	if seat := look(t, tablet); seat.Seat == "" || seat.Session != s.ID {
		t.Errorf("got state %+v, want a seat in the session", seat)
	}
	second.Get("/tablet").Shows("李叔叔").Hides("王阿姨")
	second.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID).Leads("/tablet")
	second.Get("/tablet").Shows("另一台平板").Hides("王阿姨，您好")
	second.Post("/tablet/tile", "id", db.NewID(), "person", zhao.ID).Leads("/tablet")
	second.Get("/tablet").Shows("不在签到名单里")

	tablet.Post("/leave").Leads("/tablet") // 不是我
	second.Get("/tablet").Shows("王阿姨")
	h.Own().Get("/tablet").Is(http.StatusForbidden)
}

// Two tablets tap one tile at once: one is greeted, the other reads plain words.
func TestTwoTabletsTapOneTile(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablets := []*roomtest.Browser{h.Enrol(), h.Enrol()}
	var all sync.WaitGroup
	for _, b := range tablets {
		all.Go(func() { b.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID) })
	}
	all.Wait()
	greeted, told := 0, 0
	for _, b := range tablets {
		page := b.Get("/tablet").Is(http.StatusOK)
		if strings.Contains(page.Body, "王阿姨，您好") {
			greeted++
		}
		if strings.Contains(page.Body, "刚在另一台平板上坐下") {
			told++
		}
	}
	if greeted != 1 || told != 1 {
		t.Errorf("got %d greeted and %d told, want one each", greeted, told)
	}
}

func TestTilePages(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(0)
	for range 11 {
		p, _ := h.Learner("王阿姨")
		h.CheckIn(s, p)
		h.Clock.Pass(time.Second)
	}
	tablet := h.Enrol()
	count := func(a roomtest.Answer) int { return strings.Count(a.Shows().Body, `class="who-tile"`) }
	first := tablet.Get("/tablet").Shows("第 1 页，共 2 页", "卡尾号", "/tablet?page=2")
	second := tablet.Get("/tablet?page=2").Shows("第 2 页，共 2 页", "/tablet?page=1")
	if got := [2]int{count(first), count(second)}; got != [2]int{9, 2} {
		t.Errorf("got %v tiles, want 9 and 2", got)
	}
	tablet.Get("/tablet?page=99").Shows("第 2 页")
	part := tablet.Get("/tablet/tiles?page=1")
	if count(part) != 9 || strings.Contains(part.Body, "<html") {
		t.Errorf("the part is not nine tiles alone: %s", part.Body)
	}
}

func TestVisitorAtTablet(t *testing.T) {
	h := roomtest.New(t)
	h.Session(0)
	tablet := h.Enrol()
	tablet.Get("/tablet").Shows("请先到签到台签到", "没有卡，直接学")
	tablet.Post("/tablet/visit").Leads("/")
	seat := look(t, tablet).Seat
	if seat == "" || tablet.Cookie("visit") != "" {
		t.Errorf("got seat %q and cookie %q, want a seat and no cookie", seat, tablet.Cookie("visit"))
	}
	tablet.Post("/tablet/visit").Leads("/") // a second tap
	if again := look(t, tablet).Seat; again != seat {
		t.Errorf("got another seat %s, want %s", again, seat)
	}
	tablet.Get("/leave").Shows("要换别人用吗", "不记得")
	tablet.Post("/leave").Leads("/tablet")
	if again := look(t, tablet).Seat; again != "" {
		t.Errorf("after leaving: got seat %s", again)
	}
}

func TestIdleTabletAsksWhoItIs(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	h.Clock.Pass(room.SharedIdle - time.Second)
	look(t, tablet) // a script that asks is not somebody who acts
	h.Clock.Pass(time.Second)
	tablet.Get("/tablet").Shows("您是哪一位", "王阿姨")

	tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID)
	for range 3 { // reading: the tablet says that somebody is active
		h.Clock.Pass(4 * time.Minute)
		tablet.Post("/tablet/here", "active", "1").Is(http.StatusNoContent)
	}
	tablet.Get("/tablet").Shows("王阿姨，您好")
	for range 3 { // opening pages counts, too
		h.Clock.Pass(5 * time.Minute)
		tablet.Get("/tablet").Shows("王阿姨，您好")
	}
	h.Clock.Pass(5 * time.Minute)
	tablet.Header.Set("Purpose", "prefetch")
	tablet.Get("/tablet").Shows("王阿姨，您好") // what is fetched ahead does not
	h.Clock.Pass(time.Minute)
	tablet.Get("/tablet").Shows("您是哪一位")
}

func TestCardAtTablet(t *testing.T) {
	h := roomtest.New(t)
	h.Session(0)
	_, number := h.Learner("王阿姨")
	tablet := h.Enrol()
	tablet.Get("/card").Shows("请输入学员卡号", `data-key="2"`)
	wrong := tablet.Post("/card", "id", db.NewID(), "card", "2222 2223").Is(http.StatusUnprocessableEntity)
	if !strings.Contains(wrong.Body, "2222 2223") || !strings.Contains(wrong.Body, `role="alert"`) {
		t.Errorf("the form forgot what was typed or why: %s", wrong.Body)
	}
	h.Clock.Pass(time.Minute)
	tablet.Post("/card", "id", db.NewID(), "card", strings.ToLower(number[:4])+" "+number[4:], "next", "/me").Leads("/me")
	tablet.Get("/tablet").Shows("王阿姨，您好")
	// Somebody else shows a card at the tablet that she left.
	_, other := h.Learner("李叔叔")
	tablet.Post("/card", "id", db.NewID(), "card", other).Leads("/tablet")
	tablet.Get("/tablet").Shows("李叔叔，您好")
	tablet.Post("/card", "id", db.NewID(), "card", number, "next", "https://elsewhere.example/").Leads("/tablet")
}

func TestWrongCardsWait(t *testing.T) {
	h := roomtest.New(t)
	tablet := h.Enrol()
	for range 4 {
		tablet.Post("/card", "card", "2222 2223").Is(http.StatusUnprocessableEntity)
	}
	_, number := h.Learner("王阿姨")
	tablet.Post("/card", "card", number).Is(http.StatusUnprocessableEntity) // waits, whatever the card
	h.Clock.Pass(31 * time.Second)
	tablet.Post("/card", "card", number).Leads("/tablet")
}

func TestOwnDevice(t *testing.T) {
	h := roomtest.New(t)
	_, number := h.Learner("王阿姨")
	phone := h.Own()
	phone.Post("/card", "card", number).Leads("/")
	if phone.Cookie("seat") == "" {
		t.Fatal("no seat on her own device")
	}
	phone.Get("/leave").Shows("要退出吗")
	h.Clock.Pass(room.OwnIdle - time.Second)
	phone.Get("/leave").Shows("要退出吗")
	h.Clock.Pass(room.OwnIdle)
	phone.Get("/leave").Leads("/")
	phone.Post("/card", "card", number).Leads("/")
	phone.Post("/leave").Leads("/")
	if phone.Cookie("seat") != "" {
		t.Error("the seat's cookie is still there")
	}
}

func TestLeavingForgetsTheLanguage(t *testing.T) {
	h := roomtest.New(t)
	tablet := h.Enrol()
	tablet.Post("/lang", "lang", "en", "back", "/tablet")
	tablet.Post("/size", "size", "3", "back", "/tablet")
	tablet.Post("/tablet/visit").Leads("/")
	tablet.Get("/leave").Shows("Let someone else use it?", `data-size="3"`)
	tablet.Post("/leave", "why", "idle").Leads("/tablet")
	tablet.Get("/tablet").Shows("欢迎您来学习", `data-size="1"`)
}

func TestCallForHelp(t *testing.T) {
	h := roomtest.New(t)
	tablet := h.Enrol()
	tablet.Post("/help/call", "id", db.NewID()).Leads("/help") // no session: nobody would see it
	h.Own().Post("/help/call", "id", db.NewID()).Leads("/help")
	s := h.Session(0)
	tablet.Post("/tablet/visit")
	tablet.Header.Set("Referer", "http://class.lan/lessons/fraud/police-call/3?run=r")
	to := tablet.Post("/help/call", "id", db.NewID()).Is(http.StatusSeeOther).To
	if want := "/help/called?back=%2Flessons%2Ffraud%2Fpolice-call%2F3%3Frun%3Dr"; to != want {
		t.Errorf("got %s, want %s", to, want)
	}
	tablet.Get(to).Shows("已经叫老师了", `href="/lessons/fraud/police-call/3?run=r"`)
	if got := look(t, tablet).Hand; got != "up" {
		t.Errorf("got hand %q, want up", got)
	}
	hand, err := h.Room.Hand(t.Context(), tablet.Tablet.ID)
	if err != nil || hand.SessionID != s.ID {
		t.Fatalf("got hand %+v %v", hand, err)
	}
	if err := h.Room.Answer(t.Context(), db.NewID(), hand.ID, h.Trainer.ID); err != nil {
		t.Fatal(err)
	}
	tablet.Get(to).Shows("老师看到了，马上来")
	if got := look(t, tablet).Hand; got != "coming" {
		t.Errorf("got hand %q, want coming", got)
	}
	h.Clock.Pass(2 * time.Minute)
	if got := look(t, tablet).Hand; got != "" {
		t.Errorf("after two minutes: got hand %q, want none", got)
	}
	tablet.Header.Set("Accept", "application/json")
	tablet.Post("/help/call", "id", db.NewID()).Is(http.StatusNoContent)
	tablet.Post("/help/cancel").Is(http.StatusNoContent)
	if got := look(t, tablet).Hand; got != "" {
		t.Errorf("taken down: got hand %q, want none", got)
	}
	tablet.Header.Set("Accept", "text/html")
	tablet.Get("/help/called?back=//elsewhere.example/").Leads("/")
}

func TestFollowAPush(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(0)
	tablet := h.Enrol()
	tablet.Post("/tablet/visit")
	h.Clock.Pass(time.Second)
	if _, err := h.Room.Push(t.Context(), room.Push{SessionID: s.ID, ActID: db.NewID(), Kind: room.Lesson, Slug: "fraud/police-call", Step: 4, URL: "/lessons/fraud/police-call/4", ByID: h.Trainer.ID}); err != nil {
		t.Fatal(err)
	}
	got := look(t, tablet)
	if got.Push == nil || got.Push.Version != 1 {
		t.Fatalf("got push %+v, want version 1", got.Push)
	}
	tablet.Post("/tablet/go", "version", "1").Leads("/lessons/fraud/police-call/4")
	if got := look(t, tablet); got.Push != nil {
		t.Errorf("followed: got push %+v, want none", got.Push)
	}
	tablet.Post("/tablet/go", "version", "9").Leads("/")
}

func TestWhichSession(t *testing.T) {
	h := roomtest.New(t)
	tablet := h.Enrol()
	s := h.Session(31 * time.Minute)
	if got := look(t, tablet).Session; got != "" {
		t.Errorf("31 minutes before: got session %s, want none", got)
	}
	h.Clock.Pass(time.Minute)
	if got := look(t, tablet).Session; got != s.ID {
		t.Errorf("30 minutes before: got session %q, want %s", got, s.ID)
	}
	other := h.Session(10 * time.Minute)
	if got := look(t, tablet).Session; got != "" {
		t.Errorf("two run: got session %s, want none", got)
	}
	tablet.Get("/tablet").Shows("几个班同时上课")
	if err := h.Room.Assign(t.Context(), tablet.Tablet.ID, other.ID); err != nil {
		t.Fatal(err)
	}
	if got := look(t, tablet).Session; got != other.ID {
		t.Errorf("given by staff: got session %q, want %s", got, other.ID)
	}
}

func TestPlaceShowsAfterMoving(t *testing.T) {
	h := roomtest.New(t)
	h.Session(0)
	tablet := h.Enrol()
	tablet.Post("/tablet/visit")
	seat := look(t, tablet).Seat
	if err := db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		return h.Room.Place(t.Context(), tx, seat, room.Place{Kind: room.Scene, Slug: "fraud/police-call", Step: 2})
	}); err != nil {
		t.Fatal(err)
	}
	board, err := h.Room.Board(t.Context(), []string{tablet.Tablet.ID})
	if err != nil || board[0].Seat == nil || board[0].Seat.Place.Kind != room.Scene {
		t.Errorf("got %+v %v, want her at the scene", board, err)
	}
}

func TestPages(t *testing.T) {
	h := roomtest.New(t)
	s := h.Session(0)
	wang, _ := h.Learner("王阿姨")
	nameless, _ := h.Learner("")
	h.CheckIn(s, wang)
	h.Clock.Pass(time.Second)
	h.CheckIn(s, nameless)
	for _, lang := range []string{"zh", "en"} {
		tablet := h.Enrol()
		if lang == "en" {
			tablet.English()
		}
		open := func(path, name string) { tablet.Get(path).Shows().Golden(name + "." + lang) }
		open("/tablet", "tiles")
		open("/card", "card")
		tablet.Post("/tablet/tile", "id", db.NewID(), "person", wang.ID).Leads("/tablet")
		open("/tablet", "hello")
		open("/leave", "leave")
		tablet.Post("/help/call", "id", db.NewID())
		open("/help/called?back=/", "called")
		tablet.Post("/leave")
		tablet.Post("/tablet/visit")
		open("/tablet", "hello-visitor")
		open("/leave", "leave-visitor")
	}
}
