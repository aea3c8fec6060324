//go:build browser

package tour_test

import (
	"context"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// window is the desk in a real browser, under a made-up name over plain HTTP.
type window struct {
	t   *testing.T
	ctx context.Context
	url string
	cut atomic.Bool // the server answers nobody
}

func openWindow(t *testing.T, w *desk) *window {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	need(t, err)
	port := strconv.Itoa(listener.Addr().(*net.TCPAddr).Port)
	b := &window{t: t, url: "http://class.lan:" + port}
	server := &http.Server{Handler: http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if b.cut.Load() {
			panic(http.ErrAbortHandler)
		}
		w.e.ServeHTTP(rw, r)
	})}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP class.lan 127.0.0.1"), chromedp.Flag("explicitly-allowed-ports", port),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN"))
	if path := os.Getenv("E2E_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(stopAlloc)
	ctx, stop := chromedp.NewContext(alloc)
	t.Cleanup(stop)
	limited, stopLimit := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(stopLimit)
	b.ctx = limited
	return b
}

func (b *window) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	for _, s := range steps {
		if _, err := chromedp.Run(b.ctx, s); err != nil {
			b.t.Fatal(err)
		}
	}
}

// is asks the page a yes-or-no question in JavaScript.
func (b *window) is(js string) bool {
	b.t.Helper()
	yes, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](js))
	if err != nil {
		b.t.Fatal(err)
	}
	return yes
}

// until waits for the page to say yes.
func (b *window) until(what, js string) {
	b.t.Helper()
	ticks := time.NewTicker(50 * time.Millisecond)
	defer ticks.Stop()
	deadline := time.After(20 * time.Second)
	for !b.is(js) {
		select {
		case <-ticks.C:
		case <-deadline:
			b.t.Fatalf("never: %s", what)
		}
	}
}

func lists(name string) string {
	return `[...document.querySelectorAll('#live .given li')].some(l => l.innerText.includes('` + name + `'))`
}

// TestScanningIsQuick scans as a USB scanner does: it types and presses Enter, and does
// not wait for an answer.
func TestScanningIsQuick(t *testing.T) {
	w := newDesk(t)
	b := openWindow(t, w)
	names := []string{"王阿姨", "陈叔叔", "刘阿姨", "孙叔叔", "周阿姨"}
	for i, name := range names {
		_, err := w.people.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: name, AgeBand: people.Age65, Number: number(t, i)})
		need(t, err)
	}
	at := "/staff/sessions/" + w.session.ID + "/desk"
	b.do(chromedp.Navigate(b.url + at))
	b.is(`window.same = true`)
	b.do(chromedp.KeyEvent(number(t, 0) + "\r" + number(t, 1) + "\r" + strings.ToLower(number(t, 2)) + "\r"))
	for _, name := range names[:3] {
		b.until(name+" is checked in", lists(name))
	}
	b.until("the last scan is answered", `document.getElementById('said').innerText.includes('刘阿姨')`)

	// Another desk checks somebody in.
	list, err := w.people.Search(t.Context(), "孙叔叔", 1)
	need(t, err)
	_, err = w.store.CheckIn(t.Context(), w.checkIn(w.session.ID, list[0].ID))
	need(t, err)
	b.until("the other desk's check-in shows", lists("孙叔叔"))

	b.do(chromedp.KeyEvent("ABCDEFGH\r"))
	b.until("the wrong card is said", `document.getElementById('scan-bad') !== null && document.getElementById('scan').value === 'ABCDEFGH'`)

	// The line is cut: what is scanned meanwhile is kept.
	b.cut.Store(true)
	b.do(chromedp.KeyEvent(number(t, 4) + "\r"))
	b.until("the desk says that the line is cut", `document.querySelector('.desk-away') !== null`)
	b.cut.Store(false)
	b.until("the kept scan is checked in", lists("周阿姨"))
	b.until("the line is back", `document.querySelector('.desk-away') === null`)
	if !b.is(`window.same === true && document.activeElement === document.getElementById('scan')`) {
		t.Error("the page was loaded anew, or the input lost the cursor")
	}
	n, err := w.store.Numbers(t.Context(), w.session.ID)
	need(t, err)
	if n.Registered != len(names) {
		t.Errorf("got %d registered, want %d", n.Registered, len(names))
	}

	// Taking back: the list leaves an open choice alone.
	b.is(`document.querySelector('#live details.undo summary').click() || true`)
	_, err = w.store.CountHeads(t.Context(), tour.HeadCount{ID: db.NewID(), SessionID: w.session.ID, Method: tour.Tally, Heads: 31})
	need(t, err)
	b.do(chromedp.Click(`#live details[open] button[value="wrong-person"]`))
	b.until("it is taken back", `document.querySelector('#live .undone') !== null && document.body.innerText.includes('31')`)
}
