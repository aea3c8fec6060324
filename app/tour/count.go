package tour

import (
	"time"

	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// How heads were counted.
const (
	Tally    = ledger.MethodTally    // one by one
	Estimate = ledger.MethodEstimate // roughly; holds only while there is no tally
)

// MostHeads is the largest head count a form takes: more than that is a slip of the
// finger, or an exhibition, whose passers-by belong under publicity.
const MostHeads = 5000

// HeadCount is one count of the heads in a room, without names: learners, not staff nor
// those who only came along. A session may be counted several times; the latest tally
// that is not taken back holds.
type HeadCount struct {
	ID        string // the act's ID, and the ID of its counted fact
	SessionID string
	Method    string // Tally or Estimate
	Heads     int
	// Sixty, Women and Men are parts of Heads; nil means not counted, which is not zero.
	Sixty, Women, Men *int
	// Bands are heads by age band (the codes of people.AgeBand), only those counted; empty
	// when nobody asked for ages.
	Bands       map[string]int `gorm:"serializer:json"`
	At          time.Time
	ByID        *string
	RetractedAt *time.Time // nil while it may hold
	RetractedBy *string
	Reason      string // one of FigureReasons; empty while it may hold
}

// holding is the count that holds among a session's: the latest tally that is not taken
// back, else the latest such estimate. It is false when there is none.
func holding(counts []HeadCount) (HeadCount, bool) {
	var best HeadCount
	found := false
	for _, c := range counts {
		if c.RetractedAt != nil {
			continue
		}
		if !found || better(c, best) {
			best, found = c, true
		}
	}
	return best, found
}

// better reports whether count a holds before b. Of two at the same instant the lower
// holds, as in the ledger's own counting.
func better(a, b HeadCount) bool {
	if (a.Method == Tally) != (b.Method == Tally) {
		return a.Method == Tally
	}
	if !a.At.Equal(b.At) {
		return a.At.After(b.At)
	}
	if a.Heads != b.Heads {
		return a.Heads < b.Heads
	}
	return a.ID > b.ID
}

// sixties are the bands whose people are all 60 or older.
var sixties = []string{"60-64", "65-69", "70-74", "75-79", "80-up"}

// check finds what cannot be: parts that are more than the whole. Its faults are
// Invalid, with a message beside each field.
func (h *HeadCount) check() error {
	f := invalid()
	if h.Method != Tally && h.Method != Estimate {
		f.Beside("method", "tour.count_method_choose")
	}
	if h.Heads < 0 || h.Heads > MostHeads {
		f.Beside("heads", "tour.heads_range", fault.Args{"Most": MostHeads})
	}
	part(f, "sixty", h.Sixty, h.Heads)
	part(f, "women", h.Women, h.Heads)
	part(f, "men", h.Men, h.Heads)
	if h.Women != nil && h.Men != nil && *h.Women+*h.Men > h.Heads {
		f.Beside("men", "tour.sexes_more", fault.Args{"Heads": h.Heads})
	}
	h.checkBands(f)
	return f.OrNil()
}

func (h *HeadCount) checkBands(f *fault.Error) {
	sum, old := 0, 0
	for band, n := range h.Bands {
		if n < 0 || n > h.Heads {
			f.Beside("band_"+band, "tour.part_more", fault.Args{"Heads": h.Heads})
		}
		sum += n
	}
	for _, band := range sixties {
		old += h.Bands[band]
	}
	if sum > h.Heads {
		f.Beside("bands", "tour.bands_more", fault.Args{"Sum": sum, "Heads": h.Heads})
	}
	if h.Sixty != nil && old > *h.Sixty {
		f.Beside("sixty", "tour.sixty_less", fault.Args{"Sum": old})
	}
}

func part(f *fault.Error, field string, n *int, heads int) {
	if n != nil && (*n < 0 || *n > heads) {
		f.Beside(field, "tour.part_more", fault.Args{"Heads": heads})
	}
}

// detail is the count as its fact keeps it.
func (h HeadCount) detail() ledger.CountedDetail {
	return ledger.CountedDetail{Heads: h.Heads, Sixty: h.Sixty, Women: h.Women, Men: h.Men, Ages: h.Bands, Method: h.Method}
}
