package live

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/webrtc/v4/pkg/media/oggreader"

	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/live/sfu/sfutest"
)

// recorded gives a hall a directory of recordings, kept for so many days.
func (w *hall) recorded(t testing.TB, days int) *Recordings {
	t.Helper()
	r := NewRecordings(w.db.DB, w.clock, filepath.Join(t.TempDir(), "recordings"), days)
	w.service.cfg.Recordings = r
	return r
}

// play puts a part of so many seconds into a class's recording, with two bytes of sound.
func (w *hall) play(t testing.TB, r *Recordings, classID string, seconds int) {
	t.Helper()
	tape, err := r.begin(t.Context(), classID)
	need(t, err)
	_, err = tape.Write([]byte("Og"))
	need(t, err)
	need(t, tape.Close(time.Duration(seconds)*time.Second))
}

func TestATrainersVoiceIsRecorded(t *testing.T) {
	b := newBroadcast(t)
	r := b.recorded(t, 90)
	trainer := newBrowser(t, b.site.URL, "trainer")
	page := "/staff/classes/" + b.session.ID
	if status, _ := trainer.form("/staff/sessions/"+b.session.ID+"/class", nil); status != http.StatusSeeOther {
		t.Fatalf("opening: status %d", status)
	}
	go b.service.Run(t.Context())
	var teach joinAnswer
	trainer.json("/api/v1/classes/"+b.session.ID+"/token", `{"role":"trainer"}`, &teach)
	room := sfutest.Publish(t, b.site.URL, teach.Token)
	if status, _ := trainer.form(page+"/recording", nil); status != http.StatusSeeOther {
		t.Fatalf("beginning to record: status %d", status)
	}
	long := func(n int, least time.Duration) bool {
		list, err := b.store.parts(t.Context(), b.session.ID)
		need(t, err)
		return len(list) >= n && time.Duration(list[n-1].Millis)*time.Millisecond >= least
	}
	sfutest.Eventually(t, 30*time.Second, "a first part on the disk", func() bool { return long(1, 4*time.Second) })
	room.Disconnect() // her page is loaded again
	trainer.json("/api/v1/classes/"+b.session.ID+"/token", `{"role":"trainer"}`, &teach)
	sfutest.Publish(t, b.site.URL, teach.Token)
	sfutest.Eventually(t, 30*time.Second, "a second part on the disk", func() bool { return long(2, 4*time.Second) })
	if _, text := trainer.get("/api/v1/classes/" + b.session.ID + "/here"); !strings.Contains(text, `"here":[]`) || !strings.Contains(text, `"cut":false`) {
		t.Errorf("the trainer sees %s, want no recorder among those who are here", text)
	}
	trainer.form(page+"/end", nil)
	var list []part
	sfutest.Eventually(t, 10*time.Second, "both parts are closed", func() bool {
		var err error
		list, err = b.store.parts(t.Context(), b.session.ID)
		need(t, err)
		rec, err := b.store.recording(t.Context(), b.session.ID)
		need(t, err)
		info, err := os.Stat(r.file(b.session.ID, 2))
		need(t, err)
		return !rec.On() && info.Size() == list[1].Bytes
	})
	for _, one := range list {
		if got, want := sounding(t, r.file(one.ClassID, one.Number)), time.Duration(one.Millis)*time.Millisecond; got != want {
			t.Errorf("part %d sounds %s, its row says %s", one.Number, got, want)
		}
	}
}

// sounding is how long an Ogg file sounds, by its last page.
func sounding(t testing.TB, file string) time.Duration {
	t.Helper()
	f, err := os.Open(file)
	need(t, err)
	defer f.Close()
	o, head, err := oggreader.NewWith(f)
	need(t, err)
	if head.SampleRate != 48000 || head.Channels != 2 {
		t.Errorf("head %+v", head)
	}
	var last uint64
	for {
		_, page, err := o.ParseNextPage()
		if errors.Is(err, io.EOF) {
			return time.Duration(last) * time.Second / 48000
		}
		need(t, err)
		last = page.GranulePosition
	}
}

