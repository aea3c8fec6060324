package privacy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// How long what is kept (privacy.md E.3), in months: a phone number after the last
// attendance, a card after it, proofs of consent and of requests. The access log keeps
// twelve months; people.Store.Purge lets go of it.
const (
	PhoneMonths = 12
	CardMonths  = 24
	ProofMonths = 36
)

// came are the verbs by which somebody was seen; the last of them is her last attendance.
var came = []ledger.Verb{ledger.CheckedIn, ledger.Attended, ledger.Started, ledger.Finished, ledger.Practised, ledger.Answered}

// Due is one thing that has been kept long enough.
type Due struct {
	Kind     string // phone or card
	PersonID string
	Last     time.Time // when she was last seen
	On       time.Time // since when it is due
}

// lastSeen finds who was not seen since a time, with none of her cards. Who was never seen
// counts from her card.
const lastSeen = `SELECT person_id, last FROM (
	SELECT p.id AS person_id, COALESCE((SELECT MAX(f.at) FROM ledger_facts f WHERE f.person_id = p.id AND f.verb IN ?), p.created_at) AS last
	FROM persons p WHERE p.created_at < ? %s) AS seen WHERE last < ?
	AND NOT EXISTS (SELECT 1 FROM person_links l JOIN ledger_facts g ON g.person_id = CASE WHEN l.person_id = seen.person_id THEN l.other_id ELSE l.person_id END
		WHERE l.undone_at IS NULL AND (l.person_id = seen.person_id OR l.other_id = seen.person_id) AND g.verb IN ? AND g.at >= ?)
	ORDER BY last, person_id LIMIT ?`

// Due lists what goes at a time: phones first, then cards, the longest due first, at most
// limit of each. It changes nothing.
func (s *Store) Due(ctx context.Context, at time.Time, limit int) ([]Due, error) {
	var list []Due
	for _, rule := range []struct {
		kind, only string
		months     int
	}{{"phone", "AND EXISTS (SELECT 1 FROM phones h WHERE h.person_id = p.id)", PhoneMonths}, {"card", "", CardMonths}} {
		cut := db.Instant(at.AddDate(0, -rule.months, 0))
		rows, err := s.db.WithContext(ctx).Raw(fmt.Sprintf(lastSeen, rule.only), came, cut, cut, came, cut, limit).Rows()
		if err != nil {
			return nil, fmt.Errorf("look for what is due: %w", err)
		}
		for rows.Next() {
			var last any
			d := Due{Kind: rule.kind}
			err := rows.Scan(&d.PersonID, &last)
			if err == nil {
				d.Last, err = instant(last)
			}
			if err != nil {
				return nil, errors.Join(err, rows.Close())
			}
			d.On = d.Last.AddDate(0, rule.months, 0)
			list = append(list, d)
		}
		if err := errors.Join(rows.Err(), rows.Close()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// instant reads a time that came out of an expression: SQLite gives its text.
func instant(v any) (time.Time, error) {
	switch v := v.(type) {
	case time.Time:
		return v, nil
	case string:
		return time.Parse("2006-01-02 15:04:05.999999999-07:00", v)
	}
	return time.Time{}, fmt.Errorf("%T is no time", v)
}

// dueAtOnce is how much of each kind one round lets go of; the next round takes the rest.
const dueAtOnce = 500

// LetGo erases what has been kept long enough, each with a fact, and forgets proofs of
// long ago. It is background work, once a day.
func (s *Store) LetGo(ctx context.Context) error {
	list, err := s.Due(ctx, s.now(), dueAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range list {
		if d.Kind == "card" {
			err = s.EraseNow(ctx, d.PersonID, Expired)
		} else {
			err = s.dropPhone(ctx, d.PersonID, Expired, db.Instant(s.now()))
		}
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, s.forgetProofs(ctx))
}

// dropPhone lets go of a number that was left before a time, with the fact that it was
// erased. One that she left since stays.
func (s *Store) dropPhone(ctx context.Context, personID string, why Reason, before time.Time) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		n, err := gorm.G[people.Phone](tx).Where("person_id = ? AND created_at <= ?", personID, before).Delete(ctx)
		if err != nil || n == 0 {
			return err
		}
		now := db.Instant(s.now())
		if _, err := gorm.G[people.Consent](tx).Where("person_id = ? AND purpose = ?", personID, people.ForPhone).
			Select("withdrawn_at").Updates(ctx, people.Consent{WithdrawnAt: &now}); err != nil {
			return err
		}
		f := ledger.Fact{ID: db.NewID(), Verb: ledger.Erased, PersonID: &personID, Object: ledger.Object("phone", personID)}
		_, err = ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), f, ledger.ErasedDetail{Reason: string(why)})
		return err
	})
}

// forgetProofs lets go of rows that proved something long ago: consents that were taken
// back, requests that were answered, erasures that were done. The facts stay.
func (s *Store) forgetProofs(ctx context.Context) error {
	cut := db.Instant(s.now().AddDate(0, -ProofMonths, 0))
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := gorm.G[people.Consent](tx).Where("withdrawn_at < ?", cut).Delete(ctx); err != nil {
			return err
		}
		if _, err := gorm.G[Request](tx).Where("done_at < ?", cut).Delete(ctx); err != nil {
			return err
		}
		_, err := gorm.G[Erasure](tx).Where("done_at < ? OR undone_at < ?", cut, cut).Delete(ctx)
		return err
	})
}
