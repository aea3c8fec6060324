package ledger_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

var card = ledger.CheckedInDetail{Method: ledger.MethodCard}

func TestAppendChecksWhatItIsGiven(t *testing.T) {
	d := dbtest.Open(t)
	rated := func(change func(*ledger.Fact)) ledger.Fact {
		f := ledger.Fact{ID: db.NewRandomID(), Verb: ledger.Rated, Object: "lesson:fraud/police-call", At: noon}
		change(&f)
		return f
	}
	in := func(change func(*ledger.Fact)) ledger.Fact {
		f := checkIn()
		change(&f)
		return f
	}
	for _, c := range []struct {
		name   string
		owner  ledger.Owner
		fact   ledger.Fact
		detail any
		want   fault.Kind // Internal is the program's mistake
	}{
		{"another owner", ledger.OwnerQuizzes, checkIn(), card, fault.Internal},
		{"an unknown pair", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Object = "lesson:a/b" }), card, fault.Internal},
		{"a retraction by hand", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Verb, f.Object = ledger.Retracted, "fact:x" }), card, fault.Internal},
		{"an object without ID", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Object = "session:" }), card, fault.Internal},
		{"another session", ledger.OwnerTour, in(func(f *ledger.Fact) { f.SessionID = new("other") }), card, fault.Internal},
		{"another detail", ledger.OwnerTour, checkIn(), ledger.HelpedDetail{}, fault.Internal},
		{"no detail", ledger.OwnerTour, checkIn(), nil, fault.Internal},
		{"a nil detail", ledger.OwnerTour, checkIn(), (*ledger.CheckedInDetail)(nil), fault.Internal},
		{"an unknown method", ledger.OwnerTour, checkIn(), ledger.CheckedInDetail{Method: "guess"}, fault.Invalid},
		{"no ID", ledger.OwnerTour, in(func(f *ledger.Fact) { f.ID = "" }), card, fault.Invalid},
		{"an ID in capitals", ledger.OwnerTour, in(func(f *ledger.Fact) { f.ID = strings.ToUpper(f.ID) }), card, fault.Invalid},
		{"an empty person", ledger.OwnerTour, in(func(f *ledger.Fact) { f.PersonID = new("") }), card, fault.Invalid},
		{"a long run", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Run = new(strings.Repeat("x", 300)) }), card, fault.Invalid},
		{"a NUL", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Run = new("a\x00b") }), card, fault.Invalid},
		{"no UTF-8", ledger.OwnerTour, in(func(f *ledger.Fact) { f.Run = new("\xff") }), card, fault.Invalid},
		{"another age", ledger.OwnerTour, in(func(f *ledger.Fact) { f.At = time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC) }), card, fault.Invalid},
		{"a rating with a person", ledger.OwnerQuizzes, rated(func(f *ledger.Fact) { f.PersonID = new("p") }), ledger.RatedDetail{Faces: 3}, fault.Internal},
		{"a rating with a tablet", ledger.OwnerQuizzes, rated(func(f *ledger.Fact) { f.DeviceID = new("d") }), ledger.RatedDetail{Faces: 3}, fault.Internal},
		{"a rating that tells its moment", ledger.OwnerQuizzes, rated(func(f *ledger.Fact) { f.ID = db.NewID() }), ledger.RatedDetail{Faces: 3}, fault.Internal},
		{"four faces", ledger.OwnerQuizzes, rated(func(*ledger.Fact) {}), ledger.RatedDetail{Faces: 4}, fault.Invalid},
		{"long reasons", ledger.OwnerQuizzes, rated(func(*ledger.Fact) {}),
			ledger.RatedDetail{Faces: 1, Reasons: strings.Split(strings.Repeat("x,", 1000)+"x", ",")}, fault.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
				_, err := ledger.Append(t.Context(), tx, c.owner, noon, c.fact, c.detail)
				return err
			})
			if err == nil || fault.KindOf(err) != c.want {
				t.Errorf("got %v, want a fault of kind %d", err, c.want)
			}
		})
	}
	if all, err := ledger.List(t.Context(), d.DB, ledger.Filter{}); err != nil || len(all) != 0 {
		t.Errorf("%d facts were stored, %v", len(all), err)
	}
	if _, err := ledger.Append(t.Context(), d.DB, ledger.OwnerTour, noon, checkIn(), card); err == nil {
		t.Error("a fact was appended outside a transaction")
	}
}

