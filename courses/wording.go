package courses

import (
	"html"
	"html/template"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"silverclass/app/fault"
	"silverclass/locales"
)

// The measures of a text that learners read (senior-ui.md N3, design.md §4, look/README.md).
const (
	mostSentenceHan   = 25 // Han in one sentence
	mostSentenceWords = 20 // words in one English sentence
	leastHan, mostHan = 15, 60
	mostWords         = 60 // English words in one step
	mostMarks         = 2  // marked places in one step
	mostSearchWord    = 8  // characters in one word to search by
	mostSearchWords   = 16 // of them in one lesson
	leastPictures     = 2  // drawings in one lesson
)

// Wording is how we write: words that are not used, and how hotlines are spoken.
type Wording struct {
	banned   map[string][]bannedWord
	digits   map[string][]string // by language, the spoken word of each digit, 0 to 9
	stops    Text                // what ends a sentence
	hotlines []*Hotline
	// readings are the words with several readings, the longest first; watched are the
	// characters that must stand in one of them. Both are empty without a list.
	readings []reading
	watched  string
}

type bannedWord struct {
	word, instead string
	// latin is the word between spaces and in lower case when it has no Han: it is looked
	// for as a whole word, in latinOf of a text. Empty for Chinese, which has no spaces.
	latin string
}

// NewWording reads wording.yaml and hotlines.yaml of the content directory.
func NewWording(fsys fs.FS) (*Wording, []Problem) {
	w := &Wording{banned: map[string][]bannedWord{}, digits: map[string][]string{}}
	sheet, root := NewSheet(fsys, "wording.yaml")
	f := root.Fields([]string{"digits", "stop", "banned"}, []string{"spoken"})
	w.stops = f["stop"].Text()
	for lang, list := range f["digits"].Named() {
		w.digits[lang] = list.Strings()
		if len(w.digits[lang]) != 10 {
			list.Break("courses.rule_ten_digits")
			delete(w.digits, lang)
		}
	}
	for lang, list := range f["banned"].Named() {
		for _, item := range list.Items() {
			b := item.Fields([]string{"word", "instead"}, nil)
			w.ban(lang, b["word"].String(), b["instead"].String())
		}
	}
	w.readSpoken(f["spoken"])
	lines, problems := readHotlines(fsys, w)
	w.hotlines = lines
	return w, append(sheet.Problems(), problems...)
}

func (w *Wording) ban(lang, word, instead string) {
	if word == "" {
		return
	}
	b := bannedWord{word: word, instead: instead}
	if !strings.ContainsFunc(word, isHan) {
		b.latin = latinOf(word)
	}
	w.banned[lang] = append(w.banned[lang], b)
}

// latinOf is the Latin words of a text in lower case, each between spaces.
func latinOf(s string) string {
	var b strings.Builder
	b.WriteByte(' ')
	gap := true
	for _, r := range s {
		letter := r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r))
		if letter {
			b.WriteRune(unicode.ToLower(r))
		} else if !gap {
			b.WriteByte(' ')
		}
		gap = !letter
	}
	if !gap {
		b.WriteByte(' ')
	}
	return b.String()
}

// Check reports, at its line, every word of a text that we do not use and every
// sentence that is too long, in each language.
func (w *Wording) Check(n Node, t Text) {
	for _, lang := range locales.Written() {
		s := t[lang]
		at := n.lang(lang)
		for i, line := range strings.Split(s, "\n") {
			w.checkWords(at.below(i), lang, line)
		}
		line := 0
		for _, sentence := range sentences(s) {
			begins := line + len(sentence) - len(strings.TrimLeft(sentence, "\n"))
			checkSentence(at.below(begins), lang, sentence)
			line += strings.Count(sentence, "\n")
		}
	}
}

func (w *Wording) checkWords(at Node, lang, line string) {
	latin := latinOf(line)
	for _, b := range w.banned[lang] {
		if (b.latin != "" && strings.Contains(latin, b.latin)) || (b.latin == "" && strings.Contains(line, b.word)) {
			at.Break("courses.rule_banned", fault.Args{"Word": b.word, "Instead": b.instead})
		}
	}
}

func checkSentence(at Node, lang, sentence string) {
	if lang == fallback {
		if h := Han(sentence); h > mostSentenceHan {
			at.Break("courses.rule_long_sentence", fault.Args{"Han": h, "Most": mostSentenceHan})
		}
		return
	}
	if c := words(sentence); c > mostSentenceWords {
		at.Break("courses.rule_long_sentence_words", fault.Args{"Words": c, "Most": mostSentenceWords})
	}
}

// below is the line that lies i lines into a value written as a block.
func (n Node) below(i int) Node {
	if n.y == nil || n.y.Style&yaml.LiteralStyle == 0 {
		return n
	}
	at := *n.y
	at.Line += 1 + i
	return Node{sheet: n.sheet, y: &at}
}

// checkMarks reports a marker that is not closed, and more marks than a step may have, at
// the line of the marker that is too many.
func checkMarks(n Node, t Text) {
	for _, lang := range locales.Written() {
		s := t[lang]
		parts := strings.Split(s, "**")
		marks := len(parts) - 1
		at := func(nth int) Node {
			return n.lang(lang).below(strings.Count(strings.Join(parts[:nth], ""), "\n"))
		}
		switch {
		case marks%2 != 0:
			at(marks).Break("courses.rule_open_mark")
		case marks/2 > mostMarks:
			at(2*mostMarks+1).Break("courses.rule_many_marks", fault.Args{"Most": mostMarks})
		}
	}
}

