package live

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/tour"
)

// settleAfter is how long after its end a class is counted: the last webhooks are in by
// then. What comes later is counted again.
const settleAfter = 5 * time.Second

// checkedInFrom is how many confirmed minutes check a known person in to the session.
const checkedInFrom = 10

// factSpace makes fact IDs that are the same each time the same is counted.
var factSpace = uuid.MustParse("6f0f4cbb-5f1e-4e0a-9c39-2f1f7f1a9d10")

// attendance is which fact stands for whom in a class.
type attendance struct {
	ClassID   string `gorm:"primaryKey"`
	Who       string `gorm:"primaryKey"`
	PersonID  *string
	Version   int64
	FactID    string // "" while none stands
	Minutes   int
	Confirmed int
	Marked    Mark
}

// TableName is the table of attendances.
func (attendance) TableName() string { return "live_attendances" }

func (a attendance) factID() string {
	return uuid.NewSHA1(factSpace, fmt.Appendf(nil, "attended|%s|%s|%d", a.ClassID, a.Who, a.Version)).String()
}

// Settle counts every class that is over and has evidence not counted yet, and reports
// how many there were.
func (s *Store) Settle(ctx context.Context) (int, error) {
	list, err := db.Rows[Class](s.db).Where("state = ? AND unsettled AND closed_at <= ?", Closed, s.Now().Add(-settleAfter)).
		Order("id").Limit(100).Find(ctx)
	if err != nil {
		return 0, err
	}
	for _, c := range list {
		err := ledger.Write(ctx, s.db, func(tx *gorm.DB) error { return NewStore(tx, s.now).settle(ctx, c.ID) })
		if err != nil {
			return 0, fmt.Errorf("settle class %s: %w", c.ID, err)
		}
	}
	return len(list), nil
}

// settle brings one class's attended facts to what the evidence says now: a fact that is
// no longer right is taken back, and another appended. Counting the same twice changes
// nothing.
func (s *Store) settle(ctx context.Context, classID string) error {
	c, err := s.locked(ctx, classID)
	if err != nil || c.State != Closed || !c.Unsettled {
		return err
	}
	counted, err := s.count(ctx, c)
	if err != nil {
		return err
	}
	standing, err := db.Rows[attendance](s.db).Where("class_id = ?", c.ID).Order("who").Find(ctx)
	if err != nil {
		return err
	}
	old := map[string]attendance{}
	for _, a := range standing {
		old[a.Who] = a
		if _, still := counted[a.Who]; !still {
			counted[a.Who] = attendance{ClassID: c.ID, Who: a.Who, PersonID: a.PersonID, Marked: a.Marked}
		}
	}
	for _, who := range slices.Sorted(maps.Keys(counted)) {
		a := counted[who]
		if err := s.replace(ctx, c, old[who], a); err != nil {
			return err
		}
		if err := s.checkIn(ctx, c, a); err != nil {
			return err
		}
	}
	_, err = db.Rows[Class](s.db).Where("id = ?", c.ID).Update(ctx, "unsettled", false)
	return err
}

// count is who was there for how long, by person or by a visitor's identity.
func (s *Store) count(ctx context.Context, c Class) (map[string]attendance, error) {
	evidence, err := s.evidence(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	visits, err := s.visits(ctx, c.ID)
	if err != nil {
		return nil, err
	}
	who, person := map[string]string{}, map[string]*string{}
	for _, v := range visits {
		if v.Role != Home {
			continue
		}
		who[v.Identity] = v.Identity
		if v.PersonID != nil {
			who[v.Identity] = *v.PersonID
			person[*v.PersonID] = v.PersonID
		}
	}
	out := map[string]attendance{}
	from, to := c.Counted()
	for _, a := range Minutes(from, to, evidence, func(identity string) string { return who[identity] }) {
		if a.Minutes() == 0 {
			continue
		}
		out[a.Who] = attendance{ClassID: c.ID, Who: a.Who, PersonID: person[a.Who],
			Minutes: a.Minutes(), Confirmed: a.ConfirmedMinutes(), Marked: a.Mark}
	}
	return out, nil
}

// replace takes the fact that stands back and appends what is right now. No minutes, no
// fact.
func (s *Store) replace(ctx context.Context, c Class, old, a attendance) error {
	if old.Version > 0 && old.Minutes == a.Minutes && old.Confirmed == a.Confirmed && old.Marked == a.Marked {
		return nil
	}
	now := s.Now()
	if old.FactID != "" {
		if _, err := ledger.Retract(ctx, s.db, ledger.OwnerLive, now, old.FactID, nil, "recounted"); err != nil {
			return err
		}
	}
	a.Version = old.Version + 1
	if a.Minutes > 0 {
		a.FactID = a.factID()
		_, err := ledger.Append(ctx, s.db, ledger.OwnerLive, now, ledger.Fact{
			ID: a.FactID, Verb: ledger.Attended, Object: ledger.Object("class", c.ID), PersonID: a.PersonID,
			SessionID: new(c.SessionID()), VenueID: &c.VenueID, At: *c.ClosedAt,
		}, ledger.AttendedDetail{
			Minutes: a.Minutes, ConfirmedMinutes: a.Confirmed, EstimatedMinutes: a.Minutes - a.Confirmed, Evidence: string(a.Marked),
		})
		if err != nil {
			return err
		}
	}
	return db.Rows[attendance](s.db, clause.OnConflict{UpdateAll: true}).Create(ctx, &a)
}

// checkIn checks a known person in to the session, once ten minutes are confirmed. Who
// was checked in at the desk already stays as she is; a visitor adds nothing to the person-times.
func (s *Store) checkIn(ctx context.Context, c Class, a attendance) error {
	if a.PersonID == nil || a.Confirmed < checkedInFrom {
		return nil
	}
	id := uuid.NewSHA1(factSpace, fmt.Appendf(nil, "checked-in|%s|%s", c.ID, *a.PersonID)).String()
	_, err := s.tours().CheckInLive(ctx, s.db, tour.CheckIn{
		ID: id, SessionID: c.SessionID(), PersonID: *a.PersonID, At: db.Instant(*c.ClosedAt),
	})
	if fault.Is(err, fault.Conflict) {
		return nil // the session was called off, or the check-in was taken back by staff
	}
	return err
}

// Summary is what a class came to, once it is over.
type Summary struct {
	Counting bool // evidence is still coming in; the numbers follow within seconds
	// Devices is how many came: known people, and visitors by device.
	Devices int
	// Minutes are all minutes of all of them; Confirmed and Estimated are its parts.
	Minutes, Confirmed, Estimated int
}

// Summary reads what a class that is over came to.
func (s *Store) Summary(ctx context.Context, c Class) (Summary, error) {
	sum := Summary{Counting: c.Unsettled}
	list, err := db.Rows[attendance](s.db).Where("class_id = ? AND minutes > 0", c.ID).Order("who").Find(ctx)
	for _, a := range list {
		sum.Devices++
		sum.Minutes += a.Minutes
		sum.Confirmed += a.Confirmed
	}
	sum.Estimated = sum.Minutes - sum.Confirmed
	return sum, err
}
