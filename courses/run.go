package courses

import (
	"math/bits"
	"slices"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
)

// longestPause is how much of the time between two acts counts as learning: whoever puts
// the tablet down for the night has not been learning all night.
const longestPause = 5 * time.Minute

// Seen is the set of steps that were opened: bit n-1 stands for step n.
type Seen int64

// Has reports whether the step was opened.
func (s Seen) Has(step int) bool { return s&bit(step) != 0 }

// With is the set with one more step.
func (s Seen) With(step int) Seen { return s | bit(step) }

// Read reports whether steps 1 to 5 were opened, which finishing a lesson needs.
func (s Seen) Read() bool { return bits.TrailingZeros64(^uint64(s)) >= LastRead }

// FirstOpen is the first of steps 1 to 5 that was not opened; 0 when all were.
func (s Seen) FirstOpen() int {
	for step := FirstStep; step <= LastRead; step++ {
		if !s.Has(step) {
			return step
		}
	}
	return 0
}

func bit(step int) Seen { return 1 << (step - 1) }

// Run is one go of one person or visitor at one lesson.
//
// It begins with the first act and is finished once, when the last step is opened and
// steps 1 to 5 were: going back afterwards changes the place and nothing else. While it
// is open it is the only open run of that reader and lesson, so a lesson goes on wherever
// she sits down.
type Run struct {
	ID string `gorm:"primaryKey"`
	// PersonID or VisitID is set, never both.
	PersonID *string
	VisitID  *string
	Lesson   string // the slug
	Edition  string // the lesson's when the run began
	Step     int    // where she is, 1 to 8
	Seen     Seen
	// Seconds is the time from act to act up to the end, each pause counted for five
	// minutes at most.
	Seconds   int
	ReadAloud bool // a step was read aloud
	// PracticeLater and QuizLater are doors that were passed over.
	PracticeLater, QuizLater bool

	StartedAt   time.Time
	MovedAt     time.Time // the last act that changed anything
	FinishedAt  *time.Time
	PractisedAt *time.Time
	AnsweredAt  *time.Time
}

// TableName is the table of runs.
func (Run) TableName() string { return "courses_runs" }

// Of reports whether the run belongs to the reader.
func (r Run) Of(who people.Reader) bool {
	switch column, value := who.Key(); column {
	case "person_id":
		return r.PersonID != nil && *r.PersonID == value
	case "visit_id":
		return r.VisitID != nil && *r.VisitID == value
	}
	return false
}

// Move is one press of a button under a step: it says where the reader was and where she
// goes, so that sending it twice means the same as once.
type Move struct {
	ID     string // the act's ID; empty makes one
	Run    string
	Lesson string
	From   int  // the step the button stood under; 0 when not known
	Target int  // the step she goes to
	Aloud  bool // the step was read aloud
	Later  bool // the door she stood at was passed over
}

// on holds a move to the steps that the lesson has. A door that leads nowhere leads on to
// the step behind it: practice and quizzes send their readers to 7 and 8 without asking.
func (m Move) on(l *Lesson) (Move, error) {
	if m.Target < FirstStep || m.Target > Steps || m.From < 0 || m.From > Steps {
		return m, fault.New(fault.Invalid, "courses.step_missing")
	}
	if !slices.Contains(l.Path(), m.Target) {
		m.Target = l.Next(m.Target)
	}
	return m, nil
}

// begun is a new run as the first act makes it: open, nothing seen yet.
func begun(m Move, who people.Reader, edition string, now time.Time) Run {
	r := Run{ID: m.Run, Lesson: m.Lesson, Edition: edition, Step: FirstStep, StartedAt: now, MovedAt: now}
	switch column, value := who.Key(); column {
	case "person_id":
		r.PersonID = &value
	default:
		r.VisitID = &value
	}
	return r
}

// apply is the run after a move, whether that differs from before, and whether the lesson
// was finished by it. Applying the same move again changes nothing.
func (r Run) apply(m Move, now time.Time) (after Run, changed, finished bool) {
	after = r
	after.Step = m.Target
	after.Seen = r.Seen.With(m.Target)
	if m.From != 0 {
		after.Seen = after.Seen.With(m.From)
	}
	after.ReadAloud = r.ReadAloud || m.Aloud
	after.PracticeLater = r.PracticeLater || (m.Later && m.From == PracticeStep)
	after.QuizLater = r.QuizLater || (m.Later && m.From == QuizStep)
	finished = r.FinishedAt == nil && m.Target == KeepStep && after.Seen.Read()
	if after == r && !finished {
		return r, false, false
	}
	if r.FinishedAt == nil {
		after.Seconds += int(min(max(0, now.Sub(r.MovedAt)), longestPause) / time.Second)
	}
	after.MovedAt = now
	if finished {
		after.FinishedAt = &now
	}
	return after, true, finished
}

// Seal is what a lesson's seal needs, and which of it is done. A part whose scene or quiz
// does not exist is not asked for: see Lesson.Sealed.
type Seal struct {
	Lesson   bool // read to its end
	Practice bool
	Quiz     bool
}

// State is how far a reader is with one lesson, over all her runs of it.
type State struct {
	Seal
	Sealed bool
	// Run is her open run, else her latest one; empty when she never began.
	Run string
	// Step is where she is in the open run; 0 when none is open.
	Step int
	// MovedAt is her last act in the lesson.
	MovedAt time.Time
}
