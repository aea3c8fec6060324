// Package demo makes up a city to look around in: two venues, a tour with three stops,
// twelve sessions and sixty learners with two months of facts behind them.
//
// Everything goes through the features' own stores with a clock that is set back, so
// that what a newcomer sees was made by the same rules as what real people do. The same
// seed and the same day give the same city.
package demo

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/quizzes"

	"go.yaml.in/yaml/v3"
	"gorm.io/gorm"
)

//go:embed world.yaml
var worldFile []byte

// world is world.yaml.
type world struct {
	City   struct{ Name, Province string }
	Venues []struct {
		Name, Kind, District string
		Places               int
	}
	Partners []struct{ Name, Kind, Sends string }
	Tour     string
	Stops    []struct {
		Name  string
		Forms []string
	}
	Staff []struct{ Login, Name, Role, At string }
	// Titles are taken in turn by the sessions.
	Titles   []string
	Learners []string
}

// Sessions is how many sessions the made-up city has had and has ahead of it.
const Sessions = 12

// Parts are what Build works with. Secrets are those of the installation the city is
// made in.
type Parts struct {
	DB      *gorm.DB
	Secrets *people.Secrets
	Zone    *time.Location
	Now     time.Time
	Seed    uint64
	Catalog *courses.Catalog
	Scenes  *practice.Library
	Quizzes *quizzes.Library
	// Password is what every account gets; see Password for a random one.
	Password string
}

// Account is somebody a newcomer can sign in as.
type Account struct{ Login, Name, Role string }

// builder makes the city; at is its clock, set back and moved forward as it goes.
type builder struct {
	Parts
	world
	at       time.Time
	rand     *rand.Rand
	tour     *tour.Store
	people   *people.Store
	courses  *courses.Store
	practice *practice.Store
	quizzes  *quizzes.Store
	room     *room.Store

	city     tour.City
	venues   []tour.Venue
	partners []tour.Partner
	stops    []tour.Stop
	trainer  string
	desk     people.Reader
	known    map[int]people.Person // who has a card by now, by place among the world's names
	sessions []tour.Session
	g        *gorm.DB // the transaction of the present step
}

// City is what a newcomer needs to look around.
type City struct {
	Accounts []Account
	// Card is the number of a learner who has been to several sessions.
	Card string
}

// Build makes the city in an empty database and tells how to get in.
func Build(ctx context.Context, p Parts) (City, error) {
	b := &builder{Parts: p, known: map[int]people.Person{}, rand: rand.New(rand.NewPCG(p.Seed, 2026))}
	if err := yaml.Unmarshal(worldFile, &b.world); err != nil {
		return City{}, fmt.Errorf("read the made-up city: %w", err)
	}
	b.at = p.Now.AddDate(0, -2, 0)
	b.use(p.DB)
	steps := []func(context.Context) error{b.makePlaces, b.makeTour, b.makeStaff, b.makeSessions}
	for _, step := range steps {
		if err := b.inOne(ctx, step); err != nil {
			return City{}, err
		}
	}
	for i := range b.sessions {
		if err := b.inOne(ctx, func(ctx context.Context) error { return b.hold(ctx, i) }); err != nil {
			return City{}, fmt.Errorf("hold session %d: %w", i+1, err)
		}
	}
	var made City
	for _, s := range b.Staff {
		made.Accounts = append(made.Accounts, Account{Login: s.Login, Name: s.Name, Role: s.Role})
	}
	cards, err := b.people.Cards(ctx, b.known[0].ID)
	if err != nil || len(cards) == 0 {
		return made, err
	}
	made.Card = cards[0].Number
	return made, b.inOne(ctx, b.sitDown)
}

// clock is the builder's time, which the stores ask.
func (b *builder) clock() time.Time { return b.at }

// use makes the stores over g.
func (b *builder) use(g *gorm.DB) {
	b.g = g
	b.tour, b.people = tour.NewStore(g, b.clock), people.NewStore(g, b.clock)
	b.courses, b.practice = courses.NewStore(g, b.clock), practice.NewStore(g, b.clock)
	b.quizzes, b.room = quizzes.NewStore(g, b.clock), room.NewStore(g, b.clock)
}

// inOne runs a step in one transaction: thousands of acts, one wait for the disk.
func (b *builder) inOne(ctx context.Context, step func(context.Context) error) error {
	defer b.use(b.DB)
	return ledger.Write(ctx, b.DB, func(tx *gorm.DB) error {
		b.use(tx)
		return step(ctx)
	})
}

func (b *builder) makePlaces(ctx context.Context) error {
	var err error
	if b.city, err = b.tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: b.City.Name, Province: b.City.Province}); err != nil {
		return err
	}
	for _, v := range b.Venues {
		venue, err := b.tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: b.city.ID, Name: v.Name, Kind: v.Kind, District: v.District, Places: v.Places})
		if err != nil {
			return err
		}
		b.venues = append(b.venues, venue)
	}
	for _, p := range b.Partners {
		partner, err := b.tour.AddPartner(ctx, tour.Partner{ID: db.NewID(), CityID: b.city.ID, Name: p.Name, Kind: p.Kind})
		if err != nil {
			return err
		}
		b.partners = append(b.partners, partner)
	}
	return nil
}

func (b *builder) makeTour(ctx context.Context) error {
	t, err := b.tour.AddTour(ctx, tour.Tour{ID: db.NewID(), CityID: b.city.ID, Name: b.Tour})
	if err != nil {
		return err
	}
	for i, s := range b.world.Stops {
		plan := tour.StopPlan{Stop: tour.Stop{ID: db.NewID(), TourID: t.ID, CityID: b.city.ID, Name: s.Name, Forms: s.Forms,
			FirstDay: b.day(-54 + 24*i), LastDay: b.day(-42 + 24*i)}, Venues: []string{b.venues[i%len(b.venues)].ID}}
		for j, p := range b.partners {
			plan.Partners = append(plan.Partners, tour.StopPartner{PartnerID: p.ID, Sends: b.world.Partners[j].Sends})
		}
		made, err := b.tour.AddStop(ctx, plan)
		if err != nil {
			return err
		}
		b.stops = append(b.stops, made.Stop)
	}
	return nil
}

// day is a local day so many days from today.
func (b *builder) day(n int) string {
	return b.Now.In(b.Zone).AddDate(0, 0, n).Format(time.DateOnly)
}

func (b *builder) makeStaff(ctx context.Context) error {
	for _, s := range b.Staff {
		grant := people.Grant{Role: people.Role(s.Role), PlaceKind: people.Installation}
		switch s.At {
		case "city":
			grant.PlaceKind, grant.PlaceID = people.City, b.city.ID
		case "venue":
			grant.PlaceKind, grant.PlaceID = people.Venue, b.venues[0].ID
		}
		staff := people.NewStaffStore(b.g, b.clock, b.Secrets)
		who, err := staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: s.Login, Name: s.Name, Grants: []people.Grant{grant}})
		if err != nil {
			return err
		}
		link, err := staff.MakeLink(ctx, who.ID, nil)
		if err != nil {
			return err
		}
		if _, err := staff.TakeLink(ctx, link.Token, b.Password); err != nil {
			return err
		}
		switch s.Role {
		case "trainer":
			b.trainer = who.ID
		case "helper":
			b.desk = people.Reader{Staff: &who, Grants: []people.Grant{grant}}
		}
	}
	return nil
}
