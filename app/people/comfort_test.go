package people_test

import (
	"testing"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/web"
)

// TestComfortIsKeptBitByBit: what is not said stays as it was; nobody's is nothing.
func TestComfortIsKeptBitByBit(t *testing.T) {
	store, _, _ := newStore(t)
	ctx := t.Context()
	i := must(store.Issue(ctx, people.Issue{ID: db.NewID(), AgeBand: people.Age65, Medium: people.Spoken}))(t)
	id := i.Person.ID
	if got := must(store.Comfort(ctx, id))(t); got != (web.Comfort{}) {
		t.Errorf("before: %+v", got)
	}
	for _, f := range []web.Comfort{{Size: 3, Touch: 2, Voice: 70}, {Size: 2}, {Voice: 85}} {
		if err := store.SetComfort(ctx, id, f); err != nil {
			t.Fatal(err)
		}
	}
	if got := must(store.Comfort(ctx, id))(t); got != (web.Comfort{Size: 2, Touch: 2, Voice: 85}) {
		t.Errorf("got %+v", got)
	}
	if got := must(store.Comfort(ctx, db.NewRandomID()))(t); got != (web.Comfort{}) {
		t.Errorf("a stranger's: %+v", got)
	}
}
