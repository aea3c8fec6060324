package certificates

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// Store keeps certificates.
type Store struct {
	db    *gorm.DB
	now   func() time.Time
	rules Rules
}

// NewStore keeps certificates in d; now is the clock.
func NewStore(d *gorm.DB, now func() time.Time, rules Rules) *Store {
	return &Store{db: d, now: now, rules: rules}
}

// Done is what each of these people has done in a topic, as its newest rule counts it. Who
// has done nothing is there with zeros. Fault Invalid when the topic has no rule.
func (s *Store) Done(ctx context.Context, topic string, personIDs []string) (map[string]Done, error) {
	rule, ok := s.rules.Of(topic)
	if !ok {
		return nil, fault.New(fault.Invalid, "certificates.no_rule")
	}
	facts := map[string][]ledger.Fact{}
	for chunk := range slices.Chunk(personIDs, 500) {
		list, err := db.Rows[ledger.Fact](s.db).Select("id", "verb", "person_id", "object", "detail").
			Where("person_id IN ? AND verb IN ?", chunk, []ledger.Verb{ledger.Finished, ledger.Practised, ledger.Answered, ledger.CheckedIn, ledger.Retracted}).
			Order("at, id").Find(ctx)
		if err != nil {
			return nil, fmt.Errorf("what people have done: %w", err)
		}
		for _, f := range list {
			facts[*f.PersonID] = append(facts[*f.PersonID], f)
		}
	}
	done := make(map[string]Done, len(personIDs))
	for _, id := range personIDs {
		done[id] = doneIn(rule, facts[id])
	}
	return done, nil
}

// Issue gives a certificate for a topic to each of these people who has met the rule, and
// came to as many sessions as attendance asks, in one transaction with the facts. Who has
// a valid one, or has not met the rule, is passed over: so the same act again changes
// nothing. It gives how many were issued. Fault Invalid when the topic has no rule.
func (s *Store) Issue(ctx context.Context, session tour.Whole, topic string, personIDs []string, attendance int, byID string) (int, error) {
	rule, ok := s.rules.Of(topic)
	if !ok || attendance < 0 {
		return 0, fault.New(fault.Invalid, "certificates.no_rule")
	}
	issued := 0
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		issued = 0
		in := NewStore(tx, s.now, s.rules)
		done, err := in.Done(ctx, topic, personIDs)
		if err != nil {
			return err
		}
		have, err := in.holders(ctx, topic, personIDs)
		if err != nil {
			return err
		}
		for _, id := range personIDs {
			if have[id] || !rule.Lacks(done[id], attendance).Met() {
				continue
			}
			have[id] = true // once, also when she is named twice
			if err := in.issue(ctx, session, rule, id, attendance, byID); err != nil {
				return err
			}
			issued++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("issue certificates for %s: %w", topic, err)
	}
	return issued, nil
}

func (s *Store) issue(ctx context.Context, session tour.Whole, rule Rule, personID string, attendance int, byID string) error {
	now := db.Instant(s.now())
	c := Certificate{ID: db.NewID(), Code: newCode(), PersonID: personID, Topic: rule.Topic, Rule: rule.Name(), Attendance: attendance,
		City: session.City.Name, SessionID: session.ID, VenueID: session.VenueID, IssuedAt: now, IssuedBy: byID, FactID: db.NewID()}
	if err := db.Rows[Certificate](s.db).Create(ctx, &c); err != nil {
		return err
	}
	f := ledger.Fact{ID: c.FactID, Verb: ledger.Certified, Object: ledger.Object("certificate", c.ID), PersonID: &c.PersonID,
		SessionID: &c.SessionID, VenueID: &c.VenueID, ByID: &c.IssuedBy, At: now}
	_, err := ledger.Append(ctx, s.db, ledger.OwnerCertificates, now, f, ledger.CertifiedDetail{Rule: rule.Name()})
	return err
}

// holders are those of these people who have a valid certificate for a topic.
func (s *Store) holders(ctx context.Context, topic string, personIDs []string) (map[string]bool, error) {
	have := map[string]bool{}
	for chunk := range slices.Chunk(personIDs, 500) {
		list, err := db.Rows[Certificate](s.db).Select("person_id").Where("topic = ? AND revoked_at IS NULL AND person_id IN ?", topic, chunk).Order("id").Find(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			have[c.PersonID] = true
		}
	}
	return have, nil
}

// Revoke takes a certificate back, in one transaction with its fact. One that is revoked
// already stays as it is. Faults: NotFound; Invalid when the reason is none of Reasons.
func (s *Store) Revoke(ctx context.Context, id, byID, reason string) error {
	if !slices.Contains(Reasons(), reason) {
		return fault.New(fault.Invalid, "certificates.why_first").Beside("reason", "certificates.why_first")
	}
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		in := NewStore(tx, s.now, s.rules)
		c, err := in.One(ctx, id)
		if err != nil || c.RevokedAt != nil {
			return err
		}
		now := db.Instant(s.now())
		c.RevokedAt, c.RevokedBy, c.RevokeReason = &now, &byID, reason
		if _, err := db.Rows[Certificate](tx).Where("id = ? AND revoked_at IS NULL", id).Select("revoked_at", "revoked_by", "revoke_reason").Updates(ctx, c); err != nil {
			return err
		}
		_, err = ledger.Retract(ctx, tx, ledger.OwnerCertificates, now, c.FactID, &byID, reason)
		return err
	})
}

// One is a certificate by ID; fault NotFound.
func (s *Store) One(ctx context.Context, id string) (Certificate, error) {
	return take(db.Rows[Certificate](s.db).Where("id = ?", id).Take(ctx))
}

// ByCode is a certificate by its code; fault NotFound.
func (s *Store) ByCode(ctx context.Context, code string) (Certificate, error) {
	return take(db.Rows[Certificate](s.db).Where("code = ?", code).Take(ctx))
}

// mostListed bounds a list of certificates.
const mostListed = 1000

// OfPerson are somebody's certificates that are valid, latest first.
func (s *Store) OfPerson(ctx context.Context, personID string) ([]Certificate, error) {
	return db.Rows[Certificate](s.db).Where("person_id = ? AND revoked_at IS NULL", personID).Order("issued_at DESC, id").Limit(mostListed).Find(ctx)
}

// OfSession are the certificates issued in a session, by issue, those revoked too.
func (s *Store) OfSession(ctx context.Context, sessionID string) ([]Certificate, error) {
	return db.Rows[Certificate](s.db).Where("session_id = ?", sessionID).Order("issued_at, id").Limit(mostListed).Find(ctx)
}

func take(c Certificate, err error) (Certificate, error) {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c, fault.New(fault.NotFound, "certificates.unknown")
	}
	return c, err
}

// stateOf is what a certificate is now: people tells whether its person is still there.
func stateOf(ctx context.Context, c Certificate, persons *people.Store) (State, people.Person, error) {
	p, err := persons.Person(ctx, c.PersonID)
	switch {
	case fault.Is(err, fault.NotFound):
		return Erased, p, nil
	case err != nil:
		return Unknown, p, err
	case c.RevokedAt != nil:
		return Revoked, p, nil
	}
	return Valid, p, nil
}
