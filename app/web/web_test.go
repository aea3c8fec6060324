package web_test

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"

	"github.com/labstack/echo/v4"
)

//go:embed testdata/pages/*.html
var testPages embed.FS

type world struct {
	e    *echo.Echo
	r    *web.Routes
	site *web.Site
}

func newWorld(t *testing.T) *world {
	t.Helper()
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{e: echo.New()}
	w.site = web.NewSite(web.Config{Words: words, Assets: assets, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	w.site.Use(w.e)
	w.r = web.NewRoutes(w.e, echo.New(), web.Guards{})
	web.RegisterPrefs(w.r, w.site)
	return w
}

func (w *world) do(method, path string, form url.Values, edit func(*http.Request)) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, "http://class.lan"+path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if edit != nil {
		edit(req)
	}
	rec := httptest.NewRecorder()
	w.e.ServeHTTP(rec, req)
	return rec
}

func TestErrorsBecomeWords(t *testing.T) {
	w := newWorld(t)
	w.r.Public.GET("/boom", func(echo.Context) error { return errors.New("secret cause") })
	w.r.Public.GET("/panic", func(echo.Context) error { panic("secret cause") })
	w.r.Public.GET("/api/v1/boom", func(echo.Context) error { return fault.New(fault.Conflict, "web.bad_request") })
	w.r.Staff.GET("/staff/closed", func(echo.Context) error { return nil })
	tests := []struct {
		name, path string
		status     int
		has        string
	}{
		{"no such page", "/nowhere", 404, "没有找到这一页"},
		{"our mistake", "/boom", 500, "不是您的错"},
		{"a panic", "/panic", 500, "不是您的错"},
		{"json below /api", "/api/v1/boom", 409, `"key":"web.bad_request"`},
		{"a group without a guard denies", "/staff/closed", 500, "不是您的错"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.do("GET", tt.path, nil, nil)
			if rec.Code != tt.status || !strings.Contains(rec.Body.String(), tt.has) {
				t.Errorf("got %d %s, want %d with %q", rec.Code, rec.Body, tt.status, tt.has)
			}
			if strings.Contains(rec.Body.String(), "secret") {
				t.Error("the cause reached the reader")
			}
		})
	}
}

func TestCrossSiteFormsAreRefused(t *testing.T) {
	w := newWorld(t)
	form := url.Values{"size": {"2"}, "back": {"/topics/fraud"}}
	own := func(r *http.Request) { r.Header.Set("Origin", "http://class.lan") }
	if rec := w.do("POST", "/size", form, own); rec.Code != 303 || rec.Header().Get("Location") != "/topics/fraud" {
		t.Errorf("own form: got %d to %s", rec.Code, rec.Header().Get("Location"))
	}
	for _, origin := range []string{"http://evil.lan", "null"} {
		rec := w.do("POST", "/size", form, func(r *http.Request) { r.Header.Set("Origin", origin) })
		if rec.Code != 403 {
			t.Errorf("origin %s: got %d, want 403", origin, rec.Code)
		}
	}
}

func TestPrefsStayOnThisSite(t *testing.T) {
	w := newWorld(t)
	for _, back := range []string{"//evil.lan", "https://evil.lan", "/\\evil.lan", ""} {
		rec := w.do("POST", "/lang", url.Values{"lang": {"en"}, "back": {back}}, nil)
		if got := rec.Header().Get("Location"); got != "/" {
			t.Errorf("back %q leads to %q, want /", back, got)
		}
	}
	if rec := w.do("POST", "/size", url.Values{"size": {"9"}}, nil); rec.Code != 422 {
		t.Errorf("size 9: got %d, want 422", rec.Code)
	}
	if rec := w.do("POST", "/theme", url.Values{"theme": {"pink"}}, nil); rec.Code != 422 {
		t.Errorf("theme pink: got %d, want 422", rec.Code)
	}
	if rec := w.do("POST", "/theme", url.Values{"theme": {"clear"}, "back": {"/help"}}, nil); rec.Code != 303 || rec.Header().Get("Location") != "/help" {
		t.Errorf("theme clear: got %d to %s", rec.Code, rec.Header().Get("Location"))
	}
	rec := w.do("GET", "/nowhere", nil, func(r *http.Request) {
		r.AddCookie(&http.Cookie{Name: "size", Value: "3"})
		r.AddCookie(&http.Cookie{Name: "lang", Value: "en"})
		r.AddCookie(&http.Cookie{Name: "theme", Value: "clear"})
	})
	if b := rec.Body.String(); !strings.Contains(b, `data-size="3" data-theme="clear"`) || !strings.Contains(b, "Go home") {
		t.Errorf("cookies were not followed: %s", b)
	}
}

