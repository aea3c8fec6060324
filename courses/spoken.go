package courses

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"silverclass/app/fault"
	"silverclass/locales"
)

// reading is a word with characters that are read in more ways than one, and how it is read.
type reading struct {
	word Text // in Chinese
	// say is the same sounds in characters that can be read in one way only, for voices made
	// by a computer; nil where such voices read the word as it stands.
	say Text
}

// readSpoken reads the words of wording.yaml that a voice may read in a false way, the
// longest first, and the characters that must stand in one of them.
func (w *Wording) readSpoken(n Node) {
	f := n.Fields([]string{"watch", "words"}, nil)
	w.watched = f["watch"].String()
	var seen []string
	for _, item := range f["words"].Items() {
		v := item.Fields([]string{"word", "pinyin"}, []string{"say"})
		r := reading{word: v["word"].text([]string{fallback}, nil)}
		if v["say"].Here() {
			r.say = v["say"].text([]string{fallback}, nil)
		}
		word := r.word[fallback]
		if slices.Contains(seen, word) {
			v["word"].Break("courses.rule_double_key", fault.Args{"Key": word})
		}
		checkPinyin(v["pinyin"], word, r.say[fallback])
		seen, w.readings = append(seen, word), append(w.readings, r)
	}
	slices.SortStableFunc(w.readings, func(a, b reading) int {
		return utf8.RuneCountInString(b.word[fallback]) - utf8.RuneCountInString(a.word[fallback])
	})
}

// checkPinyin holds the pinyin of a word ("yin2 hang2") to what its characters can be read
// as, and the characters that stand for its sounds to those that are read in no other way.
func checkPinyin(n Node, word, say string) {
	sounds := strings.Fields(n.String())
	letters, standing := []rune(word), []rune(say)
	if n.Here() && (len(sounds) != len(letters) || (say != "" && len(standing) != len(letters))) {
		n.Break("courses.rule_pinyin_count", fault.Args{"Word": word})
		return
	}
	for i, sound := range sounds {
		plain := strings.TrimRightFunc(sound, unicode.IsDigit)
		if plain == sound || !slices.Contains(readings()[letters[i]], plain) {
			n.Break("courses.rule_pinyin", fault.Args{"Character": string(letters[i]), "Sound": sound})
		}
		if say != "" && standing[i] != letters[i] && !slices.Equal(readings()[standing[i]], []string{plain}) {
			n.Break("courses.rule_pinyin", fault.Args{"Character": string(standing[i]), "Sound": sound})
		}
	}
}

// Said are the words of a Chinese text that a computer's voice must be told how to say,
// each with the characters that sound like it; nil when there are none, and in other
// languages.
func (w *Wording) Said(lang, text string) map[string]string {
	if !locales.Chinese(lang) {
		return nil
	}
	var said map[string]string
	for _, r := range w.readings {
		if word := r.word.In(lang); r.say != nil && strings.Contains(text, word) {
			if said == nil {
				said = map[string]string{}
			}
			said[word] = r.say.In(lang)
		}
	}
	return said
}

// ForVoice is a simplified text as a computer's voice should be given it.
func (w *Wording) ForVoice(text string) string {
	var pairs []string
	for _, r := range w.readings { // the longest first: a Replacer takes the first that fits
		if r.say != nil {
			pairs = append(pairs, r.word[fallback], r.say[fallback])
		}
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Unread are the watched characters of a simplified text that stand in no listed word, so
// that nobody has said how they are read; each once.
func (w *Wording) Unread(text string) []string {
	for _, r := range w.readings {
		text = strings.ReplaceAll(text, r.word[fallback], " ")
	}
	var all []string
	for _, c := range text {
		if strings.ContainsRune(w.watched, c) && !slices.Contains(all, string(c)) {
			all = append(all, string(c))
		}
	}
	return all
}

// saidJSON is Said as a page carries it; empty when there is nothing to say.
func (w *Wording) saidJSON(lang, text string) string {
	said := w.Said(lang, text)
	if said == nil {
		return ""
	}
	b, err := json.Marshal(said)
	if err != nil {
		return ""
	}
	return string(b)
}
