//go:build browser

package e2e

import "fmt"

// tapped is how many taps the page of a practice has had; "" where there is none to tap.
const tapped = `(document.querySelector("#tap input[name=at]") || {value: ""}).value`

// Tap presses what a practice offers until it has had its effect. A tap in the first moments
// of a place is meant for the place before and has none (K7).
func (tab *Tab) Tap(do string) {
	tab.t.Helper()
	tab.press(do, 1)
}

func (tab *Tab) press(do string, times int) {
	tab.t.Helper()
	var before string
	eventually(tab.t, tab.name+" to have something to tap", func() error { // the page may just be coming
		var err error
		if before, err = evaluate[string](tab, tapped); err == nil && before == "" {
			err = fmt.Errorf("nothing is there")
		}
		return err
	})
	press := fmt.Sprintf(`for (let n = 0, b = document.querySelector('button[name=do][value=%q]'); b && n < %d; n += 1) b.click()`, do, times)
	eventually(tab.t, fmt.Sprintf("%s to have tapped %s", tab.name, do), func() error {
		now, err := evaluate[string](tab, tapped)
		if err != nil {
			return err
		}
		if now != before {
			return nil
		}
		if _, err := evaluate[bool](tab, press+"; true"); err != nil {
			return err
		}
		return fmt.Errorf("still %s taps", now)
	})
}
