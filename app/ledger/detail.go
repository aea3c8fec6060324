package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
)

// The details of the verbs. They are stored as JSON with these names, and hashed: a field
// is added, never renamed. Numbers are whole; codes are lower-case words (see isCode) whose
// sentences are in the owner's locale file.

// How a person came to be checked in.
const (
	MethodCard  = "card"
	MethodStaff = "staff"
	MethodTile  = "tile"
	MethodPaper = "paper"
	MethodLive  = "live"
)

// How heads were counted.
const (
	MethodTally    = "tally"
	MethodEstimate = "estimate"
)

// CheckedInDetail says how somebody was checked in: a Method constant.
type CheckedInDetail struct {
	Method string `json:"method"`
}

// CheckedOutDetail says how somebody was checked out: a Method constant.
type CheckedOutDetail struct {
	Method string `json:"method"`
}

// CountedDetail is a count of heads in a room, without names. Sixty (60 and older),
// Women and Men are nil, and Ages (age band to heads) empty, when nobody looked.
type CountedDetail struct {
	Heads  int            `json:"heads"`
	Sixty  *int           `json:"sixty,omitempty"`
	Women  *int           `json:"women,omitempty"`
	Men    *int           `json:"men,omitempty"`
	Ages   map[string]int `json:"ages,omitempty"`
	Method string         `json:"method"`
}

// ServedDetail is time that trainers, volunteers or partners gave, in minutes.
// PartnerID is empty for the venue's own people.
type ServedDetail struct {
	Minutes   int    `json:"minutes"`
	Role      string `json:"role"`
	PartnerID string `json:"partner_id,omitempty"`
}

// HandedOutDetail is printed material given out, in pieces.
type HandedOutDetail struct {
	Count int    `json:"count"`
	What  string `json:"what"`
}

// ReachedDetail is publicity: how many, by which channel, and how that was found out. It
// is an estimate and never added to person-times.
type ReachedDetail struct {
	Count   int    `json:"count"`
	Channel string `json:"channel"`
	Method  string `json:"method"`
}

// EquippedDetail is how many tablets were there, and how many of them usable.
type EquippedDetail struct {
	There  int `json:"there"`
	Usable int `json:"usable"`
}

// StartedDetail is the first act of a lesson or scene; Mode and Skin are a scene's, empty
// for a lesson.
type StartedDetail struct {
	Mode string `json:"mode,omitempty"`
	Skin string `json:"skin,omitempty"`
}

// FinishedDetail is a lesson's end: seconds since its start, and whether it was read aloud.
type FinishedDetail struct {
	Seconds   int  `json:"seconds"`
	ReadAloud bool `json:"read_aloud"`
}

// PractisedDetail is a scene's end. Misses are fakes taken for real, FalseAlarms real ones
// taken for fake; both are among Slips. Outcome is a code of the scene's file. Made are the
// mistakes, each once, in the order in which they happened, and Stopped is the screen before
// the ending, both by their names in the file; facts from before they were kept have neither.
type PractisedDetail struct {
	Mode        string `json:"mode"`
	Skin        string `json:"skin,omitempty"`
	Slips       int    `json:"slips"`
	Misses      int    `json:"misses,omitempty"`
	FalseAlarms int    `json:"false_alarms,omitempty"`
	Hints       int    `json:"hints"`
	Outcome     string `json:"outcome"`
	Helped      bool   `json:"helped"`
	Seconds     int    `json:"seconds,omitempty"`

	Made    []string `json:"made,omitempty"`
	Stopped string   `json:"stopped,omitempty"`
}

// OutcomeDone is the outcome of a practice that reached an ending; ModeUnaided and
// ModeChanged are the modes of one in which nobody shows the way.
const (
	OutcomeDone = "done"
	ModeUnaided = "unaided"
	ModeChanged = "changed"
)

// WithoutHelp reports whether the end was reached without a hint and without anybody's
// help. Slips alone do not matter.
func (d PractisedDetail) WithoutHelp() bool {
	return d.Outcome == OutcomeDone && d.Hints == 0 && !d.Helped
}

// Alone is the rule of indicators.md T11: without help, and in a mode that does not show
// the way.
func (d PractisedDetail) Alone() bool {
	return d.WithoutHelp() && (d.Mode == ModeUnaided || d.Mode == ModeChanged)
}

// AnsweredDetail is a quiz handed in: Right of Of questions. FirstTry is whether it was
// this person's or visitor's first go at this quiz.
type AnsweredDetail struct {
	Right    int  `json:"right"`
	Of       int  `json:"of"`
	FirstTry bool `json:"first_try"`
}

// RatedDetail is how it was: Faces 1 (sad) to 3 (smiling), reason codes, and whether
// anything was sold there, nil when that was not answered.
type RatedDetail struct {
	Faces   int      `json:"faces"`
	Reasons []string `json:"reasons,omitempty"`
	Sold    *bool    `json:"sold,omitempty"`
}

// AttendedDetail is whole minutes in a live class: those that evidence confirms, those
// estimated where it is missing, and both together. Evidence is a code.
type AttendedDetail struct {
	Minutes          int    `json:"minutes"`
	ConfirmedMinutes int    `json:"confirmed_minutes"`
	EstimatedMinutes int    `json:"estimated_minutes"`
	Evidence         string `json:"evidence"`
}

