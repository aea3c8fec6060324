package ledger_test

import (
	"testing"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// noon is the tests' clock.
var noon = time.Date(2026, 5, 20, 4, 0, 0, 123_456_789, time.UTC)

// checkIn is a check-in of a fresh person to a fresh session.
func checkIn() ledger.Fact {
	return ledger.Fact{
		ID: db.NewID(), Verb: ledger.CheckedIn, Object: ledger.Object("session", db.NewID()),
		PersonID: new(db.NewRandomID()), At: noon,
	}
}

func appendOne(t testing.TB, d *db.DB, f ledger.Fact, detail any) (bool, error) {
	t.Helper()
	owner, _ := ledger.OwnerOf(f.Verb, kindOf(f))
	var fresh bool
	err := ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) (err error) {
		fresh, err = ledger.Append(t.Context(), tx, owner, noon, f, detail)
		return err
	})
	return fresh, err
}

func kindOf(f ledger.Fact) string {
	kind, _ := ledger.SplitObject(f.Object)
	return kind
}

func TestTheSameFactTwiceIsOneFact(t *testing.T) {
	d := dbtest.Open(t)
	f := checkIn()
	card := ledger.CheckedInDetail{Method: ledger.MethodCard}
	for i, want := range []bool{true, false, false} {
		if fresh, err := appendOne(t, d, f, card); err != nil || fresh != want {
			t.Fatalf("time %d: got fresh %v, %v; want %v", i+1, fresh, err, want)
		}
	}
	other := f
	other.PersonID = new(db.NewRandomID())
	for range 3 {
		if _, err := appendOne(t, d, other, card); fault.KindOf(err) != fault.Conflict {
			t.Fatalf("other content: got %v, want a conflict", err)
		}
	}
	if n, err := ledger.RefusedCount(t.Context(), d.DB); err != nil || n != 3 {
		t.Errorf("refused: got %d, %v; want 3", n, err)
	}
	all, err := ledger.List(t.Context(), d.DB, ledger.Filter{Kind: "session"})
	if err != nil || len(all) != 1 {
		t.Fatalf("got %d facts, %v; want 1", len(all), err)
	}
	if got := all[0]; !got.At.Equal(db.Instant(noon)) || *got.PersonID != *f.PersonID || got.Node == "" {
		t.Errorf("got %+v", got)
	}
}

func TestRetract(t *testing.T) {
	d := dbtest.Open(t)
	f := checkIn()
	if _, err := appendOne(t, d, f, ledger.CheckedInDetail{Method: ledger.MethodCard}); err != nil {
		t.Fatal(err)
	}
	retract := func(owner ledger.Owner, id string) (fresh bool, err error) {
		err = ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) (err error) {
			fresh, err = ledger.Retract(t.Context(), tx, owner, noon, id, nil, "by-mistake")
			return err
		})
		return fresh, err
	}
	if _, err := retract(ledger.OwnerQuizzes, f.ID); err == nil {
		t.Error("another feature took it back")
	}
	for i, want := range []bool{true, false} {
		if fresh, err := retract(ledger.OwnerTour, f.ID); err != nil || fresh != want {
			t.Errorf("time %d: got %v, %v; want %v", i+1, fresh, err, want)
		}
	}
	back, err := ledger.List(t.Context(), d.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Retracted}})
	if err != nil || len(back) != 1 {
		t.Fatalf("got %d retractions, %v", len(back), err)
	}
	if _, err := retract(ledger.OwnerTour, back[0].ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a retraction was taken back: %v", err)
	}
	if _, err := retract(ledger.OwnerTour, db.NewID()); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a fact that is not there: got %v", err)
	}
	left, err := ledger.List(t.Context(), d.DB, ledger.Filter{Effective: true})
	if err != nil || len(left) != 0 {
		t.Errorf("effective: got %d, %v; want none", len(left), err)
	}
}
