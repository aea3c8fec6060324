package live

import (
	"embed"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
)

//go:embed pages/*.html
var pages embed.FS

// vendor is the media server's own script for browsers, copied from npm.
const vendor = "vendor/livekit-client.umd.js"

type handlers struct {
	*Service
	site           *web.Site
	learner, staff *web.Pages
}

// Register adds the pages, the JSON of the class pages and the webhook.
func (s *Service) Register(r *web.Routes, site *web.Site) {
	h := &handlers{Service: s, site: site, learner: site.Pages(pages, web.Learner), staff: site.Pages(pages, web.Staff)}
	r.Public.GET("/live/:class", h.show)
	r.Public.GET("/api/v1/classes/:class", h.state)
	r.Public.POST("/api/v1/classes/:class/token", h.token)
	r.Public.POST("/api/v1/classes/:class/heartbeat", h.heartbeat)
	r.Public.GET("/live/:class/again", h.again)
	r.Public.GET("/live/:class/again/:part", h.sound)
	r.Trainer.POST("/staff/sessions/:session/class", h.open)
	r.Trainer.GET("/staff/classes/:class", h.teach)
	r.Trainer.POST("/staff/classes/:class/step", h.move)
	r.Trainer.POST("/staff/classes/:class/end", h.end)
	r.Trainer.POST("/staff/classes/:class/recording", h.record)
	r.Trainer.POST("/staff/classes/:class/recording/stop", h.stopRecording)
	r.Trainer.POST("/staff/classes/:class/recording/erase", h.eraseRecording)
	r.Trainer.GET("/api/v1/classes/:class/here", h.here)
	r.Internal.POST("/livekit/webhook", s.webhook)
}

// showPage is the page of a class: for somebody at home, and for a tablet in the hall.
type showPage struct {
	Class    Class
	Title    string // the session's
	StartsAt time.Time
	Today    bool     // it starts today, by the site's zone
	Phase    string   // planned, open or over
	At       stepView // what stands beside the picture
	Hall     bool     // a hall tablet: no picture, no sound
	Vendor   string   // address of the media script; "" when it was not built in
	Recorded bool     // the trainer's voice is being recorded now
	Again    bool     // it was, and may be heard again by who asks
}

// stepView is a step in the reader's language; the zero view is none.
type stepView struct {
	Where string `json:"where"` // which step of which lesson, as a sentence
	Title string `json:"title"`
	Text  string `json:"text"`
}

func (h *handlers) show(c echo.Context) error {
	ctx := c.Request().Context()
	class, err := h.store.Class(ctx, c.Param("class"))
	if err != nil {
		return err
	}
	n, err := h.tours().Session(ctx, class.SessionID())
	if err != nil {
		return err
	}
	now := h.store.Now()
	p := showPage{Class: class, Title: n.Title, StartsAt: n.StartsAt, Phase: phase(class, n, now), At: h.view(c, class),
		Today: h.day(n.StartsAt) == h.day(now), Hall: people.Who(c).Tablet != nil}
	script := "live"
	if p.Hall {
		script = "live-hall"
	} else if p.Phase != "over" && h.site.Assets().Has(vendor) {
		p.Vendor = h.site.Assets().URL(vendor)
	}
	if p.Recorded, p.Again, err = h.recorded(c, p.Phase, class.ID); err != nil {
		return err
	}
	return h.learner.Show(c, http.StatusOK, "class.html", web.View{Back: "/", Body: "in-class", Topic: colour(n), Scripts: []string{script}, Data: p})
}

// colour is the topic that a class's pages have their colour from: its session's first.
func colour(n tour.Session) string {
	if len(n.Topics) == 0 {
		return ""
	}
	return n.Topics[0]
}

// day is the local day of an instant.
func (h *handlers) day(t time.Time) string { return t.In(h.site.Zone()).Format(time.DateOnly) }

// phase is what a class is to those who want to join: planned, open or over. A class whose
// session is over without anybody having opened it is over too.
func phase(c Class, n tour.Session, now time.Time) string {
	switch {
	case c.State == Open:
		return "open"
	case c.State == Closed, n.Phase(now) == tour.Over, n.Phase(now) == tour.CalledOff:
		return "over"
	}
	return "planned"
}

// view is the class's step in the reader's language. A step that the content no longer
// has is none: sound and picture do not hang on it.
func (h *handlers) view(c echo.Context, class Class) stepView {
	if class.Lesson == "" || class.State != Open {
		return stepView{}
	}
	st, err := h.cfg.Step(class.Lesson, class.Step, web.Lang(c))
	if err != nil {
		return stepView{}
	}
	where := h.site.T(c, "live.where", map[string]any{"Lesson": st.Lesson, "Number": st.Number, "Of": st.Of})
	return stepView{Where: where, Title: st.Title, Text: st.Text}
}

