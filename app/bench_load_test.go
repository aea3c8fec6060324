//go:build bench

package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"silverclass/app/db"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// stepAgainstYardstick measures a signed-in learner's step on the real database beside
// an echo handler that executes the same template with ready data and packs it.
func (b *bench) stepAgainstYardstick() {
	var again web.Again
	var shown bool
	b.p.public.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			err := next(c)
			if !shown {
				again, shown = web.ShownBy(c)
			}
			return err
		}
	})
	path := courses.StepURL("fraud/police-call", 3, db.NewID())
	b.fetch(path)
	if !shown {
		b.t.Fatal("the step showed no page")
	}
	e := echo.New()
	e.GET("/lessons/:topic/:lesson/:step", again.Show)
	real, yard := web.Compress(b.p.public), web.Compress(e)
	b.rate(real, path, time.Second) // warm
	b.rate(yard, path, time.Second)
	var rs, ys []float64
	for range 3 {
		ys = append(ys, b.rate(yard, path, 2*time.Second))
		rs = append(rs, b.rate(real, path, 2*time.Second))
	}
	slices.Sort(rs)
	slices.Sort(ys)
	b.say("lesson step, signed in, SQLite, 2 cores", "1/3 of the yardstick", "%.0f/s; yardstick %.0f/s; %.2f of it", rs[1], ys[1], rs[1]/ys[1])
}

