//go:build browser

package e2e

import (
	"fmt"
)

// deskIssuesACard: 已告知，本人同意 in one tap, and she is checked in.
func (s *story) deskIssuesACard() {
	s.issue(learnerName, s.cards[0])
	t := s.tablet
	t.See(learnerName) // her tile comes by itself
	t.Follow(".who-tile")
	t.See(learnerName)

	s.cockpit = s.organizer.another("cockpit")
	s.cockpit.Open(s.url(s.session + "/room"))
	s.cockpit.See(learnerName)
	if !s.cockpit.Has(`.seat form[action$="/undo"] button`) {
		s.t.Error("staff cannot undo her tile")
	}
}

// issue gives somebody a printed card at the desk and checks her in.
func (s *story) issue(name, card string) {
	s.t.Helper()
	o := s.organizer
	o.Open(s.url(s.session + "/desk"))
	o.Click("#issue summary")
	o.Set("#issue-form input[name=age][value='70-74']", "")
	o.Fill("#issue-form #name", name)
	o.Fill("#issue-form #card", card)
	o.Set("#issue-form input[name=sex][value=female]", "")
	o.Set("#issue-form input[name=medium][value=spoken]", "")
	o.Follow("#issue-form button.main")
	o.See(name)
}

// at is the address of a step of the story's lesson.
func at(step int) string { return fmt.Sprintf(`%s/%d\?run=`, lesson, step) }

// step presses 下一步 and waits until the next step is there.
func (s *story) step(to int) {
	s.t.Helper()
	s.tablet.Press("[data-primary]", at(to))
}

func (s *story) learnerTakesTheLesson() {
	t := s.tablet
	t.Follow("[data-primary]") // 开始
	t.Follow(`.tile[data-topic="fraud"]`)
	t.Follow(`.trail a[href*="police-call"]`)
	t.AwaitAddress(at(1))
	t.See("第 1 步，共 8 步")
	s.step(2)
	s.step(3)
	third := t.Text("main h1")

	t.Reload()
	t.AwaitAddress(at(3))
	t.See(third)

	// The server dies while she goes on; the tablet tries again until it is back.
	for _, tab := range []*Tab{t, s.organizer, s.cockpit} {
		tab.ServerDown(true)
	}
	s.p.Kill()
	s.p.Start()
	t.Open(s.url("/"))
	for _, tab := range []*Tab{t, s.organizer, s.cockpit} {
		tab.ServerDown(false)
	}
	t.See("王阿姨")
	t.Follow("[data-primary]") // 接着学
	t.AwaitAddress(at(3))
	t.See(third)
	s.step(4)
	s.step(5)
	s.step(6)
	s.cockpit.See("第 6 步") // within two seconds, by itself
}

// tap presses one thing of the drawn phone, or of the choices beside it.
func (s *story) tap(act string) {
	s.t.Helper()
	s.tablet.Tap(act)
}

func (s *story) learnerPractises() {
	t := s.tablet
	t.Press("[data-primary]", "/practice/fraud/police-call") // 去练一练
	t.See("练习，不是真的")

	// Three mistakes, each with a repair of its own that leads back.
	repairs := map[string]bool{}
	repair := func() {
		s.t.Helper()
		t.Await(`[data-face=repair]`)
		repairs[t.Text("main .say")] = true
		s.tap("again") // 再试一次
	}
	s.tap("answer") // the clinic, which is genuine
	s.tap("talk")
	s.tap("answer")
	s.tap("tell")
	repair()
	s.tap("listen")
	s.tap("question")
	s.tap("wait")
	s.tap("obey")
	repair()
	s.tap("listen")
	s.tap("pay")
	repair()
	s.tap("hang-up")
	t.Await(`[data-face=over]`)
	if len(repairs) != 3 {
		s.t.Errorf("three mistakes have %d repairs: %v", len(repairs), repairs)
	}

	// Once more, without a slip.
	t.Follow(".foot-left a")
	s.tap("answer")
	s.tap("talk")
	s.tap("answer")
	s.tap("hang-up")
	t.Await(`[data-face=over]`)
	t.Follow("[data-primary]") // 回到课里
	t.AwaitAddress(at(7))
}

// answerQuiz answers both questions, trying again where an answer was not right.
func (s *story) answerQuiz() {
	t := s.tablet
	for question := 1; question <= 2; question++ {
		for range 4 {
			t.Follow(".answers button.choice")
			if t.Has(".choice.pressed") {
				break
			}
			t.Await(".quizzed [role=status]") // says why, and asks again
		}
		if question == 1 {
			t.Follow("[data-primary]") // 下一题
		}
	}
}

func (s *story) learnerAnswersAndGetsTheSeal() {
	t := s.tablet
	t.Press("[data-primary]", "/quizzes/fraud/police-call") // 去做小测
	s.answerQuiz()
	t.Follow("[data-primary]") // 回到课里
	t.AwaitAddress(at(8))
	t.Press("[data-primary]", "/rate/") // 学完了
	if n, err := evaluate[int](t, `document.querySelectorAll("button.face").length`); err != nil || n != 3 {
		s.t.Errorf("%d faces (%v), want three", n, err)
	}
	t.Follow("button.face[value='3']")
	t.AwaitAddress(lesson + "/done")
	t.See("盖章！这一课您学会了")
	if t.Has(".stamp.empty") || !t.Has(".stamp") {
		s.t.Error("there is no seal")
	}
	t.Picture("seal")
}

// deskTakesAMistakeBack checks a second person in and takes her back.
func (s *story) deskTakesAMistakeBack() {
	s.issue(wrongName, s.cards[1])
	o := s.organizer
	o.Click(".given li .undo summary")
	o.Follow(".given li .undo button")
	o.Await(".given li.undone")
}

// visitorTakesTheLesson: somebody without a card, at the same tablet, passes both doors.
func (s *story) visitorTakesTheLesson() {
	t := s.tablet
	t.Open(s.url("/leave"))
	t.Follow(".foot-left button")
	s.howWasTheClass()
	t.AwaitAddress("/tablet")
	t.SeeNot(learnerName + "，")
	t.Follow("[data-primary]") // 不用卡，直接学
	t.Follow(`.tile[data-topic="fraud"]`)
	t.Follow(`.trail a[href*="police-call"]`)
	t.AwaitAddress(at(1))
	for step := 2; step <= 6; step++ {
		s.step(step)
	}
	for step := 7; step <= 8; step++ {
		t.Press("main form[data-move] button", at(step)) // 以后再做
	}
	t.Press("[data-primary]", "/rate/") // 学完了
	t.Follow(".foot-main a")            // 不评了
	t.AwaitAddress(lesson + "/done")
	t.See("这一课您学完了")
	if !t.Has(".stamp.empty") {
		s.t.Error("the visitor has a seal without practice and quiz")
	}
	t.Open(s.url("/leave"))
	t.Follow(".foot-left button")
	t.Follow(".foot-main a") // 不评了
	t.AwaitAddress("/tablet")
}

// howWasTheClass: a face, and nobody tried to sell her anything.
func (s *story) howWasTheClass() {
	t := s.tablet
	t.Follow("button.face[value='3']")
	t.Follow(".answers button[value='no']")
}
