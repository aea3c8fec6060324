package live

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/web"
)

// recordingView is what a trainer sees of her class's recording.
type recordingView struct {
	Wanted bool      `json:"-"`  // classes may be recorded here
	There  bool      `json:"-"`  // there is one, now or from before
	On     bool      `json:"on"` // it goes on
	Cut    bool      `json:"cut"`
	Length string    `json:"length"` // how much is safe, as a sentence
	Until  time.Time `json:"-"`      // until when it is kept
}

func (h *handlers) recordingView(c echo.Context, class Class) (recordingView, error) {
	ctx := c.Request().Context()
	v := recordingView{Wanted: h.cfg.Recordings.Wanted()}
	if h.cfg.Recordings == nil {
		return v, nil
	}
	rec, err := h.store.recording(ctx, class.ID)
	if err != nil || rec.ClassID == "" {
		return v, err
	}
	list, err := h.store.parts(ctx, class.ID)
	if err != nil {
		return v, err
	}
	v.There, v.On, v.Cut, v.Until = true, rec.On(), rec.Cut(h.store.Now()), h.cfg.Recordings.Until(rec)
	key := "live.rec_length"
	if !rec.On() {
		key = "live.rec_length_over"
	}
	v.Length = h.site.T(c, key, map[string]any{"Length": clock(sounds(list)), "Whole": clock(rec.whole(h.store.Now()))})
	return v, nil
}

// sounds is how long all parts sound together.
func sounds(list []part) time.Duration {
	var sum time.Duration
	for _, p := range list {
		sum += time.Duration(p.Millis) * time.Millisecond
	}
	return sum
}