// rate is how many times a second h answers path on two cores.
func (b *bench) rate(h http.Handler, path string, d time.Duration) float64 {
	var n atomic.Int64
	var wg sync.WaitGroup
	end := time.Now().Add(d)
	for k := range 2 {
		wg.Go(func() {
			for i := k; time.Now().Before(end); i++ {
				rec := httptest.NewRecorder()
				h.ServeHTTP(rec, b.request(http.MethodGet, path, b.tablets[i%len(b.tablets)]))
				if rec.Code != http.StatusOK {
					b.t.Errorf("%s: %d", path, rec.Code)
					return
				}
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / d.Seconds()
}

// hall is a hundred tablets doing a step every five seconds while forty people a second
// are checked in, over HTTP.
func (b *bench) hall() {
	srv := httptest.NewServer(web.Compress(b.p.public))
	defer srv.Close()
	const lasts = 20 * time.Second
	var waits struct {
		sync.Mutex
		steps, checks []time.Duration
	}
	var failed atomic.Int64
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	lesson, err := b.p.content.catalog.Lesson("fraud/police-call")
	b.must(err)
	path := lesson.Path()
	end := time.Now().Add(lasts)
	var wg sync.WaitGroup
	for k, cookie := range b.tablets {
		wg.Go(func() {
			run, at := db.NewID(), 0
			time.Sleep(time.Duration(k) * 50 * time.Millisecond) // a hall does not tap in step
			for time.Now().Before(end) {
				next := (at + 1) % 5
				body := fmt.Sprintf("run=%s&from=%d&target=%d", run, path[at], path[next])
				req, _ := http.NewRequest(http.MethodPost, srv.URL+courses.NextURL(lesson.Slug), strings.NewReader(body))
				req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				req.Header.Set("Cookie", cookie)
				began := time.Now()
				ok := send(client, req, http.StatusSeeOther)
				get, _ := http.NewRequest(http.MethodGet, srv.URL+courses.StepURL(lesson.Slug, path[next], run), nil)
				get.Header.Set("Cookie", cookie)
				ok = send(client, get, http.StatusOK) && ok
				took := time.Since(began)
				at = next
				waits.Lock()
				waits.steps = append(waits.steps, took)
				waits.Unlock()
				if !ok {
					failed.Add(1)
				}
				time.Sleep(5*time.Second - took)
			}
		})
	}
	tick := time.NewTicker(time.Second / 40)
	defer tick.Stop()
	people := make([]string, 0, 900)
	for range 900 {
		people = append(people, b.learner().ID)
	}
	for i := 0; time.Now().Before(end) && i < len(people); i++ {
		<-tick.C
		id := people[i]
		wg.Go(func() {
			began := time.Now()
			_, err := b.p.tour.CheckIn(context.Background(), tour.CheckIn{ID: db.NewID(), SessionID: b.session.ID, PersonID: id, Method: tour.ByCard})
			waits.Lock()
			waits.checks = append(waits.checks, time.Since(began))
			waits.Unlock()
			if err != nil {
				failed.Add(1)
			}
		})
	}
	wg.Wait()
	b.say("100 tablets, a step every 5 s, with 40 check-ins a second", "p99 50 ms, no error", "steps p50 %s p99 %s (%d), check-ins p99 %s (%d), %d errors",
		at(waits.steps, 50), at(waits.steps, 99), len(waits.steps), at(waits.checks, 99), len(waits.checks), failed.Load())
}

func send(client *http.Client, req *http.Request, want int) bool {
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode == want
}

func at(list []time.Duration, percent int) string {
	if len(list) == 0 {
		return "–"
	}
	slices.Sort(list)
	return list[min(len(list)-1, len(list)*percent/100)].Round(100 * time.Microsecond).String()
}

// checkInsAgainstDriver compares durable check-ins with the bare driver committing the
// same rows, eight at a time.
func (b *bench) checkInsAgainstDriver() {
	const each, clients = 250, 8
	persons := make([][]string, clients)
	for k := range persons {
		for range each {
			persons[k] = append(persons[k], b.learner().ID)
		}
	}
	ours := parallel(clients, func(k int) {
		for _, id := range persons[k] {
			_, err := b.p.tour.CheckIn(context.Background(), tour.CheckIn{ID: db.NewID(), SessionID: b.session.ID, PersonID: id, Method: tour.ByCard})
			if err != nil {
				b.t.Error(err)
			}
		}
	})
	bare := b.bareDriver(clients, each)
	n := float64(clients * each)
	b.say("check-ins durably acknowledged, 8 clients", "40 % of the bare driver", "%.0f/s; bare driver %.0f/s; %.0f %%", n/ours.Seconds(), n/bare.Seconds(), 100*bare.Seconds()/ours.Seconds())
}

func parallel(clients int, fn func(k int)) time.Duration {
	began := time.Now()
	var wg sync.WaitGroup
	for k := range clients {
		wg.Go(func() { fn(k) })
	}
	wg.Wait()
	return time.Since(began)
}

// bareDriver commits the rows of a check-in (attendance, fact, what waits for its seal)
// through database/sql with the same settings, into a copy of the same tables.
func (b *bench) bareDriver(clients, each int) time.Duration {
	dir := b.t.TempDir()
	d, err := db.Open(context.Background(), "sqlite:"+dir+"/bare.db", time.Now)
	b.must(err)
	defer d.Close()
	b.must(db.Migrate(context.Background(), d))
	b.must(d.Exec(`INSERT INTO cities (id, name, province, created_at) VALUES ('c', 'c', '', ?)`, time.Now()).Error)
	b.must(d.Exec(`INSERT INTO venues (id, city_id, name, kind, district, places, created_at) VALUES ('v', 'c', 'v', 'center', '', 0, ?)`, time.Now()).Error)
	b.must(d.Exec(`INSERT INTO sessions (id, venue_id, title, topics, mode, room, places, starts_at, ends_at, state, created_at)
		VALUES ('s', 'v', 's', '[]', 'site', '', 0, ?, ?, 'open', ?)`, time.Now(), time.Now().Add(time.Hour), time.Now()).Error)
	raw, err := d.DB.DB()
	b.must(err)
	return parallel(clients, func(int) {
		for range each {
			if err := bareCheckIn(raw); err != nil {
				b.t.Error(err)
			}
		}
	})
}

func bareCheckIn(raw *sql.DB) error {
	tx, err := raw.Begin()
	if err != nil {
		return err
	}
	id, person, now := db.NewID(), db.NewRandomID(), time.Now().UTC()
	if _, err := tx.Exec(`INSERT INTO attendances (id, session_id, person_id, method, checked_in_at, reason) VALUES (?, 's', ?, 'card', ?, '')`, id, person, now); err != nil {
		_ = tx.Rollback()
		return err
	}
	if _, err := tx.Exec(`INSERT INTO ledger_facts (id, verb, person_id, object, session_id, venue_id, at, recorded_at, detail, node)
		VALUES (?, 'checked-in', ?, 'session:s', 's', 'v', ?, ?, '{"method":"card"}', 'n')`, id, person, now, now); err != nil {
		_ = tx.Rollback()
		return err
	}
	return tx.Commit()
}
