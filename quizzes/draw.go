package quizzes

import (
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"strconv"
)

// seedOf is what the n-th attempt of a run draws with, so that the page that shows the
// first question and the act that answers it mean the same two, and a reload asks
// nothing else. n counts the reader's finished attempts at the quiz.
func seedOf(quiz, run string, n int) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(quiz + "\x00" + run + "\x00" + strconv.Itoa(n)))
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
