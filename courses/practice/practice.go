// Package practice is 练一练: a safe phone to practise on.
//
// A scene is a file (scenes/TOPIC/LESSON.yaml, readable by a trainer who never
// programmed; README.md says how to write one). It is a state machine: screens, what a
// tap leads to, typical mistakes each with its own repair, endings. The program checks
// it when it starts. Begin and Tap are the whole engine and touch nothing outside; Store
// keeps the taps of each go, so that any instance can play them again and be at the same
// screen, and appends the facts `started` and `practised`. A script shows the next place at
// once (static/js/practice-engine.js is the same machine); what it sends are taps, which are
// played again here and decide.
//
// Why like this: people aged 61 to 81 who learned on a simulator beat those with text or
// pictures, a day later on another machine (Rogers and Fisk 1996); seeing typical errors
// and their repair cut errors in transfer (Struve and Wandke 2009); demonstration alone
// fails; and with scams, training raises confidence more than skill unless real and fake
// are mixed. So help grows with the slips (a hint, an arrow, "let me show you"), nothing
// counts down, nothing is lost, and both misses and false alarms are kept. After that she
// does it alone, and then on a phone that looks different: that is what is measured.
package practice

import (
	"silverclass/app/ledger"
	"silverclass/courses"
)

// Kind is what sort of scene it is; some kinds have rules of their own. Any face of the
// phone may be used in any kind.
type Kind string

// The kinds of scene.
const (
	// Call is one caller who presses on: hanging up is offered on every screen of the
	// call and is never a slip.
	Call Kind = "call"
	// Inbox is calls and messages one after another, real and fake mixed: each says
	// which it is, and taking a real one for a fake is a slip too.
	Inbox Kind = "inbox"
	// Phone is a thing done on the phone, screen by screen.
	Phone Kind = "phone"
	// Chat is a talk in writing: messages arrive one after another.
	Chat Kind = "chat"
	// Spot is finding things in a picture or on a page.
	Spot Kind = "spot"
	// Choose is taking the right one of several.
	Choose Kind = "choose"
	// Sort is putting steps in order, one tap each.
	Sort Kind = "sort"
	// Shop is buying: searching, comparing, ordering, paying, receiving, returning.
	Shop Kind = "shop"
	// Sum is working out what is really paid, or finding the amount that is wrong.
	Sum Kind = "sum"
)

func kinds() []Kind { return []Kind{Call, Inbox, Phone, Chat, Spot, Choose, Sort, Shop, Sum} }

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
	Person   Face = "person"   // somebody stands here and speaks

	Lock    Face = "lock"    // the locked phone, with what has come in
	Apps    Face = "apps"    // the first page: one tile a program
	App     Face = "app"     // a page of a program: lines, rows, buttons
	Dialog  Face = "dialog"  // a question that lies over everything
	Keypad  Face = "keypad"  // a number is put in, key by key
	Dial    Face = "dial"    // something is made larger or smaller by − and ＋
	Talk    Face = "chat"    // messages to and fro
	Picture Face = "picture" // a drawing with places to tap
	Order   Face = "sort"    // steps to put in order
	Bill    Face = "bill"    // a slip of paper with amounts
)

func faces() []Face {
	return []Face{Ringing, InCall, Video, Message, Contacts, Home, Family, Person, Lock, Apps, App, Dialog, Keypad, Dial, Talk, Picture, Order, Bill}
}

// onScreen reports whether what can be tapped here is mostly on the phone itself.
func (f Face) onScreen() bool {
	switch f {
	case Lock, Apps, App, Dialog, Keypad, Dial, Picture, Order, Bill:
		return true
	}
	return false
}

// talking reports whether a stranger can press on here.
func (f Face) talking() bool { return f == InCall || f == Video }

// Truth says whether what comes in is what it claims to be.
type Truth string

// Real and fake; a screen on which nothing comes in has neither.
const (
	Real Truth = "real"
	Fake Truth = "fake"
)

// Mode is how much the scene helps (curriculum.md D.5).
type Mode string

// The modes, in the order in which a person meets them.
const (
	// Guided (带着做) helps after a slip.
	Guided Mode = "guided"
	// Unaided (自己做) helps only who asks for it.
	Unaided Mode = ledger.ModeUnaided
	// Changed (换个样子做) is unaided on a phone that looks different.
	Changed Mode = ledger.ModeChanged
)

