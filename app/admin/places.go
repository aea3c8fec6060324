package admin

import (
	"context"
	"strings"

	"silverclass/app/people"
	"silverclass/app/tour"
)

// places are the cities and venues by ID, and which of them a reader administers.
type places struct {
	names  map[string]string // of cities and venues, by ID
	cityOf map[string]string // a venue's city, by venue ID
	// choices are what a form offers: where the reader may grant.
	choices []choice
}

// choice is one place of a form: its value is the kind and the ID.
type choice struct {
	Value string // "installation:", "city:ID", "venue:ID"
	Name  string // empty for the installation, whose name is a locale message
	In    string // a venue's city
}

// places reads all places; choices are those where r is an administrator.
func (h *handlers) places(ctx context.Context, r people.Reader) (places, error) {
	p := places{names: map[string]string{}, cityOf: map[string]string{}}
	cities, err := h.Tour.Cities(ctx, tour.Everywhere())
	if err != nil {
		return p, err
	}
	venues, err := h.Tour.Venues(ctx, tour.Everywhere())
	if err != nil {
		return p, err
	}
	if r.May(people.Admin, "", "") {
		p.choices = append(p.choices, choice{Value: string(people.Installation) + ":"})
	}
	for _, c := range cities {
		p.names[c.ID] = c.Name
		if c.RetiredAt == nil && r.May(people.Admin, "", c.ID) {
			p.choices = append(p.choices, choice{Value: string(people.City) + ":" + c.ID, Name: c.Name})
		}
	}
	for _, v := range venues {
		p.names[v.ID], p.cityOf[v.ID] = v.Name, v.CityID
		if v.RetiredAt == nil && r.May(people.Admin, v.ID, v.CityID) {
			p.choices = append(p.choices, choice{Value: string(people.Venue) + ":" + v.ID, Name: v.Name, In: p.names[v.CityID]})
		}
	}
	return p, nil
}

// grantLine is a grant in words.
type grantLine struct {
	people.Grant
	Place string // empty for the installation
}

func (p places) lines(grants []people.Grant) []grantLine {
	lines := make([]grantLine, len(grants))
	for i, g := range grants {
		lines[i] = grantLine{Grant: g, Place: p.names[g.PlaceID]}
	}
	return lines
}

// reaches reports whether r administers the place of a grant.
func (p places) reaches(r people.Reader, g people.Grant) bool {
	switch g.PlaceKind {
	case people.City:
		return r.May(people.Admin, "", g.PlaceID)
	case people.Venue:
		return r.May(people.Admin, g.PlaceID, p.cityOf[g.PlaceID])
	}
	return r.May(people.Admin, "", "")
}

// manages reports whether r may change somebody with these grants: she administers all
// the places where they hold. Otherwise a venue's administrator could take over the
// account of the installation's.
func (p places) manages(r people.Reader, grants []people.Grant) bool {
	if len(grants) == 0 {
		return r.May(people.Admin, "", "")
	}
	for _, g := range grants {
		if !p.reaches(r, g) {
			return false
		}
	}
	return true
}

// shares reports whether r administers one of the places: then she sees the colleague.
func (p places) shares(r people.Reader, grants []people.Grant) bool {
	for _, g := range grants {
		if p.reaches(r, g) {
			return true
		}
	}
	return r.May(people.Admin, "", "")
}

// readGrant is a role and a place as a form sends them; what is no place comes back
// with an empty kind, which the store refuses beside the field.
func readGrant(role, place string) people.Grant {
	kind, id, _ := strings.Cut(place, ":")
	return people.Grant{Role: people.Role(role), PlaceKind: people.PlaceKind(kind), PlaceID: id}
}