// clock is a length such as 3:07 or 1:02:45.
func clock(d time.Duration) string {
	s := int(d.Seconds())
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// record begins to record the trainer's voice.
func (h *handlers) record(c echo.Context) error {
	class, _, err := h.taught(c)
	if err != nil {
		return err
	}
	if !h.cfg.Recordings.Wanted() {
		return errNoRecording
	}
	if err := h.store.record(c.Request().Context(), class.ID, people.Who(c).Staff.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// stopRecording ends it; it can be gone on with while the class lasts.
func (h *handlers) stopRecording(c echo.Context) error {
	class, _, err := h.taught(c)
	if err != nil {
		return err
	}
	if err := h.store.endRecording(c.Request().Context(), class.ID); err != nil {
		return err
	}
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// eraseRecording erases it at once and for good, whoever could have heard it.
func (h *handlers) eraseRecording(c echo.Context) error {
	ctx := c.Request().Context()
	class, _, err := h.taught(c)
	if err != nil {
		return err
	}
	if err := h.store.endRecording(ctx, class.ID); err != nil {
		return err
	}
	r := people.Who(c)
	if err := h.cfg.Recordings.Drop(ctx, Dropping{ClassID: class.ID, Begun: h.store.Now(), Why: "desk", ByID: r.StaffID()}); err != nil {
		return err
	}
	h.site.Flash(c, "live.rec_erased", nil)
	return c.Redirect(http.StatusSeeOther, "/staff/classes/"+class.ID)
}

// recorded tells whether a class is being recorded now, and whether the reader may hear it
// once it is over.
func (h *handlers) recorded(c echo.Context, phase, classID string) (now, again bool, err error) {
	if h.cfg.Recordings == nil {
		return false, false, nil
	}
	ctx := c.Request().Context()
	rec, err := h.store.recording(ctx, classID)
	if err != nil || rec.ClassID == "" || phase != "over" {
		return rec.On(), false, err
	}
	_, list, err := h.heard(c, classID)
	if errors.Is(err, errNoRecording) {
		return false, false, nil
	}
	return false, len(list) > 0, err
}

// heard are the parts of a class's recording, for a reader who was there or teaches there.
// Everybody else is told the same as when there is none.
func (h *handlers) heard(c echo.Context, classID string) (Recording, []part, error) {
	ctx := c.Request().Context()
	if h.cfg.Recordings == nil {
		return Recording{}, nil, errNoRecording
	}
	rec, err := h.store.recording(ctx, classID)
	if err != nil {
		return rec, nil, err
	}
	if rec.ClassID == "" || rec.On() {
		return rec, nil, errNoRecording
	}
	class, err := h.store.Class(ctx, classID)
	if err != nil {
		return rec, nil, err
	}
	r := people.Who(c)
	may, err := h.store.mayHear(ctx, classID, r)
	if err != nil {
		return rec, nil, err
	}
	if !may && (r.Staff == nil || h.mayTeach(ctx, r, class.VenueID) != nil) {
		return rec, nil, errNoRecording
	}
	list, err := h.store.parts(ctx, classID)
	if err == nil && len(list) == 0 {
		err = errNoRecording
	}
	return rec, list, err
}

// againPage is a recording to be heard: the sound, and the steps that were shown.
type againPage struct {
	Title    string
	Until    time.Time
	Length   string
	Parts    []againPart
	Chapters []chapter
}

type againPart struct {
	URL    string
	Millis int64
}

// chapter is a step that was shown, and where in the sound that was.
type chapter struct {
	stepView
	Part   int // from 0
	Millis int64
	At     string // the same as a time from the beginning
}

func (h *handlers) again(c echo.Context) error {
	ctx := c.Request().Context()
	id := c.Param("class")
	rec, list, err := h.heard(c, id)
	if err != nil {
		return err
	}
	n, err := h.tours().Session(ctx, id)
	if err != nil {
		return err
	}
	marks, err := h.store.marks(ctx, id)
	if err != nil {
		return err
	}
	p := againPage{Title: n.Title, Until: h.cfg.Recordings.Until(rec), Length: clock(sounds(list))}
	for _, one := range list {
		p.Parts = append(p.Parts, againPart{fmt.Sprintf("/live/%s/again/%d", id, one.Number), one.Millis})
	}
	for _, at := range chapters(list, marks) {
		st := h.view(c, Class{ID: id, State: Open, Lesson: at.Lesson, Step: at.Step})
		if st.Title != "" {
			p.Chapters = append(p.Chapters, chapter{st, at.part, at.from.Milliseconds(), clock(at.whole)})
		}
	}
	return h.learner.Show(c, http.StatusOK, "again.html", web.View{Back: "/live/" + id, Topic: colour(n), Scripts: []string{"live-again"}, Data: p})
}

// place is where in the sound a step begins: in which part, how far into it, and how far
// from the beginning of all.
type place struct {
	mark
	part        int
	from, whole time.Duration
}

// passing is how long a step must have been shown to be worth a place of its own.
const passing = 5 * time.Second

// chapters finds each mark in the parts. A step shown while nothing was recorded begins
// where the sound goes on; one that was passed over is left out.
func chapters(list []part, marks []mark) []place {
	var all []place
	for _, m := range marks {
		p := place{mark: m}
		var before time.Duration
		found := false
		for i, one := range list {
			long := time.Duration(one.Millis) * time.Millisecond
			if from := max(0, m.At.Sub(one.BegunAt)); from < long {
				p.part, p.from, p.whole, found = i, from, before+from, true
				break
			}
			before += long
		}
		if !found {
			continue
		}
		if n := len(all); n > 0 && p.whole-all[n-1].whole < passing {
			all = all[:n-1]
		}
		if n := len(all); n > 0 && all[n-1].Lesson == m.Lesson && all[n-1].Step == m.Step {
			continue
		}
		all = append(all, p)
	}
	if len(all) > 0 { // what was said before the first step counts to it
		all[0].part, all[0].from, all[0].whole = 0, 0, 0
	}
	return all
}

// sound is one part of a recording. Browsers ask for pieces of it.
func (h *handlers) sound(c echo.Context) error {
	id := c.Param("class")
	_, list, err := h.heard(c, id)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(c.Param("part"))
	for _, one := range list {
		if one.Number != number {
			continue
		}
		f, err := os.Open(h.cfg.Recordings.file(id, number))
		if errors.Is(err, fs.ErrNotExist) { // its file is on another machine, or was lost
			return errNoRecording
		}
		if err != nil {
			return err
		}
		defer f.Close()
		c.Response().Header().Set(echo.HeaderContentType, "audio/ogg")
		c.Response().Header().Set(echo.HeaderCacheControl, "private, no-store")
		http.ServeContent(c.Response(), c.Request(), "", one.BegunAt, f)
		return nil
	}
	return errNoRecording
}
