//go:build browser

package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"silverclass/app/ledger"
	"silverclass/live/sfu/sfutest"
)

// host is what the browser calls this machine, so that plain HTTP is what it is on a LAN.
const host = "class.lan"

// chrome starts a browser with a made-up camera.
func chrome(t *testing.T) context.Context {
	t.Helper()
	alloc, stop := chromedp.NewExecAllocator(t.Context(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.UserDataDir(t.TempDir()), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.IgnoreCertErrors,
		chromedp.Flag("host-resolver-rules", "MAP "+host+" 127.0.0.1"),
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Flag("lang", "zh-CN"), chromedp.Flag("accept-lang", "zh-CN,zh"))...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(alloc)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start Chromium: %v", err)
	}
	return ctx
}

// page is one person's window.
type page struct {
	t     *testing.T
	ctx   context.Context
	mu    sync.Mutex
	wrong []string
	down  bool // the test keeps the media server down
}

func newPage(t *testing.T, browser context.Context, name, base, who string) *page {
	t.Helper()
	p := &page{t: t}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.hear))
	p.ctx = ctx
	t.Cleanup(func() {
		if dir := os.Getenv("LIVE_PICTURES"); dir != "" {
			p.picture(filepath.Join(dir, name+"-end.png"))
		}
		cancel()
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, w := range p.wrong {
			t.Errorf("%s: %s", name, w)
		}
	})
	p.do(chromedp.EmulateViewport(1280, 800))
	if who != "" {
		p.do(chromedp.Navigate(base+"/live/none"), // its error page has no script
			chromedp.Evaluate[chromedp.Void](fmt.Sprintf("document.cookie = 'who=%s; path=/'; undefined", who)))
		p.mu.Lock()
		p.wrong = nil
		p.mu.Unlock()
	}
	return p
}

func (p *page) hear(ev any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		if ev.Type == "error" || ev.Type == "warning" {
			p.wrong = append(p.wrong, fmt.Sprintf("console.%s %s", ev.Type, ev.Args[0].Value))
		}
	case *runtime.EventExceptionThrown:
		p.wrong = append(p.wrong, ev.ExceptionDetails.Text+" "+ev.ExceptionDetails.Exception.Description)
	case *log.EventEntryAdded:
		if ev.Entry.Level == "error" && !p.down && !strings.Contains(ev.Entry.URL, "/tablet/") {
			p.wrong = append(p.wrong, ev.Entry.Text+" "+ev.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if u, err := url.Parse(ev.Request.URL); err == nil && u.Hostname() != host && u.Scheme != "data" && u.Scheme != "blob" {
			p.wrong = append(p.wrong, "a request to somebody else: "+ev.Request.URL)
		}
	}
}

func (p *page) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := p.ctx, context.CancelFunc(func() {})
	if chromedp.FromContext(p.ctx).Target != nil {
		ctx, cancel = context.WithTimeout(p.ctx, 30*time.Second)
	}
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		p.t.Fatal(err)
	}
}

func (p *page) read(script string) string {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+script+")"))
	if err != nil {
		return err.Error()
	}
	return got
}

func (p *page) state() string {
	return p.read(`document.querySelector("[data-state]").dataset.state`)
}

func (p *page) await(state string, limit time.Duration) {
	p.t.Helper()
	sfutest.Eventually(p.t, limit, state, func() bool { return p.state() == state })
}

func (p *page) number(name string) float64 {
	var n float64
	_ = json.Unmarshal([]byte(p.read(`document.getElementById("live").dataset.`+name)), &n)
	return n
}

func (p *page) picture(file string) {
	ctx, cancel := context.WithTimeout(p.ctx, 10*time.Second)
	defer cancel()
	if b, err := chromedp.Run(ctx, chromedp.FullScreenshot(90)); err == nil {
		_ = os.WriteFile(file, b, 0o600)
	}
}

// look keeps pictures of the page, also upright and on a phone, when somebody wants to see
// it.
func (p *page) look(name string) {
	dir := os.Getenv("LIVE_PICTURES")
	if dir == "" {
		return
	}
	for size, wh := range map[string][2]int64{"upright": {800, 1280}, "phone": {390, 844}} {
		p.do(chromedp.EmulateViewport(wh[0], wh[1]))
		p.picture(filepath.Join(dir, name+"-"+size+".png"))
	}
	p.do(chromedp.EmulateViewport(1280, 800))
	p.picture(filepath.Join(dir, name+".png"))
}

