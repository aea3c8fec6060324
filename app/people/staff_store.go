package people

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// StaffStore reads and writes staff, their grants, passwords, second factors and
// one-time links.
type StaffStore struct {
	db      *gorm.DB
	now     func() time.Time
	secrets *Secrets
}

// NewStaffStore makes a store on a database.
func NewStaffStore(g *gorm.DB, now func() time.Time, k *Secrets) *StaffStore {
	return &StaffStore{db: g, now: now, secrets: k}
}

func (s *StaffStore) within(tx *gorm.DB) *StaffStore { return NewStaffStore(tx, s.now, s.secrets) }

// Staff finds a member of staff by ID, also one who left. It may be fault.NotFound.
func (s *StaffStore) Staff(ctx context.Context, id string) (Staff, error) {
	return s.staffBy(ctx, "id = ?", id)
}

// StaffByLogin finds a member of staff by what she types to sign in.
func (s *StaffStore) StaffByLogin(ctx context.Context, login string) (Staff, error) {
	return s.staffBy(ctx, "login = ?", tidyLogin(login))
}

func (s *StaffStore) staffBy(ctx context.Context, where, value string) (Staff, error) {
	who, err := db.Rows[Staff](s.db).Where(where, value).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Staff{}, fault.New(fault.NotFound, "people.staff_missing")
	}
	if err != nil {
		return Staff{}, fmt.Errorf("read staff: %w", err)
	}
	return who, nil
}

// All lists the staff by name; who left comes last.
func (s *StaffStore) All(ctx context.Context) ([]Staff, error) {
	return db.Rows[Staff](s.db).Order("deactivated_at IS NOT NULL, name, id").Limit(2000).Find(ctx)
}

// Names are the names of some staff, by ID. Who does not exist is left out.
func (s *StaffStore) Names(ctx context.Context, ids []string) (map[string]string, error) {
	names := make(map[string]string, len(ids))
	if len(ids) == 0 {
		return names, nil
	}
	list, err := db.Rows[Staff](s.db).Select("id", "name").Where("id IN ?", ids).Order("id").Find(ctx)
	for _, w := range list {
		names[w.ID] = w.Name
	}
	return names, err
}

// Grants lists what somebody may do, in the order it was granted.
func (s *StaffStore) Grants(ctx context.Context, staffID string) ([]Grant, error) {
	return db.Rows[Grant](s.db).Where("staff_id = ?", staffID).Order("created_at, id").Limit(200).Find(ctx)
}

// AllGrants lists everybody's grants, by staff ID.
func (s *StaffStore) AllGrants(ctx context.Context) (map[string][]Grant, error) {
	list, err := db.Rows[Grant](s.db).Order("created_at, id").Limit(20000).Find(ctx)
	by := map[string][]Grant{}
	for _, g := range list {
		by[g.StaffID] = append(by[g.StaffID], g)
	}
	return by, err
}

// AddStaff is the act of taking somebody on.
type AddStaff struct {
	ID     string // the act's, and becomes hers
	Login  string
	Name   string
	Grants []Grant // at least one; only Role, PlaceKind and PlaceID are read
	By     *string // who adds her; nil for the command line
}

// Add takes somebody on, without a password: MakeLink invites her. The same act again
// changes nothing. Faults: Invalid beside "login", "name" and "role".
func (s *StaffStore) Add(ctx context.Context, a AddStaff) (Staff, error) {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	who := Staff{ID: a.ID, Login: checkLogin(f, a.Login), Name: checkStaffName(f, a.Name), Epoch: 1, CreatedAt: db.Instant(s.now())}
	if len(a.Grants) == 0 {
		f.Beside("role", "people.role_choose")
	}
	for _, g := range a.Grants {
		checkGrant(f, g)
	}
	if err := f.OrNil(); err != nil {
		return Staff{}, err
	}
	if old, err := s.Staff(ctx, a.ID); err == nil && old.Login == who.Login {
		return old, nil
	}
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		return s.within(tx).insertStaff(ctx, who, a.Grants, a.By)
	})
	return who, loginTaken(f, err)
}

