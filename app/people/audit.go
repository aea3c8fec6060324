package people

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
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
		if err := gorm.G[Audit](tx).Create(ctx, &a); err != nil {
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
	q := gorm.G[Audit](s.db).Order("at DESC, id DESC").Limit(limit)
	if object != "" {
		q = q.Where("object = ?", object)
	}
	return q.Find(ctx)
}

// auditsKept is how long lines stay: twelve months (privacy.md E.3); six are the least
// that the law asks.
const auditsKept = 365 * 24 * time.Hour

// Purge deletes audit lines that are older than they need to be, and acts and links
// of long ago. It is background work, once a day.
func (s *Store) Purge(ctx context.Context) error {
	if err := s.SealAudits(ctx); err != nil { // only what has its place may go
		return err
	}
	now := db.Instant(s.now())
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if err := cutAudits(ctx, tx, now.Add(-auditsKept), now); err != nil {
			return fmt.Errorf("purge audits: %w", err)
		}
		if _, err := gorm.G[act](tx).Where("at < ?", now.Add(-30*24*time.Hour)).Delete(ctx); err != nil {
			return fmt.Errorf("purge acts: %w", err)
		}
		if _, err := gorm.G[StaffLink](tx).Where("expires_at < ?", now.Add(-30*24*time.Hour)).Delete(ctx); err != nil {
			return fmt.Errorf("purge staff links: %w", err)
		}
		_, err := gorm.G[TabletLink](tx).Where("expires_at < ?", now.Add(-30*24*time.Hour)).Delete(ctx)
		return err
	})
}
