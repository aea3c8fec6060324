package tour

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"silverclass/app/fault"
)

var zone = time.FixedZone("CST", 8*3600)

func at(clock string) time.Time {
	t, err := time.ParseInLocation("2006-01-02 15:04", "2026-11-23 "+clock, zone)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func TestPhaseOfASession(t *testing.T) {
	opened := func(clock string) *time.Time { i := at(clock); return &i }
	plan := Session{State: Planned, StartsAt: at("10:00"), EndsAt: at("11:00")}
	early := Session{State: Open, StartsAt: at("10:00"), EndsAt: at("11:00"), OpenedAt: opened("08:00")}
	reopened := Session{State: Open, StartsAt: at("10:00"), EndsAt: at("11:00"), OpenedAt: opened("20:00")}
	tests := []struct {
		name    string
		session Session
		now     string
		want    Phase
	}{
		{"a minute before half an hour before", plan, "09:29", Waiting},
		{"half an hour before", plan, "09:30", Running},
		{"opened by hand two hours before", early, "08:00", Running},
		{"three hours after its end but a minute", plan, "13:59", Running},
		{"three hours after its end", plan, "14:00", Over},
		{"nobody closed it, though it was opened", early, "14:00", Over},
		{"opened again in the evening", reopened, "22:59", Running},
		{"three hours after that", reopened, "23:00", Over},
		{"closed while it would run", Session{State: Closed, StartsAt: at("10:00"), EndsAt: at("11:00")}, "10:30", Over},
		{"called off", Session{State: Cancelled, StartsAt: at("10:00"), EndsAt: at("11:00")}, "10:30", CalledOff},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.session.Phase(at(tt.now)); got != tt.want {
				t.Errorf("at %s: got %s, want %s", tt.now, got, tt.want)
			}
		})
	}
}

func TestWhichCountHolds(t *testing.T) {
	tally := func(id, clock string, heads int) HeadCount {
		return HeadCount{ID: id, Method: Tally, Heads: heads, At: at(clock)}
	}
	guess := HeadCount{ID: "9", Method: Estimate, Heads: 40, At: at("10:50")}
	back := tally("8", "10:55", 99)
	back.RetractedAt = &back.At
	tests := []struct {
		name       string
		registered int
		counts     []HeadCount
		want       Numbers
	}{
		{"nobody counted", 3, nil, Numbers{Registered: 3, PersonTimes: 3}},
		{"more heads than registered", 1, []HeadCount{tally("1", "10:10", 31)}, Numbers{Registered: 1, Heads: new(31), Unregistered: 30, PersonTimes: 31}},
		{"fewer heads than registered", 12, []HeadCount{tally("1", "10:10", 10)}, Numbers{Registered: 12, Heads: new(10), PersonTimes: 12}},
		{"the latest tally", 1, []HeadCount{tally("2", "10:40", 31), tally("1", "10:10", 20)}, Numbers{Registered: 1, Heads: new(31), Unregistered: 30, PersonTimes: 31}},
		{"a tally before a later estimate", 1, []HeadCount{guess, tally("1", "10:10", 20)}, Numbers{Registered: 1, Heads: new(20), Unregistered: 19, PersonTimes: 20}},
		{"an estimate where there is no tally", 1, []HeadCount{guess, back}, Numbers{Registered: 1, Heads: new(40), Estimate: true, Unregistered: 39, PersonTimes: 40}},
		{"at one instant the lower", 0, []HeadCount{tally("2", "10:10", 5), tally("1", "10:10", 4)}, Numbers{Heads: new(4), Unregistered: 4, PersonTimes: 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, numbers(tt.registered, tt.counts)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// fields are the names of the form fields that err has a message beside, with the key.
func fields(err error) map[string]string {
	f, ok := err.(*fault.Error)
	if !ok {
		return nil
	}
	m := map[string]string{}
	for name, msg := range f.Fields {
		m[name] = msg.Key
	}
	return m
}

func TestWhatAFormRefuses(t *testing.T) {
	good := Session{VenueID: "v", Title: "风险甄别", Topics: []string{"fraud"}, Mode: OnSite, StartsAt: at("10:00"), EndsAt: at("11:00")}
	session := func(edit func(*Session)) func() error {
		return func() error { s := good; edit(&s); return s.check() }
	}
	count := func(h HeadCount) func() error {
		if h.Method == "" {
			h.Method = Tally
		}
		return h.check
	}
	tests := []struct {
		name  string
		check func() error
		want  map[string]string
	}{
		{"a session that fits", session(func(*Session) {}), nil},
		{"ends before it begins", session(func(s *Session) { s.EndsAt = at("09:00") }), map[string]string{"ends": "tour.ends_before"}},
		{"takes thirteen hours", session(func(s *Session) { s.EndsAt = at("23:01") }), map[string]string{"ends": "tour.ends_long"}},
		{"no topic of ours", session(func(s *Session) { s.Topics = []string{"cooking"} }), map[string]string{"topics": "tour.topics_choose"}},
		{"a phone number in the title", session(func(s *Session) { s.Title = "找我 138 1234 5678" }), map[string]string{"title": "people.text_secret"}},
		{"no day", session(func(s *Session) { s.StartsAt = time.Time{} }), map[string]string{"day": "tour.day_missing"}},
		{"a city without a name", (&City{Name: "  "}).check, map[string]string{"name": "tour.name_missing"}},
		{"a stop that ends before it begins", (&Stop{CityID: "c", Name: "杭州站", FirstDay: "2026-11-23", LastDay: "2026-11-22", Forms: []string{"visit"}}).check, map[string]string{"last_day": "tour.days_backwards"}},
		{"a stop without a form", (&Stop{CityID: "c", Name: "杭州站", FirstDay: "2026-11-23", LastDay: "2026-11-23"}).check, map[string]string{"forms": "tour.forms_choose"}},
		{"a count that fits", count(HeadCount{Heads: 31, Sixty: new(28), Women: new(20), Men: new(11), Bands: map[string]int{"65-69": 20}}), nil},
		{"more old people than heads", count(HeadCount{Heads: 31, Sixty: new(32)}), map[string]string{"sixty": "tour.part_more"}},
		{"women and men are more than heads", count(HeadCount{Heads: 31, Women: new(20), Men: new(12)}), map[string]string{"men": "tour.sexes_more"}},
		{"ages are more than heads", count(HeadCount{Heads: 31, Bands: map[string]int{"65-69": 20, "under-50": 12}}), map[string]string{"bands": "tour.bands_more"}},
		{"ages from 60 are more than 60+", count(HeadCount{Heads: 31, Sixty: new(10), Bands: map[string]int{"65-69": 11}}), map[string]string{"sixty": "tour.sixty_less"}},
		{"a hall of a million", count(HeadCount{Heads: 1_000_000}), map[string]string{"heads": "tour.heads_range"}},
		{"more usable tablets than there are", (&Figure{Verb: "equipped", Amount: 10, Usable: 11}).check, map[string]string{"usable": "tour.usable_more"}},
		{"no hours", (&Figure{Verb: "served", Code: "trainer"}).check, map[string]string{"amount": "tour.hours_range"}},
		{"publicity without a method", (&Figure{Verb: "reached", Amount: 5, Code: "video"}).check, map[string]string{"method": "tour.reach_method_choose"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, fields(tt.check())); diff != "" {
				t.Error(diff)
			}
		})
	}
}
