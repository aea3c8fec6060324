package quizzes_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"

	"github.com/google/go-cmp/cmp"
)

var rateID = regexp.MustCompile(`name="id" value="([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f-]*)"><input type="hidden" name="run"`)

// rateForm is the random ID that the page was given.
func rateForm(t *testing.T, page string) string {
	t.Helper()
	m := rateID.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no random ID on the page:\n%s", page)
	}
	return m[1]
}

func TestARatingLeadsToNobody(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(17*time.Minute + 23*time.Second)
	person, _ := h.Learner("王阿姨")
	h.CheckIn(session, person)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", person.ID).Leads("/tablet")
	run := h.run(tablet)
	done := "/lessons/" + police + "/done?run=" + run

	page := tablet.Get("/rate/"+police+"?run="+run).Shows("这一课怎么样？", "很好", "一般", "不太好", "不评了", `href="`+done+`"`).Body
	id := rateForm(t, page)
	for range 2 { // a double tap
		tablet.Post("/rate/"+police, "id", id, "run", run, "faces", "3").Leads(done)
	}
	tablet.Post("/rate/"+police, "id", db.NewRandomID(), "run", run, "faces", "1", "reason", "").Leads(done) // a second tab
	tablet.Get("/rate/" + police + "?run=" + run).Leads(done)                                                // asked before

	facts := h.facts(ledger.Rated)
	if len(facts) != 1 {
		t.Fatalf("%d facts, want 1", len(facts))
	}
	f := facts[0]
	if f.PersonID != nil || f.DeviceID != nil || f.Run != nil || f.ByID != nil {
		t.Errorf("the fact leads to somebody: %+v", f)
	}
	if !f.At.Equal(session.StartsAt) || !f.RecordedAt.Equal(session.StartsAt) || f.SessionID == nil || *f.SessionID != session.ID {
		t.Errorf("at %v, recorded %v, want the session's start %v", f.At, f.RecordedAt, session.StartsAt)
	}
	d, err := ledger.DetailOf[ledger.RatedDetail](f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.RatedDetail{Faces: 3}, d); diff != "" {
		t.Errorf("detail:\n%s", diff)
	}
	var row map[string]any
	if err := h.DB.Table("quiz_ratings_asked").Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	if len(row) != 2 || row["day"] != "2026-11-23" || strings.Contains(row["asked"].(string), run) || strings.Contains(row["asked"].(string), id) {
		t.Errorf("what is kept of the asking: %v", row)
	}
}

func TestARatingAtHomeCountsForTheDay(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	id := rateForm(t, own.Get("/rate/"+police).Shows().Body)
	for range 2 { // outside a run only the ID says that it is the same tap
		own.Post("/rate/"+police, "id", id, "faces", "2", "reason", "").Leads("/lessons/" + police + "/done")
	}
	facts := h.facts(ledger.Rated)
	if len(facts) != 1 {
		t.Fatalf("%d facts, want 1", len(facts))
	}
	local := facts[0].At.In(h.Site.Zone())
	if local.Hour() != 0 || local.Minute() != 0 || local.Day() != h.Clock.Now().In(h.Site.Zone()).Day() {
		t.Errorf("at %v, want the beginning of the local day", local)
	}
}

func TestRatingsThatCannotBe(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	run := h.run(own)
	tests := []struct {
		name, id, faces string
	}{
		{"no face", db.NewRandomID(), ""},
		{"four faces", db.NewRandomID(), "4"},
		{"an ID that tells the time", db.NewID(), "3"},
		{"no ID", "", "3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			own.Post("/rate/"+police, "id", tt.id, "run", run, "faces", tt.faces).Is(http.StatusUnprocessableEntity)
		})
	}
	if len(h.facts(ledger.Rated)) != 0 {
		t.Error("something was kept")
	}
	own.Post("/rate/"+police, "id", db.NewRandomID(), "run", run, "faces", "1", "reason", "too-fast").Leads("/lessons/" + police + "/done?run=" + run)
	forget := func() {
		if err := h.store.ForgetAsked(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	forget()
	own.Get("/rate/" + police + "?run=" + run).Leads("/lessons/" + police + "/done?run=" + run)
	h.Clock.Pass(48 * time.Hour)
	forget()
	own.Get("/rate/" + police + "?run=" + run).Shows("这一课怎么样？")
	own.Get("/rate/fraud/no-such").Is(http.StatusNotFound)
}
