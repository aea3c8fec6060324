package courses

import (
	"context"
	"fmt"
	"slices"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
)

// runs are all runs of a reader, the latest first.
func (s *Store) runs(ctx context.Context, who people.Reader) ([]Run, error) {
	column, value := who.Key()
	if column == "" {
		return nil, nil
	}
	list, err := db.Rows[Run](s.db).Where(column+" = ?", value).Order("moved_at DESC, id").Limit(mostRuns).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("runs of a reader: %w", err)
	}
	return list, nil
}

// SealOf is what is done of what a seal needs, over all runs that the owner of this run
// had of its lesson: a practice of last week counts. NotFound when there is no such run.
func (s *Store) SealOf(ctx context.Context, runID string) (Seal, error) {
	run, err := s.find(ctx, runID, false)
	if err != nil {
		return Seal{}, fmt.Errorf("seal of run %s: %w", runID, err)
	}
	q := db.Rows[Run](s.db).Where("lesson = ?", run.Lesson)
	if run.PersonID != nil {
		q = q.Where("person_id = ?", *run.PersonID)
	} else {
		q = q.Where("visit_id = ?", *run.VisitID)
	}
	list, err := q.Order("moved_at DESC, id").Limit(mostRuns).Find(ctx)
	if err != nil {
		return Seal{}, fmt.Errorf("seal of run %s: %w", runID, err)
	}
	var seal Seal
	for _, r := range list {
		seal = seal.and(r)
	}
	return seal, nil
}

// and is the seal with what another run has done.
func (s Seal) and(r Run) Seal {
	return Seal{Lesson: s.Lesson || r.FinishedAt != nil, Practice: s.Practice || r.PractisedAt != nil,
		Quiz: s.Quiz || r.AnsweredAt != nil}
}

// states puts a reader's runs, the latest first, together by lesson.
func states(c *Catalog, list []Run) map[string]State {
	all := map[string]State{}
	for _, r := range list {
		l, ok := c.lessons[r.Lesson]
		if !ok {
			continue // a lesson that has been taken away
		}
		st, again := all[r.Lesson]
		if !again {
			st.Run, st.MovedAt = r.ID, r.MovedAt
		}
		if r.FinishedAt == nil {
			st.Run, st.Step = r.ID, r.Step
		}
		st.Seal = st.and(r)
		st.Sealed = l.Sealed(st.Seal)
		all[r.Lesson] = st
	}
	return all
}

// Progress answers what a reader has learned and what comes next: the lessons and the
// rows together. Home and the topic pages ask it.
type Progress struct {
	catalog *Catalog
	store   *Store
}

// NewProgress joins a catalog, with its doors, and a store.
func NewProgress(c *Catalog, s *Store) *Progress { return &Progress{catalog: c, store: s} }

// States are how far the reader is, by lesson slug; lessons she never began are missing.
func (p *Progress) States(ctx context.Context, who people.Reader) (map[string]State, error) {
	list, err := p.store.runs(ctx, who)
	if err != nil {
		return nil, err
	}
	return states(p.catalog, list), nil
}

// Halfway is a lesson that was left before its end.
type Halfway struct {
	Lesson *Lesson
	Run    string
	// Position is the step she is at, counted from 1, Of how many there are.
	Position, Of int
	Minutes      int // about how long the rest takes, at least 1
	MovedAt      time.Time
}

// URL is the page to go on with.
func (h Halfway) URL() string { return LessonURL(h.Lesson.Slug) }

// minutesOf is about how long a number of steps takes: eight steps are five minutes
// (curriculum.md D.2).
func minutesOf(steps int) int { return max(1, (steps*5+Steps-1)/Steps) }

// HalfWay is the lesson that the reader left last before its end; ok is false when there
// is none. Of a run with "later" doors only what is open counts.
func (p *Progress) HalfWay(ctx context.Context, who people.Reader) (h Halfway, ok bool, err error) {
	list, err := p.store.runs(ctx, who)
	if err != nil {
		return Halfway{}, false, err
	}
	for _, r := range list {
		l, known := p.catalog.lessons[r.Lesson]
		if !known || r.FinishedAt != nil {
			continue
		}
		position, of := l.At(r.Step)
		return Halfway{Lesson: l, Run: r.ID, Position: position, Of: of, Minutes: minutesOf(of - position), MovedAt: r.MovedAt}, true, nil
	}
	return Halfway{}, false, nil
}

// NextLesson is the first lesson that the reader has not finished, in the topics that are
// preferred (those of the session, say; nil for none) and then in all others, in the order
// of the curriculum; ok is false when she has finished them all.
func (p *Progress) NextLesson(ctx context.Context, who people.Reader, prefer []string) (l *Lesson, ok bool, err error) {
	st, err := p.States(ctx, who)
	if err != nil {
		return nil, false, err
	}
	l, ok = p.catalog.next(st, "", prefer)
	return l, ok, nil
}

// next is the first lesson that is not finished: after the lesson `after` in its topic,
// then in the preferred topics, then in all.
func (c *Catalog) next(st map[string]State, after string, prefer []string) (*Lesson, bool) {
	open := func(l *Lesson) bool { return l.Slug != after && !st[l.Slug].Lesson }
	var ordered []*Lesson
	if l, ok := c.lessons[after]; ok {
		t, _ := c.Topic(l.Topic)
		i := slices.IndexFunc(t.Lessons, func(o *Lesson) bool { return o.Slug == after })
		ordered = append(slices.Clone(t.Lessons[i+1:]), t.Lessons...)
	}
	for _, slug := range prefer {
		if t, err := c.Topic(slug); err == nil {
			ordered = append(ordered, t.Lessons...)
		}
	}
	for _, l := range append(ordered, c.Lessons()...) {
		if open(l) {
			return l, true
		}
	}
	return nil, false
}

// TopicProgress is how far a reader is with one topic.
type TopicProgress struct {
	Topic    *Topic
	Lessons  int // how many the topic has so far
	Finished int // read to the end
	Sealed   int // with everything done
	Begun    int // begun and not finished
}

// Topics are all five topics in the order of the notice, with the reader's progress.
func (p *Progress) Topics(ctx context.Context, who people.Reader) ([]TopicProgress, error) {
	st, err := p.States(ctx, who)
	if err != nil {
		return nil, err
	}
	var all []TopicProgress
	for _, t := range p.catalog.topics {
		tp := TopicProgress{Topic: t, Lessons: len(t.Lessons)}
		for _, l := range t.Lessons {
			s, begun := st[l.Slug]
			switch {
			case s.Lesson:
				tp.Finished++
			case begun:
				tp.Begun++
			}
			if s.Sealed {
				tp.Sealed++
			}
		}
		all = append(all, tp)
	}
	return all, nil
}
