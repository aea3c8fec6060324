// Package courses holds the five topics, their lessons and each person's place in them.
//
// Lessons are files (content/TOPIC/LESSON/lesson.yaml with its drawings beside it),
// checked line by line when the program starts; Catalog is what was read, with every
// step rendered once in every language. Run is one person's go at one lesson: a small
// state machine (design.md §4) whose rows Store keeps, and which appends the facts
// `started` and `finished`.
package courses

import (
	"html/template"
	"time"
)

// Steps is how many steps a lesson has (design.md §4): goal, why, three to do, the door
// to practice, the door to the quiz, and the sentence to keep.
const Steps = 8

// The numbers of the steps that mean something to the rules. They are fixed: a lesson
// whose scene or quiz does not exist leaves the door out but keeps the numbers.
const (
	FirstStep    = 1
	LastRead     = 5 // steps 1 to 5 must be seen before a lesson counts as finished
	PracticeStep = 6
	QuizStep     = 7
	KeepStep     = 8
)

// Kind is what a step is for.
type Kind string

// The kinds, as lesson files name them.
const (
	Goal     Kind = "goal"     // what one can do afterwards, in one sentence
	Why      Kind = "why"      // why it is worth five minutes
	Do       Kind = "do"       // one thing to do
	Practice Kind = "practice" // the door to the practice
	Quiz     Kind = "quiz"     // the door to the quiz
	Keep     Kind = "keep"     // the sentence to keep, and whom to call
)

// Kinds are the kinds of a lesson's eight steps, in order.
func Kinds() [Steps]Kind {
	return [Steps]Kind{Goal, Why, Do, Do, Do, Practice, Quiz, Keep}
}

// Topic is one of the five topics of the ministry's notice (item 5).
type Topic struct {
	Slug  string
	Icon  string // a name in static/icons, without .svg
	Name  Text
	About Text // one line under the name
	// Lessons are those that exist, in the order of the curriculum; empty when none has
	// been written yet.
	Lessons []*Lesson
}

// Lesson is one lesson: about five minutes, one thing learned.
type Lesson struct {
	Slug    string // topic and name, such as "fraud/police-call": its scene and quiz share it
	Topic   string
	Title   Text
	Summary Text // one line on the topic's page
	// Words are what people search it by besides its title, in everyday Chinese; empty when
	// nobody has written any.
	Words []string
	// ChineseOnly tells that the lesson has no English text: an English page says so and
	// shows the Chinese.
	ChineseOnly bool
	Steps       [Steps]Step
	Claims      []*Claim
	// Mistakes are the commonest ones, each with its way back, for the printed card and
	// for trainers.
	Mistakes []Mistake
	Hotlines []*Hotline // whom to call, one to three
	// hasScene and hasQuiz are the doors that lead somewhere; see Catalog.WithDoors.
	hasScene, hasQuiz bool
	// Edition names the wording: the first twelve hexadecimal digits of the SHA-256 of
	// the lesson's files. Facts carry it.
	Edition string
}

// Step is one page of a lesson.
type Step struct {
	Number  int // 1 to 8
	Kind    Kind
	Heading Text
	Text    Text // lines; **words** are underlined with the marker
	Speak   Text // what read-aloud says where that differs; a language may be missing
	Picture *Picture
	Claims  []*Claim // what the step rests on; nil when it rests on nothing that ages
	Page    *Page    // a page of this program beside the door; nil without one
	// shown is the step as the pages need it, by language.
	shown map[string]Shown
	line  int // in the lesson's file
}

// In is the step in a language, ready for a page.
func (s *Step) In(lang string) Shown {
	if v, ok := s.shown[lang]; ok {
		return v
	}
	return s.shown[fallback]
}

// Lang is the language in which a reader of lang sees the lesson.
func (l *Lesson) Lang(lang string) string {
	if l.ChineseOnly && lang == english {
		return fallback
	}
	return lang
}

// Shown is a step rendered in one language.
type Shown struct {
	Heading string
	Say     template.HTML // the text, with line breaks and marker
	Picture template.HTML // an inline SVG; empty without a picture
	Speak   string        // what read-aloud says, hotlines digit by digit
}

// Page is a page of this program where what is taught can be done, such as the practice
// beside 我的信息. That it exists is checked in app.
type Page struct {
	At   string // a path
	Text Text   // on the button
}

// Picture is a drawing beside a step.
type Picture struct {
	File string // beside lesson.yaml
	Alt  Text
	// Labels are the words inside the drawing by name: {caller} in the file becomes
	// Labels["caller"] in the reader's language. Nil when it has none.
	Labels map[string]Text
}

// Claim is something a lesson states as true, with where it was read.
type Claim struct {
	ID        string
	Text      Text
	Source    Text   // whose word it is, for people
	Where     string // the page it was read on, for whoever checks it again
	CheckedOn time.Time
	// ValidUntil is the last day on which it may be said without a caution. Afterwards
	// the page adds that the reader's own phone is right (curriculum.md D.2).
	ValidUntil time.Time
	line       int // in its file, where valid_until stands
}

// Aged reports whether the claim must be checked again on that day.
func (c *Claim) Aged(day time.Time) bool {
	return !day.Before(c.ValidUntil.AddDate(0, 0, 1))
}

// Mistake is something that easily happens, and what mends it.
type Mistake struct{ Slip, Repair Text }

// Hotline is a number to call or a message that comes from it.
type Hotline struct {
	Number string // digits only
	Name   Text
	Say    Text // when to use it, in a few words
	First  bool // for the help page, where somebody in trouble looks
	Claim  Claim
}

// Aged reports whether any of the step's claims must be checked again.
func (s *Step) Aged(day time.Time) bool {
	for _, c := range s.Claims {
		if c.Aged(day) {
			return true
		}
	}
	return false
}
