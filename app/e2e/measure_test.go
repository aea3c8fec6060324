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
	looked map[string]bool                  // paths of the pages that look measured
	pages  int
}

func newWalker(t testing.TB, tab *Tab) *walker {
	t.Helper()
	source, err := os.ReadFile(filepath.Join("..", "..", "static", "_npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatalf("axe-core is missing; run the tests by `make test`: %v", err)
	}
	return &walker{Tab: tab, axe: string(source), places: map[string]map[string][2]float64{}, seen: map[string]string{}, looked: map[string]bool{}}
}

// look measures the page that the tab shows, in all sizes and windows, and runs axe in
// both orientations. page is what it is called in failures.
func (w *walker) look(page string) {
	w.t.Helper()
	w.pages++
	w.looked[pathOf(w.address())] = true
	for _, window := range []size{portrait, landscape, phone, narrow} {
		w.do(chromedp.EmulateViewport(window.width, window.height))
		w.measure(page, window)
	}
	for _, window := range []size{landscape, portrait} {
		w.do(chromedp.EmulateViewport(window.width, window.height))
		w.runAxe(page, window)
	}
	w.Picture(page)
}

// measure measures the page in one window at all three text sizes.
func (w *walker) measure(page string, window size) {
	w.t.Helper()
	var limits [3]string
	for i := range limits {
		wanted := usual
		if i == 2 {
			wanted.MainText = 30
		}
		b, _ := json.Marshal(wanted)
		limits[i] = string(b)
	}
	found, err := awaited[[]measured](w.Tab, fmt.Sprintf(`(async () => {
		const root = document.documentElement, old = root.dataset.size, measure = %s, found = [];
		for (const [i, limits] of [%s].entries()) {
			root.dataset.size = i + 1;
			// The button of the day stands above the foot once a frame was drawn with it.
			if (document.querySelector(".today")) await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
			found.push(measure(limits));
		}
		root.dataset.size = old;
		return found;
	})()`, strings.TrimSpace(afterComment(measureScript)), strings.Join(limits[:], ",")))
	if err != nil {
		w.t.Errorf("%s in %s: %v", page, window, err)
		return
	}
	for i, m := range found {
		for _, p := range m.Problems {
			// The narrowest window may scroll down to its button; the other three may not.
			if window != narrow || !strings.Contains(p, "primary button is out of sight") {
				w.t.Errorf("%s in %s, text size %d: %s", page, window, i+1, p)
			}
		}
		if window != narrow {
			w.compare(page, fmt.Sprintf("%s, text size %d", window, i+1), m.Places)
		}
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

// axeScript runs axe-core with the options of senior-ui.md A.5; rules is null for all of
// them, or the list of those to run. What axe cannot decide is the contrast of single Han
// characters and of text on pictures; measure.js reckons every contrast itself.
const axeScript = `async (rules) => {
	axe.configure({
		rules: [{id: "target-size", enabled: true}, {id: "color-contrast-enhanced", enabled: true}],
		checks: [{id: "color-contrast", options: {ignoreUnicode: true, ignoreLength: false, ignorePseudo: false,
			boldValue: 700, boldTextPt: 14, largeTextPt: 18, shadowOutlineEmMax: 0.2, textStrokeEmMin: 0.03, pseudoSizeThreshold: 0.25,
			contrastRatio: {normal: {expected: 7}, large: {expected: 4.5}}}}],
	});
	const r = await axe.run(document, {
		runOnly: rules || ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
		rules: rules ? {} : {"color-contrast-enhanced": {enabled: true}, "target-size": {enabled: true}},
		resultTypes: ["violations"],
	});
	return r.violations.map(v => ({id: v.id, nodes: v.nodes.map(n => n.html.slice(0, 120) + " — " + n.failureSummary.replace(/\s+/g, " ").slice(0, 200))}));
}`

// runAxe runs axe-core on the page as it stands.
func (w *walker) runAxe(page string, window size) {
	w.t.Helper()
	w.axeSays(fmt.Sprintf("%s in %s", page, window), `(`+axeScript+`)(null)`)
}

// runAxeInAll runs axe-core in three text sizes and two themes. All rules are asked once;
// the size and the colours of a page can only change the answers of a few.
func (w *walker) runAxeInAll(page string) {
	w.t.Helper()
	w.axeSays(page, `(async () => {
		const run = `+axeScript+`;
		const root = document.documentElement, size = root.dataset.size, found = [];
		for (const theme of ["usual", "clear"]) {
			for (const text of [1, 2, 3]) {
				root.dataset.theme = theme;
				root.dataset.size = text;
				const all = theme === "usual" && text === 1;
				const some = await run(all ? null : ["color-contrast", "color-contrast-enhanced", "target-size", "link-in-text-block"]);
				found.push(...some.map(v => ({...v, id: v.id + " (" + theme + ", text size " + text + ")"})));
			}
		}
		delete root.dataset.theme;
		root.dataset.size = size;
		return found;
	})()`)
}

func (w *walker) axeSays(where, script string) {
	w.t.Helper()
	loaded, err := evaluate[bool](w.Tab, `typeof axe === "object"`)
	if err == nil && !loaded {
		_, err = evaluate[chromedp.Void](w.Tab, w.axe)
	}
	if err != nil {
		w.t.Fatalf("%s: load axe-core: %v", where, err)
	}
	found, err := awaited[[]violation](w.Tab, script)
	if err != nil {
		w.t.Errorf("%s: axe-core: %v", where, err)
		return
	}
	for _, v := range found {
		w.t.Errorf("%s: axe %s: %s", where, v.ID, strings.Join(v.Nodes, "\n\t"))
	}
}
