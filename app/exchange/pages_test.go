package exchange_test

import (
	"bytes"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/exchange"
	"silverclass/app/people"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"
)

// TestFilesByBrowser: an administrator writes a file at the box and takes it in in the
// city; mistakes stand beside their field, and nobody else opens the page.
func TestFilesByBrowser(t *testing.T) {
	box, city := two(t)
	box.issue(t, "慕容阿姨")
	ask := func(s *site, role people.Role, r *http.Request) *httptest.ResponseRecorder {
		words, err := locales.Load()
		need(t, err)
		assets, err := static.Load()
		need(t, err)
		w := web.NewSite(web.Config{Words: words, Assets: assets, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
		e := echo.New()
		w.Use(e)
		e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
			return func(c echo.Context) error {
				people.SetWho(c, people.Reader{Staff: &people.Staff{ID: "staff"}, Grants: []people.Grant{{Role: role, PlaceKind: people.Installation}}})
				return next(c)
			}
		})
		exchange.Register(web.NewRoutes(e, echo.New(), people.Guards()), w, s.exchange)
		out := httptest.NewRecorder()
		e.ServeHTTP(out, r)
		return out
	}
	form := func(passphrase string) *http.Request {
		r := httptest.NewRequest(http.MethodPost, "/staff/exchange/write", strings.NewReader(url.Values{"passphrase": {passphrase}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r
	}
	upload := func(file []byte, passphrase string) *http.Request {
		var body bytes.Buffer
		m := multipart.NewWriter(&body)
		f, err := m.CreateFormFile("file", "from-box.age")
		need(t, err)
		_, err = f.Write(file)
		need(t, err)
		need(t, m.WriteField("passphrase", passphrase))
		need(t, m.Close())
		r := httptest.NewRequest(http.MethodPost, "/staff/exchange/read", &body)
		r.Header.Set("Content-Type", m.FormDataContentType())
		return r
	}
	if out := ask(box, people.Organizer, httptest.NewRequest(http.MethodGet, "/staff/exchange", nil)); out.Code != http.StatusForbidden {
		t.Errorf("an organizer gets %d", out.Code)
	}
	if out := ask(box, people.Admin, form("short")); out.Code != http.StatusUnprocessableEntity || !strings.Contains(out.Body.String(), "口令至少 8 个字符") {
		t.Errorf("a short passphrase: %d", out.Code)
	}
	const spaced = phrase + " " // as it was pasted: what opens a file is what closed it
	file := ask(box, people.Admin, form(spaced))
	if file.Code != http.StatusOK || !strings.Contains(file.Header().Get("Content-Disposition"), ".age") {
		t.Fatalf("writing: %d %v", file.Code, file.Header())
	}
	if out := ask(city, people.Admin, upload(file.Body.Bytes(), "eight old tortoises")); out.Code != http.StatusUnprocessableEntity || !strings.Contains(out.Body.String(), "口令不对") {
		t.Errorf("a wrong passphrase: %d", out.Code)
	}
	if out := ask(city, people.Admin, upload(file.Body.Bytes(), spaced)); out.Code != http.StatusSeeOther {
		t.Errorf("taking in: %d", out.Code)
	}
	out := ask(city, people.Admin, httptest.NewRequest(http.MethodGet, "/staff/exchange", nil))
	if n := city.count(t, "SELECT count(*) FROM persons"); n != 1 || !strings.Contains(out.Body.String(), "读入") || strings.Contains(out.Body.String(), "还没有交换过文件") {
		t.Errorf("%d people; the page: %d", n, out.Code)
	}
}
