//go:build browser

package e2e

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

//go:embed measure.js
var measureScript string

// size is one window of a learner.
type size struct{ width, height int64 }

func (s size) String() string { return fmt.Sprintf("%d×%d", s.width, s.height) }

// The windows: a tablet both ways, a phone, and the narrowest that must not scroll
// sideways (WCAG 1.4.10).
var (
	portrait  = size{800, 1280}
	landscape = size{1280, 800}
	phone     = size{390, 844}
	narrow    = size{320, 640}
)

// limits are the measures of senior-ui.md in CSS pixels: T1, T3, K1, K2, K4.
type limits struct {
	Text     float64 `json:"text"`     // any text
	MainText float64 `json:"mainText"` // text of the page's own part
	Primary  float64 `json:"primary"`  // height of the primary button and of choices
	Other    float64 `json:"other"`    // height and width of any other control
	Gap      float64 `json:"gap"`      // between neighbours
}

var usual = limits{Text: 22, MainText: 22, Primary: 72, Other: 44, Gap: 12}

// measured is what measure.js gives.
type measured struct {
	Problems []string              `json:"problems"`
	Places   map[string][2]float64 `json:"places"`
}

// walker goes from page to page and measures each one.
type walker struct {
	*Tab
	axe    string                           // axe-core's source
	places map[string]map[string][2]float64 // by window and text size: where things stood first
	seen   map[string]string                // on which page they stood there
	pages  int
}

func newWalker(t testing.TB, tab *Tab) *walker {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "static", "_npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is missing; run the tests by `make test`: %v", err)
	}
	return &walker{Tab: tab, axe: string(source), places: map[string]map[string][2]float64{}, seen: map[string]string{}}
}

// look measures the page that the tab shows, in all sizes and windows, and runs axe in
// both orientations. page is what it is called in failures.
func (w *walker) look(page string) {
	w.t.Helper()
	w.pages++
	for _, window := range []size{portrait, landscape, phone, narrow} {
		w.do(chromedp.EmulateViewport(window.width, window.height))
		for text := 1; text <= 3; text++ {
			w.measure(page, window, text)
		}
	}
	for _, window := range []size{landscape, portrait} {
		w.do(chromedp.EmulateViewport(window.width, window.height))
		w.runAxe(page, window)
	}
	w.Picture(page)
}

func (w *walker) measure(page string, window size, text int) {
	w.t.Helper()
	wanted := usual
	if text == 3 {
		wanted.MainText = 30
	}
	limits, _ := json.Marshal(wanted)
	where := fmt.Sprintf("%s in %s, text size %d", page, window, text)
	m, err := evaluate[measured](w.Tab, fmt.Sprintf(`(() => {
		const old = document.documentElement.dataset.size;
		document.documentElement.dataset.size = "%d";
		const found = %s(%s);
		document.documentElement.dataset.size = old;
		return found;
	})()`, text, strings.TrimSpace(afterComment(measureScript)), limits))
	if err != nil {
		w.t.Errorf("%s: %v", where, err)
		return
	}
	for _, p := range m.Problems {
		// The narrowest window may scroll down to its button; the other three may not.
		if window != narrow || !strings.Contains(p, "primary button is out of sight") {
			w.t.Errorf("%s: %s", where, p)
		}
	}
	if window != narrow {
		w.compare(page, fmt.Sprintf("%s, text size %d", window, text), m.Places)
	}
}

// compare fails when something that never moves has moved.
func (w *walker) compare(page, where string, places map[string][2]float64) {
	w.t.Helper()
	first := w.places[where]
	if first == nil {
		first = map[string][2]float64{}
		w.places[where] = first
	}
	for name, at := range places {
		was, ok := first[name]
		if !ok {
			first[name], w.seen[where+name] = at, page
			continue
		}
		if math.Abs(was[0]-at[0]) > 4 || math.Abs(was[1]-at[1]) > 4 {
			w.t.Errorf("%s in %s: %s is at %v, on %s it was at %v", page, where, name, at, w.seen[where+name], was)
		}
	}
	if _, ok := places["speak"]; !ok {
		w.t.Errorf("%s in %s: no read-aloud button", page, where)
	}
	if _, ok := places["help"]; !ok {
		w.t.Errorf("%s in %s: no help button", page, where)
	}
}

// afterComment cuts the comment at the top of a script off, so that it can stand inside
// an expression.
func afterComment(script string) string {
	return script[strings.Index(script, "(function"):]
}

// violation is one rule of axe that a page breaks.
type violation struct {
	ID    string   `json:"id"`
	Nodes []string `json:"nodes"`
}

// runAxe runs axe-core with the options of senior-ui.md A.5. What axe cannot decide is
// the contrast of single Han characters and of text on pictures; measure.js reckons every
// contrast itself.
func (w *walker) runAxe(page string, window size) {
	w.t.Helper()
	loaded, err := evaluate[bool](w.Tab, `typeof axe === "object"`)
	if err == nil && !loaded {
		_, err = evaluate[chromedp.Void](w.Tab, w.axe)
	}
	if err != nil {
		w.t.Fatalf("%s: load axe-core: %v", page, err)
	}
	found, err := awaited[[]violation](w.Tab, `(async () => {
		axe.configure({
			rules: [{id: "target-size", enabled: true}, {id: "color-contrast-enhanced", enabled: true}],
			checks: [{id: "color-contrast", options: {ignoreUnicode: true, ignoreLength: false, ignorePseudo: false,
				boldValue: 700, boldTextPt: 14, largeTextPt: 18, shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03, pseudoSizeThreshold: 0.25,
				contrastRatio: {normal: {expected: 7}, large: {expected: 4.5}}}}],
		});
		const r = await axe.run(document, {
			runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
			rules: {"color-contrast-enhanced": {enabled: true}, "target-size": {enabled: true}},
			resultTypes: ["violations"],
		});
		return r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 120) + " — " + n.failureSummary.replace(/\s+/g, " ").slice(0, 200))}));
	})()`)
	if err != nil {
		w.t.Errorf("%s in %s: axe-core: %v", page, window, err)
		return
	}
	for _, v := range found {
		w.t.Errorf("%s in %s: axe %s: %s", page, window, v.ID, strings.Join(v.Nodes, "\n\t"))
	}
}
