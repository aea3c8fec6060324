package tour

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// AddSession writes a new planned session under its ID. zone is where local days begin: a
// stop's sessions start on its days. Faults: Invalid, with messages beside venue, stop,
// topics, title, mode, room, places, day, ends.
func (s *Store) AddSession(ctx context.Context, n Session, zone *time.Location) (Session, error) {
	n.State, n.CreatedAt = Planned, s.Now()
	if err := s.checkSession(ctx, &n, zone); err != nil {
		return n, err
	}
	err := add(ctx, s.db, n.ID, &n)
	return n, err
}

// SaveSession changes what a session is, but neither its venue nor its state. Faults as
// AddSession; NotFound; Conflict when it is closed or called off, which has to be undone
// first.
func (s *Store) SaveSession(ctx context.Context, n Session, zone *time.Location) error {
	old, err := s.Session(ctx, n.ID)
	if err != nil {
		return err
	}
	switch old.State {
	case Closed:
		return fault.New(fault.Conflict, "tour.session_closed_edit")
	case Cancelled:
		return fault.New(fault.Conflict, "tour.session_cancelled")
	}
	n.VenueID = old.VenueID
	if err := s.checkSession(ctx, &n, zone); err != nil {
		return err
	}
	return save(ctx, s.db, n.ID, n, "tour.session_missing",
		"title", "stop_id", "topics", "mode", "room", "places", "trainer_id", "starts_at", "ends_at")
}

// checkSession checks the session by itself and against the stop it names.
func (s *Store) checkSession(ctx context.Context, n *Session, zone *time.Location) error {
	n.StartsAt, n.EndsAt = db.Instant(n.StartsAt), db.Instant(n.EndsAt)
	f := invalid()
	if fe, ok := errors.AsType[*fault.Error](n.check()); ok {
		f = fe
	}
	if n.StopID == nil || n.VenueID == "" {
		return f.OrNil()
	}
	venue, err := s.Venue(ctx, n.VenueID)
	if err != nil {
		return err
	}
	stop, err := s.Stop(ctx, *n.StopID)
	switch {
	case fault.Is(err, fault.NotFound):
		f.Beside("stop", "tour.stop_missing")
	case err != nil:
		return err
	case stop.CityID != venue.CityID:
		f.Beside("stop", "tour.stop_elsewhere")
	case !n.StartsAt.IsZero() && !stop.Covers(n.StartsAt.In(zone).Format(time.DateOnly)):
		f.Beside("day", "tour.day_outside_stop", fault.Args{"First": stop.FirstDay, "Last": stop.LastDay})
	}
	return f.OrNil()
}

// Session is one session; fault NotFound.
func (s *Store) Session(ctx context.Context, id string) (Session, error) {
	return one[Session](ctx, s.db, id, "tour.session_missing")
}

// SessionFilter narrows a list of sessions; its zero value, with a scope, narrows
// nothing.
type SessionFilter struct {
	Scope    Scope
	VenueID  string
	StopID   string
	TourID   string
	From, To time.Time // StartsAt in [From, To); a zero one is open
	Desc     bool      // latest first
	Limit    int       // 0 means as many as a page takes
}

// Sessions are the sessions that fit, by start.
func (s *Store) Sessions(ctx context.Context, f SessionFilter) ([]Session, error) {
	order, limit := "starts_at, id", most
	if f.Desc {
		order = "starts_at DESC, id DESC"
	}
	if f.Limit > 0 {
		limit = f.Limit
	}
	q := f.Scope.sessions(db.Rows[Session](s.db).Order(order).Limit(limit))
	if f.VenueID != "" {
		q = q.Where("venue_id = ?", f.VenueID)
	}
	if f.StopID != "" {
		q = q.Where("stop_id = ?", f.StopID)
	}
	if f.TourID != "" {
		q = q.Where("stop_id IN (SELECT id FROM stops WHERE tour_id = ?)", f.TourID)
	}
	if !f.From.IsZero() {
		q = q.Where("starts_at >= ?", db.Instant(f.From))
	}
	if !f.To.IsZero() {
		q = q.Where("starts_at < ?", db.Instant(f.To))
	}
	return q.Find(ctx)
}

