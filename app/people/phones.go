package people

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Phone is a number that somebody left for being told of classes, as the database keeps
// it: only who has the key reads more than its last four digits.
type Phone struct {
	PersonID  string `gorm:"primaryKey"`
	KeyID     int64  // which key sealed it
	Sealed    string // base64 of nonce and AES-256-GCM text
	Lookup    string // keyed hash, by which the number is found again
	Tail      string // its last four digits
	CreatedAt time.Time
}

// TableName is the table of phone numbers.
func (Phone) TableName() string { return "phones" }

var mobile = regexp.MustCompile(`^1[3-9]\d{9}$`)

// CheckPhone is the eleven digits of a mobile number as people write it; it is
// fault.Invalid beside "phone" for anything else.
func CheckPhone(typed string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9':
			return r
		case r >= '\uFF10' && r <= '\uFF19':
			return r - 0xFEE0
		case strings.ContainsRune(" -.()+\u3000\uFF08\uFF09", r):
			return -1
		}
		return 'x'
	}, strings.TrimSpace(typed))
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}
	if !mobile.MatchString(digits) {
		return "", fault.New(fault.Invalid, "web.form_mistakes").Beside("phone", "people.phone_wrong")
	}
	return digits, nil
}

// MaskPhone shows a number as 138****5678.
func MaskPhone(digits string) string {
	if len(digits) != 11 {
		return ""
	}
	return digits[:3] + "****" + digits[7:]
}

// aboutPhone is the associated data: a sealed number opens in its own row only.
func aboutPhone(personID string) []byte { return []byte("phone of " + personID) }

func (k phoneKey) sealPhone(personID, digits string) (string, error) {
	nonce := make([]byte, k.aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(k.aead.Seal(nonce, nonce, []byte(digits), aboutPhone(personID))), nil
}

func (k phoneKey) openPhone(p Phone) (string, error) {
	b, err := base64.RawStdEncoding.DecodeString(p.Sealed)
	if err != nil || len(b) < k.aead.NonceSize() {
		return "", errors.Join(errors.New("sealed phone is cut short"), err)
	}
	text, err := k.aead.Open(nil, b[:k.aead.NonceSize()], b[k.aead.NonceSize():], aboutPhone(p.PersonID))
	return string(text), err
}

func (k phoneKey) lookupOf(digits string) string {
	m := hmac.New(sha256.New, k.lookup)
	m.Write([]byte(digits))
	return hex.EncodeToString(m.Sum(nil))
}

func (k phoneKey) row(personID, digits string, at time.Time) (Phone, error) {
	sealed, err := k.sealPhone(personID, digits)
	return Phone{PersonID: personID, KeyID: k.id, Sealed: sealed, Lookup: k.lookupOf(digits), Tail: digits[7:], CreatedAt: at}, err
}

// SetPhone keeps a person's number and that she said yes to it, in one transaction; the
// one she left before is gone. Faults: Invalid beside "phone"; Unavailable when there are
// no keys (see Trouble); NotFound.
func (s *Store) SetPhone(ctx context.Context, k *PhoneKeys, a ConsentAct, typed string) error {
	digits, err := CheckPhone(typed)
	if err != nil {
		return err
	}
	a.Purpose = ForPhone
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		key, err := k.current(ctx, tx, true)
		if err != nil {
			return err
		}
		t := NewStore(tx, s.now)
		if err := t.Agree(ctx, a); err != nil {
			return err
		}
		row, err := key.row(a.PersonID, digits, db.Instant(s.now()))
		if err != nil {
			return err
		}
		ids, err := t.Together(ctx, a.PersonID)
		if err != nil {
			return err
		}
		if _, err := db.Rows[Phone](tx).Where("person_id IN ?", ids[1:]).Delete(ctx); err != nil {
			return fmt.Errorf("delete phone: %w", err)
		}
		return db.Rows[Phone](tx, clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}}, UpdateAll: true}).Create(ctx, &row)
	})
}

// phone is the row of the number that she left, with whichever card; NotFound without one.
func (s *Store) phone(ctx context.Context, personID string) (Phone, error) {
	ids, err := s.Together(ctx, personID)
	if err != nil {
		return Phone{}, err
	}
	list, err := db.Rows[Phone](s.db).Where("person_id IN ?", ids).Order("created_at DESC, person_id").Limit(1).Find(ctx)
	if err != nil {
		return Phone{}, fmt.Errorf("read phone: %w", err)
	}
	if len(list) == 0 {
		return Phone{}, fault.New(fault.NotFound, "people.person_missing")
	}
	return list[0], nil
}

// PhoneOf is a person's number in full, for herself; empty when she left none. Staff ask
// Unmask.
func (s *Store) PhoneOf(ctx context.Context, k *PhoneKeys, personID string) (string, error) {
	p, err := s.phone(ctx, personID)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	key, err := k.byID(ctx, s.db, p.KeyID)
	if err != nil {
		return "", err
	}
	return key.openPhone(p)
}

// MaskedPhone is a person's number as 138****5678; empty when she left none, and with
// its last four digits only while there are no keys.
func (s *Store) MaskedPhone(ctx context.Context, k *PhoneKeys, personID string) (string, error) {
	digits, err := s.PhoneOf(ctx, k, personID)
	if err == nil {
		return MaskPhone(digits), nil
	}
	p, lost := s.phone(ctx, personID)
	if lost != nil {
		return "", err
	}
	return "*******" + p.Tail, nil
}

// UnmaskReasons are the reasons for showing a number in full; their words are people.reason_REASON.
func UnmaskReasons() []string { return []string{"tell-class", "asked", "check"} }

// Unmask shows staff a number in full and writes an audit line with the reason, before
// anybody sees it. Faults: Invalid beside "reason"; Unavailable without keys.
func (s *Store) Unmask(ctx context.Context, k *PhoneKeys, personID, reason string, by Reader) (string, error) {
	if !slices.Contains(UnmaskReasons(), reason) {
		return "", fault.New(fault.Invalid, "web.form_mistakes").Beside("reason", "people.reason_choose")
	}
	digits, err := s.PhoneOf(ctx, k, personID)
	if err != nil || digits == "" {
		return "", err
	}
	return digits, s.Note(ctx, by.audit(UnmaskedPhone, "person:"+personID, reason))
}

// FindPhone lists whose number this is; a couple may share one.
func (s *Store) FindPhone(ctx context.Context, k *PhoneKeys, typed string) ([]string, error) {
	digits, err := CheckPhone(typed)
	if err != nil {
		return nil, err
	}
	var hashes []string
	for _, key := range k.all() {
		hashes = append(hashes, key.lookupOf(digits))
	}
	if len(hashes) == 0 {
		return nil, nil
	}
	rows, err := db.Rows[Phone](s.db).Where("lookup IN ?", hashes).Order("person_id").Limit(20).Find(ctx)
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.PersonID
	}
	return ids, err
}
