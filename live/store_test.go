package live

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/livekit/protocol/livekit"
	"github.com/livekit/protocol/utils/protojson"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

func TestAClassFromPlanToEnd(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	c, err := w.store.Class(ctx, w.session.ID)
	need(t, err)
	if c.State != Planned || !c.PlannedFrom.Equal(w.session.StartsAt) {
		t.Errorf("before it is opened: %+v, want planned for the session's start", c)
	}
	if _, err := w.store.Admit(ctx, Admission{ClassID: c.ID, Role: Home, Who: "visit-1"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("joining before it is open: got %v, want Conflict", err)
	}
	c = w.open(t)
	again := w.open(t)
	if diff := cmp.Diff(c, again); diff != "" || c.State != Open || c.Step != 1 {
		t.Errorf("opened twice: %+v\n%s", c, diff)
	}
	need(t, w.store.MoveTo(ctx, c.ID, "fraud/police-call", 2))
	need(t, w.store.MoveTo(ctx, c.ID, "fraud/police-call", 2))
	if c, _ = w.store.Class(ctx, c.ID); c.Step != 2 || c.Version != 2 {
		t.Errorf("after moving twice to step 2: step %d, version %d, want 2 and 2", c.Step, c.Version)
	}
	w.pass(time.Minute)
	by := "staff"
	need(t, w.store.Close(ctx, c.ID, &by))
	need(t, w.store.Close(ctx, c.ID, nil))
	if c, _ = w.store.Class(ctx, c.ID); c.State != Closed || !c.ClosedAt.Equal(w.clock()) || c.ClosedBy == nil {
		t.Errorf("after closing twice: %+v", c)
	}
	if err := w.store.MoveTo(ctx, c.ID, "fraud/police-call", 3); !fault.Is(err, fault.Gone) {
		t.Errorf("moving a class that is over: got %v, want Gone", err)
	}
	if _, err := w.store.Admit(ctx, Admission{ClassID: c.ID, Role: Home, Who: "visit-1"}); !fault.Is(err, fault.Gone) {
		t.Errorf("joining a class that is over: got %v, want Gone", err)
	}
	if c = w.open(t); c.State != Open || c.ClosedAt != nil || c.Step != 2 {
		t.Errorf("opened again: %+v, want open at the step where it was", c)
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	need(t, tour.NewStore(w.db.DB, w.clock).CancelSession(ctx, w.session.ID))
	if _, err := w.store.Open(ctx, Opening{SessionID: w.session.ID, StaffID: "s"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a session that was called off: got %v, want Conflict", err)
	}
	past := w.plan(t, tour.Both, w.clock().Add(time.Hour))
	w.pass(9 * time.Hour)
	if _, err := w.store.Open(ctx, Opening{SessionID: past.ID, StaffID: "s"}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a session that is over: got %v, want Conflict", err)
	}
	if _, err := w.store.Open(ctx, Opening{SessionID: db.NewID(), StaffID: "s"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("no session: got %v, want NotFound", err)
	}
	site := w.plan(t, tour.OnSite, w.clock().Add(time.Hour))
	if _, err := w.store.Class(ctx, site.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the class of a session that is not live: got %v, want NotFound", err)
	}
}

func TestTheClassThatAVenueHearsOf(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	w.pass(-time.Hour)
	if _, err := w.store.OpenAt(ctx, w.venue.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("more than an hour before: got %v, want NotFound", err)
	}
	w.pass(time.Hour)
	if c, err := w.store.OpenAt(ctx, w.venue.ID); err != nil || c.State != Planned || c.ID != w.session.ID {
		t.Errorf("five minutes before: got %+v, %v, want the planned class", c, err)
	}
	w.open(t)
	if c, err := w.store.OpenAt(ctx, w.venue.ID); err != nil || c.State != Open {
		t.Errorf("while it is open: got %+v, %v", c, err)
	}
	need(t, w.store.Close(ctx, w.session.ID, nil))
	if c, err := w.store.OpenAt(ctx, w.venue.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("when it is over: got %+v, %v, want NotFound", c, err)
	}
}

func TestADeviceKeepsItsIdentity(t *testing.T) {
	w := newHall(t)
	w.open(t)
	a, again, b := w.admit(t, "visit-1", nil), w.admit(t, "visit-1", nil), w.admit(t, "visit-2", nil)
	if a.Identity != again.Identity || a.Identity == b.Identity {
		t.Errorf("identities %s, %s and %s: want the first two equal", a.Identity, again.Identity, b.Identity)
	}
}

func TestAFullClassTakesWhoIsInAlready(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	w.open(t)
	one := Admission{ClassID: w.session.ID, Role: Home, Who: "visit-1", Capacity: 1}
	_, err := w.store.Admit(ctx, one)
	need(t, err)
	need(t, w.store.Hear(ctx, Beat{ClassID: w.session.ID, Role: Home, Who: "visit-1"}))
	two := one
	two.Who = "visit-2"
	if _, err := w.store.Admit(ctx, two); !fault.Is(err, fault.Conflict) {
		t.Errorf("the second of one: got %v, want Conflict", err)
	}
	_, err = w.store.Admit(ctx, one)
	need(t, err)
	need(t, w.store.Hear(ctx, Beat{ClassID: w.session.ID, Role: Home, Who: "visit-1", Leaving: true}))
	_, err = w.store.Admit(ctx, two)
	need(t, err)
}

func TestWhoIsHere(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	w.open(t)
	w.admit(t, "visit-1", nil)
	w.admit(t, "visit-2", nil)
	hear := func(who string, leaving bool) {
		need(t, w.store.Hear(ctx, Beat{ClassID: w.session.ID, Role: Home, Who: who, Visible: true, Hears: true, Leaving: leaving}))
	}
	count := func(want int, when string) {
		t.Helper()
		here, err := w.store.Here(ctx, w.session.ID)
		need(t, err)
		if len(here) != want {
			t.Errorf("%s: %d here, want %d", when, len(here), want)
		}
	}
	count(0, "before anybody has said so")
	hear("visit-1", false)
	hear("visit-2", false)
	count(2, "both say so")
	hear("visit-1", true)
	count(1, "one left")
	w.pass(silent + time.Second)
	count(0, "the other has been silent")
	if err := w.store.Hear(ctx, Beat{ClassID: w.session.ID, Role: Home, Who: "never-came"}); !fault.Is(err, fault.NotFound) {
		t.Errorf("a heartbeat of nobody: got %v, want NotFound", err)
	}
}

// hook is a webhook as the media server sends it.
func (w *hall) hook(t testing.TB, id, event string, v Visit, sid string, joined, at time.Time, reason livekit.DisconnectReason) {
	t.Helper()
	body, err := protojson.Marshal(&livekit.WebhookEvent{
		Id: id, Event: event, CreatedAt: at.Unix(), Room: &livekit.Room{Name: "class-" + w.session.ID, Sid: "RM_1"},
		Participant: &livekit.ParticipantInfo{Sid: sid, Identity: v.Identity, JoinedAtMs: joined.UnixMilli(), DisconnectReason: reason},
	})
	need(t, err)
	need(t, w.store.KeepWebhook(t.Context(), id, string(body)))
}

func TestMinutesBecomeFacts(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	c := w.open(t)
	issued, err := people.NewStore(w.db.DB, w.clock).Issue(ctx, people.Issue{ID: db.NewID(), Name: "王阿姨", AgeBand: people.Age65})
	need(t, err)
	visitor, known := w.admit(t, "visit-1", nil), w.admit(t, "visit-2", &issued.Person.ID)
	start := w.clock()
	for i, v := range []Visit{visitor, known} {
		sid := fmt.Sprintf("PA_%d", i)
		w.hook(t, "joined"+sid, "participant_joined", v, sid, start, start, 0)
		w.hook(t, "left"+sid, "participant_left", v, sid, start, start.Add(20*time.Minute), livekit.DisconnectReason_CLIENT_INITIATED)
		w.hook(t, "left"+sid, "participant_left", v, sid, start, start.Add(20*time.Minute), livekit.DisconnectReason_CLIENT_INITIATED)
	}
	w.pass(30 * time.Minute)
	need(t, w.store.Close(ctx, c.ID, nil))
	w.settleAll(t)
	if facts := w.counting(t, ledger.Attended); len(facts) != 0 {
		t.Errorf("counted in the moment of the end: %v", facts)
	}
	w.pass(settleAfter)
	w.settleAll(t)
	w.settleAll(t)
	facts := w.counting(t, ledger.Attended)
	if len(facts) != 2 {
		t.Fatalf("got %d attended facts, want 2", len(facts))
	}
	persons := 0
	for _, f := range facts {
		d, err := ledger.DetailOf[ledger.AttendedDetail](f)
		need(t, err)
		want := ledger.AttendedDetail{Minutes: 20, ConfirmedMinutes: 20, Evidence: "confirmed"}
		if diff := cmp.Diff(want, d); diff != "" || f.Object != "class:"+c.ID || *f.SessionID != c.ID || *f.VenueID != w.venue.ID {
			t.Errorf("fact %+v: want -, got +:\n%s", f, diff)
		}
		if f.PersonID != nil {
			persons++
		}
	}
	if persons != 1 {
		t.Errorf("%d facts name a person, want 1: a visitor's names nobody", persons)
	}
	came := w.counting(t, ledger.CheckedIn)
	if len(came) != 1 || *came[0].PersonID != issued.Person.ID {
		t.Errorf("checked in: %v, want the known person and nobody else", came)
	}
	sum, err := w.store.Summary(ctx, Class{ID: c.ID})
	need(t, err)
	if diff := cmp.Diff(Summary{Devices: 2, Minutes: 40, Confirmed: 40}, sum); diff != "" {
		t.Error("summary: want -, got +:\n" + diff)
	}
}

func TestLateEvidenceMendsTheFact(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	c := w.open(t)
	v := w.admit(t, "visit-1", nil)
	start := w.clock()
	p := Person{SID: "PA_1", Identity: v.Identity, JoinedAtMS: start.UnixMilli()}
	for range 15 {
		need(t, w.store.AddPoll(ctx, Poll{ClassID: c.ID, RoomSID: "RM_1", At: w.clock(), People: []Person{p}}))
		w.pass(pollEvery)
	}
	for range 3 {
		need(t, w.store.AddPoll(ctx, Poll{ClassID: c.ID, RoomSID: "RM_1", At: w.clock()}))
		w.pass(pollEvery)
	}
	need(t, w.store.Close(ctx, c.ID, nil))
	w.pass(settleAfter)
	w.settleAll(t)
	minutes := func() ledger.AttendedDetail {
		t.Helper()
		facts := w.counting(t, ledger.Attended)
		if len(facts) != 1 {
			t.Fatalf("got %d facts that count, want 1", len(facts))
		}
		d, err := ledger.DetailOf[ledger.AttendedDetail](facts[0])
		need(t, err)
		return d
	}
	if d := minutes(); d.Minutes != 5 || d.ConfirmedMinutes != 4 || d.Evidence != "reconciled" {
		t.Errorf("by polls: %+v, want 5 minutes of which 4 confirmed", d)
	}
	w.hook(t, "late", "participant_left", v, "PA_1", start, start.Add(295*time.Second), livekit.DisconnectReason_CLIENT_INITIATED)
	w.settleAll(t)
	if d := minutes(); d.Minutes != 5 || d.ConfirmedMinutes != 5 || d.Evidence != "confirmed" {
		t.Errorf("with the late webhook: %+v, want 5 minutes confirmed", d)
	}
	all, err := ledger.List(ctx, w.db.DB, ledger.Filter{Verbs: []ledger.Verb{ledger.Attended, ledger.Retracted}, SessionID: c.ID})
	need(t, err)
	if len(all) != 3 {
		t.Errorf("%d facts in all, want 3: one, its retraction, and the right one", len(all))
	}
}

func TestOpenedAgainByMistakeCountsOnce(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	c := w.open(t)
	v := w.admit(t, "visit-1", nil)
	start := w.clock()
	w.pass(5 * time.Minute)
	need(t, w.store.Close(ctx, c.ID, nil))
	w.hook(t, "l1", "participant_left", v, "PA_1", start, w.clock(), livekit.DisconnectReason_ROOM_DELETED)
	w.pass(settleAfter)
	w.settleAll(t)
	w.pass(5 * time.Minute)
	w.open(t)
	again := w.clock()
	w.pass(10 * time.Minute)
	w.hook(t, "l2", "participant_left", v, "PA_2", again, w.clock(), livekit.DisconnectReason_ROOM_DELETED)
	need(t, w.store.Close(ctx, c.ID, nil))
	w.pass(settleAfter)
	w.settleAll(t)
	facts := w.counting(t, ledger.Attended)
	if len(facts) != 1 {
		t.Fatalf("got %d facts, want 1", len(facts))
	}
	if d, _ := ledger.DetailOf[ledger.AttendedDetail](facts[0]); d.Minutes != 15 {
		t.Errorf("got %d minutes, want 5 and 10", d.Minutes)
	}
}

func TestATrainersMinutesAreNotCounted(t *testing.T) {
	w := newHall(t)
	ctx := t.Context()
	c := w.open(t)
	v, err := w.store.Admit(ctx, Admission{ClassID: c.ID, Role: Trainer, Who: "staff-1"})
	need(t, err)
	start := w.clock()
	w.pass(10 * time.Minute)
	w.hook(t, "l1", "participant_left", v, "PA_1", start, w.clock(), livekit.DisconnectReason_CLIENT_INITIATED)
	need(t, w.store.Close(ctx, c.ID, nil))
	w.pass(settleAfter)
	w.settleAll(t)
	if facts := w.counting(t, ledger.Attended); len(facts) != 0 {
		t.Errorf("the trainer attended: %v", facts)
	}
}

func TestForeignRoomsAreLeftAlone(t *testing.T) {
	w := newHall(t)
	body := `{"event":"participant_joined","id":"EV_x","createdAt":"1795000000","room":{"name":"class-elsewhere","sid":"RM_9"},"participant":{"sid":"PA_9","identity":"x"}}`
	need(t, w.store.KeepWebhook(t.Context(), "EV_x", body))
	need(t, w.store.KeepWebhook(t.Context(), "EV_y", `{"event":"something_new","id":"EV_y"}`))
	for range 2 {
		w.settleAll(t)
	}
	if n, err := w.store.Fold(t.Context()); n != 0 || err != nil {
		t.Errorf("%d webhooks still wait, %v", n, err)
	}
}
