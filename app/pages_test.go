package main

import (
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/locales"
)

// reader is somebody who reads pages of the made-up city: a cookie jar and a language.
type reader struct {
	t       *testing.T
	name    string
	p       *program
	cookies map[string]string
}

func (r *reader) ask(method, address string, form url.Values) *httptest.ResponseRecorder {
	r.t.Helper()
	req := httptest.NewRequest(method, "http://class.lan"+address, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range r.cookies {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	rec := httptest.NewRecorder()
	r.p.public.ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		r.cookies[c.Name] = c.Value
	}
	return rec
}

// send posts a form that must be taken, and gives where it leads.
func (r *reader) send(address string, form url.Values) string {
	r.t.Helper()
	rec := r.ask(http.MethodPost, address, form)
	if rec.Code != http.StatusSeeOther {
		r.t.Fatalf("%s: POST %s answers %d:\n%s", r.name, address, rec.Code, rec.Body)
	}
	return rec.Header().Get("Location")
}

// pattern is the address in the route table that a path belongs to.
func (p *program) pattern(path string) string {
	c := p.public.NewContext(nil, nil)
	p.public.Router().Find(http.MethodGet, path, c)
	return c.Path()
}

var (
	hrefs  = regexp.MustCompile(`(?:href|data-url|data-board)="(/[^"#]*)`)
	hidden = regexp.MustCompile(`<a [^>]* hidden[^>]*>`) // leads nowhere until the script shows it
	hole   = regexp.MustCompile(`\[[a-z]+\.[a-z0-9_]+\]|<no value>|%!|ZgotmplZ`)
	tongue = regexp.MustCompile(`<html[^>]* lang="([^"]+)"`)
)

// read goes from the first addresses to all that pages link to, two of each kind, and looks
// whether each page is whole and in the reader's language.
func (r *reader) read(lang string, seen map[string]bool, first ...string) {
	r.t.Helper()
	r.cookies["lang"] = lang
	times := map[string]int{}
	queued := map[string]bool{}
	for queue := slices.Clone(first); len(queue) > 0; queue = queue[1:] {
		address := html.UnescapeString(queue[0])
		path, query, _ := strings.Cut(address, "?")
		at := r.p.pattern(path)
		if strings.HasPrefix(at, "/static/") || queued[address] {
			continue
		}
		queued[address] = true
		keys := regexp.MustCompile(`=[^&]*`).ReplaceAllString(query, "")
		if times[at+"?"+keys]++; times[at+"?"+keys] > 2 && !slices.Contains(first, address) {
			continue
		}
		rec := r.ask(http.MethodGet, address, nil)
		body := rec.Body.String()
		switch kind := rec.Header().Get("Content-Type"); {
		case rec.Code == http.StatusSeeOther:
			queue = append(queue, rec.Header().Get("Location"))
			seen[at] = true
			continue
		case rec.Code != http.StatusOK:
			r.t.Errorf("%s, %s: %s answers %d", r.name, lang, address, rec.Code)
			continue
		case strings.HasPrefix(kind, "text/html"):
			if m := tongue.FindStringSubmatch(body); m != nil && m[1] != locales.Tag(lang) {
				r.t.Errorf("%s, %s: %s is in %s", r.name, lang, address, m[1])
			}
			if found := hole.FindString(body); found != "" {
				r.t.Errorf("%s, %s: %s shows %s", r.name, lang, address, found)
			}
			for _, m := range hrefs.FindAllStringSubmatch(hidden.ReplaceAllString(body, ""), -1) {
				queue = append(queue, m[1])
			}
		}
		seen[at] = true
	}
}

// elsewhere are addresses that nobody comes to in the made-up city, and why.
var elsewhere = map[string]string{
	"/.well-known/keys/:id":                  "JSON",
	"/api/v1/classes/:class":                 "JSON",
	"/api/v1/classes/:class/here":            "JSON",
	"/practice/:topic/:lesson/pieces":        "the script's pieces of a page",
	"/static/*":                              "files",
	"/tablet/state":                          "JSON",
	"/verify/:code/credential":               "JSON",
	"/voice/:file":                           "sound",
	"/live/:class/again":                     "nobody recorded a class; live opens it",
	"/live/:class/again/:part":               "sound",
	"/verify/:code":                          "nobody has a certificate; quizzes/certificates opens it",
	"/staff/sessions/:id/certificates/print": "nobody has a certificate; quizzes/certificates opens it",
	"/staff/classes/:class":                  "without LiveKit there is no class; live opens it",
	"/rate/session/:id":                      "at the end of a seat; quizzes opens it",
	"/me/certificates/:id":                   "nobody has a certificate; quizzes/certificates opens it",
	"/staff/certificates/:id":                "nobody has a certificate; quizzes/certificates opens it",
	"/staff/account/codes":                   "shown once; people opens it",
}

// TestEveryAddressInEveryLanguage reads all pages of the made-up city that an administrator,
// a learner with her card, a tablet and a visitor come to, in every language; no address of
// the route table is left out.
func TestEveryAddressInEveryLanguage(t *testing.T) {
	s := settings{Data: t.TempDir(), Zone: "Asia/Shanghai"}
	if err := s.dir().Prepare(); err != nil {
		t.Fatal(err)
	}
	kept, err := demoCmd{Seed: 2026}.make(t.Context(), s, silent(t))
	if err != nil {
		t.Fatal(err)
	}
	p := wiredAt(t, s, slog.NewTextHandler(io.Discard, nil))
	somebody := func(name string) *reader { return &reader{t: t, name: name, p: p, cookies: map[string]string{}} }
	admin, learner, tablet, visitor := somebody("admin"), somebody("learner"), somebody("tablet"), somebody("visitor")
	person, err := p.people.ByCard(t.Context(), kept.Card)
	if err != nil {
		t.Fatal(err)
	}
	admin.send("/staff/sign-in", url.Values{"login": {"admin"}, "password": {kept.Password}, "next": {"/staff"}})
	learner.send("/card", url.Values{"card": {kept.Card}})
	first := map[*reader][]string{
		admin:   {"/staff", "/staff/setup", "/staff/people", "/staff/people/" + person.ID, "/staff/people/" + person.ID + "/information", admin.send("/staff/cards", url.Values{"id": {db.NewID()}, "pages": {"1"}})},
		learner: {"/", "/me", "/me/information/practice/done"},
		tablet:  {"/", "/tablet", "/tablet/tiles", "/help/called"},
		visitor: {"/", "/help", "/help/print", "/numbers/card", "/practice/warm-up", "/verify", "/lessons/fraud/police-call/card", "/staff/sign-in",
			"/staff/sign-in/code", "/staff/sign-in/factor", "/healthz", "/readyz", "/api/v1/openapi.yaml", "/.well-known/jwks.json", "/.well-known/openbadge-issuer.json"},
	}
	admin.prepare(tablet, visitor, first)
	visitor.learn(first)
	for _, lang := range locales.Languages() {
		seen := map[string]bool{}
		for _, r := range []*reader{admin, learner, tablet, visitor} {
			r.read(lang, seen, first[r]...)
		}
		for _, r := range p.routes.Table() {
			if r.Method != http.MethodGet || r.Guard == "internal" {
				continue
			}
			if reason := elsewhere[r.Path]; seen[r.Path] == (reason != "") {
				t.Errorf("%s: somebody came to %s %s: %v; %q", lang, r.Guard, r.Path, seen[r.Path], reason)
			}
		}
	}
}

// prepare makes links of all kinds, and has the tablet enrolled, used, and call for help.
func (r *reader) prepare(tablet, visitor *reader, first map[*reader][]string) {
	r.t.Helper()
	page := r.ask(http.MethodGet, "/staff/tablets", nil).Body.String()
	venue := regexp.MustCompile(`<option value="([^"]+)"`).FindStringSubmatch(page)
	if venue == nil {
		r.t.Fatal("no venue to enrol a tablet to")
	}
	for range 2 { // one is used, one is read
		code := people.NewCode()
		first[r] = append(first[r], r.send("/staff/tablets/links", url.Values{"id": {db.NewID()}, "code": {code}, "venue": {venue[1]}, "places": {"1"}}))
		if len(tablet.cookies) == 0 {
			tablet.send("/tablet/enrol/"+code, url.Values{"id": {db.NewID()}, "token": {people.NewToken()}})
			continue
		}
		first[visitor] = append(first[visitor], "/tablet/enrol/"+code)
	}
	tablet.send("/tablet/visit", nil)
	tablet.send("/help/call", url.Values{"id": {db.NewID()}})
	page = r.ask(http.MethodGet, "/staff/staff", nil).Body.String()
	for _, m := range regexp.MustCompile(`href="(/staff/staff/[0-9a-f-]{36})"`).FindAllStringSubmatch(page, -1) {
		if rec := r.ask(http.MethodPost, m[1]+"/link", url.Values{"token": {people.NewToken()}}); rec.Code == http.StatusSeeOther {
			to := rec.Header().Get("Location")
			first[r] = append(first[r], to)
			first[visitor] = append(first[visitor], "/staff/link/"+to[strings.LastIndex(to, "/")+1:])
			return
		}
	}
	r.t.Fatal("nobody to make a link for")
}

// learn goes through a lesson and its quiz.
func (r *reader) learn(first map[*reader][]string) {
	r.t.Helper()
	const lesson = "fraud/police-call"
	run := db.NewID()
	for step := 2; step <= 8; step++ {
		r.send("/lessons/"+lesson+"/next", url.Values{"run": {run}, "id": {db.NewID()}, "from": {fmt.Sprint(step - 1)}, "target": {fmt.Sprint(step)}})
	}
	first[r] = append(first[r], "/rate/"+lesson+"?run="+run)
	choice := regexp.MustCompile(`(?s)<form[^>]* action="(/quizzes/[^"]+)"[^>]*>(.*?)</form>`)
	address := "/quizzes/" + lesson
	for range 40 {
		rec := r.ask(http.MethodGet, address, nil)
		if to := rec.Header().Get("Location"); to != "" {
			address = to
			continue
		}
		body := rec.Body.String()
		if m := regexp.MustCompile(`href="(/quizzes/[^"]*/look\?[^"]*)"`).FindStringSubmatch(body); m != nil {
			first[r] = append(first[r], m[1])
			return
		}
		if m := regexp.MustCompile(`data-primary href="(/quizzes/[^"]*)"`).FindStringSubmatch(body); m != nil {
			address = html.UnescapeString(m[1])
			continue
		}
		form := choice.FindStringSubmatch(body)
		if form == nil {
			r.t.Fatalf("nothing to answer at %s:\n%s", address, body)
		}
		values := url.Values{}
		for _, m := range regexp.MustCompile(`<(input type="hidden"|button[^>]*) name="([^"]+)" value="([^"]*)"`).FindAllStringSubmatch(form[2], -1) {
			values.Set(m[2], html.UnescapeString(m[3])) // of the buttons the last: those before were tried
		}
		rec = r.ask(http.MethodPost, html.UnescapeString(form[1]), values)
		if to := rec.Header().Get("Location"); to != "" {
			address = to
		}
	}
	r.t.Fatal("the quiz has no end")
}
