package quizzes_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/room/roomtest"
	"silverclass/quizzes"
)

// seatAt checks somebody in to a session and seats her at a tablet of her own.
func (h *hall) seatAt(session, name string) (*roomtest.Browser, string) {
	h.t.Helper()
	s, err := h.Tour.Session(h.t.Context(), session)
	if err != nil {
		h.t.Fatal(err)
	}
	person, _ := h.Learner(name)
	h.CheckIn(s, person)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", person.ID).Leads("/tablet")
	return tablet, person.ID
}

// TestACheckBeforeAndAfter: three taps each, no marks, the same questions, once.
func TestACheckBeforeAndAfter(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	own.Get("/checks/fraud").Shows("看看您会多少", "/checks/fraud/before")
	own.Get("/checks/fraud/after").Is(http.StatusSeeOther)
	own.Get("/checks/fraud/never").Is(http.StatusNotFound)
	own.Get("/checks/cooking").Is(http.StatusNotFound)
	asked := map[string][]string{}
	for _, when := range []string{"before", "after"} {
		to := "/checks/fraud/" + when
		for n := 1; n <= 3; n++ {
			page := own.Get(to).Shows("题，共 3 题", "不打分").Body
			if strings.Contains(page, "没关系，再看看") || strings.Contains(page, "对，就是这样") {
				t.Fatalf("a check marks an answer:\n%s", page)
			}
			asked[when] = append(asked[when], form(t, page)[7])
			right, wrong := h.answers(page)
			answer := wrong
			if when == "after" {
				answer = right
			}
			own.Post("/checks/fraud/"+when, append(form(t, page), "answer", answer)...).Is(http.StatusSeeOther)
			own.Post("/checks/fraud/"+when, append(form(t, page), "answer", answer)...).Is(http.StatusSeeOther) // twice is once
		}
	}
	if strings.Join(asked["before"], " ") != strings.Join(asked["after"], " ") {
		t.Errorf("asked %v", asked)
	}
	own.Get("/checks/fraud").Shows("谢谢您，都做完了", "对的是：")
	facts := h.facts(ledger.Answered)
	if len(facts) != 2 {
		t.Fatalf("%d facts, want 2", len(facts))
	}
	for i, want := range []int{0, 3} {
		d, err := ledger.DetailOf[ledger.AnsweredDetail](facts[i])
		if err != nil || d.Right != want || d.Of != 3 || !strings.HasPrefix(facts[i].Object, "check:fraud/") {
			t.Errorf("fact %d: %s %+v, %v; want %d right of 3", i, facts[i].Object, d, err, want)
		}
	}
	own.Get("/checks/fraud/before").Is(http.StatusSeeOther)
}

// finish answers whatever is asked, right at once.
func (h *hall) finish(b *roomtest.Browser) string {
	h.t.Helper()
	page := b.Get("/quizzes/" + police).Shows().Body
	for {
		right, _ := h.answers(page)
		if page = give(h.t, b, page, right); !strings.Contains(page, "下一题") {
			return page
		}
		page = follow(h.t, b, page)
	}
}

