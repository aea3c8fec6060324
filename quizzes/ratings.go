package quizzes

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
)

// mostFaces is the smiling one.
const mostFaces = 3

// askedDays is how many days it is remembered, at least, that a run was asked.
const askedDays = 1

// asked is the row that says that a run of a lesson was asked how it was. Asked is a hash
// of both; Day is no finer than the rating's own time, so nothing leads from it to the
// answer.
type asked struct {
	Asked string `gorm:"primaryKey"`
	Day   string // UTC, such as 2026-11-23
}

// TableName is the table of runs that were asked.
func (asked) TableName() string { return "quiz_ratings_asked" }

// Rating is how a lesson or a session was, as one page sends it.
type Rating struct {
	ID     string // a random UUID (version 4), made by the page
	Lesson string // the slug; empty for a session
	Run    string // of the lesson; empty outside a run
	Faces  int    // 1 sad, 2 so-so, 3 smiling
	Reason string // one of Reasons, or empty
	Sold   *bool  // of a session: whether somebody tried to sell her something; nil when not said
}

// Reasons are what may have been wrong, in the order of the page.
func Reasons() []string { return []string{"too-fast", "too-hard", "unclear", "no-use", "other"} }

func (r Rating) check() error {
	u, err := uuid.Parse(r.ID)
	known := r.Reason == "" || slices.Contains(Reasons(), r.Reason)
	if err != nil || u.String() != r.ID || u.Version() != 4 || r.Faces < 1 || r.Faces > mostFaces || !known {
		return fault.New(fault.Invalid, "quizzes.rating_bad")
	}
	return nil
}

func (r Rating) detail() ledger.RatedDetail {
	d := ledger.RatedDetail{Faces: r.Faces, Sold: r.Sold}
	if r.Reason != "" {
		d.Reasons = []string{r.Reason}
	}
	return d
}

// Rate appends how a lesson was. The fact has no person, no device and no run, and its time
// is the session's start, or the beginning of the local day in zone: who answered cannot be
// told from when. A run that was asked before changes nothing.
//
// Fault: Invalid when the number of faces, the reason or the ID cannot be; nothing is noted
// then.
func (s *Store) Rate(ctx context.Context, who people.Reader, zone *time.Location, r Rating) error {
	if err := r.check(); err != nil {
		return err
	}
	at, err := s.ratedAt(ctx, who, zone)
	if err != nil {
		return err
	}
	f := ledger.Fact{ID: r.ID, Verb: ledger.Rated, Object: ledger.Object("lesson", r.Lesson), At: at}
	if who.SessionID != "" {
		f.SessionID = &who.SessionID
	}
	if who.VenueID != "" {
		f.VenueID = &who.VenueID
	}
	key := ""
	if r.Run != "" {
		key = askedKey(r.Run, r.Lesson)
	}
	return s.rate(ctx, f, key, r)
}

// RateSession appends how a session was, at the session's start. asked is whoever was in
// it: a person's or a visit's number, of which a hash is remembered for a day or two, apart
// from the answer. Asked before, nothing changes. Faults as those of Rate.
func (s *Store) RateSession(ctx context.Context, session tour.Session, asked string, r Rating) error {
	if err := r.check(); err != nil {
		return err
	}
	f := ledger.Fact{ID: r.ID, Verb: ledger.Rated, Object: ledger.Object("session", session.ID), At: db.Instant(session.StartsAt),
		SessionID: &session.ID, VenueID: &session.VenueID}
	return s.rate(ctx, f, askedKey(asked, session.ID), r)
}

// ToRate is the session that a learner came to, that is over since less than half a day, and
// about which she was not asked yet; ok is false when there is none.
func (s *Store) ToRate(ctx context.Context, who people.Reader) (session tour.Session, ok bool, err error) {
	if who.Person == nil {
		return session, false, nil
	}
	now := s.now()
	came, err := tour.NewStore(s.db, s.now).Came(ctx, who.Person.ID, now.Add(-sessionAsks))
	if err != nil {
		return session, false, err
	}
	for _, one := range came {
		if one.Phase(now) != tour.Over {
			continue
		}
		asked, err := s.Asked(ctx, who.Person.ID, one.ID)
		if err != nil || !asked {
			return one, err == nil, err
		}
	}
	return session, false, nil
}

// sat is the person or visit whose seat it was, at this tablet and in this session, unless
// it ended too long ago; NotFound otherwise.
func (s *Store) sat(ctx context.Context, seatID, tabletID, sessionID string) (string, error) {
	seat, err := room.NewStore(s.db, s.now).Seat(ctx, seatID)
	if err != nil {
		return "", err
	}
	is := func(p *string, want string) bool { return p != nil && *p == want }
	if !is(seat.TabletID, tabletID) || !is(seat.SessionID, sessionID) || (seat.EndedAt != nil && s.now().Sub(*seat.EndedAt) > sessionAsks) {
		return "", notAsked()
	}
	if seat.PersonID != nil {
		return *seat.PersonID, nil
	}
	return *seat.VisitID, nil
}

