//go:build browser

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// order is a practice in which many things can be tapped early.
const order = "/practice/mobile-payment/lost-phone"

// kept are the taps that the server has of the practice in this tab, by what it shows to
// whoever asks now; nil where nothing is open.
func (tab *Tab) kept() ([]string, error) {
	text, err := awaited[string](tab, `(async () => {
		const page = new DOMParser().parseFromString(await (await fetch(location.pathname)).text(), "text/html");
		return (page.getElementById("tap") || {dataset: {}}).dataset.taps || "[]";
	})()`)
	if err != nil {
		return nil, err
	}
	var taps []string
	return taps, json.Unmarshal([]byte(text), &taps)
}

// has waits until the server has these taps and no others, and the tab shows them.
func (tab *Tab) has(taps ...string) {
	tab.t.Helper()
	eventually(tab.t, fmt.Sprintf("%s to have tapped %q", tab.name, taps), func() error {
		kept, err := tab.kept()
		if err != nil {
			return err
		}
		shown, err := evaluate[string](tab, tapped)
		if err == nil && (!slices.Equal(kept, taps) || shown != fmt.Sprint(len(taps))) {
			err = fmt.Errorf("the server has %q, the page %s", kept, shown)
		}
		return err
	})
}

// twice is Tap by a finger that taps twice, before the page can answer.
func (tab *Tab) twice(do string) {
	tab.t.Helper()
	tab.press(do, 2)
}

// command is a step that gives the browser a command.
func command[P any](c cdp.Command[P, cdp.Empty], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// TestNothingCorruptsARun goes back, reloads, taps twice and uses two tabs in the middle of a
// practice, with the script and without: what was tapped counts once, and every page that is
// behind comes to where the run is.
func TestNothingCorruptsARun(t *testing.T) {
	p := start(t, "--livekit", "off")
	t.Run("with the script", func(t *testing.T) {
		tab := window(t, "learner", portrait.width, portrait.height)
		tab.Expect(409)
		tab.Open(p.URL(order))
		tab.Tap("search")
		tab.Tap("again")
		tab.has("search", "again")
		tab.Reload()
		tab.has("search", "again")
		other := tab.another("her second tab")
		other.Expect(409)
		other.Open(p.URL(order))
		other.Tap("borrow")
		other.has("search", "again", "borrow")
		tab.Tap("borrow") // the same tap by way of the first tab: it counts once
		tab.has("search", "again", "borrow")
		other.Tap("block-card")
		other.has("search", "again", "borrow", "block-card")
		tab.twice("freeze") // from a page that is behind: it comes to where the run is
		tab.has("search", "again", "borrow", "block-card")
		tab.Open(p.URL("/"))
		tab.do(chromedp.NavigateBack())
		tab.has("search", "again", "borrow", "block-card")
		tab.Tap("freeze")
		tab.Tap("back")
		tab.has("search", "again", "borrow", "block-card", "freeze", "back")
	})
	t.Run("without", func(t *testing.T) {
		tab := window(t, "learner without a script", portrait.width, portrait.height)
		tab.Expect(409)
		off := command(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		tab.do(off)
		tab.Open(p.URL(order))
		tab.twice("search")
		tab.AwaitAddress(`\?play=`)
		tab.has("search")
		tab.Follow(`button[value="again"]`)
		tab.Reload()
		tab.has("search", "again")
		behind := tab.another("her second tab without a script")
		behind.Expect(409)
		behind.do(off)
		behind.Open(p.URL(order))
		tab.Follow(`button[value="borrow"]`)
		behind.Follow(`button[value="search"]`) // of the place before: it changes nothing
		behind.See("请从这里接着做")
		behind.has("search", "again", "borrow")
		behind.Follow(`button[value="block-card"]`)
		if _, err := evaluate[bool](tab, `history.back(), true`); err != nil {
			t.Fatal(err)
		}
		tab.AwaitAddress(order)
		tab.Open(p.URL(order))
		tab.has("search", "again", "borrow", "block-card")
	})
	t.Run("the warm-up", func(t *testing.T) { warmsUp(t, p) })
}

// warmsUp goes through the warm-up with a finger that misses, taps twice, rests and slides too
// short, once each; the last page knows, and says nothing of it.
func warmsUp(t *testing.T, p *Program) {
	tab := window(t, "learner warming up", portrait.width, portrait.height)
	tab.do(command(emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true}))
	tab.Open(p.URL("/practice/warm-up"))
	where := func(selector string) (x, y float64) {
		t.Helper()
		at, err := evaluate[[]float64](tab, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()`, selector))
		if err != nil {
			t.Fatal(err)
		}
		return at[0], at[1]
	}
	touch := func(kind input.DispatchTouchEventType, points ...*input.TouchPoint) {
		t.Helper()
		tab.do(command(input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, points...)}))
	}
	tap := func(x, y float64) {
		t.Helper()
		touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
		touch(input.DispatchTouchEventTypeTouchEnd)
	}
	counted := func(want string) {
		t.Helper()
		eventually(t, "the warm-up to have counted "+want, func() error {
			got, err := evaluate[string](tab, `sessionStorage.getItem("practice.warm-up")`)
			if err == nil && got != want {
				err = fmt.Errorf("it has %s", got)
			}
			return err
		})
	}
	x, y := where(".notreal")
	tap(x, y+120) // beside everything
	counted(`{"missed":1,"double":0,"long":0,"short":0}`)
	for step := 2; step <= 4; step++ {
		x, y = where("[data-warm-target]")
		tap(x, y)
		tab.AwaitAddress(fmt.Sprintf("step=%d", step))
	}
	slide := func(far float64) {
		t.Helper()
		x, y := where("[data-warm-leaf]")
		touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x, Y: y})
		touch(input.DispatchTouchEventTypeTouchMove, &input.TouchPoint{X: x - far, Y: y})
		touch(input.DispatchTouchEventTypeTouchEnd)
	}
	slide(30)
	eventually(t, "a slide to be too short", func() error {
		short, err := evaluate[int](tab, `JSON.parse(sessionStorage.getItem("practice.warm-up")).short`)
		if err == nil && short != 1 {
			err = fmt.Errorf("%d were", short)
		}
		return err
	})
	slide(220)
	tab.AwaitAddress("step=5")
	x, y = where("[data-warm-target]")
	tap(x, y)
	tab.AwaitAddress(`step=6&missed=1&double=\d+&long=\d+&short=1`)
	tab.SeeNot("没点中")
}
