package tour

import (
	"context"

	"silverclass/app/db"
)

// AddCity writes a new city under its ID. Faults: Invalid, with messages beside name
// and province; a name that is taken is one.
func (s *Store) AddCity(ctx context.Context, c City) (City, error) {
	if err := c.check(); err != nil {
		return c, err
	}
	c.CreatedAt = s.Now()
	err := add(ctx, s.db, c.ID, &c)
	return c, err
}

// SaveCity changes a city's name and province. Faults as AddCity, and NotFound.
func (s *Store) SaveCity(ctx context.Context, c City) error {
	if err := c.check(); err != nil {
		return err
	}
	return save(ctx, s.db, c.ID, c, "tour.city_missing", "name", "province")
}

// RetireCity takes a city out of the forms, or puts it back. Fault: NotFound.
func (s *Store) RetireCity(ctx context.Context, id string, retire bool) error {
	return mark[City](ctx, s.db, id, "retired_at", s.when(retire), "tour.city_missing")
}

// City is one city; fault NotFound.
func (s *Store) City(ctx context.Context, id string) (City, error) {
	return one[City](ctx, s.db, id, "tour.city_missing")
}

// Cities are all cities within a scope, by name, those put away last.
func (s *Store) Cities(ctx context.Context, sc Scope) ([]City, error) {
	return sc.cities(db.Rows[City](s.db).Order("CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, name, id").Limit(most)).Find(ctx)
}

// AddVenue writes a new venue under its ID. Faults: Invalid, with messages beside city,
// name, kind, district, places.
func (s *Store) AddVenue(ctx context.Context, v Venue) (Venue, error) {
	if err := v.check(); err != nil {
		return v, err
	}
	v.CreatedAt = s.Now()
	err := add(ctx, s.db, v.ID, &v)
	return v, err
}

// SaveVenue changes a venue. It stays in its city: its facts are reported there. Faults
// as AddVenue, and NotFound.
func (s *Store) SaveVenue(ctx context.Context, v Venue) error {
	if err := v.check(); err != nil {
		return err
	}
	return save(ctx, s.db, v.ID, v, "tour.venue_missing", "name", "kind", "district", "places")
}

// RetireVenue takes a venue out of the forms, or puts it back. Fault: NotFound.
func (s *Store) RetireVenue(ctx context.Context, id string, retire bool) error {
	return mark[Venue](ctx, s.db, id, "retired_at", s.when(retire), "tour.venue_missing")
}

// Venue is one venue; fault NotFound.
func (s *Store) Venue(ctx context.Context, id string) (Venue, error) {
	return one[Venue](ctx, s.db, id, "tour.venue_missing")
}

// Venues are all venues within a scope, by name, those put away last.
func (s *Store) Venues(ctx context.Context, sc Scope) ([]Venue, error) {
	return sc.venues(db.Rows[Venue](s.db).Order("CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, name, id").Limit(most)).Find(ctx)
}

// AddPartner writes a new partner under its ID. Faults: Invalid, with messages beside
// city, name, kind.
func (s *Store) AddPartner(ctx context.Context, p Partner) (Partner, error) {
	if err := p.check(); err != nil {
		return p, err
	}
	p.CreatedAt = s.Now()
	err := add(ctx, s.db, p.ID, &p)
	return p, err
}

// SavePartner changes a partner's name and kind. Faults as AddPartner, and NotFound.
func (s *Store) SavePartner(ctx context.Context, p Partner) error {
	if err := p.check(); err != nil {
		return err
	}
	return save(ctx, s.db, p.ID, p, "tour.partner_missing", "name", "kind")
}

// RetirePartner takes a partner out of the forms, or puts it back. Fault: NotFound.
func (s *Store) RetirePartner(ctx context.Context, id string, retire bool) error {
	return mark[Partner](ctx, s.db, id, "retired_at", s.when(retire), "tour.partner_missing")
}

// Partner is one partner; fault NotFound.
func (s *Store) Partner(ctx context.Context, id string) (Partner, error) {
	return one[Partner](ctx, s.db, id, "tour.partner_missing")
}

// Partners are all partners, by name, those put away last: an enterprise of one city
// may help at another's stop, so no scope narrows them.
func (s *Store) Partners(ctx context.Context) ([]Partner, error) {
	return db.Rows[Partner](s.db).Order("CASE WHEN retired_at IS NULL THEN 0 ELSE 1 END, name, id").Limit(most).Find(ctx)
}
