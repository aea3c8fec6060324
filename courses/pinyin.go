package courses

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
)

//go:embed pinyin.txt
var pinyinTable string

// readings are the ways to read a character, in Latin letters without tones; a character
// that is not in GB 2312 has none.
var readings = sync.OnceValue(func() map[rune][]string {
	all := make(map[rune][]string, 7000)
	for l := range strings.Lines(pinyinTable) {
		syllable, characters, ok := strings.Cut(strings.TrimSpace(l), " ")
		if !ok || strings.HasPrefix(l, "#") {
			continue
		}
		for _, r := range characters {
			all[r] = append(all[r], syllable)
		}
	}
	return all
})

// folded is a text as it is searched: lower case, without spaces and marks, full-width
// letters as usual ones, v for a u with two dots.
func folded(s string) []rune {
	var all []rune
	for _, r := range s {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == 'ü' || r == 'Ü':
			r = 'v'
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			all = append(all, unicode.ToLower(r))
		}
	}
	return all
}

// near is a spelling as many people say it: zh, ch and sh like z, c and s, -ng like -n.
func near(s string) string {
	return strings.NewReplacer("zh", "z", "ch", "c", "sh", "s", "ng", "n").Replace(s)
}

// reads reports whether a query begins a text: each character stands for itself, for one
// of its readings, whole or as far as the query goes, or for its first letter. So 付款码,
// fukuanma, fukm and fkm all begin 付款码. left is how much of the text lies behind the
// match, -1 when there is none.
func reads(query, text []rune, spelled func(string) string) (left int) {
	if len(query) == 0 {
		return len(text)
	}
	if len(text) == 0 {
		return -1
	}
	best := -1
	longer := func(n int) {
		if n >= 0 && (best < 0 || n < best) {
			best = n
		}
	}
	if query[0] == text[0] {
		longer(reads(query[1:], text[1:], spelled))
	}
	for _, r := range readings()[text[0]] {
		syllable := []rune(spelled(r))
		n := 0
		for n < len(syllable) && n < len(query) && syllable[n] == query[n] {
			n++
		}
		if n == len(query) || n == len(syllable) {
			longer(reads(query[n:], text[1:], spelled))
		}
		if n > 1 {
			longer(reads(query[1:], text[1:], spelled))
		} else if n == 1 && n != len(query) && n != len(syllable) {
			longer(reads(query[1:], text[1:], spelled))
		}
	}
	return best
}
