package quizzes_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/room/roomtest"

	"github.com/google/go-cmp/cmp"
)

// leave gives the seat up and gives the address that asks how the session was.
func leave(t *testing.T, b *roomtest.Browser) string {
	t.Helper()
	to := b.Post("/leave").Is(http.StatusSeeOther).To
	if !strings.HasPrefix(to, "/rate/session/") {
		t.Fatalf("leaving leads to %q", to)
	}
	return to
}

// TestASessionsRatingLeadsToNobody: who leaves a tablet is asked three small things, and
// what is kept tells neither who nor where.
func TestASessionsRatingLeadsToNobody(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(13*time.Minute + 7*time.Second)
	tablet, person := h.seatAt(session.ID, "王阿姨")
	h.run(tablet)
	to := leave(t, tablet)
	page := tablet.Get(to).Shows("今天的课怎么样？", "很好", "不评了", `href="/tablet"`).Body
	if strings.Contains(page, "王阿姨") || strings.Contains(page, person) {
		t.Error("the page names who has just left")
	}
	_, seat, _ := strings.Cut(to, "?seat=")
	at := "/rate/session/" + session.ID
	reason := tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "1").Is(http.StatusSeeOther).To
	tablet.Get(reason).Shows("哪里不太好？", "讲得太快", "不说了")
	sold := tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "1", "reason", "too-fast").Is(http.StatusSeeOther).To
	id := db.NewRandomID()
	tablet.Get(sold).Shows("有没有人向您推销？", `name="reason" value="too-fast"`)
	if n := len(h.facts(ledger.Rated)); n != 0 {
		t.Fatalf("%d facts before the last answer", n)
	}
	for range 2 { // a double tap
		tablet.Post(at, "id", id, "seat", seat, "faces", "1", "reason", "too-fast", "sold", "yes").Leads("/tablet")
	}
	tablet.Get("/tablet").Shows("先问问家里人")
	tablet.Get(to).Leads("/tablet") // asked before
	tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "3", "sold", "").Leads("/tablet")

	facts := h.facts(ledger.Rated)
	if len(facts) != 1 {
		t.Fatalf("%d facts, want 1", len(facts))
	}
	f, yes := facts[0], true
	if f.PersonID != nil || f.DeviceID != nil || f.Run != nil || f.ByID != nil || f.ID != id {
		t.Errorf("the fact leads to somebody: %+v", f)
	}
	if !f.At.Equal(session.StartsAt) || !f.RecordedAt.Equal(session.StartsAt) || f.Object != "session:"+session.ID || *f.SessionID != session.ID || *f.VenueID != session.VenueID {
		t.Errorf("got %+v, want it at the session's start", f)
	}
	d, err := ledger.DetailOf[ledger.RatedDetail](f)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(ledger.RatedDetail{Faces: 1, Reasons: []string{"too-fast"}, Sold: &yes}, d); diff != "" {
		t.Error(diff)
	}
	var row map[string]any
	if err := h.DB.Table("quiz_ratings_asked").Take(&row).Error; err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{person, seat, id, session.ID} {
		if strings.Contains(row["asked"].(string), secret) {
			t.Errorf("what is kept of the asking holds %s", secret)
		}
	}
}

// TestNobodyIsInTheWay: who has done nothing, whom the clock sent away, and who has no
// session is not asked.
func TestNobodyIsInTheWay(t *testing.T) {
	h := newHall(t)
	h.Enrol().Post("/leave").Leads("/tablet")
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	nothing, _ := h.seatAt(session.ID, "李伯")
	nothing.Post("/leave").Leads("/tablet") // 不是我
	away, _ := h.seatAt(session.ID, "赵叔")
	h.run(away)
	away.Post("/leave", "why", "idle").Leads("/tablet")
	own := h.Own()
	h.run(own)
	own.Post("/leave").Leads("/")
}

