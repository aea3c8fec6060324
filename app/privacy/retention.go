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
	"silverclass/live"
)

// How long what is kept (privacy.md E.3), in months: a phone number after the last
// attendance, a card after it, proofs of consent and of requests. The access log keeps
// people.AuditsKept; people.Store.Purge lets go of it.
const (
	PhoneMonths = 12
	CardMonths  = 24
	ProofMonths = 36
)

// came are the verbs by which somebody was seen; the last of them is her last attendance.
var came = []ledger.Verb{ledger.CheckedIn, ledger.Attended, ledger.Started, ledger.Finished, ledger.Practised, ledger.Answered}

// The kinds of things that are kept long enough.
const (
	dueCard    = "card"
	duePhone   = "phone"
	dueConsent = "consent" // one that was taken back
	dueRequest = "request" // one that was answered
	dueAudits  = "audits"  // the oldest lines of the access log
	// dueRecording is the trainer's voice in a class, kept as the operator sets it.
	dueRecording = "recording"
)

// Due is one thing that has been kept long enough.
type Due struct {
	Kind     string // card, phone, consent, request, recording or audits
	PersonID string // empty for recordings and audits
	Row      string // of a consent its purpose, of a request its ID, of a recording its class
	// Last is when she was last seen, took the yes back or was answered, when the class was
	// recorded, or of when the oldest line is; On is since when it is due.
	Last, On time.Time
}

// lastSeen finds who was not seen since a time, with none of her cards. Who was never seen
// counts from her card.
const lastSeen = `SELECT person_id, last FROM (
	SELECT p.id AS person_id, COALESCE((SELECT MAX(f.at) FROM ledger_facts f WHERE f.person_id = p.id AND f.verb IN ?), p.created_at) AS last
	FROM persons p WHERE p.created_at < ? %s) AS seen WHERE last < ?
	AND NOT EXISTS (SELECT 1 FROM person_links l JOIN ledger_facts g ON g.person_id = CASE WHEN l.person_id = seen.person_id THEN l.other_id ELSE l.person_id END
		WHERE l.undone_at IS NULL AND (l.person_id = seen.person_id OR l.other_id = seen.person_id) AND g.verb IN ? AND g.at >= ?)
	ORDER BY last, person_id LIMIT ?`

