package tour_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/tour"
)

// TestRowsAndFactsAgree checks in and takes back at random, with acts sent again, and
// asks after each step that the desk's rows and the ledger tell the same.
func TestRowsAndFactsAgree(t *testing.T) {
	w := newTown(t)
	var learners []string
	for _, name := range []string{"王阿姨", "陈叔叔", "刘阿姨"} {
		learners = append(learners, w.learner(t, name).ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		session := w.planRapid(t)
		present := map[string]string{} // person to attendance
		var acts []tour.CheckIn
		var undone []string
		t.Repeat(map[string]func(*rapid.T){
			"check in": func(t *rapid.T) {
				act := w.checkIn(session.ID, rapid.SampledFrom(learners).Draw(t, "person"))
				got, err := w.store.CheckIn(t.Context(), act)
				was, there := present[act.PersonID]
				if err != nil || got.Again != there || there && got.Attendance.ID != was {
					t.Fatalf("got %+v, %v; was there: %v", got, err, there)
				}
				if !there {
					present[act.PersonID] = act.ID
				}
				acts = append(acts, act)
			},
			"send again": func(t *rapid.T) {
				if len(acts) == 0 {
					return
				}
				got, err := w.store.CheckIn(t.Context(), rapid.SampledFrom(acts).Draw(t, "act"))
				if err != nil {
					t.Fatal(err)
				}
				// An act whose person came by another act, and was taken back, is new.
				if !got.Again {
					present[got.Attendance.PersonID] = got.Attendance.ID
				}
			},
			"take back": func(t *rapid.T) {
				ids := append(slices.Clone(undone), values(present)...)
				if len(ids) == 0 {
					return
				}
				id := rapid.SampledFrom(ids).Draw(t, "attendance")
				if err := w.store.TakeBack(t.Context(), tour.Undo{ID: id, Reason: tour.WrongPerson}); err != nil {
					t.Fatal(err)
				}
				undone = append(undone, id)
				for person, was := range present {
					if was == id {
						delete(present, person)
					}
				}
			},
			"": func(t *rapid.T) { w.agree(t, session.ID, values(present)) },
		})
	})
}

func values(m map[string]string) []string {
	list := []string{}
	for _, v := range m {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}

func (w *town) planRapid(t *rapid.T) tour.Session {
	n, err := w.store.AddSession(t.Context(), tour.Session{ID: db.NewID(), VenueID: w.venue.ID, Title: "移动支付", Topics: []string{"mobile-payment"},
		Mode: tour.OnSite, StartsAt: clock("10:00"), EndsAt: clock("11:00")}, zone)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// agree compares the rows that count, the facts that count and what should be there.
func (w *town) agree(t *rapid.T, session string, want []string) {
	rows, err := w.store.Present(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	facts, err := ledger.List(t.Context(), w.db, ledger.Filter{Verbs: []ledger.Verb{ledger.CheckedIn}, SessionID: session, Effective: true})
	if err != nil {
		t.Fatal(err)
	}
	var fromRows, fromFacts []string
	for _, r := range rows {
		fromRows = append(fromRows, r.ID)
	}
	for _, f := range facts {
		fromFacts = append(fromFacts, f.ID)
	}
	slices.Sort(fromRows)
	slices.Sort(fromFacts)
	if !slices.Equal(fromRows, want) || !slices.Equal(fromFacts, want) {
		t.Fatalf("rows %v, facts %v, want %v", fromRows, fromFacts, want)
	}
	n, err := w.store.Numbers(t.Context(), session)
	if err != nil || n.Registered != len(want) {
		t.Fatalf("got %+v, %v; want %d registered", n, err, len(want))
	}
	if _, err := w.store.Attendance(t.Context(), db.NewID()); !fault.Is(err, fault.NotFound) {
		t.Fatal(err)
	}
}
