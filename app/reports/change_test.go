package reports

import (
	"context"
	"fmt"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"

	"pgregory.net/rapid"
)

func self(id string) string { return id }

// answered is a check handed in; days counts from the first day.
func answered(id, person, object, edition string, right int, days float64) ledger.Fact {
	f := ledger.Fact{ID: id, Verb: ledger.Answered, Object: object, Edition: ptr(edition), At: start.Add(time.Duration(days * 24 * float64(time.Hour))),
		Detail: fmt.Sprintf(`{"right":%d,"of":3,"first_try":true}`, right)}
	if person != "" {
		f.PersonID = ptr(person)
	}
	return f
}

func practised(id, person, mode string, hints int, days float64) ledger.Fact {
	f := ledger.Fact{ID: id, Verb: ledger.Practised, Object: "scene:fraud/police-call", At: start.Add(time.Duration(days * 24 * float64(time.Hour))),
		Detail: fmt.Sprintf(`{"mode":%q,"outcome":"done","hints":%d}`, mode, hints)}
	if person != "" {
		f.PersonID = ptr(person)
	}
	return f
}

func find(t *testing.T, list []Number, key string) Number {
	t.Helper()
	n, err := Report{Numbers: list}.Find(key)
	if err != nil {
		t.Fatalf("%s: %v", key, err)
	}
	return n
}

func TestACheckIsNoQuiz(t *testing.T) {
	facts := []ledger.Fact{answered("1", "a", "check:fraud/before", "e", 3, 0), answered("2", "a", "quiz:fraud/police-call", "e", 3, 0)}
	list := count(facts, self, start)
	for _, name := range []string{"quizzes", "quizzes-first"} {
		if n := find(t, list, name); n.Value != 1 || len(n.FactIDs) != 1 {
			t.Errorf("%s: got %+v, want the quiz alone", name, n)
		}
	}
}

func TestOnlyOnesOwnPracticeIsAlone(t *testing.T) {
	for _, tt := range []struct {
		mode  string
		hints int
		want  int
	}{{"guided", 0, 0}, {"unaided", 0, 1}, {"changed", 0, 1}, {"unaided", 1, 0}} {
		list := count([]ledger.Fact{practised("1", "a", tt.mode, tt.hints, 0)}, self, start)
		if n := find(t, list, "practices-alone"); n.Value != tt.want {
			t.Errorf("%s with %d hints: got %d, want %d", tt.mode, tt.hints, n.Value, tt.want)
		}
	}
}

func TestChangeIsOfTheSamePerson(t *testing.T) {
	const before, after = "check:fraud/before", "check:fraud/after"
	tests := []struct {
		name                             string
		facts                            []ledger.Fact
		before, after, change, n, missed int
	}{
		{"nobody", nil, 0, 0, 0, 0, 0},
		{"one of both", []ledger.Fact{answered("1", "a", before, "e", 1, 0), answered("2", "a", after, "e", 3, 1)}, 33, 100, 66, 1, 0},
		{"one of each is no pair", []ledger.Fact{answered("1", "a", before, "e", 0, 0), answered("2", "b", after, "e", 3, 1)}, 0, 0, 0, 0, 1},
		{"two cards of one person are a pair", []ledger.Fact{answered("1", "c1", before, "e", 2, 0), answered("2", "c2", after, "e", 3, 1)}, 66, 100, 33, 1, 0},
		{"another wording is no pair", []ledger.Fact{answered("1", "a", before, "e", 2, 0), answered("2", "a", after, "f", 3, 1)}, 0, 0, 0, 0, 1},
		{"an after that was first is no pair", []ledger.Fact{answered("1", "a", before, "e", 2, 1), answered("2", "a", after, "e", 3, 0)}, 0, 0, 0, 0, 1},
		{"worse afterwards, rounded down", []ledger.Fact{answered("1", "a", before, "e", 3, 0), answered("2", "a", after, "e", 1, 1)}, 100, 33, -67, 1, 0},
		{"a visitor is missing", []ledger.Fact{answered("1", "", before, "e", 3, 0), answered("2", "", after, "e", 3, 1)}, 0, 0, 0, 0, 1},
		{"who did not come back does not pull the others", []ledger.Fact{answered("1", "a", before, "e", 1, 0), answered("2", "a", after, "e", 3, 1),
			answered("3", "b", before, "e", 0, 0)}, 33, 100, 66, 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same := onePerson([]ledger.Fact{{PersonID: ptr("c1"), Object: "person:c2"}})
			c := counted(tt.facts, same, start)
			overall, topics := c.change()
			for name, want := range map[string]int{"check-before": tt.before, "check-after": tt.after, "check-change": tt.change} {
				n := find(t, overall, name)
				if n.Value != want || n.N != tt.n || n.Missing != tt.missed || len(n.FactIDs) != 2*tt.n+tt.missed {
					t.Errorf("%s: got %+v, want %d of %d, missing %d", name, n, want, tt.n, tt.missed)
				}
				if len(tt.facts) > 0 {
					if one := find(t, topics, name+"/fraud"); one.Value != want || one.N != tt.n || one.Missing != tt.missed {
						t.Errorf("%s of the topic: got %+v", name, one)
					}
				}
			}
		})
	}
}

