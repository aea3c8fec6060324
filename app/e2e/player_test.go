//go:build browser

package e2e

import (
	"context"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"silverclass/courses"
)

// aVoice stands in for the tablet's own voice: it keeps what it is given and says each
// sentence in no time, until the page says that it holds its breath.
const aVoice = `(() => {
	window.given = [];
	const voice = { lang: "zh-CN", name: "test" };
	Object.defineProperty(window, "speechSynthesis", { value: {
		getVoices: () => [voice], cancel() {},
		speak(u) { window.given.push([u.text, u.rate]); if (!window.slowly) setTimeout(() => u.onend && u.onend(), 0); },
	} });
	window.SpeechSynthesisUtterance = function (text) { this.text = text; };
})()`

// silence is a WAV of that many seconds.
func silence(seconds float64) []byte {
	data := make([]byte, int(seconds*8000))
	b := []byte("RIFF\x00\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00")
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = binary.LittleEndian.AppendUint32(b, 8000)
	b = append(append(b, 1, 0, 8, 0), "data"...)
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(data))), data...)
}

// TestReadingAloud hears a recording before the tablet's own voice, that voice with our
// readings and at the four speeds, and sees the words when there is neither.
func TestReadingAloud(t *testing.T) {
	p := prepare(t, "--livekit", "off")
	catalog, _ := scenes(t)
	voices := courses.NewVoices(filepath.Join(p.Dir, "media", "voice"))
	said := courses.SpokenBy(catalog, voices)
	for _, one := range said {
		if one.Lesson == "fraud/police-call" && one.Step == 1 {
			if err := voices.Add(one, silence(max(1, 0.16*float64(courses.Han(one.Text))))); err != nil {
				t.Fatal(err)
			}
		}
	}
	p.Start()
	bare := window(t, "without a voice", portrait.width, portrait.height)
	bare.Open(p.URL("/lessons/fraud/police-call/2"))
	bare.do(chromedp.Evaluate[chromedp.Void](`void Object.defineProperty(window, "speechSynthesis", {value: {getVoices: () => []}})`))
	bare.Click("[data-speak-button]")
	bare.See("这台平板没有朗读声音")

	tab := window(t, "with a voice", portrait.width, portrait.height)
	tab.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: aVoice})
		return err
	}))
	tab.Open(p.URL("/lessons/fraud/police-call/1"))
	tab.Click("[data-speak-button]")
	tab.Await("#main .said")
	if heard := tab.script(`performance.getEntriesByType("resource").filter(e => e.name.includes("/voice/")).length + " recordings, " + given.length + " sentences"`); heard != "1 recordings, 0 sentences" {
		t.Errorf("with every sentence recorded: %s", heard)
	}
	tab.Click("h1") // any tap stops it
	if tab.Has("html[data-speaking], #main .said") {
		t.Error("a tap does not stop the reading")
	}

	lesson, step := withReading(catalog)
	tab.Open(p.URL(courses.StepURL(lesson.Slug, step, "")))
	tab.do(chromedp.Evaluate[chromedp.Void](`slowly = true`))
	tab.Click("[data-speak-button]")
	tab.Await("#main .said")
	for _, rate := range []string{"0.7", "1.0", "1.2", "0.85"} {
		tab.Click(`[data-rates] button[value="` + rate + `"]`)
		if got := tab.script(`String(given[given.length - 1][1])`); got != strings.TrimSuffix(rate, ".0") {
			t.Errorf("at speed %s the voice is told %s", rate, got)
		}
	}
	tab.Click("h1") // stop: a second tap on the same button would be one tap
	tab.do(chromedp.Evaluate[chromedp.Void](`slowly = false; given.length = 0`))
	tab.Click("[data-speak-button]")
	eventually(t, "the whole step to be read", func() error {
		if tab.Has("html[data-speaking]") {
			return fmt.Errorf("still reading")
		}
		return nil
	})
	want := flat(catalog.Wording().ForVoice(lesson.Step(step).In("zh-Hans").Speak))
	if got := flat(tab.script(`given.map(g => g[0]).join("")`)); got != want {
		t.Errorf("the voice was given %q, want %q", got, want)
	}
}

// withReading is the first step with a word that a voice must be told how to say.
func withReading(c *courses.Catalog) (*courses.Lesson, int) {
	for _, l := range c.Lessons() {
		for i := range l.Steps {
			if len(c.Wording().Said("zh-Hans", l.Steps[i].In("zh-Hans").Speak)) > 0 {
				return l, i + 1
			}
		}
	}
	return nil, 0
}

// TestTheNextStepIsThereAtOnce sees the next step fetched ahead and put in place without a
// new page, two taps move one step, and the place found again.
func TestTheNextStepIsThereAtOnce(t *testing.T) {
	p := prepare(t, "--livekit", "off")
	p.Start()
	tab := window(t, "visitor", phone.width, phone.height)
	tab.Open(p.URL("/lessons/fraud/stop-and-ask"))
	eventually(t, "the next step to be fetched ahead", func() error {
		if n := tab.script(`String(performance.getEntriesByType("resource").filter(e => e.name.includes("/stop-and-ask/2?run=")).length)`); n != "1" {
			return fmt.Errorf("%s requests", n)
		}
		return nil
	})
	tab.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.dataset.asBefore = "1"; window.samePage = true`))
	tab.Press("[data-primary]", `/stop-and-ask/2\?`)
	if got := tab.script(`String(window.samePage)`); got != "true" {
		t.Error("the next step is a new page")
	}
	tab.do(chromedp.Evaluate[chromedp.Void](`(() => { const b = document.querySelector("[data-primary]"); setTimeout(() => { b.click(); b.click(); document.querySelector("[data-primary]").click(); }, 900); })()`))
	tab.AwaitAddress(`/stop-and-ask/3\?`)
	tab.See("第 3 步，共 8 步")
	tab.Open(p.URL("/")) // and comes back
	tab.Open(p.URL("/lessons/fraud/stop-and-ask"))
	tab.AwaitAddress(`/stop-and-ask/3\?`)
}

// script is a text that a script gives.
func (tab *Tab) script(script string) string {
	tab.t.Helper()
	got, err := evaluate[string](tab, script)
	if err != nil {
		tab.t.Fatal(err)
	}
	return got
}