func (s *StaffStore) insertStaff(ctx context.Context, who Staff, grants []Grant, by *string) error {
	if err := db.Rows[Staff](s.db).Create(ctx, &who); err != nil {
		return fmt.Errorf("add staff: %w", err)
	}
	for _, g := range grants {
		if err := s.insertGrant(ctx, who.ID, g); err != nil {
			return err
		}
	}
	return NewStore(s.db, s.now).Note(ctx, Audit{StaffID: by, Act: AddedStaff, Object: "staff:" + who.ID})
}

func (s *StaffStore) insertGrant(ctx context.Context, staffID string, g Grant) error {
	row := Grant{ID: db.NewID(), StaffID: staffID, Role: g.Role, PlaceKind: g.PlaceKind, PlaceID: g.PlaceID, CreatedAt: db.Instant(s.now())}
	if err := db.Rows[Grant](s.db, clause.OnConflict{DoNothing: true}).Create(ctx, &row); err != nil {
		return fmt.Errorf("grant: %w", err)
	}
	return nil
}

// loginTaken turns a login that somebody has already into a message beside the field.
func loginTaken(f *fault.Error, err error) error {
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return f.Beside("login", "people.login_taken")
	}
	return err
}

// Rename changes somebody's name. It may be fault.Invalid beside "name".
func (s *StaffStore) Rename(ctx context.Context, staffID, name string, by *string) error {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	name = checkStaffName(f, name)
	if err := f.OrNil(); err != nil {
		return err
	}
	return s.change(ctx, staffID, EditedStaff, by, func(t *StaffStore) error {
		_, err := db.Rows[Staff](t.db).Where("id = ?", staffID).Select("name").Updates(ctx, Staff{Name: name})
		return err
	})
}

// Grant gives somebody a role at a place. The same again changes nothing. It may be
// fault.Invalid beside "role" or "place".
func (s *StaffStore) Grant(ctx context.Context, staffID string, g Grant, by *string) error {
	f := fault.New(fault.Invalid, "web.form_mistakes")
	checkGrant(f, g)
	if err := f.OrNil(); err != nil {
		return err
	}
	return s.change(ctx, staffID, EditedStaff, by, func(t *StaffStore) error { return t.insertGrant(ctx, staffID, g) })
}

// TakeGrant takes a role back. It is fault.Conflict when nobody would be left who
// administers the installation.
func (s *StaffStore) TakeGrant(ctx context.Context, staffID, grantID string, by *string) error {
	return s.change(ctx, staffID, EditedStaff, by, func(t *StaffStore) error {
		g, err := db.Rows[Grant](t.db).Where("id = ? AND staff_id = ?", grantID, staffID).Take(ctx)
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil // taken back already
		}
		if err != nil {
			return err
		}
		if g.Role == Admin && g.PlaceKind == Installation {
			if err := t.keepOneAdmin(ctx, staffID); err != nil {
				return err
			}
		}
		_, err = db.Rows[Grant](t.db).Where("id = ?", grantID).Delete(ctx)
		return err
	})
}

// Deactivate takes somebody off the staff and ends her sign-ins. It is fault.Conflict
// when nobody would be left who administers the installation.
func (s *StaffStore) Deactivate(ctx context.Context, staffID string, by *string) error {
	now := db.Instant(s.now())
	return s.change(ctx, staffID, LeftStaff, by, func(t *StaffStore) error {
		if err := t.keepOneAdmin(ctx, staffID); err != nil {
			return err
		}
		if _, err := db.Rows[Staff](t.db).Where("id = ? AND deactivated_at IS NULL", staffID).Select("deactivated_at").Updates(ctx, Staff{DeactivatedAt: &now}); err != nil {
			return err
		}
		return t.raiseEpoch(ctx, staffID)
	})
}

// Activate takes somebody back on, with the password and grants she had.
func (s *StaffStore) Activate(ctx context.Context, staffID string, by *string) error {
	return s.change(ctx, staffID, BackOnStaff, by, func(t *StaffStore) error {
		_, err := db.Rows[Staff](t.db).Where("id = ?", staffID).Select("deactivated_at").Updates(ctx, Staff{})
		return err
	})
}

