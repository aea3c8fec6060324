package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/ledger"
)

// What is written down of who looked at people or changed who may.
const (
	OpenedPerson    = "opened-person"
	EditedPerson    = "edited-person"
	Searched        = "searched"
	PrintedCards    = "printed-cards"
	RevokedCard     = "revoked-card"
	RestoredCard    = "restored-card"
	AddedCard       = "added-card"
	SignedIn        = "signed-in"
	SignInRefused   = "sign-in-refused"
	SignedOut       = "signed-out"
	ChosePassword   = "chose-password"
	SetSecondFactor = "set-second-factor"
	EndedFactor     = "ended-second-factor"
	UsedRecovery    = "used-recovery-code"
	AddedStaff      = "added-staff"
	EditedStaff     = "edited-staff"
	LeftStaff       = "deactivated-staff"
	BackOnStaff     = "activated-staff"
	MadeLink        = "made-link"
	EndedSignIns    = "ended-sign-ins"
	EnrolledTablet  = "enrolled-tablet"
	RenamedTablet   = "renamed-tablet"
	RevokedTablet   = "revoked-tablet"
	UnmaskedPhone   = "unmasked-phone"
	ExportedPerson  = "exported-person"
	AskedErasing    = "asked-erasing"
	UndidErasing    = "undid-erasing"
	ErasedPerson    = "erased-person"
	TookRequest     = "took-request"
	ClosedRequest   = "closed-request"
	WroteConsent    = "wrote-consent"
	RotatedKeys     = "rotated-keys"
	MergedPersons   = "merged-persons"
	SplitPersons    = "split-persons"
	WroteExchange   = "wrote-exchange"
	ReadExchange    = "read-exchange"
)

// Audit is one line of who did what to whom: IDs only, never a name, a card number or
// what somebody searched for. Lines are kept at least six months (网络安全法 art. 23).
type Audit struct {
	ID       string `gorm:"primaryKey"`
	At       time.Time
	StaffID  *string // nil when nobody was signed in
	TabletID *string
	Act      string // one of the constants above
	Object   string // a kind and an ID, such as "person:…"; empty when there is none
	Reason   string // a code, where the act asks for one; never what was looked at
}

// TableName is the table of audits.
func (Audit) TableName() string { return "audits" }

// Note writes an audit line; ID and At are filled in. Within a transaction it joins it.
func (s *Store) Note(ctx context.Context, a Audit) error {
	a.ID, a.At = db.NewID(), db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if err := db.Rows[Audit](tx).Create(ctx, &a); err != nil {
			return fmt.Errorf("write audit: %w", err)
		}
		return nil
	})
}

// audit is a line about what the reader does.
func (r Reader) audit(act, object, reason string) Audit {
	a := Audit{StaffID: r.StaffID(), Act: act, Object: object, Reason: reason}
	if r.Tablet != nil {
		a.TabletID = &r.Tablet.ID
	}
	return a
}

// NoteBy is Note for what the reader of a page did.
func (s *Store) NoteBy(ctx context.Context, r Reader, act, object string) error {
	return s.Note(ctx, r.audit(act, object, ""))
}

// Audits lists the latest lines about an object, or all of them when it is empty, the
// newest first.
func (s *Store) Audits(ctx context.Context, object string, limit int) ([]Audit, error) {
	q := db.Rows[Audit](s.db).Order("at DESC, id DESC").Limit(limit)
	if object != "" {
		q = q.Where("object = ?", object)
	}
	return q.Find(ctx)
}

// AuditsKept is how long lines stay: twelve months (privacy.md E.3); six are the least
// that the law asks.
const AuditsKept = 365 * 24 * time.Hour

// Purge deletes audit lines that are older than they need to be, and acts and links
// of long ago. It is background work, once a day.
func (s *Store) Purge(ctx context.Context) error {
	if err := s.SealAudits(ctx); err != nil { // only what has its place may go
		return err
	}
	now := db.Instant(s.now())
	return ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		if err := s.purgeAudits(ctx, tx, now.Add(-AuditsKept)); err != nil {
			return fmt.Errorf("purge audits: %w", err)
		}
		if _, err := db.Rows[act](tx).Where("at < ?", now.Add(-30*24*time.Hour)).Delete(ctx); err != nil {
			return fmt.Errorf("purge acts: %w", err)
		}
		if _, err := db.Rows[StaffLink](tx).Where("expires_at < ?", now.Add(-30*24*time.Hour)).Delete(ctx); err != nil {
			return fmt.Errorf("purge staff links: %w", err)
		}
		_, err := db.Rows[TabletLink](tx).Where("expires_at < ?", now.Add(-30*24*time.Hour)).Delete(ctx)
		return err
	})
}

// purgeAudits lets go of the lines before a time, with one fact for all of them.
func (s *Store) purgeAudits(ctx context.Context, tx *gorm.DB, before time.Time) error {
	some, err := cutAudits(ctx, tx, before, db.Instant(s.now()))
	if err != nil || !some {
		return err
	}
	f := ledger.Fact{ID: db.NewID(), Verb: ledger.Erased, Object: ledger.Object("audits", before.UTC().Format(time.DateOnly))}
	_, err = ledger.Append(ctx, tx, ledger.OwnerPeople, s.now(), f, ledger.ErasedDetail{Reason: "expired"})
	return err
}

// OldestAudit is when the oldest line was written; zero when there is none.
func (s *Store) OldestAudit(ctx context.Context) (time.Time, error) {
	a, err := db.Rows[Audit](s.db).Order("at, id").Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return time.Time{}, nil
	}
	return a.At, err
}
