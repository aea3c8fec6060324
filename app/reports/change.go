package reports

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"silverclass/app/ledger"
)

// later is how long after her first practice somebody must be able to do it still: seven
// days, and six hours less, since next week's class may begin earlier than today's.
const later = 7*24*time.Hour - 6*time.Hour

// kept are the numbers about what people can still do a week later. Each is over everybody
// who began, never over those who came back: who did not is in Missing and counts as not
// able.
func (c *counter) kept() []Number {
	of := map[string][]ledger.Fact{}
	for _, f := range c.scenes {
		key := c.same(*f.PersonID) + " " + f.Object
		of[key] = append(of[key], f)
	}
	var all, week cohort
	var still, back int
	var stillFacts []string
	for _, key := range slices.Sorted(maps.Keys(of)) {
		facts := of[key]
		first := slices.MinFunc(facts, func(a, b ledger.Fact) int { return a.At.Compare(b.At) }).At
		var now, then, came bool
		var early, ids []string
		for _, f := range facts {
			ids = append(ids, f.ID)
			able := detail[ledger.PractisedDetail](f).Alone()
			if f.At.Before(first.Add(later)) {
				now, early = now || able, append(early, f.ID)
			} else {
				then, came = then || able, true
			}
		}
		all.add(now, early)
		if c.asOf.Before(first.Add(later)) {
			continue // her week is not over
		}
		week.add(now, early)
		stillFacts = append(stillFacts, ids...)
		if then {
			still++
		}
		if came {
			back++
		}
	}
	n := share("T11", "alone-later", still, week.n, byRule, stillFacts)
	n.Missing = week.n - back
	return []Number{
		share("T11", "alone-now", all.able, all.n, byRule, all.facts),
		share("T11", "alone-then", week.able, week.n, byRule, week.facts),
		n,
	}
}

// cohort is everybody who began, and who of them could do it alone.
type cohort struct {
	n, able int
	facts   []string
}

func (c *cohort) add(able bool, facts []string) {
	c.n++
	if able {
		c.able++
	}
	c.facts = append(c.facts, facts...)
}

// pair is what one person knew of one topic before and after: the same three questions.
type pair struct {
	begun               bool // before
	both                bool
	of, before, after   int
	facts, unpairedOnes []string
}

// change are the numbers about what people knew before a topic and after it, of the same
// person only; one list over all topics, and one for each topic with its slug. Who
// answered before and not after is in Missing; visitors always, since nobody can tell
// that two of their answers are one person's.
func (c *counter) change() (overall, byTopic []Number) {
	pairs := map[string][]pair{} // by topic
	known := map[string][]ledger.Fact{}
	for _, f := range c.checks {
		topic, when, _ := strings.Cut(slug(f), "/")
		if f.PersonID != nil {
			key := topic + " " + c.same(*f.PersonID)
			known[key] = append(known[key], f)
		} else if when == "before" {
			pairs[topic] = append(pairs[topic], pair{begun: true, unpairedOnes: []string{f.ID}})
		}
	}
	for _, key := range slices.Sorted(maps.Keys(known)) {
		topic, _, _ := strings.Cut(key, " ")
		pairs[topic] = append(pairs[topic], paired(known[key]))
	}
	var all []pair
	for _, topic := range slices.Sorted(maps.Keys(pairs)) {
		all = append(all, pairs[topic]...)
		for _, n := range changeOf(pairs[topic]) {
			n.Topic = topic
			byTopic = append(byTopic, n)
		}
	}
	return changeOf(all), byTopic
}

func slug(f ledger.Fact) string {
	_, s := ledger.SplitObject(f.Object)
	return s
}

// paired is what one person's answers in one topic come to: her first before, and the
// first after it in the same wording. Of two at once, the pair that flatters less.
func paired(facts []ledger.Fact) pair {
	facts = slices.Clone(facts)
	right := func(f ledger.Fact) int { return detail[ledger.AnsweredDetail](f).Right }
	slices.SortFunc(facts, func(a, b ledger.Fact) int {
		up := 1
		if isBefore(a) {
			up = -1
		}
		return cmp.Or(a.At.Compare(b.At), strings.Compare(slug(b), slug(a)), up*cmp.Compare(right(a), right(b)), strings.Compare(a.ID, b.ID))
	})
	var p pair
	var before ledger.Fact
	for _, f := range facts {
		switch {
		case isBefore(f) && !p.begun:
			p.begun, before = true, f
			p.unpairedOnes = []string{f.ID}
		case !isBefore(f) && p.begun && !p.both && edition(f) == edition(before):
			d := detail[ledger.AnsweredDetail](before)
			p.both, p.of, p.before, p.after = true, d.Of, d.Right, right(f)
			p.facts, p.unpairedOnes = []string{before.ID, f.ID}, nil
		}
	}
	return p
}

func isBefore(f ledger.Fact) bool { return strings.HasSuffix(f.Object, "/before") }

func edition(f ledger.Fact) string {
	if f.Edition == nil {
		return ""
	}
	return *f.Edition
}

// changeOf are the numbers over pairs: the shares of right answers before and after, and
// their difference in points.
func changeOf(pairs []pair) []Number {
	var n, missing, of, before, after int
	var facts, others []string
	for _, p := range pairs {
		switch {
		case p.both:
			n, of, before, after = n+1, of+p.of, before+p.before, after+p.after
			facts = append(facts, p.facts...)
		case p.begun:
			missing++
			others = append(others, p.unpairedOnes...)
		}
	}
	one := func(name string, part int, unit string) Number {
		x := share("T12", name, part, of, byRule, joined(facts, others))
		x.Unit, x.N, x.Missing = unit, n, missing
		return x
	}
	b, a := one("check-before", before, "percent"), one("check-after", after, "percent")
	change := one("check-change", 0, "point")
	if of > 0 {
		change.Value = floor((after-before)*100, of)
	}
	return []Number{b, a, change}
}

// floor divides and rounds down, below zero too: nothing looks better than it is.
func floor(a, b int) int {
	q := a / b
	if a%b != 0 && a < 0 {
		q--
	}
	return q
}
