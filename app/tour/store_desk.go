package tour

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// CheckIn checks a person in: her row and the checked-in fact, in one transaction. The
// first check-in opens a planned session. The same act again, or the same person again,
// changes nothing and says so (CheckedIn.Again).
//
// Faults: NotFound without such a session; Conflict when it does not run (open it
// first), or when the act's ID was used for something else, which the ledger keeps as
// refused.
func (s *Store) CheckIn(ctx context.Context, in CheckIn) (CheckedIn, error) {
	var out CheckedIn
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		out, err = NewStore(tx, s.now).checkIn(ctx, in)
		return err
	})
	return out, err
}

// CheckInLive checks in who followed a live class for ten confirmed minutes, inside the
// caller's transaction. The class may be over by then, so the session may be too. Faults:
// NotFound; Conflict when the session was called off, or as CheckIn for the ID.
func (s *Store) CheckInLive(ctx context.Context, tx *gorm.DB, in CheckIn) (CheckedIn, error) {
	in.Method = ByLive
	return NewStore(tx, s.now).checkIn(ctx, in)
}

// WalkIn is the act of giving somebody a card and checking her in at once.
type WalkIn struct {
	Issue   people.Issue // its ID is the consent's
	CheckIn CheckIn      // PersonID and Method are filled from the issue
}

// WalkedIn is what came of a WalkIn.
type WalkedIn struct {
	people.Issued
	CheckedIn
}

// WalkIn issues a card and checks its person in, both or neither. Faults: those of
// people.Store.Issue and of CheckIn.
func (s *Store) WalkIn(ctx context.Context, w WalkIn) (WalkedIn, error) {
	var out WalkedIn
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		if out.Issued, err = people.NewStore(tx, s.now).Issue(ctx, w.Issue); err != nil {
			return err
		}
		in := w.CheckIn
		in.PersonID, in.Method = out.Person.ID, ByStaff
		out.CheckedIn, err = NewStore(tx, s.now).checkIn(ctx, in)
		return err
	})
	return out, err
}

// checkIn is CheckIn within a transaction.
func (s *Store) checkIn(ctx context.Context, in CheckIn) (CheckedIn, error) {
	now := s.Now()
	n, err := s.begin(ctx, in.SessionID, in.Method != ByLive)
	if err != nil {
		return CheckedIn{}, err
	}
	at := db.Instant(in.At)
	if in.At.IsZero() {
		at = now
	}
	a := Attendance{ID: in.ID, SessionID: n.ID, PersonID: in.PersonID, Method: in.Method, CheckedInAt: at, ByID: in.ByID}
	res := gorm.WithResult()
	if err := db.Rows[Attendance](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &a); err != nil {
		return CheckedIn{}, fmt.Errorf("check in: %w", err)
	}
	if res.RowsAffected == 0 {
		there, err := s.thereAlready(ctx, a)
		if err != nil || there.ID != "" {
			return CheckedIn{Attendance: there, Again: true}, err
		}
	}
	fact := ledger.Fact{
		ID: a.ID, Verb: ledger.CheckedIn, PersonID: &a.PersonID, Object: ledger.Object("session", n.ID),
		SessionID: &n.ID, VenueID: &n.VenueID, DeviceID: in.DeviceID, ByID: in.ByID, At: at,
	}
	_, err = ledger.Append(ctx, s.db, ledger.OwnerTour, now, fact, ledger.CheckedInDetail{Method: a.Method})
	return CheckedIn{Attendance: a}, err
}

// thereAlready finds what a check-in met: the same act, or the same person at the same
// session. The zero Attendance means that the act's ID belongs to something else, and
// the ledger has to say so.
func (s *Store) thereAlready(ctx context.Context, a Attendance) (Attendance, error) {
	rows, err := db.Rows[Attendance](s.db).
		Where("id = ? OR (session_id = ? AND person_id = ? AND retracted_at IS NULL)", a.ID, a.SessionID, a.PersonID).
		Order("id").Limit(2).Find(ctx)
	if err != nil {
		return Attendance{}, fmt.Errorf("look for a check-in: %w", err)
	}
	for _, r := range rows {
		if r.ID == a.ID {
			if r.SessionID == a.SessionID && r.PersonID == a.PersonID {
				return r, nil
			}
			return Attendance{}, nil
		}
	}
	if len(rows) > 0 {
		return rows[0], nil
	}
	return Attendance{}, nil
}

// begin reads a session for a check-in or a count, and opens it when it was only
// planned: a session in which somebody was counted has been held. With running it must
// run now; without, it must only not be called off.
func (s *Store) begin(ctx context.Context, sessionID string, running bool) (Session, error) {
	n, err := s.Session(ctx, sessionID)
	if err != nil {
		return n, err
	}
	now := s.Now()
	if running {
		if err := n.mayCheckIn(now); err != nil {
			return n, err
		}
	}
	if n.State == Cancelled {
		return n, fault.New(fault.Conflict, "tour.session_cancelled")
	}
	if n.State != Planned {
		return n, nil
	}
	// What was only planned and is opened by its first fact began when it was to begin:
	// a count that is entered late does not make it run again.
	opened := now
	if opened.After(n.EndsAt) {
		opened = n.StartsAt
	}
	_, err = db.Rows[Session](s.db).Where("id = ? AND state = ?", n.ID, Planned).
		Select("state", "opened_at").Updates(ctx, Session{State: Open, OpenedAt: &opened})
	if err != nil {
		return n, fmt.Errorf("open the session: %w", err)
	}
	n.State, n.OpenedAt = Open, &opened
	return n, nil
}

