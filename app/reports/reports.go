// Package reports turns facts into the numbers a city is asked for (indicators.md).
//
// Every number is a function of facts and reference rows and keeps the IDs of the
// facts it came from, so that it opens to them. Numbers are counted over sets of keys
// (session, person with links applied), never over rows: the same check-in recorded by
// two desks counts once. Reports only read; they never decide and nothing reads them.
package reports

import (
	"slices"
	"time"

	"silverclass/app/fault"
)

// Kind is what a report is about.
type Kind string

// The scopes a report can have. Session, stop and tour hold the facts of their
// sessions; venue and city hold those and, in their period, facts outside any session.
const (
	Session Kind = "session"
	Stop    Kind = "stop"
	Tour    Kind = "tour"
	Venue   Kind = "venue"
	City    Kind = "city"
)

// Kinds are all scopes, the smallest first.
func Kinds() []Kind { return []Kind{Session, Stop, Tour, Venue, City} }

// Scope says whose numbers. From and To are local days (2026-11-23), both included;
// empty means from the beginning, or to the end. A fact with a session belongs to the
// session's local start day, any other to its own.
type Scope struct {
	Kind     Kind
	ID       string
	From, To string
}

// Check is nil, or says which field of the scope does not fit.
func (s Scope) Check() error {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	known := false
	for _, k := range Kinds() {
		known = known || k == s.Kind
	}
	if !known || s.ID == "" {
		f.Beside("scope", "reports.scope_missing")
	}
	for name, day := range map[string]string{"from": s.From, "to": s.To} {
		if day == "" {
			continue
		}
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			f.Beside(name, "reports.day_wrong")
		}
	}
	if s.From != "" && s.To != "" && s.From > s.To {
		f.Beside("to", "reports.days_turned")
	}
	return f.OrNil()
}

// Query is the scope as the query of an address.
func (s Scope) Query() string {
	q := string(s.Kind) + "=" + s.ID
	if s.From != "" {
		q += "&from=" + s.From
	}
	if s.To != "" {
		q += "&to=" + s.To
	}
	return q
}

// Report is the numbers of one scope at one moment.
type Report struct {
	Scope Scope
	// Title and Place name the scope: a session's title and its venue.
	Title, Place string
	AsOf         time.Time
	// Position and Head are the last seal that the numbers include: 0 and empty while
	// nothing is sealed. Unsealed facts are included too, for a room wants its count now.
	Position int64
	Head     string
	Numbers  []Number
	// ByTopic are the numbers that are also told topic by topic, by topic.
	ByTopic []Number
	// Parts are the numbers of the sessions below, by start and title. Persons of parts
	// cannot be added: somebody may be in two of them.
	Parts []Part
	// SessionIDs are the sessions whose facts are counted.
	SessionIDs []string
}

// Part is one session's share of a report.
type Part struct {
	SessionID, Title, Venue string
	StartsAt                time.Time
	Numbers                 map[string]Number // by Name
}

// Number is one indicator's value.
type Number struct {
	// Code is the indicator's code in the dictionary (indicators.md F.3), such as T04.
	Code string
	// Name is its stable name in exports and addresses, such as person-times. Its words
	// are reports.n_NAME and reports.d_NAME (definition).
	Name string
	// Value is a whole number: of people, times, minutes, or per cent rounded down.
	Value int
	// Unit is the key of its unit: reports.unit_UNIT.
	Unit string
	// Method says how it came to be known: registered, counted, recorded, estimated or
	// derived. Its words are reports.m_METHOD.
	Method string
	// Topic is the slug of the topic that the number is of; empty for one over all.
	Topic string
	// N is how many answers, goes or people a share or a change is of; 0 where the value
	// is neither.
	N int
	// Missing is how many more there should have been: who began and was not seen again.
	// They are in the whole of a share, and not in a change.
	Missing int
	// Hidden is true where fewer than five people answered: the value is not shown.
	Hidden bool
	// FactIDs are the facts that the value came from, in the ledger's order. Empty for
	// hidden ones: what is hidden does not open either.
	FactIDs []string
}

// Key names a number within its report: its name, and its topic where it has one.
func (n Number) Key() string {
	if n.Topic == "" {
		return n.Name
	}
	return n.Name + "/" + n.Topic
}

// Find is the number of that key; NotFound when the report has none.
func (r Report) Find(key string) (Number, error) {
	for _, n := range slices.Concat(r.Numbers, r.ByTopic) {
		if n.Key() == key {
			return n, nil
		}
	}
	return Number{}, fault.New(fault.NotFound, "reports.no_such_number")
}