func TestWhereStepsBeginInASound(t *testing.T) {
	at := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	sec := func(n int) time.Time { return at.Add(time.Duration(n) * time.Second) }
	parts := []part{{Number: 1, BegunAt: sec(2), Millis: 60_000}, {Number: 2, BegunAt: sec(100), Millis: 30_000}}
	m := func(n, step int) mark { return mark{At: sec(n), Lesson: "fraud/police-call", Step: step} }
	for name, c := range map[string]struct {
		marks []mark
		want  []string // step, part, seconds into it
	}{
		"as they come":                    {[]mark{m(0, 1), m(32, 2), m(110, 3)}, []string{"1 0 0s", "2 0 30s", "3 1 10s"}},
		"moved while the line was cut":    {[]mark{m(0, 1), m(80, 2)}, []string{"1 0 0s", "2 1 0s"}},
		"passed over":                     {[]mark{m(0, 1), m(20, 2), m(22, 3)}, []string{"1 0 0s", "3 0 20s"}},
		"there and back":                  {[]mark{m(0, 1), m(20, 2), m(22, 1)}, []string{"1 0 0s"}},
		"recorded before a step is shown": {[]mark{m(30, 1)}, []string{"1 0 0s"}},
		"after the sound ended":           {[]mark{m(0, 1), m(200, 2)}, []string{"1 0 0s"}},
	} {
		var got []string
		for _, p := range chapters(parts, c.marks) {
			got = append(got, strings.Join([]string{string(rune('0' + p.Step)), string(rune('0' + p.part)), p.from.String()}, " "))
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestOnlyThoseWhoWereThereHearARecording(t *testing.T) {
	w := newHall(t)
	r := w.recorded(t, 90)
	srv := w.serve(t)
	w.open(t)
	trainer, home, late := newBrowser(t, srv.URL, "trainer"), newBrowser(t, srv.URL, ""), newBrowser(t, srv.URL, "")
	page, state := "/live/"+w.session.ID, "/api/v1/classes/"+w.session.ID
	staff := "/staff/classes/" + w.session.ID
	if status, _ := newBrowser(t, srv.URL, "stranger").form(staff+"/recording", nil); status != http.StatusForbidden {
		t.Errorf("a trainer of another venue records: status %d", status)
	}
	trainer.form(staff+"/recording", nil)
	home.json(state+"/token", `{}`, nil) // let in as far as the database goes
	u, err := url.Parse(srv.URL)
	need(t, err)
	var visit string
	for _, c := range home.http.Jar.Cookies(u) {
		if c.Name == "visit" {
			visit = c.Value
		}
	}
	w.admit(t, visit, nil)
	if _, text := home.get(page); !strings.Contains(text, "不录您的声音和样子") || strings.Contains(text, `live-recorded" hidden`) {
		t.Error("nobody tells her that the trainer is recorded")
	}
	w.play(t, r, w.session.ID, 65)
	w.pass(15 * time.Second)
	trainer.form(staff+"/step", url.Values{"lesson": {"fraud/police-call"}, "step": {"2"}})
	w.pass(time.Second)
	if _, text := trainer.get("/api/v1/classes/" + w.session.ID + "/here"); !strings.Contains(text, `"on":true,"cut":true`) || !strings.Contains(text, "已存好 1:05，全程") {
		t.Errorf("nobody tells the trainer that the recorder is away: %s", text)
	}
	for who, b := range map[string]*browser{"who is there": home, "who is not": late, "the trainer": trainer} {
		if status, _ := b.get(page + "/again/1"); status != http.StatusNotFound {
			t.Errorf("heard while it goes on by %s: status %d", who, status)
		}
	}
	trainer.form(staff+"/end", nil)
	if _, text := home.get(state); !strings.Contains(text, `"again":true`) {
		t.Errorf("who was there sees %s", text)
	}
	if _, text := late.get(state); !strings.Contains(text, `"again":false`) {
		t.Errorf("who was not there sees %s", text)
	}
	for who, b := range map[string]*browser{"who was there": home, "the trainer": trainer} {
		status, text := b.get(page + "/again")
		if status != http.StatusOK || !strings.Contains(text, "长 1:05") || !strings.Contains(text, "2027年2月21日") || !strings.Contains(text, `data-part="0" data-ms="15000"`) {
			t.Errorf("%s: status %d, %s", who, status, text)
		}
		if strings.Contains(text, "[live.") {
			t.Errorf("%s sees a key without words", who)
		}
		status, sound, h := b.do(http.MethodGet, page+"/again/1", "", "")
		if status != http.StatusOK || sound != "Og" || h.Get("Content-Type") != "audio/ogg" || !strings.Contains(h.Get("Cache-Control"), "no-store") {
			t.Errorf("%s: status %d, %q, %v", who, status, sound, h)
		}
	}
	for who, b := range map[string]*browser{"late": late, "a stranger": newBrowser(t, srv.URL, "stranger"), "a tablet": newBrowser(t, srv.URL, "tablet")} {
		for _, path := range []string{page + "/again", page + "/again/1"} {
			if status, text := b.get(path); status != http.StatusNotFound || strings.Contains(text, "1:05") {
				t.Errorf("%s: %s gives %d", who, path, status)
			}
		}
	}
	for _, path := range []string{page + "/again/2", page + "/again/x", page + "/again/..%2f1"} {
		if status, _ := home.get(path); status != http.StatusNotFound {
			t.Errorf("%s: status %d", path, status)
		}
	}
	need(t, os.Remove(r.file(w.session.ID, 1)))
	if status, _ := home.get(page + "/again/1"); status != http.StatusNotFound {
		t.Errorf("a lost file: status %d", status)
	}
}

func TestALearnerWhoWasCheckedInHearsIt(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	tours := tour.NewStore(w.db.DB, w.clock)
	need(t, tours.OpenSession(ctx, w.session.ID))
	folk := people.NewStore(w.db.DB, w.clock)
	came, err := folk.Issue(ctx, people.Issue{ID: "0198c0de-0000-7000-8000-000000000001"})
	need(t, err)
	away, err := folk.Issue(ctx, people.Issue{ID: "0198c0de-0000-7000-8000-000000000002"})
	need(t, err)
	_, err = tours.CheckIn(ctx, tour.CheckIn{ID: "0198c0de-0000-7000-8000-000000000003", SessionID: w.session.ID, PersonID: came.Person.ID, Method: tour.ByCard})
	need(t, err)
	for name, c := range map[string]struct {
		r    people.Reader
		want bool
	}{
		"checked in": {people.Reader{Person: &came.Person}, true}, "away": {people.Reader{Person: &away.Person}, false}, "nobody": {people.Reader{}, false},
	} {
		if got, err := w.store.mayHear(ctx, w.session.ID, c.r); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	r := w.recorded(t, 90)
	w.open(t)
	need(t, w.store.record(ctx, w.session.ID, "staff"))
	list := func(id string) (titles []string) {
		t.Helper()
		all, err := w.store.For(ctx, id)
		need(t, err)
		for _, h := range all {
			titles = append(titles, h.Title)
		}
		return titles
	}
	w.play(t, r, w.session.ID, 10)
	if got := list(came.Person.ID); len(got) != 0 {
		t.Errorf("while it goes on she is offered %v", got)
	}
	need(t, w.store.Close(ctx, w.session.ID, nil))
	if diff := cmp.Diff([]string{"风险甄别"}, list(came.Person.ID)); diff != "" {
		t.Errorf("offered to who was checked in (-want +got):\n%s", diff)
	}
	if got := list(away.Person.ID); len(got) != 0 {
		t.Errorf("who was away is offered %v", got)
	}
}

func TestARecordingFromItsBeginToItsEnd(t *testing.T) {
	w := newHall(t)
	r := w.recorded(t, 30)
	ctx := t.Context()
	w.open(t)
	need(t, w.store.record(ctx, w.session.ID, "staff"))
	need(t, w.store.record(ctx, w.session.ID, "staff")) // the same tap twice
	w.play(t, r, w.session.ID, 10)
	due := func(days int) int {
		list, err := r.Due(ctx, w.clock().AddDate(0, 0, days), 10)
		need(t, err)
		return len(list)
	}
	if due(31) != 0 {
		t.Error("a recording that goes on is due")
	}
	whole := func() time.Duration {
		rec, err := w.store.recording(ctx, w.session.ID)
		need(t, err)
		return rec.whole(w.clock())
	}
	w.pass(10 * time.Second)
	need(t, w.store.stopRecording(ctx, w.session.ID))
	w.pass(time.Minute)
	if got := whole(); got != 10*time.Second {
		t.Errorf("stopped after 10 s, it would sound %s", got)
	}
	need(t, w.store.record(ctx, w.session.ID, "staff"))
	w.pass(5 * time.Second)
	if got := whole(); got != 15*time.Second {
		t.Errorf("gone on with for 5 s, it would sound %s", got)
	}
	need(t, w.store.Close(ctx, w.session.ID, nil))
	if due(29) != 0 || due(31) != 1 {
		t.Errorf("due after 29 days: %d, after 31: %d", due(29), due(31))
	}
	if err := w.store.record(ctx, w.session.ID, "staff"); !fault.Is(err, fault.Gone) {
		t.Errorf("recording a class that is over: %v", err)
	}
}

func TestARecordingIsErasedWithItsFiles(t *testing.T) {
	w := newHall(t)
	r := w.recorded(t, 30)
	ctx := t.Context()
	srv := w.serve(t)
	w.open(t)
	trainer := newBrowser(t, srv.URL, "trainer")
	staff := "/staff/classes/" + w.session.ID
	trainer.form(staff+"/recording", nil)
	w.play(t, r, w.session.ID, 10)
	trainer.form(staff+"/end", nil)
	if _, text := trainer.get(staff); !strings.Contains(text, "录下 0:10") || !strings.Contains(text, "删除录音") {
		t.Error("the trainer does not see what was recorded")
	}
	for range 2 {
		if status, _ := trainer.form(staff+"/recording/erase", nil); status != http.StatusSeeOther {
			t.Errorf("erasing: status %d", status)
		}
	}
	if _, err := os.Stat(filepath.Dir(r.file(w.session.ID, 1))); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its files: %v", err)
	}
	facts, err := ledger.List(ctx, w.db.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Erased}})
	need(t, err)
	if len(facts) != 1 || facts[0].Object != "recording:"+w.session.ID || facts[0].PersonID != nil {
		t.Errorf("facts %+v, want one", facts)
	}
	if status, _ := trainer.get("/live/" + w.session.ID + "/again"); status != http.StatusNotFound {
		t.Errorf("after erasing: status %d", status)
	}
	stray := r.file("stray", 1)
	need(t, os.MkdirAll(filepath.Dir(stray), 0o700))
	need(t, os.WriteFile(stray, []byte("x"), 0o600))
	need(t, r.Sweep(ctx))
	if _, err := os.Stat(stray); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that no row knows: %v", err)
	}
}

