package live

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/livekit/protocol/livekit"

	"silverclass/app/ledger"
	"silverclass/live/sfu"
	"silverclass/live/sfu/sfutest"
)

// broadcast is a hall with a real media server behind its proxy.
type broadcast struct {
	*hall
	sfu  *sfu.Supervisor
	site *httptest.Server
}

func newBroadcast(t testing.TB) *broadcast {
	t.Helper()
	w := newHallAt(t, time.Now())
	w.real = true
	public, internal := echo.New(), echo.New()
	back := httptest.NewServer(internal)
	t.Cleanup(back.Close)
	cfg := sfutest.Config(t)
	cfg.WebhookURL = back.URL + "/livekit/webhook"
	s := sfutest.Start(t, cfg)
	w.service.cfg.Server = Server{URL: s.URL(), Key: s.Key(), Secret: s.Secret(), Status: s.Status}
	w.mount(t, public, internal)
	p, err := Proxy(s.URL())
	need(t, err)
	public.Any("/rtc", echo.WrapHandler(p))
	public.Any("/rtc/*", echo.WrapHandler(p))
	srv := httptest.NewServer(public)
	t.Cleanup(srv.Close)
	return &broadcast{hall: w, sfu: s, site: srv}
}

func TestAClassOverOneOrigin(t *testing.T) {
	b := newBroadcast(t)
	ctx := t.Context()
	trainer := newBrowser(t, b.site.URL, "trainer")
	if status, _ := trainer.form("/staff/sessions/"+b.session.ID+"/class", nil); status != http.StatusSeeOther {
		t.Fatalf("opening: status %d", status)
	}
	var teach, watch joinAnswer
	if status := trainer.json("/api/v1/classes/"+b.session.ID+"/token", `{"role":"trainer"}`, &teach); status != http.StatusOK {
		t.Fatalf("trainer's token: status %d", status)
	}
	sfutest.Publish(t, b.site.URL, teach.Token)
	home := newBrowser(t, b.site.URL, "")
	if status := home.json("/api/v1/classes/"+b.session.ID+"/token", `{}`, &watch); status != http.StatusOK || watch.URL != "" {
		t.Fatalf("home's token: status %d, url %q", status, watch.URL)
	}
	w, err := sfutest.Watch(t, b.site.URL, watch.Token)
	need(t, err)
	sfutest.Eventually(t, 20*time.Second, "sound and picture through our own address", func() bool {
		return w.Video.Load() > 5 && w.Audio.Load() > 5
	})
	beat := fmt.Sprintf(`{"sid":%q,"visible":true,"hears":true}`, w.LocalParticipant.SID())
	if status := home.json("/api/v1/classes/"+b.session.ID+"/heartbeat", beat, nil); status != http.StatusNoContent {
		t.Errorf("heartbeat: status %d", status)
	}
	if _, text := trainer.get("/api/v1/classes/" + b.session.ID + "/here"); !strings.Contains(text, "1 人在教室") || !strings.Contains(text, "访客 1") {
		t.Errorf("the trainer sees %s", text)
	}
	res, err := b.service.cfg.Server.rooms().ListParticipants(ctx, &livekit.ListParticipantsRequest{Room: "class-" + b.session.ID})
	need(t, err)
	for _, p := range res.GetParticipants() {
		if p.GetIdentity() == watch.Identity && (p.GetPermission().GetCanPublish() || p.GetPermission().GetCanPublishData() || !p.GetPermission().GetCanSubscribe()) {
			t.Errorf("home may do %v, want watch only", p.GetPermission())
		}
	}
	need(t, b.service.poll(ctx))
	joined := time.Now()
	sfutest.Eventually(t, 20*time.Second, "long enough to count", func() bool { return time.Since(joined) > least+time.Second })
	if status, _ := trainer.form("/staff/classes/"+b.session.ID+"/end", nil); status != http.StatusSeeOther {
		t.Errorf("ending: status %d", status)
	}
	sfutest.Eventually(t, 10*time.Second, "everybody is sent out", func() bool { return w.Lost.Load() > 0 })
	sfutest.Eventually(t, 30*time.Second, "one fact", func() bool {
		b.settleAll(t)
		return len(b.counting(t, ledger.Attended)) == 1
	})
	f := b.counting(t, ledger.Attended)[0]
	d, err := ledger.DetailOf[ledger.AttendedDetail](f)
	need(t, err)
	if f.PersonID != nil || d.Minutes != 1 || d.ConfirmedMinutes != 1 || d.Evidence != string(Confirmed) {
		t.Errorf("fact %+v with %+v, want one minute of nobody, confirmed by webhooks", f, d)
	}
}

func TestAClassOutlivesItsMediaServer(t *testing.T) {
	b := newBroadcast(t)
	b.open(t)
	b.sfu.OnReady(func() { _ = b.service.Restore(context.Background()) })
	need(t, b.service.Restore(t.Context()))
	home := newBrowser(t, b.site.URL, "")
	token, state := "/api/v1/classes/"+b.session.ID+"/token", "/api/v1/classes/"+b.session.ID
	var a joinAnswer
	if status := home.json(token, `{}`, &a); status != http.StatusOK {
		t.Fatalf("token: status %d", status)
	}
	p, err := os.FindProcess(b.sfu.Status().PID)
	need(t, err)
	need(t, p.Kill())
	down, err := b.sfu.Await(t.Context(), func(s sfu.Status) bool { return !s.Running() })
	need(t, err)
	if status, text := home.get(state); status != http.StatusOK || !strings.Contains(text, "第 1 步") {
		t.Errorf("while the media server is %s: status %d, %s", down.State, status, text)
	}
	sfutest.Eventually(t, 30*time.Second, "a token again", func() bool {
		return home.json(token, `{}`, &a) == http.StatusOK
	})
	if _, err := sfutest.Watch(t, b.site.URL, a.Token); err != nil {
		t.Errorf("joining after the media server came back: %v", err)
	}
}
