package ledger

// Counting is over sets of keys, never over rows: two desks without a line may both check
// the same card in, and facts arrive in any order. Reports count in SQL; what they say
// must be what these functions say of the same facts.

// Attendance is who came, over any scope: one session, a stop, a year.
type Attendance struct {
	// Sessions is by session ID; one without a check-in or a count is not in it.
	Sessions map[string]SessionAttendance
	// Persons is 可识别人数: distinct persons over all sessions, with links applied. It is
	// never a sum of parts.
	Persons int
	// Registered (登记人次) and Unregistered (未登记人次) are the sums over sessions, and
	// PersonTimes (培训人次) is both: the only sum allowed.
	Registered, Unregistered, PersonTimes int
}

// SessionAttendance is who came to one session.
type SessionAttendance struct {
	// Registered is distinct persons checked in, with links applied.
	Registered int
	// Counted is whether anybody counted heads; Heads and Method are then the count that
	// holds: the latest tally, and the latest estimate only where there is no tally. Of
	// two at the same instant the lower holds, so that no number is too high.
	Counted bool
	Heads   int
	Method  string
	// Unregistered is max(0, Heads − Registered); PersonTimes both together.
	Unregistered, PersonTimes int
}

// CountAttendance counts who came. facts is everything in scope, in any order and with
// any repetition, with all `linked` and `retracted` facts that may touch it; other verbs
// are passed over. An error is a detail that cannot be read.
func CountAttendance(facts []Fact) (Attendance, error) {
	facts = Effective(facts)
	who := Links(facts)
	came := map[string]map[string]bool{} // session → persons
	counts := map[string]countAt{}       // session → the count that holds
	everybody := map[string]bool{}       // persons
	sum := Attendance{Sessions: map[string]SessionAttendance{}}
	for _, f := range facts {
		_, session := SplitObject(f.Object)
		switch f.Verb {
		case CheckedIn:
			if f.PersonID == nil {
				continue
			}
			if came[session] == nil {
				came[session] = map[string]bool{}
			}
			came[session][who(*f.PersonID)] = true
			everybody[who(*f.PersonID)] = true
			sum.Sessions[session] = SessionAttendance{}
		case Counted:
			c, err := newCount(f)
			if err != nil {
				return Attendance{}, err
			}
			if before, ok := counts[session]; !ok || c.beats(before) {
				counts[session] = c
			}
			sum.Sessions[session] = SessionAttendance{}
		}
	}
	for session := range sum.Sessions {
		one := SessionAttendance{Registered: len(came[session])}
		if c, ok := counts[session]; ok {
			one.Counted, one.Heads, one.Method = true, c.Heads, c.Method
			one.Unregistered = max(0, c.Heads-one.Registered)
		}
		one.PersonTimes = one.Registered + one.Unregistered
		sum.Sessions[session] = one
		sum.Registered += one.Registered
		sum.Unregistered += one.Unregistered
		sum.PersonTimes += one.PersonTimes
	}
	sum.Persons = len(everybody)
	return sum, nil
}

// countAt is a count of heads and its instant in milliseconds.
type countAt struct {
	CountedDetail
	at int64
}

func newCount(f Fact) (countAt, error) {
	d, err := DetailOf[CountedDetail](f)
	return countAt{d, f.At.UnixMilli()}, err
}

// beats reports whether c holds rather than other. It looks at what the counts say only,
// so that the same count under another ID changes nothing.
func (c countAt) beats(other countAt) bool {
	if (c.Method == MethodTally) != (other.Method == MethodTally) {
		return c.Method == MethodTally
	}
	if c.at != other.at {
		return c.at > other.at
	}
	return c.Heads < other.Heads
}

// Goes is how often something was done: a lesson finished, a scene practised.
type Goes struct {
	// Known is goes by somebody with a card, Visitors goes by nobody known.
	Known, Visitors int
	// Persons is distinct persons among the known, with links applied.
	Persons int
}

// CountGoes counts the goes of one verb, by object. A go is its run; where a run is known
// to be somebody's by one fact, it is. facts is as for CountAttendance.
func CountGoes(facts []Fact, verb Verb) map[string]Goes {
	facts = Effective(facts)
	who := Links(facts)
	type key struct{ object, run string }
	runs := map[key]string{} // whose, empty for a visitor
	for _, f := range facts {
		if f.Verb != verb {
			continue
		}
		k := key{f.Object, f.ID}
		if f.Run != nil {
			k.run = *f.Run
		}
		person := runs[k]
		if f.PersonID != nil {
			// A run two persons claim is the lower one's: the same whatever came first.
			if p := who(*f.PersonID); person == "" || p < person {
				person = p
			}
		}
		runs[k] = person
	}
	goes := map[string]Goes{}
	persons := map[key]bool{}
	for k, person := range runs {
		g := goes[k.object]
		switch p := (key{k.object, person}); {
		case person == "":
			g.Visitors++
		case persons[p]:
			g.Known++
		default:
			persons[p] = true
			g.Known++
			g.Persons++
		}
		goes[k.object] = g
	}
	return goes
}

// Effective is the facts that count: each ID once, without retractions and what they took
// back. It is what the view ledger_effective is. The order is that of their first
// appearance.
func Effective(facts []Fact) []Fact {
	gone := map[string]bool{}
	for _, f := range facts {
		if f.Verb == Retracted {
			_, id := SplitObject(f.Object)
			gone[id] = true
		}
	}
	var left []Fact
	for _, f := range facts {
		if f.Verb != Retracted && !gone[f.ID] {
			gone[f.ID] = true
			left = append(left, f)
		}
	}
	return left
}

// Links says who is who: of persons that effective `linked` facts make one, the lowest ID
// stands for all. Links may come in any order and run in circles.
func Links(effective []Fact) func(person string) string {
	up := map[string]string{}
	find := func(p string) string {
		for up[p] != "" {
			p = up[p]
		}
		return p
	}
	for _, f := range effective {
		if f.Verb != Linked || f.PersonID == nil {
			continue
		}
		_, other := SplitObject(f.Object)
		a, b := find(*f.PersonID), find(other)
		switch {
		case a < b:
			up[b] = a
		case b < a:
			up[a] = b
		}
	}
	return find
}