// TestErasedWhileItIsWritten: the recorder's tape of what was erased ends, and does not pass
// for the tape of the recording that she begins anew.
func TestErasedWhileItIsWritten(t *testing.T) {
	w := newHall(t)
	r := w.recorded(t, 30)
	ctx := t.Context()
	w.open(t)
	need(t, w.store.record(ctx, w.session.ID, "staff"))
	old, err := r.begin(ctx, w.session.ID)
	need(t, err)
	need(t, old.Keep(5*time.Second))
	need(t, w.store.stopRecording(ctx, w.session.ID))
	need(t, r.Drop(ctx, Dropping{ClassID: w.session.ID, Begun: w.clock(), Why: "desk"}))
	w.pass(time.Second)
	need(t, w.store.record(ctx, w.session.ID, "staff"))
	if err := old.Keep(10 * time.Second); !errors.Is(err, errErased) {
		t.Errorf("before there is a new tape: %v, want %v", err, errErased)
	}
	w.play(t, r, w.session.ID, 3)
	if err := old.Close(15 * time.Second); !errors.Is(err, errErased) {
		t.Errorf("beside the new tape: %v, want %v", err, errErased)
	}
	list, err := w.store.parts(ctx, w.session.ID)
	need(t, err)
	if len(list) != 1 || list[0].Number != 1 || sounds(list) != 3*time.Second {
		t.Errorf("parts %+v, want the new one of 3 s", list)
	}
	if text, err := os.ReadFile(r.file(w.session.ID, 1)); err != nil || string(text) != "Og" {
		t.Errorf("its file has %q, %v", text, err)
	}
}

func TestNothingIsRecordedWhereNothingIsKept(t *testing.T) {
	w := newHall(t)
	w.recorded(t, 0)
	srv := w.serve(t)
	w.open(t)
	trainer := newBrowser(t, srv.URL, "trainer")
	staff := "/staff/classes/" + w.session.ID
	if status, text := trainer.get(staff); status != http.StatusOK || strings.Contains(text, "开始录音") {
		t.Errorf("status %d, and the page offers to record", status)
	}
	if status, _ := trainer.form(staff+"/recording", nil); status != http.StatusNotFound {
		t.Errorf("recording: status %d", status)
	}
}
