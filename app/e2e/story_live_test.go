//go:build browser

package e2e

import (
	"fmt"
	"net/url"
	"strconv"
)

// trainerGivesALiveClass: one button opens it; somebody at home sees and hears it, the
// hall's tablet follows its steps without video.
func (s *story) trainerGivesALiveClass() {
	s.trainerComes()
	t := s.trainer
	t.Open(s.p.SecureURL(s.session))
	t.Follow(`form[action$="/class"] button`)
	t.AwaitAddress("/staff/classes/")
	t.Await(`#teach[data-state="live"]`)
	link := t.Text(".url a")

	h := s.home
	h.Open(link)
	h.Await("#live-join")
	h.Click("#live-join")
	h.Await(`#live[data-state="live"]`)
	s.seesAndHears(h)
	t.Await("#live-here li")

	// The trainer goes to a step; the hall's tablet shows it as text.
	t.Click(`form[data-move="lesson"] button`)
	tablet := s.tablet
	u, err := url.Parse(link)
	if err != nil {
		s.t.Fatal(err)
	}
	tablet.Open(s.url(u.Path))
	step := ""
	eventually(s.t, "the trainer's page to show the step", func() error {
		if step = t.Text("#live-title"); step == "" {
			return fmt.Errorf("it shows:\n%s", t.shown())
		}
		return nil
	})
	tablet.See(step)
	h.See(step)
	t.Click(`form[data-move="forward"] button`)
	eventually(s.t, "the next step at the hall's tablet", func() error {
		if now := tablet.Text("#live-title"); now == step || now == "" {
			return fmt.Errorf("it shows “%s”", now)
		}
		return nil
	})
	if tablet.Has("video") {
		s.t.Error("the hall's tablet takes video: a hundred of them do not fit one access point")
	}
	tablet.Picture("live step")
	h.Picture("live")
	t.Picture("teach")

	t.Click("#live-end summary")
	t.Follow(`form[action$="/end"] button`)
	h.Await(`#live[data-state="over"]`)
	tablet.See("下课了")
}

// trainerComes: the organizer takes her on, and she chooses a password over HTTPS.
func (s *story) trainerComes() {
	o := s.organizer
	o.Open(s.url("/staff/staff/new"))
	o.Fill("#name", trainerName)
	o.Fill("#login", "chen")
	o.Set("input[name=role][value=trainer]", "")
	o.Choose("#place", venueName)
	s.submit()
	link, err := url.Parse(o.Text(".url code"))
	if err != nil {
		s.t.Fatal(err)
	}
	t := s.trainer
	t.Open(s.p.SecureURL(link.Path))
	t.Fill("#password", password)
	t.Follow("main form button.main")
	t.AwaitAddress("/staff$")
	if secure, err := evaluate[bool](t, `window.isSecureContext`); err != nil || !secure {
		s.t.Fatalf("the trainer's page is not a secure context (%v)", err)
	}
}

// seesAndHears waits until more frames are decoded and more sound arrives, twice.
func (s *story) seesAndHears(h *Tab) {
	s.t.Helper()
	read := func(name string) float64 {
		text, err := evaluate[string](h, `document.getElementById("live").dataset.`+name+` || "0"`)
		if err != nil {
			s.t.Fatal(err)
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			s.t.Fatal(err)
		}
		return n
	}
	for range 2 {
		frames, energy := read("frames"), read("energy")
		eventually(s.t, "moving video with sound", func() error {
			if f, e := read("frames"), read("energy"); f <= frames || e <= energy {
				return fmt.Errorf("frames %v after %v, energy %v after %v", f, frames, e, energy)
			}
			return nil
		})
	}
	// Who stays for less than five seconds is not counted.
	eventually(s.t, "ten seconds of the class to have played", func() error {
		at, err := evaluate[float64](h, `document.getElementById("live-video").currentTime`)
		if err == nil && at < 10 {
			err = fmt.Errorf("the picture is at %.1f s", at)
		}
		return err
	})
	wide, err := evaluate[int](h, `document.getElementById("live-video").videoWidth`)
	if err != nil || wide == 0 {
		s.t.Errorf("the picture is %d px wide (%v)", wide, err)
	}
}
