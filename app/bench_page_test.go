//go:build bench

package main

import (
	"context"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path"
	"slices"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"silverclass/app/web"
	"silverclass/courses"
)

// watch keeps when the largest thing was painted, in milliseconds, and how far things moved.
const watch = `window.painted = 0; window.moved = 0;
new PerformanceObserver(l => { for (const e of l.getEntries()) painted = e.startTime; }).observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) moved += e.value; }).observe({type: "layout-shift", buffered: true});`

// content measures what the lessons cost: reading all of them, and their drawings. Scenes
// have a reach of their own; the sum is said beside it, so that nothing hides in between.
func (b *bench) content() {
	b.say("start: reading all 45 lessons", "100 ms", "%d ms", middle(func() {
		_, err := courses.Load(courses.Content())
		b.must(err)
	}))
	b.say("start: reading lessons, scenes and quizzes", "300 ms", "%d ms", middle(func() {
		_, err := loadContent("", b.p.terminal.words)
		b.must(err)
	}))
	largest, name := int64(0), ""
	b.must(fs.WalkDir(courses.Content(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || path.Ext(p) != ".svg" || p == "parts.svg" {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Size() > largest {
			largest, name = info.Size(), p
		}
		return err
	}))
	b.say("largest drawing", "15 KB", "%.1f KB (%s)", float64(largest)/1000, name)
}

// middle is the median of five runs, in milliseconds.
func middle(run func()) int64 {
	var took []time.Duration
	for range 5 {
		began := time.Now()
		run()
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[2].Milliseconds()
}

// onSlowTablet measures in Chromium what a slow tablet shows: a quarter of this processor,
// 9 Mbit/s, 100 ms.
func (b *bench) onSlowTablet() {
	srv := httptest.NewServer(web.Compress(b.p.public))
	defer srv.Close()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.NoSandbox, chromedp.DisableGPU)
	if file := os.Getenv("E2E_CHROMIUM"); file != "" {
		options = append(options, chromedp.ExecPath(file))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	browser, end := chromedp.NewContext(alloc)
	defer end()
	b.must(chromedp.Do(browser))
	b.painted(browser, srv.URL)
	b.tapped(browser, srv.URL)
}

// painted opens steps, each three times by somebody new; the worst of all is said beside
// the middle.
func (b *bench) painted(browser context.Context, server string) {
	var paints, moves []float64
	for range 3 {
		for _, step := range []int{1, 3, 8} {
			seen := visit(b, browser, server+courses.StepURL("fraud/police-call", step, ""), watch,
				`new Promise(done => setTimeout(() => done([painted, moved]), 1000))`)
			paints, moves = append(paints, seen[0]), append(moves, seen[1])
		}
	}
	slices.Sort(paints)
	b.say("lesson step, largest paint at 1/4 of the processor, 9 Mbit/s, 100 ms", "1.0 s", "%.2f s, at worst %.2f s", paints[len(paints)/2]/1000, slices.Max(paints)/1000)
	b.say("lesson step, how far things move (CLS)", "0.02", "%.3f", slices.Max(moves))
}

// taps makes eight taps, each on the first way on a second after it came, and gives
// how long each took until the frame with the answer was handed to the screen.
const taps = `(async () => {
	const pause = ms => new Promise(done => setTimeout(done, ms));
	const frame = () => new Promise(done => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
	const at = () => (document.querySelector("#tap input[name=at]") || {}).value;
	const took = [];
	await pause(2000);
	for (let n = 0; n < 8; n += 1) {
		await pause(1000);
		const thing = document.querySelector("main button[name=do], button[name=do]:not([value=back])");
		if (!thing) break;
		const before = at(), began = performance.now();
		thing.click();
		for (let frames = 0; at() === before && frames < 120; frames += 1) await frame();
		await frame();
		took.push(performance.now() - began);
	}
	return took;
})()`

// tapped taps through a call, a chat, a shop and a phone.
func (b *bench) tapped(browser context.Context, server string) {
	var all []float64
	for _, slug := range []string{"fraud/police-call", "fraud/child-in-trouble", "e-commerce/place-order", "mobile-payment/daily-limit"} {
		all = append(all, visit(b, browser, server+courses.PracticeURL(slug, ""), "", taps)...)
	}
	slices.Sort(all)
	b.say("practice, tap to answer at 1/4 of the processor", "100 ms", "%.0f ms, at worst %.0f ms (%d taps)", all[len(all)/2], slices.Max(all), len(all))
}

// visit opens an address as somebody new on a slow tablet, with a script before the page's
// own, and gives what the question evaluates to.
func visit(b *bench, browser context.Context, address, script, question string) []float64 {
	b.t.Helper()
	tab, end := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	defer end()
	b.must(chromedp.Do(tab, chromedp.EmulateViewport(800, 1280), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
			MatchedNetworkConditions: []*network.Conditions{{Latency: 100, DownloadThroughput: 9e6 / 8, UploadThroughput: 9e6 / 8}}}); err != nil {
			return fmt.Errorf("slow the network down: %w", err)
		}
		if _, err := cdp.Call(ctx, t, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: 4}); err != nil {
			return fmt.Errorf("slow the processor down: %w", err)
		}
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script})
		return err
	}), chromedp.Navigate(address)))
	seen, err := chromedp.Run(tab, chromedp.Evaluate[[]float64](question, chromedp.EvalAwaitPromise))
	b.must(err)
	return seen
}