// Due lists what goes at a time: phones first, then cards, proofs and the access log, the
// longest due first, at most limit of each. It changes nothing.
func (s *Store) Due(ctx context.Context, at time.Time, limit int) ([]Due, error) {
	var list []Due
	for _, rule := range []struct {
		kind, only string
		months     int
	}{{duePhone, "AND EXISTS (SELECT 1 FROM phones h WHERE h.person_id = p.id)", PhoneMonths}, {dueCard, "", CardMonths}} {
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
	proofs, err := s.proofsDue(ctx, at, limit)
	if err != nil {
		return nil, err
	}
	oldest, err := people.NewStore(s.db, s.now).OldestAudit(ctx)
	if gone := oldest.Add(people.AuditsKept); err == nil && !oldest.IsZero() && gone.Before(at) {
		proofs = append(proofs, Due{Kind: dueAudits, Last: oldest, On: gone})
	}
	if err != nil || s.recordings == nil {
		return append(list, proofs...), err
	}
	recorded, err := s.recordings.Due(ctx, at, limit)
	for _, r := range recorded {
		proofs = append(proofs, Due{Kind: dueRecording, Row: r.ClassID, Last: r.BegunAt, On: s.recordings.Until(r)})
	}
	return append(list, proofs...), err
}

// proofsDue are rows that proved something long ago. The facts stay.
func (s *Store) proofsDue(ctx context.Context, at time.Time, limit int) ([]Due, error) {
	cut := db.Instant(at.AddDate(0, -ProofMonths, 0))
	var list []Due
	consents, err := db.Rows[people.Consent](s.db).Where("withdrawn_at < ?", cut).Order("withdrawn_at, person_id, purpose").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for consents that are due: %w", err)
	}
	for _, c := range consents {
		list = append(list, Due{dueConsent, c.PersonID, string(c.Purpose), *c.WithdrawnAt, c.WithdrawnAt.AddDate(0, ProofMonths, 0)})
	}
	requests, err := db.Rows[Request](s.db).Where("done_at < ?", cut).Order("done_at, id").Limit(limit).Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for requests that are due: %w", err)
	}
	for _, r := range requests {
		list = append(list, Due{dueRequest, r.PersonID, r.ID, *r.DoneAt, r.DoneAt.AddDate(0, ProofMonths, 0)})
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

// LetGo erases what has been kept long enough, each with a fact. It is background work,
// once a day. The access log's own work is people.Store.Purge.
func (s *Store) LetGo(ctx context.Context) error {
	list, err := s.Due(ctx, s.now(), dueAtOnce)
	if err != nil {
		return err
	}
	var failed error
	for _, d := range list {
		var err error
		switch d.Kind {
		case dueCard:
			err = s.EraseNow(ctx, d.PersonID, Expired)
		case duePhone:
			err = s.dropPhone(ctx, d.PersonID, Expired, db.Instant(s.now()))
		case dueConsent, dueRequest:
			err = s.dropProof(ctx, d)
		case dueRecording:
			err = s.dropRecording(ctx, d.Row, d.Last, Expired)
		}
		failed = errors.Join(failed, err)
	}
	return errors.Join(failed, s.forgetErasures(ctx))
}

// dropPhone lets go of a number that was left before a time, with the fact that it was
// erased. One that she left since stays.
func (s *Store) dropPhone(ctx context.Context, personID string, why Reason, before time.Time) error {
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		n, err := db.Rows[people.Phone](tx).Where("person_id = ? AND created_at <= ?", personID, before).Delete(ctx)
		if err != nil || n == 0 {
			return err
		}
		now := db.Instant(s.now())
		if _, err := db.Rows[people.Consent](tx).Where("person_id = ? AND purpose = ?", personID, people.ForPhone).
			Select("withdrawn_at").Updates(ctx, people.Consent{WithdrawnAt: &now}); err != nil {
			return err
		}
		f := ledger.Fact{ID: db.NewID(), Verb: ledger.Erased, PersonID: &personID, Object: ledger.Object("phone", personID)}
		_, err = ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), f, ledger.ErasedDetail{Reason: string(why)})
		return err
	})
}

// dropRecording lets go of a class's recording that began up to a time.
func (s *Store) dropRecording(ctx context.Context, classID string, begun time.Time, why Reason) error {
	if s.recordings == nil {
		return nil
	}
	return s.recordings.Drop(ctx, live.Dropping{ClassID: classID, Begun: begun, Why: string(why)})
}

// dropProof lets go of a consent that was taken back or a request that was answered, with
// the fact that it was erased. A yes that she gave again since stays.
func (s *Store) dropProof(ctx context.Context, d Due) error {
	cut := db.Instant(s.now().AddDate(0, -ProofMonths, 0))
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		var n int
		var err error
		if d.Kind == dueConsent {
			n, err = db.Rows[people.Consent](tx).Where("person_id = ? AND purpose = ? AND withdrawn_at < ?", d.PersonID, d.Row, cut).Delete(ctx)
		} else {
			n, err = db.Rows[Request](tx).Where("id = ? AND done_at < ?", d.Row, cut).Delete(ctx)
		}
		if err != nil || n == 0 {
			return err
		}
		f := ledger.Fact{ID: db.NewID(), Verb: ledger.Erased, PersonID: &d.PersonID, Object: ledger.Object(d.Kind, d.Row)}
		_, err = ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), f, ledger.ErasedDetail{Reason: string(Expired)})
		return err
	})
}

// forgetErasures lets go of wishes to be erased that were done or undone long ago: who was
// erased has her fact already.
func (s *Store) forgetErasures(ctx context.Context) error {
	cut := db.Instant(s.now().AddDate(0, -ProofMonths, 0))
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Erasure](tx).Where("done_at < ? OR undone_at < ?", cut, cut).Delete(ctx)
		return err
	})
}
