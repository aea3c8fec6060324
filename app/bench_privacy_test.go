//go:build bench

package main

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/privacy"

	"gorm.io/gorm"
)

// fiveYears measures taking along and erasing what five years left of one person: two
// afternoons a week, each with a check-in, a lesson, a practice and a quiz.
func (b *bench) fiveYears() {
	const afternoons = 5 * 52 * 2
	ctx := context.Background()
	person := b.learner()
	facts := 0
	b.must(ledger.Write(ctx, b.p.db.DB, func(tx *gorm.DB) error {
		for i := range afternoons {
			at := db.Instant(time.Now().AddDate(0, 0, -7*(afternoons-i)/2))
			run := db.NewID()
			for _, one := range []struct {
				owner  ledger.Owner
				verb   ledger.Verb
				object string
				detail any
			}{
				{ledger.OwnerTour, ledger.CheckedIn, ledger.Object("session", b.session.ID), ledger.CheckedInDetail{Method: ledger.MethodCard}},
				{ledger.OwnerCourses, ledger.Finished, ledger.Object("lesson", "fraud/police-call"), ledger.FinishedDetail{Seconds: 300}},
				{ledger.OwnerPractice, ledger.Practised, ledger.Object("scene", "fraud/police-call"), ledger.PractisedDetail{Mode: "unaided", Outcome: "done"}},
				{ledger.OwnerQuizzes, ledger.Answered, ledger.Object("quiz", "fraud/police-call"), ledger.AnsweredDetail{Right: 2, Of: 2}},
			} {
				f := ledger.Fact{ID: db.NewID(), Verb: one.verb, PersonID: &person.ID, Object: one.object, VenueID: &b.venue.ID, SessionID: &b.session.ID, At: at}
				if one.verb != ledger.CheckedIn {
					f.Run = &run
				}
				if _, err := ledger.Append(ctx, tx, one.owner, time.Now(), f, one.detail); err != nil {
					return fmt.Errorf("%s: %w", one.verb, err)
				}
				facts++
			}
		}
		return nil
	}))
	var file bytes.Buffer
	began := time.Now()
	b.must(b.p.privacy.Copy(ctx, person.ID, &file, func(key string) string { return key }))
	copied := time.Since(began)
	began = time.Now()
	b.must(b.p.privacy.EraseNow(ctx, person.ID, privacy.Asked))
	b.say(fmt.Sprintf("copy of a person with %d facts of five years", facts), "1 s", "%.2f s, %d KB", copied.Seconds(), file.Len()/1000)
	b.say("the same person erased", "1 s", "%.2f s", time.Since(began).Seconds())
}
