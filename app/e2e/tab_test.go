//go:build browser

package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// do runs steps in the tab, each within the patience of these tests.
func (tab *Tab) do(steps ...chromedp.Action[chromedp.Void]) {
	tab.t.Helper()
	if err := tab.try(steps...); err != nil {
		tab.t.Fatalf("%s at %s: %v\nit shows:\n%s", tab.name, tab.address(), err, tab.shown())
	}
}

func (tab *Tab) try(steps ...chromedp.Action[chromedp.Void]) error {
	if chromedp.FromContext(tab.ctx).Target == nil {
		return chromedp.Do(tab.ctx, steps...) // the first one binds the tab's life to its context
	}
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

// Open goes to an address and waits until the page is there.
func (tab *Tab) Open(address string) {
	tab.t.Helper()
	tab.do(chromedp.Navigate(address))
}

// Reload loads the page again, as a person does by the browser's button.
func (tab *Tab) Reload() {
	tab.t.Helper()
	tab.do(chromedp.Reload())
}

// Click presses the first visible element that a CSS selector finds, with a real mouse
// in its middle, so that an element which is covered or moves away is not pressed.
func (tab *Tab) Click(selector string) {
	tab.t.Helper()
	tab.do(chromedp.Click(chromedp.CSS(selector)))
}

// Follow presses an element and waits until the page that it leads to is loaded.
func (tab *Tab) Follow(selector string) {
	tab.t.Helper()
	tab.mark()
	tab.Click(selector)
	tab.awaitNewPage("a new page after " + selector)
}

// FollowText is Follow for the first link or button that shows this text.
func (tab *Tab) FollowText(text string) {
	tab.t.Helper()
	tab.mark()
	tab.ClickText(text)
	tab.awaitNewPage("a new page after “" + text + "”")
}

// Press taps an element, again and again like somebody impatient, until the address
// matches. A tap in the first moments of a page is meant for the page before and has no
// effect (K7), and many taps are one.
func (tab *Tab) Press(selector, pattern string) {
	tab.t.Helper()
	re := regexp.MustCompile(pattern)
	eventually(tab.t, fmt.Sprintf("%s to come to %s by tapping %s", tab.name, pattern, selector), func() error {
		at := tab.address()
		if re.MatchString(at) {
			return nil
		}
		if err := tab.try(chromedp.Click(chromedp.CSS(selector))); err != nil {
			return err
		}
		return fmt.Errorf("is at %s:\n%s", at, tab.shown())
	})
	tab.AwaitAddress(pattern)
}

// ClickText presses the first visible link or button that shows this text.
func (tab *Tab) ClickText(text string) {
	tab.t.Helper()
	tab.Click(tab.named(text))
}

// named gives a selector of the first visible link, button, summary or label that shows
// a text.
func (tab *Tab) named(text string) string {
	tab.t.Helper()
	quoted, _ := json.Marshal(text) // a string always marshals
	eventually(tab.t, fmt.Sprintf("%s to see “%s” at %s", tab.name, text, tab.address()), func() error {
		found, err := evaluate[bool](tab, `(() => {
			document.querySelectorAll("[data-e2e]").forEach(e => e.removeAttribute("data-e2e"));
			const seen = e => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden";
			const all = [...document.querySelectorAll("a, button, summary, label, [role=button]")].filter(seen);
			const text = e => e.innerText.replace(/\s+/g, " ").trim();
			const e = all.find(e => text(e) === `+string(quoted)+`) || all.find(e => text(e).includes(`+string(quoted)+`));
			if (e) e.setAttribute("data-e2e", "here");
			return !!e;
		})()`)
		if err == nil && !found {
			err = fmt.Errorf("the page shows:\n%s", tab.shown())
		}
		return err
	})
	return `[data-e2e="here"]`
}

// mark leaves a sign on the page that a new page does not have.
func (tab *Tab) mark() {
	tab.t.Helper()
	tab.do(chromedp.Evaluate[chromedp.Void](`document.documentElement.setAttribute("data-e2e-old", "")`))
}

func (tab *Tab) awaitNewPage(what string) {
	tab.t.Helper()
	eventually(tab.t, tab.name+": "+what, func() error {
		fresh, err := evaluate[bool](tab, `document.readyState === "complete" && !document.documentElement.hasAttribute("data-e2e-old")`)
		if err == nil && !fresh {
			err = fmt.Errorf("still at %s:\n%s", tab.address(), tab.shown())
		}
		return err
	})
}

// Fill types into a field of the page after emptying it.
func (tab *Tab) Fill(selector, text string) {
	tab.t.Helper()
	sel := chromedp.CSS(selector)
	tab.do(chromedp.Clear(sel), chromedp.SendKeys(sel, text))
}

// Set gives a field its value as a date picker or a list does.
func (tab *Tab) Set(selector, value string) {
	tab.t.Helper()
	tab.do(chromedp.WaitReady(chromedp.CSS(selector)))
	sel, _ := json.Marshal(selector)
	val, _ := json.Marshal(value)
	tab.do(chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(() => {
		const e = document.querySelector(%s);
		if (e.type === "checkbox" || e.type === "radio") { e.checked = true } else { e.value = %s }
		e.dispatchEvent(new Event("input", {bubbles: true}));
		e.dispatchEvent(new Event("change", {bubbles: true}));
	})()`, sel, val)))
}

// Choose sets a list to the option that shows this text.
func (tab *Tab) Choose(selector, text string) {
	tab.t.Helper()
	sel, _ := json.Marshal(selector + " option")
	want, _ := json.Marshal(text)
	var value string
	eventually(tab.t, fmt.Sprintf("%s to find the option “%s” in %s at %s", tab.name, text, selector, tab.address()), func() error {
		found, err := evaluate[[]string](tab, fmt.Sprintf(
			`[...document.querySelectorAll(%s)].filter(o => o.textContent.includes(%s)).map(o => o.value)`, sel, want))
		if err != nil || len(found) == 0 {
			return fmt.Errorf("not there (%v):\n%s", err, tab.shown())
		}
		value = found[0]
		return nil
	})
	tab.Set(selector, value)
}

// See waits until the page shows a text.
func (tab *Tab) See(text string) {
	tab.t.Helper()
	eventually(tab.t, fmt.Sprintf("%s to see “%s” at %s", tab.name, text, tab.address()), func() error {
		if shown := tab.shown(); !strings.Contains(flat(shown), flat(text)) {
			return fmt.Errorf("the page shows:\n%s", shown)
		}
		return nil
	})
}

// SeeNot fails when the page shows a text.
func (tab *Tab) SeeNot(text string) {
	tab.t.Helper()
	if shown := tab.shown(); strings.Contains(flat(shown), flat(text)) {
		tab.t.Errorf("%s sees “%s” at %s:\n%s", tab.name, text, tab.address(), shown)
	}
}

// Await waits until a selector finds something visible.
func (tab *Tab) Await(selector string) {
	tab.t.Helper()
	tab.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// Has reports whether a selector finds anything now.
func (tab *Tab) Has(selector string) bool {
	tab.t.Helper()
	q, _ := json.Marshal(selector)
	found, err := evaluate[bool](tab, `!!document.querySelector(`+string(q)+`)`)
	if err != nil {
		tab.t.Fatal(err)
	}
	return found
}

// Text is what the first element of a selector shows.
func (tab *Tab) Text(selector string) string {
	tab.t.Helper()
	q, _ := json.Marshal(selector)
	text, err := evaluate[string](tab, `(document.querySelector(`+string(q)+`) || {innerText: ""}).innerText`)
	if err != nil {
		tab.t.Fatal(err)
	}
	return text
}

// Find waits until the page's text matches, and gives the first group, or the match.
func (tab *Tab) Find(pattern string) string {
	tab.t.Helper()
	re := regexp.MustCompile(pattern)
	var found []string
	eventually(tab.t, fmt.Sprintf("%s to see %s at %s", tab.name, pattern, tab.address()), func() error {
		shown := tab.shown()
		if found = re.FindStringSubmatch(shown); found == nil {
			return fmt.Errorf("the page shows:\n%s", shown)
		}
		return nil
	})
	return found[len(found)-1]
}

// AwaitAddress waits until the address matches and the page is loaded; it gives the
// address.
func (tab *Tab) AwaitAddress(pattern string) string {
	tab.t.Helper()
	re := regexp.MustCompile(pattern)
	var at string
	eventually(tab.t, fmt.Sprintf("%s to be at %s", tab.name, pattern), func() error {
		if at = tab.address(); !re.MatchString(at) {
			return fmt.Errorf("is at %s:\n%s", at, tab.shown())
		}
		ready, err := evaluate[string](tab, `document.readyState`)
		if err == nil && ready != "complete" {
			err = fmt.Errorf("the page is %s", ready)
		}
		return err
	})
	return at
}

// address is where the tab is; "" while it is between two pages.
func (tab *Tab) address() string {
	at, _ := evaluate[string](tab, `location.href`)
	return at
}

// shown is the page's visible text.
func (tab *Tab) shown() string {
	text, err := evaluate[string](tab, `document.body ? document.body.innerText : ""`)
	if err != nil {
		return err.Error()
	}
	return text
}

// evaluate runs a script in the page. It gives an error while a page is being left.
func evaluate[T any](tab *Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script))
}

// awaited is evaluate for a script that gives a promise.
func awaited[T any](tab *Tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(tab.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, chromedp.EvalAwaitPromise))
}

// flat is a text without spaces, so that a line break in the middle of a sentence does
// not matter.
func flat(text string) string { return strings.Join(strings.Fields(text), "") }

func arguments(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		parts = append(parts, describe(a))
	}
	return strings.Join(parts, " ")
}

func describe(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	if o.Description != "" {
		return o.Description
	}
	return string(o.Value)
}
