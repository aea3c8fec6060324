package quizzes

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"silverclass/app/db"
)

// fewest is under how many people a question's numbers stay closed once a session is over:
// the answer of one of them could be told from the sum.
const fewest = 5

// mostInSession bounds how many attempts of a session are read.
const mostInSession = 5000

// QuestionResult is one question over everybody who was asked it in a session.
type QuestionResult struct {
	Quiz, ID string
	Question Question
	Asked    int // people who tapped something
	Slipped  int // of them, whose first tap was not the wanted one
	Stuck    int // of them, who have not solved it yet
	Hidden   bool
}

// PersonResult is where one person or visitor stands while a session runs.
type PersonResult struct {
	PersonID string // empty for a visitor
	Quiz     string
	Number   int // the question she is at, counted from 1; 0 when she has handed it in
	Of       int
	Tries    int // taps at that question that were not the wanted one
	Right    int // at the first try
	Since    time.Time
}

// Results is what a trainer sees of a session.
type Results struct {
	Questions []QuestionResult // those that fail most come first
	People    []PersonResult   // those who are stuck longest come first, those who are done last
}

// InSession are the attempts whose last answer was given in a session, by start. Checks
// are not among them.
func (s *Store) InSession(ctx context.Context, sessionID string) ([]Attempt, error) {
	list, err := db.Rows[Attempt](s.db).Where("session_id = ?", sessionID).Order("started_at, id").Limit(mostInSession).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("attempts of a session: %w", err)
	}
	return slices.DeleteFunc(list, func(a Attempt) bool { return isCheck(a.Quiz) }), nil
}

// results adds up a session's attempts. While it runs the trainer may see who is where;
// afterwards only sums are left, and those of fewer than five people stay closed.
func results(attempts []Attempt, running bool) (Results, error) {
	var r Results
	at := map[string]int{} // index into r.Questions, by quiz and question
	for _, a := range attempts {
		s, err := a.Sheet()
		if err != nil {
			return r, err
		}
		for i, q := range s.Questions {
			m := s.mark(i)
			if len(s.Tried(i)) == 0 {
				continue
			}
			key := a.Quiz + "\x00" + q.ID
			if _, ok := at[key]; !ok {
				at[key] = len(r.Questions)
				r.Questions = append(r.Questions, QuestionResult{Quiz: a.Quiz, ID: q.ID, Question: q})
			}
			one := &r.Questions[at[key]]
			one.Asked++
			if m.Slips > 0 {
				one.Slipped++
			}
			if !m.Solved() {
				one.Stuck++
			}
		}
		if running {
			r.People = append(r.People, person(a, s))
		}
	}
	for i := range r.Questions {
		if q := &r.Questions[i]; !running && q.Asked < fewest {
			q.Asked, q.Slipped, q.Stuck, q.Hidden = 0, 0, 0, true
		}
	}
	slices.SortFunc(r.Questions, func(a, b QuestionResult) int {
		// By the share that slipped, without dividing.
		return cmp.Or(cmp.Compare(b.Slipped*max(1, a.Asked), a.Slipped*max(1, b.Asked)), strings.Compare(a.Quiz, b.Quiz), strings.Compare(a.ID, b.ID))
	})
	slices.SortStableFunc(r.People, func(a, b PersonResult) int {
		done := func(p PersonResult) int {
			if p.Number == 0 {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(done(a), done(b)), cmp.Compare(b.Tries, a.Tries), a.Since.Compare(b.Since))
	})
	return r, nil
}

func person(a Attempt, s Sheet) PersonResult {
	p := PersonResult{Quiz: a.Quiz, Of: len(s.Questions), Right: s.Right(), Since: a.MovedAt}
	if a.PersonID != nil {
		p.PersonID = *a.PersonID
	}
	if a.DoneAt == nil {
		now := s.Now()
		p.Number, p.Tries = now+1, s.mark(now).Slips
	}
	return p
}
