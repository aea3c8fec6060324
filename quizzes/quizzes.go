// Package quizzes asks two small questions at the end of a lesson, and how it was.
//
// Questions are files (bank/TOPIC/LESSON.yaml; bank/README.md says how to write them),
// checked when the program starts. An Attempt is one go at one quiz: two questions drawn
// from its bank, kept word for word, tried as often as one likes, with no clock. It is
// handed in by its last right answer, once, and the fact `answered` keeps how many were
// right at the first try. The page with three faces appends `rated`, which leads to
// nobody.
package quizzes

import (
	"slices"
	"time"

	"silverclass/courses"
)

// PerAttempt is how many questions one attempt has (curriculum.md D.2).
const PerAttempt = 2

// Kind is what sort of question it is.
type Kind string

// The kinds.
const (
	Choice Kind = "choice" // one of two to four answers
	Scam   Kind = "scam"   // 是骗局 or 不是骗局: always these two, in this order
)

// Question is one question as it is asked. An attempt keeps it whole, so the names in
// JSON stay.
type Question struct {
	ID      string       `json:"id"` // within its lesson, for ever
	Kind    Kind         `json:"kind"`
	Ask     courses.Text `json:"ask"`
	Answers []Answer     `json:"answers"` // in the order in which they are shown
	// Why is said after every answer, the right one too.
	Why courses.Text `json:"why"`
	// Source is where a stated fact was read; nil where the question states none.
	Source *Source `json:"source,omitempty"`
}

// Answer is one row that can be tapped.
type Answer struct {
	Text  courses.Text `json:"text"`
	Right bool         `json:"right,omitempty"` // exactly one of a question's answers is
}

// Source is whose word a fact is and where it was read.
type Source struct {
	Name      courses.Text `json:"name"`
	Where     string       `json:"where"`
	CheckedOn time.Time    `json:"checked_on"`
}

// Right is the index of the right answer.
func (q Question) Right() int {
	return slices.IndexFunc(q.Answers, func(a Answer) bool { return a.Right })
}

// Quiz is the bank of one lesson. It never changes after Load.
type Quiz struct {
	Slug      string // the lesson's
	Topic     string
	Questions []Question // at least four, in the order of the file
	// Edition names the wording: the first twelve hexadecimal digits of the SHA-256 of
	// the file. Attempts and facts carry it.
	Edition string
}