// The skins: how the drawn phone looks.
const (
	Plain = "plain"
	Other = "other"
)

// Skin is the look in which a mode is practised.
func (m Mode) Skin() string {
	if m == Changed {
		return Other
	}
	return Plain
}

// ParseMode is the mode of that name, Guided for any other name.
func ParseMode(name string) Mode {
	if m := Mode(name); m == Unaided || m == Changed {
		return m
	}
	return Guided
}

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
	// Second is true where the scene is also practised on a phone that looks different.
	Second bool
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

// Screen is one picture of the phone and what can be done on it. A screen of the file on
// which several things are tapped in turn (steps to order, keys, switches) is several
// screens here, of one Base.
type Screen struct {
	ID    string
	Base  string // its name in the file
	Phone Face
	// Video is true when a ringing call asks for pictures too.
	Video bool
	// Pressure is true where somebody hurries, frightens or asks for something: there
	// 先停一停，问问家人 is offered.
	Pressure bool
	Truth    Truth
	From     courses.Text // who calls or writes, or the name of the page; may be nil
	// Says are the spoken or written lines, at most thirty Han each; the names in a
	// contact list; nil on a screen where nobody says anything.
	Says []courses.Text
	Rows []Line // what stands there and cannot be tapped
	// Shows is the large line: what is typed so far, a total, a setting.
	Shows courses.Text
	// Code is true where a square code is drawn. It cannot be used to pay.
	Code bool
	// Drawing is the picture, inline; Alt says what it shows.
	Drawing string
	Alt     courses.Text
	// Picked are the steps that are in order already.
	Picked []courses.Text
	// Left is how many things remain to be found here, Of how many there were; zero
	// where nothing is counted.
	Left, Of int
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

	number int // of its base in the file, from 1
	line   int // in the file
}

// Line is a row of a page: words, and an amount or a state beside them.
type Line struct {
	Icon        string
	Text, Value courses.Text
}

// Part is where a choice stands and where its words come from.
type Part string

// The parts.
const (
	Do   Part = "do"   // an act that every scene knows: hang up, ask the family
	Pick Part = "pick" // an answer beside the phone
	On   Part = "tap"  // a thing on the phone or in the picture
)

// Choice is one thing that can be tapped. Its Do is unique on its screen and is what a
// tap sends.
type Choice struct {
	Do   string
	Part Part
	// Text is nil where the act has the same words everywhere.
	Text courses.Text
	// Other are its words on a phone that looks different; nil means the same.
	Other courses.Text
	// Note and Value stand below and beside the words of a row.
	Note, Value courses.Text
	Icon        string // empty means the act's own, or none
	Switch      Switch
	Area        [4]int // in a picture: left, top, width, height, in its own units
	// Found is true when it has been tapped already: it is shown, and cannot be tapped.
	Found bool
	// To is a screen, a mistake or an ending; empty where nothing happens but that help
	// grows.
	To string
	// Right marks what is right here. A choice that is neither right nor leads to a
	// mistake only goes on.
	Right bool

	line int
}

// Switch is how a switch of a row stands.
type Switch string

// The positions of a switch; a row without one has neither.
const (
	SwitchOn  Switch = "on"
	SwitchOff Switch = "off"
)

// Mistake is something that easily happens, with what mends it. Tapping it costs
// nothing: the repair is shown, and the way back leads to where it can be done again.
type Mistake struct {
	ID     string
	Title  courses.Text
	Repair courses.Text
	Back   string // the screen to try again; empty means where it was tapped
	// Source is whose word the repair is, for trainers; empty where it states no fact.
	Source string

	line int
}

// Ending is a good end. There is no bad one.
type Ending struct {
	ID    string
	Title courses.Text
	Text  courses.Text
	// Real names a page of this program on which the same can be done; empty for none.
	Real string

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
	if x := s.screens[screen]; x != nil {
		return x.number
	}
	return 0
}

// Base is the name in the file of a screen of that ID.
func (s *Scene) Base(screen string) string {
	if x := s.screens[screen]; x != nil {
		return x.Base
	}
	return screen
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
		if c := &x.Choices[i]; c.Right && !c.Found && c.To != "" {
			return c
		}
	}
	return nil
}

// slippery reports whether a slip can be made here.
func (s *Scene) slippery(x *Screen) bool {
	for _, c := range x.Choices {
		if !c.Found && (c.To == "" || s.mistakes[c.To] != nil) {
			return true
		}
	}
	return false
}