// EndSignIns ends every sign-in of somebody, on all devices.
func (s *StaffStore) EndSignIns(ctx context.Context, staffID string, by *string) error {
	return s.change(ctx, staffID, EndedSignIns, by, func(t *StaffStore) error { return t.raiseEpoch(ctx, staffID) })
}

// change does one thing to somebody who exists and writes it into the audit.
func (s *StaffStore) change(ctx context.Context, staffID, act string, by *string, fn func(t *StaffStore) error) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		t := s.within(tx)
		if _, err := t.Staff(ctx, staffID); err != nil {
			return err
		}
		if err := fn(t); err != nil {
			return err
		}
		return NewStore(tx, s.now).Note(ctx, Audit{StaffID: by, Act: act, Object: "staff:" + staffID})
	})
}

func (s *StaffStore) raiseEpoch(ctx context.Context, staffID string) error {
	_, err := db.Rows[Staff](s.db).Where("id = ?", staffID).Update(ctx, "epoch", gorm.Expr("epoch + 1"))
	return err
}

func (s *StaffStore) keepOneAdmin(ctx context.Context, staffID string) error {
	is, err := db.Rows[Grant](s.db).Where("staff_id = ? AND role = ? AND place_kind = ?", staffID, Admin, Installation).Count(ctx, "id")
	if err != nil || is == 0 {
		return err
	}
	others, err := s.countAdmins(ctx, staffID)
	if err == nil && others == 0 {
		return fault.New(fault.Conflict, "people.last_admin")
	}
	return err
}

func checkGrant(f *fault.Error, g Grant) {
	if !slices.Contains(Roles(), g.Role) {
		f.Beside("role", "people.role_choose")
	}
	if !slices.Contains([]PlaceKind{Installation, City, Venue}, g.PlaceKind) || (g.PlaceKind == Installation) != (g.PlaceID == "") {
		f.Beside("place", "people.place_choose")
	}
}

const (
	staffNameLimit = 30
	shortestLogin  = 2
	longestLogin   = 40
)

func checkStaffName(f *fault.Error, name string) string {
	t := CheckText(f, "name", name, staffNameLimit)
	if t == "" {
		f.Beside("name", "people.name_empty")
	}
	return t
}

func tidyLogin(login string) string { return strings.ToLower(strings.TrimSpace(login)) }

func checkLogin(f *fault.Error, login string) string {
	t := tidyLogin(login)
	n := utf8.RuneCountInString(t)
	strange := func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r)
	}
	switch {
	case n < shortestLogin || n > longestLogin || strings.ContainsFunc(t, strange):
		f.Beside("login", "people.login_choose", fault.Args{"Least": shortestLogin, "Most": longestLogin})
	case HoldsSecret(t):
		f.Beside("login", "people.login_secret")
	}
	return t
}

const (
	shortestPassword = 10
	longestPassword  = 200
)

// checkPassword asks for ten characters that are neither one character again and again,
// nor a run, nor her own login or name. Nothing is asked about kinds of characters:
// length helps, rules about signs do not (NIST SP 800-63B 5.1.1.2).
func checkPassword(f *fault.Error, field, password, login, name string) {
	runes := []rune(strings.ToLower(password))
	steps := map[rune]bool{}
	for i := 1; i < len(runes); i++ {
		steps[runes[i]-runes[i-1]] = true
	}
	easy := len(steps) == 1 // aaaaaaaaaa, 0123456789, 9876543210
	for _, own := range []string{login, strings.ToLower(name)} {
		easy = easy || utf8.RuneCountInString(own) >= 4 && strings.ReplaceAll(string(runes), own, "") == ""
	}
	switch {
	case len(runes) < shortestPassword:
		f.Beside(field, "people.password_short", fault.Args{"Least": shortestPassword})
	case len(runes) > longestPassword:
		f.Beside(field, "people.password_long", fault.Args{"Most": longestPassword})
	case easy || slices.Contains([]string{"1234567890", "password123", "password1234", "qwertyuiop", "1qaz2wsx3edc"}, string(runes)):
		f.Beside(field, "people.password_easy")
	}
}