// A rating's moment is as coarse as its owner made it.
func TestARatingDoesNotTellWhenItWasTaken(t *testing.T) {
	d := dbtest.Open(t)
	day := time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC)
	f := ledger.Fact{ID: db.NewRandomID(), Verb: ledger.Rated, Object: "session:s", At: day}
	if _, err := appendOne(t, d, f, ledger.RatedDetail{Faces: 2, Sold: new(false)}); err != nil {
		t.Fatal(err)
	}
	got, err := ledger.ByID(t.Context(), d.DB, f.ID)
	if err != nil || !got.RecordedAt.Equal(day) || !got.At.Equal(day) {
		t.Errorf("got %v and %v, %v; want the day", got.At, got.RecordedAt, err)
	}
}

// Whatever is stored comes back as it was, and again under the same ID changes nothing.
func TestAppendIsIdempotent(t *testing.T) {
	d := dbtest.Open(t)
	texts := rapid.StringN(1, 40, 200).Filter(func(s string) bool {
		return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0xfffd })
	})
	optional := rapid.Custom(func(r *rapid.T) *string {
		if rapid.Bool().Draw(r, "nil") {
			return nil
		}
		return new(texts.Draw(r, "text"))
	})
	rapid.Check(t, func(r *rapid.T) {
		f := ledger.Fact{
			ID: db.NewRandomID(), Verb: ledger.Finished, Object: ledger.Object("lesson", texts.Draw(r, "slug")),
			PersonID: optional.Draw(r, "person"), Edition: optional.Draw(r, "edition"), SessionID: optional.Draw(r, "session"),
			VenueID: optional.Draw(r, "venue"), DeviceID: optional.Draw(r, "device"), ByID: optional.Draw(r, "by"),
			Run: optional.Draw(r, "run"),
			At:  time.Unix(rapid.Int64Range(1e9, 4e9).Draw(r, "s"), rapid.Int64Range(0, 999_999_999).Draw(r, "ns")),
		}
		detail := ledger.FinishedDetail{Seconds: rapid.IntRange(0, 1e6).Draw(r, "seconds"), ReadAloud: rapid.Bool().Draw(r, "aloud")}
		for i := range 3 {
			fresh, err := appendOne(t, d, f, detail)
			if err != nil || fresh != (i == 0) {
				r.Fatalf("time %d: fresh %v, %v", i+1, fresh, err)
			}
		}
		got, err := ledger.ByID(t.Context(), d.DB, f.ID)
		if err != nil {
			r.Fatal(err)
		}
		want := f
		want.At, want.RecordedAt, want.Node = db.Instant(f.At), db.Instant(noon), got.Node
		want.Detail = detailText(detail)
		if diff := cmp.Diff(want, got); diff != "" {
			r.Fatalf("(-want +got):\n%s", diff)
		}
		change := []func(*ledger.Fact){
			func(f *ledger.Fact) { f.At = f.At.Add(time.Second) },
			func(f *ledger.Fact) { f.Object += "x" },
			func(f *ledger.Fact) { f.Run = other(f.Run) },
			func(f *ledger.Fact) { f.PersonID = other(f.PersonID) },
			func(f *ledger.Fact) { f.VenueID = other(f.VenueID) },
		}
		rapid.SampledFrom(change).Draw(r, "change")(&f)
		_, err = appendOne(t, d, f, detail)
		if _, refused := errors.AsType[*ledger.Refused](err); !refused || fault.KindOf(err) != fault.Conflict {
			r.Fatalf("other content: got %v, want a refusal", err)
		}
	})
	if r := seal(t, d); r.Broken != nil {
		t.Errorf("%+v", r)
	}
}

func other(s *string) *string {
	if s == nil {
		return new("other")
	}
	return nil
}

// The view that reports read says what the counting functions say.
func TestTheEffectiveViewIsWhatCounts(t *testing.T) {
	d := dbtest.Open(t)
	ids := appendMany(t, d, 6)
	for _, id := range []string{ids[1], ids[4], ids[4]} {
		if err := ledger.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
			_, err := ledger.Retract(t.Context(), tx, ledger.OwnerTour, noon.Add(-time.Hour), id, new("staff"), "by-mistake")
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := ledger.List(t.Context(), d.DB, ledger.Filter{})
	if err != nil || len(all) != 8 {
		t.Fatalf("%d facts, %v; want 6 and 2 retractions", len(all), err)
	}
	left, err := ledger.List(t.Context(), d.DB, ledger.Filter{Effective: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.Effective(all), left); diff != "" || len(left) != 4 {
		t.Errorf("%d effective (-counted +view):\n%s", len(left), diff)
	}
}
