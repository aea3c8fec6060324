package certificates

import (
	"encoding/json"
	"fmt"
	"testing"

	"silverclass/app/ledger"
	"silverclass/app/tour"

	"pgregory.net/rapid"
)

func fact(id string, verb ledger.Verb, object string, detail any) ledger.Fact {
	b, err := json.Marshal(detail)
	if err != nil {
		panic(err)
	}
	return ledger.Fact{ID: id, Verb: verb, Object: object, Detail: string(b)}
}

func TestWhatCountsForACertificate(t *testing.T) {
	alone, guided := ledger.PractisedDetail{Mode: "unaided", Outcome: "done"}, ledger.PractisedDetail{Mode: "guided", Outcome: "done"}
	tests := []struct {
		name  string
		facts []ledger.Fact
		want  Done
	}{
		{"nothing", nil, Done{}},
		{"a lesson twice is one", []ledger.Fact{fact("a", ledger.Finished, "lesson:fraud/x", nil), fact("b", ledger.Finished, "lesson:fraud/x", nil)}, Done{Lessons: 1}},
		{"another topic's lesson", []ledger.Fact{fact("a", ledger.Finished, "lesson:info-apps/x", nil)}, Done{}},
		{"a practice with a hint", []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", ledger.PractisedDetail{Mode: "unaided", Outcome: "done", Hints: 1})}, Done{}},
		{"a practice with help", []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", ledger.PractisedDetail{Mode: "changed", Outcome: "done", Helped: true})}, Done{}},
		{"a practice left half way", []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", ledger.PractisedDetail{Mode: "unaided", Outcome: "left"})}, Done{}},
		{"a practice alone", []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", alone)}, Done{Practices: 1}},
		{"a guided practice", []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", guided)}, Done{}},
		{"a quiz, and a check that is none", []ledger.Fact{fact("a", ledger.Answered, "quiz:fraud/x", nil), fact("b", ledger.Answered, "check:fraud/before", nil)}, Done{Quizzes: 1}},
		{"what was taken back", []ledger.Fact{fact("a", ledger.Finished, "lesson:fraud/x", nil), fact("b", ledger.Retracted, "lesson:fraud/x", ledger.RetractedDetail{FactID: "a", Reason: "other"})}, Done{}},
		{"two sessions", []ledger.Fact{fact("a", ledger.CheckedIn, "session:1", nil), fact("b", ledger.CheckedIn, "session:2", nil), fact("c", ledger.CheckedIn, "session:2", nil)}, Done{Sessions: 2}},
	}
	rule := Rule{Topic: "fraud", OwnWay: true}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := doneIn(rule, tt.facts); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// TestAnOlderRuleCountsAsItDid: what the first rules said stays true.
func TestAnOlderRuleCountsAsItDid(t *testing.T) {
	rules, err := LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	guided := []ledger.Fact{fact("a", ledger.Practised, "scene:fraud/x", ledger.PractisedDetail{Mode: "guided", Outcome: "done"})}
	old, _ := rules.Named("fraud-2026-1")
	now, _ := rules.Of("fraud")
	if doneIn(old, guided).Practices != 1 || doneIn(now, guided).Practices != 0 {
		t.Errorf("a guided practice counts %d by %s and %d by %s", doneIn(old, guided).Practices, old.Name(), doneIn(now, guided).Practices, now.Name())
	}
}

func TestEveryTopicHasARule(t *testing.T) {
	rules, err := LoadRules()
	if err != nil {
		t.Fatal(err)
	}
	for _, topic := range tour.Topics() {
		r, ok := rules.Of(topic)
		if !ok {
			t.Errorf("%s has no rule", topic)
		}
		if named, ok := rules.Named(r.Name()); !ok || named != r {
			t.Errorf("%s is not found by its name %s", topic, r.Name())
		}
	}
}

// TestDoingMoreNeverTakesACertificateAway: the order of facts does not matter, and one more
// fact never makes something missing.
func TestDoingMoreNeverTakesACertificateAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var facts []ledger.Fact
		for i := range rapid.IntRange(0, 25).Draw(t, "facts") {
			slug := fmt.Sprintf("fraud/%d", rapid.IntRange(0, 7).Draw(t, "lesson"))
			verb := rapid.SampledFrom([]ledger.Verb{ledger.Finished, ledger.Practised, ledger.Answered}).Draw(t, "verb")
			kind := map[ledger.Verb]string{ledger.Finished: "lesson:", ledger.Practised: "scene:", ledger.Answered: "quiz:"}[verb]
			facts = append(facts, fact(fmt.Sprint(i), verb, kind+slug, ledger.PractisedDetail{Outcome: "done", Hints: rapid.IntRange(0, 1).Draw(t, "hints")}))
		}
		rule := Rule{Topic: "fraud", Lessons: 3, Practices: 2, Quizzes: 3}
		all := rule.Lacks(doneIn(rule, facts), 0)
		if mixed := rule.Lacks(doneIn(rule, rapid.Permutation(facts).Draw(t, "mixed")), 0); mixed != all {
			t.Fatalf("in another order %+v, before %+v", mixed, all)
		}
		if len(facts) == 0 {
			return
		}
		fewer := rule.Lacks(doneIn(rule, facts[:len(facts)-1]), 0)
		if all.Lessons > fewer.Lessons || all.Practices > fewer.Practices || all.Quizzes > fewer.Quizzes {
			t.Fatalf("one fact more: %+v lacks, before %+v", all, fewer)
		}
	})
}

func TestCodesAsTheyAreTyped(t *testing.T) {
	for typed, want := range map[string]string{"abcde-fghjk": "ABCDEFGHJK", " ABCDE FGHJK ": "ABCDEFGHJK", "ABCDE": "", "ABCDE-FGHJ0": "", "": "", "ABCDEFGHJKL": ""} {
		if got := ReadCode(typed); got != want {
			t.Errorf("%q: got %q, want %q", typed, got, want)
		}
	}
	if c := newCode(); ReadCode(PrintCode(c)) != c {
		t.Errorf("%s is not read back", c)
	}
}
