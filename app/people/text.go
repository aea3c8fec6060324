package people

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"silverclass/app/fault"
)

// What must never be kept, as people write it: numbers of identity cards (15 or 18
// places), mobile phones, landlines with their area code, and bank cards.
var secretNumbers = regexp.MustCompile(`(?:^|\D)(?:\d{17}[\dXx]|\d{15}|(?:86)?1[3-9]\d{9}|0\d{2,3}[1-9]\d{6,7}|\d{16,19})(?:$|\D)`)

// separators stand between the groups of a number that somebody wrote for reading.
var separators = regexp.MustCompile(`(\d)[ \-.·()（）\x{3000}]+(\d)`)

// HoldsSecret reports whether free text has something in it that looks like an ID
// number, a phone number or a bank card. Full-width digits and grouped numbers count.
func HoldsSecret(text string) bool {
	t := strings.Map(func(r rune) rune {
		if r >= '\uFF10' && r <= '\uFF19' {
			return r - 0xFEE0
		}
		return r
	}, text)
	if secretNumbers.MatchString(t) {
		return true
	}
	for range 20 { // each pass joins every other group
		joined := separators.ReplaceAllString(t, "$1$2")
		if joined == t {
			break
		}
		t = joined
	}
	return secretNumbers.MatchString(t)
}

// CheckText trims free text and writes a message beside the field of f when it is too
// long (limit counts characters), holds control characters, or holds what must never be
// kept. Every form with free text about people asks this.
func CheckText(f *fault.Error, field, text string, limit int) string {
	t := strings.Join(strings.Fields(text), " ")
	switch {
	case !utf8.ValidString(t) || strings.ContainsFunc(t, func(r rune) bool { return unicode.IsControl(r) || r == utf8.RuneError }):
		f.Beside(field, "people.text_strange")
	case utf8.RuneCountInString(t) > limit:
		f.Beside(field, "people.text_long", fault.Args{"Limit": limit})
	case HoldsSecret(t):
		f.Beside(field, "people.text_secret")
	}
	return t
}

// nameLimit is how long a name to be called by may be, in characters.
const nameLimit = 20

// checkName is CheckText for a 称呼, which needs no digits to speak of.
func checkName(f *fault.Error, field, name string) string {
	t := CheckText(f, field, name, nameLimit)
	digits := 0
	for _, r := range t {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	if digits > 4 {
		f.Beside(field, "people.text_secret")
	}
	return t
}
