package people

import (
	"context"
	"fmt"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// CheckPassword finds who signs in. A wrong login and a wrong password are the same
// fault.Invalid, and take as long; each try counts for the login and for the address it
// comes from, and waits grow with misses (fault.TooMany).
func (s *StaffStore) CheckPassword(ctx context.Context, login, password, address string) (Staff, error) {
	login = tidyLogin(login)
	if len(login) > 4*longestLogin || len(password) > 4*longestPassword {
		return Staff{}, wrongPassword()
	}
	waits := NewStore(s.db, s.now)
	names := []string{"login:" + login, "address:" + address}
	if err := waits.Charge(ctx, names...); err != nil {
		return Staff{}, err
	}
	who, err := s.StaffByLogin(ctx, login)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return Staff{}, err
	}
	known := err == nil && who.Active() && who.PasswordHash != ""
	hash := ""
	if known {
		hash = who.PasswordHash
	}
	right, err := s.secrets.Match(ctx, password, hash)
	if err != nil {
		return Staff{}, fmt.Errorf("check password: %w", err)
	}
	if !right || !known {
		return Staff{}, s.refused(ctx, who)
	}
	if err := waits.Refund(ctx, names[0]); err != nil {
		return Staff{}, err
	}
	return who, waits.Uncharge(ctx, names[1])
}

func (s *StaffStore) refused(ctx context.Context, who Staff) error {
	object := ""
	if who.ID != "" {
		object = "staff:" + who.ID
	}
	if err := NewStore(s.db, s.now).Note(ctx, Audit{Act: SignInRefused, Object: object}); err != nil {
		return err
	}
	return wrongPassword()
}

func wrongPassword() error {
	return fault.New(fault.Invalid, "web.form_mistakes").Beside("password", "people.sign_in_wrong")
}

// SignedIn writes that somebody signed in, and when.
func (s *StaffStore) SignedIn(ctx context.Context, staffID string) error {
	now := db.Instant(s.now())
	return s.change(ctx, staffID, SignedIn, &staffID, func(t *StaffStore) error {
		_, err := db.Rows[Staff](t.db).Where("id = ?", staffID).Select("signed_in_at").Updates(ctx, Staff{SignedInAt: &now})
		return err
	})
}

// SetPassword changes somebody's password when the old one is right, and ends her
// sign-ins: the caller signs her in anew. Faults: Invalid beside "old" or "password",
// TooMany.
func (s *StaffStore) SetPassword(ctx context.Context, staffID, old, password string) (Staff, error) {
	who, err := s.confirm(ctx, staffID, old, "old")
	if err != nil {
		return Staff{}, err
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
	if err := s.setPassword(ctx, staffID, hash); err != nil {
		return Staff{}, err
	}
	return s.Staff(ctx, staffID)
}

func (s *StaffStore) setPassword(ctx context.Context, staffID, hash string) error {
	return s.change(ctx, staffID, ChosePassword, &staffID, func(t *StaffStore) error {
		if _, err := db.Rows[Staff](t.db).Where("id = ?", staffID).Select("password_hash").Updates(ctx, Staff{PasswordHash: hash}); err != nil {
			return err
		}
		return t.raiseEpoch(ctx, staffID)
	})
}

// confirm asks somebody who is signed in for her password again. A wrong one is
// fault.Invalid beside field, and counts.
func (s *StaffStore) confirm(ctx context.Context, staffID, password, field string) (Staff, error) {
	who, err := s.Staff(ctx, staffID)
	if err != nil {
		return Staff{}, err
	}
	waits := NewStore(s.db, s.now)
	if err := waits.Charge(ctx, "login:"+who.Login); err != nil {
		return Staff{}, err
	}
	right, err := s.secrets.Match(ctx, password, who.PasswordHash)
	if err != nil {
		return Staff{}, err
	}
	if !right {
		return Staff{}, fault.New(fault.Invalid, "web.form_mistakes").Beside(field, "people.password_wrong")
	}
	return who, waits.Refund(ctx, "login:"+who.Login)
}
