package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/quizzes"
)

// makeSessions plans the sessions: nine are over, one runs now, two are to come.
func (b *builder) makeSessions(ctx context.Context) error {
	for i := range Sessions {
		start := b.start(i)
		venue := b.venues[(i+running)%len(b.venues)] // the running one is where the trainer and the helper work
		n := tour.Session{ID: db.NewID(), VenueID: venue.ID, Title: b.Titles[i%len(b.Titles)], Topics: []string{"fraud"},
			Mode: tour.OnSite, Places: venue.Places, TrainerID: &b.trainer, StartsAt: start, EndsAt: start.Add(90 * time.Minute)}
		if i%3 == 0 {
			n.Mode = tour.Both
		}
		if stop := b.stops[i/4%len(b.stops)]; i%2 == 0 {
			n.StopID = &stop.ID
		}
		made, err := b.tour.AddSession(ctx, n, b.Zone)
		if err != nil {
			return fmt.Errorf("plan session %d: %w", i+1, err)
		}
		b.sessions = append(b.sessions, made)
	}
	return nil
}

// running is the session that goes on while a newcomer looks around.
const running = 9

// start is when a session begins: one every six days at ten in the morning, the running
// one twenty minutes ago.
func (b *builder) start(i int) time.Time {
	if i == running {
		return b.Now.Add(-20 * time.Minute).Truncate(time.Minute)
	}
	local := b.Now.In(b.Zone)
	days := 6 * (i - running)
	return time.Date(local.Year(), local.Month(), local.Day()+days, 10, 0, 0, 0, b.Zone)
}

// hold lets a session happen: people come, learn, practise and answer; heads are
// counted. Sessions to come stay planned.
func (b *builder) hold(ctx context.Context, i int) error {
	s := b.sessions[i]
	if i > running {
		return nil
	}
	b.at = s.StartsAt.Add(-10 * time.Minute)
	came := 0
	for k, name := range b.world.Learners {
		// Each learner has two sessions that she comes to first, and some more.
		if k%6 != i%6 && b.rand.IntN(4) != 0 {
			continue
		}
		b.at = b.at.Add(20 * time.Second)
		p, err := b.arrive(ctx, s, k, name)
		if err != nil {
			return err
		}
		came++
		if i == running && came > 8 {
			continue // the others have only just come in
		}
		if err := b.learn(ctx, s, people.Reader{Person: &p, SessionID: s.ID, VenueID: s.VenueID}, i); err != nil {
			return err
		}
	}
	visitors := 2 + b.rand.IntN(4)
	for range visitors {
		if err := b.learn(ctx, s, people.Reader{VisitID: db.NewRandomID(), SessionID: s.ID, VenueID: s.VenueID}, i); err != nil {
			return err
		}
	}
	if i == running {
		return nil
	}
	return b.closeSession(ctx, s, came+visitors)
}

// arrive checks somebody in, with a new card the first time.
func (b *builder) arrive(ctx context.Context, s tour.Session, k int, name string) (people.Person, error) {
	in := tour.CheckIn{ID: db.NewID(), SessionID: s.ID, Method: tour.ByCard, ByID: b.desk.StaffID(), At: b.at}
	if p, ok := b.known[k]; ok {
		in.PersonID = p.ID
		_, err := b.tour.CheckIn(ctx, in)
		return p, err
	}
	bands := people.AgeBands()
	by := b.desk
	by.SessionID, by.VenueID = s.ID, s.VenueID
	w, err := b.tour.WalkIn(ctx, tour.WalkIn{CheckIn: in,
		Issue: people.Issue{ID: db.NewID(), Name: name, AgeBand: bands[2+b.rand.IntN(5)], Medium: people.Spoken, By: by}})
	b.known[k] = w.Person
	return w.Person, err
}

// learn is one go at a lesson: most finish it, some stop half way, some pass the doors.
func (b *builder) learn(ctx context.Context, s tour.Session, who people.Reader, i int) error {
	fraud, err := b.Catalog.Topic("fraud")
	if err != nil {
		return err
	}
	lesson := fraud.Lessons[(i+b.rand.IntN(2))%len(fraud.Lessons)]
	run := db.NewID()
	back := b.at
	defer func() { b.at = back.Add(5 * time.Second) }() // they learn side by side
	if b.at.Before(s.StartsAt) {
		b.at = s.StartsAt
	}
	path := lesson.Path()
	last := len(path)
	if b.rand.IntN(6) == 0 {
		last = 3 + b.rand.IntN(2)
	}
	for n := 1; n < last; n++ {
		b.at = b.at.Add(time.Duration(20+b.rand.IntN(40)) * time.Second)
		from, later := path[n-1], b.rand.IntN(5) == 0 || who.Person == nil
		if from == courses.PracticeStep && !later {
			if err := b.practise(ctx, who, lesson.Slug, run); err != nil {
				return err
			}
		}
		if from == courses.QuizStep && !later {
			if err := b.answer(ctx, who, lesson.Slug, run); err != nil {
				return err
			}
		}
		m := courses.Move{ID: db.NewID(), Run: run, Lesson: lesson.Slug, From: from, Target: path[n], Later: later}
		if _, err := b.courses.Move(ctx, who, lesson, m); err != nil {
			return err
		}
	}
	return nil
}

