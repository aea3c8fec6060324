// Package ledger keeps the facts: everything the city may be asked about, written once,
// in one append-only table.
//
// A feature that owns a rule checks an act, moves its own rows and appends the fact in
// the same transaction (Append). Nobody changes or deletes a fact; a mistake is mended by
// a fact that retracts it (Retract). A Sealer gives committed facts their place in a
// gapless chain of hashes, which Verify recomputes. Each pair of verb and kind of object
// has one owner, listed in registry.go.
package ledger

import (
	"strings"
	"time"
)

// Owner is the feature that decides about a fact, and alone appends and retracts it.
type Owner string

// The owners. OwnerCertificates issues from quizzes/certificates.
const (
	OwnerTour         Owner = "tour"
	OwnerCourses      Owner = "courses"
	OwnerPractice     Owner = "practice"
	OwnerQuizzes      Owner = "quizzes"
	OwnerLive         Owner = "live"
	OwnerRoom         Owner = "room"
	OwnerPeople       Owner = "people"
	OwnerCertificates Owner = "certificates"
)

// Verb is what happened.
type Verb string

// The verbs; what each says of which object, and its detail, is in registry.go.
const (
	CheckedIn  Verb = "checked-in"
	CheckedOut Verb = "checked-out"
	Counted    Verb = "counted"
	Served     Verb = "served"
	HandedOut  Verb = "handed-out"
	Reached    Verb = "reached"
	Equipped   Verb = "equipped"
	Started    Verb = "started"
	Finished   Verb = "finished"
	Practised  Verb = "practised"
	Answered   Verb = "answered"
	Rated      Verb = "rated"
	Attended   Verb = "attended"
	Helped     Verb = "helped"
	Certified  Verb = "certified"
	Consented  Verb = "consented"
	Withdrew   Verb = "withdrew"
	Erased     Verb = "erased"
	Linked     Verb = "linked"
	Retracted  Verb = "retracted"
)

// Fact is one thing that happened. It never changes.
//
// What is nil is not known, or does not apply: a visitor's facts have no PersonID, a
// `rated` fact has neither person nor device nor run.
type Fact struct {
	// ID is the act's ID, a UUID in lower case, made where the act was done; the same act
	// sent twice is one fact.
	ID   string
	Verb Verb
	// PersonID is the learner: a random number that outlives the learner's erasure.
	PersonID *string
	// Object is what it happened to: a kind and a slug or ID, see Object.
	Object string
	// Edition is the hash of the content file as it was then.
	Edition *string
	// SessionID is the 场次 it belongs to; its local start date is then the fact's day.
	SessionID *string
	VenueID   *string
	// DeviceID is the tablet; ByID the staff member who did it for the person.
	DeviceID *string
	ByID     *string
	// At is when it happened, by the server's clock or a tablet's corrected one.
	// RecordedAt is when this program took it in. Both UTC, whole milliseconds.
	At         time.Time
	RecordedAt time.Time
	// Run ties the facts of one go through a lesson together.
	Run *string
	// Detail is the exact JSON text that was stored and hashed; read it with DetailOf.
	Detail string

	// Node is the database that first took it in.
	Node string
	// OriginSeq and OriginHash are its seal there; nil for this database's own facts.
	OriginSeq  *int64
	OriginHash *string
}

// TableName is for gorm.
func (Fact) TableName() string { return "ledger_facts" }

// Object is the text of a fact's object: Object("lesson", "fraud/police-call") is
// "lesson:fraud/police-call".
func Object(kind, id string) string { return kind + ":" + id }

// SplitObject takes an object apart again; kind is empty when it has none.
func SplitObject(object string) (kind, id string) {
	kind, id, ok := strings.Cut(object, ":")
	if !ok {
		return "", object
	}
	return kind, id
}
