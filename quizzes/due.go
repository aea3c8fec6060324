package quizzes

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

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

// Due is the quiz that has been due the longest for the reader; ok is false when none is.
func (s *Store) Due(ctx context.Context, who people.Reader) (quiz string, ok bool, err error) {
	column, value := who.Key()
	if column == "" {
		return "", false, nil
	}
	list, err := gorm.G[Attempt](s.db).Select("quiz", "done_at").Where("done_at IS NOT NULL AND "+column+" = ?", value).
		Order("done_at DESC, id").Limit(mostAttempts).Find(ctx)
	if err != nil {
		return "", false, fmt.Errorf("quizzes that are due: %w", err)
	}
	times, last := map[string]int{}, map[string]time.Time{}
	var order []string
	for _, a := range list {
		if times[a.Quiz] == 0 {
			last[a.Quiz] = *a.DoneAt
			order = append(order, a.Quiz)
		}
		times[a.Quiz]++
	}
	var since time.Time
	for _, q := range order {
		at, again := dueAt(times[q], last[q])
		if again && !s.now().Before(at) && (!ok || at.Before(since)) {
			quiz, since, ok = q, at, true
		}
	}
	return quiz, ok, nil
}
