//go:build browser

package e2e

import (
	"fmt"
	"testing"

	"silverclass/courses/practice"
	"silverclass/locales"
)

// TestLearnersPagesKeepTheMeasures opens every page of a learner in both languages and
// measures it: senior-ui.md A.4, and axe-core as A.5 says. That no page is forgotten, the
// route table says. Each language has a box of its own, so that they go side by side.
func TestLearnersPagesKeepTheMeasures(t *testing.T) {
	t.Parallel()
	for _, lang := range locales.Written() {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			p := prepare(t)
			h := seed(t, p, "", 11)
			p.Start()
			staff := window(t, "staff", landscape.width, landscape.height)
			staff.Open(p.URL("/staff/sign-in"))
			staff.Fill("#login", adminLogin)
			staff.Fill("#password", adminPassword)
			staff.Follow("main form button.main")
			w := newWalker(t, window(t, lang, portrait.width, portrait.height))
			w.speak(p, lang)
			w.visitorsPages(p)
			w.lessons(p)
			w.practices(p)
			w.quiz(p, lang)
			w.class(p, h, staff)
			w.hall(p, h, staff, lang)
			everyLearnersPage(t, lang, w.looked)
			t.Logf("%d pages", w.pages)
		})
	}
}

// speak changes the language on the first page, as a person does.
func (w *walker) speak(p *Program, lang string) {
	w.t.Helper()
	w.Open(p.URL("/"))
	if other := fmt.Sprintf(`button[name=lang][value=%q]`, lang); w.Has(other) {
		w.Follow(other)
	}
}

// visitorsPages are the pages of somebody on her own device who has not begun anything.
func (w *walker) visitorsPages(p *Program) {
	w.t.Helper()
	for _, address := range []string{"/", "/verify", "/topics/info-apps", "/topics/fraud", "/topics/mobile-payment", "/topics/e-commerce",
		"/topics/network-security", "/search", "/search?q=fk", "/search?q=xxqq", "/help", "/me", "/me/information", "/card", "/notice", "/practice/warm-up", "/practice/warm-up?step=4", "/practice/warm-up?step=5", "/practice/warm-up?step=6&missed=6&double=3"} {
		w.Open(p.URL(address))
		w.look(address)
	}
	w.Expect(404)
	w.Open(p.URL("/no/such/page"))
	w.look("no such page")
	w.Expect(404)
	w.Open(p.URL("/verify/ABCDE-FGHJK"))
	w.look("no such certificate")
	w.Expect(422)
	w.Open(p.URL("/card"))
	w.Fill("#card", "23456789")
	w.Follow("[data-primary]")
	w.look("wrong card")
}

// lessons looks at what is at the end of a lesson; lessons_test.go walks through all.
func (w *walker) lessons(p *Program) {
	w.t.Helper()
	w.Open(p.URL(lesson + "/1"))
	for step := 2; step <= 6; step++ {
		w.Press("[data-primary]", at(step))
	}
	w.Press("main form[data-move] button", at(7))
	w.Press("main form[data-move] button", at(8))
	w.Press("[data-primary]", "/rate/")
	w.look("three faces")
	w.Follow("button.face[value='2']")
	w.look("what was not so good")
	w.Follow(".foot-main button")
	w.look("lesson done")
	w.Open(p.URL("/"))
	w.look("home, one lesson done")
}

// practices looks at each kind of page of one scene of every kind: the first screen, the
// hint, the arrow, being shown, a mistake, the end. lessons_test.go opens all scenes.
func (w *walker) practices(p *Program) {
	w.t.Helper()
	_, library := scenes(w.t)
	seen := map[practice.Kind]bool{}
	for _, slug := range library.Slugs() {
		s, err := library.Scene(slug)
		if err != nil {
			w.t.Fatal(err)
		}
		if seen[s.Kind] {
			continue
		}
		seen[s.Kind] = true
		w.Open(p.URL("/practice/" + slug))
		w.look(slug + ", practice begins")
		st := s.Begin(practice.Guided)
		w.tap(s, &st, wayTo(w.t, s, st, func(st practice.State) bool { return st.At.Where == practice.AtMistake }))
		w.look(slug + ", a mistake")
		w.tap(s, &st, []string{practice.TapAgain})
		if st.Help() != practice.HelpHint {
			w.t.Errorf("%s: no hint after the first slip", slug)
		}
		w.look(slug + ", with a hint")
		for range 12 { // the same slip again and again: the arrow, and at last the way is shown
			if st.Help() == practice.HelpArrow || st.At.Where == practice.AtShown {
				break
			}
			w.tap(s, &st, wayTo(w.t, s, st, func(st practice.State) bool {
				return st.At.Where == practice.AtMistake || st.At.Where == practice.AtShown
			}))
			if st.At.Where == practice.AtMistake {
				w.tap(s, &st, []string{practice.TapAgain})
			}
		}
		w.look(slug + ", after more slips")
		w.tap(s, &st, wayTo(w.t, s, st, practice.State.Done))
		w.look(slug + ", practice over")
	}
}

func (w *walker) tap(s *practice.Scene, st *practice.State, taps []string) {
	w.t.Helper()
	for _, do := range taps {
		w.Tap(do)
		next, err := s.Tap(*st, do)
		if err != nil {
			w.t.Fatal(err)
		}
		*st = next
	}
}

