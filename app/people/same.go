package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

// PersonLink says that two learners are one person, who has two cards. Nothing of hers is
// moved: counts take both numbers for one, and what she reads, takes along, takes back or
// has erased is both. Lessons, seals and certificates stay with the card on which they
// were earned, so that undoing it leaves everything as it was.
type PersonLink struct {
	ID       string `gorm:"primaryKey"` // the act's, and the `linked` fact's
	PersonID string // the lower number
	OtherID  string
	Reason   string // one of LinkReasons, or SameCard
	LinkedAt time.Time
	ByID     *string // the member of staff; nil when one card was met in two places
	UndoneAt *time.Time
}

// TableName is the table of links.
func (PersonLink) TableName() string { return "person_links" }

// LinkUndoTime is how long a link may be taken back (design.md §3).
const LinkUndoTime = 30 * 24 * time.Hour

// SameCard is the reason of a link that nobody made: two installations met one card.
const SameCard = "same-card"

// LinkReasons are why staff say that two cards are one person's: she lost one, she was
// given a second one, she was given one elsewhere. Their words are people.same_REASON.
func LinkReasons() []string { return []string{"lost", "second", "elsewhere"} }

// LinkAct is the act of saying that two learners are one person.
type LinkAct struct {
	ID       string // becomes the fact's
	PersonID string
	OtherID  string
	Reason   string
	By       Reader
}

// Other is the other number of a link.
func (l PersonLink) Other(personID string) string {
	if l.PersonID == personID {
		return l.OtherID
	}
	return l.PersonID
}

// Undoable reports whether the link can still be taken back.
func (l PersonLink) Undoable(now time.Time) bool { return now.Before(l.LinkedAt.Add(LinkUndoTime)) }

// Link writes that two learners are one person: the row, the `linked` fact and an audit
// line for each of them, in one transaction. Who is one already stays one: no error.
// Within a transaction it joins it.
//
// Faults: Invalid beside "card" for one and the same learner, beside "reason"; NotFound
// when one of them is not there.
func (s *Store) Link(ctx context.Context, a LinkAct) error {
	if a.PersonID == a.OtherID {
		return fault.New(fault.Invalid, "web.form_mistakes").Beside("card", "people.same_self")
	}
	if a.Reason != SameCard && !slices.Contains(LinkReasons(), a.Reason) {
		return fault.New(fault.Invalid, "web.form_mistakes").Beside("reason", "people.reason_choose")
	}
	a.PersonID, a.OtherID = min(a.PersonID, a.OtherID), max(a.PersonID, a.OtherID)
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error { return NewStore(tx, s.now).link(ctx, a) })
}

func (s *Store) link(ctx context.Context, a LinkAct) error {
	there, err := db.Rows[Person](s.db, clause.Locking{Strength: clause.LockingStrengthUpdate}).
		Where("id IN ?", []string{a.PersonID, a.OtherID}).Order("id").Find(ctx) // who is being erased meanwhile is waited for
	if err != nil {
		return fmt.Errorf("read persons: %w", err)
	}
	if len(there) < 2 {
		return fault.New(fault.NotFound, "people.person_missing")
	}
	one, err := s.Together(ctx, a.PersonID)
	if err != nil || slices.Contains(one, a.OtherID) {
		return err
	}
	l := PersonLink{ID: a.ID, PersonID: a.PersonID, OtherID: a.OtherID, Reason: a.Reason, LinkedAt: db.Instant(s.now()), ByID: a.By.StaffID()}
	res := gorm.WithResult()
	if err := db.Rows[PersonLink](s.db, clause.OnConflict{DoNothing: true}, res).Create(ctx, &l); err != nil {
		return fmt.Errorf("link: %w", err)
	}
	if res.RowsAffected == 0 { // the same form again, after an undo: say it anew
		return fault.New(fault.Gone, "people.same_used")
	}
	by := a.By
	by.Person = nil
	f := by.Stamp(ledger.Fact{ID: a.ID, Verb: ledger.Linked, PersonID: &a.PersonID, Object: ledger.Object("person", a.OtherID), ByID: a.By.StaffID()})
	if _, err := ledger.Append(ctx, s.db, ledger.OwnerPeople, s.now(), f, ledger.LinkedDetail{Reason: a.Reason}); err != nil {
		return err
	}
	return s.noteBoth(ctx, a.By, MergedPersons, a.Reason, l)
}

// noteBoth writes an audit line for either learner of a link.
func (s *Store) noteBoth(ctx context.Context, by Reader, act, reason string, l PersonLink) error {
	for _, id := range []string{l.PersonID, l.OtherID} {
		if err := s.Note(ctx, by.audit(act, "person:"+id, reason)); err != nil {
			return err
		}
	}
	return nil
}