// practise plays a scene to its end, led or on one's own, with a slip now and then.
func (b *builder) practise(ctx context.Context, who people.Reader, slug, run string) error {
	scene, err := b.Scenes.Scene(slug)
	if err != nil {
		return err
	}
	mode := practice.Guided
	if b.rand.IntN(3) > 0 {
		mode = practice.Unaided
	}
	st, play := scene.Begin(mode), db.NewID()
	for taps := 0; !st.Done() && taps < 60; taps++ {
		do := b.nextTap(scene, st)
		b.at = b.at.Add(time.Duration(4+b.rand.IntN(12)) * time.Second)
		if _, err := b.practice.Tap(ctx, who, scene, practice.Tap{Play: play, Run: run, Mode: mode, At: taps, Do: do}); err != nil {
			return err
		}
		if st, err = scene.Tap(st, do); err != nil {
			return err
		}
	}
	return nil
}

func (b *builder) nextTap(scene *practice.Scene, st practice.State) string {
	switch st.At.Where {
	case practice.AtMistake:
		return practice.TapAgain
	case practice.AtShown:
		return practice.TapTry
	}
	if b.rand.IntN(5) == 0 {
		offers := slices.DeleteFunc(scene.Offers(st), func(do string) bool { return do == practice.TapBack || do == practice.TapHint })
		return offers[b.rand.IntN(len(offers))]
	}
	return scene.Screen(st.At.ID).Best().Do
}

// closeSession counts heads, notes who served and what was there, and closes.
func (b *builder) closeSession(ctx context.Context, s tour.Session, heads int) error {
	b.at = s.EndsAt.Add(-20 * time.Minute)
	heads += b.rand.IntN(6)
	sixty := heads * 4 / 5
	if _, err := b.tour.CountHeads(ctx, tour.HeadCount{ID: db.NewID(), SessionID: s.ID, Method: tour.Tally, Heads: heads, Sixty: &sixty, At: b.at, ByID: b.desk.StaffID()}); err != nil {
		return err
	}
	for _, f := range []tour.Figure{
		{Verb: ledger.Served, Amount: 90, Code: tour.Codes(ledger.Served)[0]},
		{Verb: ledger.HandedOut, Amount: heads, Code: tour.Codes(ledger.HandedOut)[0]},
		{Verb: ledger.Equipped, Amount: 20, Usable: 20 - b.rand.IntN(3)},
	} {
		f.ID, f.SessionID, f.At, f.ByID = db.NewID(), &s.ID, b.at, b.desk.StaffID()
		if _, err := b.tour.AddFigure(ctx, f); err != nil {
			return err
		}
	}
	b.at = s.EndsAt
	if err := b.rate(ctx, s, heads/2); err != nil {
		return err
	}
	return b.tour.CloseSession(ctx, s.ID)
}

// rate is how the session was, by some of those who came.
func (b *builder) rate(ctx context.Context, s tour.Session, answers int) error {
	for range answers {
		sold := b.rand.IntN(20) == 0
		r := quizzes.Rating{ID: db.NewRandomID(), Faces: 3, Sold: &sold}
		if b.rand.IntN(6) == 0 {
			r.Faces, r.Reason = 1+b.rand.IntN(2), quizzes.Reasons()[b.rand.IntN(len(quizzes.Reasons()))]
		}
		if err := b.quizzes.RateSession(ctx, s, db.NewRandomID(), r); err != nil {
			return err
		}
	}
	return nil
}

// answer takes the quiz: mostly right at once, now and then at the second try.
func (b *builder) answer(ctx context.Context, who people.Reader, slug, run string) error {
	quiz, err := b.Quizzes.Quiz(slug)
	if err != nil {
		return err
	}
	attempt, seed, at := db.NewID(), b.rand.Int64(), 0
	questions := quiz.Draw(seed)
	for _, q := range questions {
		order := q.Right()
		if b.rand.IntN(4) == 0 {
			order = append([]int{(order[0] + 1) % len(q.Answers)}, order...)
		}
		for _, a := range order {
			b.at = b.at.Add(time.Duration(6+b.rand.IntN(15)) * time.Second)
			t := quizzes.Tap{Attempt: attempt, Run: run, At: at, Question: q.ID, Answer: a, Lang: "zh-Hans", Seed: seed}
			if _, err := b.quizzes.Answer(ctx, who, quiz, t); err != nil {
				return err
			}
			at++
		}
	}
	return nil
}
