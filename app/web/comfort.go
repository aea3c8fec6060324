package web

import (
	"context"
	"net/http"
	"strconv"

	"silverclass/app/fault"

	"github.com/labstack/echo/v4"
)

// How the pages take a finger: TouchPatient waits longer before a second tap counts as
// another one.
const (
	TouchUsual   = 1
	TouchPatient = 2
)

// The voice's speed, in hundredths.
const (
	voiceLeast = 50
	voiceMost  = 120
)

// Comfort is how somebody likes the pages. 0 is what she has not said.
type Comfort struct {
	Size  int // of the text, 1 to 3
	Touch int // TouchUsual or TouchPatient
	Voice int // speed of the voice, 50 to 120 hundredths
}

// Sound reports whether each of the three is said and offered, or not said.
func (f Comfort) Sound() bool {
	return f.Size >= 0 && f.Size <= 3 && f.Touch >= 0 && f.Touch <= TouchPatient && (f.Voice == 0 || f.Voice >= voiceLeast && f.Voice <= voiceMost)
}

// or is f, with o's where f says nothing.
func (f Comfort) or(o Comfort) Comfort {
	if f.Size == 0 {
		f.Size = o.Size
	}
	if f.Touch == 0 {
		f.Touch = o.Touch
	}
	if f.Voice == 0 {
		f.Voice = o.Voice
	}
	return f
}

// KeepsComfort keeps what a reader likes with her, not with the device.
type KeepsComfort func(context.Context, Comfort) error

type ownComfort struct {
	Comfort
	keep KeepsComfort
}

const comfortKey = "web.comfort"

// SetComfort says that the reader of this request is known: what she likes comes before
// what the device remembers, and what she changes is kept by keep.
func SetComfort(c echo.Context, f Comfort, keep KeepsComfort) { c.Set(comfortKey, ownComfort{f, keep}) }

// Comfort is how the reader likes her pages: her own where she is known, else this
// device's. Its Size is never 0.
func (s *Site) Comfort(c echo.Context) Comfort {
	own, _ := c.Get(comfortKey).(ownComfort)
	device := Comfort{Size: s.number(c, "size", 1, 3), Touch: s.number(c, "touch", TouchPatient, TouchPatient), Voice: s.number(c, "voice", voiceLeast, voiceMost)}
	return own.or(device).or(Comfort{Size: 1})
}

// Size is the reader's text size, 1 to 3.
func (s *Site) Size(c echo.Context) int { return s.Comfort(c).Size }

// KeepComfort keeps what the reader likes: with her where she is known, else on this
// device. What is 0 stays as it was. Fault: Invalid, with nothing kept, for what is not
// offered.
func (s *Site) KeepComfort(c echo.Context, f Comfort) error {
	if !f.Sound() {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	if own, ok := c.Get(comfortKey).(ownComfort); ok {
		SetComfort(c, f.or(own.Comfort), own.keep)
		return own.keep(c.Request().Context(), f)
	}
	for name, value := range map[string]int{"size": f.Size, "touch": f.Touch, "voice": f.Voice} {
		if value != 0 {
			s.SetCookie(c, name, strconv.Itoa(value), prefsAge)
		}
	}
	return nil
}

// ForgetComfort takes from this device what a reader liked: somebody else comes next.
func (s *Site) ForgetComfort(c echo.Context) {
	for _, name := range []string{"size", "touch", "voice", "theme", "lang"} {
		if s.Cookie(c, name) != "" {
			s.SetCookie(c, name, "", -1)
		}
	}
}

func (s *Site) setSize(c echo.Context) error {
	size, err := strconv.Atoi(c.FormValue("size"))
	if err != nil || size < 1 {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	if err := s.KeepComfort(c, Comfort{Size: size}); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, localPath(c.FormValue("back")))
}

// setVoice keeps the speed that she chose for the voice; the script that reads aloud sends
// it and stays where it is.
func (s *Site) setVoice(c echo.Context) error {
	voice, err := strconv.Atoi(c.FormValue("voice"))
	if err != nil || voice < voiceLeast {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	if err := s.KeepComfort(c, Comfort{Voice: voice}); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// number is a cookie that holds a number between two others; 0 when it does not.
func (s *Site) number(c echo.Context, name string, least, most int) int {
	n, err := strconv.Atoi(s.Cookie(c, name))
	if err != nil || n < least || n > most {
		return 0
	}
	return n
}
