// Package practice is 练一练: safe calls and messages to practise on.
//
// A scene is a file (scenes/TOPIC/LESSON.yaml, readable by a trainer who never
// programmed; README.md says how to write one). It is a state machine: screens, what a
// tap leads to, typical mistakes each with its own repair, endings. The program checks
// it when it starts. Begin and Tap are the whole engine and touch nothing outside; Store
// keeps the taps of each go, so that any instance can play them again and be at the same
// screen, and appends the facts `started` and `practised`.
//
// Why like this: people aged 61 to 81 who learned on a simulator beat those with text or
// pictures, a day later on another machine (Rogers and Fisk 1996); seeing typical errors
// and their repair cut errors in transfer (Struve and Wandke 2009); demonstration alone
// fails; and with scams, training raises confidence more than skill unless real and fake
// are mixed. So help grows with the slips (a hint, an arrow, "let me show you"), nothing
// counts down, nothing is lost, and both misses and false alarms are kept.
package practice

import (
	"silverclass/courses"
)

// Kind is what sort of scene it is; each kind has rules of its own.
type Kind string

// The kinds of scene.
const (
	// Call is one caller who presses on: hanging up is offered on every screen of the
	// call and is never a slip.
	Call Kind = "call"
	// Inbox is calls and messages one after another, real and fake mixed: each says
	// which it is, and taking a real one for a fake is a slip too.
	Inbox Kind = "inbox"
)

// Face is what the drawn phone shows.
type Face string

// The faces of the phone.
const (
	Ringing  Face = "ringing"  // a call comes in
	InCall   Face = "call"     // somebody speaks
	Video    Face = "video"    // somebody speaks, and is seen
	Message  Face = "message"  // a text message
	Contacts Face = "contacts" // the names one has saved
	Home     Face = "home"     // nothing; the call is over
	Family   Face = "family"   // the phone is put down, a relative speaks
)

// talking reports whether a stranger can press on here.
func (f Face) talking() bool { return f == InCall || f == Video }

// Truth says whether what comes in is what it claims to be.
type Truth string

// Real and fake; a screen on which nothing comes in has neither.
const (
	Real Truth = "real"
	Fake Truth = "fake"
)

// Mode is how much the scene helps (curriculum.md D.5). Guided is the only one so far.
type Mode string

// Guided helps after a slip.
const Guided Mode = "guided"

// Plain is the skin of a scene that has only one look.
const Plain = "plain"

// Scene is one practice, as its file says. It never changes after Load.
type Scene struct {
	Slug  string // topic and lesson: the lesson and the quiz share it
	Topic string
	Kind  Kind
	Title courses.Text
	Goal  courses.Text // what to try, in one sentence
	// Remember is the sentence to keep; every ending shows it.
	Remember courses.Text
	Start    string // the first screen
	// Screens, Mistakes and Endings are in the order of the file; their IDs are one
	// namespace, so that a choice leads to any of them.
	Screens  []*Screen
	Mistakes []*Mistake
	Endings  []*Ending
	// Edition names the wording: the first twelve hexadecimal digits of the SHA-256 of
	// the file. Plays and facts carry it.
	Edition string

	screens  map[string]*Screen
	mistakes map[string]*Mistake
	endings  map[string]*Ending
}

// Screen is one picture of the phone and what can be done on it.
type Screen struct {
	ID    string
	Phone Face
	// Video is true when a ringing call asks for pictures too.
	Video bool
	// Pressure is true where somebody hurries, frightens or asks for something: there
	// 先停一停，问问家人 is offered.
	Pressure bool
	Truth    Truth
	From     courses.Text // who calls or writes, as the phone shows it
	// Says are the spoken or written lines, at most thirty Han each; the names in a
	// contact list; nil on a screen where nobody says anything.
	Says []courses.Text
	// Ask is the question above the choices; nil means the usual one.
	Ask courses.Text
	// Hint is what helps after the first slip here; nil where no slip is possible.
	Hint courses.Text
	// Tell is how one can know, shown at the ending to whoever stopped here; nil when
	// there is nothing to tell.
	Tell courses.Text
	// Good is what she did right when she chose right here at once.
	Good    courses.Text
	Choices []Choice

	line int // in the file
}

// Choice is one thing that can be tapped. Its Do is unique on its screen and is what a
// tap sends.
type Choice struct {
	Do string
	// Text is nil where the act has the same words everywhere.
	Text courses.Text
	To   string // a screen, a mistake or an ending
	// Right marks what is right here. A choice that is neither right nor leads to a
	// mistake only goes on.
	Right bool

	line int
}

// Mistake is something that easily happens, with what mends it. Tapping it costs
// nothing: the repair is shown, and the way back leads to where it can be done again.
type Mistake struct {
	ID     string
	Title  courses.Text
	Repair courses.Text
	Back   string // the screen to try again
	// Source is whose word the repair is, for trainers; empty where it states no fact.
	Source string

	line int
}

// Ending is a good end. There is no bad one.
type Ending struct {
	ID    string
	Title courses.Text
	Text  courses.Text

	line int
}

// Screen is the screen of that ID; nil when there is none.
func (s *Scene) Screen(id string) *Screen { return s.screens[id] }

// Mistake is the mistake of that ID; nil when there is none.
func (s *Scene) Mistake(id string) *Mistake { return s.mistakes[id] }

// Ending is the ending of that ID; nil when there is none.
func (s *Scene) Ending(id string) *Ending { return s.endings[id] }

// Number is a screen's place in the file, from 1: a rough "how far" for trainers.
func (s *Scene) Number(screen string) int {
	for i, x := range s.Screens {
		if x.ID == screen {
			return i + 1
		}
	}
	return 0
}

// Choice is the choice of that act; nil when the screen does not offer it.
func (x *Screen) Choice(do string) *Choice {
	for i := range x.Choices {
		if x.Choices[i].Do == do {
			return &x.Choices[i]
		}
	}
	return nil
}

// Best is the choice that the arrow marks: the first right one. Every screen has one.
func (x *Screen) Best() *Choice {
	for i := range x.Choices {
		if x.Choices[i].Right {
			return &x.Choices[i]
		}
	}
	return nil
}

// slippery reports whether a mistake can be made here.
func (s *Scene) slippery(x *Screen) bool {
	for _, c := range x.Choices {
		if s.mistakes[c.To] != nil {
			return true
		}
	}
	return false
}
