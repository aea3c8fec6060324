package reports

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"sort"
	"time"

	"silverclass/app/fault"
	"silverclass/app/ledger"

	"gorm.io/gorm"
)

//go:embed queries/sessions.sql
var sessionsSQL string

//go:embed queries/scope.sql
var scopeSQL string

//go:embed queries/choices.sql
var choicesSQL string

// Store reads facts and reference rows. It writes nothing.
type Store struct {
	db   *gorm.DB
	now  func() time.Time
	zone *time.Location
}

// NewStore reads from d; local days are those of zone.
func NewStore(d *gorm.DB, now func() time.Time, zone *time.Location) *Store {
	return &Store{db: d, now: now, zone: zone}
}

// session is one row of queries/sessions.sql.
type session struct {
	ID, Title, VenueID, Venue, CityID string
	StopID                            *string
	StartsAt                          time.Time
}

// place is one row of queries/scope.sql: what a scope is called and where it lies.
type place struct{ Title, Place, VenueID, CityID string }

// Choice is one thing that a report can be about, for the list to choose from.
type Choice struct {
	Kind            Kind
	ID, Title       string
	Venue           string
	VenueID, CityID string
	StartsAt        *time.Time // of a session
	Day             string     // first day of a stop; empty otherwise
}

// Where is the venue and city a scope lies in, to ask what the reader may see. The
// venue is empty for stops, tours and cities. NotFound when there is no such thing.
func (s *Store) Where(ctx context.Context, sc Scope) (venueID, cityID string, err error) {
	p, err := s.place(ctx, sc)
	return p.VenueID, p.CityID, err
}

func (s *Store) place(ctx context.Context, sc Scope) (place, error) {
	var rows []place
	err := s.db.WithContext(ctx).Raw(scopeSQL, map[string]any{"kind": string(sc.Kind), "id": sc.ID}).Scan(&rows).Error
	if err != nil {
		return place{}, fmt.Errorf("find %s %s: %w", sc.Kind, sc.ID, err)
	}
	if len(rows) == 0 {
		return place{}, fault.New(fault.NotFound, "reports.no_such_scope")
	}
	return rows[0], nil
}

// Choices are the tours, stops and sessions a report can be about, newest first, at
// most 300 of each.
func (s *Store) Choices(ctx context.Context) ([]Choice, error) {
	var list []Choice
	if err := s.db.WithContext(ctx).Raw(choicesSQL).Scan(&list).Error; err != nil {
		return nil, fmt.Errorf("list what to report on: %w", err)
	}
	return list, nil
}

// Report counts the facts of a scope as they stand now.
func (s *Store) Report(ctx context.Context, sc Scope) (Report, error) {
	if err := sc.Check(); err != nil {
		return Report{}, err
	}
	p, err := s.place(ctx, sc)
	if err != nil {
		return Report{}, err
	}
	sessions, err := s.sessions(ctx, sc)
	if err != nil {
		return Report{}, err
	}
	r := Report{Scope: sc, Title: p.Title, Place: p.Place, AsOf: s.now()}
	head, err := ledger.HeadOf(ctx, s.db)
	if err != nil {
		return Report{}, err
	}
	r.Position, r.Head = head.Seq, head.Hash
	facts, err := s.facts(ctx, sc, sessions)
	if err != nil {
		return Report{}, err
	}
	same, err := s.persons(ctx)
	if err != nil {
		return Report{}, err
	}
	c := counted(facts, same, r.AsOf)
	r.Numbers = c.numbers()
	if sc.Kind == Session { // nobody comes back to it after a week
		r.Numbers = slices.DeleteFunc(r.Numbers, func(n Number) bool { return n.Name == "alone-then" || n.Name == "alone-later" })
	}
	_, r.ByTopic = c.change()
	by := map[string][]ledger.Fact{}
	for _, f := range facts {
		if f.SessionID != nil {
			by[*f.SessionID] = append(by[*f.SessionID], f)
		}
	}
	for _, x := range sessions {
		part := Part{SessionID: x.ID, Title: x.Title, Venue: x.Venue, StartsAt: x.StartsAt, Numbers: map[string]Number{}}
		for _, n := range count(by[x.ID], same, r.AsOf) {
			part.Numbers[n.Name] = n
		}
		r.Parts = append(r.Parts, part)
		r.SessionIDs = append(r.SessionIDs, x.ID)
	}
	return r, nil
}

// sessions are those of the scope whose local start day lies in the period.
func (s *Store) sessions(ctx context.Context, sc Scope) ([]session, error) {
	var all []session
	err := s.db.WithContext(ctx).Raw(sessionsSQL, map[string]any{"kind": string(sc.Kind), "id": sc.ID}).Scan(&all).Error
	if err != nil {
		return nil, fmt.Errorf("list sessions of %s %s: %w", sc.Kind, sc.ID, err)
	}
	kept := all[:0]
	for _, x := range all {
		if s.within(sc, x.StartsAt) {
			kept = append(kept, x)
		}
	}
	return kept, nil
}

func (s *Store) within(sc Scope, t time.Time) bool {
	day := t.In(s.zone).Format(time.DateOnly)
	return (sc.From == "" || day >= sc.From) && (sc.To == "" || day <= sc.To)
}

