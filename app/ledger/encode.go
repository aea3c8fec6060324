package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
)

// The encoding that is hashed. It is text, so that anybody can recompute a chain with a
// few lines of any language:
//
//   - a field that is there is its length in bytes, ":", its bytes and ","
//   - a field that is not there is "-,"
//   - an instant is its milliseconds since 1970, a number its decimal digits
//
// A seal is the SHA-256, in lower-case hex, of the fields
//
//	"silverclass-seal-1", sealing node, seq, prev,
//	id, verb, person, object, edition, session, venue, device, by, at, run, detail,
//	recorded_at, node, origin_seq, origin_hash
//
// prev is the hash of seq-1, or 64 zeros for the first. sealVersion stands in each seal;
// another encoding gets another number, and this one stays readable.
const (
	sealVersion = 1
	sealMark    = "silverclass-seal-1"
)

// firstPrev is what the first seal stands on.
var firstPrev = strings.Repeat("0", 64)

type encoder struct{ b strings.Builder }

func (e *encoder) text(s string) {
	e.b.WriteString(strconv.Itoa(len(s)))
	e.b.WriteByte(':')
	e.b.WriteString(s)
	e.b.WriteByte(',')
}

func (e *encoder) optional(s *string) {
	if s == nil {
		e.b.WriteString("-,")
		return
	}
	e.text(*s)
}

func (e *encoder) number(n int64) { e.text(strconv.FormatInt(n, 10)) }

// content writes what makes two facts the same: everything but when and where they were
// taken in.
func (e *encoder) content(f Fact) {
	e.text(f.ID)
	e.text(string(f.Verb))
	e.optional(f.PersonID)
	e.text(f.Object)
	e.optional(f.Edition)
	e.optional(f.SessionID)
	e.optional(f.VenueID)
	e.optional(f.DeviceID)
	e.optional(f.ByID)
	e.number(f.At.UnixMilli())
	e.optional(f.Run)
	e.text(f.Detail)
}

// content is what is compared when an ID comes again.
func content(f Fact) string {
	var e encoder
	e.content(f)
	return e.b.String()
}

// sealHash is the hash of f's seal at seq, taken by node, after prev.
func sealHash(node string, seq int64, prev string, f Fact) string {
	var e encoder
	e.text(sealMark)
	e.text(node)
	e.number(seq)
	e.text(prev)
	e.content(f)
	e.number(f.RecordedAt.UnixMilli())
	e.text(f.Node)
	if f.OriginSeq == nil {
		e.optional(nil)
	} else {
		e.number(*f.OriginSeq)
	}
	e.optional(f.OriginHash)
	return digest(e.b.String())
}

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
