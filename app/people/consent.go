package people

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// Purpose is what somebody says yes to; each has a tick of its own, and without any of
// them she learns like everybody else.
type Purpose string

// The purposes. ForCard is the card itself; ForPhone a number for being told of classes
// (通知开课); ForPictures being seen in pictures of a class.
const (
	ForCard     Purpose = "card"
	ForPhone    Purpose = "phone"
	ForPictures Purpose = "pictures"
)

// Purposes lists them in the order of the notice.
func Purposes() []Purpose { return []Purpose{ForCard, ForPhone, ForPictures} }

// object is what the facts of a purpose are about.
func (p Purpose) object() string {
	if p == ForCard {
		return ledger.Object("notice", NoticeVersion)
	}
	return ledger.Object("notice", NoticeVersion+"/"+string(p))
}

// Consent is what holds now of one purpose. The proof is the fact.
type Consent struct {
	PersonID string  `gorm:"primaryKey"`
	Purpose  Purpose `gorm:"primaryKey"`
	// Version is the notice that she was told, Medium how: Spoken, Paper or Herself.
	Version string
	Medium  string
	GivenAt time.Time
	// WithdrawnAt is when she took it back; nil while it holds.
	WithdrawnAt *time.Time
	// AskedVersion is the newest notice that she was asked about.
	AskedVersion string
}

// TableName is the table of what holds now.
func (Consent) TableName() string { return "consents" }

// Holds reports whether she said yes and did not take it back.
func (c Consent) Holds() bool { return c.PersonID != "" && c.WithdrawnAt == nil }

// Consents are a person's, by purpose; one that is missing was never given. Of two cards
// of hers the one at hand speaks, and the other where this one has nothing that holds.
func (s *Store) Consents(ctx context.Context, personID string) (map[Purpose]Consent, error) {
	ids, err := s.Together(ctx, personID)
	if err != nil {
		return nil, err
	}
	list, err := db.Rows[Consent](s.db).Where("person_id IN ?", ids).Order("purpose, person_id").Limit(10 * len(ids)).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	found := map[Purpose]Consent{}
	for _, c := range list {
		have, ok := found[c.Purpose]
		own := c.PersonID == personID
		if !ok || own && (c.Holds() || !have.Holds()) || !own && c.Holds() && !have.Holds() {
			found[c.Purpose] = c
		}
	}
	return found, nil
}

// NoticeIsNew reports whether somebody with these consents holds a card, and was not asked
// about the notice of today yet.
func NoticeIsNew(found map[Purpose]Consent) bool {
	card, ok := found[ForCard]
	return ok && card.AskedVersion != NoticeVersion
}

// ConsentAct is the act of saying yes, or of taking it back. By says who wrote it down:
// nobody of the staff when she did it herself.
type ConsentAct struct {
	ID       string // becomes the fact's
	PersonID string
	Purpose  Purpose
	Medium   string // of saying yes
	Reason   string // of taking it back: a code, may be empty
	By       Reader
}

func (a ConsentAct) check() error {
	if !slices.Contains(Purposes(), a.Purpose) || !slices.Contains([]string{Spoken, Paper, Herself, ""}, a.Medium) {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	return nil
}

func (a ConsentAct) fact(verb ledger.Verb) ledger.Fact {
	by := a.By
	by.Person = nil
	person := a.PersonID
	f := by.Stamp(ledger.Fact{ID: a.ID, Verb: verb, PersonID: &person, Object: a.Purpose.object()})
	f.ByID = by.StaffID()
	return f
}

// Agree writes that a person said yes to the notice of today. The same act again has no
// second effect. Within a transaction it joins it.
func (s *Store) Agree(ctx context.Context, a ConsentAct) error {
	if err := a.check(); err != nil {
		return err
	}
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		if _, err := t.Person(ctx, a.PersonID); err != nil {
			return err
		}
		fresh, err := ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), a.fact(ledger.Consented),
			ledger.ConsentedDetail{Version: NoticeVersion, Medium: a.Medium})
		if err != nil || !fresh {
			return err
		}
		return t.holds(ctx, a.PersonID, a.Purpose, a.Medium)
	})
}

// holds sets the row of a purpose.
func (s *Store) holds(ctx context.Context, personID string, p Purpose, medium string) error {
	row := Consent{PersonID: personID, Purpose: p, Version: NoticeVersion, Medium: medium,
		GivenAt: db.Instant(s.now()), AskedVersion: NoticeVersion}
	err := db.Rows[Consent](s.db, clause.OnConflict{Columns: []clause.Column{{Name: "person_id"}, {Name: "purpose"}}, UpdateAll: true}).Create(ctx, &row)
	if err != nil {
		return fmt.Errorf("keep consent: %w", err)
	}
	return nil
}

// Withdraw takes a yes back, at once and for all cards of hers: the phone number goes in
// the same transaction. To take back the card's is to be erased, which is asked for
// elsewhere: it is fault.Conflict here. Where there is nothing to take back nothing
// happens.
func (s *Store) Withdraw(ctx context.Context, a ConsentAct) error {
	if err := a.check(); err != nil {
		return err
	}
	if a.Purpose == ForCard {
		return fault.New(fault.Conflict, "people.withdraw_card")
	}
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		ids, err := t.Together(ctx, a.PersonID)
		for n, id := range ids {
			one := a
			if one.PersonID = id; n > 0 {
				if one.ID, err = Also(a.ID, id); err != nil {
					return err
				}
			}
			if err := t.withdraw(ctx, one); err != nil {
				return err
			}
		}
		return err
	})
}

// withdraw is Withdraw for one number.
func (s *Store) withdraw(ctx context.Context, a ConsentAct) error {
	now := db.Instant(s.now())
	n, err := s.endConsent(ctx, a.PersonID, a.Purpose, now)
	if err != nil || n == 0 {
		return err
	}
	_, err = ledger.Append(ctx, s.db, ledger.OwnerPeople, s.now(), a.fact(ledger.Withdrew),
		ledger.WithdrewDetail{Version: NoticeVersion, Reason: a.Reason})
	return err
}

// endConsent ends a yes that was given up to a time, and lets go of what hung on it.
func (s *Store) endConsent(ctx context.Context, personID string, p Purpose, at time.Time) (int, error) {
	n, err := db.Rows[Consent](s.db).Where("person_id = ? AND purpose = ? AND withdrawn_at IS NULL AND given_at <= ?", personID, p, at).
		Select("withdrawn_at").Updates(ctx, Consent{WithdrawnAt: &at})
	if err != nil || n == 0 || p != ForPhone {
		return n, err
	}
	if _, err := db.Rows[Phone](s.db).Where("person_id = ?", personID).Delete(ctx); err != nil {
		return n, fmt.Errorf("delete phone: %w", err)
	}
	return n, nil
}

// Asked remembers that she was asked about the notice of today and does not want to
// answer now: nobody asks again before the next version (网络数据安全管理条例 22).
func (s *Store) Asked(ctx context.Context, personID string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		ids, err := NewStore(tx, s.now).Together(ctx, personID)
		if err != nil {
			return err
		}
		_, err = db.Rows[Consent](tx).Where("person_id IN ? AND purpose = ?", ids, ForCard).
			Select("asked_version").Updates(ctx, Consent{AskedVersion: NoticeVersion})
		return err
	})
}
