package ledger_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"silverclass/app/db"
	"silverclass/app/ledger"
)

// Small worlds, so that the same person, session and instant meet often.
var (
	persons  = rapid.SampledFrom([]string{"p1", "p2", "p3", "p4", "p5", "p6"})
	sessions = rapid.SampledFrom([]string{"s1", "s2", "s3"})
	runs     = rapid.SampledFrom([]string{"r1", "r2", "r3", "r4"})
)

// anyFact draws a fact that counting looks at.
var anyFact = rapid.Custom(func(t *rapid.T) ledger.Fact {
	f := ledger.Fact{ID: db.NewRandomID(), At: noon.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "at")) * time.Minute)}
	switch rapid.IntRange(0, 5).Draw(t, "kind") {
	case 0, 1:
		f.Verb, f.Object = ledger.CheckedIn, ledger.Object("session", sessions.Draw(t, "session"))
		f.PersonID = new(persons.Draw(t, "person"))
		f.Detail = `{"method":"card"}`
	case 2:
		f.Verb, f.Object = ledger.Counted, ledger.Object("session", sessions.Draw(t, "session"))
		f.Detail = detailText(ledger.CountedDetail{
			Heads:  rapid.IntRange(0, 8).Draw(t, "heads"),
			Method: rapid.SampledFrom([]string{ledger.MethodTally, ledger.MethodEstimate}).Draw(t, "method"),
		})
	case 3:
		f.Verb, f.Object = ledger.Linked, ledger.Object("person", persons.Draw(t, "other"))
		f.PersonID = new(persons.Draw(t, "person"))
		f.Detail = `{"reason":"two-cards"}`
	default:
		f.Verb, f.Object = ledger.Finished, ledger.Object("lesson", rapid.SampledFrom([]string{"a/b", "a/c"}).Draw(t, "lesson"))
		f.Run = new(runs.Draw(t, "run"))
		f.Detail = `{"seconds":60,"read_aloud":false}`
		if rapid.Bool().Draw(t, "known") {
			f.PersonID = new(persons.Draw(t, "person"))
		}
	}
	return f
})

func detailText(d any) string {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// anyFacts draws facts, and retractions of some of them.
func anyFacts(t *rapid.T) []ledger.Fact {
	facts := rapid.SliceOfN(anyFact, 0, 30).Draw(t, "facts")
	for _, f := range facts {
		if rapid.IntRange(0, 4).Draw(t, "retracted") == 0 {
			facts = append(facts, retraction(f.ID))
		}
	}
	return facts
}

func retraction(id string) ledger.Fact {
	return ledger.Fact{
		ID: db.NewRandomID(), Verb: ledger.Retracted, Object: ledger.Object("fact", id), At: noon,
		Detail: detailText(ledger.RetractedDetail{FactID: id, Reason: "by-mistake"}),
	}
}

// counts is all that is counted of some facts.
type counts struct {
	Attendance ledger.Attendance
	Finished   map[string]ledger.Goes
}

func countAll(t *rapid.T, facts []ledger.Fact) counts {
	a, err := ledger.CountAttendance(facts)
	if err != nil {
		t.Fatal(err)
	}
	return counts{a, ledger.CountGoes(facts, ledger.Finished)}
}

func TestCountsDoNotHangOnOrderOrRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := anyFacts(t)
		want := countAll(t, facts)

		mixed := rapid.Permutation(facts).Draw(t, "order")
		if diff := cmp.Diff(want, countAll(t, mixed)); diff != "" {
			t.Fatalf("another order counts otherwise (-want +got):\n%s", diff)
		}
		for _, f := range facts {
			for range rapid.IntRange(0, 2).Draw(t, "again") {
				mixed = append(mixed, f)
			}
		}
		mixed = rapid.Permutation(mixed).Draw(t, "order again")
		if diff := cmp.Diff(want, countAll(t, mixed)); diff != "" {
			t.Fatalf("repetition counts otherwise (-want +got):\n%s", diff)
		}
	})
}

// A fact that counts may come again under another ID: two desks without a line. What was
// taken back is not repeated here, since taking back is of one fact.
func TestTheSameMeaningUnderOtherIDsCountsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		facts := anyFacts(t)
		want := countAll(t, facts)
		twice := facts
		for _, f := range ledger.Effective(facts) {
			for range rapid.IntRange(0, 2).Draw(t, "again") {
				f.ID = db.NewRandomID()
				f.RecordedAt = f.RecordedAt.Add(time.Second)
				twice = append(twice, f)
			}
		}
		got := countAll(t, rapid.Permutation(twice).Draw(t, "order"))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("other IDs count otherwise (-want +got):\n%s", diff)
		}
	})
}

// Registered, unregistered and person-times keep their bounds, and distinct persons are
// never more than person-times.
func TestCountsKeepTheirBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := countAll(t, anyFacts(t)).Attendance
		for id, s := range a.Sessions {
			if s.Registered+s.Unregistered != s.PersonTimes || s.PersonTimes < s.Heads ||
				s.Unregistered > 0 && s.PersonTimes != s.Heads {
				t.Fatalf("session %s: %+v", id, s)
			}
		}
		if a.Persons > a.Registered || a.Registered+a.Unregistered != a.PersonTimes {
			t.Fatalf("%+v", a)
		}
	})
}

func TestTheStorysNumbers(t *testing.T) {
	session := ledger.Object("session", "s")
	in := func(person string) ledger.Fact {
		return ledger.Fact{ID: db.NewID(), Verb: ledger.CheckedIn, Object: session, PersonID: &person, At: noon}
	}
	heads := func(n int, method string, after time.Duration) ledger.Fact {
		return ledger.Fact{
			ID: db.NewID(), Verb: ledger.Counted, Object: session, At: noon.Add(after),
			Detail: fmt.Sprintf(`{"heads":%d,"method":%q}`, n, method),
		}
	}
	wang, mistake, wrong := in("wang"), in("li"), heads(99, ledger.MethodTally, 2*time.Hour)
	facts := []ledger.Fact{
		wang, in("wang"), mistake, retraction(mistake.ID),
		heads(30, ledger.MethodTally, 0), heads(31, ledger.MethodTally, time.Hour), wrong, retraction(wrong.ID),
		heads(500, ledger.MethodEstimate, 3*time.Hour),
		{ID: db.NewID(), Verb: ledger.Linked, Object: "person:wang", PersonID: new("wang-2")},
		in("wang-2"),
	}
	got, err := ledger.CountAttendance(facts)
	if err != nil {
		t.Fatal(err)
	}
	one := ledger.SessionAttendance{
		Registered: 1, Counted: true, Heads: 31, Method: ledger.MethodTally, Unregistered: 30, PersonTimes: 31,
	}
	want := ledger.Attendance{
		Sessions: map[string]ledger.SessionAttendance{"s": one},
		Persons:  1, Registered: 1, Unregistered: 30, PersonTimes: 31,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
