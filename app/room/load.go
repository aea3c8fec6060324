package room

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

const (
	loaderKey = "room.loader"
	seatKey   = "room.seat"
	// visitAge keeps a visitor's place on her own device; nothing of her is in it. At a
	// tablet the visit hangs on the seat and ends with it.
	visitAge = 30 * 24 * time.Hour
	// ownAge is how long a seat on one's own device may last at most.
	ownAge = 12 * time.Hour
)

// Config is what Load needs.
type Config struct {
	Store  *Store
	People *people.Store
	Tour   *tour.Store
	Site   *web.Site
	// Fresh is how old a name or a venue's list of running sessions may be on a learner's
	// page; 0 asks the database every time. Seats are always asked for.
	Fresh time.Duration
}

type loader struct {
	Config
	sessions kept[[]tour.Session]
	persons  kept[people.Person]
}

// Load is the middleware that finds out who sits where: it fills Person, VisitID,
// SeatID, SessionID, VenueID and Own of people's reader. It comes after people's own,
// which finds the tablet.
//
// A tablet's learner is whoever has its open seat; there is nothing of her in the
// tablet's cookies. On one's own device a cookie finds the seat of who showed her card,
// and another the visitor's random number.
func Load(cfg Config) echo.MiddlewareFunc {
	l := &loader{Config: cfg}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if strings.HasPrefix(c.Request().URL.Path, "/static/") {
				return next(c)
			}
			c.Set(loaderKey, l)
			if err := l.load(c); err != nil {
				return err
			}
			return next(c)
		}
	}
}

// SeatOf is the seat that Load found; its ID is empty when nobody sits here.
func SeatOf(c echo.Context) Seat {
	seat, _ := c.Get(seatKey).(Seat)
	return seat
}

// EnsureVisit is for the first act of somebody nobody knows. It gives a visitor a visit:
// a random number in a cookie on her own device, a visitor's seat at a tablet. Everybody
// else comes back as she is.
func EnsureVisit(c echo.Context) (people.Reader, error) {
	r := people.Who(c)
	if r.Person != nil || r.VisitID != "" {
		return r, nil
	}
	l, ok := c.Get(loaderKey).(*loader)
	if !ok { // no rooms here: the visit lasts as long as the request
		r.VisitID = db.NewRandomID()
		people.SetWho(c, r)
		return r, nil
	}
	if r.Tablet == nil {
		r.VisitID = db.NewRandomID()
		l.Site.SetCookie(c, "visit", r.VisitID, visitAge)
		people.SetWho(c, r)
		return r, nil
	}
	_, err := l.Store.Take(c.Request().Context(), Sit{ID: db.NewID(), TabletID: r.Tablet.ID, VenueID: r.VenueID,
		SessionID: r.SessionID, VisitID: db.NewRandomID(), Kind: Visit})
	if err != nil && !fault.Is(err, fault.Conflict) { // a conflict: somebody was seated this moment
		return r, err
	}
	if err := l.load(c); err != nil {
		return r, err
	}
	return people.Who(c), nil
}

func (l *loader) load(c echo.Context) error {
	ctx, r := c.Request().Context(), people.Who(c)
	seat, err := Seat{}, noSeat()
	switch token := l.Site.Cookie(c, "seat"); {
	case r.Tablet != nil:
		r.VenueID = r.Tablet.VenueID
		if r.SessionID, err = l.session(ctx, *r.Tablet); err != nil {
			return err
		}
		seat, err = l.Store.At(ctx, r.Tablet.ID)
	case token != "":
		seat, err = l.Store.ByToken(ctx, hashToken(token))
	}
	switch {
	case err == nil:
		sat, err := l.sit(ctx, r, seat)
		if fault.Is(err, fault.NotFound) {
			break // she was erased this moment: nobody sits here
		}
		if err != nil {
			return err
		}
		if err := l.comfort(c, seat); err != nil {
			return err
		}
		r = sat
		c.Set(seatKey, seat)
		l.touch(c, seat)
	case !fault.Is(err, fault.NotFound):
		return err
	case r.Tablet == nil:
		if v := l.Site.Cookie(c, "visit"); isID(v) {
			r.VisitID = v
		}
	}
	people.SetWho(c, r)
	return nil
}

func (l *loader) sit(ctx context.Context, r people.Reader, seat Seat) (people.Reader, error) {
	r.SeatID, r.VisitID, r.Own = seat.ID, value(seat.VisitID), seat.Own()
	if seat.PersonID == nil {
		return r, nil
	}
	p, err := l.persons.get(*seat.PersonID, l.Store.now(), l.Fresh, func() (people.Person, error) {
		return l.People.Person(ctx, *seat.PersonID)
	})
	r.Person = &p
	return r, err
}

// comfort lets the pages be as the person here likes them: on every tablet the same, and
// nothing of it stays on one.
func (l *loader) comfort(c echo.Context, seat Seat) error {
	if seat.PersonID == nil {
		return nil
	}
	likes, err := l.People.Comfort(c.Request().Context(), *seat.PersonID)
	web.SetComfort(c, likes, func(ctx context.Context, f web.Comfort) error {
		return l.People.SetComfort(ctx, *seat.PersonID, f)
	})
	return err
}

// session is the session that a tablet follows: the only one that runs at its venue, or
// the one that staff gave it; empty when there is none or nobody has said which.
func (l *loader) session(ctx context.Context, t people.Tablet) (string, error) {
	running, err := l.running(ctx, t.VenueID)
	if err != nil || len(running) == 0 {
		return "", err
	}
	if len(running) == 1 {
		return running[0].ID, nil
	}
	post, err := l.Store.Post(ctx, t.ID)
	if err != nil {
		return "", err
	}
	for _, s := range running {
		if s.ID == value(post.SessionID) {
			return s.ID, nil
		}
	}
	return "", nil
}

func (l *loader) running(ctx context.Context, venueID string) ([]tour.Session, error) {
	now := l.Store.now()
	return l.sessions.get(venueID, now, l.Fresh, func() ([]tour.Session, error) {
		return l.Tour.Current(ctx, venueID, now)
	})
}

// touch notes that somebody acts: a page she opened or a form she sent, not what her
// browser fetches ahead or asks by itself. Her page comes also when it cannot be noted.
func (l *loader) touch(c echo.Context, seat Seat) {
	r := c.Request()
	if !acts(r) {
		return
	}
	if err := l.Store.Touch(r.Context(), seat); err != nil && !fault.Is(err, fault.ReadOnly) {
		slog.WarnContext(r.Context(), "act not noted", "seat", seat.ID, "error", err)
	}
}

func acts(r *http.Request) bool {
	h := r.Header
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Moz"} {
		if strings.Contains(h.Get(name), "prefetch") {
			return false
		}
	}
	switch r.Method {
	case http.MethodGet:
		return strings.Contains(h.Get("Accept"), "text/html")
	case http.MethodPost:
		return r.URL.Path != "/tablet/here"
	}
	return false
}

// isID reports whether s is an ID as we make them: anything may stand in a cookie or a
// form.
func isID(s string) bool {
	_, err := uuid.Parse(s)
	return err == nil && len(s) == 36
}

// hashToken is how a seat's token is kept. It is drawn from 256 bits, so a plain hash
// cannot be guessed.
func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
