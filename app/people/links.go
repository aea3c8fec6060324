package people

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// LinkKind is what a one-time link is for.
type LinkKind string

// The kinds of one-time link.
const (
	FirstLink  LinkKind = "first"  // makes the first administrator
	InviteLink LinkKind = "invite" // a new colleague chooses her password
	ResetLink  LinkKind = "reset"  // somebody forgot hers
)

// StaffLink is a one-time link that staff open to choose a password. Only a hash of its
// token is kept.
type StaffLink struct {
	ID        string `gorm:"primaryKey"`
	Kind      LinkKind
	StaffID   *string // nil for the first administrator, who is not there yet
	TokenHash string
	ByID      *string // who made it; nil for the command line and the first start
	ExpiresAt time.Time
	UsedAt    *time.Time
	CreatedAt time.Time
	// Token is known only to who made the link, and is no column.
	Token string `gorm:"-"`
}

// TableName is the table of one-time links.
func (StaffLink) TableName() string { return "staff_links" }

// Path is the address of the link below the site's base address.
func (l StaffLink) Path() string { return "/staff/link/" + l.Token }

const (
	firstLinkLife = 30 * time.Minute
	staffLinkLife = 24 * time.Hour
)

// NeedsFirst reports whether nobody can administer this installation yet.
func (s *StaffStore) NeedsFirst(ctx context.Context) (bool, error) {
	n, err := s.countAdmins(ctx, "")
	return n == 0, err
}

// countAdmins counts who can administer the whole installation, but for one.
func (s *StaffStore) countAdmins(ctx context.Context, butFor string) (int64, error) {
	n, err := db.Rows[Staff](s.db).Where(`deactivated_at IS NULL AND password_hash <> '' AND id <> ? AND id IN
		(SELECT staff_id FROM staff_grants WHERE role = ? AND place_kind = ?)`, butFor, Admin, Installation).Count(ctx, "id")
	if err != nil {
		return 0, fmt.Errorf("count administrators: %w", err)
	}
	return n, nil
}

// MakeFirstLink makes the link for the first administrator and ends earlier ones. It is
// fault.Conflict when there is an administrator already.
func (s *StaffStore) MakeFirstLink(ctx context.Context) (StaffLink, error) {
	need, err := s.NeedsFirst(ctx)
	if err != nil {
		return StaffLink{}, err
	}
	if !need {
		return StaffLink{}, fault.New(fault.Conflict, "people.first_done")
	}
	return s.makeLink(ctx, StaffLink{Kind: FirstLink, Token: NewToken()}, firstLinkLife)
}

// MakeLink makes a link for a member of staff to choose a password, and ends her earlier
// ones: an invitation while she has none, a reset after that. by is who asks, nil for the
// command line. Faults: NotFound; Conflict when she is not on the staff any more.
func (s *StaffStore) MakeLink(ctx context.Context, staffID string, by *string) (StaffLink, error) {
	return s.MakeLinkWith(ctx, staffID, NewToken(), by)
}

// MakeLinkWith is MakeLink with a token that the caller drew with NewToken: a form that
// carries one makes the same link when it is sent twice.
func (s *StaffStore) MakeLinkWith(ctx context.Context, staffID, token string, by *string) (StaffLink, error) {
	if !isToken(token) {
		return StaffLink{}, fault.New(fault.Invalid, "web.bad_request")
	}
	if l, who, err := s.LinkByToken(ctx, token); err == nil && who.ID == staffID {
		return l, nil
	}
	who, err := s.Staff(ctx, staffID)
	if err != nil {
		return StaffLink{}, err
	}
	if !who.Active() {
		return StaffLink{}, fault.New(fault.Conflict, "people.staff_left")
	}
	kind := ResetLink
	if who.PasswordHash == "" {
		kind = InviteLink
	}
	return s.makeLink(ctx, StaffLink{Kind: kind, StaffID: &staffID, ByID: by, Token: token}, staffLinkLife)
}