// classState is what the pages of a class ask for every two seconds.
type classState struct {
	Phase    string    `json:"phase"` // planned, open or over
	Version  int64     `json:"version"`
	Lesson   string    `json:"lesson"` // slug; "" when no step is shown
	Number   int       `json:"number"` // of the step, from 1
	Step     stepView  `json:"step"`
	Media    bool      `json:"media"` // sound and picture can be had
	StartsAt time.Time `json:"starts_at"`
	Recorded bool      `json:"recorded"` // the trainer's voice is being recorded now
	Again    bool      `json:"again"`    // it was, and the reader may hear it
}

func (h *handlers) state(c echo.Context) error {
	ctx := c.Request().Context()
	class, err := h.store.Class(ctx, c.Param("class"))
	if err != nil {
		return err
	}
	s := classState{Phase: "open", Version: class.Version, Lesson: class.Lesson, Number: class.Step,
		Step: h.view(c, class), Media: h.cfg.Server.state().Running(), StartsAt: class.PlannedFrom}
	if class.State != Open {
		n, err := h.tours().Session(ctx, class.SessionID())
		if err != nil {
			return err
		}
		s.Phase, s.StartsAt = phase(class, n, h.store.Now()), n.StartsAt
	}
	if s.Recorded, s.Again, err = h.recorded(c, s.Phase, class.ID); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, s)
}

func (h *handlers) tours() *tour.Store { return tour.NewStore(h.cfg.DB.DB, h.cfg.Now) }

// joinRequest is what a page says when it wants to join or is still there.
type joinRequest struct {
	Role    Role   `json:"role"` // home when empty
	SID     string `json:"sid"`
	Visible bool   `json:"visible"`
	Hears   bool   `json:"hears"`
	FrameMS int    `json:"frame_ms"`
	Leaving bool   `json:"leaving"`
}

// joinAnswer is the door and its key.
type joinAnswer struct {
	URL      string `json:"url"` // where to connect; "" means this site
	Token    string `json:"token"`
	Identity string `json:"identity"`
}

// token lets somebody into a class, after our own checks: is it open, is there room, is
// the media server there. Each refusal has words of ours.
func (h *handlers) token(c echo.Context) error {
	ctx := c.Request().Context()
	class, err := h.store.Class(ctx, c.Param("class"))
	if err != nil {
		return err
	}
	if err := class.joinable(); err != nil {
		return err
	}
	var in joinRequest
	if err := c.Bind(&in); err != nil {
		return err
	}
	a, err := h.admission(c, class, in.Role, true)
	if err != nil {
		return err
	}
	if !h.cfg.Server.state().Running() {
		return fault.New(fault.Unavailable, "live.no_media")
	}
	v, err := h.store.Admit(ctx, a)
	if err != nil {
		return err
	}
	if err := h.ready(c, class); err != nil {
		return err
	}
	token, err := h.cfg.Server.token(v, class.Room())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, joinAnswer{URL: h.cfg.Server.Public, Token: token, Identity: v.Identity})
}

// admission says as whom the reader of this request joins. A trainer is one by her grant,
// and a tablet in the hall gets no token at all.
func (h *handlers) admission(c echo.Context, class Class, role Role, first bool) (Admission, error) {
	r := people.Who(c)
	a := Admission{ClassID: class.ID, Role: Home, Capacity: h.cfg.Capacity}
	if role == Trainer {
		if err := h.mayTeach(c.Request().Context(), r, class.VenueID); err != nil {
			return a, err
		}
		a.Role, a.Who = Trainer, r.Staff.ID
		return a, nil
	}
	if r.Tablet != nil {
		return a, fault.New(fault.Forbidden, "live.tablet_no_video")
	}
	if first {
		var err error
		if r, err = h.cfg.Visit(c); err != nil {
			return a, err
		}
	}
	if r.Person != nil {
		a.PersonID = &r.Person.ID
	}
	if a.Who = r.VisitID; a.Who == "" {
		a.Who = r.SeatID
	}
	if a.Who == "" {
		return a, fault.New(fault.NotFound, "live.not_in_class")
	}
	return a, nil
}

// heartbeat writes down that a page is still in class, and how.
func (h *handlers) heartbeat(c echo.Context) error {
	ctx := c.Request().Context()
	class, err := h.store.Class(ctx, c.Param("class"))
	if err != nil {
		return err
	}
	var in joinRequest
	if err := c.Bind(&in); err != nil {
		return err
	}
	a, err := h.admission(c, class, in.Role, false)
	if err != nil {
		return err
	}
	if in.SID != "" && (!strings.HasPrefix(in.SID, "PA_") || len(in.SID) > 64) {
		return fault.New(fault.Invalid, "web.bad_request")
	}
	err = h.store.Hear(ctx, Beat{ClassID: class.ID, Role: a.Role, Who: a.Who, SID: in.SID, Visible: in.Visible,
		Hears: in.Hears, FrameMS: max(0, min(in.FrameMS, 3_600_000)), Leaving: in.Leaving})
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
