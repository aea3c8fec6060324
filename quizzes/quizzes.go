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
	"time"

	"silverclass/courses"
)

// PerAttempt is how many questions one attempt has (curriculum.md D.2).
const PerAttempt = 2

// Kind is what sort of question it is.
type Kind string

// The kinds.
const (
	Choice    Kind = "choice" // one of two to four answers
	Scam      Kind = "scam"   // 是骗局 or 不是骗局: always these two, in this order
	InPicture Kind = "tap"    // the place in a picture: its places are the answers
	InOrder   Kind = "order"  // three or four things, tapped one after another
	WhatNext  Kind = "next"   // which comes next, after what is done already: answers as in a choice
)

// Kinds are all kinds, in the order of the README.
func Kinds() []Kind { return []Kind{Choice, Scam, InPicture, InOrder, WhatNext} }

// Question is one question as it is asked. An attempt keeps it whole, so the names in
// JSON stay.
type Question struct {
	ID      string       `json:"id"` // within its lesson, for ever
	Kind    Kind         `json:"kind"`
	Ask     courses.Text `json:"ask"`
	Answers []Answer     `json:"answers"` // in the order in which they are shown
	// Done is what is done already, in order; nil but for the kind WhatNext.
	Done []courses.Text `json:"done,omitempty"`
	// Picture is nil where the question has none; the kind InPicture has one.
	Picture *Picture `json:"picture,omitempty"`
	// Why is said after every answer, the right one too.
	Why courses.Text `json:"why"`
	// Source is where a stated fact was read; nil where the question states none.
	Source *Source `json:"source,omitempty"`
	// Quiz is the slug of the lesson where a question of several lessons comes from; empty
	// in a lesson's own quiz.
	Quiz string `json:"quiz,omitempty"`
}

// Answer is one row or one place that can be tapped.
type Answer struct {
	Text  courses.Text `json:"text"`
	Right bool         `json:"right,omitempty"` // exactly one of a question's answers is; none of the kind InOrder
	// Place is where an answer of the kind InOrder belongs, counted from 1; 0 elsewhere.
	Place int `json:"place,omitempty"`
	// Spot is where the place lies in the picture; nil but for the kind InPicture.
	Spot *Spot `json:"spot,omitempty"`
}

// Spot is a part of a picture, in twelfths of its width and ninths of its height.
type Spot struct {
	X int `json:"x"`
	Y int `json:"y"`
	W int `json:"w"`
	H int `json:"h"`
}

// Picture is a drawing with its words.
type Picture struct {
	Drawing string                  `json:"drawing"` // SVG, its labels by name
	Alt     courses.Text            `json:"alt"`
	Labels  map[string]courses.Text `json:"labels,omitempty"`
}

// Source is whose word a fact is and where it was read.
type Source struct {
	Name      courses.Text `json:"name"`
	Where     string       `json:"where"`
	CheckedOn time.Time    `json:"checked_on"`
}

// Quiz is the bank of one lesson. It never changes after Load.
type Quiz struct {
	Slug      string // the lesson's
	Topic     string
	Questions []Question // at least four, in the order of the file
	// Edition names the wording: the first twelve hexadecimal digits of the SHA-256 of
	// the file. Attempts and facts carry it.
	Edition string
	// Whole is true where an attempt asks all questions, as they stand, and draws none.
	Whole bool
}
