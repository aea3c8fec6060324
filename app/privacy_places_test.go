package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/live"
)

// secret is somebody whose name, card and phone nobody of another place may read.
type secret struct {
	person people.Issued
	marks  []string // what gives her away on a page
	fill   map[string]string
}

// places is the program with two venues in two cities, and somebody who was at the first.
type places struct {
	t           *testing.T
	p           *program
	here, there tour.Venue
	who         secret
	reader      people.Reader // whoever asks next
	opened      int
	typed       string // what else is typed into every form
}

func newPlaces(t *testing.T) *places { return placesOf(t, wired(t)) }

func placesOf(t *testing.T, p *program) *places {
	t.Helper()
	w := &places{t: t, p: p}
	ctx, now := t.Context(), time.Now()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	venue := func(name string) tour.Venue {
		city, err := w.p.tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: name + "市"})
		must(err)
		v, err := w.p.tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: city.ID, Name: name, Kind: tour.VenueCenter})
		must(err)
		return v
	}
	w.here, w.there = venue("此地"), venue("别处")
	session, err := w.p.tour.AddSession(ctx, tour.Session{ID: db.NewID(), VenueID: w.here.ID, Title: "场次", Topics: []string{"fraud"},
		Mode: tour.Both, StartsAt: now.Add(-time.Minute), EndsAt: now.Add(time.Hour)}, w.p.zone)
	must(err)
	must(w.p.tour.OpenSession(ctx, session.ID))
	i, err := w.p.people.Issue(ctx, people.Issue{ID: db.NewID(), Name: "独孤阿姨", AgeBand: people.Age70, PhoneToo: true, Phone: "13987654321", Phones: w.p.phones})
	must(err)
	in, err := w.p.tour.CheckIn(ctx, tour.CheckIn{ID: db.NewID(), SessionID: session.ID, PersonID: i.Person.ID, Method: tour.ByCard})
	must(err)
	w.who = secret{person: i, marks: []string{"独孤", i.Card.Number, i.Card.Grouped(), "13987654321", "139****4321", i.Person.ID},
		fill: map[string]string{
			"/staff/people/:id": i.Person.ID, "/staff/sessions/:id": session.ID, "/staff/sessions/:session": session.ID, "/staff/classes/:class": session.ID,
			"/staff/venues/:id": w.here.ID, "/staff/cities/:id": w.here.CityID, ":attendance": in.Attendance.ID,
			"/live/:class": session.ID, "again/:part": "again/1",
			":topic/:lesson": "fraud/police-call", ":topic": "fraud", ":lesson": "police-call", ":paper": "record",
		}}
	w.record(session.ID)
	w.p.public.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			people.SetWho(c, w.reader)
			return next(c)
		}
	})
	return w
}

// record gives the session a class that is over and was recorded; whoever hears it hears
// her name.
func (w *places) record(session string) {
	w.t.Helper()
	ctx := w.t.Context()
	classes := live.NewStore(w.p.db.DB, time.Now)
	_, err := classes.Open(ctx, live.Opening{SessionID: session, StaffID: "staff"})
	dir, at := filepath.Join(w.p.settings.dir().Recordings(), session), db.Instant(time.Now())
	err = errors.Join(err, classes.Close(ctx, session, nil), os.MkdirAll(dir, 0o700), os.WriteFile(filepath.Join(dir, "1.ogg"), []byte("OggS 独孤"), 0o600),
		db.Write(ctx, w.p.db.DB, func(tx *gorm.DB) error {
			return errors.Join(
				tx.Exec("INSERT INTO live_recordings (class_id, by_id, begun_at, stopped_at, paused) VALUES (?, 'staff', ?, ?, 0)", session, at, at).Error,
				tx.Exec("INSERT INTO live_recording_parts (class_id, number, begun_at, millis, bytes) VALUES (?, 1, ?, 1000, 11)", session, at).Error)
		}))
	if err != nil {
		w.t.Fatal(err)
	}
}

var param = regexp.MustCompile(`:\w+`)

// address is a route's path with the IDs of the first venue in it.
func (w *places) address(route string) string {
	for _, key := range []string{"/staff/people/:id", "/staff/sessions/:id", "/staff/sessions/:session", "/staff/classes/:class",
		"/staff/venues/:id", "/staff/cities/:id", "/live/:class", "again/:part", ":attendance", ":topic/:lesson", ":topic", ":lesson", ":paper"} {
		if value := w.who.fill[key]; strings.HasPrefix(key, "/") {
			prefix, _, _ := strings.Cut(key, ":")
			if strings.HasPrefix(route, key) {
				route = strings.Replace(route, key, prefix+value, 1)
			}
		} else {
			route = strings.Replace(route, key, value, 1)
		}
	}
	return param.ReplaceAllString(route, db.NewID())
}

// ask sends a request and gives what gave her away, empty when nothing did.
func (w *places) ask(r web.Route) string {
	w.t.Helper()
	address := w.address(r.Path)
	body := ""
	if r.Method == http.MethodPost {
		body = "id=" + db.NewID() + "&name=x&age=&do=withdraw&purpose=phone&reason=check&outcome=granted&kind=read&asked_by=self&card=" + w.typed
	}
	req := httptest.NewRequestWithContext(w.t.Context(), r.Method, "http://class.lan"+address, strings.NewReader(body))
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "http://class.lan")
	rec := httptest.NewRecorder()
	w.p.public.ServeHTTP(rec, req)
	w.opened++
	// What the request itself named may stand on a page that says no.
	text := strings.ReplaceAll(rec.Body.String(), address, "")
	if rec.Code >= http.StatusInternalServerError && rec.Code != http.StatusServiceUnavailable {
		w.t.Errorf("%s %s: %d", r.Method, address, rec.Code)
	}
	for _, mark := range w.who.marks {
		if rec.Code < 300 && strings.Contains(text, mark) {
			return mark
		}
	}
	return ""
}