// facts are the effective facts of a scope in the order they were recorded.
func (s *Store) facts(ctx context.Context, sc Scope, sessions []session) ([]ledger.Fact, error) {
	var all []ledger.Fact
	const batch = 500 // below SQLite's and PostgreSQL's limits on placeholders
	for from := 0; from < len(sessions); from += batch {
		ids := make([]string, 0, batch)
		for _, x := range sessions[from:min(from+batch, len(sessions))] {
			ids = append(ids, x.ID)
		}
		var part []ledger.Fact
		if err := s.db.WithContext(ctx).Raw(`SELECT * FROM ledger_effective WHERE session_id IN ?`, ids).Scan(&part).Error; err != nil {
			return nil, fmt.Errorf("read facts: %w", err)
		}
		all = append(all, part...)
	}
	loose, err := s.looseFacts(ctx, sc)
	if err != nil {
		return nil, err
	}
	all = append(all, loose...)
	sort.Slice(all, func(i, j int) bool {
		if !all[i].RecordedAt.Equal(all[j].RecordedAt) {
			return all[i].RecordedAt.Before(all[j].RecordedAt)
		}
		return all[i].ID < all[j].ID
	})
	return all, nil
}

// looseFacts are facts at a venue, or a city's venues, outside any session.
func (s *Store) looseFacts(ctx context.Context, sc Scope) ([]ledger.Fact, error) {
	q := ""
	switch sc.Kind {
	case Venue:
		q = `SELECT * FROM ledger_effective WHERE session_id IS NULL AND venue_id = ?`
	case City:
		q = `SELECT * FROM ledger_effective WHERE session_id IS NULL AND venue_id IN (SELECT id FROM venues WHERE city_id = ?)`
	default:
		return nil, nil
	}
	var found []ledger.Fact
	if err := s.db.WithContext(ctx).Raw(q, sc.ID).Scan(&found).Error; err != nil {
		return nil, fmt.Errorf("read facts outside sessions: %w", err)
	}
	kept := found[:0]
	for _, f := range found {
		if s.within(sc, f.At) {
			kept = append(kept, f)
		}
	}
	return kept, nil
}

// Row is one fact behind a number.
type Row struct {
	Fact ledger.Fact
	Seq  int64  // its place in the ledger; 0 while it is not sealed yet
	Hash string // of its seal; empty while it is not sealed
}

// Rows are the facts behind a number, in its order. NotFound when the report has no
// such number, Forbidden when it stays closed because too few people answered.
func (s *Store) Rows(ctx context.Context, sc Scope, name string) (Report, Number, []Row, error) {
	r, err := s.Report(ctx, sc)
	if err != nil {
		return r, Number{}, nil, err
	}
	n, err := r.Find(name)
	if err != nil {
		return r, n, nil, err
	}
	if n.Hidden || (n.Code == "T13" && len(n.FactIDs) == 0 && n.Value > 0) {
		return r, n, nil, fault.New(fault.Forbidden, "reports.too_few")
	}
	rows, err := s.rows(ctx, n.FactIDs)
	return r, n, rows, err
}

func (s *Store) rows(ctx context.Context, ids []string) ([]Row, error) {
	place := map[string]int{}
	for _, id := range ids {
		if _, ok := place[id]; !ok {
			place[id] = len(place)
		}
	}
	rows := make([]Row, len(place))
	for from := 0; from < len(ids); from += 500 {
		batch := ids[from:min(from+500, len(ids))]
		var facts []ledger.Fact
		if err := s.db.WithContext(ctx).Raw(`SELECT * FROM ledger_facts WHERE id IN ?`, batch).Scan(&facts).Error; err != nil {
			return nil, fmt.Errorf("read facts of a number: %w", err)
		}
		var seals []struct {
			FactID, Hash string
			Seq          int64
		}
		if err := s.db.WithContext(ctx).Raw(`SELECT fact_id, hash, seq FROM ledger_seals WHERE fact_id IN ?`, batch).Scan(&seals).Error; err != nil {
			return nil, fmt.Errorf("read seals of a number: %w", err)
		}
		for _, f := range facts {
			rows[place[f.ID]].Fact = f
		}
		for _, x := range seals {
			rows[place[x.FactID]].Seq, rows[place[x.FactID]].Hash = x.Seq, x.Hash
		}
	}
	return rows, nil
}

// AllRows are every effective fact of a scope, for the export that anybody can count
// again.
func (s *Store) AllRows(ctx context.Context, sc Scope) ([]Row, error) {
	if err := sc.Check(); err != nil {
		return nil, err
	}
	if _, err := s.place(ctx, sc); err != nil {
		return nil, err
	}
	sessions, err := s.sessions(ctx, sc)
	if err != nil {
		return nil, err
	}
	facts, err := s.facts(ctx, sc, sessions)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(facts))
	for _, f := range facts {
		if f.Verb != ledger.Rated { // answers under five open to nobody, and never one by one
			ids = append(ids, f.ID)
		}
	}
	return s.rows(ctx, ids)
}

// persons gives the one person behind a person ID, with the links between cards
// applied: two cards of one person count once.
func (s *Store) persons(ctx context.Context) (func(string) string, error) {
	var links []ledger.Fact
	err := s.db.WithContext(ctx).Raw(`SELECT * FROM ledger_effective WHERE verb = ?`, ledger.Linked).Scan(&links).Error
	if err != nil {
		return nil, fmt.Errorf("read links: %w", err)
	}
	return onePerson(links), nil
}
