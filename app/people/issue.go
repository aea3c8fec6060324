package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// How somebody was told and said yes.
const (
	Spoken = "spoken"
	Paper  = "paper"
	// Herself: she tapped it on a screen.
	Herself = "self"
)

// Issue is the act of giving somebody a card: 已告知，本人同意 in one tap.
type Issue struct {
	// ID is the act's, and becomes the ID of the consented fact: the same act again has
	// no second effect.
	ID string
	// Number is what was typed or scanned from a printed card; empty draws a new one.
	Number  string
	Name    string // may be empty
	AgeBand AgeBand
	Sex     Sex
	// Medium is Spoken or Paper; empty means Spoken.
	Medium string
	// Pictures is her own yes to being seen in pictures; PhoneToo the one to a number for
	// being told of classes, and Phone the number as typed. Both cost nothing to refuse.
	Pictures, PhoneToo bool
	Phone              string
	Phones             *PhoneKeys // under which the number is kept; nil where none are
	// By says who issued it and where: her staff ID, session, venue and tablet.
	By Reader
}

// Issued is what came of an Issue.
type Issued struct {
	Person Person
	Card   Card
	// Fresh is false when the same act had been done before.
	Fresh bool
}

// Issue makes a learner and her card, and writes that she was told and agreed, in one
// transaction. A provisional person whose card is issued here keeps her ID and gets her
// name and age band. Within a transaction it joins it.
//
// Faults: Invalid beside "card" when the number is wrong or somebody's already, beside
// "phone" for a number without its yes, a yes without a number and while no numbers can be
// kept, beside "name", "age" and "sex"; Conflict when the act's ID came before with other
// content.
func (s *Store) Issue(ctx context.Context, i Issue) (Issued, error) {
	number, err := i.check()
	if err != nil {
		return Issued{}, err
	}
	var out Issued
	err = ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		out, err = NewStore(tx, s.now).issue(ctx, i, number)
		return err
	})
	return out, err
}

// check tidies i and returns the number, which is empty when one is to be drawn.
func (i *Issue) check() (number string, err error) {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	i.Name = checkName(f, "name", i.Name)
	checkAge(f, i.AgeBand, i.Sex)
	if i.Medium == "" {
		i.Medium = Spoken
	}
	if !slices.Contains([]string{Spoken, Paper}, i.Medium) {
		f.Beside("medium", "people.medium_choose")
	}
	if squeezeCard(i.Number) != "" {
		if number, err = CheckCard(i.Number); err != nil {
			f.Beside("card", "people.card_wrong")
		}
	}
	i.checkPhone(f)
	return number, f.OrNil()
}

// checkPhone says what is wrong between the number and the yes to it.
func (i *Issue) checkPhone(f *fault.Error) {
	i.Phone = strings.TrimSpace(i.Phone)
	switch _, err := CheckPhone(i.Phone); {
	case i.Phone != "" && !i.PhoneToo:
		f.Beside("phone", "people.phone_tick")
	case i.PhoneToo && err != nil:
		f.Beside("phone", "people.phone_wrong")
	case i.PhoneToo && (i.Phones == nil || i.Phones.Trouble() != nil):
		f.Beside("phone", "people.phone_not_now")
	}
}

// agreeToMore keeps the other yeses of an issue, each as a fact of its own.
func (s *Store) agreeToMore(ctx context.Context, i Issue, personID string) error {
	own := func(p Purpose) ConsentAct {
		id := uuid.NewSHA1(uuid.MustParse(i.ID), []byte(p)) // the same act again is the same yes
		return ConsentAct{ID: id.String(), PersonID: personID, Purpose: p, Medium: i.Medium, By: i.By}
	}
	if i.Pictures {
		if err := s.Agree(ctx, own(ForPictures)); err != nil {
			return err
		}
	}
	if i.PhoneToo {
		return s.SetPhone(ctx, i.Phones, own(ForPhone), i.Phone)
	}
	return nil
}

func (s *Store) issue(ctx context.Context, i Issue, number string) (Issued, error) {
	fresh, err := s.once(ctx, i.ID)
	if err != nil {
		return Issued{}, err
	}
	if !fresh {
		return s.issuedBefore(ctx, i, number)
	}
	p := Person{ID: db.NewRandomID(), Name: i.Name, AgeBand: i.AgeBand, Sex: i.Sex, CreatedAt: db.Instant(s.now())}
	var card Card
	if number == "" {
		if card, err = s.addPersonWithNewCard(ctx, p); err != nil {
			return Issued{}, err
		}
	} else if p, card, err = s.takeCard(ctx, p, number); err != nil {
		return Issued{}, err
	}
	p.CardTail = card.Tail()
	_, err = ledger.Append(ctx, s.db, ledger.OwnerPeople, s.now(), i.fact(p.ID), ledger.ConsentedDetail{Version: NoticeVersion, Medium: i.Medium})
	if err == nil {
		err = s.holds(ctx, p.ID, ForCard, i.Medium)
	}
	if err == nil {
		err = s.agreeToMore(ctx, i, p.ID)
	}
	return Issued{Person: p, Card: card, Fresh: true}, err
}

func (i Issue) fact(personID string) ledger.Fact {
	by := i.By
	by.Person = nil // the one who agrees, not the one who sits where it is typed
	f := by.Stamp(ledger.Fact{ID: i.ID, Verb: ledger.Consented, PersonID: &personID, Object: ledger.Object("notice", NoticeVersion)})
	f.ByID = by.StaffID()
	return f
}

