package quizzes_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"silverclass/app/db"

	"pgregory.net/rapid"
	"silverclass/quizzes"
)

// TestVisitorsAreNotAllAskedTheSame: each attempt draws for itself, also of somebody without
// a cookie, and her page stays the same in larger type.
func TestVisitorsAreNotAllAskedTheSame(t *testing.T) {
	h := newHall(t)
	asked, before := map[string]bool{}, map[string]bool{}
	for range 40 {
		own := h.Own()
		page := own.Get("/quizzes/" + police).Shows().Body
		f := form(t, page)
		asked[f[7]] = true
		same := own.Get("/quizzes/" + police + "?attempt=" + f[1]).Shows(`name="back" value="/quizzes/` + police + `?attempt=` + f[1]).Body
		if got := form(t, same); !slices.Equal(got, f) {
			t.Fatalf("read again it asks %v, not %v", got, f)
		}
		before[form(t, h.Own().Get("/checks/fraud/before").Shows().Body)[7]] = true
	}
	if len(asked) != len(h.quiz().Questions) {
		t.Errorf("forty visitors were asked %d first questions of %d", len(asked), len(h.quiz().Questions))
	}
	if len(before) < 2 {
		t.Errorf("forty checks began with %v", before)
	}
}

// TestALearnerReadsTheSameUntilSheAnswers, on another tablet too; the next attempt is
// another.
func TestALearnerReadsTheSameUntilSheAnswers(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	tablet, _ := h.seatAt(session.ID, "王阿姨")
	first := form(t, tablet.Get("/quizzes/"+police).Shows().Body)
	if again := form(t, tablet.Get("/quizzes/"+police).Shows().Body); !slices.Equal(first, again) {
		t.Errorf("asked %v, then %v", first, again)
	}
	h.finish(tablet)
	if next := form(t, tablet.Get("/quizzes/"+police+"?again=1").Shows().Body); next[1] == first[1] {
		t.Error("the second attempt is the first one")
	}
}

// TestOnlyOnesOwnOpenAttemptIsAnswered: what is not asked, what is handed in, what is
// somebody else's and what is no attempt at all is refused and changes nothing.
func TestOnlyOnesOwnOpenAttemptIsAnswered(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	h.finish(own)
	done := h.attempts()
	other := h.Own()
	page := other.Get("/quizzes/" + police).Body
	_, wrong := h.answers(page)
	page = give(t, other, page, wrong)
	open := form(t, page)
	all := h.attempts()
	with := func(f []string, name, value string) []string {
		f = slices.Clone(f)
		f[slices.Index(f, name)+1] = value
		return f
	}
	for _, tt := range []struct {
		name string
		form []string
		want int
	}{
		{"a question that is not in the attempt", append(with(open, "question", "no-such"), "answer", "0"), http.StatusUnprocessableEntity},
		{"an answer that there is not", append(slices.Clone(open), "answer", "9"), http.StatusUnprocessableEntity},
		{"no answer", append(slices.Clone(open), "answer", ""), http.StatusUnprocessableEntity},
		{"a finished attempt", append(with(with(open, "attempt", done[0].ID), "at", "2"), "answer", "0"), http.StatusNotFound},
		{"no attempt at all", append(with(open, "attempt", "x' OR 1=1"), "answer", "0"), http.StatusUnprocessableEntity},
		{"an attempt that tells nothing", append(with(open, "attempt", ""), "answer", "0"), http.StatusUnprocessableEntity},
	} {
		t.Run(tt.name, func(t *testing.T) { other.Post("/quizzes/"+police, tt.form...).Is(tt.want) })
	}
	h.Own().Post("/quizzes/"+police, append(slices.Clone(open), "answer", "0")...).Is(http.StatusNotFound) // another person
	h.Own().Post("/quizzes/"+police, "attempt", "x' OR 1=1", "at", "0", "run", "", "question", open[7], "answer", "0").Is(http.StatusUnprocessableEntity)
	own.Post("/quizzes/"+police, "attempt", done[0].ID, "at", "2", "run", "", "question", open[7], "answer", "0").Is(http.StatusConflict)
	if after := h.attempts(); len(after) != len(all) || after[0] != all[0] || after[1] != all[1] {
		t.Errorf("something changed:\n%+v\n%+v", all, after)
	}
}

