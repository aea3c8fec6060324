package people

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Store reads and writes learners, cards, tablets, waits and audits. Staff have a store
// of their own.
type Store struct {
	db     *gorm.DB
	now    func() time.Time
	phones *PhoneKeys // nil where nobody asks for phone numbers
}

// NewStore makes a store on a database or within a transaction.
func NewStore(g *gorm.DB, now func() time.Time) *Store { return &Store{db: g, now: now} }

// WithPhones is the same store that also finds people by their phone numbers, and knows
// under which keys they are kept.
func (s *Store) WithPhones(k *PhoneKeys) *Store { return &Store{db: s.db, now: s.now, phones: k} }

// Phones are the keys of WithPhones; nil without them.
func (s *Store) Phones() *PhoneKeys { return s.phones }

// KeepsPhones reports whether numbers can be kept just now.
func (s *Store) KeepsPhones() bool { return s.phones != nil && s.phones.Trouble() == nil }

// Person finds a learner by ID. It is fault.NotFound when there is none, also when she
// was erased.
func (s *Store) Person(ctx context.Context, id string) (Person, error) {
	p, err := db.Rows[Person](s.db).Where("id = ?", id).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Person{}, fault.New(fault.NotFound, "people.person_missing")
	}
	if err != nil {
		return Person{}, fmt.Errorf("read person: %w", err)
	}
	list := []Person{p}
	err = s.fillTails(ctx, list)
	return list[0], err
}

// Persons finds many learners at once, by ID. Who does not exist is left out.
func (s *Store) Persons(ctx context.Context, ids []string) (map[string]Person, error) {
	found := make(map[string]Person, len(ids))
	for len(ids) > 0 {
		n := min(len(ids), 500) // below every database's limit of parameters
		list, err := db.Rows[Person](s.db).Where("id IN ?", ids[:n]).Order("id").Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read persons: %w", err)
		}
		if err := s.fillTails(ctx, list); err != nil {
			return nil, err
		}
		for _, p := range list {
			found[p.ID] = p
		}
		ids = ids[n:]
	}
	return found, nil
}

// fillTails sets CardTail of each person: of her newest card that is good.
func (s *Store) fillTails(ctx context.Context, list []Person) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.ID
	}
	cards, err := db.Rows[Card](s.db).Where("person_id IN ? AND revoked_at IS NULL", ids).Order("created_at, number").Find(ctx)
	if err != nil {
		return fmt.Errorf("read cards: %w", err)
	}
	tails := map[string]string{}
	for _, c := range cards {
		tails[c.PersonID] = c.Tail()
	}
	for i := range list {
		list[i].CardTail = tails[list[i].ID]
	}
	return nil
}

// Cards lists a learner's cards: good ones first, then the newest.
func (s *Store) Cards(ctx context.Context, personID string) ([]Card, error) {
	return db.Rows[Card](s.db).Where("person_id = ?", personID).Order("revoked_at IS NOT NULL, created_at DESC, number").Limit(100).Find(ctx)
}

// Search finds learners by a whole card number or its last four characters, by a whole
// phone number or its last four digits, or by a part of their name: at most limit of
// them, ordered by name. An empty text finds nobody.
func (s *Store) Search(ctx context.Context, text string, limit int) ([]Person, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	like := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(strings.ToLower(text)) + "%"
	find := db.Rows[Person](s.db).Where(`LOWER(name) LIKE ? ESCAPE '\'`, like)
	if number, err := CheckCard(text); err == nil {
		find = find.Or("id IN (SELECT person_id FROM cards WHERE number = ?)", number)
	} else if t := squeezeCard(text); len(t) == 4 {
		find = find.Or("id IN (SELECT person_id FROM cards WHERE number LIKE ? AND revoked_at IS NULL)", "____"+strings.NewReplacer("%", "", "_", "").Replace(t))
	}
	if fourDigits.MatchString(text) {
		find = find.Or("id IN (SELECT person_id FROM phones WHERE tail = ?)", text)
	} else if _, err := CheckPhone(text); err == nil && s.phones != nil {
		ids, err := s.FindPhone(ctx, s.phones, text)
		if err != nil {
			return nil, err
		}
		find = find.Or("id IN ?", ids)
	}
	list, err := find.Order("name, id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("search persons: %w", err)
	}
	return list, s.fillTails(ctx, list)
}

var fourDigits = regexp.MustCompile(`^[0-9]{4}$`)

// EditPerson is what staff may mend of a learner.
type EditPerson struct {
	ID      string
	Name    string
	AgeBand AgeBand
	Sex     Sex
}

// Edit mends a learner's name, age band and sex. Faults: Invalid beside the fields,
// NotFound.
func (s *Store) Edit(ctx context.Context, e EditPerson) error {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	p := Person{ID: e.ID, Name: checkName(f, "name", e.Name), AgeBand: e.AgeBand, Sex: e.Sex}
	checkAge(f, e.AgeBand, e.Sex)
	if err := f.OrNil(); err != nil {
		return err
	}
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		n, err := db.Rows[Person](tx).Where("id = ?", e.ID).Select("name", "age_band", "sex").Updates(ctx, p)
		if err != nil {
			return fmt.Errorf("edit person: %w", err)
		}
		if n == 0 {
			return fault.New(fault.NotFound, "people.person_missing")
		}
		return nil
	})
}

func checkAge(f *fault.Error, a AgeBand, x Sex) {
	if !slices.Contains(AgeBands(), a) {
		f.Beside("age", "people.age_choose")
	}
	if !slices.Contains(Sexes(), x) {
		f.Beside("sex", "people.sex_choose")
	}
}
