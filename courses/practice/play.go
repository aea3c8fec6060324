package practice

import (
	"maps"
	"slices"

	"silverclass/app/fault"
)

// The taps that are not choices of a scene.
const (
	TapBack  = "back"  // 上一步: one screen back inside the practice
	TapAgain = "again" // from a mistake's repair to where it can be tried again
	TapTry   = "try"   // after it was shown: now it is her turn
	TapHint  = "hint"  // where the scene does not help by itself: show me
)

// How help grows with the slips at one screen.
const (
	HelpNone  = 0
	HelpHint  = 1 // after the first slip: words
	HelpArrow = 2 // after the second: an arrow at the right choice, and the words
	showAfter = 3 // from the third on it is shown before it is tried again
	askAfter  = 2 // where the scene does not help by itself, she may ask from here on
)

// Where is what sort of place somebody is at in a scene.
type Where string

// The places.
const (
	AtScreen  Where = "screen"
	AtMistake Where = "mistake"
	AtShown   Where = "shown" // the screen, with the right choice done for her
	AtEnding  Where = "ending"
)

// Place is where somebody is: a screen, a mistake's repair, a screen that is being
// shown, or an ending.
type Place struct {
	Where Where
	ID    string
}

// State is one go at a scene. It is a value: Tap returns another and leaves the one it
// was given as it is.
type State struct {
	Mode Mode
	At   Place
	// Trail is how she came here, the last place last: 上一步 goes along it.
	Trail []Place
	// Slips are taps that led to a mistake or to nothing; Misses are those that trusted
	// a fake, FalseAlarms those that took something real for a fake.
	Slips, Misses, FalseAlarms int
	// Hints is how often help was given: a hint, an arrow and a showing count one each.
	Hints int
	// Made are the mistakes, each once, in the order they happened.
	Made []string
	// Right are the screens on which she chose right at once, in order.
	Right []string
	// Stopped is the screen from which the ending was reached; empty before.
	Stopped string
	// Nothing is true when the last tap was at something that is not needed here.
	Nothing bool

	slipsAt map[string]int // by screen
	helpAt  map[string]int // by screen: the help that is shown there
}

// Done reports whether an ending is reached; then nothing can be tapped any more.
func (st State) Done() bool { return st.At.Where == AtEnding }

// Unaided reports whether the ending was reached with no help from the scene. Slips
// alone do not matter (indicators.md T11).
func (st State) Unaided() bool { return st.Done() && st.Hints == 0 }

// Help is how much is shown on the present screen: HelpNone, HelpHint or HelpArrow.
func (st State) Help() int {
	if st.At.Where != AtScreen {
		return HelpNone
	}
	return st.helpAt[st.At.ID]
}

// Begin is the state before the first tap.
func (s *Scene) Begin(m Mode) State {
	return State{Mode: m, At: Place{AtScreen, s.Start}}
}

// Play is the state after taps. Fault: Invalid "practice.not_offered" at the first tap
// that the place it comes at does not offer.
func Play(s *Scene, m Mode, taps []string) (State, error) {
	st := s.Begin(m)
	for _, tap := range taps {
		var err error
		if st, err = s.Tap(st, tap); err != nil {
			return st, err
		}
	}
	return st, nil
}

// Offers are the taps that are possible now; none at an ending.
func (s *Scene) Offers(st State) []string {
	var all []string
	switch st.At.Where {
	case AtScreen:
		for _, c := range s.screens[st.At.ID].Choices {
			if !c.Found {
				all = append(all, c.Do)
			}
		}
		if st.CanAsk() {
			all = append(all, TapHint)
		}
	case AtMistake:
		all = append(all, TapAgain)
	case AtShown:
		all = append(all, TapTry)
	case AtEnding:
		return nil
	}
	if len(st.Trail) > 0 {
		all = append(all, TapBack)
	}
	return all
}

