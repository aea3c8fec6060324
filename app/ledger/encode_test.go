package ledger

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// A seal that was printed must be found right for ever: this encoding never changes.
func TestTheEncodingStays(t *testing.T) {
	f := Fact{
		ID: "0197a2b4-0000-7000-8000-000000000001", Verb: CheckedIn, PersonID: new("王"), Object: "session:s1",
		SessionID: new("s1"), At: time.UnixMilli(1_779_249_600_123), RecordedAt: time.UnixMilli(1_779_249_601_000),
		Detail: `{"method":"card"}`, Node: "n1",
	}
	const want = "36:0197a2b4-0000-7000-8000-000000000001,10:checked-in,3:王,10:session:s1,-,2:s1,-,-,-,13:1779249600123,-,17:{\"method\":\"card\"},"
	if got := content(f); got != want {
		t.Errorf("content\n got %s\nwant %s", got, want)
	}
	sealed := digest("18:silverclass-seal-1,2:n1,1:1,64:" + firstPrev + "," + want + "13:1779249601000,2:n1,-,-,")
	if got := sealHash("n1", 1, firstPrev, f); got != sealed {
		t.Errorf("hash\n got %s\nwant %s", got, sealed)
	}
	const known = "cec2230ca11ed39f46975e82cc8817b26153f8f6308a91a239b59125ae183a19"
	if sealed != known {
		t.Errorf("digest\n got %s\nwant %s", sealed, known)
	}
	f.OriginSeq, f.OriginHash = new(int64(7)), new("h")
	foreign := digest("18:silverclass-seal-1,2:n1,1:1,64:" + firstPrev + "," + want + "13:1779249601000,2:n1,1:7,1:h,")
	if got := sealHash("n1", 1, firstPrev, f); got != foreign {
		t.Errorf("hash of a fact from elsewhere\n got %s\nwant %s", got, foreign)
	}
}

// Two facts that differ anywhere differ in what is hashed: no field can pass for its
// neighbour, and nothing is not the empty text.
func TestDifferentContentsAreEncodedDifferently(t *testing.T) {
	text := rapid.StringN(0, 4, -1)
	optional := rapid.Custom(func(t *rapid.T) *string {
		if rapid.Bool().Draw(t, "nil") {
			return nil
		}
		return new(text.Draw(t, "text"))
	})
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) [11]*string {
			var a [11]*string
			for i := range a {
				a[i] = optional.Draw(t, name)
			}
			return a
		}
		a := draw("a")
		b := a
		if rapid.Bool().Draw(t, "shifted") {
			i := rapid.IntRange(0, 9).Draw(t, "at")
			b[i], b[i+1] = b[i+1], b[i]
		} else {
			b = draw("b")
		}
		same := true
		for i := range a {
			same = same && (a[i] == nil) == (b[i] == nil) && (a[i] == nil || *a[i] == *b[i])
		}
		if got := encodeAll(a) == encodeAll(b); got != same {
			t.Fatalf("equal encodings: %v, equal contents: %v", got, same)
		}
	})
}

func encodeAll(fields [11]*string) string {
	var e encoder
	for _, f := range fields {
		e.optional(f)
	}
	return e.b.String()
}
