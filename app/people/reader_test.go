package people_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"silverclass/app/ledger"
	"silverclass/app/people"
)

func TestMay(t *testing.T) {
	at := func(role people.Role, kind people.PlaceKind, place string) people.Reader {
		return people.Reader{Staff: &people.Staff{ID: "s"}, Grants: []people.Grant{{Role: role, PlaceKind: kind, PlaceID: place}}}
	}
	const v, c, v2, c2 = "venue-1", "city-1", "venue-2", "city-2"
	for _, tc := range []struct {
		name   string
		reader people.Reader
		role   people.Role
		venue  string
		city   string
		want   bool
	}{
		{"nobody", people.Reader{}, people.Helper, v, c, false},
		{"grants without a sign-in", people.Reader{Grants: at(people.Admin, people.Installation, "").Grants}, people.Helper, v, c, false},
		{"admin everywhere", at(people.Admin, people.Installation, ""), people.Helper, v, c, true},
		{"admin sees reports", at(people.Admin, people.Installation, ""), people.Observer, "", c, true},
		{"organizer of the city at its venue", at(people.Organizer, people.City, c), people.Trainer, v, c, true},
		{"organizer of the city elsewhere", at(people.Organizer, people.City, c), people.Trainer, v2, c2, false},
		{"organizer of a venue at the city", at(people.Organizer, people.Venue, v), people.Organizer, "", c, false},
		{"trainer is no organizer", at(people.Trainer, people.Venue, v), people.Organizer, v, c, false},
		{"trainer helps", at(people.Trainer, people.Venue, v), people.Helper, v, c, true},
		{"trainer sees no reports", at(people.Trainer, people.Venue, v), people.Observer, v, c, false},
		{"helper does not teach", at(people.Helper, people.Venue, v), people.Trainer, v, c, false},
		{"helper next door", at(people.Helper, people.Venue, v), people.Helper, v2, c, false},
		{"observer sees reports", at(people.Observer, people.City, c), people.Observer, v, c, true},
		{"observer does not help", at(people.Observer, people.City, c), people.Helper, v, c, false},
		{"a venue's grant does not reach no venue", at(people.Admin, people.Venue, v), people.Admin, "", "", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := tc.reader.May(tc.role, tc.venue, tc.city); got != tc.want {
				t.Errorf("May(%s, %q, %q) = %v, want %v", tc.role, tc.venue, tc.city, got, tc.want)
			}
		})
	}
}

func TestStampAndKey(t *testing.T) {
	s := func(v string) *string { return &v }
	seated := people.Reader{Person: &people.Person{ID: "p"}, VisitID: "w", Tablet: &people.Tablet{ID: "t"}, VenueID: "v", SessionID: "x"}
	got := seated.Stamp(ledger.Fact{ID: "1"})
	want := ledger.Fact{ID: "1", PersonID: s("p"), SessionID: s("x"), VenueID: s("v"), DeviceID: s("t")}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("Stamp of a seated learner (-want +got):\n%s", d)
	}
	if got := seated.Stamp(ledger.Fact{SessionID: s("other")}); *got.SessionID != "other" {
		t.Errorf("Stamp overwrote the session: %s", *got.SessionID)
	}
	visitor := people.Reader{VisitID: "w"}
	if f := visitor.Stamp(ledger.Fact{}); f.PersonID != nil {
		t.Error("a visitor's fact got a person")
	}
	for _, tc := range []struct {
		r             people.Reader
		column, value string
	}{{seated, "person_id", "p"}, {visitor, "visit_id", "w"}, {people.Reader{}, "", ""}} {
		if c, v := tc.r.Key(); c != tc.column || v != tc.value {
			t.Errorf("Key() = %q, %q; want %q, %q", c, v, tc.column, tc.value)
		}
	}
}
