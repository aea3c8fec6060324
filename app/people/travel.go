package people

import (
	"context"
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

// Carried is what of a learner goes along to another installation: who she is, her cards,
// and to what she said yes. Her phone number stays: the key that seals it is this
// installation's alone.
type Carried struct {
	Person   Person
	Cards    []Card
	Consents []Consent
}

// Carry is a page of learners behind one, in the order of their numbers.
func (s *Store) Carry(ctx context.Context, after string, limit int) ([]Carried, error) {
	list, err := db.Rows[Person](s.db).Where("id > ?", after).Order("id").Limit(limit).Find(ctx)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	cards, err := db.Rows[Card](s.db).Where("person_id IN ?", ids).Order("number").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read cards: %w", err)
	}
	consents, err := db.Rows[Consent](s.db).Where("person_id IN ?", ids).Order("person_id, purpose").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read consents: %w", err)
	}
	all := make([]Carried, len(list))
	at := map[string]*Carried{}
	for i, p := range list {
		all[i].Person = p
		at[p.ID] = &all[i]
	}
	for _, c := range cards {
		at[c.PersonID].Cards = append(at[c.PersonID].Cards, c)
	}
	for _, c := range consents {
		at[c.PersonID].Consents = append(at[c.PersonID].Consents, c)
	}
	return all, nil
}

// Received says what became of somebody who came from elsewhere.
type Received struct {
	New       bool
	Erased    bool // her number was erased here: nothing of her was taken
	Linked    int  // cards of hers that were somebody's here: the two are one person now
	Withdrawn int  // yeses that ended here
}

// Receive takes somebody in who was met elsewhere, under the number that she has there. A
// number that was erased here is nobody's for ever. A card that is known here makes the two
// one person. Of two answers to one question the later holds. The same again changes
// nothing. Within a transaction it joins it.
func (s *Store) Receive(ctx context.Context, c Carried) (Received, error) {
	if id, err := uuid.Parse(c.Person.ID); err != nil || id.String() != c.Person.ID {
		return Received{}, fault.New(fault.Invalid, "web.bad_request").Because(err)
	}
	f := fault.New(fault.Invalid, "web.form_mistakes")
	c.Person.Name = checkName(f, "name", c.Person.Name)
	checkAge(f, c.Person.AgeBand, c.Person.Sex)
	if err := f.OrNil(); err != nil {
		return Received{}, err
	}
	var r Received
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var err error
		r, err = NewStore(tx, s.now).receive(ctx, c)
		return err
	})
	return r, err
}

func (s *Store) receive(ctx context.Context, c Carried) (Received, error) {
	var r Received
	gone, err := s.erased(ctx, c.Person.ID)
	if err != nil || gone {
		r.Erased = gone
		return r, err
	}
	res := gorm.WithResult()
	if err := db.Rows[Person](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &c.Person); err != nil {
		return r, fmt.Errorf("take in a person: %w", err)
	}
	r.New = res.RowsAffected == 1
	if err := s.introduce(ctx, c.Person.ID, c.Person); err != nil {
		return r, err
	}
	for _, card := range c.Cards {
		linked, err := s.receiveCard(ctx, c.Person, card)
		if err != nil {
			return r, err
		}
		if linked {
			r.Linked++
		}
	}
	for _, one := range c.Consents {
		n, err := s.receiveConsent(ctx, c.Person.ID, one)
		if err != nil {
			return r, err
		}
		r.Withdrawn += n
	}
	return r, nil
}

// erased reports whether a number was erased here.
func (s *Store) erased(ctx context.Context, personID string) (bool, error) {
	n, err := db.Rows[ledger.Fact](s.db).Where("object = ? AND verb = ?", ledger.Object("person", personID), ledger.Erased).Count(ctx, "id")
	return n > 0, err
}

// introduce gives a provisional learner what is known of her where her card was issued.
func (s *Store) introduce(ctx context.Context, personID string, known Person) error {
	if known.Provisional {
		return nil
	}
	_, err := db.Rows[Person](s.db).Where("id = ? AND provisional", personID).Select("name", "age_band", "sex", "provisional").Updates(ctx, known)
	return err
}

