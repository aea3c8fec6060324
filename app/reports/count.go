package reports

import (
	"sort"
	"time"

	"silverclass/app/ledger"
)

// count turns the effective facts of one scope (no retracted ones, no retractions, in
// the ledger's order) into its numbers, in the dictionary's order. same gives the one
// person behind a person ID, with links applied.
// asOf is when they were read: what is due later cannot be missing yet.
func count(facts []ledger.Fact, same func(personID string) string, asOf time.Time) []Number {
	return counted(facts, same, asOf).numbers()
}

func counted(facts []ledger.Fact, same func(personID string) string, asOf time.Time) *counter {
	c := &counter{same: same, asOf: asOf}
	for _, f := range facts {
		c.add(f)
	}
	return c
}

// counter collects sets of keys; a set remembers the facts that gave its keys.
type counter struct {
	same func(string) string
	asOf time.Time

	rooms   map[string]*room // by session ID, "" for facts outside any
	persons set

	lessonsStarted, lessonsKnown, lessonsVisitor      set
	practices, practicesAlone, quizzes, quizzesFirst  set
	classes, liveVisits                               set
	helps                                             set
	waited, liveMinutes, liveConfirmed, liveEstimated int
	minutesFacts, confirmedFacts, estimatedFacts      []string
	lessonRatings, sessionRatings                     []ledger.Fact
	checks                                            []ledger.Fact // answered facts about a topic's check
	scenes                                            []ledger.Fact // practised facts of known people
	served, handedOut, reached                        int
	servedFacts, handedOutFacts, reachedFacts         []string
	equip                                             map[string]equipment // by session: the latest statement counts
}

type equipment struct {
	there, usable int
	fact          ledger.Fact
}

// room is what is known of who came to one session.
type room struct {
	registered set
	counts     []ledger.Fact // counted facts, in the ledger's order
	held       bool
	facts      []string
}

// set is a set of keys with the facts that gave them.
type set struct {
	keys  map[string]bool
	facts []string
}

func (s *set) add(key, fact string) {
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	s.keys[key] = true
	s.facts = append(s.facts, fact)
}

func (s set) len() int { return len(s.keys) }

// whose is the key of who did something: the person behind a known learner, else the
// run, for a visitor's runs cannot be told to be one person's.
func (c *counter) whose(f ledger.Fact) (key string, known bool) {
	if f.PersonID != nil {
		return "p " + c.same(*f.PersonID), true
	}
	if f.Run != nil {
		return "r " + *f.Run, false
	}
	return "f " + f.ID, false
}

func (c *counter) room(f ledger.Fact) *room {
	if c.rooms == nil {
		c.rooms = map[string]*room{}
	}
	id := ""
	if f.SessionID != nil {
		id = *f.SessionID
	}
	if c.rooms[id] == nil {
		c.rooms[id] = &room{}
	}
	return c.rooms[id]
}

func (c *counter) add(f ledger.Fact) {
	kind, _ := ledger.SplitObject(f.Object)
	who, known := c.whose(f)
	switch f.Verb {
	case ledger.CheckedIn:
		r := c.room(f)
		r.held = true
		if f.PersonID != nil {
			r.registered.add(c.same(*f.PersonID), f.ID)
			c.persons.add(c.same(*f.PersonID), f.ID)
		}
		r.facts = append(r.facts, f.ID)
	case ledger.Counted:
		r := c.room(f)
		r.held = true
		r.counts = append(r.counts, f)
		r.facts = append(r.facts, f.ID)
	case ledger.Started:
		if kind == "lesson" {
			c.lessonsStarted.add(who+" "+f.Object, f.ID)
		}
	case ledger.Finished:
		if known {
			c.lessonsKnown.add(who+" "+f.Object, f.ID)
		} else {
			c.lessonsVisitor.add(who+" "+f.Object, f.ID)
		}
	default:
		c.addMore(f, kind, who)
	}
}

