package demo

import (
	"context"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/room"
)

// tablets is how many stand in the hall of the running session.
const tablets = 8

// sitDown enrols tablets and seats people of the running session at them, so that the
// trainer's page shows a hall: most follow, one is stuck, one has her hand up, a visitor
// learns, one tablet is free. Seats end by themselves when nobody acts.
func (b *builder) sitDown(ctx context.Context) error {
	s := b.sessions[running]
	present, err := b.tour.Present(ctx, s.ID)
	if err != nil {
		return err
	}
	b.at = b.Now
	code := people.NewToken()
	if _, err := b.people.MakeTabletLink(ctx, db.NewID(), code, s.VenueID, *b.desk.StaffID(), tablets); err != nil {
		return err
	}
	for i := range tablets {
		b.at = b.Now
		t, err := b.people.EnrolTablet(ctx, people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()})
		if err != nil {
			return err
		}
		if i == tablets-1 || i >= len(present) {
			continue
		}
		sit := room.Sit{ID: db.NewID(), TabletID: t.ID, VenueID: s.VenueID, SessionID: s.ID, PersonID: present[i].PersonID, Kind: room.Tile}
		if i == 2 {
			sit.PersonID, sit.VisitID, sit.Kind = "", db.NewRandomID(), room.Visit
		}
		if i == 4 { // stuck: there for a while
			b.at = b.Now.Add(-2 * time.Minute)
		}
		seat, err := b.room.Take(ctx, sit)
		if err != nil {
			return err
		}
		if err := b.room.Place(ctx, b.g, seat.ID, room.Place{Kind: room.Lesson, Slug: "fraud/police-call", Step: 3 + i%3}); err != nil {
			return err
		}
		if i == 5 {
			b.at = b.Now.Add(-40 * time.Second)
			if _, err := b.room.Raise(ctx, room.Call{ID: db.NewID(), TabletID: t.ID, VenueID: s.VenueID, SessionID: s.ID, SeatID: &seat.ID}); err != nil {
				return err
			}
		}
		if err := b.room.Signal(ctx, t.ID); err != nil {
			return err
		}
	}
	return nil
}
