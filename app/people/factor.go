package people

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// recoveryCode is one of the codes somebody wrote down for the day her phone is lost.
type recoveryCode struct {
	ID      string `gorm:"primaryKey"`
	StaffID string
	Hash    string
	UsedAt  *time.Time
}

func (recoveryCode) TableName() string { return "staff_codes" }

const (
	recoveryCodes = 8
	totpPeriod    = 30
	// totpIssuer is the name that authenticator apps show above the code.
	totpIssuer = "Silver Class"
)

// Factor is a second factor on its way: the secret to scan or type.
type Factor struct {
	Secret string // base32, for typing
	URL    string // otpauth://…, for a QR code
}

// BeginFactor draws a secret for somebody who gave her password again. It counts only
// after ConfirmFactor; until then signing in goes on without. Faults: Invalid beside
// "password", TooMany, Conflict when she has a second factor already.
func (s *StaffStore) BeginFactor(ctx context.Context, staffID, password string) error {
	who, err := s.confirm(ctx, staffID, password, "password")
	if err != nil {
		return err
	}
	return s.drawFactor(ctx, who)
}

func (s *StaffStore) drawFactor(ctx context.Context, who Staff) error {
	if who.SecondFactor() {
		return fault.New(fault.Conflict, "people.factor_there")
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: who.Login, Rand: rand.Reader})
	if err != nil {
		return fmt.Errorf("draw secret: %w", err)
	}
	sealed, err := s.secrets.Seal(key.Secret(), "totp "+who.ID)
	if err != nil {
		return err
	}
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[Staff](tx).Where("id = ? AND totp_since IS NULL", who.ID).Select("totp_secret", "totp_step").Updates(ctx, Staff{TOTPSecret: sealed})
		return err
	})
}

// PendingFactor is the secret that BeginFactor drew, to be shown. It is fault.NotFound
// when there is none, or when it was confirmed already.
func (s *StaffStore) PendingFactor(ctx context.Context, staffID string) (Factor, error) {
	who, err := s.Staff(ctx, staffID)
	if err != nil {
		return Factor{}, err
	}
	if who.SecondFactor() || who.TOTPSecret == "" {
		return Factor{}, fault.New(fault.NotFound, "people.factor_missing")
	}
	secret, err := s.secrets.Open(who.TOTPSecret, "totp "+who.ID)
	if err != nil {
		return Factor{}, fmt.Errorf("open secret: %w", err)
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	if err != nil {
		return Factor{}, fmt.Errorf("read secret: %w", err)
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: totpIssuer, AccountName: who.Login, Secret: raw})
	if err != nil {
		return Factor{}, fmt.Errorf("address of secret: %w", err)
	}
	return Factor{Secret: secret, URL: key.URL()}, nil
}

// ConfirmFactor turns the second factor on when the code is right, and returns the eight
// recovery codes, which are shown once and kept only as hashes. Faults: Invalid beside
// "code", NotFound, TooMany.
func (s *StaffStore) ConfirmFactor(ctx context.Context, staffID, code string) ([]string, error) {
	if _, err := s.PendingFactor(ctx, staffID); err != nil {
		return nil, err
	}
	waits := NewStore(s.db, s.now)
	if err := waits.Charge(ctx, "code:"+staffID); err != nil {
		return nil, err
	}
	who, err := s.Staff(ctx, staffID)
	if err != nil {
		return nil, err
	}
	step, right, err := s.stepOf(who, code)
	if err != nil {
		return nil, err
	}
	if !right {
		return nil, wrongCode()
	}
	codes, rows, err := s.drawCodes(ctx, staffID)
	if err != nil {
		return nil, err
	}
	now := db.Instant(s.now())
	err = s.change(ctx, staffID, SetSecondFactor, &staffID, func(t *StaffStore) error {
		n, err := db.Rows[Staff](t.db).Where("id = ? AND totp_since IS NULL", staffID).Select("totp_since", "totp_step").Updates(ctx, Staff{TOTPSince: &now, TOTPStep: step})
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "people.factor_there")
		}
		return t.replaceCodes(ctx, staffID, rows)
	})
	if err != nil {
		return nil, err
	}
	return codes, waits.Refund(ctx, "code:"+staffID)
}

func (s *StaffStore) drawCodes(ctx context.Context, staffID string) ([]string, []recoveryCode, error) {
	codes, rows := make([]string, recoveryCodes), make([]recoveryCode, recoveryCodes)
	for i := range codes {
		codes[i] = NewToken()[:10]
		hash, err := s.secrets.Hash(ctx, codes[i])
		if err != nil {
			return nil, nil, err
		}
		rows[i] = recoveryCode{ID: db.NewID(), StaffID: staffID, Hash: hash}
	}
	return codes, rows, nil
}

func (s *StaffStore) replaceCodes(ctx context.Context, staffID string, rows []recoveryCode) error {
	if _, err := db.Rows[recoveryCode](s.db).Where("staff_id = ?", staffID).Delete(ctx); err != nil {
		return err
	}
	for _, r := range rows {
		if err := db.Rows[recoveryCode](s.db).Create(ctx, &r); err != nil {
			return fmt.Errorf("keep recovery codes: %w", err)
		}
	}
	return nil
}