// quiz looks at a question, at one answered wrongly, and at one answered rightly.
func (w *walker) quiz(p *Program, lang string) {
	w.t.Helper()
	w.Open(p.URL("/quizzes/fraud/police-call"))
	w.look("question")
	missed := false
	for range 4 {
		w.Follow(".answers button.choice")
		if w.Has(".choice.pressed") {
			break
		}
		if !missed {
			w.look("question, one miss")
			missed = true
		}
	}
	w.look("question, right")
	w.Follow("[data-primary]")
	for range 4 {
		w.Follow(".answers button.choice")
		if w.Has(".choice.pressed") {
			break
		}
	}
	w.look("quiz done")
	w.Follow("a[href*='/look?']")
	w.look("what was asked and answered")
	topic := map[string]string{"zh-Hans": "e-commerce", "en": "mobile-payment"}[lang]
	w.Open(p.URL("/checks/" + topic + "/before"))
	w.look("check, a question")
	for range 3 {
		w.Follow("button[name=answer]")
	}
	w.look("check answered")
	w.Open(p.URL("/checks/" + topic + "/after"))
	for range 3 {
		w.Follow("button[name=answer]")
	}
	w.look("both checks answered")
}

// class is a live class on one's own device: not open yet, open, inside without a picture
// so far, and over.
func (w *walker) class(p *Program, h hall, staff *Tab) {
	w.t.Helper()
	address := p.URL("/live/" + h.Session.ID)
	w.Open(address)
	w.look("class, not open")
	staff.Open(p.URL("/staff/sessions/" + h.Session.ID))
	staff.Follow(`form[action$="/class"] button`)
	w.Open(address)
	w.Await("#live-join")
	w.look("class, open")
	w.Click("#live-join")
	w.Await(`#live[data-state="waiting"]`)
	w.look("class, inside")
	w.Click("#live-leave")
	w.Await("#live-ask")
	w.look("class, really leave?")
	w.Click("#live-ask [data-go]")
	w.Await(`#live[data-state="left"]`)
	w.look("class, left")
	staff.Click("#live-end summary")
	staff.Follow(`form[action$="/end"] button`)
	w.Open(address)
	w.look("class, over")
	recorded(w.t, p, h.Session.ID)
	w.Open(address)
	w.look("class, over and recorded")
	w.Follow("#live-again")
	w.look("class, heard again")
}

// hall is what a venue's tablet shows: who are you, a greeting, a call for help, leaving.
func (w *walker) hall(p *Program, h hall, staff *Tab, lang string) {
	w.t.Helper()
	staff.Open(p.URL("/staff/sessions/" + h.Session.ID + "/desk"))
	for _, card := range h.Cards {
		staff.Fill("#scan", card.Number)
		staff.Click("#scan-form button")
		staff.See(card.Tail())
	}
	staff.Open(p.URL("/staff/tablets"))
	staff.Fill("#places", "1")
	staff.Follow("main form button.main")
	w.Open(p.URL(path(staff.Text(".url code"))))
	w.look("enrol a tablet")
	w.Follow("[data-primary]")
	w.Open(p.URL("/tablet"))
	w.look("who are you")
	w.Follow(".who-tile")
	w.look("hello")
	w.Open(p.URL("/"))
	w.look("home of somebody seated")
	w.Click(".foot .help") // the page stays, or says so on one of its own when the tablet has only just come
	w.Await(".hand-strip")
	w.Open(p.URL("/help/called?back=/"))
	w.look("teacher is called, on a page")
	w.Open(p.URL("/"))
	w.Await(".hand-strip")
	w.look("teacher is called")
	w.Open(p.URL("/me"))
	w.look("my card, by tile")
	w.Open(p.URL("/leave"))
	w.look("leave")
	w.Open(p.URL(lesson + "/1"))
	w.Press("[data-primary]", at(2)) // who has done something is asked how it was
	w.Open(p.URL("/leave"))
	w.Follow(".foot-left button")
	asked := w.AwaitAddress("/rate/session/")
	w.speak(p, lang)
	w.Open(asked)
	w.look("how was the class")
	w.Follow("button.face[value='1']")
	w.look("what was not so good, of a class")
	w.Follow(".answers button.choice")
	w.look("was anything sold")
	w.Follow(".answers button.choice")
	w.speak(p, lang) // a shared tablet keeps nobody's language
	w.Open(p.URL("/card"))
	w.Fill("#card", h.Cards[10].Number)
	w.Follow("[data-primary]")
	w.Open(p.URL("/me"))
	w.look("my card")
	w.Open(p.URL("/me/certificates"))
	w.look("my certificates, none yet")
	w.myInformation(p)
}

// myInformation is 我的信息 at a shared tablet, after the card was shown: reading, mending,
// consents, taking along, erasing and thinking better of it; and the practice beside it.
func (w *walker) myInformation(p *Program) {
	w.t.Helper()
	const mine = "/me/information"
	for _, page := range []string{"", "/consents", "/part/card", "/part/looks", "/edit/name", "/edit/age", "/take", "/practice",
		"/practice/part/lessons", "/practice/erase", "/practice/done"} {
		w.Open(p.URL(mine + page))
		w.look(mine + page)
	}
	w.Expect(422)
	w.Open(p.URL(mine + "/edit/phone"))
	w.Fill("#phone", "123")
	w.Follow("[data-primary]")
	w.look("a phone number that is none")
	w.Expect(403)
	w.Open(p.URL(mine + "/copy.html"))
	w.look("no file on a shared tablet")
	w.Open(p.URL(mine + "/erase"))
	w.look("erase me?")
	w.Follow(".foot-left button")
	w.look("being erased")
	w.Follow("[data-primary]")
	w.look("not erased after all")
}
