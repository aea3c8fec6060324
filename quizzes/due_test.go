package quizzes_test

import (
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/people"
	"silverclass/quizzes"

	"gorm.io/gorm"
)

// A quiz is due again a day, a week and a month after it was handed in, and then no more.
func TestDue(t *testing.T) {
	d := dbtest.Open(t)
	start := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	now := start
	store := quizzes.NewStore(d.DB, func() time.Time { return now })
	visit := db.NewRandomID()
	who := people.Reader{VisitID: visit}
	handIn := func(quiz string, at time.Time) {
		t.Helper()
		fact := db.NewID()
		a := quizzes.Attempt{ID: db.NewID(), VisitID: &visit, Quiz: quiz, Questions: "[]", Given: "[]", StartedAt: at, MovedAt: at, DoneAt: &at, FactID: &fact}
		if err := db.Write(t.Context(), d.DB, func(tx *gorm.DB) error { return db.Rows[quizzes.Attempt](tx).Create(t.Context(), &a) }); err != nil {
			t.Fatal(err)
		}
	}
	due := func(after time.Duration, want string) {
		t.Helper()
		now = start.Add(after)
		got, ok, err := store.Due(t.Context(), who)
		if err != nil || got != want || ok != (want != "") {
			t.Errorf("after %s: got %q %v %v, want %q", after, got, ok, err, want)
		}
	}
	const day = 24 * time.Hour
	due(0, "")
	handIn("fraud/police-call", start)
	due(17*time.Hour, "")
	due(18*time.Hour, "fraud/police-call") // tomorrow's class may be earlier in the day
	handIn("fraud/police-call", start.Add(day))
	due(day+time.Hour, "")
	due(8*day, "fraud/police-call")
	handIn("fraud/stop-and-ask", start.Add(2*day)) // due since the third day: longer than the other
	due(8*day, "fraud/stop-and-ask")
	handIn("fraud/police-call", start.Add(8*day))
	handIn("fraud/police-call", start.Add(38*day))
	due(400*day, "fraud/stop-and-ask") // the other one is learned
	if got, ok, err := store.Due(t.Context(), people.Reader{}); err != nil || ok {
		t.Errorf("nobody: got %q %v", got, err)
	}
}
