//go:build browser

package e2e

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// chromium is the one browser of this package. Each person of a test gets a context of
// her own in it: other cookies, other storage.
var chromium context.Context

// TestMain starts the browser and ends it after the last test.
func TestMain(m *testing.M) { os.Exit(withBrowser(m)) }

func withBrowser(m *testing.M) int {
	p, err := testPair()
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a certificate:", err)
		return 1
	}
	profile, err := os.MkdirTemp("", "silverclass-chromium-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile)
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(profile), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP "+host+" 127.0.0.1"),
		chromedp.Flag("ignore-certificate-errors-spki-list", p.pin),
		chromedp.Flag("use-fake-device-for-media-stream", true),
		chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("lang", "zh-CN"),
		chromedp.Flag("accept-lang", "zh-CN,zh"),
		// The old way of making icons' and forms' autofill requests must not reach the net.
		chromedp.Flag("disable-features", "Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,WebRtcHideLocalIpsWithMdns"),
	)
	if path := os.Getenv("E2E_CHROMIUM"); path != "" {
		options = append(options, chromedp.ExecPath(path))
	}
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	defer stopAlloc()
	ctx, stop := chromedp.NewContext(alloc)
	defer stop()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "start Chromium:", err)
		return 1
	}
	chromium = ctx
	return m.Run()
}

// Tab is one person's window. Whatever a person would not see but must not happen is
// kept and fails the test at its end: console errors, breaches of the content security
// policy, failed requests, requests to anybody else.
type Tab struct {
	t    testing.TB
	name string // whose window it is, in failures and pictures
	ctx  context.Context

	mu       sync.Mutex
	wrong    []string
	urls     map[network.RequestID]string
	down     bool         // the test keeps the server down: refused connections are its doing
	expected map[int]bool // statuses that the test asks for
}

// window opens a context of its own with one tab of that size in CSS pixels.
func window(t testing.TB, name string, width, height int64) *Tab {
	t.Helper()
	return open(t, name, chromium, width, height, chromedp.WithNewBrowserContext())
}

// another opens a second tab of the same person.
func (tab *Tab) another(name string) *Tab {
	tab.t.Helper()
	return open(tab.t, name, tab.ctx, 1280, 800)
}

func open(t testing.TB, name string, parent context.Context, width, height int64, options ...chromedp.ContextOption) *Tab {
	t.Helper()
	tab := &Tab{t: t, name: name, urls: map[network.RequestID]string{}, expected: map[int]bool{}}
	ctx, cancel := chromedp.NewContext(parent, append(options, chromedp.WithListener(tab.hear))...)
	tab.ctx = ctx
	t.Cleanup(func() {
		if t.Failed() {
			tab.Picture("failed")
		}
		cancel()
		for _, w := range tab.complaints() {
			t.Errorf("%s: %s", name, w)
		}
	})
	tab.do(chromedp.EmulateViewport(width, height))
	return tab
}

// hear runs in the browser's event loop, so it only takes notes.
func (tab *Tab) hear(ev any) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "assert" {
			tab.note("console.%s: %s", ev.Type, arguments(ev.Args))
		}
	case *runtime.EventExceptionThrown:
		tab.note("exception: %s %s", ev.ExceptionDetails.Text, describe(ev.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		if ev.Entry.Level == "error" && ev.Entry.Source != "network" {
			tab.note("log: %s %s (%s)", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		tab.urls[ev.RequestID] = ev.Request.URL
		if u, err := url.Parse(ev.Request.URL); err == nil && foreign(u) {
			tab.note("request to a third party: %s", ev.Request.URL)
		}
	case *network.EventResponseReceived:
		if s := int(ev.Response.Status); s >= 400 && !tab.expected[s] && !(tab.down && s >= 502) {
			tab.note("%d for %s", s, ev.Response.URL)
		}
	case *network.EventLoadingFailed:
		tab.failed(ev)
	}
}

func (tab *Tab) failed(ev *network.EventLoadingFailed) {
	gone := strings.Contains(ev.ErrorText, "REFUSED") || strings.Contains(ev.ErrorText, "RESET") ||
		strings.Contains(ev.ErrorText, "EMPTY_RESPONSE") || strings.Contains(ev.ErrorText, "SOCKET_NOT_CONNECTED")
	// A page that is left cancels what it was loading.
	if ev.Canceled || ev.ErrorText == "net::ERR_ABORTED" || tab.down && gone {
		return
	}
	tab.note("failed request: %s %s", ev.ErrorText, tab.urls[ev.RequestID])
}

func (tab *Tab) note(format string, args ...any) {
	tab.wrong = append(tab.wrong, fmt.Sprintf(format, args...))
}

func (tab *Tab) complaints() []string {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	return tab.wrong
}

// foreign reports whether an address is neither ours nor inside the browser.
func foreign(u *url.URL) bool {
	switch u.Scheme {
	case "http", "https", "ws", "wss":
		return u.Hostname() != host
	}
	return false
}

// ServerDown says that refused connections are the test's own doing, until false.
func (tab *Tab) ServerDown(down bool) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.down = down
}

// Expect says that answers with this status are what the test asks for.
func (tab *Tab) Expect(status int) {
	tab.mu.Lock()
	defer tab.mu.Unlock()
	tab.expected[status] = true
}

// Picture keeps what the window shows below E2E_PICTURES, when that is set.
func (tab *Tab) Picture(what string) {
	dir := os.Getenv("E2E_PICTURES")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(tab.ctx, 10*time.Second)
	defer cancel()
	shot, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err == nil {
		name := strings.NewReplacer("/", "-", " ", "-", "?", "-", "&", "-").Replace(tab.t.Name() + "-" + tab.name + "-" + what + ".png")
		err = os.WriteFile(filepath.Join(dir, name), shot, 0o644)
	}
	if err != nil {
		tab.t.Logf("%s: no picture of %s: %v", tab.name, what, err)
	}
}