func (s *Store) receiveCard(ctx context.Context, p Person, card Card) (linked bool, err error) {
	if n, err := CheckCard(card.Number); err != nil || n != card.Number {
		return false, err
	}
	card.PersonID = p.ID
	if err := db.Rows[Card](s.db, clause.OnConflict{DoNothing: true}).Create(ctx, &card); err != nil {
		return false, fmt.Errorf("take in a card: %w", err)
	}
	have, err := db.Rows[Card](s.db).Where("number = ?", card.Number).Take(ctx)
	if err != nil {
		return false, err
	}
	if have.RevokedAt == nil && card.RevokedAt != nil { // lost is lost, wherever it was said
		if _, err := db.Rows[Card](s.db).Where("number = ?", card.Number).Select("revoked_at").Updates(ctx, card); err != nil {
			return false, err
		}
	}
	if have.PersonID == p.ID {
		return false, nil
	}
	if err := s.introduce(ctx, have.PersonID, p); err != nil {
		return false, err
	}
	before, err := s.Together(ctx, p.ID)
	if err != nil || slices.Contains(before, have.PersonID) {
		return false, err
	}
	split, err := db.Rows[PersonLink](s.db).Where("person_id = ? AND other_id = ?", min(p.ID, have.PersonID), max(p.ID, have.PersonID)).Count(ctx, "id")
	if err != nil || split > 0 { // staff took it back: they know better than a card
		return false, err
	}
	return true, s.Link(ctx, LinkAct{ID: db.NewID(), PersonID: p.ID, OtherID: have.PersonID, Reason: SameCard})
}

func (s *Store) receiveConsent(ctx context.Context, personID string, c Consent) (withdrawn int, err error) {
	if c.PersonID = personID; !slices.Contains(Purposes(), c.Purpose) || !slices.Contains([]string{Spoken, Paper, Herself}, c.Medium) {
		return 0, nil // of a later version
	}
	have, err := db.Rows[Consent](s.db).Where("person_id = ? AND purpose = ?", personID, c.Purpose).Take(ctx)
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		if err := db.Rows[Consent](s.db).Create(ctx, &c); err != nil {
			return 0, fmt.Errorf("take in a consent: %w", err)
		}
	case err != nil:
		return 0, err
	case c.Holds() && !have.Holds() && c.GivenAt.After(*have.WithdrawnAt):
		if _, err := db.Rows[Consent](s.db).Where("person_id = ? AND purpose = ?", personID, c.Purpose).
			Select("version", "medium", "given_at", "withdrawn_at").Updates(ctx, c); err != nil {
			return 0, err
		}
	}
	if c.WithdrawnAt == nil || c.Purpose == ForCard {
		return 0, nil
	}
	return s.TakeBack(ctx, personID, c.Purpose, *c.WithdrawnAt)
}

// TakeBack ends a yes that was taken back elsewhere at a time, here and now, for all cards
// of hers, and says how many ended. One that she gave later holds. It is for a transaction.
func (s *Store) TakeBack(ctx context.Context, personID string, p Purpose, at time.Time) (int, error) {
	ids, err := s.Together(ctx, personID)
	if err != nil {
		return 0, err
	}
	all := 0
	for _, id := range ids {
		n, err := s.endConsent(ctx, id, p, at)
		if err != nil {
			return all, err
		}
		all += n
		if n == 0 || id == personID { // hers is in the fact that came
			continue
		}
		act := ConsentAct{ID: db.NewID(), PersonID: id, Purpose: p}
		if _, err := ledger.Append(ctx, s.db, ledger.OwnerPeople, s.now(), act.fact(ledger.Withdrew), ledger.WithdrewDetail{Version: NoticeVersion}); err != nil {
			return all, err
		}
	}
	return all, nil
}

// Heed moves the rows here that a fact of this package asks for when it has come from
// elsewhere: a yes taken back, two cards of one person, and a link undone. It is for the
// transaction in which the fact was taken; n is how many yeses ended, linked whether two
// became one.
func (s *Store) Heed(ctx context.Context, f ledger.Fact) (n int, linked bool, err error) {
	kind, id := ledger.SplitObject(f.Object)
	switch {
	case f.Verb == ledger.Withdrew && f.PersonID != nil:
		_, purpose, _ := strings.Cut(id, "/")
		if p := Purpose(purpose); p == ForPhone || p == ForPictures {
			n, err = s.TakeBack(ctx, *f.PersonID, p, f.At)
		}
	case f.Verb == ledger.Linked && f.PersonID != nil && *f.PersonID != id:
		d, err := ledger.DetailOf[ledger.LinkedDetail](f)
		if err != nil {
			return 0, false, err
		}
		l := PersonLink{ID: f.ID, PersonID: min(*f.PersonID, id), OtherID: max(*f.PersonID, id), Reason: d.Reason, LinkedAt: f.At, ByID: f.ByID}
		res := gorm.WithResult()
		err = db.Rows[PersonLink](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &l)
		return 0, res.RowsAffected == 1, err
	case f.Verb == ledger.Retracted && kind == "fact":
		_, err = db.Rows[PersonLink](s.db).Where("id = ? AND undone_at IS NULL", id).Select("undone_at").Updates(ctx, PersonLink{UndoneAt: &f.At})
	}
	return n, false, err
}
