package courses_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/courses"
	"silverclass/locales"
)

func TestVisitorWalksALessonWithoutJavaScript(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	page, address := b.get("/lessons/" + police)
	run := runIn(t, address)
	for step := 2; step <= 8; step++ {
		s.clock.add(20 * time.Second)
		page, address = b.press(page, step)
		if want := courses.StepURL(police, step, run); address != want {
			t.Fatalf("at %s, want %s", address, want)
		}
		if want := fmt.Sprintf("第 %d 步，共 8 步", step); !strings.Contains(page, want) {
			t.Errorf("step %d does not say %q", step, want)
		}
	}
	s.wantFacts(t, 1, 1)
	if !strings.Contains(page, `href="`+courses.RateURL(police, run)+`"`) {
		t.Error("the last step does not lead on to the faces")
	}
	// Somebody who opens the lesson again begins anew.
	if _, again := b.get("/lessons/" + police); runIn(t, again) == run {
		t.Error("a finished lesson goes on in the same run")
	}
}

func TestLessonGoesOnWhereItWasLeft(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.learnerAt(t)
	page, address := b.get("/lessons/" + police)
	run := runIn(t, address)
	page, _ = b.press(page, 2)
	page, _ = b.press(page, 3)
	other := s.visitor(t) // another tablet, the same person
	other.who = b.who
	if _, at := other.get("/lessons/" + police); at != courses.StepURL(police, 3, run) {
		t.Errorf("on another tablet she is at %s", at)
	}
	// A step that the trainer sends everybody to belongs to her own run.
	if _, at := other.get(courses.StepURL(police, 5, "")); at != courses.StepURL(police, 5, run) {
		t.Errorf("sent to step 5 she is at %s", at)
	}
	page, _ = b.press(page, 2) // back
	if !strings.Contains(page, "第 2 步") {
		t.Error("back leads elsewhere")
	}
	s.wantFacts(t, 1, 0)
}

func TestReadingWritesNothing(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.learnerAt(t)
	for _, path := range []string{"/topics/fraud", "/topics/info-apps", "/lessons/" + police, courses.StepURL(police, 4, ""),
		courses.StepURL(police, 8, db.NewID()), courses.DoneURL(police, db.NewID()), courses.CardURL(police)} {
		b.get(path)
	}
	s.wantFacts(t, 0, 0)
	if n, err := db.Rows[courses.Run](s.db.DB).Count(t.Context(), "*"); err != nil || n != 0 {
		t.Errorf("%d runs after reading only, %v", n, err)
	}
}

func TestDoubleTapAndReplay(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	page, _ := b.get("/lessons/" + police)
	first := buttons(page)["2"]
	for range 3 {
		if rec := b.do(http.MethodPost, first.action, first.fields); rec.Code != http.StatusSeeOther {
			t.Fatalf("got %d, want 303", rec.Code)
		}
	}
	s.wantFacts(t, 1, 0)
}

func TestSomebodyElsesRun(t *testing.T) {
	s := newSchool(t, always, always)
	hers, other := s.learnerAt(t), s.visitor(t)
	page, address := hers.get("/lessons/" + police)
	run := runIn(t, address)
	page, _ = hers.press(page, 2)
	f := buttons(page)["3"]
	rec := other.do(http.MethodPost, f.action, f.fields)
	if rec.Code != http.StatusForbidden || !strings.Contains(rec.Body.String(), "从首页打开您自己的课") {
		t.Errorf("got %d %s, want 403 in words", rec.Code, mainOf(rec.Body.String()))
	}
	if _, at := other.get(courses.StepURL(police, 2, run)); runIn(t, at) == run {
		t.Error("a visitor reads on in a learner's run")
	}
	if _, at := other.get(courses.DoneURL(police, run)); !strings.Contains(at, "/1?run=") {
		t.Errorf("the end of her lesson shows a visitor %s", at)
	}
}

