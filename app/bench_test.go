//go:build bench

package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"
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
	b.scenes()
	b.content()
	b.onSlowTablet()
	b.stepAgainstYardstick()
	b.hall()
	b.quizAtOnce()
	b.certificatesAtOnce()
	b.fiveYears()
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
					b.say("memory idle, both processes", "150 MB", "%.0f MB", pss(c.Process.Pid))
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

// pss is the memory of a process and its children, in MB: pages that both share, the
// program's own code above all, count once.
func pss(pid int) float64 {
	total := 0.0
	list := []int{pid}
	for len(list) > 0 {
		id := list[0]
		list = list[1:]
		status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", id))
		for _, line := range strings.Split(string(status), "\n") {
			var kb float64
			if n, _ := fmt.Sscanf(line, "Pss: %f kB", &kb); n == 1 {
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

// scenes reads and checks all scenes, as a start does, and packs what a script gets of the
// largest.
func (b *bench) scenes() {
	content, err := loadContent("", b.p.terminal.words)
	b.must(err)
	slugs := content.scenes.Slugs()
	b.say(fmt.Sprintf("all %d scenes read and checked", len(slugs)), "200 ms", "%d ms", middle(func() {
		_, err := practice.Load(practice.Content(), content.catalog.Wording())
		b.must(err)
	}))
	largest := 0
	for _, slug := range slugs {
		largest = max(largest, len(b.fetch(courses.PracticeURL(slug, "")+"/pieces?mode=guided")))
	}
	b.say("the largest scene, packed", "25 KB", "%.1f KB", float64(largest)/1000)
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