func TestAClassInTheBrowser(t *testing.T) {
	b := newBroadcast(t)
	b.sfu.OnReady(func() { _ = b.service.Restore(context.Background()) })
	b.recorded(t, 90)
	go b.service.Run(t.Context())
	secure := httptest.NewTLSServer(b.site.Config.Handler)
	t.Cleanup(secure.Close)
	named := func(s string) string { return strings.Replace(s, "127.0.0.1", host, 1) }
	plain, tls := named(b.site.URL), named(secure.URL)
	browser := chrome(t)
	address := "/live/" + b.session.ID

	home := newPage(t, browser, "home", plain, "")
	home.do(chromedp.Navigate(plain + address))
	home.await("planned", 5*time.Second)
	home.look("home-planned")

	trainer := newPage(t, browser, "trainer", tls, "trainer")
	trainer.do(chromedp.Navigate(tls + "/staff/classes/" + b.session.ID))
	trainer.look("trainer-planned")
	trainer.do(chromedp.Click(chromedp.CSS("form .sbtn.main")))
	trainer.await("live", 20*time.Second)
	home.await("open", 5*time.Second)
	home.look("home-open")

	tablet := newPage(t, browser, "tablet", plain, "tablet")
	tablet.do(chromedp.Navigate(plain + address))
	if got := tablet.read(`!!window.LivekitClient || !!document.querySelector("video")`); got != "false" {
		t.Errorf("a hall tablet has the media script: %s", got)
	}

	insecure := newPage(t, browser, "insecure", plain, "trainer")
	insecure.do(chromedp.Navigate(plain + "/staff/classes/" + b.session.ID))
	insecure.await("insecure", 10*time.Second)
	if got := insecure.read(`document.getElementById("live-insecure").innerText`); !strings.Contains(got, "https") {
		t.Errorf("a trainer on plain HTTP reads %q", got)
	}
	insecure.look("trainer-insecure")

	home.do(chromedp.Click(chromedp.CSS("#live-join")))
	home.await("live", 20*time.Second)
	moves := func() {
		t.Helper()
		frames, energy := home.number("frames"), home.number("energy")
		sfutest.Eventually(t, 20*time.Second, "frames and sound go on", func() bool {
			return home.number("frames") > frames+10 && home.number("energy") > energy
		})
	}
	moves()
	sfutest.Eventually(t, 10*time.Second, "the trainer sees one", func() bool {
		return strings.Contains(trainer.read(`document.getElementById("live-count").textContent`), "1 ")
	})
	trainer.do(chromedp.Click(chromedp.CSS("[data-rec=start] button")))
	trainer.do(chromedp.Click(chromedp.CSS("[data-move=forward] button")))
	for name, p := range map[string]*page{"home": home, "tablet": tablet} {
		sfutest.Eventually(t, 5*time.Second, name+" follows the step", func() bool {
			return strings.Contains(p.read(`document.getElementById("live-where").textContent`), "第 2 步")
		})
	}
	for name, p := range map[string]*page{"home": home, "tablet": tablet} {
		sfutest.Eventually(t, 5*time.Second, name+" is told of the recording", func() bool {
			return p.read(`document.getElementById("live-recorded").hidden`) == "false"
		})
	}
	home.look("home-live")
	tablet.look("tablet-live")
	trainer.look("trainer-live")

	for _, p := range []*page{home, trainer} {
		p.mu.Lock()
		p.down = true
		p.mu.Unlock()
	}
	safe := func(n int) func() bool {
		return func() bool {
			list, err := b.store.parts(t.Context(), b.session.ID)
			return err == nil && len(list) >= n
		}
	}
	sfutest.Eventually(t, 20*time.Second, "a part of the recording is safe", safe(1))
	killed := time.Now()
	if proc, err := os.FindProcess(b.sfu.Status().PID); err != nil || proc.Kill() != nil {
		t.Fatal("cannot end the media server")
	}
	sfutest.Eventually(t, 10*time.Second, "words that nothing arrives", func() bool { s := home.state(); return s == "stalled" || s == "nomedia" })
	t.Logf("words after %s", time.Since(killed).Round(100*time.Millisecond))
	home.look("home-stalled")
	home.await("live", 60*time.Second)
	moves()
	t.Logf("sound and picture again %s after the media server was killed", time.Since(killed).Round(100*time.Millisecond))

	sfutest.Eventually(t, 20*time.Second, "the recording goes on after the media server was killed", safe(2))

	home.do(chromedp.Click(chromedp.CSS("#live-leave")))
	home.look("home-leave")
	home.do(chromedp.Click(chromedp.CSS("#live-ask [data-go]")))
	home.await("left", 5*time.Second)
	home.look("home-left")
	home.do(chromedp.Click(chromedp.CSS("#live-join")))
	home.await("live", 20*time.Second)
	home.do(chromedp.Reload())
	sfutest.Eventually(t, 20*time.Second, "back in class after a reload", func() bool { s := home.state(); return s == "live" || s == "sound" })

	trainer.do(chromedp.Click(chromedp.CSS("#live-end summary")), chromedp.Click(chromedp.CSS("#live-end .danger")))
	home.await("over", 10*time.Second)
	tablet.await("over", 10*time.Second)
	home.look("home-over")
	sfutest.Eventually(t, 30*time.Second, "one fact of a visitor", func() bool {
		b.settleAll(t)
		return len(b.counting(t, ledger.Attended)) == 1
	})
	trainer.do(chromedp.Navigate(tls + "/staff/classes/" + b.session.ID))
	trainer.look("trainer-over")

	sfutest.Eventually(t, 10*time.Second, "the way to the recording", func() bool {
		return home.read(`document.getElementById("live-again").hidden`) == "false"
	})
	home.look("home-over-again")
	home.do(chromedp.Click(chromedp.CSS("#live-again")))
	home.await("ready", 5*time.Second)
	home.look("again")
	home.do(chromedp.Click(chromedp.CSS("#again-play")))
	heard := func(more float64) {
		t.Helper()
		at := func() float64 {
			n, _ := strconv.ParseFloat(home.read(`document.getElementById("again").dataset.at`), 64)
			return n
		}
		from := at()
		sfutest.Eventually(t, 10*time.Second, "the sound goes on", func() bool { return at() > from+more })
	}
	home.await("playing", 10*time.Second)
	heard(1)
	home.look("again-playing")
	home.do(chromedp.Click(chromedp.CSS("#again-play")))
	home.await("paused", 5*time.Second)
	home.do(chromedp.Click(chromedp.CSS(".again-step:last-child")))
	home.await("playing", 10*time.Second)
	if got := home.read(`document.getElementById("live-where").textContent`); !strings.Contains(got, "第 2 步") {
		t.Errorf("beside the sound stands %s", got)
	}
	heard(1)
}