// HelpedDetail is how long a call for help waited for its answer.
type HelpedDetail struct {
	WaitedSeconds int `json:"waited_seconds"`
}

// CertifiedDetail is the version of the rule that the certificate was issued by.
type CertifiedDetail struct {
	Rule string `json:"rule"`
}

// ConsentedDetail is the notice's version and how consent was given (spoken, paper, …).
type ConsentedDetail struct {
	Version string `json:"version"`
	Medium  string `json:"medium"`
}

// WithdrewDetail is the notice's version and a reason code, empty when none was asked.
type WithdrewDetail struct {
	Version string `json:"version"`
	Reason  string `json:"reason,omitempty"`
}

// ErasedDetail is why a person, or something kept about her, was erased: a reason code.
type ErasedDetail struct {
	Reason string `json:"reason"`
}

// LinkedDetail is why the fact's person and the person of its object are one: a reason
// code.
type LinkedDetail struct {
	Reason string `json:"reason"`
}

// RetractedDetail is the fact that was wrong, and a reason code.
type RetractedDetail struct {
	FactID string `json:"fact_id"`
	Reason string `json:"reason"`
}

// detail is what every detail above can do: say what of it cannot be.
type detail interface{ check() error }

func (d CheckedInDetail) check() error  { return method(d.Method) }
func (d CheckedOutDetail) check() error { return method(d.Method) }
func (d ServedDetail) check() error     { return all(whole(d.Minutes), isCode(d.Role), short(d.PartnerID)) }
func (d HandedOutDetail) check() error  { return all(whole(d.Count), isCode(d.What)) }
func (d ReachedDetail) check() error {
	return all(whole(d.Count), isCode(d.Channel), isCode(d.Method))
}
func (d EquippedDetail) check() error  { return part(d.Usable, d.There) }
func (d StartedDetail) check() error   { return all(short(d.Mode), short(d.Skin)) }
func (d FinishedDetail) check() error  { return whole(d.Seconds) }
func (d AnsweredDetail) check() error  { return part(d.Right, d.Of) }
func (d HelpedDetail) check() error    { return whole(d.WaitedSeconds) }
func (d CertifiedDetail) check() error { return named(d.Rule) }
func (d ConsentedDetail) check() error { return all(named(d.Version), isCode(d.Medium)) }
func (d WithdrewDetail) check() error  { return all(named(d.Version), short(d.Reason)) }
func (d ErasedDetail) check() error    { return isCode(d.Reason) }
func (d LinkedDetail) check() error    { return isCode(d.Reason) }
func (d RetractedDetail) check() error { return all(isID(d.FactID), isCode(d.Reason)) }

func (d CountedDetail) check() error {
	if d.Method != MethodTally && d.Method != MethodEstimate {
		return fmt.Errorf("counted by %q", d.Method)
	}
	err := whole(d.Heads)
	for _, n := range []*int{d.Sixty, d.Women, d.Men} {
		if n != nil {
			err = all(err, part(*n, d.Heads))
		}
	}
	sum := 0
	for n := range maps.Values(d.Ages) {
		err = all(err, whole(n))
		sum += n
	}
	return all(err, part(sum, d.Heads))
}

func (d PractisedDetail) check() error {
	var err error
	for _, m := range d.Made {
		err = all(err, isCode(m))
	}
	if d.Stopped != "" {
		err = all(err, isCode(d.Stopped))
	}
	return all(err, isCode(d.Mode), short(d.Skin), isCode(d.Outcome),
		whole(d.Slips), whole(d.Misses), whole(d.FalseAlarms), whole(d.Hints), whole(d.Seconds))
}

func (d RatedDetail) check() error {
	if d.Faces < 1 || d.Faces > 3 {
		return fmt.Errorf("%d faces", d.Faces)
	}
	var err error
	for _, r := range d.Reasons {
		err = all(err, isCode(r))
	}
	return err
}

func (d AttendedDetail) check() error {
	if d.Minutes != d.ConfirmedMinutes+d.EstimatedMinutes {
		return fmt.Errorf("%d minutes are not %d and %d", d.Minutes, d.ConfirmedMinutes, d.EstimatedMinutes)
	}
	return all(whole(d.ConfirmedMinutes), whole(d.EstimatedMinutes), isCode(d.Evidence))
}

// DetailOf reads a fact's detail: DetailOf[CountedDetail](f).
func DetailOf[T any](f Fact) (T, error) {
	var d T
	if err := json.Unmarshal([]byte(f.Detail), &d); err != nil {
		return d, fmt.Errorf("detail of fact %s: %w", f.ID, err)
	}
	return d, nil
}

func all(errs ...error) error { return errors.Join(errs...) }

func method(m string) error {
	switch m {
	case MethodCard, MethodStaff, MethodTile, MethodPaper, MethodLive:
		return nil
	}
	return fmt.Errorf("checked in or out by %q", m)
}

// whole is a count or a span that could be real.
func whole(n int) error {
	if n < 0 || n > 100_000_000 {
		return fmt.Errorf("the number %d", n)
	}
	return nil
}

func part(n, of int) error {
	if n > of {
		return fmt.Errorf("%d of %d", n, of)
	}
	return all(whole(n), whole(of))
}