// Unlink takes a link back: its fact is retracted, and two learners are two again. Taken
// back already is no error. Faults: NotFound for a link that is not this person's;
// Conflict after LinkUndoTime.
func (s *Store) Unlink(ctx context.Context, personID, linkID string, by Reader) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		l, err := db.Rows[PersonLink](tx, clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Where("id = ? AND (person_id = ? OR other_id = ?)", linkID, personID, personID).Take(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return fault.New(fault.NotFound, "people.same_missing")
		}
		if err != nil || l.UndoneAt != nil {
			return err
		}
		now := db.Instant(s.now())
		if !l.Undoable(now) {
			return fault.New(fault.Conflict, "people.same_late")
		}
		l.UndoneAt = &now
		if _, err := db.Rows[PersonLink](tx).Where("id = ?", l.ID).Select("undone_at").Updates(ctx, l); err != nil {
			return fmt.Errorf("take a link back: %w", err)
		}
		if _, err := ledger.Retract(ctx, tx, ledger.OwnerPeople, s.now(), l.ID, by.StaffID(), "mistake"); err != nil {
			return err
		}
		return NewStore(tx, s.now).noteBoth(ctx, by, SplitPersons, "mistake", l)
	})
}

// Links are those of a person that hold, the newest first.
func (s *Store) Links(ctx context.Context, personID string) ([]PersonLink, error) {
	return db.Rows[PersonLink](s.db).Where("undone_at IS NULL AND (person_id = ? OR other_id = ?)", personID, personID).
		Order("linked_at DESC, id").Limit(mostLinks).Find(ctx)
}

// mostLinks bounds what is read of one person's or one batch's links.
const mostLinks = 10_000

// around are the links that hold of some learners and of whom they are linked to.
func (s *Store) around(ctx context.Context, ids []string) ([]ledger.Fact, error) {
	some, err := db.Rows[PersonLink](s.db).Where("undone_at IS NULL").Order("id").Limit(1).Find(ctx)
	if err != nil || len(some) == 0 { // most installations have none
		return nil, err
	}
	seen := map[string]bool{}
	for _, id := range ids {
		seen[id] = true
	}
	var all []ledger.Fact
	for left := slices.Clone(ids); len(left) > 0; {
		n := min(len(left), 400) // twice in the query, below every database's limit of parameters
		some := left[:n]
		left = left[n:]
		rows, err := db.Rows[PersonLink](s.db).Where("undone_at IS NULL AND (person_id IN ? OR other_id IN ?)", some, some).
			Order("id").Limit(mostLinks).Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("read links: %w", err)
		}
		for _, l := range rows {
			all = append(all, ledger.Fact{ID: l.ID, Verb: ledger.Linked, PersonID: &l.PersonID, Object: ledger.Object("person", l.OtherID)})
			for _, id := range []string{l.PersonID, l.OtherID} {
				if !seen[id] {
					seen[id] = true
					left = append(left, id)
				}
			}
		}
	}
	return all, nil
}

// OnePerson says who is who among some learners: the same answer for all cards of one
// person, by the rule that counts have (ledger.Links).
func (s *Store) OnePerson(ctx context.Context, ids []string) (func(personID string) string, error) {
	links, err := s.around(ctx, ids)
	return ledger.Links(links), err
}

// Together are all numbers of one person, hers first, the others in their order. Without
// links that is her number alone.
func (s *Store) Together(ctx context.Context, personID string) ([]string, error) {
	links, err := s.around(ctx, []string{personID})
	if err != nil {
		return nil, err
	}
	var others []string
	for _, f := range links {
		_, other := ledger.SplitObject(f.Object)
		others = append(others, *f.PersonID, other)
	}
	slices.Sort(others)
	others = slices.DeleteFunc(slices.Compact(others), func(id string) bool { return id == personID })
	return append([]string{personID}, others...), nil
}

// Also is the ID of what an act does for another number of the same person: the same for
// the same act. Fault: Invalid for what is no ID.
func Also(act, personID string) (string, error) {
	id, err := uuid.Parse(act)
	if err != nil {
		return "", fault.New(fault.Invalid, "web.bad_request").Because(err)
	}
	return uuid.NewSHA1(id, []byte(personID)).String(), nil
}

// ByNumber finds whose card a number is, also of one that was lost; staff say with it which
// other learner is the same person. Faults: Invalid beside "card" for what is no number,
// and for a card that is nobody's here.
func (s *Store) ByNumber(ctx context.Context, typed string) (Person, error) {
	unknown := fault.New(fault.Invalid, "web.form_mistakes").Beside("card", "people.same_unknown")
	number, err := CheckCard(typed)
	if err != nil {
		return Person{}, unknown
	}
	card, err := db.Rows[Card](s.db).Where("number = ?", number).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Person{}, unknown
	}
	if err != nil {
		return Person{}, fmt.Errorf("read card: %w", err)
	}
	return s.Person(ctx, card.PersonID)
}
