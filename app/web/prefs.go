package web

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/locales"

	"github.com/labstack/echo/v4"
)

const themeClear = "clear"

const prefsAge = 400 * 24 * time.Hour // what browsers keep at most

// RegisterPrefs adds the switches that a reader sets for herself: text size, the voice's
// speed, language and whether the colours are black on white.
// They are forms, so that they work without JavaScript and before the first paint.
func RegisterPrefs(r *Routes, s *Site) {
	r.Public.POST("/size", s.setSize)
	r.Public.POST("/voice", s.setVoice)
	r.Public.POST("/lang", s.setLang)
	r.Public.POST("/theme", s.setTheme)
	r.Public.GET("/static/*", echo.WrapHandler(s.cfg.Assets))
}

func (s *Site) setLang(c echo.Context) error {
	lang := c.FormValue("lang")
	if !slices.Contains(locales.Languages(), lang) {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	s.SetCookie(c, "lang", lang, prefsAge)
	return c.Redirect(http.StatusSeeOther, localPath(c.FormValue("back")))
}

// setTheme takes "clear" (black on white, for those who see little difference between
// soft colours; senior-ui.md C9) and "usual".
func (s *Site) setTheme(c echo.Context) error {
	theme := c.FormValue("theme")
	if theme != themeClear && theme != "usual" {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	s.SetCookie(c, "theme", theme, prefsAge)
	return c.Redirect(http.StatusSeeOther, localPath(c.FormValue("back")))
}

// LocalPath is where a form may lead back to: an address on this site, else home.
func LocalPath(p string) string { return localPath(p) }

func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n") {
		return "/"
	}
	return p
}

type flash struct {
	Key  string         `json:"k"`
	Args map[string]any `json:"a,omitempty"`
}

// Flash shows a sentence once, on the next page. It travels in a cookie, so args hold
// numbers and titles, never what names a person.
func (s *Site) Flash(c echo.Context, key string, a fault.Args) {
	b, err := json.Marshal(flash{Key: key, Args: a})
	if err != nil {
		return // the act is done all the same; only its echo is missing
	}
	s.SetCookie(c, "flash", base64.RawURLEncoding.EncodeToString(b), 5*time.Minute)
}

func (s *Site) takeFlash(c echo.Context, lang string) string {
	v := s.Cookie(c, "flash")
	if v == "" {
		return ""
	}
	s.SetCookie(c, "flash", "", -1)
	b, err := base64.RawURLEncoding.DecodeString(v)
	var f flash
	if err != nil || json.Unmarshal(b, &f) != nil {
		return ""
	}
	return s.cfg.Words.T(lang, f.Key, f.Args)
}