func (c *counter) addMore(f ledger.Fact, kind, who string) {
	switch f.Verb {
	case ledger.Practised:
		d := detail[ledger.PractisedDetail](f)
		c.practices.add(who+" "+f.Object, f.ID)
		if d.Alone() {
			c.practicesAlone.add(who+" "+f.Object, f.ID)
		}
		if f.PersonID != nil {
			c.scenes = append(c.scenes, f)
		}
	case ledger.Answered:
		if kind == "check" { // before and after a topic: no quiz, and counted for itself
			c.checks = append(c.checks, f)
			return
		}
		d := detail[ledger.AnsweredDetail](f)
		c.quizzes.add(who+" "+f.Object, f.ID)
		if d.Of > 0 && d.Right == d.Of {
			c.quizzesFirst.add(who+" "+f.Object, f.ID)
		}
	case ledger.Attended:
		d := detail[ledger.AttendedDetail](f)
		c.liveVisits.add(f.ID, f.ID)
		c.classes.add(f.Object, f.ID)
		c.liveMinutes += d.Minutes
		c.liveConfirmed += d.ConfirmedMinutes
		c.liveEstimated += d.EstimatedMinutes
		c.minutesFacts = append(c.minutesFacts, f.ID)
		if d.ConfirmedMinutes > 0 {
			c.confirmedFacts = append(c.confirmedFacts, f.ID)
		}
		if d.EstimatedMinutes > 0 {
			c.estimatedFacts = append(c.estimatedFacts, f.ID)
		}
	case ledger.Rated:
		if kind == "session" {
			c.sessionRatings = append(c.sessionRatings, f)
		} else {
			c.lessonRatings = append(c.lessonRatings, f)
		}
	case ledger.Helped:
		c.helps.add(f.Object, f.ID)
		c.waited += detail[ledger.HelpedDetail](f).WaitedSeconds
	case ledger.Served:
		c.served += detail[ledger.ServedDetail](f).Minutes
		c.servedFacts = append(c.servedFacts, f.ID)
	case ledger.HandedOut:
		c.handedOut += detail[ledger.HandedOutDetail](f).Count
		c.handedOutFacts = append(c.handedOutFacts, f.ID)
	case ledger.Reached:
		c.reached += detail[ledger.ReachedDetail](f).Count
		c.reachedFacts = append(c.reachedFacts, f.ID)
	case ledger.Equipped:
		d := detail[ledger.EquippedDetail](f)
		if c.equip == nil {
			c.equip = map[string]equipment{}
		}
		session := ""
		if f.SessionID != nil {
			session = *f.SessionID
		}
		if old, ok := c.equip[session]; !ok || !f.At.Before(old.fact.At) {
			c.equip[session] = equipment{there: d.There, usable: d.Usable, fact: f}
		}
	}
}

// tally is the count that holds for a session: the latest by hand, an estimate only
// where nobody counted (design.md §1). ok is false when there is neither.
func tally(counts []ledger.Fact) (f ledger.Fact, d ledger.CountedDetail, ok bool) {
	latest := func(method string) {
		for _, x := range counts {
			dx := detail[ledger.CountedDetail](x)
			if dx.Method != method {
				continue
			}
			if !ok || x.At.After(f.At) || (x.At.Equal(f.At) && dx.Heads < d.Heads) { // of two at once the lower: nothing looks better than it is
				f, d, ok = x, dx, true
			}
		}
	}
	if latest(ledger.MethodTally); !ok {
		latest(ledger.MethodEstimate)
	}
	return f, d, ok
}

// attendance is what the rooms of a scope add up to. Registered and unregistered may
// be added; persons never are.
type attendance struct {
	held, registered, unregistered, sixty, heads int
	estimated                                    bool // at least one room was estimated, not counted
	heldFacts, registeredFacts, tallyFacts, all  []string
}

func (c *counter) attendance() attendance {
	var a attendance
	ids := make([]string, 0, len(c.rooms))
	for id := range c.rooms {
		ids = append(ids, id)
	}
	sort.Strings(ids)
	for _, id := range ids {
		r := c.rooms[id]
		if r.held && id != "" {
			a.held++
			a.heldFacts = append(a.heldFacts, r.facts...)
		}
		n := r.registered.len()
		a.registered += n
		a.registeredFacts = append(a.registeredFacts, r.registered.facts...)
		a.all = append(a.all, r.registered.facts...)
		f, d, ok := tally(r.counts)
		if !ok {
			continue
		}
		a.estimated = a.estimated || d.Method == ledger.MethodEstimate
		a.heads += d.Heads
		a.unregistered += max(0, d.Heads-n)
		if d.Sixty != nil {
			a.sixty += *d.Sixty
		}
		a.tallyFacts = append(a.tallyFacts, f.ID)
		a.all = append(a.all, f.ID)
	}
	return a
}
