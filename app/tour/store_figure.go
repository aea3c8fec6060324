package tour

import (
	"context"
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// AddFigure keeps a figure: its row and its fact, in one transaction. The same act again
// changes nothing.
//
// Faults: Invalid, with messages beside amount, usable, code, method; NotFound; Conflict
// when the session or stop was called off, when the session has not begun, or when the
// act's ID was used for something else.
func (s *Store) AddFigure(ctx context.Context, g Figure) (Figure, error) {
	if err := g.check(); err != nil {
		return g, err
	}
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		g, err = NewStore(tx, s.now).addFigure(ctx, g)
		return err
	})
	return g, err
}

func (s *Store) addFigure(ctx context.Context, g Figure) (Figure, error) {
	fact, err := s.figureFact(ctx, g)
	if err != nil {
		return g, err
	}
	g.At = db.Instant(g.At)
	if g.At.IsZero() {
		g.At = s.Now()
	}
	fact.At = g.At
	res := gorm.WithResult()
	if err := db.Rows[Figure](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &g); err != nil {
		return g, fmt.Errorf("keep the figure: %w", fits(err))
	}
	if res.RowsAffected == 0 {
		old, err := s.Figure(ctx, g.ID)
		if err != nil {
			return g, err
		}
		if old.Verb == g.Verb && old.Amount == g.Amount && old.Usable == g.Usable && old.Code == g.Code {
			return old, nil
		}
	}
	_, err = ledger.Append(ctx, s.db, ledger.OwnerTour, s.Now(), fact, g.detail())
	return g, err
}

// figureFact is the fact of a figure but for its instant; it looks up what the figure is
// about.
func (s *Store) figureFact(ctx context.Context, g Figure) (ledger.Fact, error) {
	fact := ledger.Fact{ID: g.ID, Verb: g.Verb, ByID: g.ByID}
	if g.SessionID != nil {
		n, err := s.beginCounting(ctx, *g.SessionID)
		if err != nil {
			return fact, err
		}
		fact.Object, fact.SessionID, fact.VenueID = ledger.Object("session", n.ID), &n.ID, &n.VenueID
		return fact, nil
	}
	if g.StopID == nil {
		return fact, fault.New(fault.NotFound, "tour.stop_missing")
	}
	stop, err := s.Stop(ctx, *g.StopID)
	if err != nil {
		return fact, err
	}
	if stop.CancelledAt != nil {
		return fact, fault.New(fault.Conflict, "tour.stop_cancelled")
	}
	fact.Object = ledger.Object("stop", stop.ID)
	return fact, nil
}

// TakeBackFigure takes a figure back: a retracted fact, and the row marked. Again changes
// nothing. Fault: NotFound.
func (s *Store) TakeBackFigure(ctx context.Context, u Undo) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		g, err := t.Figure(ctx, u.ID)
		if err != nil {
			return err
		}
		u.Reason = reason(FigureReasons(), u.Reason)
		return retract[Figure](ctx, t, u, g.Verb)
	})
}

// Figure is one figure, taken back or not; fault NotFound.
func (s *Store) Figure(ctx context.Context, id string) (Figure, error) {
	return one[Figure](ctx, s.db, id, "tour.figure_missing")
}

// FiguresOfSession are a session's figures, those taken back too, latest first.
func (s *Store) FiguresOfSession(ctx context.Context, id string) ([]Figure, error) {
	return db.Rows[Figure](s.db).Where("session_id = ?", id).Order("at DESC, id DESC").Limit(most).Find(ctx)
}

// FiguresOfStop are a stop's own figures, without those of its sessions; those taken back
// too, latest first.
func (s *Store) FiguresOfStop(ctx context.Context, id string) ([]Figure, error) {
	return db.Rows[Figure](s.db).Where("stop_id = ?", id).Order("at DESC, id DESC").Limit(most).Find(ctx)
}
