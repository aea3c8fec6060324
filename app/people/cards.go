package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// ByCard finds whose card was typed or scanned by staff: without waits, since staff can
// always seat. A well-formed card that this database does not know is accepted without
// questions and makes a provisional person. Within a transaction it joins it.
//
// A malformed or revoked card is fault.Invalid beside "card", in the same words.
func (s *Store) ByCard(ctx context.Context, typed string) (Person, error) {
	number, err := CheckCard(typed)
	if err != nil {
		return Person{}, err
	}
	p, _, err := s.meet(ctx, number)
	return p, err
}

// ByCardAtTablet is ByCard for somebody who shows or types her card herself. Each try
// counts for the card and for the tablet and waits grow with misses (fault.TooMany). A
// card nobody knows is accepted, and still counts for the tablet: guessing must not pay.
func (s *Store) ByCardAtTablet(ctx context.Context, tabletID, typed string) (Person, error) {
	names := []string{"tablet:" + tabletID}
	squeezed := squeezeCard(typed)
	if cardLike(squeezed) {
		names = append(names, "card:"+squeezed)
	}
	if err := s.Charge(ctx, names...); err != nil {
		return Person{}, err
	}
	number, err := CheckCard(squeezed)
	if err != nil {
		return Person{}, err
	}
	p, fresh, err := s.meet(ctx, number)
	if err != nil {
		return Person{}, err
	}
	if !fresh {
		if err := s.Uncharge(ctx, names[0]); err != nil {
			return Person{}, err
		}
	}
	return p, s.Refund(ctx, names[1])
}

// meet finds the card's person or makes a provisional one, and then fresh is true.
func (s *Store) meet(ctx context.Context, number string) (p Person, fresh bool, err error) {
	card, err := db.Rows[Card](s.db).Where("number = ?", number).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
			t := NewStore(tx, s.now)
			p := Person{ID: db.NewRandomID(), Provisional: true, CreatedAt: db.Instant(s.now())}
			card, fresh, err = t.addPersonWithCard(ctx, p, number)
			return err
		})
	}
	if err != nil {
		return Person{}, false, fmt.Errorf("read card: %w", err)
	}
	if card.RevokedAt != nil {
		return Person{}, false, wrongCard()
	}
	p, err = s.Person(ctx, card.PersonID)
	return p, fresh, err
}

// RestoreCard makes a card good again that was found. Again is no error.
func (s *Store) RestoreCard(ctx context.Context, personID, number string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Card](tx).Where("number = ? AND person_id = ?", number, personID).Select("revoked_at").Updates(ctx, Card{})
		return err
	})
}

// RevokeCard ends a lost card at once. Again is no error.
func (s *Store) RevokeCard(ctx context.Context, personID, number string) error {
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Card](tx).Where("number = ? AND person_id = ? AND revoked_at IS NULL", number, personID).
			Select("revoked_at").Updates(ctx, Card{RevokedAt: &now})
		return err
	})
}

// AddCard gives a learner another card: the typed one, or a new number when typed is
// empty. The same act again gives no second card; somebody else's card is fault.Invalid
// beside "card".
func (s *Store) AddCard(ctx context.Context, act, personID, typed string) (Card, error) {
	number := ""
	if squeezeCard(typed) != "" {
		n, err := CheckCard(typed)
		if err != nil {
			return Card{}, err
		}
		number = n
	}
	if _, err := s.Person(ctx, personID); err != nil {
		return Card{}, err
	}
	var card Card
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := NewStore(tx, s.now)
		fresh, err := t.once(ctx, act)
		if err != nil {
			return err
		}
		if !fresh {
			cards, err := t.Cards(ctx, personID)
			if err == nil && len(cards) > 0 {
				card = cards[0]
			}
			return err
		}
		if number == "" {
			card, err = t.addNewCard(ctx, personID)
			return err
		}
		card, _, err = t.addCard(ctx, personID, number)
		if err == nil && (card.PersonID != personID || card.RevokedAt != nil) {
			return fault.New(fault.Invalid, "web.form_mistakes").Beside("card", "people.card_taken")
		}
		return err
	})
	return card, err
}

