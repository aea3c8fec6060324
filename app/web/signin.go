package web

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"silverclass/app/db"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// SignIns keeps who is signed in: rows of web_sessions, the token hashed, 12 hours at
// most from the sign-in. Idleness is not its business: a row is written at sign-in and
// sign-out, never on mere reading.
type SignIns struct {
	site  *Site
	plain *scs.SessionManager // over HTTP
	tls   *scs.SessionManager // over HTTPS: __Host- cookie
}

// NewSignIns keeps sign-ins in d.
func NewSignIns(s *Site, d *gorm.DB) *SignIns {
	make := func(secure bool) *scs.SessionManager {
		m := scs.New()
		m.Store = &signInStore{db: d, now: s.Now}
		m.Lifetime = 12 * time.Hour
		m.HashTokenInStore = true
		m.Cookie.Name = cookieName("signin", secure)
		m.Cookie.Secure = secure
		return m
	}
	return &SignIns{site: s, plain: make(false), tls: make(true)}
}

func (s *SignIns) manager(c echo.Context) *scs.SessionManager {
	if s.site.Secure(c.Request()) {
		return s.tls
	}
	return s.plain
}

// Load is the middleware that reads the sign-in of a request and, when a handler
// changed it, stores it before the answer's first byte.
func (s *SignIns) Load(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		m, token := s.manager(c), ""
		if ck, err := c.Cookie(m.Cookie.Name); err == nil {
			token = ck.Value
		}
		ctx, err := m.Load(c.Request().Context(), token)
		if err != nil {
			return err
		}
		c.SetRequest(c.Request().WithContext(ctx))
		c.Response().Before(func() { s.commit(ctx, c, m) })
		return next(c)
	}
}

func (s *SignIns) commit(ctx context.Context, c echo.Context, m *scs.SessionManager) {
	switch m.Status(ctx) {
	case scs.Modified:
		token, expiry, err := m.Commit(ctx)
		if err != nil {
			s.site.cfg.Log.Error("sign-in not stored", "err", err)
			return
		}
		http.SetCookie(c.Response(), &http.Cookie{Name: m.Cookie.Name, Value: token, Path: "/", Expires: expiry,
			HttpOnly: true, Secure: m.Cookie.Secure, SameSite: http.SameSiteLaxMode})
	case scs.Destroyed:
		http.SetCookie(c.Response(), &http.Cookie{Name: m.Cookie.Name, Path: "/", MaxAge: -1,
			HttpOnly: true, Secure: m.Cookie.Secure, SameSite: http.SameSiteLaxMode})
	}
}

// Get is a value of the sign-in; empty when there is none.
func (s *SignIns) Get(c echo.Context, key string) string {
	return s.manager(c).GetString(c.Request().Context(), key)
}

// Put sets a value of the sign-in.
func (s *SignIns) Put(c echo.Context, key, value string) {
	s.manager(c).Put(c.Request().Context(), key, value)
}

// Remove takes a value out of the sign-in.
func (s *SignIns) Remove(c echo.Context, key string) {
	s.manager(c).Remove(c.Request().Context(), key)
}

// Renew gives the sign-in a new token: at every change of who is signed in.
func (s *SignIns) Renew(c echo.Context) error {
	return s.manager(c).RenewToken(c.Request().Context())
}

// End signs out.
func (s *SignIns) End(c echo.Context) error {
	return s.manager(c).Destroy(c.Request().Context())
}

// signInRow is a row of web_sessions. Data is base64, so that one column type serves
// both databases.
type signInRow struct {
	TokenHash string `gorm:"primaryKey"`
	Data      string
	ExpiresAt time.Time
}

// TableName is fixed by the first migration.
func (signInRow) TableName() string { return "web_sessions" }

type signInStore struct {
	db  *gorm.DB
	now func() time.Time
}

func (s *signInStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	row, err := db.Rows[signInRow](s.db).Where("token_hash = ? AND expires_at > ?", token, db.Instant(s.now())).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, err
	}
	b, err := base64.StdEncoding.DecodeString(row.Data)
	return b, err == nil, err
}

func (s *signInStore) CommitCtx(ctx context.Context, token string, b []byte, expiry time.Time) error {
	row := signInRow{TokenHash: token, Data: base64.StdEncoding.EncodeToString(b), ExpiresAt: db.Instant(expiry)}
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		if _, err := db.Rows[signInRow](tx).Where("expires_at <= ?", db.Instant(s.now())).Delete(ctx); err != nil {
			return err
		}
		return db.Rows[signInRow](tx, clause.OnConflict{UpdateAll: true}).Create(ctx, &row)
	})
}

func (s *signInStore) DeleteCtx(ctx context.Context, token string) error {
	return db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[signInRow](tx).Where("token_hash = ?", token).Delete(ctx)
		return err
	})
}

// The three below are asked of every scs store; the manager uses those above.

func (s *signInStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

func (s *signInStore) Commit(token string, b []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, b, expiry)
}

func (s *signInStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
