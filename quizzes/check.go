package quizzes

import (
	"errors"
	"hash/fnv"
	"strings"

	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/courses"
)

// PerCheck is how many questions a topic's check has, before and after.
const PerCheck = 3

// When is which of a topic's two checks it is. They ask the same three questions, so that
// what changed can be told for one person (indicators.md T12); neither explains anything
// before the second one is over, or it would teach what it measures.
type When string

// The two checks of a topic.
const (
	Before When = "before"
	After  When = "after"
)

// CheckSlug names a topic's check among the quizzes: "fraud/before".
func CheckSlug(topic string, when When) string { return topic + "/" + string(when) }

// isCheck tells a check from a lesson's quiz: no lesson has such a name.
func isCheck(slug string) bool {
	_, name, _ := strings.Cut(slug, "/")
	return name == string(Before) || name == string(After)
}

// objectOf is what a fact about an attempt is about.
func objectOf(slug string) string {
	if isCheck(slug) {
		return ledger.Object("check", slug)
	}
	return ledger.Object("quiz", slug)
}

// Before is the check before a topic: three questions of three lessons where there are as
// many, which the seed decides. They are answered by one tap. NotFound when the topic has
// no such questions.
func (l *Library) Before(topic string, seed int64) (*Quiz, error) {
	check := &Quiz{Slug: CheckSlug(topic, Before), Topic: topic, Whole: true}
	var pool []*Quiz
	for _, slug := range l.Slugs() {
		if q := l.quizzes[slug]; q.Topic == topic {
			pool = append(pool, q)
		}
	}
	h := fnv.New64a()
	for n := 0; n < PerCheck && len(pool) > 0; n++ {
		at := int(uint64(seed+int64(n)*7919) % uint64(len(pool))) // #nosec G115 -- any number will do
		quiz := pool[at]
		question, ok := quiz.oneTap(seed, check.Questions)
		if !ok {
			pool = append(pool[:at:at], pool[at+1:]...)
			n--
			continue
		}
		if len(pool) > PerCheck-n { // another lesson next time, while there are enough
			pool = append(pool[:at:at], pool[at+1:]...)
		}
		check.Questions = append(check.Questions, question)
		_, _ = h.Write([]byte(quiz.Edition))
	}
	if len(check.Questions) < PerCheck {
		return nil, fault.New(fault.NotFound, "quizzes.missing")
	}
	check.Edition = edition(h.Sum(nil))
	return check, nil
}

// oneTap is a question that one tap answers and that is not among those taken.
func (q *Quiz) oneTap(seed int64, taken []Question) (Question, bool) {
	n := len(q.Questions)
	for i := range n {
		one := q.Questions[int((uint64(seed)+uint64(i))%uint64(n))] // #nosec G115 -- any number will do
		one.Quiz = q.Slug
		if one.Kind != InOrder && !has(taken, one) {
			return one, true
		}
	}
	return Question{}, false
}

func has(taken []Question, one Question) bool {
	for _, t := range taken {
		if t.Quiz == one.Quiz && t.ID == one.ID {
			return true
		}
	}
	return false
}

// AfterOf is the check after a topic: what was asked before it, word for word.
func AfterOf(topic string, before Attempt) (*Quiz, error) {
	s, err := before.Sheet()
	if err != nil {
		return nil, err
	}
	if len(s.Questions) == 0 || !s.Done() {
		return nil, errors.New("quizzes: a check after an unfinished one")
	}
	return &Quiz{Slug: CheckSlug(topic, After), Topic: topic, Edition: before.Edition, Questions: s.Questions, Whole: true}, nil
}

// CheckURL is a topic's check.
func CheckURL(topic string) string { return "/checks/" + topic }

// known reports whether there is such a topic.
func known(c *courses.Catalog, topic string) bool {
	for _, t := range c.Topics() {
		if t.Slug == topic {
			return true
		}
	}
	return false
}