// Han counts the Chinese characters of a text: the measure of how much there is to read.
func Han(s string) int {
	n := 0
	for _, r := range s {
		if isHan(r) {
			n++
		}
	}
	return n
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// words counts what stands between spaces and has a letter or digit.
func words(s string) int {
	n := 0
	for _, f := range strings.Fields(s) {
		if strings.ContainsFunc(f, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			n++
		}
	}
	return n
}

// sentences cuts a text after what ends a sentence: a Chinese mark, or a Latin one that is
// followed by a space, a quotation mark or the end. Nothing of the text is lost.
func sentences(s string) []string {
	var all []string
	from := 0
	for i := 0; i < len(s); {
		n := sentenceEnd(s[i:])
		if n == 0 {
			_, size := utf8.DecodeRuneInString(s[i:])
			i += size
			continue
		}
		i += n
		all, from = append(all, s[from:i]), i
	}
	return append(all, s[from:])
}

// sentenceEnd is the length of the marks at the beginning of s if they end a sentence, with
// the space or quotation mark behind Latin ones; else 0.
func sentenceEnd(s string) int {
	if n := len(s) - len(strings.TrimLeft(s, "\u3002\uff01\uff1f\uff1b")); n > 0 {
		return n
	}
	rest := strings.TrimLeft(s, ".!?;")
	n := len(s) - len(rest)
	if n == 0 || rest == "" {
		return n
	}
	if r, size := utf8.DecodeRuneInString(rest); strings.ContainsRune(" \"'\u201d\n", r) {
		return n + size
	}
	return 0
}

// Spoken is a text as a voice should read it: without the marker, and with hotlines
// digit by digit (96110 is never "ninety-six thousand").
func (w *Wording) Spoken(lang, text string) string {
	if locales.Chinese(lang) {
		lang = fallback // the digits are the same
	}
	digits := w.digits[lang]
	text = plain(text)
	return digitRun.ReplaceAllStringFunc(text, func(run string) string {
		if len(digits) != 10 || !w.isHotline(run) {
			return run
		}
		var parts []string
		for _, d := range run {
			parts = append(parts, digits[d-'0'])
		}
		if lang == fallback {
			return strings.Join(parts, "")
		}
		return strings.Join(parts, " ")
	})
}

// ended is a text with a full stop, unless it ends in a mark of its own.
func (w *Wording) ended(lang, text string) string {
	r, _ := utf8.DecodeLastRuneInString(text)
	if unicode.IsPunct(r) && r != '”' && r != '"' {
		return text
	}
	return text + w.stops.In(lang)
}

var digitRun = regexp.MustCompile(`[0-9]+`)

func (w *Wording) isHotline(number string) bool {
	return slices.ContainsFunc(w.hotlines, func(h *Hotline) bool { return h.Number == number })
}

// checkSpeak reports hotlines in digits and markers in a text written for the voice.
func (w *Wording) checkSpeak(n Node, t Text) {
	for _, lang := range locales.Written() {
		s := t[lang]
		for _, run := range digitRun.FindAllString(s, -1) {
			if w.isHotline(run) {
				n.lang(lang).Break("courses.rule_spoken_digits", fault.Args{"Number": run})
			}
		}
		if strings.Contains(s, "**") {
			n.lang(lang).Break("courses.rule_spoken_mark")
		}
	}
}

// Marked is a text as HTML: escaped, lines kept, **words** underlined with the marker.
func Marked(s string) template.HTML {
	s = html.EscapeString(strings.TrimSpace(s))
	var b strings.Builder
	for i, part := range strings.Split(s, "**") {
		switch {
		case i%2 == 1:
			b.WriteString("<mark>" + part + "</mark>")
		default:
			b.WriteString(part)
		}
	}
	return template.HTML(strings.ReplaceAll(b.String(), "\n", "<br>")) // #nosec G203 -- escaped above
}

// plain is a text without its markers.
func plain(s string) string { return strings.ReplaceAll(s, "**", "") }

// readHotlines reads hotlines.yaml: every number that lessons may name, so that one
// number says the same everywhere.
func readHotlines(fsys fs.FS, w *Wording) ([]*Hotline, []Problem) {
	sheet, root := NewSheet(fsys, "hotlines.yaml")
	f := root.Fields([]string{"hotlines"}, nil)
	var all []*Hotline
	for _, n := range f["hotlines"].Items() {
		v := n.Fields([]string{"number", "name", "say", "source", "where", "checked_on", "valid_until"}, []string{"first"})
		h := &Hotline{Number: v["number"].String(), Name: v["name"].Text(), Say: v["say"].Text(), First: v["first"].Bool()}
		h.Claim = readClaimDates(v, Node.Text)
		if h.Number != "" && digitRun.FindString(h.Number) != h.Number {
			v["number"].Break("courses.rule_want_digits")
		}
		if slices.ContainsFunc(all, func(o *Hotline) bool { return o.Number == h.Number }) {
			v["number"].Break("courses.rule_double_key", fault.Args{"Key": h.Number})
		}
		w.Check(v["name"], h.Name)
		w.Check(v["say"], h.Say)
		all = append(all, h)
	}
	return all, sheet.Problems()
}

// readClaimDates reads where a claim was read and how long it may be said; text reads the
// name of its source.
func readClaimDates(v map[string]Node, text func(Node) Text) Claim {
	c := Claim{Source: text(v["source"]), Where: v["where"].String(),
		CheckedOn: v["checked_on"].Date(), ValidUntil: v["valid_until"].Date(), line: v["valid_until"].Line()}
	if !c.CheckedOn.IsZero() && !c.ValidUntil.IsZero() && !c.ValidUntil.After(c.CheckedOn) {
		v["valid_until"].Break("courses.rule_valid_before_checked")
	}
	return c
}