// makeLink ends earlier links of the same owner and adds l.
func (s *StaffStore) makeLink(ctx context.Context, l StaffLink, life time.Duration) (StaffLink, error) {
	now := db.Instant(s.now())
	l.ID, l.TokenHash, l.ExpiresAt, l.CreatedAt = db.NewID(), tokenHash(l.Token), now.Add(life), now
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		old := db.Rows[StaffLink](tx).Where("used_at IS NULL AND kind = ?", FirstLink)
		object := ""
		if l.StaffID != nil {
			old = db.Rows[StaffLink](tx).Where("used_at IS NULL AND staff_id = ?", *l.StaffID)
			object = "staff:" + *l.StaffID
		}
		if _, err := old.Select("used_at").Updates(ctx, StaffLink{UsedAt: &now}); err != nil {
			return fmt.Errorf("end earlier links: %w", err)
		}
		if err := db.Rows[StaffLink](tx).Create(ctx, &l); err != nil {
			return fmt.Errorf("make link: %w", err)
		}
		return NewStore(tx, s.now).Note(ctx, Audit{StaffID: l.ByID, Act: MadeLink, Object: object})
	})
	return l, err
}

// LinkByToken finds a link that is neither used nor expired, and whose it is; the zero
// Staff for the first administrator. Anything else is fault.Gone, in the same words.
func (s *StaffStore) LinkByToken(ctx context.Context, token string) (StaffLink, Staff, error) {
	l, err := db.Rows[StaffLink](s.db).Where("token_hash = ? AND used_at IS NULL AND expires_at > ?", tokenHash(token), db.Instant(s.now())).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return StaffLink{}, Staff{}, linkGone()
	}
	if err != nil {
		return StaffLink{}, Staff{}, fmt.Errorf("read link: %w", err)
	}
	l.Token = token
	if l.StaffID == nil {
		return l, Staff{}, nil
	}
	who, err := s.Staff(ctx, *l.StaffID)
	if err == nil && !who.Active() {
		return StaffLink{}, Staff{}, linkGone()
	}
	return l, who, err
}

func linkGone() error { return fault.New(fault.Gone, "people.link_gone") }

// TakeFirst makes the first administrator and uses the link up, in one transaction.
// Faults: Gone for a link that serves no more, Invalid beside "login", "name" and
// "password".
func (s *StaffStore) TakeFirst(ctx context.Context, token, login, name, password string) (Staff, error) {
	link, _, err := s.LinkByToken(ctx, token)
	if err != nil {
		return Staff{}, err
	}
	if link.Kind != FirstLink {
		return Staff{}, linkGone()
	}
	f := fault.New(fault.Invalid, "web.form_mistakes")
	who := Staff{ID: db.NewID(), Login: checkLogin(f, login), Name: checkStaffName(f, name), Epoch: 1, CreatedAt: db.Instant(s.now())}
	checkPassword(f, "password", password, who.Login, who.Name)
	if err := f.OrNil(); err != nil {
		return Staff{}, err
	}
	if who.PasswordHash, err = s.secrets.Hash(ctx, password); err != nil {
		return Staff{}, err
	}
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := s.within(tx)
		if err := t.useLink(ctx, link); err != nil {
			return err
		}
		if err := t.insertStaff(ctx, who, []Grant{{Role: Admin, PlaceKind: Installation}}, nil); err != nil {
			return err
		}
		return NewStore(tx, s.now).Note(ctx, Audit{StaffID: &who.ID, Act: ChosePassword, Object: "staff:" + who.ID})
	})
	return who, loginTaken(f, err)
}

// TakeLink sets the password of the link's owner, uses the link up and ends her other
// sign-ins. Faults: Gone; Invalid beside "password".
func (s *StaffStore) TakeLink(ctx context.Context, token, password string) (Staff, error) {
	link, who, err := s.LinkByToken(ctx, token)
	if err != nil {
		return Staff{}, err
	}
	if link.StaffID == nil {
		return Staff{}, linkGone()
	}
	f := fault.New(fault.Invalid, "web.form_mistakes")
	checkPassword(f, "password", password, who.Login, who.Name)
	if err := f.OrNil(); err != nil {
		return Staff{}, err
	}
	hash, err := s.secrets.Hash(ctx, password)
	if err != nil {
		return Staff{}, err
	}
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := s.within(tx)
		if err := t.useLink(ctx, link); err != nil {
			return err
		}
		return t.setPassword(ctx, who.ID, hash)
	})
	if err != nil {
		return Staff{}, err
	}
	return s.Staff(ctx, who.ID)
}

// useLink marks a link used; the second of two who come at once is fault.Gone.
func (s *StaffStore) useLink(ctx context.Context, l StaffLink) error {
	now := db.Instant(s.now())
	n, err := db.Rows[StaffLink](s.db).Where("id = ? AND used_at IS NULL", l.ID).Select("used_at").Updates(ctx, StaffLink{UsedAt: &now})
	if err != nil {
		return fmt.Errorf("use link: %w", err)
	}
	if n == 0 {
		return linkGone()
	}
	return nil
}