// TestOnlyWhoWasThereRates: another tablet's seat, a made-up one, another session's and a
// stranger's answers are refused and nothing is kept.
func TestOnlyWhoWasThereRates(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	tablet, _ := h.seatAt(session.ID, "王阿姨")
	h.run(tablet)
	_, seat, _ := strings.Cut(leave(t, tablet), "?seat=")
	at := "/rate/session/" + session.ID
	for name, b := range map[string]*roomtest.Browser{"another tablet": h.Enrol(), "a stranger": h.Own()} {
		t.Run(name, func(t *testing.T) {
			b.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "1", "reason", "", "sold", "no").Is(http.StatusNotFound)
			b.Get(at + "?seat=" + seat).Is(http.StatusSeeOther)
		})
	}
	tablet.Post(at, "id", db.NewRandomID(), "seat", db.NewID(), "faces", "3", "sold", "no").Is(http.StatusNotFound)
	tablet.Post("/rate/session/"+db.NewID(), "id", db.NewRandomID(), "seat", seat, "faces", "3", "sold", "no").Is(http.StatusNotFound)
	tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "4", "sold", "no").Is(http.StatusUnprocessableEntity)
	tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "1", "reason", "revenge", "sold", "no").Is(http.StatusUnprocessableEntity)
	h.Clock.Pass(13 * time.Hour)
	tablet.Post(at, "id", db.NewRandomID(), "seat", seat, "faces", "3", "sold", "no").Is(http.StatusNotFound)
	if n := len(h.facts(ledger.Rated)); n != 0 {
		t.Errorf("%d facts were kept", n)
	}
}

// TestFewAnswersAboutASessionStayClosed, also while it runs: then the next answer could be
// told by what it changes.
func TestFewAnswersAboutASessionStayClosed(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	page := "/staff/sessions/" + session.ID + "/ratings"
	rate := func(faces, reason, sold string) {
		tablet, _ := h.seatAt(session.ID, "王阿姨")
		h.run(tablet)
		_, seat, _ := strings.Cut(leave(t, tablet), "?seat=")
		tablet.Post("/rate/session/"+session.ID, "id", db.NewRandomID(), "seat", seat, "faces", faces, "reason", reason, "sold", sold).Leads("/tablet")
	}
	for range 4 {
		rate("1", "unclear", "yes")
	}
	h.As("trainer").Get(page).Shows("<strong>4</strong>", "课还没结束").Hides("看不清", "说有人推销")
	h.Clock.Pass(24 * time.Hour)
	h.As("trainer").Get(page).Shows("不足 5 份").Hides("看不清", "说有人推销")
	h.As("other-trainer").Get(page).Is(http.StatusForbidden)
	h.As("helper").Get(page).Is(http.StatusForbidden)

	h.Clock.Pass(-24 * time.Hour)
	rate("3", "", "")
	h.Clock.Pass(24 * time.Hour)
	h.As("trainer").Get(page).Shows("看不清、听不清</td><td class=\"num\">4", "很好</td><td class=\"num\">1", "不足 5 人，不显示").Hides("说有人推销")
}

// TestHomeAsksAfterTheSession: she sits still when the session is over.
func TestHomeAsksAfterTheSession(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(time.Minute)
	tablet, id := h.seatAt(session.ID, "王阿姨")
	h.run(tablet)
	who := h.reader(id)
	if _, ok, err := h.store.ToRate(t.Context(), who); ok || err != nil {
		t.Errorf("asked while it runs: %v", err)
	}
	if err := h.Tour.CloseSession(t.Context(), session.ID); err != nil {
		t.Fatal(err)
	}
	got, ok, err := h.store.ToRate(t.Context(), who)
	if !ok || err != nil || got.ID != session.ID {
		t.Fatalf("got %v, %v, %v", got.ID, ok, err)
	}
	at := "/rate/session/" + session.ID
	tablet.Get(at).Shows("今天的课怎么样？")
	tablet.Post(at, "id", db.NewRandomID(), "faces", "3", "sold", "").Leads("/")
	if _, ok, _ := h.store.ToRate(t.Context(), who); ok {
		t.Error("asked again")
	}
	if n := len(h.facts(ledger.Rated)); n != 1 {
		t.Errorf("%d facts, want 1", n)
	}
}