func TestAddressesThatAreNotThere(t *testing.T) {
	s := newSchool(t, func(string) bool { return false }, always)
	b := s.visitor(t)
	for path, want := range map[string]int{
		"/topics/nobody": 404, "/lessons/fraud/nobody": 404, "/lessons/fraud/lend-nothing/1": 404, "/lessons/" + police + "/0": 404,
		"/lessons/" + police + "/9": 404, "/lessons/" + police + "/two": 404, "/lessons/info-apps/police-call": 404,
	} {
		if rec := b.do(http.MethodGet, path, nil); rec.Code != want {
			t.Errorf("GET %s: got %d, want %d", path, rec.Code, want)
		}
	}
	for _, form := range []url.Values{
		{}, {"target": {"x"}, "run": {db.NewID()}}, {"target": {"2"}}, {"target": {"2"}, "run": {"me"}},
		{"target": {"2"}, "run": {db.NewID()}, "from": {"x"}}, {"target": {"9"}, "run": {db.NewID()}},
	} {
		if rec := b.do(http.MethodPost, courses.NextURL(police), form); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("POST %v: got %d, want 422", form, rec.Code)
		}
	}
	if page, at := b.get(courses.StepURL(police, 6, "")); !strings.Contains(at, "/7?run=") || !strings.Contains(page, "第 6 步，共 7 步") {
		t.Errorf("a door that leads nowhere leads to %s", at)
	}
}

func TestWhatTheDonePageLeadsTo(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.learnerAt(t)
	page, address := b.get("/lessons/" + police)
	run := runIn(t, address)
	page, _ = b.press(page, 2)
	page, _ = b.press(page, 3)
	done := func(has ...string) {
		t.Helper()
		page, _ := b.get(courses.DoneURL(police, run))
		for _, want := range append(has, "data-primary") {
			if n := strings.Count(page, want); n != 1 {
				t.Errorf("%q comes %d times, want once:\n%s", want, n, mainOf(page))
			}
		}
	}
	done(`data-primary href="`+courses.StepURL(police, 4, run)+`"`, "还有第 4 步没看")
	for step := 4; step <= 6; step++ {
		page, _ = b.press(page, step)
	}
	done(`data-primary href="`+courses.StepURL(police, 6, run)+`"`, "这一课还没学完")
	for step := 7; step <= 8; step++ {
		page, _ = b.press(page, step)
	}
	done(`data-primary href="`+courses.PracticeURL(police, run)+`"`, "再练一练、做完小测，就盖章。")
	mark := func(fn func(*gorm.DB) error) {
		t.Helper()
		if err := db.Write(t.Context(), s.db.DB, fn); err != nil {
			t.Fatal(err)
		}
	}
	mark(func(tx *gorm.DB) error { return s.store.MarkPractised(t.Context(), tx, run) })
	done(`data-primary href="`+courses.QuizURL(police, run)+`"`, "做完小测，就盖章。")
	mark(func(tx *gorm.DB) error { return s.store.MarkAnswered(t.Context(), tx, run) })
	done(`data-primary href="/lessons/fraud/child-in-trouble"`, "盖章！", "下一课：“妈，我出事了”")
}

func TestFactsSayWhereTheyHappened(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.learnerAt(t)
	b.who.SessionID, b.who.VenueID = db.NewID(), db.NewID()
	page, _ := b.get("/lessons/" + police)
	b.press(page, 2)
	list, err := ledger.List(t.Context(), s.db.DB, ledger.Filter{})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d facts, %v; want one", len(list), err)
	}
	if f := list[0]; *f.SessionID != b.who.SessionID || *f.VenueID != b.who.VenueID || *f.PersonID != b.who.Person.ID {
		t.Errorf("the fact says %+v", f)
	}
}

// A next step weighs at most 6 KB (issue 2), in every lesson and language.
func TestStepsAreLight(t *testing.T) {
	s := newSchool(t, always, always)
	for _, lang := range locales.Written() {
		b := s.visitor(t)
		b.lang = lang
		for _, l := range s.catalog.Lessons() {
			for n := 1; n <= courses.Steps; n++ {
				page, _ := b.get(courses.StepURL(l.Slug, n, db.NewID()))
				var packed bytes.Buffer
				w := gzip.NewWriter(&packed)
				if _, err := io.WriteString(w, page); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if packed.Len() > 6*1024 {
					t.Errorf("%s step %d in %s: %d bytes", l.Slug, n, lang, packed.Len())
				}
			}
		}
	}
}

func TestAgedClaimsSaySo(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	const caution = "以您手机上显示的为准"
	if page, _ := b.get(courses.StepURL(police, 3, "")); strings.Contains(page, caution) {
		t.Error("a fresh claim carries a caution")
	}
	s.clock.add(400 * 24 * time.Hour)
	for _, path := range []string{courses.StepURL(police, 3, ""), courses.StepURL(police, 8, ""), courses.CardURL(police)} {
		if page, _ := b.get(path); !strings.Contains(page, caution) {
			t.Errorf("%s: an aged claim carries no caution", path)
		}
	}
	if page, _ := b.get(courses.StepURL(police, 1, "")); strings.Contains(page, caution) {
		t.Error("a step without claims carries a caution")
	}
}
