package quizzes

import "slices"

// mark is how far one question has come: a pure function of what was tapped.
type mark struct {
	// Want is the index of the answer that is right now; -1 when the question is solved.
	Want int
	// Set are the answers that have found their place, in order: at most one but for InOrder.
	Set []int
	// Off are the answers that were tapped and are not what is wanted now.
	Off []int
	// Slips is how many taps were not the wanted one.
	Slips int
}

// Solved reports whether nothing is left to tap.
func (m mark) Solved() bool { return m.Want < 0 }

// mark follows the taps, indices into Answers, in order.
func (q Question) mark(tapped []int) mark {
	m := mark{Want: q.wanted(nil)}
	for _, t := range tapped {
		if m.Solved() { // nothing is taken away any more
			break
		}
		if t != m.Want {
			m.Slips++
			if t >= 0 && t < len(q.Answers) && !slices.Contains(m.Off, t) {
				m.Off = append(m.Off, t)
			}
			continue
		}
		m.Set = append(m.Set, t)
		m.Want = q.wanted(m.Set)
		if m.Want >= 0 {
			m.Off = nil // in another place it may be the right one
		}
	}
	if q.Kind == InOrder && m.Solved() && len(m.Set) < len(q.Answers) { // the last one has only one place left
		m.Set = append(m.Set, q.placed(len(q.Answers)))
	}
	return m
}

// wanted is the answer that comes after those set; -1 when the question is solved.
func (q Question) wanted(set []int) int {
	if q.Kind != InOrder {
		if len(set) > 0 {
			return -1
		}
		return slices.IndexFunc(q.Answers, func(a Answer) bool { return a.Right })
	}
	if len(set)+1 >= len(q.Answers) {
		return -1
	}
	return q.placed(len(set) + 1)
}

// placed is the answer that belongs to a place, counted from 1.
func (q Question) placed(place int) int {
	return slices.IndexFunc(q.Answers, func(a Answer) bool { return a.Place == place })
}

// Right are the answers to tap, in order, for a question to be right at the first try.
func (q Question) Right() []int {
	var taps []int
	for m := q.mark(nil); !m.Solved(); m = q.mark(taps) {
		taps = append(taps, m.Want)
	}
	return taps
}
