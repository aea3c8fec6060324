package people_test

import (
	"crypto/rand"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"silverclass/app/fault"
	"silverclass/app/people"
)

var cardNumber = rapid.Custom(func(t *rapid.T) string {
	b := rapid.SliceOfN(rapid.Byte(), 7, 7).Draw(t, "bytes")
	n, err := people.NewCardNumber(strings.NewReader(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return n
})

func TestNewCardNumberChecks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := cardNumber.Draw(t, "number")
		if got, err := people.CheckCard(n); err != nil || got != n {
			t.Fatalf("CheckCard(%q) = %q, %v", n, got, err)
		}
		if strings.ContainsAny(n, "01OI") {
			t.Fatalf("%q has a character that people mix up", n)
		}
	})
}

func TestCheckCardCatchesEveryWrongCharacter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := cardNumber.Draw(t, "number")
		at := rapid.IntRange(0, 7).Draw(t, "at")
		for _, r := range people.CardAlphabet {
			if byte(r) == n[at] {
				continue
			}
			wrong := n[:at] + string(r) + n[at+1:]
			if _, err := people.CheckCard(wrong); err == nil {
				t.Fatalf("CheckCard(%q) took %q with one wrong character", wrong, n)
			}
		}
	})
}

// Luhn mod 32 misses only the swap of the first and last character of the alphabet.
func TestCheckCardCatchesSwappedNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := cardNumber.Draw(t, "number")
		at := rapid.IntRange(0, 6).Draw(t, "at")
		a, b := n[at], n[at+1]
		if a == b || (a == '2' && b == 'Z') || (a == 'Z' && b == '2') {
			return
		}
		if _, err := people.CheckCard(n[:at] + string(b) + string(a) + n[at+2:]); err == nil {
			t.Fatalf("a swap at %d of %q was taken", at, n)
		}
	})
}

func TestCheckCardReadsWhatPeopleType(t *testing.T) {
	n, err := people.NewCardNumber(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	full := strings.Map(func(r rune) rune { return r + 0xFEE0 }, n)
	for _, typed := range []string{n, strings.ToLower(n), n[:4] + " " + n[4:], n[:4] + "-" + n[4:], " " + n + "\r\n", n[:4] + "\u3000" + n[4:], full} {
		if got, err := people.CheckCard(typed); err != nil || got != n {
			t.Errorf("CheckCard(%q) = %q, %v; want %q", typed, got, err, n)
		}
	}
	for _, typed := range []string{"", n[:7], n + "2", strings.Repeat("0", 8), "王阿姨", n[:4] + "_" + n[4:]} {
		if _, err := people.CheckCard(typed); !fault.Is(err, fault.Invalid) {
			t.Errorf("CheckCard(%q): got %v, want Invalid", typed, err)
		}
	}
}

func TestHoldsSecret(t *testing.T) {
	for text, want := range map[string]bool{
		"王阿姨": false, "李老师 2": false, "Auntie Wang": false, "风险甄别 2026-11-23 10:00": false, "2026年11月23日 上午": false,
		"110101195003071234": true, "11010119500307123X": true, "110101 19500307 1234": true, "身份证110101500307123": true,
		"13812345678": true, "138 1234 5678": true, "138-1234-5678": true, "+86 13812345678": true, "１３８１２３４５６７８": true,
		"0571-87654321": true, "6222 0212 3456 7890": true, "王阿姨13812345678": true, "12345": false,
	} {
		if got := people.HoldsSecret(text); got != want {
			t.Errorf("HoldsSecret(%q) = %v, want %v", text, got, want)
		}
	}
}
