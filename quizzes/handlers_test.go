package quizzes_test

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"
	"silverclass/locales"
	"silverclass/quizzes"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
)

func TestAQuizFromThePage(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(1)
	person, _ := h.Learner("王阿姨")
	h.CheckIn(session, person)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", person.ID).Leads("/tablet")
	run := h.run(tablet)
	address := "/quizzes/" + police + "?run=" + run

	page := tablet.Get(address).Shows("第 1 题，共 2 题", "以后再做").Body
	if again := tablet.Get(address).Body; form(t, again)[7] != form(t, page)[7] {
		t.Fatal("a reload before the first answer asks something else")
	}
	right, wrong := h.answers(page)
	page = give(t, tablet, page, wrong)
	if !strings.Contains(page, "没关系，再看看") || !strings.Contains(page, "看过了") {
		t.Fatalf("after another answer:\n%s", page)
	}
	if again := tablet.Get(address).Body; !strings.Contains(again, "没关系，再看看") {
		t.Error("a reload forgets what was tried")
	}
	page = give(t, tablet, page, right)
	if !strings.Contains(page, "对，就是这样") || !strings.Contains(page, "下一题") || len(h.facts(ledger.Answered)) != 0 {
		t.Fatalf("after the right answer:\n%s", page)
	}
	page = follow(t, tablet, page)
	if !strings.Contains(page, "第 2 题，共 2 题") {
		t.Fatalf("the second question:\n%s", page)
	}
	right, _ = h.answers(page)
	page = give(t, tablet, page, right)
	if !strings.Contains(page, "两道题都做完了") || !strings.Contains(page, `name="target" value="8"`) {
		t.Fatalf("the end:\n%s", page)
	}

	facts := h.facts(ledger.Answered)
	if len(facts) != 1 {
		t.Fatalf("%d facts, want 1", len(facts))
	}
	f := facts[0]
	d, err := ledger.DetailOf[ledger.AnsweredDetail](f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.AnsweredDetail{Right: 1, Of: 2, FirstTry: true}, d); diff != "" {
		t.Errorf("detail:\n%s", diff)
	}
	if f.Object != "quiz:"+police || *f.PersonID != person.ID || *f.Run != run || *f.Edition != h.quiz().Edition || *f.SessionID != session.ID {
		t.Errorf("fact: %+v", f)
	}
	if seal, err := h.rows.SealOf(t.Context(), run); err != nil || !seal.Quiz {
		t.Errorf("seal %+v, %v: the run is not marked", seal, err)
	}
	if seat, err := h.Room.At(t.Context(), tablet.Tablet.ID); err != nil || seat.Place.Kind != room.Quiz || seat.Place.Step != 2 {
		t.Errorf("the cockpit sees %+v, %v", seat.Place, err)
	}
	tablet.Get(address).Shows("两道题都做完了")

	h.Clock.Pass(time.Minute)
	page = tablet.Get(address + "&again=1").Shows("第 1 题，共 2 题").Body
	for range 2 {
		right, _ = h.answers(page)
		if page = give(t, tablet, page, right); strings.Contains(page, "下一题") {
			page = follow(t, tablet, page)
		}
	}
	facts = h.facts(ledger.Answered)
	if len(facts) != 2 {
		t.Fatalf("%d facts after a second attempt, want 2", len(facts))
	}
	attempts, err := db.Rows[quizzes.Attempt](h.DB.DB).Order("started_at, id").Find(t.Context())
	if err != nil || len(attempts) != 2 || !attempts[0].FirstTry || attempts[1].FirstTry {
		t.Errorf("attempts: %+v, %v", attempts, err)
	}
}

