//go:build bench

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/locales"

	"github.com/labstack/echo/v4"
)

// benchSeed makes the made-up people of a run the same in every run.
const benchSeed = 2026

// figure is one line of the table.
type figure struct{ what, reach, got string }

// bench is a box with a session that runs, enrolled tablets and people at them.
type bench struct {
	t       *testing.T
	p       *program
	dir     string
	session tour.Session
	venue   tour.Venue
	tablets []string // cookies
	staff   string   // cookie of a signed-in helper
	table   []figure
}

// TestBench prints the table. It fails only when something does not work, never because
// it was slow.
func TestBench(t *testing.T) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	b := &bench{t: t, dir: t.TempDir()}
	b.build()
	b.startTimes()
	b.sizes()
	b.stepAgainstYardstick()
	b.hall()
	b.checkInsAgainstDriver()
	fmt.Printf("\n%s, %d cores, %s/%s, seed %d\n\n", cpu(), runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, benchSeed)
	fmt.Println("| what | reach | measured |\n|---|---|---|")
	for _, f := range b.table {
		fmt.Printf("| %s | %s | %s |\n", f.what, f.reach, f.got)
	}
}

func (b *bench) say(what, reach, format string, args ...any) {
	b.table = append(b.table, figure{what, reach, fmt.Sprintf(format, args...)})
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func cpu() string {
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown processor"
	}
	for _, line := range strings.Split(string(text), "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// build makes the box in this process: the same program, without LiveKit.
func (b *bench) build() {
	ctx := context.Background()
	words, err := locales.Load()
	b.must(err)
	s := settings{Listen: "127.0.0.1:0", ListenInternal: "127.0.0.1:0", Data: b.dir, Zone: "Asia/Shanghai", Livekit: livekitOff, LivekitUDPPort: 7882, LivekitTCPPort: 7881}
	b.p = &program{settings: s, terminal: &terminal{Writer: io.Discard, words: words, lang: locales.Default}, now: time.Now, log: slog.Default()}
	b.must(s.dir().Prepare())
	b.must(b.p.prepare(ctx))
	b.t.Cleanup(b.p.close)
	b.must(b.p.register())
	p := b.p
	city, err := p.tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: "Bench"})
	b.must(err)
	b.venue, err = p.tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: city.ID, Name: "Hall", Kind: tour.VenueCenter, Places: 100})
	b.must(err)
	now := time.Now()
	b.session, err = p.tour.AddSession(ctx, tour.Session{ID: db.NewID(), VenueID: b.venue.ID, Title: "Bench", Topics: []string{"fraud"}, Mode: tour.OnSite,
		StartsAt: now.Add(-time.Minute), EndsAt: now.Add(2 * time.Hour)}, p.zone)
	b.must(err)
	b.must(p.tour.OpenSession(ctx, b.session.ID))
	for range 2 {
		code := people.NewToken()
		who := b.helper()
		_, err := p.people.MakeTabletLink(ctx, db.NewID(), code, b.venue.ID, who.ID, 50)
		b.must(err)
		for range 50 {
			b.tablets = append(b.tablets, b.tablet(code))
		}
	}
	b.p.doors.close()
}

func (b *bench) helper() people.Staff {
	ctx := context.Background()
	if who, err := b.p.staff.StaffByLogin(ctx, "bench"); err == nil {
		return who
	}
	who, err := b.p.staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "bench", Name: "Bench", Grants: []people.Grant{{Role: people.Admin, PlaceKind: people.Installation}}})
	b.must(err)
	link, err := b.p.staff.MakeLink(ctx, who.ID, nil)
	b.must(err)
	_, err = b.p.staff.TakeLink(ctx, link.Token, benchPassword)
	b.must(err)
	return who
}

const benchPassword = "a long word for the bench"

// tablet enrols one, with a learner checked in and seated at it, and gives its cookie.
func (b *bench) tablet(code string) string {
	ctx := context.Background()
	token := people.NewToken()
	t, err := b.p.people.EnrolTablet(ctx, people.Enrol{ID: db.NewID(), Code: code, Token: token})
	b.must(err)
	p := b.learner()
	_, err = b.p.tour.CheckIn(ctx, tour.CheckIn{ID: db.NewID(), SessionID: b.session.ID, PersonID: p.ID, Method: tour.ByCard})
	b.must(err)
	_, err = b.p.room.Take(ctx, room.Sit{ID: db.NewID(), TabletID: t.ID, VenueID: b.venue.ID, SessionID: b.session.ID, PersonID: p.ID, Kind: room.Tile})
	b.must(err)
	return "tablet=" + token
}

func (b *bench) learner() people.Person {
	issued, err := b.p.people.Issue(context.Background(), people.Issue{ID: db.NewID(), AgeBand: people.Age65, Medium: people.Spoken})
	b.must(err)
	return issued.Person
}