func TestFlashIsShownOnce(t *testing.T) {
	w := newWorld(t)
	sub, err := fs.Sub(testPages, "testdata")
	if err != nil {
		t.Fatal(err)
	}
	p := w.site.Pages(sub, web.Learner)
	w.r.Public.POST("/act", func(c echo.Context) error {
		w.site.Flash(c, "web.not_found", nil)
		return c.Redirect(303, "/page")
	})
	w.r.Public.GET("/page", func(c echo.Context) error {
		return p.Show(c, 200, "plain.html", web.View{Back: "/"})
	})
	rec := w.do("POST", "/act", url.Values{}, nil)
	var flash *http.Cookie
	for _, ck := range rec.Result().Cookies() {
		if ck.Name == "flash" {
			flash = ck
		}
	}
	if flash == nil {
		t.Fatal("no flash cookie")
	}
	rec = w.do("GET", "/page", nil, func(r *http.Request) { r.AddCookie(flash) })
	if !strings.Contains(rec.Body.String(), "没有找到这一页") {
		t.Error("the flash is not on the next page")
	}
	if ck := rec.Header().Get("Set-Cookie"); !strings.Contains(ck, "Max-Age=0") {
		t.Errorf("the flash stays: %s", ck)
	}
}

func TestHeaders(t *testing.T) {
	w := newWorld(t)
	h := w.do("GET", "/nowhere", nil, nil).Header()
	for name, want := range map[string]string{
		"Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "ws://class.lan") || strings.Contains(csp, "unsafe") {
		t.Errorf("Content-Security-Policy: %s", csp)
	}
	if h.Get("Strict-Transport-Security") != "" {
		t.Error("a box speaks plain HTTP: no Strict-Transport-Security")
	}
}

func TestSignIns(t *testing.T) {
	w := newWorld(t)
	d := dbtest.Open(t)
	ins := web.NewSignIns(w.site, d.DB)
	w.e.Use(ins.Load)
	w.r.Public.POST("/in", func(c echo.Context) error {
		if err := ins.Renew(c); err != nil {
			return err
		}
		ins.Put(c, "staff", "s1")
		return c.NoContent(204)
	})
	w.r.Public.POST("/out", func(c echo.Context) error {
		if err := ins.End(c); err != nil {
			return err
		}
		return c.NoContent(204)
	})
	w.r.Public.GET("/who", func(c echo.Context) error { return c.String(200, "who="+ins.Get(c, "staff")) })
	rec := w.do("POST", "/in", url.Values{}, nil)
	cks := rec.Result().Cookies()
	if len(cks) != 1 || cks[0].Name != "signin" || !cks[0].HttpOnly {
		t.Fatalf("cookies: %v", cks)
	}
	with := func(r *http.Request) { r.AddCookie(cks[0]) }
	if got := w.do("GET", "/who", nil, with).Body.String(); got != "who=s1" {
		t.Errorf("got %s", got)
	}
	var stored string
	if err := d.Raw("SELECT token_hash FROM web_sessions").Scan(&stored).Error; err != nil || stored == cks[0].Value {
		t.Errorf("the token itself is in the database (%v)", err)
	}
	w.do("POST", "/out", url.Values{}, with)
	if got := w.do("GET", "/who", nil, with).Body.String(); got != "who=" {
		t.Errorf("after sign-out: got %s", got)
	}
}
