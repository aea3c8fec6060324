package quizzes_test

import (
	"testing"

	"silverclass/app/fault"
	"silverclass/quizzes"

	"pgregory.net/rapid"
)

// sheet is two questions with the right answers at the given places.
func sheet(places ...int) quizzes.Sheet {
	var s quizzes.Sheet
	for i, right := range places {
		q := quizzes.Question{ID: string(rune('a' + i)), Kind: quizzes.Choice, Answers: make([]quizzes.Answer, 3)}
		q.Answers[right].Right = true
		s.Questions = append(s.Questions, q)
	}
	return s
}

func TestMarking(t *testing.T) {
	tests := []struct {
		name  string
		given [][2]int // question and answer
		done  bool
		right int
		now   int
	}{
		{"nothing yet", nil, false, 0, 0},
		{"one right", [][2]int{{0, 1}}, false, 1, 1},
		{"one not right", [][2]int{{0, 0}}, false, 0, 0},
		{"right at the second try", [][2]int{{0, 0}, {0, 1}}, false, 0, 1},
		{"both at once", [][2]int{{0, 1}, {1, 2}}, true, 2, 2},
		{"the second needs three tries", [][2]int{{0, 1}, {1, 0}, {1, 1}, {1, 2}}, true, 1, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := sheet(1, 2)
			for _, g := range tt.given {
				var err error
				if s, err = s.Answer(quizzes.Given{Question: g[0], Answer: g[1]}); err != nil {
					t.Fatal(err)
				}
			}
			if s.Done() != tt.done || s.Right() != tt.right || s.Now() != tt.now {
				t.Errorf("got done %v, right %d, now %d; want %v, %d, %d", s.Done(), s.Right(), s.Now(), tt.done, tt.right, tt.now)
			}
		})
	}
}

// TestAnyAnswers: only what is asked now counts, first tries never change, and an answer
// that is refused changes nothing.
func TestAnyAnswers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sheet(rapid.IntRange(0, 2).Draw(t, "first"), rapid.IntRange(0, 2).Draw(t, "second"))
		for range rapid.IntRange(0, 12).Draw(t, "taps") {
			g := quizzes.Given{Question: rapid.IntRange(-1, 2).Draw(t, "question"), Answer: rapid.IntRange(-1, 3).Draw(t, "answer")}
			before, now := len(s.Given), s.Now()
			next, err := s.Answer(g)
			switch {
			case err != nil && (fault.KindOf(err) != fault.Invalid || len(next.Given) != before):
				t.Fatalf("refused %v: %v, %d answers", g, err, len(next.Given))
			case err == nil && (g.Question != now || len(next.Given) != before+1):
				t.Fatalf("took %v while question %d was asked", g, now)
			case err == nil && before > 0 && next.Right() < s.Right():
				t.Fatalf("right at the first try fell from %d to %d", s.Right(), next.Right())
			case next.Right() > next.Now():
				t.Fatalf("%d right of %d solved", next.Right(), next.Now())
			}
			s = next
		}
		if s.Done() && len(s.Given) > 6 {
			t.Fatalf("%d answers to two questions with three answers each", len(s.Given))
		}
	})
}
