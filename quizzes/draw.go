package quizzes

import (
	"hash/fnv"
	"math/rand/v2"
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
func (q *Quiz) Draw(seed int64) []Question {
	r := rand.New(rand.NewPCG(uint64(seed), 0)) // #nosec G404 -- which question comes is no secret
	var drawn []Question
	for _, i := range r.Perm(len(q.Questions))[:min(PerAttempt, len(q.Questions))] {
		drawn = append(drawn, q.Questions[i])
	}
	return drawn
}