// Tap is the state after one more tap. Fault: Invalid "practice.not_offered"; the state
// is then the one that was given.
func (s *Scene) Tap(st State, tap string) (State, error) {
	if !slices.Contains(s.Offers(st), tap) {
		return st, fault.New(fault.Invalid, "practice.not_offered")
	}
	n := st.copy()
	n.Nothing = false
	switch {
	case tap == TapBack:
		n.At, n.Trail = st.Trail[len(st.Trail)-1], n.Trail[:len(n.Trail)-1]
		n.enter()
	case tap == TapAgain:
		s.again(&n)
	case tap == TapTry:
		n.At.Where = AtScreen
		n.enter()
	case tap == TapHint:
		n.help(HelpArrow)
	default:
		s.choose(&n, s.screens[st.At.ID].Choice(tap))
	}
	return n, nil
}

// CanAsk reports whether she may ask for help here: in a mode that does not help by
// itself, after the second slip at the same screen.
func (st State) CanAsk() bool {
	return st.Mode != Guided && st.At.Where == AtScreen && st.slipsAt[st.At.ID] >= askAfter && st.Help() < HelpArrow
}

// choose follows a choice of the present screen.
func (s *Scene) choose(n *State, c *Choice) {
	here := s.screens[n.At.ID]
	if c.To == "" {
		n.slip(here)
		n.Nothing = true
		if !n.show(here.ID) {
			n.enter()
		}
		return
	}
	n.Trail = append(n.Trail, n.At)
	if s.mistakes[c.To] != nil {
		n.slip(here)
		n.At = Place{AtMistake, c.To}
		switch {
		case here.Truth == Real:
			n.FalseAlarms++
		case here.Truth == Fake, here.Pressure, s.Kind == Call:
			n.Misses++
		}
		if !slices.Contains(n.Made, c.To) {
			n.Made = append(n.Made, c.To)
		}
		return
	}
	if c.Right && n.slipsAt[here.ID] == 0 && !slices.Contains(n.Right, here.ID) {
		n.Right = append(n.Right, here.ID)
	}
	if s.endings[c.To] != nil {
		n.At, n.Stopped, n.Trail = Place{AtEnding, c.To}, here.ID, nil
		return
	}
	n.At = Place{AtScreen, c.To}
	n.enter()
}

// slip counts a tap that was not right here.
func (n *State) slip(here *Screen) {
	n.Slips++
	n.slipsAt[here.ID]++
	n.Right = slices.DeleteFunc(n.Right, func(id string) bool { return id == here.ID })
}

// again leads from a repair to the screen where it can be done right; from the third
// slip there on, it is shown first.
func (s *Scene) again(n *State) {
	m := s.mistakes[n.At.ID]
	back := Place{AtScreen, m.Back}
	if last := len(n.Trail) - 1; last >= 0 && (m.Back == "" || s.Base(n.Trail[last].ID) == m.Back) {
		back, n.Trail = Place{AtScreen, n.Trail[last].ID}, n.Trail[:last]
	}
	n.At = back
	if !n.show(back.ID) {
		n.enter()
	}
}

// show does it for her, where she has slipped often and the scene helps by itself.
func (n *State) show(screen string) bool {
	if n.Mode != Guided || n.slipsAt[screen] < showAfter {
		return false
	}
	n.At = Place{AtShown, screen}
	n.Hints++
	return true
}

// enter gives the help that the slips at this screen have earned.
func (n *State) enter() {
	if n.At.Where == AtScreen && n.Mode == Guided {
		n.help(min(n.slipsAt[n.At.ID], HelpArrow))
	}
}

// help raises the help at this screen to a level.
func (n *State) help(level int) {
	if more := level - n.helpAt[n.At.ID]; more > 0 {
		n.Hints += more
		n.helpAt[n.At.ID] = level
	}
}

func (st State) copy() State {
	n := st
	n.Trail, n.Made, n.Right = slices.Clone(st.Trail), slices.Clone(st.Made), slices.Clone(st.Right)
	n.slipsAt, n.helpAt = map[string]int{}, map[string]int{}
	maps.Copy(n.slipsAt, st.slipsAt)
	maps.Copy(n.helpAt, st.helpAt)
	return n
}
