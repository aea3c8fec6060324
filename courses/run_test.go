package courses

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"silverclass/app/people"
)

var morning = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)

func walked(r Run, at time.Time, moves ...Move) (Run, int) {
	finishes := 0
	for _, m := range moves {
		var finished bool
		at = at.Add(20 * time.Second)
		if r, _, finished = r.apply(m, at); finished {
			finishes++
		}
	}
	return r, finishes
}

func toward(from, target int) Move { return Move{From: from, Target: target} }

func TestRunRules(t *testing.T) {
	straight := []Move{toward(1, 2), toward(2, 3), toward(3, 4), toward(4, 5), toward(5, 6), toward(6, 7), toward(7, 8)}
	tests := []struct {
		name     string
		moves    []Move
		step     int
		open     int // first of 1 to 5 that was not seen
		finished bool
		seconds  int
	}{
		{"nothing yet", nil, 1, 1, false, 0},
		{"first press", straight[:1], 2, 3, false, 20},
		{"half way", straight[:2], 3, 4, false, 40},
		{"straight through", straight, 8, 0, true, 140},
		{"every press twice", []Move{straight[0], straight[0], straight[1], straight[1]}, 3, 4, false, 60},
		{"doors that lead nowhere", []Move{straight[0], straight[1], straight[2], straight[3], toward(5, 8)}, 8, 0, true, 100},
		{"sent to step 3 by the trainer", []Move{toward(3, 4), toward(4, 5), toward(5, 8)}, 8, 1, false, 60},
		{"the end first, then the rest", []Move{toward(7, 8), toward(1, 2), toward(2, 3), toward(4, 5)}, 5, 0, false, 80},
		{"the rest, then the end again", []Move{toward(7, 8), toward(1, 2), toward(2, 3), toward(4, 5), toward(5, 8)}, 8, 0, true, 100},
		{"back after the end", append(append([]Move{}, straight...), toward(8, 3)), 3, 0, true, 140},
		{"from a page that does not say where", []Move{{Target: 2}}, 2, 1, false, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, finishes := walked(Run{Step: 1, StartedAt: morning, MovedAt: morning}, morning, tt.moves...)
			if r.Step != tt.step || r.Seen.FirstOpen() != tt.open || (r.FinishedAt != nil) != tt.finished || r.Seconds != tt.seconds {
				t.Errorf("got step %d open %d finished %v seconds %d, want %d %d %v %d",
					r.Step, r.Seen.FirstOpen(), r.FinishedAt, r.Seconds, tt.step, tt.open, tt.finished, tt.seconds)
			}
			if want := map[bool]int{true: 1}[tt.finished]; finishes != want {
				t.Errorf("finished %d times, want %d", finishes, want)
			}
		})
	}
}

func TestLongPausesAreNotLearning(t *testing.T) {
	r, _, _ := Run{Step: 1, MovedAt: morning}.apply(toward(1, 2), morning.Add(9*time.Hour))
	if want := int(longestPause / time.Second); r.Seconds != want {
		t.Errorf("got %d seconds for a night, want %d", r.Seconds, want)
	}
	r, _, _ = r.apply(toward(2, 3), morning) // a clock that was put back
	if want := int(longestPause / time.Second); r.Seconds != want {
		t.Errorf("got %d seconds after the clock went back, want %d", r.Seconds, want)
	}
}

func TestDoorsPassedOverAreKept(t *testing.T) {
	r, _ := walked(Run{Step: 5}, morning, Move{From: 6, Target: 7, Later: true}, Move{From: 5, Target: 6, Later: true})
	if !r.PracticeLater || r.QuizLater {
		t.Errorf("got practice later %v, quiz later %v, want true and false", r.PracticeLater, r.QuizLater)
	}
}

func TestWhereAnUnfinishedLessonGoesOn(t *testing.T) {
	for _, tt := range []struct {
		name  string
		moves []Move
		want  int
	}{
		{"in the middle", []Move{toward(1, 2), toward(2, 3)}, 3},
		{"at the end with a step unseen", []Move{toward(3, 4), toward(4, 5), toward(5, 8)}, 1},
		{"at a door", []Move{toward(1, 2), toward(2, 3), toward(3, 4), toward(4, 5), toward(5, 6)}, 6},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r, _ := walked(Run{Step: 1}, morning, tt.moves...)
			if got := r.resumeAt(); got != tt.want {
				t.Errorf("got step %d, want %d", got, tt.want)
			}
		})
	}
}

func TestRunBelongsToOneReader(t *testing.T) {
	anna, visit := people.Reader{Person: &people.Person{ID: "a"}}, people.Reader{VisitID: "v"}
	hers := begun(Move{Run: "r", Lesson: "fraud/police-call"}, anna, "e", morning)
	theirs := begun(Move{Run: "r", Lesson: "fraud/police-call"}, visit, "e", morning)
	for _, tt := range []struct {
		name string
		run  Run
		who  people.Reader
		want bool
	}{
		{"hers", hers, anna, true},
		{"hers, seen by a visitor", hers, visit, false},
		{"hers, seen by a stranger", hers, people.Reader{}, false},
		{"hers, while her visit goes on", hers, people.Reader{Person: &people.Person{ID: "a"}, VisitID: "v"}, true},
		{"a visitor's", theirs, visit, true},
		{"a visitor's, seen by another", theirs, people.Reader{VisitID: "w"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.run.Of(tt.who); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

func TestAnyMovesKeepTheRules(t *testing.T) {
	step := rapid.IntRange(FirstStep, KeepStep)
	move := rapid.Custom(func(t *rapid.T) Move {
		return Move{From: rapid.IntRange(0, KeepStep).Draw(t, "from"), Target: step.Draw(t, "target"),
			Aloud: rapid.Bool().Draw(t, "aloud"), Later: rapid.Bool().Draw(t, "later")}
	})
	rapid.Check(t, func(t *rapid.T) {
		r, at, finishes := Run{Step: FirstStep, MovedAt: morning}, morning, 0
		for _, m := range rapid.SliceOf(move).Draw(t, "moves") {
			at = at.Add(time.Duration(rapid.IntRange(0, 1000).Draw(t, "pause")) * time.Second)
			before := r
			after, changed, finished := r.apply(m, at)
			if finished {
				finishes++
			}
			switch {
			case after.Step != m.Target:
				t.Fatalf("%+v leads to step %d", m, after.Step)
			case after.Seen&before.Seen != before.Seen:
				t.Fatalf("%+v forgets a step", m)
			case !changed && after != before:
				t.Fatalf("%+v changed the run and says that it did not", m)
			case finished && (!after.Seen.Read() || m.Target != KeepStep || before.FinishedAt != nil):
				t.Fatalf("%+v finished a lesson that it must not", m)
			case before.FinishedAt != nil && (after.FinishedAt != before.FinishedAt || after.Seconds != before.Seconds):
				t.Fatalf("%+v changed the end", m)
			case after.Seconds < before.Seconds:
				t.Fatalf("%+v took time away", m)
			}
			if again, changedAgain, finishedAgain := after.apply(m, at.Add(time.Minute)); changedAgain || finishedAgain || again != after {
				t.Fatalf("%+v a second time has an effect", m)
			}
			r = after
		}
		if finishes > 1 || (finishes == 1) != (r.FinishedAt != nil) {
			t.Fatalf("finished %d times, finished at %v", finishes, r.FinishedAt)
		}
	})
}