func TestAnAttemptKeepsItsWording(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	page := own.Get("/quizzes/" + police).Body
	_, wrong := h.answers(page)
	give(t, own, page, wrong)
	a, err := db.Rows[quizzes.Attempt](h.DB.DB).Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s, err := a.Sheet()
	if err != nil || len(s.Questions) != 2 || s.Questions[0].Ask["zh-Hans"] == "" || s.Questions[0].Ask["en"] == "" ||
		s.Given[0].Lang != "zh-Hans" || a.Edition != h.quiz().Edition {
		t.Errorf("kept: %+v, %+v, %v", a, s, err)
	}
	a.Questions = strings.Replace(a.Questions, s.Questions[0].Ask["zh-Hans"], "从前的问法？", 1)
	err = db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		_, err := db.Rows[quizzes.Attempt](tx).Where("id = ?", a.ID).Select("questions").Updates(t.Context(), a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	own.Get("/quizzes/" + police).Shows("从前的问法？")
}

func TestAnswersThatDoNotFitChangeNothing(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	first := own.Get("/quizzes/" + police).Body
	right, wrong := h.answers(first)
	page := give(t, own, first, wrong)
	f := form(t, page)
	attempt, question := f[1], f[7]
	other := ""
	for _, q := range h.quiz().Questions {
		if q.ID != question {
			other = q.ID
		}
	}
	before, err := db.Rows[quizzes.Attempt](h.DB.DB).Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		who    *roomtest.Browser
		form   []string
		status int
	}{
		{"a question that is not asked now", own, []string{"attempt", attempt, "at", "1", "question", other, "answer", "0"}, 422},
		{"a question of no quiz", own, []string{"attempt", attempt, "at", "1", "question", "nonsense", "answer", "0"}, 422},
		{"an answer that is not there", own, []string{"attempt", attempt, "at", "1", "question", question, "answer", "9"}, 422},
		{"no answer", own, []string{"attempt", attempt, "at", "1", "question", question}, 422},
		{"the same answer as before", own, []string{"attempt", attempt, "at", "1", "question", question, "answer", wrong}, 422},
		{"from an older page", own, []string{"attempt", attempt, "at", "0", "question", question, "answer", right}, 409},
		{"from the future", own, []string{"attempt", attempt, "at", "7", "question", question, "answer", right}, 409},
		{"beside the open attempt", own, []string{"attempt", db.NewID(), "at", "0", "question", question, "answer", right}, 409},
		{"somebody else's attempt", h.Own(), []string{"attempt", attempt, "at", "1", "question", question, "answer", right}, 404},
		{"no such quiz", own, nil, 404},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := "/quizzes/" + police
			if tt.form == nil {
				path = "/quizzes/fraud/no-such"
			}
			tt.who.Post(path, tt.form...).Is(tt.status)
			after, err := db.Rows[quizzes.Attempt](h.DB.DB).Take(t.Context())
			if err != nil || after.Given != before.Given || after.MovedAt != before.MovedAt || len(h.facts(ledger.Answered)) != 0 {
				t.Errorf("something changed: %+v, %v", after, err)
			}
		})
	}
	own.Post("/quizzes/"+police, append(form(t, first), "answer", wrong)...).Is(http.StatusSeeOther) // a double tap
	page = give(t, own, page, right)
	page = follow(t, own, page)
	right, wrong = h.answers(page)
	last := form(t, page)
	give(t, own, page, right)
	own.Post("/quizzes/"+police, append(last, "answer", right)...).Is(http.StatusSeeOther) // handed in twice
	own.Post("/quizzes/"+police, append(last, "answer", wrong)...).Is(http.StatusConflict) // after the end
	if got := len(h.facts(ledger.Answered)); got != 1 {
		t.Errorf("%d facts, want 1", got)
	}
}