// staff is a member with one role at one place.
func (w *places) staff(role people.Role, kind people.PlaceKind, id string) people.Reader {
	return people.Reader{Staff: &people.Staff{ID: db.NewID(), Name: "某人", Login: "x"}, Grants: []people.Grant{{Role: role, PlaceKind: kind, PlaceID: id}}}
}

// TestNobodyReadsAPersonOutsideTheirPlace opens every address of the route table as every
// role at the venue and in the city where she never was, as another learner and as a
// stranger: nothing of hers is on any page, and nothing of hers is changed. Who works
// where she was finds her.
func TestNobodyReadsAPersonOutsideTheirPlace(t *testing.T) {
	w := newPlaces(t)
	before := w.rows()
	other, err := w.p.people.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: "邻居"})
	if err != nil {
		t.Fatal(err)
	}
	readers := map[string]people.Reader{"a stranger": {}, "another learner": {Person: &other.Person, Own: true}}
	for _, role := range people.Roles() {
		readers[string(role)+" of another venue"] = w.staff(role, people.Venue, w.there.ID)
		readers[string(role)+" of another city"] = w.staff(role, people.City, w.there.CityID)
	}
	readers["observer of everything"] = w.staff(people.Observer, people.Installation, "")
	for name, reader := range readers {
		for _, r := range w.p.routes.Table() {
			if r.Guard == "internal" || strings.HasPrefix(r.Path, "/static") || strings.HasPrefix(r.Path, "/voice") || r.Path == "/leave" ||
				(r.Method == http.MethodPost && !strings.HasPrefix(r.Path, "/staff/people") && !strings.HasPrefix(r.Path, "/staff/sessions") && !strings.HasPrefix(r.Path, "/staff/classes")) {
				continue
			}
			w.reader = reader
			if mark := w.ask(r); mark != "" {
				t.Errorf("%s sees %q at %s %s", name, mark, r.Method, r.Path)
			}
		}
	}
	if after := w.rows(); after != before {
		t.Errorf("her rows were changed from elsewhere:\n%s\nwas\n%s", after, before)
	}
	for _, role := range []people.Role{people.Helper, people.Trainer, people.Organizer, people.Admin} {
		for _, path := range []string{"/staff/people/:id", "/staff/people/:id/information", "/staff/sessions/:id/desk"} {
			w.reader = w.staff(role, people.Venue, w.here.ID)
			if w.ask(web.Route{Method: http.MethodGet, Path: path}) == "" {
				t.Errorf("%s of her venue does not find her at %s", role, path)
			}
		}
	}
	const sound = "/live/:class/again/:part"
	w.reader = people.Reader{Person: &w.who.person.Person, Own: true}
	if w.ask(web.Route{Method: http.MethodGet, Path: sound}) == "" {
		t.Error("who was in the class does not hear it again")
	}
	for role, hears := range map[people.Role]bool{people.Observer: false, people.Helper: false, people.Trainer: true, people.Organizer: true, people.Admin: true} {
		w.reader = w.staff(role, people.Venue, w.here.ID)
		if (w.ask(web.Route{Method: http.MethodGet, Path: sound}) != "") != hears {
			t.Errorf("%s of the class's venue hears it: %v, want %v", role, !hears, hears)
		}
	}
	t.Logf("%d requests", w.opened)
}

// rows are hers, as text.
func (w *places) rows() string {
	w.t.Helper()
	var list []string
	for _, stmt := range []string{"SELECT name || age_band || sex FROM persons WHERE id = ?", "SELECT number || coalesce(revoked_at, '') FROM cards WHERE person_id = ?",
		"SELECT tail || sealed FROM phones WHERE person_id = ?", "SELECT purpose || coalesce(withdrawn_at, '') FROM consents WHERE person_id = ? ORDER BY purpose",
		"SELECT reason FROM attendances WHERE person_id = ?", "SELECT id FROM erasures WHERE person_id = ?", "SELECT kind FROM person_requests WHERE person_id = ?"} {
		var found []string
		if err := w.p.db.Raw(stmt, w.who.person.Person.ID).Scan(&found).Error; err != nil {
			w.t.Fatal(err)
		}
		list = append(list, strings.Join(found, ","))
	}
	var class string
	if err := w.p.db.Raw("SELECT c.state || r.class_id || r.stopped_at || c.version FROM live_classes c JOIN live_recordings r ON r.class_id = c.id").Scan(&class).Error; err != nil {
		w.t.Fatal(err)
	}
	return class + "\n" + strings.Join(list, "\n")
}

// TestLessonsLeadToPagesThatExist: what a door names beside its scene.
func TestLessonsLeadToPagesThatExist(t *testing.T) {
	p := wired(t)
	led := 0
	for _, topic := range p.catalog.Topics() {
		for _, l := range topic.Lessons {
			for i := range l.Steps {
				if l.Steps[i].Page == nil {
					continue
				}
				led++
				rec := httptest.NewRecorder()
				p.public.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://class.lan"+l.Steps[i].Page.At, nil))
				if rec.Code != http.StatusOK {
					t.Errorf("%s leads to %s: %d", l.Slug, l.Steps[i].Page.At, rec.Code)
				}
			}
		}
	}
	if led == 0 {
		t.Error("no lesson leads anywhere; my-information should lead to its practice")
	}
}
