package demo

import (
	"fmt"
	"testing"
	"time"

	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
	"silverclass/quizzes"
)

// The city is whole, whatever its seed makes people do; 2026 is what the command takes.
func TestTheCityIsWhole(t *testing.T) {
	for _, seed := range []uint64{2026, 7} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { cityIsWhole(t, seed) })
	}
}

func cityIsWhole(t *testing.T, seed uint64) {
	ctx := t.Context()
	d := dbtest.Open(t)
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	catalog, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	scenes, err := practice.Load(practice.Content(), catalog.Wording())
	if err != nil {
		t.Fatal(err)
	}
	bank, err := quizzes.Load(quizzes.Content(), catalog.Wording(), words)
	if err != nil {
		t.Fatal(err)
	}
	secrets, err := people.NewSecrets(make([]byte, 32), 2)
	if err != nil {
		t.Fatal(err)
	}
	city, err := Build(ctx, Parts{DB: d.DB, Secrets: secrets, Zone: time.FixedZone("CST", 8*3600), Now: time.Date(2026, 11, 23, 3, 0, 0, 0, time.UTC), Seed: seed,
		Catalog: catalog.WithDoors(scenes.Has, bank.Has), Scenes: scenes, Quizzes: bank, Password: "a long word for a test"})
	if err != nil {
		t.Fatal(err)
	}
	if len(city.Accounts) != 5 || city.Card == "" {
		t.Errorf("got accounts %v, card %q", city.Accounts, city.Card)
	}
	for query, want := range map[string]int64{
		`SELECT COUNT(*) FROM venues`: 2, `SELECT COUNT(*) FROM tours`: 1, `SELECT COUNT(*) FROM stops`: 3,
		`SELECT COUNT(*) FROM sessions`: Sessions, `SELECT COUNT(*) FROM persons`: 60,
	} {
		var n int64
		if err := d.Raw(query).Scan(&n).Error; err != nil || n != want {
			t.Errorf("%s: got %d (%v), want %d", query, n, err, want)
		}
	}
	if _, err := ledger.NewSealer(d).RunOnce(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := ledger.Verify(ctx, d.DB)
	if err != nil || r.Broken != nil || r.Head.Seq < 1000 {
		t.Errorf("ledger: %+v (%v)", r, err)
	}
}
