// Package web is what every page needs and no feature owns: layouts, error pages in
// plain words, sign-ins, guards in the route table, headers, the size and language
// switches, and a request log without names. It knows no feature.
package web

import (
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"silverclass/locales"
	"silverclass/static"

	"github.com/labstack/echo/v4"
)

// Config is what NewSite needs. All fields but BaseURL, Nav, ReadOnly are required.
type Config struct {
	Words  *locales.Words
	Assets *static.Assets
	Now    func() time.Time
	Zone   *time.Location // local days and times on pages
	Log    *slog.Logger
	// BaseURL is the address printed on sheets and QR codes, such as
	// http://192.168.1.10:8080; empty means: as the reader's own request named it.
	BaseURL string
	// LAN is this machine's address for others, such as http://192.168.1.10:8080; it
	// stands in for "localhost" where a page is opened on the machine itself.
	LAN string
	// TLSPort is the port that speaks HTTPS, 0 when none does: a trainer's camera works
	// only there.
	TLSPort int
	// Office is who holds the classes, and how to reach them, as the notice says it (PIPL
	// 17); empty when nobody has set it.
	Office string
	// Nav gives the links a signed-in member of staff sees, in order.
	Nav func(c echo.Context) []NavItem
	// ReadOnly tells whether the disk takes no more; staff pages say so.
	ReadOnly func() bool
}

// NavItem is one link of the staff pages' menu: a locale key and where it leads.
type NavItem struct{ Key, URL string }

// Site holds what pages share. It does not change after NewSite.
type Site struct {
	cfg    Config
	errors map[Layout]*Pages
}

// NewSite prepares the shared parts, the error pages first.
func NewSite(cfg Config) *Site {
	if cfg.Nav == nil {
		cfg.Nav = func(echo.Context) []NavItem { return nil }
	}
	if cfg.ReadOnly == nil {
		cfg.ReadOnly = func() bool { return false }
	}
	s := &Site{cfg: cfg}
	s.errors = map[Layout]*Pages{
		Learner: s.Pages(errorPages, Learner),
		Staff:   s.Pages(errorPages, Staff),
	}
	return s
}

// Now is the site's clock, in UTC.
func (s *Site) Now() time.Time { return s.cfg.Now().UTC() }

// Zone is where local days begin.
func (s *Site) Zone() *time.Location { return s.cfg.Zone }

// Office is who holds the classes, and how to reach them; it may be empty.
func (s *Site) Office() string { return s.cfg.Office }

// T is a sentence in the reader's language, for answers that are not pages.
func (s *Site) T(c echo.Context, key string, args map[string]any) string {
	return s.cfg.Words.T(Lang(c), key, args)
}

// Words gives sentences by language, for prints and exports.
func (s *Site) Words() *locales.Words { return s.cfg.Words }

// Assets are the static files.
func (s *Site) Assets() *static.Assets { return s.cfg.Assets }

// Base is the address of this site without a slash at its end, for links that leave
// the page: QR codes and printed sheets.
func (s *Site) Base(c echo.Context) string {
	if s.cfg.BaseURL != "" {
		return strings.TrimSuffix(s.cfg.BaseURL, "/")
	}
	host, _, err := net.SplitHostPort(c.Request().Host)
	if err != nil {
		host = c.Request().Host
	}
	if ip := net.ParseIP(host); s.cfg.LAN != "" && (host == "localhost" || ip.IsLoopback()) {
		return s.cfg.LAN
	}
	scheme := "http"
	if s.Secure(c.Request()) {
		scheme = "https"
	}
	return scheme + "://" + c.Request().Host
}

// SecureBase is the address of this site over TLS, as the reader can reach it; empty
// when there is none.
func (s *Site) SecureBase(c echo.Context) string {
	if s.Secure(c.Request()) {
		return "https://" + c.Request().Host
	}
	if s.cfg.TLSPort == 0 {
		return ""
	}
	host, _, err := net.SplitHostPort(c.Request().Host)
	if err != nil {
		host = c.Request().Host
	}
	return "https://" + net.JoinHostPort(host, strconv.Itoa(s.cfg.TLSPort))
}

// Secure reports whether the reader came over TLS: to us, or to a balancer in front
// when the site's own address says https.
func (s *Site) Secure(r *http.Request) bool {
	if r.TLS != nil {
		return true
	}
	return strings.HasPrefix(s.cfg.BaseURL, "https://") && r.Header.Get("X-Forwarded-Proto") == "https"
}

// SetCookie sends a cookie with our defaults: whole site, HttpOnly, SameSite=Lax, and
// on TLS Secure with the __Host- prefix. maxAge zero means until the browser closes;
// negative deletes it.
func (s *Site) SetCookie(c echo.Context, name, value string, maxAge time.Duration) {
	secure := s.Secure(c.Request())
	ck := &http.Cookie{Name: cookieName(name, secure), Value: value, Path: "/", HttpOnly: true, Secure: secure, SameSite: http.SameSiteLaxMode}
	switch {
	case maxAge < 0:
		ck.MaxAge = -1
	case maxAge > 0:
		ck.MaxAge = int(maxAge / time.Second)
	}
	c.SetCookie(ck)
}

// Cookie is the value of one of our cookies; empty when it is not there.
func (s *Site) Cookie(c echo.Context, name string) string {
	ck, err := c.Cookie(cookieName(name, s.Secure(c.Request())))
	if err != nil {
		return ""
	}
	return ck.Value
}

func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// Reader is what layouts show of whoever reads: nothing here decides anything.
type Reader struct {
	Name      string // what a learner likes to be called; empty for visitors and cards without one
	Learner   bool   // somebody is seated here
	Tablet    bool   // an enrolled tablet
	Staff     bool
	StaffName string
	Roles     []string // every role granted anywhere
}

// SetReader tells layouts who reads.
func SetReader(c echo.Context, r Reader) { c.Set("web.reader", r) }

// ReaderOf is what SetReader was told; the zero Reader is an unknown visitor.
func ReaderOf(c echo.Context) Reader {
	r, _ := c.Get("web.reader").(Reader)
	return r
}

// Lang is the reader's language: one of locales.Languages.
func Lang(c echo.Context) string {
	if l, ok := c.Get("web.lang").(string); ok {
		return l
	}
	cookie := ""
	for _, name := range []string{"lang", "__Host-lang"} {
		if ck, err := c.Cookie(name); err == nil {
			cookie = ck.Value
		}
	}
	l := locales.Choose(cookie, c.Request().Header.Get("Accept-Language"))
	c.Set("web.lang", l)
	return l
}
