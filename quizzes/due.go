package quizzes

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
)

// gaps are the days after which a quiz is due again: after the first, the second and the
// third time it was handed in (design.md §4). What was done four times is learned.
var gaps = [...]int{1, 7, 30}

// sameTime lets a quiz be due a little before the hour at which it was handed in: next
// week's class may begin earlier than today's.
const sameTime = 6 * time.Hour

// dueAt is when a quiz that was handed in so many times, last at last, is due again; ok
// is false when it is not any more.
func dueAt(times int, last time.Time) (at time.Time, ok bool) {
	if times < 1 || times > len(gaps) {
		return time.Time{}, false
	}
	return last.Add(time.Duration(gaps[times-1])*24*time.Hour - sameTime), true
}

// mostAttempts bounds how far back Due looks.
const mostAttempts = 500

// Again is one quiz that is due again for somebody.
type Again struct {
	Quiz  string    // the slug
	Since time.Time // when it became due
	Times int       // how often it was done when it was due, the first time among them
}

// due are the quizzes that are due again at now, the longest due first; list is one
// reader's attempts that were handed in, in any order. What was done again before it was
// due counts as practice and puts nothing off.
func due(list []Attempt, now time.Time) []Again {
	list = slices.DeleteFunc(slices.Clone(list), func(a Attempt) bool { return isCheck(a.Quiz) || a.DoneAt == nil })
	slices.SortFunc(list, func(a, b Attempt) int { return a.DoneAt.Compare(*b.DoneAt) })
	times, last := map[string]int{}, map[string]time.Time{}
	for _, a := range list {
		at, again := dueAt(times[a.Quiz], last[a.Quiz])
		if n := times[a.Quiz]; n == 0 || (again && !a.DoneAt.Before(at)) {
			times[a.Quiz], last[a.Quiz] = n+1, *a.DoneAt
		}
	}
	var all []Again
	for q, n := range times {
		if at, again := dueAt(n, last[q]); again && !now.Before(at) {
			all = append(all, Again{Quiz: q, Since: at, Times: n})
		}
	}
	slices.SortFunc(all, func(a, b Again) int {
		if c := a.Since.Compare(b.Since); c != 0 {
			return c
		}
		return strings.Compare(a.Quiz, b.Quiz)
	})
	return all
}

// Due is the quiz that has been due the longest for the reader; ok is false when none is.
func (s *Store) Due(ctx context.Context, who people.Reader) (quiz string, ok bool, err error) {
	all, err := s.dueFor(ctx, who)
	if err != nil || len(all) == 0 {
		return "", false, err
	}
	return all[0].Quiz, true, nil
}

// IsDue reports whether a quiz is due again for the reader: then one question is enough.
func (s *Store) IsDue(ctx context.Context, who people.Reader, quiz string) (bool, error) {
	all, err := s.dueFor(ctx, who)
	return slices.ContainsFunc(all, func(a Again) bool { return a.Quiz == quiz }), err
}

func (s *Store) dueFor(ctx context.Context, who people.Reader) ([]Again, error) {
	column, value := who.Key()
	if column == "" {
		return nil, nil
	}
	list, err := db.Rows[Attempt](s.db).Select("quiz", "done_at").Where("done_at IS NOT NULL AND "+column+" = ?", value).
		Order("done_at DESC, id").Limit(mostAttempts).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("quizzes that are due: %w", err)
	}
	return due(list, s.now()), nil
}

// DueOf is what is due again for each of these people, the longest due first; who has
// nothing due is left out.
func (s *Store) DueOf(ctx context.Context, personIDs []string) (map[string][]Again, error) {
	found := map[string][]Again{}
	for chunk := range slices.Chunk(personIDs, 500) {
		list, err := db.Rows[Attempt](s.db).Select("person_id", "quiz", "done_at").Where("done_at IS NOT NULL AND person_id IN ?", chunk).
			Order("done_at DESC, id").Limit(mostAttempts * len(chunk)).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("who is due: %w", err)
		}
		of := map[string][]Attempt{}
		for _, a := range list {
			of[*a.PersonID] = append(of[*a.PersonID], a)
		}
		for person, attempts := range of {
			if all := due(attempts, s.now()); len(all) > 0 {
				found[person] = all
			}
		}
	}
	return found, nil
}