// CodesLeft is how many recovery codes somebody has not used.
func (s *StaffStore) CodesLeft(ctx context.Context, staffID string) (int, error) {
	n, err := db.Rows[recoveryCode](s.db).Where("staff_id = ? AND used_at IS NULL", staffID).Count(ctx, "id")
	return int(n), err
}

// EndFactor turns the second factor off for somebody who gave her password again.
// Faults: Invalid beside "password", TooMany.
func (s *StaffStore) EndFactor(ctx context.Context, staffID, password string) error {
	if _, err := s.confirm(ctx, staffID, password, "password"); err != nil {
		return err
	}
	return s.dropFactor(ctx, staffID, &staffID)
}

// ResetFactor turns the second factor off and ends all sign-ins, for somebody who lost
// her phone. by is who helps, nil for the command line. It may be fault.NotFound.
func (s *StaffStore) ResetFactor(ctx context.Context, staffID string, by *string) error {
	if err := s.dropFactor(ctx, staffID, by); err != nil {
		return err
	}
	return s.EndSignIns(ctx, staffID, by)
}

func (s *StaffStore) dropFactor(ctx context.Context, staffID string, by *string) error {
	return s.change(ctx, staffID, EndedFactor, by, func(t *StaffStore) error {
		if _, err := db.Rows[Staff](t.db).Where("id = ?", staffID).Select("totp_secret", "totp_since", "totp_step").Updates(ctx, Staff{}); err != nil {
			return err
		}
		return t.replaceCodes(ctx, staffID, nil)
	})
}

// CheckCode takes the six digits of an authenticator app or one of the recovery codes.
// Each works once. Faults: Invalid beside "code", TooMany.
func (s *StaffStore) CheckCode(ctx context.Context, staffID, code string) error {
	waits := NewStore(s.db, s.now)
	if err := waits.Charge(ctx, "code:"+staffID); err != nil {
		return err
	}
	who, err := s.Staff(ctx, staffID)
	if err != nil {
		return err
	}
	if !who.SecondFactor() || !who.Active() {
		return wrongCode()
	}
	right, err := s.takeCode(ctx, who, code)
	if err != nil {
		return err
	}
	if !right {
		return wrongCode()
	}
	return waits.Refund(ctx, "code:"+staffID)
}

func wrongCode() error {
	return fault.New(fault.Invalid, "web.form_mistakes").Beside("code", "people.code_wrong")
}

func (s *StaffStore) takeCode(ctx context.Context, who Staff, code string) (bool, error) {
	code = squeezeCard(code)
	if len(code) != 6 {
		return s.takeRecoveryCode(ctx, who.ID, code)
	}
	step, right, err := s.stepOf(who, code)
	if err != nil || !right {
		return false, err
	}
	taken := false
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		n, err := db.Rows[Staff](tx).Where("id = ? AND totp_step < ?", who.ID, step).Select("totp_step").Updates(ctx, Staff{TOTPStep: step})
		taken = n == 1
		return err
	})
	return taken, err
}

// stepOf finds the 30-second step that a code belongs to: this one or a neighbour, since
// phones and boxes are seldom right to the second.
func (s *StaffStore) stepOf(who Staff, code string) (step int64, right bool, err error) {
	secret, err := s.secrets.Open(who.TOTPSecret, "totp "+who.ID)
	if err != nil {
		return 0, false, fmt.Errorf("open secret: %w", err)
	}
	code = squeezeCard(code)
	for _, near := range []int64{0, -1, 1} {
		at := s.now().Add(time.Duration(near) * totpPeriod * time.Second)
		ok, err := totp.ValidateCustom(code, secret, at, totp.ValidateOpts{Period: totpPeriod, Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err != nil && !errors.Is(err, otp.ErrValidateInputInvalidLength) {
			return 0, false, err
		}
		if ok {
			return at.Unix() / totpPeriod, true, nil
		}
	}
	return 0, false, nil
}

func (s *StaffStore) takeRecoveryCode(ctx context.Context, staffID, code string) (bool, error) {
	if len(code) != 10 {
		return false, nil
	}
	rows, err := db.Rows[recoveryCode](s.db).Where("staff_id = ? AND used_at IS NULL", staffID).Order("id").Limit(recoveryCodes).Find(ctx)
	if err != nil {
		return false, err
	}
	for _, r := range rows {
		right, err := s.secrets.Match(ctx, code, r.Hash)
		if err != nil {
			return false, err
		}
		if right {
			return s.useRecoveryCode(ctx, r)
		}
	}
	return false, nil
}

func (s *StaffStore) useRecoveryCode(ctx context.Context, r recoveryCode) (bool, error) {
	now, used := db.Instant(s.now()), false
	err := s.change(ctx, r.StaffID, UsedRecovery, &r.StaffID, func(t *StaffStore) error {
		n, err := db.Rows[recoveryCode](t.db).Where("id = ? AND used_at IS NULL", r.ID).Select("used_at").Updates(ctx, recoveryCode{UsedAt: &now})
		used = n == 1
		return err
	})
	return used, err
}
