package people

import (
	"context"
	"fmt"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// VenueOf gives a venue's name and city for the pages here, which stand below app/tour.
// It may be fault.NotFound.
type VenueOf func(ctx context.Context, venueID string) (name, cityID string, err error)

// Venues are where each of some people was ever: what has a fact of hers.
func (s *Store) Venues(ctx context.Context, personIDs []string) (map[string][]string, error) {
	if len(personIDs) == 0 {
		return nil, nil
	}
	rows, err := db.Rows[ledger.Fact](s.db).Distinct("person_id", "venue_id").
		Where("person_id IN ? AND venue_id IS NOT NULL", personIDs).Order("person_id, venue_id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read where people were: %w", err)
	}
	found := map[string][]string{}
	for _, f := range rows {
		found[*f.PersonID] = append(found[*f.PersonID], *f.VenueID)
	}
	return found, nil
}

// Visible narrows a list to the people whom the reader may see from where she works: who
// was ever at a place that one of her grants of this role reaches. Grants for the whole
// installation see everybody, also who was nowhere yet.
func (s *Store) Visible(ctx context.Context, r Reader, role Role, list []Person, venue VenueOf) ([]Person, error) {
	if r.May(role, "", "") {
		return list, nil
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	venues, err := s.Venues(ctx, ids)
	if err != nil {
		return nil, err
	}
	may := map[string]bool{} // by venue
	var seen []Person
	for _, p := range list {
		for _, v := range venues[p.ID] {
			ok, asked := may[v]
			if !asked {
				_, city, err := venue(ctx, v)
				if err != nil && !fault.Is(err, fault.NotFound) {
					return nil, err
				}
				ok = r.May(role, v, city)
				may[v] = ok
			}
			if ok {
				seen = append(seen, p)
				break
			}
		}
	}
	return seen, nil
}

// MayOpen is nil when the reader may open a person; see Visible. Somebody of another
// place is answered like somebody who does not exist (NotFound), so that an address tells
// nothing.
func (s *Store) MayOpen(ctx context.Context, r Reader, role Role, personID string, venue VenueOf) error {
	p, err := s.Person(ctx, personID)
	if err != nil {
		return err
	}
	seen, err := s.Visible(ctx, r, role, []Person{p}, venue)
	if err == nil && len(seen) == 0 {
		err = fault.New(fault.NotFound, "people.person_missing")
	}
	return err
}