// TestAnswersInAnyOrder: marks are a function of the answers given to each question alone,
// and of no other question's, in whatever order they came; and what is solved stays so.
func TestAnswersInAnyOrder(t *testing.T) {
	lib := ours(t)
	slugs := lib.Slugs()
	rapid.Check(t, func(t *rapid.T) {
		quiz, err := lib.Quiz(rapid.SampledFrom(slugs).Draw(t, "quiz"))
		if err != nil {
			t.Fatal(err)
		}
		questions := quiz.Draw(rapid.Int64().Draw(t, "seed"))
		var given []quizzes.Given
		for q, one := range questions {
			for range rapid.IntRange(0, 5).Draw(t, "taps") {
				given = append(given, quizzes.Given{Question: q, Answer: rapid.IntRange(0, len(one.Answers)-1).Draw(t, "answer")})
			}
		}
		whole := quizzes.Sheet{Questions: questions, Given: given}
		mixed := quizzes.Sheet{Questions: questions, Given: interleaved(t, given)}
		if whole.Right() != mixed.Right() || whole.Now() != mixed.Now() || whole.Done() != mixed.Done() {
			t.Fatalf("in another order: %d right at %d, then %d right at %d", whole.Right(), whole.Now(), mixed.Right(), mixed.Now())
		}
		// One more answer never unsolves a question, nor takes a first try away.
		for i := range given {
			part := quizzes.Sheet{Questions: questions, Given: given[:i]}
			if part.Right() > whole.Right() {
				t.Fatalf("answer %d brought %d right down to %d", i, part.Right(), whole.Right())
			}
			for q := range questions {
				if part.Solved(q) && !whole.Solved(q) {
					t.Fatalf("answer %d unsolved question %d", i, q)
				}
			}
		}
	})
}

// interleaved mixes the answers of different questions, each question's own in their order.
func interleaved(t *rapid.T, given []quizzes.Given) []quizzes.Given {
	of := map[int][]quizzes.Given{}
	var order []int
	for _, g := range given {
		of[g.Question] = append(of[g.Question], g)
		order = append(order, g.Question)
	}
	var mixed []quizzes.Given
	for _, q := range rapid.Permutation(order).Draw(t, "order") {
		mixed = append(mixed, of[q][0])
		of[q] = of[q][1:]
	}
	return mixed
}

// TestDoingItAgainNeverPutsItOff: repeating a quiz before it is due changes nothing of when
// it is due, whatever the order of the rows.
func TestDoingItAgainNeverPutsItOff(t *testing.T) {
	at := func(hours int) *time.Time {
		x := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC).Add(time.Duration(hours) * time.Hour)
		return &x
	}
	rapid.Check(t, func(t *rapid.T) {
		list := []quizzes.Attempt{{ID: db.NewID(), Quiz: "a/b", DoneAt: at(0)}}
		for range rapid.IntRange(0, 6).Draw(t, "again") {
			list = append(list, quizzes.Attempt{ID: db.NewID(), Quiz: "a/b", DoneAt: at(rapid.IntRange(0, 17).Draw(t, "hour"))})
		}
		list = rapid.Permutation(list).Draw(t, "order")
		if got := quizzes.DueOfList(list, *at(17)); len(got) != 0 {
			t.Fatalf("due after 17 hours: %+v", got)
		}
		if got := quizzes.DueOfList(list, *at(18)); len(got) != 1 || got[0].Times != 1 {
			t.Fatalf("not due after 18 hours: %+v", got)
		}
	})
}