// TestATrainerSeesWhoIsStuckAndAfterwardsOnlySums: names and single answers while the
// session runs; later the questions, and those of few people closed.
func TestATrainerSeesWhoIsStuckAndAfterwardsOnlySums(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	stuck, _ := h.seatAt(session.ID, "王阿姨")
	page := stuck.Get("/quizzes/" + police).Body
	_, wrong := h.answers(page)
	give(t, stuck, page, wrong)
	h.finish(stuckless(h, session.ID, "李伯"))
	h.seatAt(session.ID, "赵叔")
	url := "/staff/sessions/" + session.ID + "/answers"
	got := h.As("trainer").Get(url).Shows("王阿姨", "第 1 题，共 2 题", "试了 1 次", "李伯", "做完了", "赵叔").Body
	if strings.Index(got, "王阿姨") > strings.Index(got, "李伯") {
		t.Error("who is stuck does not come first")
	}
	if _, after, _ := strings.Cut(got, "还没有答题的"); !strings.Contains(after, "赵叔") || strings.Contains(after, "李伯") {
		t.Errorf("who has not answered:\n%s", after)
	}
	csv := h.As("trainer").Get(url+".csv").Shows("\ufeff", "正卡在这里").Body
	for _, name := range []string{"王阿姨", "李伯", "赵叔"} {
		if strings.Contains(csv, name) {
			t.Errorf("the table names %s", name)
		}
	}
	h.As("helper").Get(url).Is(http.StatusForbidden)
	h.As("other-trainer").Get(url).Is(http.StatusForbidden)
	h.Clock.Pass(24 * time.Hour)
	after := h.As("trainer").Get(url).Shows("这一场已经结束", "不足 5 人").Body
	for _, name := range []string{"王阿姨", "李伯", "赵叔", "试了"} {
		if strings.Contains(after, name) {
			t.Errorf("after the session the page still shows %s", name)
		}
	}
}

func stuckless(h *hall, session, name string) *roomtest.Browser {
	b, _ := h.seatAt(session, name)
	return b
}

// TestComingBackIsOneQuestion: a day later one question is asked, and a practice offered;
// the trainer's list names who is due, and her card is printed.
func TestComingBackIsOneQuestion(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	tablet, _ := h.seatAt(session.ID, "王阿姨")
	h.finish(tablet)
	again := h.Enrol()
	due := "/staff/sessions/" + session.ID + "/due"
	h.As("helper").Get(due).Shows("现在没有要温习的人")
	h.Clock.Pass(24 * time.Hour)
	h.As("helper").Get(due).Shows("王阿姨", "打印提醒卡")
	h.As("helper").Get(due+"/cards").Shows("王阿姨", "该温习了，三分钟就好", "<svg")
	h.As("other-helper").Get(due).Is(http.StatusForbidden)
	venue := "/staff/venues/" + session.VenueID + "/due"
	h.As("helper").Get(due).Shows(`href="` + venue + `"`)
	h.As("helper").Get(venue).Shows("王阿姨", "打印提醒卡", "打印名单", "2026年11月24日")
	h.As("helper").Get(venue+"/cards").Shows("王阿姨", "<svg")
	h.As("other-helper").Get(venue).Is(http.StatusForbidden)
	next := h.Session(0)
	h.Clock.Pass(time.Minute)
	person, err := h.People.Search(t.Context(), "王阿姨", 1)
	if err != nil || len(person) != 1 {
		t.Fatalf("%v, %v", person, err)
	}
	h.CheckIn(next, person[0])
	again.Post("/tablet/tile", "id", db.NewID(), "person", person[0].ID).Leads("/tablet")
	again.Get("/quizzes/" + police).Shows("第 1 题，共 1 题")
	if page := h.finish(again); !strings.Contains(page, "再自己练一练") || !strings.Contains(page, "/practice/"+police) {
		t.Errorf("no practice after the question:\n%s", page)
	}
	h.As("helper").Get(due).Shows("现在没有要温习的人")
}

// TestOnlySheHerselfLooksAtHerAnswers shows what was tapped first, and prints it.
func TestOnlySheHerselfLooksAtHerAnswers(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	page := own.Get("/quizzes/" + police).Body
	_, wrong := h.answers(page)
	page = give(t, own, page, wrong)
	a, err := db.Rows[quizzes.Attempt](h.DB.DB).Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	look := "/quizzes/" + police + "/look?attempt=" + a.ID
	own.Get(look).Is(http.StatusNotFound) // not before it is handed in
	for {
		right, _ := h.answers(page)
		if page = give(t, own, page, right); !strings.Contains(page, "下一题") {
			break
		}
		page = follow(t, own, page)
	}
	own.Get(look).Shows("您先点的：", "对的是：", "打印出来")
	own.Get("/quizzes/" + police + "/print?attempt=" + a.ID).Shows("您先点的：")
	h.Own().Get(look).Is(http.StatusNotFound)
}
