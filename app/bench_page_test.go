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

// content measures what the lessons cost: reading all of them, and their drawings.
func (b *bench) content() {
	var took []time.Duration
	for range 5 {
		began := time.Now()
		_, err := loadContent("", b.p.terminal.words)
		b.must(err)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	b.say("start: reading all lessons, scenes and quizzes", "100 ms", "%d ms", took[2].Milliseconds())
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

// painted opens steps in Chromium as a slow tablet does: a quarter of this processor,
// 9 Mbit/s, 100 ms. Each is opened three times by somebody new; the worst of all is said
// beside the middle.
func (b *bench) painted() {
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
	var paints, moves []float64
	for range 3 {
		for _, step := range []int{1, 3, 8} {
			seen := b.paint(browser, srv.URL+courses.StepURL("fraud/police-call", step, ""))
			paints, moves = append(paints, seen[0]), append(moves, seen[1])
		}
	}
	slices.Sort(paints)
	b.say("lesson step, largest paint at 1/4 of the processor, 9 Mbit/s, 100 ms", "1.0 s", "%.2f s, at worst %.2f s", paints[len(paints)/2]/1000, slices.Max(paints)/1000)
	b.say("lesson step, how far things move (CLS)", "0.02", "%.3f", slices.Max(moves))
}

func (b *bench) paint(browser context.Context, address string) []float64 {
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
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
		return err
	}), chromedp.Navigate(address)))
	seen, err := chromedp.Run(tab, chromedp.Evaluate[[]float64](`new Promise(done => setTimeout(() => done([painted, moved]), 1000))`, chromedp.EvalAwaitPromise))
	b.must(err)
	return seen
}
