package quizzes

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
)

// Given is one answer that was tapped.
type Given struct {
	Question int    `json:"q"` // index into the attempt's questions
	Answer   int    `json:"a"` // index into the question's answers
	Lang     string `json:"lang"`
}

// Attempt is one go of one person or visitor at one quiz.
//
// It is open until each of its questions has its right answer, which hands it in; from
// then on no field changes again, whatever becomes of the bank. A reader has at most one
// open attempt at a quiz, wherever she sits; she may have many attempts.
type Attempt struct {
	ID string `gorm:"primaryKey"`
	// PersonID or VisitID is set, never both.
	PersonID *string
	VisitID  *string
	Run      string // of the lesson; empty outside one
	Quiz     string // the slug
	Edition  string // the bank's when the attempt began
	Seed     int64  // what the questions were drawn with
	// Questions are what she was asked, word for word, in order (JSON).
	Questions string
	Given     string  // all answers tapped, in order (JSON)
	Length    int     // how many were tapped
	FirstTry  bool    // her first attempt at this quiz
	SessionID *string // of the last answer; nil outside a session
	StartedAt time.Time
	MovedAt   time.Time
	DoneAt    *time.Time
	FactID    *string
}

// TableName is the table of attempts.
func (Attempt) TableName() string { return "quiz_attempts" }

// Of reports whether the attempt belongs to the reader.
func (a Attempt) Of(who people.Reader) bool {
	switch column, value := who.Key(); column {
	case "person_id":
		return a.PersonID != nil && *a.PersonID == value
	case "visit_id":
		return a.VisitID != nil && *a.VisitID == value
	}
	return false
}

// Sheet is the attempt as its questions and what was answered.
func (a Attempt) Sheet() (Sheet, error) {
	s := Sheet{Once: isCheck(a.Quiz)}
	if err := json.Unmarshal([]byte(a.Questions), &s.Questions); err != nil {
		return s, fmt.Errorf("questions of attempt %s: %w", a.ID, err)
	}
	if err := json.Unmarshal([]byte(a.Given), &s.Given); err != nil {
		return s, fmt.Errorf("answers of attempt %s: %w", a.ID, err)
	}
	return s, nil
}

// Sheet is questions and the answers given to them so far, in order: all that marking
// needs. It is a value; Answer returns another.
type Sheet struct {
	Questions []Question
	Given     []Given
	// Once is true for a check before or after a topic: each question is asked once, and
	// any answer leads on.
	Once bool
}

// Now is the index of the question to answer: the first without its right answer;
// len(Questions) when there is none.
func (s Sheet) Now() int {
	for i := range s.Questions {
		if !s.Solved(i) {
			return i
		}
	}
	return len(s.Questions)
}

// Done reports whether every question has its right answer.
func (s Sheet) Done() bool { return len(s.Questions) > 0 && s.Now() == len(s.Questions) }

// Solved reports whether question i is behind her: it has its right answer or, in a
// check, any.
func (s Sheet) Solved(i int) bool {
	if s.Once {
		return len(s.Tried(i)) > 0
	}
	return s.mark(i).Solved()
}

func (s Sheet) mark(i int) mark { return s.Questions[i].mark(s.Tried(i)) }

// Tried are the answers of question i that were tapped, in order.
func (s Sheet) Tried(i int) []int {
	var all []int
	for _, g := range s.Given {
		if g.Question == i {
			all = append(all, g.Answer)
		}
	}
	return all
}

// Right is how many questions were answered right at the first try.
func (s Sheet) Right() int {
	n := 0
	for i := range s.Questions {
		if m := s.mark(i); m.Solved() && m.Slips == 0 {
			n++
		}
	}
	return n
}

// Answer is the sheet with one more answer. Fault: Invalid when that question is not the
// one to answer now, or has no such answer, or that one was tried already; the sheet is
// then as it was.
func (s Sheet) Answer(g Given) (Sheet, error) {
	if g.Question != s.Now() || s.Done() || g.Answer < 0 || g.Answer >= len(s.Questions[g.Question].Answers) {
		return s, fault.New(fault.Invalid, "quizzes.not_asked")
	}
	m := s.mark(g.Question)
	if slices.Contains(m.Off, g.Answer) || slices.Contains(m.Set, g.Answer) {
		return s, fault.New(fault.Invalid, "quizzes.not_asked")
	}
	return Sheet{Questions: s.Questions, Once: s.Once, Given: append(s.Given[:len(s.Given):len(s.Given)], g)}, nil
}
