package home

import (
	"context"
	"fmt"
	"strconv"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/courses"
	"silverclass/live"
	"silverclass/quizzes"
)

// FromRoom offers the push that the reader's seat has not followed yet. catalog gives the
// lesson's title.
func FromRoom(rooms *room.Store, catalog *courses.Catalog) Source {
	return SourceFunc(func(ctx context.Context, who people.Reader, lang string) (*Card, error) {
		if who.SeatID == "" || who.SessionID == "" {
			return nil, nil
		}
		seat, err := rooms.Seat(ctx, who.SeatID)
		if err != nil {
			return nil, err
		}
		push, err := rooms.Pending(ctx, seat, who.SessionID)
		if err != nil || push.Version == 0 {
			return nil, err
		}
		card := Card{Kind: Pushed, Step: push.Step, URL: "/tablet/go",
			Fields: []Field{{Name: "version", Value: strconv.FormatInt(push.Version, 10)}}}
		if lesson, err := catalog.Lesson(push.Slug); err == nil {
			card.Lesson = lesson.Title.In(lang)
			card.Step, card.Of = lesson.At(push.Step)
		}
		return &card, nil
	})
}

// FromLive offers the class that runs at the reader's venue.
func FromLive(classes *live.Store, tours *tour.Store, staff *people.StaffStore) Source {
	return SourceFunc(func(ctx context.Context, who people.Reader, lang string) (*Card, error) {
		t, err := classAt(ctx, classes, tours, staff, who.VenueID)
		if err != nil || t == nil || !t.Open {
			return nil, err
		}
		return &Card{Kind: Class, Teacher: t.Teacher, Lesson: t.Title, URL: t.URL}, nil
	})
}

// classAt is the class that a venue hears of; nil when there is none.
func classAt(ctx context.Context, classes *live.Store, tours *tour.Store, staff *people.StaffStore, venueID string) (*classTile, error) {
	if venueID == "" {
		return nil, nil
	}
	class, err := classes.OpenAt(ctx, venueID)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("class at venue %s: %w", venueID, err)
	}
	s, err := tours.Session(ctx, class.SessionID())
	if err != nil {
		return nil, err
	}
	t := classTile{Title: s.Title, URL: "/live/" + class.ID, Open: class.State == live.Open, StartsAt: s.StartsAt}
	if s.TrainerID == nil {
		return &t, nil
	}
	teacher, err := staff.Staff(ctx, *s.TrainerID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	t.Teacher = teacher.Name
	return &t, nil
}

// HalfWay offers the lesson that the reader left last before its end.
func HalfWay(p *courses.Progress) Source {
	return SourceFunc(func(ctx context.Context, who people.Reader, lang string) (*Card, error) {
		h, ok, err := p.HalfWay(ctx, who)
		if err != nil || !ok {
			return nil, err
		}
		return &Card{Kind: Halfway, Lesson: h.Lesson.Title.In(lang), Step: h.Position, Of: h.Of, Minutes: h.Minutes, URL: h.URL()}, nil
	})
}

// NextLesson offers the first lesson that the reader has not finished, in the topics of
// the running session first; and when she has finished all of them, to look at them
// again.
func NextLesson(p *courses.Progress, tours *tour.Store) Source {
	return SourceFunc(func(ctx context.Context, who people.Reader, lang string) (*Card, error) {
		var prefer []string
		if who.SessionID != "" {
			s, err := tours.Session(ctx, who.SessionID)
			if err != nil {
				return nil, err
			}
			prefer = s.Topics
		}
		lesson, ok, err := p.NextLesson(ctx, who, prefer)
		if err != nil {
			return nil, err
		}
		if !ok {
			return &Card{Kind: AllDone, URL: "/me"}, nil
		}
		_, of := lesson.At(courses.FirstStep)
		return &Card{Kind: Next, Lesson: lesson.Title.In(lang), Of: of, Minutes: minutes(of), URL: courses.LessonURL(lesson.Slug)}, nil
	})
}

// minutes is about how long so many steps take: eight of them five minutes
// (curriculum.md D.2).
func minutes(steps int) int { return max(1, (steps*5+courses.Steps-1)/courses.Steps) }

// DueAgain offers the quiz that has been due the longest.
func DueAgain(quiz *quizzes.Store, catalog *courses.Catalog) Source {
	return SourceFunc(func(ctx context.Context, who people.Reader, lang string) (*Card, error) {
		slug, ok, err := quiz.Due(ctx, who)
		if err != nil || !ok {
			return nil, err
		}
		lesson, err := catalog.Lesson(slug)
		if fault.Is(err, fault.NotFound) || (err == nil && !lesson.HasQuiz()) {
			return nil, nil // taken away since
		}
		if err != nil {
			return nil, err
		}
		return &Card{Kind: Due, Lesson: lesson.Title.In(lang), URL: courses.QuizURL(slug, "")}, nil
	})
}
