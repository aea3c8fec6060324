package tour

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// CountHeads keeps a count: its row and the counted fact, in one transaction. It may be
// entered after the session is over. The same act again changes nothing.
//
// Faults: Invalid, with messages beside heads, sixty, women, men, bands;
// NotFound; Conflict when the session was called off or has not begun, or when the act's
// ID was used for something else.
func (s *Store) CountHeads(ctx context.Context, h HeadCount) (HeadCount, error) {
	if err := h.check(); err != nil {
		return h, err
	}
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		h, err = NewStore(tx, s.now).countHeads(ctx, h)
		return err
	})
	return h, err
}

func (s *Store) countHeads(ctx context.Context, h HeadCount) (HeadCount, error) {
	n, err := s.beginCounting(ctx, h.SessionID)
	if err != nil {
		return h, err
	}
	now := s.Now()
	h.At = db.Instant(h.At)
	if h.At.IsZero() {
		h.At = now
	}
	if h.Bands == nil {
		h.Bands = map[string]int{} // a column that is never NULL
	}
	res := gorm.WithResult()
	if err := db.Rows[HeadCount](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &h); err != nil {
		return h, fmt.Errorf("keep the count: %w", err)
	}
	if res.RowsAffected == 0 {
		old, err := s.HeadCount(ctx, h.ID)
		if err != nil {
			return h, err
		}
		if old.SessionID == h.SessionID && old.Method == h.Method && old.Heads == h.Heads {
			return old, nil
		}
	}
	_, err = ledger.Append(ctx, s.db, ledger.OwnerTour, now, ledger.Fact{
		ID: h.ID, Verb: ledger.Counted, Object: ledger.Object("session", n.ID),
		SessionID: &n.ID, VenueID: &n.VenueID, ByID: h.ByID, At: h.At,
	}, h.detail())
	return h, err
}

// beginCounting is begin for figures, which may come late but not before there is
// anything to count.
func (s *Store) beginCounting(ctx context.Context, sessionID string) (Session, error) {
	n, err := s.Session(ctx, sessionID)
	if err != nil {
		return n, err
	}
	if n.Phase(s.Now()) == Waiting {
		return n, fault.New(fault.Conflict, "tour.session_waiting")
	}
	return s.begin(ctx, sessionID, false)
}

// TakeBackCount takes a count back: a retracted fact, and the row marked. Again changes
// nothing. It may come after the session is over: a wrong number must be mended whenever
// it is found. Fault: NotFound.
func (s *Store) TakeBackCount(ctx context.Context, u Undo) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		if _, err := t.HeadCount(ctx, u.ID); err != nil {
			return err
		}
		u.Reason = reason(FigureReasons(), u.Reason)
		return retract[HeadCount](ctx, t, u, ledger.Counted)
	})
}

// HeadCount is one count, taken back or not; fault NotFound.
func (s *Store) HeadCount(ctx context.Context, id string) (HeadCount, error) {
	return one[HeadCount](ctx, s.db, id, "tour.count_missing")
}

// HeadCounts are a session's counts, those taken back too, latest first.
func (s *Store) HeadCounts(ctx context.Context, sessionID string) ([]HeadCount, error) {
	return db.Rows[HeadCount](s.db).Where("session_id = ?", sessionID).Order("at DESC, id DESC").Limit(most).Find(ctx)
}

// Numbers are a session's totals, from the working rows.
func (s *Store) Numbers(ctx context.Context, sessionID string) (Numbers, error) {
	all, err := s.NumbersOf(ctx, []string{sessionID})
	return all[sessionID], err
}

// NumbersOf are the totals of several sessions, by session ID; each ID has an entry.
func (s *Store) NumbersOf(ctx context.Context, sessionIDs []string) (map[string]Numbers, error) {
	all := map[string]Numbers{}
	if len(sessionIDs) == 0 {
		return all, nil
	}
	came, err := db.Rows[Attendance](s.db).Distinct("session_id", "person_id").
		Where("session_id IN ? AND retracted_at IS NULL", sessionIDs).Order("session_id, person_id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("count check-ins: %w", err)
	}
	persons, err := s.different(ctx, came)
	if err != nil {
		return nil, err
	}
	heads, err := db.Rows[HeadCount](s.db).Where("session_id IN ? AND retracted_at IS NULL", sessionIDs).Order("at, id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read counts: %w", err)
	}
	counts := map[string][]HeadCount{}
	for _, h := range heads {
		counts[h.SessionID] = append(counts[h.SessionID], h)
	}
	for _, id := range sessionIDs {
		all[id] = numbers(persons[id], counts[id])
	}
	return all, nil
}

// different counts the people of each session among check-ins: two cards of one person
// are one.
func (s *Store) different(ctx context.Context, came []Attendance) (map[string]int, error) {
	ids := make([]string, len(came))
	for i, a := range came {
		ids[i] = a.PersonID
	}
	slices.Sort(ids)
	who, err := people.NewStore(s.db, s.now).OnePerson(ctx, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	type at struct{ session, person string }
	seen, n := map[at]bool{}, map[string]int{}
	for _, a := range came {
		if k := (at{a.SessionID, who(a.PersonID)}); !seen[k] {
			seen[k] = true
			n[a.SessionID]++
		}
	}
	return n, nil
}
