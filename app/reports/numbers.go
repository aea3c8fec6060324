package reports

import (
	"encoding/json"
	"slices"
	"sort"

	"silverclass/app/ledger"
)

// How a number came to be known.
const (
	byRegister = "registered" // signed in at the desk
	byTally    = "counted"    // heads were counted
	byRecord   = "recorded"   // the program noted it
	byEstimate = "estimated"  // estimated by staff
	byRule     = "derived"    // reckoned from other numbers
)

// numbers are the indicators in the dictionary's order (indicators.md F.3).
func (c *counter) numbers() []Number {
	a := c.attendance()
	heads := byTally
	if a.estimated {
		heads = byEstimate
	}
	equipThere, equipUsable, equipFacts := c.equipment()
	overall, _ := c.change()
	return slices.Concat([]Number{
		{Code: "T02", Name: "sessions", Value: a.held, Unit: "session", Method: byRecord, FactIDs: a.heldFacts},
		{Code: "T04", Name: "person-times", Value: a.registered + a.unregistered, Unit: "person_time", Method: byRule, FactIDs: a.all},
		{Code: "T04", Name: "registered", Value: a.registered, Unit: "person_time", Method: byRegister, FactIDs: a.registeredFacts},
		{Code: "T04", Name: "heads", Value: a.heads, Unit: "head", Method: heads, FactIDs: a.tallyFacts},
		{Code: "T04", Name: "unregistered", Value: a.unregistered, Unit: "person_time", Method: byRule, FactIDs: a.all},
		{Code: "T05", Name: "persons", Value: c.persons.len(), Unit: "person", Method: byRegister, FactIDs: c.persons.facts},
		{Code: "T06", Name: "sixty", Value: a.sixty, Unit: "head", Method: heads, FactIDs: a.tallyFacts},
		share("T07", "unregistered-share", a.unregistered, a.registered+a.unregistered, byRule, a.all),
		{Code: "T10", Name: "lessons-started", Value: c.lessonsStarted.len(), Unit: "lesson", Method: byRecord, FactIDs: c.lessonsStarted.facts},
		{Code: "T10", Name: "lessons-known", Value: c.lessonsKnown.len(), Unit: "lesson", Method: byRecord, FactIDs: c.lessonsKnown.facts},
		{Code: "T10", Name: "lessons-visitor", Value: c.lessonsVisitor.len(), Unit: "lesson", Method: byRecord, FactIDs: c.lessonsVisitor.facts},
		share("T10", "lessons-share", c.lessonsKnown.len()+c.lessonsVisitor.len(), c.lessonsStarted.len(), byRule,
			joined(c.lessonsStarted.facts, c.lessonsKnown.facts, c.lessonsVisitor.facts)),
		{Code: "T11", Name: "practices", Value: c.practices.len(), Unit: "practice", Method: byRecord, FactIDs: c.practices.facts},
		{Code: "T11", Name: "practices-alone", Value: c.practicesAlone.len(), Unit: "practice", Method: byRecord, FactIDs: c.practicesAlone.facts},
	}, c.kept(), []Number{
		{Code: "T12", Name: "quizzes", Value: c.quizzes.len(), Unit: "quiz", Method: byRecord, FactIDs: c.quizzes.facts},
		{Code: "T12", Name: "quizzes-first", Value: c.quizzesFirst.len(), Unit: "quiz", Method: byRecord, FactIDs: c.quizzesFirst.facts},
	}, overall, c.rated(a.registered+a.unregistered), []Number{
		{Code: "T14", Name: "served-minutes", Value: c.served, Unit: "minute", Method: byRecord, FactIDs: c.servedFacts},
		{Code: "T16", Name: "handed-out", Value: c.handedOut, Unit: "piece", Method: byRecord, FactIDs: c.handedOutFacts},
		{Code: "T17", Name: "reached", Value: c.reached, Unit: "person_time", Method: byEstimate, FactIDs: c.reachedFacts},
		{Code: "T20", Name: "tablets", Value: equipThere, Unit: "tablet", Method: byRecord, FactIDs: equipFacts},
		{Code: "T20", Name: "tablets-usable", Value: equipUsable, Unit: "tablet", Method: byRecord, FactIDs: equipFacts},
		{Code: "T21", Name: "helps", Value: c.helps.len(), Unit: "time", Method: byRecord, FactIDs: c.helps.facts},
		{Code: "T21", Name: "help-wait", Value: mean(c.waited, c.helps.len()), Unit: "second", Method: byRule, FactIDs: c.helps.facts},
		{Code: "L01", Name: "live-classes", Value: c.classes.len(), Unit: "class", Method: byRecord, FactIDs: c.classes.facts},
		{Code: "L02", Name: "live-visits", Value: c.liveVisits.len(), Unit: "time", Method: byRecord, FactIDs: c.liveVisits.facts},
		{Code: "L03", Name: "live-minutes", Value: c.liveMinutes, Unit: "minute", Method: byRule, FactIDs: c.minutesFacts},
		{Code: "L03", Name: "live-confirmed", Value: c.liveConfirmed, Unit: "minute", Method: byRecord, FactIDs: c.confirmedFacts},
		{Code: "L03", Name: "live-estimated", Value: c.liveEstimated, Unit: "minute", Method: byEstimate, FactIDs: c.estimatedFacts},
	})
}

// share is a part of a whole in per cent, rounded down, so that nothing looks better
// than it is. N is the whole.
func share(code, name string, part, whole int, method string, facts []string) Number {
	n := Number{Code: code, Name: name, Unit: "percent", Method: method, N: whole, FactIDs: facts}
	if whole > 0 {
		n.Value = part * 100 / whole
	}
	return n
}

func mean(sum, n int) int {
	if n == 0 {
		return 0
	}
	return sum / n
}

func (c *counter) equipment() (there, usable int, facts []string) {
	ids := make([]string, 0, len(c.equip))
	for id := range c.equip {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		e := c.equip[id]
		there += e.there
		usable += e.usable
		facts = append(facts, e.fact.ID)
	}
	return there, usable, facts
}

func joined(lists ...[]string) []string {
	var all []string
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

// detail reads what a fact's verb says. The ledger checked its form when it was
// appended, so what does not fit is left zero rather than refused.
func detail[T any](f ledger.Fact) T {
	var d T
	_ = json.Unmarshal([]byte(f.Detail), &d)
	return d
}
