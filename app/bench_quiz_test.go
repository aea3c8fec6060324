//go:build bench

package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/quizzes/certificates"

	"gorm.io/gorm"
)

// quizSlug is the quiz that everybody takes at once.
const quizSlug = "fraud/police-call"

var benchFields = regexp.MustCompile(`name="attempt" value="([^"]*)"><input type="hidden" name="at" value="([^"]*)"><input type="hidden" name="run" value="([^"]*)"><input type="hidden" name="question" value="([^"]*)"`)

// quizAtOnce is 500 people on their own phones who begin the same quiz within ten seconds
// and open eight pages each, reading half a second on each.
func (b *bench) quizAtOnce() {
	const many, within, pages = 500, 10 * time.Second, 8
	srv := httptest.NewServer(web.Compress(b.p.public))
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: many}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	var mu sync.Mutex
	var waits []time.Duration
	var failed atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for k := range many {
		wg.Go(func() {
			time.Sleep(time.Duration(k) * within / many)
			q := quizWalk{client: client, url: srv.URL + "/quizzes/" + quizSlug}
			for range pages {
				at := time.Now()
				ok := q.page()
				took := time.Since(at)
				mu.Lock()
				waits = append(waits, took)
				mu.Unlock()
				if !ok {
					failed.Add(1)
				}
				time.Sleep(500 * time.Millisecond)
			}
		})
	}
	wg.Wait()
	b.say("500 people begin one quiz within 10 s, 8 pages each", "p95 1 s, no error", "p50 %s p95 %s p99 %s (%d in %.0f s), %d errors",
		at(waits, 50), at(waits, 95), at(waits, 99), len(waits), time.Since(began).Seconds(), failed.Load())
}

// quizWalk is one person in the quiz: a page is an answer and what it leads to.
type quizWalk struct {
	client  *http.Client
	url     string
	cookies string
	form    []string // attempt, at, run, question; nil on a page without a question
	answer  int
	next    string
}

