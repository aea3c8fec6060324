package ledger

import (
	"encoding/json"
	"fmt"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Bounds of what a fact may hold, in bytes.
const (
	maxText   = 200
	maxCode   = 40
	maxDetail = 2048
)

// ready is f as it will be stored: instants cut, RecordedAt now, Detail the JSON text of
// d. At is now when f has none.
//
// What a browser could have sent wrong is a fault.Invalid; anything else is the
// program's mistake.
func ready(o Owner, now time.Time, f Fact, d any) (Fact, error) {
	r, err := ruleFor(o, f)
	if err != nil {
		return f, err
	}
	if f.Detail, err = encodeDetail(r, d); err != nil {
		return f, fmt.Errorf("ledger: %s %s: %w", f.Verb, f.Object, err)
	}
	return stamped(now, f, r)
}

// stamped checks everything but the detail and sets the instants.
func stamped(now time.Time, f Fact, r rule) (Fact, error) {
	if f.At.IsZero() {
		f.At = now
	}
	f.At, f.RecordedAt = db.Instant(f.At), db.Instant(now)
	if err := isID(f.ID); err != nil {
		return f, fault.New(fault.Invalid, "ledger.bad_act").Because(err)
	}
	if y := f.At.Year(); y < 2000 || y > 9999 {
		return f, fault.New(fault.Invalid, "ledger.bad_act").Because(fmt.Errorf("at %v", f.At))
	}
	kind, id := SplitObject(f.Object)
	if err := named(id); err != nil {
		return f, fmt.Errorf("ledger: object %q: %w", f.Object, err)
	}
	if kind == "session" {
		if f.SessionID != nil && *f.SessionID != id {
			return f, fmt.Errorf("ledger: %s of session %s belongs to session %s", f.Verb, id, *f.SessionID)
		}
		f.SessionID = &id
	}
	for name, p := range map[string]*string{
		"person": f.PersonID, "edition": f.Edition, "session": f.SessionID, "venue": f.VenueID,
		"device": f.DeviceID, "by": f.ByID, "run": f.Run,
	} {
		if p == nil {
			continue
		}
		if err := named(*p); err != nil {
			return f, fault.New(fault.Invalid, "ledger.bad_act").Because(fmt.Errorf("%s: %w", name, err))
		}
	}
	if r.nameless {
		f.RecordedAt = f.At // which is as coarse as its owner made it
		return f, isNameless(f)
	}
	return f, nil
}

// encodeDetail is d's JSON text, once it is known to be the type the registry wants.
func encodeDetail(r rule, d any) (string, error) {
	if t := reflect.TypeOf(d); t != nil && t.Kind() == reflect.Pointer && t.Elem() == r.detail && !reflect.ValueOf(d).IsNil() {
		d = reflect.ValueOf(d).Elem().Interface()
	}
	if reflect.TypeOf(d) != r.detail {
		return "", fmt.Errorf("detail is %T, want %v", d, r.detail)
	}
	if err := d.(detail).check(); err != nil {
		return "", fault.New(fault.Invalid, "ledger.bad_act").Because(err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		return "", err
	}
	if len(text) > maxDetail {
		return "", fault.New(fault.Invalid, "ledger.bad_act").Because(fmt.Errorf("%d bytes of detail", len(text)))
	}
	return string(text), nil
}

// isNameless is nil when nothing in f leads to a person.
func isNameless(f Fact) error {
	if f.PersonID != nil || f.DeviceID != nil || f.Run != nil || f.ByID != nil {
		return fmt.Errorf("ledger: %s carries no person, device, run or staff", f.Verb)
	}
	if u, err := uuid.Parse(f.ID); err != nil || u.Version() != 4 {
		return fmt.Errorf("ledger: %s has a random ID, not %s", f.Verb, f.ID)
	}
	return nil
}

// isID is nil for a UUID in its usual form, lower case: one act, one spelling.
func isID(s string) error {
	u, err := uuid.Parse(s)
	if err != nil || u.String() != s {
		return fmt.Errorf("%.40q is no ID", s)
	}
	return nil
}

// isCode is nil for a lower-case word: letters, digits, "-" and "_".
func isCode(s string) error {
	if s == "" || len(s) > maxCode {
		return fmt.Errorf("%.50q is no code", s)
	}
	for _, b := range []byte(s) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' && b != '_' {
			return fmt.Errorf("%q is no code", s)
		}
	}
	return nil
}

// named is nil for a text that is there and short.
func named(s string) error {
	if s == "" {
		return fmt.Errorf("nothing where a name belongs")
	}
	return short(s)
}

// short is nil for a text that both databases keep: bounded, UTF-8, no control characters.
func short(s string) error {
	if len(s) > maxText || !utf8.ValidString(s) {
		return fmt.Errorf("%.50q is too long or no text", s)
	}
	for _, c := range s {
		if c < ' ' || c == 0x7f {
			return fmt.Errorf("%.50q has a control character", s)
		}
	}
	return nil
}
