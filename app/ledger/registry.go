package ledger

import (
	"fmt"
	"reflect"
)

// pair is what has one owner: what happened to what kind of thing.
type pair struct {
	verb Verb
	kind string
}

// rule is what the registry says of a pair.
type rule struct {
	owner  Owner
	detail reflect.Type
	// nameless facts carry no person, device, run or staff, and a random ID, so that
	// nobody can be found by when or where they answered.
	nameless bool
}

func of[T detail](o Owner) rule       { return rule{owner: o, detail: reflect.TypeFor[T]()} }
func nameless[T detail](o Owner) rule { return rule{o, reflect.TypeFor[T](), true} }

// registry is the whole list. `retracted` is not in it: its object is always "fact:" and
// the ID of what it retracts, whose owner appends it with Retract.
var registry = map[pair]rule{
	{CheckedIn, "session"}:  of[CheckedInDetail](OwnerTour),
	{CheckedOut, "session"}: of[CheckedOutDetail](OwnerTour),
	{Counted, "session"}:    of[CountedDetail](OwnerTour),
	{Served, "session"}:     of[ServedDetail](OwnerTour),
	{Served, "stop"}:        of[ServedDetail](OwnerTour),
	{HandedOut, "session"}:  of[HandedOutDetail](OwnerTour),
	{HandedOut, "stop"}:     of[HandedOutDetail](OwnerTour),
	{HandedOut, "venue"}:    of[HandedOutDetail](OwnerTour),
	{Reached, "session"}:    of[ReachedDetail](OwnerTour),
	{Reached, "stop"}:       of[ReachedDetail](OwnerTour),
	{Reached, "tour"}:       of[ReachedDetail](OwnerTour),
	{Reached, "venue"}:      of[ReachedDetail](OwnerTour),
	{Equipped, "session"}:   of[EquippedDetail](OwnerTour),

	{Started, "lesson"}:  of[StartedDetail](OwnerCourses),
	{Finished, "lesson"}: of[FinishedDetail](OwnerCourses),

	{Started, "scene"}:   of[StartedDetail](OwnerPractice),
	{Practised, "scene"}: of[PractisedDetail](OwnerPractice),

	{Answered, "quiz"}:  of[AnsweredDetail](OwnerQuizzes),
	{Answered, "check"}: of[AnsweredDetail](OwnerQuizzes),
	{Rated, "lesson"}:   nameless[RatedDetail](OwnerQuizzes),
	{Rated, "session"}:  nameless[RatedDetail](OwnerQuizzes),

	{Attended, "class"}: of[AttendedDetail](OwnerLive),
	{Helped, "call"}:    of[HelpedDetail](OwnerRoom),

	{Certified, "certificate"}: of[CertifiedDetail](OwnerCertificates),

	{Consented, "notice"}: of[ConsentedDetail](OwnerPeople),
	{Withdrew, "notice"}:  of[WithdrewDetail](OwnerPeople),
	{Erased, "person"}:    of[ErasedDetail](OwnerPeople),
	{Erased, "phone"}:     of[ErasedDetail](OwnerPeople),
	{Erased, "consent"}:   of[ErasedDetail](OwnerPeople),
	{Erased, "request"}:   of[ErasedDetail](OwnerPeople),
	{Erased, "audits"}:    of[ErasedDetail](OwnerPeople),
	{Erased, "recording"}: of[ErasedDetail](OwnerLive),
	{Linked, "person"}:    of[LinkedDetail](OwnerPeople),
}

// OwnerOf is who appends and retracts facts of this verb about objects of this kind.
func OwnerOf(v Verb, kind string) (Owner, bool) {
	r, ok := registry[pair{v, kind}]
	return r.owner, ok
}

// ruleFor finds the rule of a fact that this owner wants to append. An error is the
// program's mistake, never the reader's.
func ruleFor(o Owner, f Fact) (rule, error) {
	kind, _ := SplitObject(f.Object)
	r, ok := registry[pair{f.Verb, kind}]
	if !ok {
		return rule{}, fmt.Errorf("ledger: nobody says %q of %q", f.Verb, kind)
	}
	if r.owner != o {
		return rule{}, fmt.Errorf("ledger: %q of %q is for %s to say, not %s", f.Verb, kind, r.owner, o)
	}
	return r, nil
}