// rate notes that it was asked and appends the fact.
//
// The two are written one after the other and not in one transaction: a database keeps
// traces of what was written together. When it ends between them, one rating is lost.
func (s *Store) rate(ctx context.Context, f ledger.Fact, key string, r Rating) error {
	if fresh, err := s.ask(ctx, key); err != nil || !fresh {
		return err
	}
	err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := ledger.Append(ctx, tx, ledger.OwnerQuizzes, f.At, f, r.detail())
		return err
	})
	if err != nil {
		return fmt.Errorf("rate %s: %w", f.Object, err)
	}
	return nil
}

// ratedAt is as coarse as a rating's time may be.
func (s *Store) ratedAt(ctx context.Context, who people.Reader, zone *time.Location) (time.Time, error) {
	if who.SessionID != "" {
		session, err := tour.NewStore(s.db, s.now).Session(ctx, who.SessionID)
		if err == nil {
			return db.Instant(session.StartsAt), nil
		}
		if !fault.Is(err, fault.NotFound) {
			return time.Time{}, err
		}
	}
	local := s.now().In(zone)
	return db.Instant(time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, zone)), nil
}

// ask notes that somebody was asked; fresh is false when she was before. Without a key
// nothing is noted.
func (s *Store) ask(ctx context.Context, key string) (fresh bool, err error) {
	if key == "" {
		return true, nil
	}
	err = db.Write(ctx, s.db, func(tx *gorm.DB) error {
		res := gorm.WithResult()
		err := db.Rows[asked](tx, res, clause.OnConflict{DoNothing: true}).Create(ctx, &asked{Asked: key, Day: s.now().UTC().Format(time.DateOnly)})
		fresh = res.RowsAffected == 1
		return err
	})
	if err != nil {
		return false, fmt.Errorf("note that it was asked: %w", err)
	}
	return fresh, nil
}

// ForgetAsked forgets which runs were asked, after a day or two. Whoever opens the end of
// an old lesson again may then be asked again.
func (s *Store) ForgetAsked(ctx context.Context) error {
	old := s.now().UTC().AddDate(0, 0, -askedDays).Format(time.DateOnly)
	err := db.Write(ctx, s.db, func(tx *gorm.DB) error {
		_, err := db.Rows[asked](tx).Where("day < ?", old).Delete(ctx)
		return err
	})
	if err != nil {
		return fmt.Errorf("forget who was asked: %w", err)
	}
	return nil
}

// Asked reports whether a run was asked how its lesson was, or a person or visit how the
// session was; of is the lesson's slug or the session's ID.
func (s *Store) Asked(ctx context.Context, whose, of string) (bool, error) {
	if whose == "" {
		return false, nil
	}
	_, err := db.Rows[asked](s.db).Where("asked = ?", askedKey(whose, of)).Take(ctx)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("was it asked: %w", err)
	}
	return true, nil
}

func askedKey(whose, of string) string {
	sum := sha256.Sum256([]byte(whose + "\x00" + of))
	return hex.EncodeToString(sum[:])
}

// Ratings is how a session was, added up.
type Ratings struct {
	Answers int
	// Closed is true while the session runs, and with fewer than five answers: then all
	// below is empty. Under way, the next answer could be told by what it changes.
	Closed  bool
	Faces   [mostFaces + 1]int // by number of the face
	Reasons map[string]int     // by code
	// Sold is how many said that somebody tried to sell them something, of SoldOf who
	// answered that; both are 0 under five.
	Sold, SoldOf int
}

// RatingsOf adds up how a session was. over is whether it has ended.
func (s *Store) RatingsOf(ctx context.Context, sessionID string, over bool) (Ratings, error) {
	r := Ratings{Reasons: map[string]int{}}
	f := ledger.Filter{Verbs: []ledger.Verb{ledger.Rated}, Object: ledger.Object("session", sessionID), Effective: true}
	for fact, err := range ledger.All(ctx, s.db, f) {
		if err != nil {
			return r, fmt.Errorf("how the session was: %w", err)
		}
		d, err := ledger.DetailOf[ledger.RatedDetail](fact)
		if err != nil {
			return r, err
		}
		r.Answers++
		r.Faces[min(max(d.Faces, 0), mostFaces)]++
		for _, code := range d.Reasons {
			r.Reasons[code]++
		}
		if d.Sold != nil {
			r.SoldOf++
			if *d.Sold {
				r.Sold++
			}
		}
	}
	if r.SoldOf < fewest {
		r.Sold, r.SoldOf = 0, 0
	}
	if r.Closed = !over || r.Answers < fewest; r.Closed {
		return Ratings{Answers: r.Answers, Closed: true}, nil
	}
	return r, nil
}
