//go:build browser

package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/operator"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// The account that seeded tests sign in with.
const (
	adminLogin    = "admin"
	adminPassword = "old tortoises walk slowly"
)

// hall is a place where a session is going on, made in the database before the program
// starts: for tests whose subject is not how it was set up.
type hall struct {
	City    tour.City
	Venue   tour.Venue
	Session tour.Session
	Cards   []people.Card // one each of the learners, in the order they were issued
}

// recorded gives a class that is over a recording of two minutes with three steps, the
// first time that it is called. Its sound is not there: live records one and hears it.
func recorded(t testing.TB, p *Program, classID string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.ToSlash(operator.Dir(p.Dir).Database()), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	at := db.Instant(time.Now())
	run := func(sql string, args ...any) {
		t.Helper()
		if err := d.WithContext(ctx).Exec(sql, args...).Error; err != nil {
			t.Fatal(err)
		}
	}
	run(`INSERT INTO live_recordings (class_id, by_id, begun_at, stopped_at, paused) VALUES (?, 'staff', ?, ?, 0) ON CONFLICT DO NOTHING`, classID, at, at.Add(2*time.Minute))
	run(`INSERT INTO live_recording_parts (class_id, number, begun_at, millis, bytes) VALUES (?, 1, ?, 120000, 1) ON CONFLICT DO NOTHING`, classID, at)
	for i := range 3 {
		run(`INSERT INTO live_recording_marks (class_id, at, lesson, step) VALUES (?, ?, 'fraud/police-call', ?) ON CONFLICT DO NOTHING`, classID, at.Add(time.Duration(i)*40*time.Second), i+1)
	}
}

// seed makes an administrator, a venue, a session that runs now, and learners with cards
// in the program's database.
func seed(t testing.TB, p *Program, database string, learners int) hall {
	t.Helper()
	ctx := context.Background()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if database == "" {
		database = "sqlite:" + filepath.ToSlash(operator.Dir(p.Dir).Database())
	}
	d, err := db.Open(ctx, database, time.Now)
	must(err)
	defer d.Close()
	must(db.Migrate(ctx, d))

	keys := operator.Dir(p.Dir).Keys()
	must(keys.Prepare())
	master, err := people.KeyFile(keys.People())
	must(err)
	secrets, err := people.NewSecrets(master, 1)
	must(err)
	staff := people.NewStaffStore(d.DB, time.Now, secrets)
	link, err := staff.MakeFirstLink(ctx)
	must(err)
	who, err := staff.TakeFirst(ctx, link.Token, adminLogin, "王管理", adminPassword)
	must(err)

	var h hall
	places := tour.NewStore(d.DB, time.Now)
	h.City, err = places.AddCity(ctx, tour.City{ID: db.NewID(), Name: "清河市"})
	must(err)
	h.Venue, err = places.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: h.City.ID, Name: "清河体验中心", Kind: tour.VenueCenter, Places: 60})
	must(err)
	now := time.Now()
	zone, err := time.LoadLocation("Asia/Shanghai")
	must(err)
	h.Session, err = places.AddSession(ctx, tour.Session{ID: db.NewID(), VenueID: h.Venue.ID, Title: "风险甄别", Topics: []string{"fraud"},
		Mode: tour.Both, StartsAt: now.Truncate(time.Minute), EndsAt: now.Add(2 * time.Hour).Truncate(time.Minute)}, zone)
	must(err)
	persons := people.NewStore(d.DB, time.Now)
	for i := range learners {
		issued, err := persons.Issue(ctx, people.Issue{ID: db.NewID(), Name: fmt.Sprintf("学员%d", i+1), AgeBand: people.Age70,
			Sex: people.Female, Medium: people.Spoken, By: people.Reader{Staff: &who}})
		must(err)
		h.Cards = append(h.Cards, issued.Card)
	}
	return h
}
