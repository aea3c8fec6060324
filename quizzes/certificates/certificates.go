// Package certificates issues, prints and verifies certificates for a topic.
//
// What somebody must have done stands in rules.yaml, in words and with a version; whether
// she has done it is read from the ledger's facts by a pure function. A certificate has a
// short code that anybody may look up: valid, revoked, unknown, or erased at her own wish,
// with the topic, the day and the city and no more of the person than the first character
// of what she likes to be called. It is also an Open Badges 3.0 credential, signed with a
// key that the installation keeps.
package certificates

import (
	"crypto/rand"
	"strings"
	"time"

	"silverclass/app/people"
)

// Certificate is one person's certificate for one topic.
type Certificate struct {
	ID         string `gorm:"primaryKey"`
	Code       string // ten characters, without the hyphen that is printed
	PersonID   string // outlives her
	Topic      string // the slug
	Rule       string // the rule's version
	Attendance int    // sessions that were asked for beside the rule; 0 when none were
	City       string // name of the issuing city
	SessionID  string
	VenueID    string
	IssuedAt   time.Time
	IssuedBy   string // staff ID
	FactID     string
	// RevokedAt is nil while it is valid; RevokedBy and RevokeReason then say who and why.
	RevokedAt    *time.Time
	RevokedBy    *string
	RevokeReason string // one of Reasons; empty while it is valid
}

// TableName is the table of certificates.
func (Certificate) TableName() string { return "certificates" }

// Why a certificate is revoked.
const (
	WrongPerson = "wrong-person" // somebody else was meant
	NotDone     = "not-done"     // the rule was not met after all
	Printed     = "printed-wrong"
	Other       = "other"
)

// Reasons are the reasons for revoking, in the order of the form.
func Reasons() []string { return []string{WrongPerson, NotDone, Printed, Other} }

// codeLength and codeAlphabet make fifty bits: nobody finds a code by guessing. The
// alphabet is the cards': no 0, O, 1 or I.
const (
	codeLength   = 10
	codeAlphabet = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
)

func newCode() string {
	b := make([]byte, codeLength)
	_, _ = rand.Read(b) // it never fails (crypto/rand)
	for i := range b {
		b[i] = codeAlphabet[int(b[i])%len(codeAlphabet)] // 256 is a multiple of 32: even
	}
	return string(b)
}

// ReadCode is a code as somebody typed it, or empty when it can be none: small letters,
// spaces and hyphens do not matter.
func ReadCode(s string) string {
	s = strings.ToUpper(strings.NewReplacer("-", "", " ", "").Replace(strings.TrimSpace(s)))
	if len(s) != codeLength || strings.Trim(s, codeAlphabet) != "" {
		return ""
	}
	return s
}

// PrintCode is a code as it is printed.
func PrintCode(code string) string {
	if len(code) != codeLength {
		return code
	}
	return code[:5] + "-" + code[5:]
}

// VerifyURL is where a code is looked up.
func VerifyURL(code string) string { return "/verify/" + PrintCode(code) }

// State is what a code turns out to be.
type State string

// The states of a code.
const (
	Valid   State = "valid"
	Revoked State = "revoked"
	Erased  State = "erased"  // the person had herself deleted
	Unknown State = "unknown" // no such code
)

// initial is the first character of what somebody likes to be called; empty without a name.
func initial(p people.Person) string {
	for _, r := range p.Name {
		return string(r)
	}
	return ""
}