// CardSheet is one printing of blank cards. The people who will hold them are not known
// and have no rows yet.
type CardSheet struct {
	ID        string `gorm:"primaryKey"`
	ByID      string // the member of staff who printed
	Cards     int    // how many, a multiple of CardsOnPage
	CreatedAt time.Time
}

// TableName is the table of printings.
func (CardSheet) TableName() string { return "card_sheets" }

type sheetCard struct {
	Number   string `gorm:"primaryKey"`
	SheetID  string
	Position int
}

func (sheetCard) TableName() string { return "sheet_cards" }

const (
	// CardsOnPage is how many cards an A4 page holds.
	CardsOnPage = 10
	// MostPages is how many pages one printing may have.
	MostPages = 30
)

// PrintCards draws numbers for pages of ten blank cards and records who printed them.
// The same id again changes nothing. It is fault.Invalid beside "pages" for less than
// one or more than MostPages.
func (s *Store) PrintCards(ctx context.Context, id, staffID string, pages int) (CardSheet, error) {
	if pages < 1 || pages > MostPages {
		return CardSheet{}, fault.New(fault.Invalid, "web.form_mistakes").Beside("pages", "people.pages_choose", fault.Args{"Most": MostPages})
	}
	sheet := CardSheet{ID: id, ByID: staffID, Cards: pages * CardsOnPage, CreatedAt: db.Instant(s.now())}
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		res := gorm.WithResult()
		if err := db.Rows[CardSheet](tx, clause.OnConflict{DoNothing: true}, res).Create(ctx, &sheet); err != nil {
			return fmt.Errorf("record printing: %w", err)
		}
		if res.RowsAffected == 0 {
			return nil
		}
		t := NewStore(tx, s.now)
		if err := t.drawSheet(ctx, sheet); err != nil {
			return err
		}
		return t.Note(ctx, Audit{StaffID: &staffID, Act: PrintedCards, Object: "sheet:" + id})
	})
	return sheet, err
}

func (s *Store) drawSheet(ctx context.Context, sheet CardSheet) error {
	for position := 0; position < sheet.Cards; {
		number, err := NewCardNumber(rand.Reader)
		if err != nil {
			return err
		}
		taken, err := db.Rows[Card](s.db).Where("number = ?", number).Count(ctx, "number")
		if err != nil {
			return err
		}
		if taken > 0 {
			continue
		}
		res := gorm.WithResult()
		row := sheetCard{Number: number, SheetID: sheet.ID, Position: position}
		if err := db.Rows[sheetCard](s.db, clause.OnConflict{Columns: []clause.Column{{Name: "number"}}, DoNothing: true}, res).Create(ctx, &row); err != nil {
			return fmt.Errorf("draw a card: %w", err)
		}
		position += int(res.RowsAffected)
	}
	return nil
}

// Sheet finds a printing and its numbers, in the order they stand on paper.
func (s *Store) Sheet(ctx context.Context, id string) (CardSheet, []string, error) {
	sheet, err := db.Rows[CardSheet](s.db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return CardSheet{}, nil, fault.New(fault.NotFound, "people.sheet_missing")
	}
	if err != nil {
		return CardSheet{}, nil, fmt.Errorf("read printing: %w", err)
	}
	rows, err := db.Rows[sheetCard](s.db).Where("sheet_id = ?", id).Order("position, number").Limit(MostPages * CardsOnPage).Find(ctx)
	numbers := make([]string, len(rows))
	for i, r := range rows {
		numbers[i] = r.Number
	}
	return sheet, numbers, err
}

// Sheets lists the latest printings, the newest first.
func (s *Store) Sheets(ctx context.Context, limit int) ([]CardSheet, error) {
	return db.Rows[CardSheet](s.db).Order("created_at DESC, id").Limit(limit).Find(ctx)
}