// startTimes runs the built program and asks until it is ready.
func (b *bench) startTimes() {
	for _, livekit := range []string{livekitOff, livekitEmbedded} {
		dir := b.t.TempDir()
		port, udp, tcp := 18080, 17882, 17881
		cmd := exec.Command(os.Getenv("BENCH_PROGRAM"), "--data", dir, "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--livekit", livekit,
			"--livekit-udp-port", fmt.Sprint(udp), "--livekit-tcp-port", fmt.Sprint(tcp), "--node-ip", "127.0.0.1", "--log-level", "error")
		cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
		for _, first := range []bool{true, false} { // the first start also makes the database
			c := exec.Command(cmd.Path, cmd.Args[1:]...)
			began := time.Now()
			b.must(c.Start())
			ready := b.untilReady(fmt.Sprintf("http://127.0.0.1:%d/readyz", port), livekit == livekitEmbedded, began)
			if !first {
				reach, what := "0.5 s", "start to ready, without LiveKit"
				if livekit == livekitEmbedded {
					reach, what = "1.5 s", "start to ready, LiveKit running"
				}
				b.say(what, reach, "%.2f s", ready.Seconds())
				if livekit == livekitEmbedded {
					time.Sleep(3 * time.Second) // idle, so that what starting needed is freed; nothing waits for it
					b.say("memory idle, both processes", "150 MB", "%.0f MB", rss(c.Process.Pid))
				}
			}
			_ = c.Process.Signal(os.Interrupt)
			_ = c.Wait()
		}
	}
}

func (b *bench) untilReady(url string, live bool, began time.Time) time.Duration {
	for time.Since(began) < 30*time.Second {
		resp, err := http.Get(url)
		if err == nil {
			body, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK && (!live || strings.Contains(string(body), `"live":"running"`)) {
				return time.Since(began)
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	b.t.Fatal("the program was not ready within 30 s")
	return 0
}

// rss is the memory of a process and its children, in MB.
func rss(pid int) float64 {
	total := 0.0
	list := []int{pid}
	for len(list) > 0 {
		id := list[0]
		list = list[1:]
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", id))
		for _, line := range strings.Split(string(status), "\n") {
			var kb float64
			if n, _ := fmt.Sscanf(line, "VmRSS: %f kB", &kb); n == 1 {
				total += kb / 1024
			}
		}
		tasks, _ := os.ReadDir(fmt.Sprintf("/proc/%d/task", id))
		for _, task := range tasks {
			children, _ := os.ReadFile(fmt.Sprintf("/proc/%d/task/%s/children", id, task.Name()))
			for _, c := range strings.Fields(string(children)) {
				var child int
				fmt.Sscan(c, &child)
				list = append(list, child)
			}
		}
	}
	return total
}

// sizes counts what a lesson step sends, packed.
func (b *bench) sizes() {
	page := b.fetch(courses.StepURL("fraud/police-call", 1, db.NewID()))
	first, requests := len(page), 1
	body := unzip(b.t, page)
	for _, attr := range []string{`href="`, `src="`} {
		for rest := body; ; {
			_, after, ok := strings.Cut(rest, attr+"/static/")
			if !ok {
				break
			}
			name, tail, _ := strings.Cut(after, `"`)
			first += len(b.fetch("/static/" + name))
			requests++
			rest = tail
		}
	}
	b.say("lesson step, first visit with CSS and JS", "40 KB, 6 requests", "%.1f KB, %d requests", float64(first)/1000, requests)
	next := len(b.fetch(courses.StepURL("fraud/police-call", 3, db.NewID())))
	b.say("lesson step, the next", "6 KB", "%.1f KB", float64(next)/1000)
	if info, err := os.Stat(os.Getenv("BENCH_PROGRAM")); err == nil {
		b.say("stripped binary", "75 MB", "%.1f MB", float64(info.Size())/1e6)
	}
}

func (b *bench) fetch(path string) []byte {
	rec := httptest.NewRecorder()
	req := b.request(http.MethodGet, path, b.tablets[0])
	web.Compress(b.p.public).ServeHTTP(rec, req)
	if rec.Code != http.StatusOK {
		b.t.Fatalf("%s: %d", path, rec.Code)
	}
	return rec.Body.Bytes()
}

func (b *bench) request(method, path, cookie string) *http.Request {
	req := httptest.NewRequest(method, "http://class.lan"+path, nil)
	req.Header.Set("Accept-Encoding", "gzip")
	req.Header.Set("Accept-Language", "zh-CN")
	req.Header.Set("Cookie", cookie)
	return req
}

func unzip(t *testing.T, b []byte) string {
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

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
