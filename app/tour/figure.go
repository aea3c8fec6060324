package tour

import (
	"slices"
	"time"

	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// Figure is another number about a session or a stop: hours given, material handed out,
// people reached by publicity, tablets there. None of them is ever added to 人次.
type Figure struct {
	ID string // the act's ID, and the ID of its fact
	// SessionID or StopID is what it is about; the other is nil.
	SessionID, StopID *string
	Verb              ledger.Verb // Served, HandedOut, Reached or Equipped
	// Amount is minutes given, pieces handed out, people reached (an estimate), or
	// tablets that were there.
	Amount int
	// Usable is how many of the tablets worked; 0 for other verbs.
	Usable int
	// Code says of what kind: one of Codes(Verb); empty for Equipped.
	Code string
	// Method is how people reached were found out: one of ReachMethods; empty for others.
	Method string
	// PartnerID is who sent the people who served; nil for the venue's own.
	PartnerID   *string
	At          time.Time
	ByID        *string
	RetractedAt *time.Time // nil while it counts
	RetractedBy *string
	Reason      string // one of FigureReasons; empty while it counts
}

// FigureVerbs are the kinds of figure that can be given about a session, or about a
// stop, in the order of the page. Tablets stand in a session, not at a stop.
func FigureVerbs(session bool) []ledger.Verb {
	verbs := []ledger.Verb{ledger.Served, ledger.HandedOut, ledger.Reached}
	if session {
		verbs = append(verbs, ledger.Equipped)
	}
	return verbs
}

// Codes are the codes of one verb's figures in the order of the form: the role of who
// served, what was handed out, the channel of publicity. Equipped has none.
func Codes(v ledger.Verb) []string {
	switch v {
	case ledger.Served:
		return []string{"trainer", "volunteer", "organizer"}
	case ledger.HandedOut:
		return []string{"leaflet", "booklet", "poster", "other"}
	case ledger.Reached:
		return []string{"article", "video", "broadcast", "passing", "other"}
	}
	return nil
}

// ReachMethods are the ways to find out how many were reached, in the order of the form:
// the platform's own number, counted on the spot, or a guess.
func ReachMethods() []string { return []string{"platform", "tally", "estimate"} }

// The largest amounts that forms take: beyond them, a finger slipped.
const (
	MostHours  = 500
	MostPieces = 100_000
	MostReach  = 10_000_000
)

// check finds what cannot be. Its faults are Invalid, with a message beside the field.
func (g *Figure) check() error {
	f := invalid()
	switch g.Verb {
	case ledger.Served:
		amount(f, g.Amount, MostHours*60, "tour.hours_range", MostHours)
	case ledger.HandedOut:
		amount(f, g.Amount, MostPieces, "tour.amount_range", MostPieces)
	case ledger.Reached:
		amount(f, g.Amount, MostReach, "tour.amount_range", MostReach)
		wants(f, "method", slices.Contains(ReachMethods(), g.Method), "tour.reach_method_choose")
	case ledger.Equipped:
		amount(f, g.Amount, MostPlaces, "tour.amount_range", MostPlaces)
		if g.Usable < 0 || g.Usable > g.Amount {
			f.Beside("usable", "tour.usable_more", fault.Args{"There": g.Amount})
		}
	default:
		return fault.New(fault.Invalid, "web.bad_request")
	}
	wants(f, "code", g.Verb == ledger.Equipped || slices.Contains(Codes(g.Verb), g.Code), "tour.kind_choose")
	return f.OrNil()
}

func amount(f *fault.Error, n, largest int, key string, shown int) {
	if n < 1 || n > largest {
		f.Beside("amount", key, fault.Args{"Most": shown})
	}
}

// detail is the figure as its fact keeps it.
func (g Figure) detail() any {
	switch g.Verb {
	case ledger.Served:
		d := ledger.ServedDetail{Minutes: g.Amount, Role: g.Code}
		if g.PartnerID != nil {
			d.PartnerID = *g.PartnerID
		}
		return d
	case ledger.HandedOut:
		return ledger.HandedOutDetail{Count: g.Amount, What: g.Code}
	case ledger.Reached:
		return ledger.ReachedDetail{Count: g.Amount, Channel: g.Code, Method: g.Method}
	}
	return ledger.EquippedDetail{There: g.Amount, Usable: g.Usable}
}