// Current are the sessions that run at a venue at now, by start: from half an hour
// before their start, or when opened by hand if that is earlier, until they are closed.
// Who closes nothing is helped by the clock, see Session.Ends. Usually there is one.
func (s *Store) Current(ctx context.Context, venueID string, now time.Time) ([]Session, error) {
	all, err := db.Rows[Session](s.db).
		Where("venue_id = ? AND state IN ? AND starts_at <= ?", venueID, []State{Planned, Open}, db.Instant(now.Add(longestAhead))).
		Where("ends_at > ? OR opened_at > ?", db.Instant(now.Add(-Late)), db.Instant(now.Add(-Late))).
		Order("starts_at, id").Limit(most).Find(ctx)
	if err != nil {
		return nil, err
	}
	running := all[:0]
	for _, n := range all {
		if n.Phase(now) == Running {
			running = append(running, n)
		}
	}
	return running, nil
}

// longestAhead bounds how far ahead of its start a session can have been opened by hand
// and still be looked for.
const longestAhead = 31 * 24 * time.Hour

// Whole is a session with what it belongs to.
type Whole struct {
	Session
	Venue Venue
	City  City
	Stop  *Stop // nil without a stop; so is Tour
	Tour  *Tour
}

// Whole is one session with its venue, city, stop and tour; fault NotFound.
func (s *Store) Whole(ctx context.Context, id string) (Whole, error) {
	n, err := s.Session(ctx, id)
	if err != nil {
		return Whole{}, err
	}
	all, err := s.Wholes(ctx, []Session{n})
	if err != nil {
		return Whole{}, err
	}
	return all[0], nil
}

// Wholes adds to sessions what they belong to, in the same order.
func (s *Store) Wholes(ctx context.Context, sessions []Session) ([]Whole, error) {
	var venueIDs, stopIDs []string
	for _, n := range sessions {
		venueIDs = append(venueIDs, n.VenueID)
		if n.StopID != nil {
			stopIDs = append(stopIDs, *n.StopID)
		}
	}
	venues, err := byID(ctx, s.db, venueIDs, func(v Venue) string { return v.ID })
	if err != nil {
		return nil, fmt.Errorf("venues of sessions: %w", err)
	}
	stops, err := byID(ctx, s.db, stopIDs, func(v Stop) string { return v.ID })
	if err != nil {
		return nil, fmt.Errorf("stops of sessions: %w", err)
	}
	var cityIDs, tourIDs []string
	for _, v := range venues {
		cityIDs = append(cityIDs, v.CityID)
	}
	for _, v := range stops {
		tourIDs = append(tourIDs, v.TourID)
	}
	cities, err := byID(ctx, s.db, cityIDs, func(v City) string { return v.ID })
	if err != nil {
		return nil, fmt.Errorf("cities of sessions: %w", err)
	}
	tours, err := byID(ctx, s.db, tourIDs, func(v Tour) string { return v.ID })
	if err != nil {
		return nil, fmt.Errorf("tours of sessions: %w", err)
	}
	wholes := make([]Whole, 0, len(sessions))
	for _, n := range sessions {
		w := Whole{Session: n, Venue: venues[n.VenueID]}
		w.City = cities[w.Venue.CityID]
		if n.StopID != nil {
			stop := stops[*n.StopID]
			tour := tours[stop.TourID]
			w.Stop, w.Tour = &stop, &tour
		}
		wholes = append(wholes, w)
	}
	return wholes, nil
}

// byID are rows by ID.
func byID[T any](ctx context.Context, g *gorm.DB, ids []string, id func(T) string) (map[string]T, error) {
	found := map[string]T{}
	if len(ids) == 0 {
		return found, nil
	}
	rows, err := db.Rows[T](g).Where("id IN ?", ids).Order("id").Limit(len(ids)).Find(ctx)
	for _, r := range rows {
		found[id(r)] = r
	}
	return found, err
}
