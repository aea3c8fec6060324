//go:build browser

package e2e

import (
	"fmt"
	"regexp"
	"testing"

	"github.com/chromedp/chromedp"

	"silverclass/courses"
)

// TestEveryLessonToItsEnd takes every lesson as a learner does, by tapping only what she
// sees, and measures each page on the way: all windows and text sizes, and axe-core in
// three sizes and two themes. In English the pages are opened and measured. Topics and
// languages go side by side, each in a window of its own: half of a learner's time is
// waiting until a page takes her tap (K7), and others use it.
func TestEveryLessonToItsEnd(t *testing.T) {
	t.Parallel()
	p := prepare(t, "--livekit", "off")
	p.Start()
	catalog, _ := scenes(t)
	t.Run("topics", func(t *testing.T) { // the program lives until all of them are through
		for _, topic := range catalog.Topics() {
			t.Run(topic.Slug, func(t *testing.T) {
				t.Parallel()
				w := newWalker(t, window(t, topic.Slug, portrait.width, portrait.height))
				w.speak(p, "zh-Hans")
				for _, l := range topic.Lessons {
					w.take(p, l)
					w.Open(p.URL("/practice/" + l.Slug))
					w.measureAll(l.Slug + ", practice begins")
				}
				t.Logf("%d lessons, %d pages", len(topic.Lessons), w.pages)
			})
			t.Run(topic.Slug+" in English", func(t *testing.T) { // its words are longer: things have other places
				t.Parallel()
				w := newWalker(t, window(t, topic.Slug+" in English", portrait.width, portrait.height))
				w.speak(p, "en")
				for _, l := range topic.Lessons {
					for step := 1; step <= 8; step++ {
						w.Open(p.URL(fmt.Sprintf("/lessons/%s/%d", l.Slug, step)))
						w.measureIn(fmt.Sprintf("%s, step %d", l.Slug, step), phone, narrow, portrait) // where words have least room
					}
				}
				t.Logf("%d lessons, %d pages", len(topic.Lessons), w.pages)
			})
		}
	})
}

// take goes through one lesson from its topic's page to the page with the seal. Doors to
// practice and quiz are passed over, as she may: scenes and questions have robots of
// their own.
func (w *walker) take(p *Program, l *courses.Lesson) {
	w.t.Helper()
	w.Open(p.URL("/topics/" + l.Topic))
	w.Follow(fmt.Sprintf(`main a[href^="/lessons/%s"]`, l.Slug))
	for step := 1; step <= 8; step = w.step() {
		page := fmt.Sprintf("%s, step %d", l.Slug, step)
		w.measureAll(page)
		w.runAxeInAll(page)
		// A step without its scene or quiz is left out, and the next has its own number.
		press := "[data-primary]"
		if w.Has("main form[data-move] button") { // a door
			press = "main form[data-move] button"
		}
		w.Press(press, fmt.Sprintf(`/lessons/%s/[%d-9]\?|/rate/`, l.Slug, step+1))
	}
	w.measureAll(l.Slug + ", three faces")
	w.Follow("button.face[value='3']")
	w.AwaitAddress("/lessons/" + l.Slug + "/done")
	w.Picture(l.Slug + " done")
}

// step is the number in the address of a lesson's page; 9 on any other page.
func (w *walker) step() int {
	step := 9
	_, _ = fmt.Sscanf(regexp.MustCompile(`/([1-8])\?`).FindString(w.address()), "/%d?", &step)
	return step
}

// measureAll measures the page in every window, without axe-core.
func (w *walker) measureAll(page string) {
	w.t.Helper()
	w.measureIn(page, landscape, phone, narrow, portrait)
}

func (w *walker) measureIn(page string, windows ...size) {
	w.t.Helper()
	w.pages++
	for _, window := range windows {
		w.do(chromedp.EmulateViewport(window.width, window.height))
		w.measure(page, window)
	}
	w.Picture(page)
}
