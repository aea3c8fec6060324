package courses

import (
	"cmp"
	"slices"
	"strings"

	"silverclass/locales"
)

const (
	mostQuery = 24 // characters of a search
	mostFound = 8  // lessons that a search finds
)

// How much a place counts where a search was found: a word that people search by as much
// as a title, a line inside the lesson least.
const (
	inTitle = 100
	inSlip  = 40
	inText  = 20
)

// term is one text by which a lesson is found.
type term struct {
	text   []rune
	weight int
	whole  bool // may be found in the middle as well
	late   int  // behind which of a lesson's words it stands; the first means it most
}

// Search finds lessons by everyday words, pinyin and first letters.
type Search struct {
	lessons []*Lesson
	terms   map[string][]term // by slug
	asked   []string          // words to begin with
}

// NewSearch makes the index of a catalog's lessons.
func NewSearch(c *Catalog) *Search {
	s := &Search{lessons: c.Lessons(), terms: map[string][]term{}}
	for _, t := range c.topics {
		for i, l := range t.Lessons {
			s.terms[l.Slug] = termsOf(t, l)
			if len(l.Words) > 0 && i < 2 && !slices.Contains(s.asked, l.Words[0]) {
				s.asked = append(s.asked, l.Words[0])
			}
		}
	}
	return s
}

func termsOf(t *Topic, l *Lesson) []term {
	var all []term
	add := func(text string, weight int) {
		if f := folded(plain(text)); len(f) > 0 {
			all = append(all, term{text: f, weight: weight, whole: weight >= inSlip})
		}
	}
	for _, lang := range locales.Languages() {
		add(l.Title[lang], inTitle)
		add(l.Summary[lang], inSlip)
		add(t.Name[lang], inText)
		for _, st := range l.Steps {
			add(st.Heading[lang], inSlip)
			for line := range strings.Lines(st.Text[lang]) {
				add(line, inText)
			}
		}
		for _, m := range l.Mistakes {
			add(m.Slip[lang], inSlip)
		}
	}
	for i, w := range l.Words {
		add(w, inTitle)
		all[len(all)-1].late = i
	}
	return all
}

// Asked are words to begin with when nothing was searched or found: one or two a topic.
func (s *Search) Asked() []string { return s.asked }

// Find is the lessons that a search means, the best first; empty when it means none.
func (s *Search) Find(query string) []*Lesson {
	q := folded(query)
	if len(q) == 0 {
		return nil
	}
	q = q[:min(len(q), mostQuery)]
	exact := func(reading string) string { return reading }
	found := s.find(q, exact)
	if len(found) == 0 { // as she says it
		found = s.find([]rune(near(string(q))), near)
	}
	return found
}

func (s *Search) find(q []rune, spelled func(string) string) []*Lesson {
	type hit struct {
		lesson *Lesson
		score  int
	}
	var hits []hit
	for _, l := range s.lessons {
		best := 0
		for _, t := range s.terms[l.Slug] {
			best = max(best, t.score(q, spelled))
		}
		if best > 0 {
			hits = append(hits, hit{l, best})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.score, a.score) })
	var all []*Lesson
	for _, h := range hits[:min(len(hits), mostFound)] {
		all = append(all, h.lesson)
	}
	return all
}

// score is how well a query fits a term, 0 when not at all: from its beginning better than
// inside, to its end better than on the way, in its own letters better than by sound. One or
// two Latin letters, which fit a beginning almost everywhere, are looked for nowhere else.
func (t term) score(q []rune, spelled func(string) string) int {
	if left := reads(q, t.text, spelled); left >= 0 {
		score := t.weight*3 - min(left, t.weight) - t.late
		if (len(q) > 2 || isHan(q[0])) && len(q) <= len(t.text) && slices.Equal(q, t.text[:len(q)]) {
			score += t.weight / 2 // as it is written, not only as it sounds
		}
		return score
	}
	latin := !slices.ContainsFunc(q, isHan)
	if latin && (len(q) < 3 || !t.whole) {
		return 0
	}
	for i := 1; i < len(t.text); i++ {
		if reads(q, t.text[i:], spelled) >= 0 {
			return t.weight
		}
	}
	return 0
}