// page opens the next page; it is false when something did not answer as it should.
func (q *quizWalk) page() bool {
	if q.form == nil {
		to := q.url
		if q.next != "" {
			to = q.next
		}
		return q.get(to)
	}
	v := url.Values{"attempt": {q.form[1]}, "at": {q.form[2]}, "run": {q.form[3]}, "question": {q.form[4]}, "answer": {fmt.Sprint(q.answer)}}
	req, _ := http.NewRequest(http.MethodPost, q.url, strings.NewReader(v.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Cookie", q.cookies)
	resp, err := q.client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	for _, c := range resp.Cookies() {
		q.cookies = c.Name + "=" + c.Value
	}
	if resp.StatusCode != http.StatusSeeOther {
		return false
	}
	base, _, _ := strings.Cut(q.url, "/quizzes/")
	return q.get(base + resp.Header.Get("Location"))
}

var (
	benchNext  = regexp.MustCompile(`data-primary href="(/quizzes/[^"]*)"`)
	benchRow   = regexp.MustCompile(`name="answer" value="([0-9])"`)
	benchAgain = regexp.MustCompile(`href="(/quizzes/[^"]*again=1[^"]*)"`)
)

func (q *quizWalk) get(to string) bool {
	req, _ := http.NewRequest(http.MethodGet, to, nil)
	req.Header.Set("Cookie", q.cookies)
	resp, err := q.client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return false
	}
	page := string(body)
	base, _, _ := strings.Cut(q.url, "/quizzes/")
	q.form, q.next = benchFields.FindStringSubmatch(page), ""
	if m := benchRow.FindStringSubmatch(page); m != nil {
		q.answer = int(m[1][0] - '0')
	}
	for _, re := range []*regexp.Regexp{benchNext, benchAgain} {
		if m := re.FindStringSubmatch(page); m != nil && q.next == "" {
			q.next = base + strings.ReplaceAll(m[1], "&amp;", "&")
		}
	}
	return q.form != nil || q.next != ""
}

// certificatesAtOnce issues certificates to 200 people in one act and prints them.
func (b *bench) certificatesAtOnce() {
	const many = 200
	ctx := context.Background()
	var ids []string
	for range many {
		p := b.learner()
		_, err := b.p.tour.CheckIn(ctx, tour.CheckIn{ID: db.NewID(), SessionID: b.session.ID, PersonID: p.ID, Method: tour.ByCard})
		b.must(err)
		b.must(ledger.Write(ctx, b.p.db.DB, func(tx *gorm.DB) error { return b.learned(ctx, tx, p.ID) }))
		ids = append(ids, p.ID)
	}
	b.staff = b.signIn()
	form := url.Values{"id": {db.NewID()}, "topic": {"fraud"}, "person": ids}
	page := certificates.URL(b.session.ID)
	began := time.Now()
	req := b.request(http.MethodPost, page, b.staff)
	req.Body = io.NopCloser(strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	b.p.public.ServeHTTP(rec, req)
	if rec.Code != http.StatusSeeOther {
		b.t.Fatalf("issue: %d", rec.Code)
	}
	issued := time.Since(began)
	rec = httptest.NewRecorder()
	web.Compress(b.p.public).ServeHTTP(rec, b.request(http.MethodGet, page+"/print", b.staff))
	took := time.Since(began)
	if n := strings.Count(unzip(b.t, rec.Body.Bytes()), `class="page certificate"`); rec.Code != http.StatusOK || n != many {
		b.t.Fatalf("print: %d, %d certificates", rec.Code, n)
	}
	b.say("200 certificates issued and printed", "5 s", "%.2f s, of which issuing %.2f s", took.Seconds(), issued.Seconds())
}

// signIn gives the cookie of a trainer of the venue who has signed in.
func (b *bench) signIn() string {
	ctx := context.Background()
	who, err := b.p.staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "trainer", Name: "Trainer", Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: b.venue.ID}}})
	b.must(err)
	link, err := b.p.staff.MakeLink(ctx, who.ID, nil)
	b.must(err)
	_, err = b.p.staff.TakeLink(ctx, link.Token, benchPassword)
	b.must(err)
	req := b.request(http.MethodPost, "/staff/sign-in", "")
	req.Body = io.NopCloser(strings.NewReader(url.Values{"login": {"trainer"}, "password": {benchPassword}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	rec := httptest.NewRecorder()
	b.p.public.ServeHTTP(rec, req)
	var cookies []string
	for _, c := range rec.Result().Cookies() {
		cookies = append(cookies, c.Name+"="+c.Value)
	}
	if rec.Code != http.StatusSeeOther || len(cookies) == 0 {
		b.t.Fatalf("sign in: %d", rec.Code)
	}
	return strings.Join(cookies, "; ")
}

// learned appends what the rule for fraud asks for.
func (b *bench) learned(ctx context.Context, tx *gorm.DB, personID string) error {
	now := time.Now()
	for i := range 5 {
		slug := fmt.Sprintf("fraud/lesson-%d", i)
		f := ledger.Fact{ID: db.NewID(), Verb: ledger.Finished, Object: "lesson:" + slug, PersonID: &personID, At: now}
		if _, err := ledger.Append(ctx, tx, ledger.OwnerCourses, now, f, ledger.FinishedDetail{Seconds: 300}); err != nil {
			return err
		}
		f.ID, f.Verb, f.Object = db.NewID(), ledger.Practised, "scene:"+slug
		if _, err := ledger.Append(ctx, tx, ledger.OwnerPractice, now, f, ledger.PractisedDetail{Mode: "unaided", Outcome: "done"}); err != nil {
			return err
		}
		f.ID, f.Verb, f.Object = db.NewID(), ledger.Answered, "quiz:"+slug
		if _, err := ledger.Append(ctx, tx, ledger.OwnerQuizzes, now, f, ledger.AnsweredDetail{Right: 2, Of: 2}); err != nil {
			return err
		}
	}
	return nil
}
