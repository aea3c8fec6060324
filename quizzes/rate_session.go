package quizzes

import (
	"net/http"
	"net/url"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

// sessionAsks is how long after its end, or after somebody left it, a session is asked
// about.
const sessionAsks = 12 * time.Hour

// RateSessionURL is where a session is asked about. seat is the seat at a tablet that has
// just ended; empty for somebody who sits.
func RateSessionURL(sessionID, seat string) string {
	if seat == "" {
		return "/rate/session/" + sessionID
	}
	return "/rate/session/" + sessionID + "?seat=" + url.QueryEscape(seat)
}

// RatingsURL is how a session was, for its trainer.
func RatingsURL(sessionID string) string { return "/staff/sessions/" + sessionID + "/ratings" }

// mayRate is whose rating of the session this reader's would be: the person's or visitor's
// whose seat at this tablet it was, also when it has just ended, or the person's who came
// to it and it is over. NotFound for anybody else.
func (h *handlers) mayRate(c echo.Context, session tour.Session) (whose string, err error) {
	ctx, who := c.Request().Context(), people.Who(c)
	if seat := isRun(c.FormValue("seat")); seat != "" && who.Tablet != nil {
		return h.Store.sat(ctx, seat, who.Tablet.ID, session.ID)
	}
	if who.Person == nil {
		return "", notAsked()
	}
	came, err := h.Tour.IsPresent(ctx, session.ID, who.Person.ID)
	if err != nil {
		return "", err
	}
	if now := h.Site.Now(); !came || session.Phase(now) != tour.Over || now.Sub(session.EndsAt) > sessionAsks {
		return "", notAsked()
	}
	return who.Person.ID, nil
}

func notAsked() error { return fault.New(fault.NotFound, "quizzes.rate_not_asked") }

// readSession is the session of the address and whose rating this would be; asked is true
// when she was asked before.
func (h *handlers) readSession(c echo.Context) (session tour.Session, whose string, asked bool, err error) {
	if session, err = h.Tour.Session(c.Request().Context(), c.Param("id")); err != nil {
		return session, "", false, err
	}
	if whose, err = h.mayRate(c, session); err != nil {
		return session, "", false, err
	}
	asked, err = h.Store.Asked(c.Request().Context(), whose, session.ID)
	return session, whose, asked, err
}

// afterSession is where a tablet, or somebody on her own device, goes on.
func afterSession(c echo.Context) string {
	if who := people.Who(c); who.Tablet != nil && who.SeatID == "" {
		return "/tablet"
	}
	return "/"
}

// sessionFaces asks how the session was; asked before, or not hers to say, it leads on.
func (h *handlers) sessionFaces(c echo.Context) error {
	session, _, asked, err := h.readSession(c)
	if asked || fault.Is(err, fault.NotFound) {
		return c.Redirect(http.StatusSeeOther, afterSession(c))
	}
	if err != nil {
		return err
	}
	a := asking{title: session.Title, action: RateSessionURL(session.ID, ""), session: true, speak: "quizzes.rate_session"}
	if seat := isRun(c.QueryParam("seat")); seat != "" {
		a.hidden = append(a.hidden, hidden{"seat", seat})
	}
	return h.ask(c, a, afterSession(c), web.View{Back: afterSession(c), Body: "rate"})
}

// rateSession keeps how it was, once nothing is left to ask.
func (h *handlers) rateSession(c echo.Context) error {
	session, whose, asked, err := h.readSession(c)
	if err != nil {
		return err
	}
	if asked {
		return c.Redirect(http.StatusSeeOther, afterSession(c))
	}
	if next := nextQuestion(c, true); next == askReason || next == askSold {
		q := url.Values{}
		for _, name := range []string{"seat", askFaces, askReason} {
			if c.Request().Form.Has(name) {
				q.Set(name, c.FormValue(name))
			}
		}
		return c.Redirect(http.StatusSeeOther, RateSessionURL(session.ID, "")+"?"+q.Encode())
	}
	r := readRating(c)
	if err := h.Store.RateSession(c.Request().Context(), session, whose, r); err != nil {
		return err
	}
	thanks := "quizzes.rate_thanks"
	if r.Sold != nil && *r.Sold {
		thanks = "quizzes.rate_thanks_sold"
	}
	h.Site.Flash(c, thanks, nil)
	return c.Redirect(http.StatusSeeOther, afterSession(c))
}

// ratingsPage is how a session was, for its trainer.
type ratingsPage struct {
	Session tour.Whole
	Ratings
	Running  bool
	People   int // who came, by the register or the count, whichever is more
	Lines    []countLine
	Because  []countLine
	SoldLine []countLine
}

type countLine struct {
	Key   string // locale key
	Count int
}

// ratings shows how a session was: sums alone, and none of under five answers.
func (h *handlers) ratings(c echo.Context) error {
	s, err := h.session(c, people.Trainer)
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	over := s.Phase(h.Site.Now()) == tour.Over
	d := ratingsPage{Session: s, Running: !over}
	if d.Ratings, err = h.Store.RatingsOf(ctx, s.ID, over); err != nil {
		return err
	}
	n, err := h.Tour.Numbers(ctx, s.ID)
	if err != nil {
		return err
	}
	d.People = n.PersonTimes
	if !d.Closed {
		for _, f := range faces() {
			d.Lines = append(d.Lines, countLine{f.Key, d.Faces[f.Value]})
		}
		for _, code := range Reasons() {
			if n := d.Reasons[code]; n > 0 {
				d.Because = append(d.Because, countLine{"quizzes.reason_" + code, n})
			}
		}
		if d.SoldOf > 0 {
			d.SoldLine = []countLine{{"quizzes.sold_yes_they", d.Sold}, {"quizzes.sold_no_they", d.SoldOf - d.Sold}}
		}
	}
	return h.staff.Show(c, http.StatusOK, "ratings.html", web.View{Back: "/staff/sessions/" + s.ID, Data: d})
}