// TakeBack takes a check-in back: a retracted fact, and the row marked with who and why.
// Again changes nothing. Faults: NotFound; Conflict once the session is over (open it
// again first).
func (s *Store) TakeBack(ctx context.Context, u Undo) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		a, err := t.Attendance(ctx, u.ID)
		if err != nil || !a.Counts() {
			return err
		}
		n, err := t.Session(ctx, a.SessionID)
		if err != nil {
			return err
		}
		if n.Phase(s.Now()) == Over {
			return fault.New(fault.Conflict, "tour.session_over")
		}
		u.Reason = reason(Reasons(), u.Reason)
		return retract[Attendance](ctx, t, u, ledger.CheckedIn)
	})
}

// retract marks a row of T as taken back and retracts its fact; who comes second changes
// nothing.
func retract[T any](ctx context.Context, s *Store, u Undo, verb ledger.Verb) error {
	now := s.Now()
	n, err := db.Rows[T](s.db).Where("id = ? AND retracted_at IS NULL", u.ID).
		Set(ctx, clause.Assignment{Column: clause.Column{Name: "retracted_at"}, Value: now},
			clause.Assignment{Column: clause.Column{Name: "retracted_by"}, Value: u.ByID},
			clause.Assignment{Column: clause.Column{Name: "reason"}, Value: u.Reason})
	if err != nil || n == 0 {
		return err
	}
	if _, err := ledger.Retract(ctx, s.db, ledger.OwnerTour, now, u.ID, u.ByID, u.Reason); err != nil {
		return fmt.Errorf("take back %s: %w", verb, err)
	}
	return nil
}

// Attendance is one check-in, taken back or not; fault NotFound.
func (s *Store) Attendance(ctx context.Context, id string) (Attendance, error) {
	return one[Attendance](ctx, s.db, id, "tour.attendance_missing")
}

// Present are the people checked in to a session and not taken back, by check-in.
func (s *Store) Present(ctx context.Context, sessionID string) ([]Attendance, error) {
	return db.Rows[Attendance](s.db).Where("session_id = ? AND retracted_at IS NULL", sessionID).
		Order("checked_in_at, id").Limit(MostHeads).Find(ctx)
}

// Attendances are all check-ins of a session, those taken back too, latest first.
func (s *Store) Attendances(ctx context.Context, sessionID string) ([]Attendance, error) {
	return db.Rows[Attendance](s.db).Where("session_id = ?", sessionID).
		Order("checked_in_at DESC, id DESC").Limit(MostHeads).Find(ctx)
}

// IsPresent reports whether a person is checked in to a session.
func (s *Store) IsPresent(ctx context.Context, sessionID, personID string) (bool, error) {
	n, err := db.Rows[Attendance](s.db).
		Where("session_id = ? AND person_id = ? AND retracted_at IS NULL", sessionID, personID).Count(ctx, "id")
	return n > 0, err
}

// Came are the sessions that a person was checked in to and that ended after an instant,
// the latest first, at most ten.
func (s *Store) Came(ctx context.Context, personID string, after time.Time) ([]Session, error) {
	list, err := db.Rows[Session](s.db).Where("ends_at > ? AND id IN (SELECT session_id FROM attendances WHERE person_id = ? AND retracted_at IS NULL)",
		db.Instant(after), personID).Order("ends_at DESC, id").Limit(10).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("sessions that somebody came to: %w", err)
	}
	return list, nil
}

// CameTo are the people who were checked in to a venue's sessions that began after an
// instant, each once, at most MostHeads.
func (s *Store) CameTo(ctx context.Context, venueID string, after time.Time) ([]string, error) {
	var ids []string
	err := db.Rows[Attendance](s.db).Raw(`SELECT DISTINCT a.person_id FROM attendances a JOIN sessions s ON s.id = a.session_id
		WHERE s.venue_id = ? AND s.starts_at > ? AND a.retracted_at IS NULL ORDER BY a.person_id LIMIT ?`, venueID, db.Instant(after), MostHeads).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("people of a venue: %w", err)
	}
	return ids, nil
}

// Refuse keeps a scan that was not taken.
func (s *Store) Refuse(ctx context.Context, r Refusal) error {
	r.At = s.Now()
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return db.Rows[Refusal](tx, clause.OnConflict{DoNothing: true}).Create(ctx, &r)
	})
}

// Refusals are a session's latest refused scans, latest first.
func (s *Store) Refusals(ctx context.Context, sessionID string, limit int) ([]Refusal, error) {
	return db.Rows[Refusal](s.db).Where("session_id = ?", sessionID).Order("at DESC, id DESC").Limit(limit).Find(ctx)
}