func TestWhoDoesNotComeBackIsMissing(t *testing.T) {
	facts := []ledger.Fact{
		practised("1", "a", "unaided", 0, 0), practised("2", "a", "changed", 0, 7), // able, and able still
		practised("3", "b", "unaided", 0, 0), practised("4", "b", "unaided", 1, 8), // able, and not any more
		practised("5", "c", "unaided", 0, 0),                                       // able, and not seen again
		practised("6", "d", "guided", 0, 0), practised("7", "d", "unaided", 0, 30), // shown, and able later
		practised("8", "e", "unaided", 0, 28), // her week is not over
		practised("9", "", "unaided", 0, 0),   // a visitor
	}
	list := count(facts, self, start.Add(31*24*time.Hour))
	for _, tt := range []struct {
		name                string
		value, n, miss, ids int
	}{{"alone-now", 80, 5, 0, 5}, {"alone-then", 75, 4, 0, 4}, {"alone-later", 50, 4, 1, 7}} {
		n := find(t, list, tt.name)
		if n.Value != tt.value || n.N != tt.n || n.Missing != tt.miss || len(n.FactIDs) != tt.ids {
			t.Errorf("%s: got %+v, want %d %% of %d, missing %d", tt.name, n, tt.value, tt.n, tt.miss)
		}
	}
	// Before anybody's week is over nobody is missing.
	if n := find(t, count(facts[:1], self, start.Add(5*24*time.Hour)), "alone-later"); n.N != 0 || n.Missing != 0 {
		t.Errorf("after five days: got %+v", n)
	}
}

// TestComingBackNeverLowers: whatever somebody does besides, the share still able after a
// week falls never, and nobody who did not come back makes it rise.
func TestComingBackNeverLowers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []ledger.Fact
		for i := range rapid.IntRange(1, 12).Draw(t, "facts") {
			facts = append(facts, practised(fmt.Sprint(i), rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "who"),
				rapid.SampledFrom([]string{"guided", "unaided"}).Draw(t, "mode"), 0, float64(rapid.IntRange(0, 20).Draw(t, "day"))))
		}
		value := func(list []ledger.Fact) (able int) {
			for _, n := range count(list, self, start.Add(60*24*time.Hour)) {
				if n.Name == "alone-later" {
					able = n.Value
					if n.Value*n.N/100 > n.N-n.Missing {
						t.Fatalf("more are able than came back: %+v", n)
					}
				}
			}
			return able
		}
		once := value(facts)
		more := append(facts, practised("x", *facts[0].PersonID, "unaided", 0, float64(rapid.IntRange(21, 40).Draw(t, "again"))))
		if got := value(more); got < once {
			t.Fatalf("one more practice brought it from %d to %d", once, got)
		}
	})
}

// TestAFewRatingsOfASessionDoNotOpenInASum: two sessions with three answers each are six
// answers, and none of them opens.
func TestAFewRatingsOfASessionDoNotOpenInASum(t *testing.T) {
	w := newTown(t)
	store := NewStore(w.db, clock, shanghai)
	sc, yes, no := Scope{Kind: Tour, ID: "t1"}, true, false
	rate := func(session string, at time.Time, sold *bool) {
		w.add(ledger.OwnerQuizzes, ledger.Fact{ID: db.NewRandomID(), Verb: ledger.Rated, Object: "session:" + session, SessionID: ptr(session), At: at},
			ledger.RatedDetail{Faces: 3, Sold: sold})
	}
	for range 3 {
		rate("s1", start, &yes)
		rate("s2", start.Add(24*time.Hour), nil)
	}
	r, err := store.Report(context.Background(), sc)
	if err != nil {
		t.Fatal(err)
	}
	if n := find(t, r.Numbers, "session-smiles"); n.Value != 100 || n.N != 6 || len(n.FactIDs) != 0 {
		t.Errorf("six answers: got %+v", n)
	}
	if n := find(t, r.Numbers, "session-sold"); !n.Hidden || n.Value != 0 {
		t.Errorf("three said whether anything was sold: got %+v", n)
	}
	if _, _, _, err := store.Rows(context.Background(), sc, "session-ratings"); err == nil {
		t.Error("six answers of two sessions opened")
	}
	for range 2 {
		rate("s1", start, &no)
	}
	_, n, rows, err := store.Rows(context.Background(), sc, "session-ratings")
	if err != nil || n.Value != 8 || len(rows) != 5 {
		t.Errorf("five of one session: got %d rows of %d, %v", len(rows), n.Value, err)
	}
}