// issuedBefore answers a repeated act: with what came of it, or, when the act now says
// something else, with the ledger's refusal.
func (s *Store) issuedBefore(ctx context.Context, i Issue, number string) (Issued, error) {
	old, err := ledger.ByID(ctx, s.db, i.ID)
	if err != nil {
		return Issued{}, fmt.Errorf("look for the same issue: %w", err)
	}
	if old.Verb == ledger.Consented && old.PersonID != nil {
		p, err := s.Person(ctx, *old.PersonID)
		if err != nil {
			return Issued{}, err
		}
		cards, err := s.Cards(ctx, p.ID)
		if err != nil {
			return Issued{}, err
		}
		n := slices.IndexFunc(cards, func(c Card) bool { return number == "" || c.Number == number })
		if n >= 0 && p.Name == i.Name && p.AgeBand == i.AgeBand && p.Sex == i.Sex {
			return Issued{Person: p, Card: cards[n]}, nil
		}
	}
	// A fresh person makes it other content, so that the ledger refuses and keeps it.
	_, err = ledger.Append(ctx, s.db, ledger.OwnerPeople, s.now(), i.fact(db.NewRandomID()), ledger.ConsentedDetail{Version: NoticeVersion, Medium: i.Medium})
	return Issued{}, err
}

// takeCard gives a printed card to p, or makes p of the provisional person who has it.
func (s *Store) takeCard(ctx context.Context, p Person, number string) (Person, Card, error) {
	taken := fault.New(fault.Invalid, "web.form_mistakes").Beside("card", "people.card_taken")
	card, fresh, err := s.addPersonWithCard(ctx, p, number)
	if err != nil || fresh {
		return p, card, err
	}
	old, err := s.Person(ctx, card.PersonID)
	if err != nil {
		return Person{}, Card{}, err
	}
	if !old.Provisional || card.RevokedAt != nil {
		return Person{}, Card{}, taken
	}
	p.ID, p.CreatedAt = old.ID, old.CreatedAt
	_, err = db.Rows[Person](s.db).Where("id = ?", p.ID).Select("name", "age_band", "sex", "provisional").Updates(ctx, p)
	return p, card, err
}

// act is one that was done; see once.
type act struct {
	ID string `gorm:"primaryKey"`
	At time.Time
}

func (act) TableName() string { return "people_acts" }

// once reports whether an act is new. Of two transactions that ask at the same moment,
// the second waits for the first. What is no ID is fault.Invalid.
func (s *Store) once(ctx context.Context, id string) (bool, error) {
	if _, err := uuid.Parse(id); err != nil {
		return false, fault.New(fault.Invalid, "web.bad_request").Because(err)
	}
	res := gorm.WithResult()
	err := db.Rows[act](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &act{ID: id, At: db.Instant(s.now())})
	if err != nil {
		return false, fmt.Errorf("remember act: %w", err)
	}
	return res.RowsAffected == 1, nil
}

// drawsOfNumber is how often a number is drawn anew when it is somebody's already.
const drawsOfNumber = 20

func (s *Store) addPersonWithNewCard(ctx context.Context, p Person) (Card, error) {
	if err := db.Rows[Person](s.db).Create(ctx, &p); err != nil {
		return Card{}, fmt.Errorf("add person: %w", err)
	}
	return s.addNewCard(ctx, p.ID)
}

func (s *Store) addNewCard(ctx context.Context, personID string) (Card, error) {
	for range drawsOfNumber {
		number, err := NewCardNumber(rand.Reader)
		if err != nil {
			return Card{}, err
		}
		printed, err := db.Rows[sheetCard](s.db).Where("number = ?", number).Count(ctx, "number")
		if err != nil {
			return Card{}, err
		}
		if printed > 0 {
			continue // it is on paper already, for somebody else
		}
		card, fresh, err := s.addCard(ctx, personID, number)
		if err != nil || fresh {
			return card, err
		}
	}
	return Card{}, errors.New("no card number is free")
}

// addCard gives a card to a person who exists, unless the number is somebody's: then it
// returns that card and false.
func (s *Store) addCard(ctx context.Context, personID, number string) (Card, bool, error) {
	c := Card{Number: number, PersonID: personID, CreatedAt: db.Instant(s.now())}
	res := gorm.WithResult()
	if err := db.Rows[Card](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &c); err != nil {
		return Card{}, false, fmt.Errorf("add card: %w", err)
	}
	if res.RowsAffected == 1 {
		return c, true, nil
	}
	c, err := db.Rows[Card](s.db).Where("number = ?", number).Take(ctx)
	return c, false, err
}

// addPersonWithCard adds both, or nothing when the number is somebody's already.
func (s *Store) addPersonWithCard(ctx context.Context, p Person, number string) (Card, bool, error) {
	if err := db.Rows[Person](s.db).Create(ctx, &p); err != nil {
		return Card{}, false, fmt.Errorf("add person: %w", err)
	}
	card, fresh, err := s.addCard(ctx, p.ID, number)
	if err == nil && !fresh {
		_, err = db.Rows[Person](s.db).Where("id = ?", p.ID).Delete(ctx)
	}
	return card, fresh, err
}
