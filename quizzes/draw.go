package quizzes

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/google/uuid"
)

// attempts is the space of the numbers that attempts of known readers have.
var attempts = uuid.MustParse("6f2c0e3a-6a53-4f0e-9f0b-0c9d3c1d7a55")

// attemptOf is the number of a reader's n-th attempt at a quiz: the same on every page until
// it is answered, so that a reload, larger text or another tab asks nothing else.
func attemptOf(key, quiz string, n int) string {
	return uuid.NewSHA1(attempts, []byte(key+"\x00"+quiz+"\x00"+strconv.Itoa(n))).String()
}

// seedOf is what an attempt draws with, so that the page that shows the first question and
// the act that answers it mean the same two.
func seedOf(attempt string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(attempt))
	return int64(h.Sum64())
}

// Draw takes PerAttempt different questions in a random order that the seed decides.
func (q *Quiz) Draw(seed int64) []Question { return q.draw(seed, PerAttempt) }

func (q *Quiz) draw(seed int64, count int) []Question {
	if q.Whole {
		return q.Questions
	}
	r := rand.New(rand.NewPCG(uint64(seed), 0)) // #nosec G404 -- which question comes is no secret
	var drawn []Question
	for _, i := range r.Perm(len(q.Questions))[:min(count, len(q.Questions))] {
		drawn = append(drawn, q.Questions[i].shuffled(r))
	}
	return drawn
}

// shuffled is a question to put in order with its answers mixed, never in their order;
// any other question is as it stands in the file.
func (q Question) shuffled(r *rand.Rand) Question {
	if q.Kind != InOrder {
		return q
	}
	answers := slices.Clone(q.Answers)
	byPlace := func(a, b Answer) int { return a.Place - b.Place }
	r.Shuffle(len(answers), func(i, j int) { answers[i], answers[j] = answers[j], answers[i] })
	if slices.IsSortedFunc(answers, byPlace) {
		answers = append(answers[1:], answers[0])
	}
	q.Answers = answers
	return q
}