// TestManyAtOnce sends one answer from many requests at once: one of them counts.
func TestManyAtOnce(t *testing.T) {
	h := newHall(t)
	who := people.Reader{VisitID: db.NewRandomID()}
	q, id := h.quiz(), db.NewID()
	for at, question := range q.Draw(7) {
		var wg sync.WaitGroup
		errs := make([]error, 8)
		for n := range errs {
			wg.Go(func() {
				_, errs[n] = h.store.Answer(t.Context(), who, q, quizzes.Tap{Attempt: id, At: at, Question: question.ID, Answer: question.Right()[0], Lang: "en", Seed: 7})
			})
		}
		wg.Wait()
		for _, err := range errs {
			if err != nil {
				t.Errorf("question %d: %v", at, err)
			}
		}
	}
	facts := h.facts(ledger.Answered)
	if len(facts) != 1 || facts[0].PersonID != nil {
		t.Errorf("facts: %+v", facts)
	}
}

func TestErasingAPersonTakesHerAttempts(t *testing.T) {
	h := newHall(t)
	person, _ := h.Learner("李伯")
	who := people.Reader{Person: &person}
	q := h.quiz()
	question := q.Draw(1)[0]
	if _, err := h.store.Answer(t.Context(), who, q, quizzes.Tap{Attempt: db.NewID(), Question: question.ID, Answer: 0, Lang: "en", Seed: 1}); err != nil {
		t.Fatal(err)
	}
	// Her card and the like are people's to delete first; here the person alone goes.
	err := db.Write(t.Context(), h.DB.DB, func(tx *gorm.DB) error {
		for _, stmt := range []string{`DELETE FROM cards WHERE person_id = ?`, `DELETE FROM persons WHERE id = ?`} {
			if err := tx.Exec(stmt, person.ID).Error; err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Rows[quizzes.Attempt](h.DB.DB).Take(t.Context()); !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("an attempt is left: %v", err)
	}
}

func TestPurgeForgetsVisitorsOnly(t *testing.T) {
	h := newHall(t)
	person, _ := h.Learner("李伯")
	known, unknown := people.Reader{Person: &person}, people.Reader{VisitID: db.NewRandomID()}
	q := h.quiz()
	for _, who := range []people.Reader{known, unknown} {
		tap := quizzes.Tap{Attempt: db.NewID(), Question: q.Draw(1)[0].ID, Answer: 0, Lang: "en", Seed: 1}
		if _, err := h.store.Answer(t.Context(), who, q, tap); err != nil {
			t.Fatal(err)
		}
	}
	h.Clock.Pass(31 * 24 * time.Hour)
	if err := h.store.Purge(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := h.store.Current(t.Context(), known, police, "", ""); err != nil {
		t.Errorf("known: %v", err)
	}
	if _, err := h.store.Current(t.Context(), unknown, police, "", ""); !fault.Is(err, fault.NotFound) {
		t.Errorf("visitor: %v", err)
	}
}

// TestGoldenPages compares each sort of page in each language with testdata.
func TestGoldenPages(t *testing.T) {
	h := newHall(t)
	h.asking(h.quiz().Questions[0].ID, h.quiz().Questions[1].ID)
	for _, lang := range locales.Written() {
		b := func() *roomtest.Browser {
			if lang == "en" {
				return h.Own().English()
			}
			return h.Own()
		}
		pages := map[string]func() string{
			"question": func() string { return b().Get("/quizzes/" + police).Shows().Body },
			"missed": func() string {
				b := b()
				page := b.Get("/quizzes/" + police).Body
				_, wrong := h.answers(page)
				return give(t, b, page, wrong)
			},
			"right": func() string {
				b := b()
				page := b.Get("/quizzes/" + police).Body
				right, _ := h.answers(page)
				return give(t, b, page, right)
			},
			"done": func() string {
				b := b()
				page := b.Get("/quizzes/" + police).Body
				right, _ := h.answers(page)
				page = follow(t, b, give(t, b, page, right))
				right, _ = h.answers(page)
				return give(t, b, page, right)
			},
			"rate": func() string { return b().Get("/rate/" + police).Shows().Body },
		}
		for name, page := range pages {
			t.Run(name+"."+lang, func(t *testing.T) { golden(t, name+"."+lang+".html", page()) })
		}
	}
}
