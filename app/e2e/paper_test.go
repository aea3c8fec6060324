//go:build browser

package e2e

import (
	"bytes"
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pdfPages finds each page in a PDF file.
var pdfPages = regexp.MustCompile(`/Type\s*/Page\b`)

// sheetProblems is what is wrong with the sheets of a booklet as it is printed: 18 points are
// 24 CSS pixels, and 8 mm of notes 30. Words in a drawing are said in the text beside it.
const sheetProblems = `(() => {
	const found = [];
	for (const sheet of document.querySelectorAll("article.sheet")) {
		const name = sheet.querySelector("h1").innerText;
		if (sheet.scrollHeight > sheet.clientHeight + 1 || sheet.scrollWidth > sheet.clientWidth + 1) found.push(name + ": more than a page");
		const notes = sheet.querySelector(".sheet-notes");
		if (notes.clientHeight < notes.querySelector("p").offsetHeight + 30) found.push(name + ": no room for notes");
		for (const e of sheet.querySelectorAll("*")) {
			const own = [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim());
			if (own && !e.closest("svg") && !e.closest(".seal") && parseFloat(getComputedStyle(e).fontSize) < 24) found.push(name + ": small text " + e.textContent);
		}
		if (sheet.querySelectorAll(".sheet-drawing svg").length !== 3) found.push(name + ": not three drawings");
		if (!sheet.querySelector(".qr")) found.push(name + ": no way back");
	}
	return found.join("\n");
})()`

// TestLessonsOnPaper measures the sheets of all lessons in both languages and prints the
// booklets: a cover, and one page a lesson.
func TestLessonsOnPaper(t *testing.T) {
	p := prepare(t, "--livekit", "off")
	p.Start()
	catalog, _ := scenes(t)
	w := newWalker(t, window(t, "paper", 703, 1024)) // as wide as A4 between its margins
	for _, lang := range []string{"zh-Hans", "en"} {
		w.onPaper("")
		w.speak(p, lang)
		w.onPaper("print")
		for _, topic := range catalog.Topics() {
			w.Open(p.URL("/topics/" + topic.Slug + "/paper"))
			found, err := evaluate[string](w.Tab, sheetProblems)
			if err != nil || found != "" {
				t.Errorf("%s in %s: %v %s", topic.Slug, lang, err, found)
			}
			if lang == "en" {
				continue // its pages are measured above; printing takes seconds
			}
			if got, want := w.printed(), len(topic.Lessons)+1; got != want {
				t.Errorf("%s in %s: %d pages, want %d", topic.Slug, lang, got, want)
			}
		}
	}
	w.Open(p.URL("/numbers/card"))
	if got := w.printed(); got != 1 {
		t.Errorf("the wallet cards take %d pages", got)
	}
}

// onPaper shows pages as for a medium; an empty one is the screen.
func (w *walker) onPaper(medium string) {
	w.t.Helper()
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium})
		return err
	}))
}

// printed is how many pages the tab prints.
func (w *walker) printed() int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, patience)
	defer cancel()
	pdf, err := chromedp.Run(ctx, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		res, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true)})
		return []byte(res.Data), err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if !bytes.HasPrefix(pdf, []byte("%PDF")) {
		w.t.Fatalf("not a PDF: %s", strings.ToValidUTF8(string(pdf[:min(len(pdf), 20)]), "?"))
	}
	return len(pdfPages.FindAllIndex(pdf, -1))
}
