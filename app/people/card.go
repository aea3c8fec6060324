package people

import (
	"io"
	"strings"
	"time"
	"unicode"

	"silverclass/app/fault"
)

// CardAlphabet is the 32 characters of a card number. 0, O, 1 and I are left out
// because people mix them up on paper.
const CardAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

// cardLength is seven random characters and the check character.
const cardLength = 8

// Card is a 学员卡 that somebody holds. A person may have several; each card has one
// person.
type Card struct {
	// Number is eight characters of CardAlphabet, the last of them the check.
	Number   string `gorm:"primaryKey"`
	PersonID string
	// RevokedAt is when the card was lost or taken back; nil while it is good.
	RevokedAt *time.Time
	CreatedAt time.Time
}

// TableName is the table of cards.
func (Card) TableName() string { return "cards" }

// Tail is the last four characters, by which the desk tells cards apart.
func (c Card) Tail() string { return tail(c.Number) }

// Grouped is the number as it is printed: two groups of four.
func (c Card) Grouped() string { return GroupCard(c.Number) }

// GroupCard writes a card number in two groups of four, as it is printed.
func GroupCard(number string) string {
	if len(number) != cardLength {
		return number
	}
	return number[:4] + " " + number[4:]
}

func tail(number string) string {
	if len(number) < 4 {
		return number
	}
	return number[len(number)-4:]
}

// NewCardNumber draws a number from random, which is crypto/rand.Reader outside tests.
// It fails only when random does.
func NewCardNumber(random io.Reader) (string, error) {
	b := make([]byte, cardLength-1)
	if _, err := io.ReadFull(random, b); err != nil {
		return "", err
	}
	for i := range b {
		b[i] = CardAlphabet[b[i]&31] // 256 is a multiple of 32: no character is likelier
	}
	return string(b) + string(cardCheck(string(b))), nil
}

// CheckCard reads a card number as people type or scan it: small letters, spaces and
// hyphens do not matter. Nothing is guessed beyond that. A number that cannot be one is
// fault.Invalid with the words that every wrong card gets.
func CheckCard(typed string) (string, error) {
	n := squeezeCard(typed)
	if !cardLike(n) || cardCheck(n[:cardLength-1]) != n[cardLength-1] {
		return "", wrongCard()
	}
	return n, nil
}

// squeezeCard drops what does not matter in a typed number: case, spaces, hyphens, and
// the full width of a Chinese keyboard's characters.
func squeezeCard(typed string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\uFF01' && r <= '\uFF5E' {
			r -= 0xFEE0
		}
		if r == '-' || unicode.IsSpace(r) {
			return -1
		}
		if r >= 'a' && r <= 'z' {
			r -= 'a' - 'A'
		}
		return r
	}, typed)
}

// cardLike reports whether n has a card number's length and characters; its check
// character may still be wrong.
func cardLike(n string) bool {
	if len(n) != cardLength {
		return false
	}
	for i := range cardLength {
		if strings.IndexByte(CardAlphabet, n[i]) < 0 {
			return false
		}
	}
	return true
}

// cardCheck is Luhn mod 32 (Luhn mod N): from the right, every other value is doubled,
// and the base-32 digits of each product are summed. It catches every single wrong
// character and almost every swap of neighbours.
func cardCheck(body string) byte {
	sum, factor := 0, 2
	for i := len(body) - 1; i >= 0; i-- {
		p := factor * strings.IndexByte(CardAlphabet, body[i])
		sum += p/32 + p%32
		factor = 3 - factor
	}
	return CardAlphabet[(32-sum%32)%32]
}

// wrongCard is what a malformed, wrong or revoked card gets: the same words, so that
// nobody learns whether a card exists.
func wrongCard() error {
	return fault.New(fault.Invalid, "people.card_wrong").Beside("card", "people.card_wrong")
}
