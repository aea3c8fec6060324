package cockpit

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/courses"

	"github.com/labstack/echo/v4"
)

// choice is a lesson that everybody can be sent to.
type choice struct {
	Slug, Title string
	Chosen      bool
}

// stepChoice is a step of the form: its number and what it is for.
type stepChoice struct {
	Step   int
	Kind   courses.Kind
	Chosen bool
}

// Key is the locale key of what the step is for.
func (s stepChoice) Key() string { return "cockpit.step_" + string(s.Kind) }

// nextPush is the one button: where everybody most likely goes next.
type nextPush struct {
	Slug, Title string
	Step        int // the lesson's own number
	Shown       int // as learners see it counted
}

// topicsOf are the lessons of a session's topics, in the order of the curriculum; of all
// topics when those of the session have none.
func topicsOf(cat *courses.Catalog, topics []string) []*courses.Lesson {
	var own, all []*courses.Lesson
	for _, t := range cat.Topics() {
		all = append(all, t.Lessons...)
		if slices.Contains(topics, t.Slug) {
			own = append(own, t.Lessons...)
		}
	}
	if len(own) == 0 {
		return all
	}
	return own
}

// next is where everybody most likely goes: the step behind the last push, the next
// lesson behind the last step, and else the first step of the first lesson. Its slug is
// empty when there is no lesson.
func next(lessons []*courses.Lesson, last room.Push, lang string) nextPush {
	if len(lessons) == 0 {
		return nextPush{}
	}
	lesson, step := lessons[0], courses.FirstStep
	at := slices.IndexFunc(lessons, func(l *courses.Lesson) bool { return l.Slug == last.Slug })
	if last.Version > 0 && at >= 0 {
		lesson = lessons[at]
		if step = lesson.Next(last.Step); step == 0 {
			lesson, step = lessons[(at+1)%len(lessons)], courses.FirstStep
		}
	}
	shown, _ := lesson.At(step)
	return nextPush{Slug: lesson.Slug, Title: lesson.Title.In(lang), Step: step, Shown: shown}
}

// push sends everybody of the session to a step.
func (h *handlers) push(c echo.Context) error {
	s, err := h.session(c, people.Trainer)
	if err != nil {
		return err
	}
	if s.Phase(h.now()) != tour.Running {
		return fault.New(fault.Conflict, "cockpit.not_running")
	}
	slug, step := aim(c)
	lesson, err := h.cfg.Catalog.Lesson(slug)
	if err != nil {
		return fault.New(fault.Invalid, "cockpit.choose_lesson")
	}
	if !slices.Contains(lesson.Path(), step) {
		return fault.New(fault.Invalid, "cockpit.choose_step")
	}
	_, err = h.cfg.Room.Push(c.Request().Context(), room.Push{SessionID: s.ID, ActID: actID(c), Kind: room.Lesson,
		Slug: slug, Step: step, URL: courses.StepURL(slug, step, ""), ByID: people.Who(c).Staff.ID})
	if err != nil {
		return err
	}
	shown, _ := lesson.At(step)
	h.cfg.Site.Flash(c, "cockpit.pushed", fault.Args{"Lesson": lesson.Title.In(lang(c)), "Step": shown})
	return h.home(c, s)
}

// aim is where the form sends everybody: the one button carries both in one value.
func aim(c echo.Context) (slug string, step int) {
	slug, number := c.FormValue("lesson"), c.FormValue("step")
	if to := c.FormValue("to"); to != "" {
		i := strings.LastIndexByte(to, '/')
		slug, number = to[:max(0, i)], to[i+1:]
	}
	step, _ = strconv.Atoi(number)
	return slug, step
}

func http303(c echo.Context, url string) error { return c.Redirect(http.StatusSeeOther, url) }
