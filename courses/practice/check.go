package practice

import (
	"slices"

	"silverclass/app/fault"
	"silverclass/courses"
)

// links checks that every name that something leads to is there, and that each screen
// offers what the rules ask for.
func (r *reader) links(start courses.Node) {
	s := r.s
	if s.screens[s.Start] == nil {
		start.Break("practice.rule_no_such", fault.Args{"Name": s.Start})
	}
	for _, x := range s.Screens {
		for _, c := range x.Choices {
			if c.To == "" || c.Found {
				continue
			}
			if s.screens[c.To] == nil && s.mistakes[c.To] == nil && s.endings[c.To] == nil {
				r.lines[choiceKey(x.ID, c.Do)].Break("practice.rule_no_such", fault.Args{"Name": c.To})
			}
		}
		r.offers(x)
	}
	for _, m := range s.Mistakes {
		if m.Back != "" && s.screens[m.Back] == nil {
			r.lines[m.ID].Break("practice.rule_no_such", fault.Args{"Name": m.Back})
		}
	}
}

// offers checks one screen: what is always there, and what is always right.
func (r *reader) offers(x *Screen) {
	s, at := r.s, r.lines[x.ID]
	choice := func(do string) courses.Node { return r.lines[choiceKey(x.ID, do)] }
	for _, c := range x.Choices {
		if c.Right && s.mistakes[c.To] != nil {
			choice(c.Do).Break("practice.rule_right_mistake")
		}
	}
	if x.Best() == nil {
		at.Break("practice.rule_no_right")
	}
	family, leave := x.Choice(doAskFamily), x.Choice(doHangUp)
	if x.Pressure && family == nil {
		at.Break("practice.rule_ask_family")
	}
	if family != nil && !family.Right {
		choice(doAskFamily).Break("practice.rule_ask_family_right")
	}
	if x.Phone.talking() && leave == nil {
		at.Break("practice.rule_hang_up")
	}
	if leave != nil && s.mistakes[leave.To] != nil {
		choice(doHangUp).Break("practice.rule_hang_up_right")
	}
	if x.Phone == Ringing && (x.Choice(doAnswer) == nil || x.Choice(doDecline) == nil) {
		at.Break("practice.rule_ringing")
	}
	if s.slippery(x) && (x.Good == nil || (x.Hint == nil)) {
		at.Break("practice.rule_slip_words")
	}
	comesIn := x.Phone == Ringing || x.Phone == Message || x.Phone == Talk || x.Phone.talking()
	if s.Kind == Inbox && comesIn && x.Truth == "" {
		at.Break("practice.rule_truth_missing")
	}
}

// machine checks the scene as a whole: nothing is out of reach, nothing is a trap, and
// every mistake is there, reached by a tap and mended where it was made.
func (r *reader) machine(start, mistakes courses.Node) {
	s := r.s
	reached := s.reach(s.Start)
	for _, x := range s.Screens {
		if !reached[x.ID] {
			r.lines[x.ID].Break("practice.rule_unreachable")
		} else if !s.ends(x.ID) {
			r.lines[x.ID].Break("practice.rule_no_goal")
		}
	}
	for _, e := range s.Endings {
		if !reached[e.ID] {
			r.lines[e.ID].Break("practice.rule_unreachable")
		}
	}
	if len(s.Mistakes) < leastMistakes {
		mistakes.Break("practice.rule_few_mistakes", fault.Args{"Count": len(s.Mistakes), "Least": leastMistakes})
	}
	for _, m := range s.Mistakes {
		if !reached[m.ID] {
			r.lines[m.ID].Break("practice.rule_unreachable")
			continue
		}
		if m.Back != "" && !slices.ContainsFunc(s.Screens, func(x *Screen) bool {
			return x.Base == m.Back && slices.ContainsFunc(x.Choices, func(c Choice) bool { return c.To == m.ID })
		}) {
			r.lines[m.ID].Break("practice.rule_back", fault.Args{"Name": m.Back})
		}
	}
	if s.Kind == Sort && !slices.ContainsFunc(s.Screens, func(x *Screen) bool { return x.Phone == Order }) {
		start.Break("practice.rule_kind_face", fault.Args{"Kind": string(s.Kind), "Face": string(Order)})
	}
	if s.Kind == Inbox {
		r.mixed(start)
	}
}

// mixed checks that "always refuse" does not pass: something real and something fake
// come in, and each can be taken for the other.
func (r *reader) mixed(start courses.Node) {
	for _, truth := range []Truth{Real, Fake} {
		if !slices.ContainsFunc(r.s.Screens, func(x *Screen) bool { return x.Truth == truth && r.s.slippery(x) }) {
			start.Break("practice.rule_mixed", fault.Args{"Truth": string(truth)})
		}
	}
}

// reach are the IDs that taps lead to from a screen, itself included. Going back
// (上一步) is not followed: it only leads to where one was.
func (s *Scene) reach(from string) map[string]bool {
	seen, next := map[string]bool{}, []string{from}
	for len(next) > 0 {
		id := next[0]
		next = next[1:]
		if seen[id] {
			continue
		}
		seen[id] = true
		if x := s.screens[id]; x != nil {
			for _, c := range x.Choices {
				if !c.Found && c.To != "" {
					next = append(next, c.To)
				}
			}
		}
		if m := s.mistakes[id]; m != nil && m.Back != "" {
			next = append(next, m.Back)
		}
	}
	return seen
}

// ends reports whether right choices alone lead from a screen to an ending: whoever
// follows the arrow arrives.
func (s *Scene) ends(from string) bool {
	seen := map[string]bool{}
	for id := from; !seen[id]; {
		seen[id] = true
		if s.endings[id] != nil {
			return true
		}
		best := s.screens[id].Best()
		if best == nil {
			return false
		}
		id = best.To
	}
	return false
}
