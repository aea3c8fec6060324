package tour

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// AddTour writes a new tour under its ID. Faults: Invalid, with messages beside city and
// name.
func (s *Store) AddTour(ctx context.Context, t Tour) (Tour, error) {
	if err := t.check(); err != nil {
		return t, err
	}
	t.CreatedAt = s.Now()
	err := add(ctx, s.db, t.ID, &t)
	return t, err
}

// SaveTour changes a tour's name and the city that leads it. Faults as AddTour, and
// NotFound.
func (s *Store) SaveTour(ctx context.Context, t Tour) error {
	if err := t.check(); err != nil {
		return err
	}
	return save(ctx, s.db, t.ID, t, "tour.tour_missing", "name", "city_id")
}

// CancelTour calls a tour off, or restores it. Its stops and sessions stay as they are:
// each is called off by itself, since some may already have been held. Fault: NotFound.
func (s *Store) CancelTour(ctx context.Context, id string, cancel bool) error {
	return mark[Tour](ctx, s.db, id, "cancelled_at", s.when(cancel), "tour.tour_missing")
}

// Tour is one tour; fault NotFound.
func (s *Store) Tour(ctx context.Context, id string) (Tour, error) {
	return one[Tour](ctx, s.db, id, "tour.tour_missing")
}

// Tours are the tours that a scope's cities lead or take part in, newest first, those
// called off last.
func (s *Store) Tours(ctx context.Context, sc Scope) ([]Tour, error) {
	return sc.tours(db.Rows[Tour](s.db).Order("CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END, created_at DESC, id DESC").Limit(most)).Find(ctx)
}

// StopPlan is a stop with what takes part in it.
type StopPlan struct {
	Stop
	Venues   []string      // venue IDs of the stop's city
	Partners []StopPartner // StopID is filled by the store
}

// AddStop writes a new stop under its ID, with its venues and partners. Faults: Invalid,
// with messages beside city, name, first_day, last_day, forms, sends.
func (s *Store) AddStop(ctx context.Context, p StopPlan) (StopPlan, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	p.CreatedAt = s.Now()
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if err := db.Rows[Stop](tx).Create(ctx, &p.Stop); err != nil {
			return err
		}
		return joinStop(ctx, tx, p)
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		if there, lookErr := db.Rows[Stop](s.db).Where("id = ?", p.ID).Count(ctx, "id"); lookErr != nil || there > 0 {
			return p, lookErr
		}
	}
	return p, fits(err)
}

// SaveStop changes a stop, its venues and its partners. Faults as AddStop, and NotFound.
func (s *Store) SaveStop(ctx context.Context, p StopPlan) error {
	if err := p.check(); err != nil {
		return err
	}
	return fits(db.Write(ctx, s.db, func(tx *gorm.DB) error {
		n, err := db.Rows[Stop](tx).Where("id = ?", p.ID).
			Select("city_id", "name", "first_day", "last_day", "forms").Updates(ctx, p.Stop)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "tour.stop_missing")
		}
		if _, err := db.Rows[StopVenue](tx).Where("stop_id = ?", p.ID).Delete(ctx); err != nil {
			return err
		}
		if _, err := db.Rows[StopPartner](tx).Where("stop_id = ?", p.ID).Delete(ctx); err != nil {
			return err
		}
		return joinStop(ctx, tx, p)
	}))
}

func (p *StopPlan) check() error {
	f := invalid()
	if fe, ok := errors.AsType[*fault.Error](p.Stop.check()); ok {
		f = fe
	}
	for i := range p.Partners {
		optional(f, "sends_"+p.Partners[i].PartnerID, &p.Partners[i].Sends, 80)
	}
	return f.OrNil()
}

// joinStop writes a stop's venues and partners. A venue of another city is Invalid.
func joinStop(ctx context.Context, tx *gorm.DB, p StopPlan) error {
	away, err := db.Rows[Venue](tx).Where("id IN ? AND city_id <> ?", some(p.Venues), p.CityID).Count(ctx, "id")
	if err != nil {
		return err
	}
	if away > 0 {
		return invalid().Beside("venues", "tour.venues_elsewhere")
	}
	slices.Sort(p.Venues)
	for _, v := range slices.Compact(p.Venues) {
		if err := db.Rows[StopVenue](tx).Create(ctx, &StopVenue{StopID: p.ID, VenueID: v}); err != nil {
			return fmt.Errorf("join venue: %w", err)
		}
	}
	seen := map[string]bool{}
	for _, sp := range p.Partners {
		if seen[sp.PartnerID] {
			continue
		}
		seen[sp.PartnerID] = true
		if err := db.Rows[StopPartner](tx).Create(ctx, &StopPartner{StopID: p.ID, PartnerID: sp.PartnerID, Sends: sp.Sends}); err != nil {
			return fmt.Errorf("join partner: %w", err)
		}
	}
	return nil
}

// CancelStop calls a stop off, or restores it. Its sessions are called off by
// themselves. Fault: NotFound.
func (s *Store) CancelStop(ctx context.Context, id string, cancel bool) error {
	return mark[Stop](ctx, s.db, id, "cancelled_at", s.when(cancel), "tour.stop_missing")
}

// Stop is one stop; fault NotFound.
func (s *Store) Stop(ctx context.Context, id string) (Stop, error) {
	return one[Stop](ctx, s.db, id, "tour.stop_missing")
}

// StopPlan is one stop with its venues and partners; fault NotFound.
func (s *Store) StopPlan(ctx context.Context, id string) (StopPlan, error) {
	stop, err := s.Stop(ctx, id)
	if err != nil {
		return StopPlan{}, err
	}
	p := StopPlan{Stop: stop}
	venues, err := db.Rows[StopVenue](s.db).Where("stop_id = ?", id).Order("venue_id").Limit(most).Find(ctx)
	if err != nil {
		return p, err
	}
	for _, v := range venues {
		p.Venues = append(p.Venues, v.VenueID)
	}
	p.Partners, err = db.Rows[StopPartner](s.db).Where("stop_id = ?", id).Order("partner_id").Limit(most).Find(ctx)
	return p, err
}

// StopsOf are a tour's stops by day, those called off last.
func (s *Store) StopsOf(ctx context.Context, tourID string) ([]Stop, error) {
	return db.Rows[Stop](s.db).Where("tour_id = ?", tourID).
		Order("CASE WHEN cancelled_at IS NULL THEN 0 ELSE 1 END, first_day, id").Limit(most).Find(ctx)
}

// Stops are the stops in a city, latest first: those a new session there may belong to.
// What was called off, or belongs to a tour that was, is left out.
func (s *Store) Stops(ctx context.Context, sc Scope) ([]Stop, error) {
	q := db.Rows[Stop](s.db).Where("cancelled_at IS NULL AND tour_id IN (SELECT id FROM tours WHERE cancelled_at IS NULL)")
	if !sc.All {
		q = q.Where("city_id IN (SELECT id FROM cities WHERE id IN ? OR id IN (SELECT city_id FROM venues WHERE id IN ?))",
			some(sc.Cities), some(sc.Venues))
	}
	return q.Order("first_day DESC, id DESC").Limit(most).Find(ctx)
}

// StopsWith are the stops that a partner takes part in, latest first.
func (s *Store) StopsWith(ctx context.Context, partnerID string) ([]Stop, error) {
	return db.Rows[Stop](s.db).Where("id IN (SELECT stop_id FROM stop_partners WHERE partner_id = ?)", partnerID).
		Order("first_day DESC, id DESC").Limit(most).Find(ctx)
}
