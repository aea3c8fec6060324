package reports

import (
	"time"

	"silverclass/app/ledger"
)

// few is the number of answers under which ratings stay closed (indicators.md T13).
const few = 5

// mostFaces is the smiling one.
const mostFaces = 3

// rated are the numbers about how it was: of lessons, and of sessions with how many of
// those who came have answered and whether anything was sold to them.
func (c *counter) rated(personTimes int) []Number {
	open, openSession := opened(c.lessonRatings), opened(c.sessionRatings)
	var sold, asked int
	for _, f := range c.sessionRatings {
		if d := detail[ledger.RatedDetail](f); d.Sold != nil {
			asked++
			if *d.Sold {
				sold++
			}
		}
	}
	return []Number{
		{Code: "T13", Name: "ratings", Value: len(c.lessonRatings), Unit: "answer", Method: byRecord, FactIDs: open},
		closedIfFew(share("T13", "smiles", smiling(c.lessonRatings), len(c.lessonRatings), byRecord, open)),
		{Code: "T13", Name: "session-ratings", Value: len(c.sessionRatings), Unit: "answer", Method: byRecord, FactIDs: openSession},
		closedIfFew(share("T13", "session-smiles", smiling(c.sessionRatings), len(c.sessionRatings), byRecord, openSession)),
		share("T13", "session-response", min(len(c.sessionRatings), personTimes), personTimes, byRule, openSession),
		closedIfFew(share("T13", "session-sold", sold, asked, byRecord, openSession)),
	}
}

func smiling(facts []ledger.Fact) int {
	n := 0
	for _, f := range facts {
		if detail[ledger.RatedDetail](f).Faces == mostFaces {
			n++
		}
	}
	return n
}

// closedIfFew hides a share of under five answers.
func closedIfFew(n Number) Number {
	if n.Hidden = n.N < few; n.Hidden {
		n.Value, n.FactIDs = 0, nil
	}
	return n
}

// opened are the ratings that may be looked at one by one: those of the same lesson or
// session, at the same time, of which there are at least five. In a sum over many sessions
// the single answer of one of them stays closed too.
func opened(facts []ledger.Fact) []string {
	key := func(f ledger.Fact) string {
		session := ""
		if f.SessionID != nil {
			session = *f.SessionID
		}
		return f.Object + " " + session + " " + f.At.UTC().Format(time.RFC3339)
	}
	together := map[string]int{}
	for _, f := range facts {
		together[key(f)]++
	}
	var ids []string
	for _, f := range facts {
		if together[key(f)] >= few {
			ids = append(ids, f.ID)
		}
	}
	return ids
}
