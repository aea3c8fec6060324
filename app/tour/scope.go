package tour

import (
	"silverclass/app/db"
	"silverclass/app/people"
)

// Scope is which places a list shows: everything, or some cities whole and some venues
// besides. The zero Scope shows nothing.
type Scope struct {
	All    bool
	Cities []string // city IDs: all their venues too
	Venues []string // venue IDs
}

// Everywhere is the scope of the whole installation.
func Everywhere() Scope { return Scope{All: true} }

// At is the scope of one venue.
func At(venueID string) Scope { return Scope{Venues: []string{venueID}} }

// In is the scope of one city.
func In(cityID string) Scope { return Scope{Cities: []string{cityID}} }

// ScopeOf is where a reader has one of the roles, or a role that includes it.
func ScopeOf(r people.Reader, roles ...people.Role) Scope {
	var sc Scope
	if r.Staff == nil {
		return sc
	}
	for _, g := range r.Grants {
		for _, role := range roles {
			if !g.Role.Covers(role) {
				continue
			}
			switch g.PlaceKind {
			case people.Installation:
				sc.All = true
			case people.City:
				sc.Cities = append(sc.Cities, g.PlaceID)
			case people.Venue:
				sc.Venues = append(sc.Venues, g.PlaceID)
			}
			break
		}
	}
	return sc
}

// cities narrows to cities that the scope holds, or in which it holds a venue.
func (sc Scope) cities(q db.Query[City]) db.Query[City] {
	if sc.All {
		return q
	}
	return q.Where("id IN ? OR id IN (SELECT city_id FROM venues WHERE id IN ?)", some(sc.Cities), some(sc.Venues))
}

func (sc Scope) venues(q db.Query[Venue]) db.Query[Venue] {
	if sc.All {
		return q
	}
	return q.Where("city_id IN ? OR id IN ?", some(sc.Cities), some(sc.Venues))
}

func (sc Scope) sessions(q db.Query[Session]) db.Query[Session] {
	if sc.All {
		return q
	}
	return q.Where("venue_id IN (SELECT id FROM venues WHERE city_id IN ? OR id IN ?)", some(sc.Cities), some(sc.Venues))
}

// tours narrows to tours that a city of the scope leads or takes part in.
func (sc Scope) tours(q db.Query[Tour]) db.Query[Tour] {
	if sc.All {
		return q
	}
	const own = "SELECT id FROM cities WHERE id IN ? OR id IN (SELECT city_id FROM venues WHERE id IN ?)"
	return q.Where("city_id IN ("+own+") OR id IN (SELECT tour_id FROM stops WHERE city_id IN ("+own+"))",
		some(sc.Cities), some(sc.Venues), some(sc.Cities), some(sc.Venues))
}

// some is ids, and never empty: IN () is no SQL. No row has the empty ID.
func some(ids []string) []string {
	if len(ids) == 0 {
		return []string{""}
	}
	return ids
}
