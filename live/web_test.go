package live

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"
	"github.com/livekit/protocol/auth"

	"silverclass/live/sfu"
)

// browser is somebody with cookies.
type browser struct {
	t    testing.TB
	http *http.Client
	base string
	who  string
}

func newBrowser(t testing.TB, base, who string) *browser {
	jar, err := cookiejar.New(nil)
	need(t, err)
	return &browser{t: t, base: base, who: who, http: &http.Client{Jar: jar, Timeout: 20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

func (b *browser) do(method, path, kind, body string) (int, string, http.Header) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	need(b.t, err)
	req.Header.Set("Who", b.who)
	req.Header.Set("Accept-Language", "zh-CN")
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := b.http.Do(req)
	need(b.t, err)
	text, err := io.ReadAll(res.Body)
	need(b.t, err)
	need(b.t, res.Body.Close())
	return res.StatusCode, string(text), res.Header
}

func (b *browser) get(path string) (int, string) {
	b.t.Helper()
	status, text, _ := b.do(http.MethodGet, path, "", "")
	return status, text
}

func (b *browser) form(path string, v url.Values) (int, http.Header) {
	b.t.Helper()
	status, _, h := b.do(http.MethodPost, path, echo.MIMEApplicationForm, v.Encode())
	return status, h
}

func (b *browser) json(path, body string, out any) int {
	b.t.Helper()
	status, text, _ := b.do(http.MethodPost, path, echo.MIMEApplicationJSON, body)
	if out != nil && text != "" {
		need(b.t, json.Unmarshal([]byte(text), out))
	}
	return status
}

type problem struct {
	Error struct{ Key string }
}

func TestThePagesOfAClass(t *testing.T) {
	w := newHall(t)
	srv := w.serve(t)
	home, trainer, tablet := newBrowser(t, srv.URL, ""), newBrowser(t, srv.URL, "trainer"), newBrowser(t, srv.URL, "tablet")
	page, staff := "/live/"+w.session.ID, "/staff/classes/"+w.session.ID
	see := func(b *browser, path string, want ...string) {
		t.Helper()
		status, text := b.get(path)
		if status != http.StatusOK {
			t.Fatalf("%s: status %d", path, status)
		}
		for _, word := range want {
			if !strings.Contains(text, word) {
				t.Errorf("%s lacks %q", path, word)
			}
		}
		if strings.Contains(text, "[live.") {
			t.Errorf("%s shows a key without words", path)
		}
	}
	see(home, page, `data-phase="planned"`, "今天 10:00 开始")
	see(trainer, staff, "开始直播课")
	status, h := trainer.form("/staff/sessions/"+w.session.ID+"/class", nil)
	if status != http.StatusSeeOther || h.Get("Location") != staff {
		t.Fatalf("opening: %d to %s, want 303 to %s", status, h.Get("Location"), staff)
	}
	see(home, page, `data-phase="open"`, "真的公安局，不会这样做", "第 1 步，共 8 步")
	see(tablet, page, `data-phase="open"`, "第 1 步，共 8 步", "live-hall.js")
	if _, text := tablet.get(page); strings.Contains(text, "livekit-client") || strings.Contains(text, "<video") {
		t.Error("a hall tablet gets the media script or a video element")
	}
	see(trainer, staff, "真的公安局，不会这样做", "下一步", "/live/"+w.session.ID)
	status, _ = trainer.form(staff+"/step", url.Values{"lesson": {"fraud/police-call"}, "step": {"2"}})
	if status != http.StatusSeeOther {
		t.Errorf("moving: status %d", status)
	}
	for _, step := range []string{"9", "x", ""} {
		if status, _ := trainer.form(staff+"/step", url.Values{"lesson": {"fraud/police-call"}, "step": {step}}); status != http.StatusUnprocessableEntity {
			t.Errorf("moving to step %q: status %d", step, status)
		}
	}
	see(tablet, page, "第 2 步，共 8 步")
	if status, _ = trainer.form(staff+"/end", nil); status != http.StatusSeeOther {
		t.Errorf("ending: status %d", status)
	}
	see(home, page, `data-phase="over"`, "下课了")
	see(trainer, staff, "这堂课已经结束", "再开课")
	if status, _ := home.get("/live/no-such-class"); status != http.StatusNotFound {
		t.Errorf("no such class: status %d", status)
	}
}

func TestOnlyTheVenuesTrainersTeach(t *testing.T) {
	w := newHall(t)
	srv := w.serve(t)
	for who, want := range map[string]int{"stranger": http.StatusForbidden, "": http.StatusSeeOther} {
		b := newBrowser(t, srv.URL, who)
		for _, path := range []string{"/staff/sessions/" + w.session.ID + "/class", "/staff/classes/" + w.session.ID + "/end", "/staff/classes/" + w.session.ID + "/step"} {
			if status, h := b.form(path, nil); status != want || (who == "" && !strings.HasPrefix(h.Get("Location"), "/staff/sign-in")) {
				t.Errorf("%q posts %s: status %d, want %d", who, path, status, want)
			}
		}
	}
	w.open(t)
	var p problem
	if status := newBrowser(t, srv.URL, "stranger").json("/api/v1/classes/"+w.session.ID+"/token", `{"role":"trainer"}`, &p); status != http.StatusForbidden {
		t.Errorf("a trainer of another venue gets a token: status %d", status)
	}
	if status := newBrowser(t, srv.URL, "").json("/api/v1/classes/"+w.session.ID+"/token", `{"role":"trainer"}`, &p); status != http.StatusUnauthorized {
		t.Errorf("anybody gets a trainer's token: status %d", status)
	}
}

func TestWhyThereIsNoToken(t *testing.T) {
	w := newHall(t)
	srv := w.serve(t)
	token := "/api/v1/classes/" + w.session.ID + "/token"
	refused := func(who string, status int, key string) {
		t.Helper()
		var p problem
		if got := newBrowser(t, srv.URL, who).json(token, `{}`, &p); got != status || p.Error.Key != key {
			t.Errorf("%q: got %d %s, want %d %s", who, got, p.Error.Key, status, key)
		}
	}
	refused("", http.StatusConflict, "live.not_open")
	w.open(t)
	refused("tablet", http.StatusForbidden, "live.tablet_no_video")
	refused("", http.StatusServiceUnavailable, "live.no_media")
	need(t, w.store.Close(t.Context(), w.session.ID, nil))
	refused("", http.StatusGone, "live.over")
}

func TestTheStateOfAClass(t *testing.T) {
	w := newHall(t)
	srv := w.serve(t)
	w.open(t)
	_, text := newBrowser(t, srv.URL, "").get("/api/v1/classes/" + w.session.ID)
	var got classState
	need(t, json.Unmarshal([]byte(text), &got))
	want := classState{Phase: "open", Version: 1, Lesson: "fraud/police-call", Number: 1, StartsAt: w.session.StartsAt,
		Step: stepView{Where: "接到“公安局”电话 · 第 1 步，共 8 步", Title: "真的公安局，不会这样做", Text: "公安局不会在电话里办案，\n也没有“安全账户”。\n一听到这两样，就挂断。"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error("want -, got +:\n" + diff)
	}
}

func TestHeartbeatsThatCannotBe(t *testing.T) {
	w := newHall(t)
	srv := w.serve(t)
	w.open(t)
	b := newBrowser(t, srv.URL, "")
	path := "/api/v1/classes/" + w.session.ID + "/heartbeat"
	var p problem
	if status := b.json(path, `{"sid":"PA_1"}`, &p); status != http.StatusNotFound {
		t.Errorf("without having joined: status %d, want 404", status)
	}
	b.http.Jar.SetCookies(must(url.Parse(srv.URL)), []*http.Cookie{{Name: "visit", Value: "visit-1"}})
	w.admit(t, "visit-1", nil)
	for body, want := range map[string]int{
		`{"sid":"PA_1","visible":true,"hears":true,"frame_ms":40}`: http.StatusNoContent,
		`{"frame_ms":-7}`: http.StatusNoContent,
		`{"sid":"<b>"}`:   http.StatusUnprocessableEntity,
		`{"sid":"PA_` + strings.Repeat("x", 99) + `"}`: http.StatusUnprocessableEntity,
		`{`: http.StatusUnprocessableEntity,
	} {
		if status := b.json(path, body, nil); status != want {
			t.Errorf("%s: status %d, want %d", body, status, want)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// signed is a webhook request with a signature over body.
func signed(t testing.TB, s Server, body, over string) *http.Request {
	t.Helper()
	sum := sha256.Sum256([]byte(over))
	token, err := auth.NewAccessToken(s.Key, s.Secret).SetValidFor(5 * time.Minute).SetSha256(base64.StdEncoding.EncodeToString(sum[:])).ToJWT()
	need(t, err)
	r := httptest.NewRequest(http.MethodPost, "/livekit/webhook", bytes.NewBufferString(body))
	r.Header.Set("Authorization", token)
	r.Header.Set("Content-Type", "application/webhook+json")
	return r
}

func TestWebhooksAreCheckedAndKeptOnce(t *testing.T) {
	w := newHall(t)
	public, internal := echo.New(), echo.New()
	w.mount(t, public, internal)
	ours := w.service.cfg.Server
	forger := ours
	forger.Secret = "another-secret-of-more-than-thirty-two-characters"
	body := `{"event":"room_started","id":"EV_1","createdAt":"1795000000"}`
	plain := signed(t, ours, body, body)
	plain.Header.Del("Authorization")
	tests := []struct {
		name string
		r    *http.Request
		want int
	}{
		{"ours", signed(t, ours, body, body), http.StatusOK},
		{"ours again", signed(t, ours, body, body), http.StatusOK},
		{"another body under our signature", signed(t, ours, body, body+" "), http.StatusUnauthorized},
		{"another secret", signed(t, forger, body, body), http.StatusUnauthorized},
		{"no signature", plain, http.StatusUnauthorized},
		{"a kind that we do not know", signed(t, ours, `{"event":"new"}`, `{"event":"new"}`), http.StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			internal.ServeHTTP(rec, tt.r)
			if rec.Code != tt.want {
				t.Errorf("status %d, want %d", rec.Code, tt.want)
			}
		})
	}
	if n, err := w.store.Fold(t.Context()); n != 2 || err != nil {
		t.Errorf("%d webhooks kept, %v, want 2", n, err)
	}
	rec := httptest.NewRecorder()
	public.ServeHTTP(rec, signed(t, ours, body, body))
	if rec.Code != http.StatusNotFound {
		t.Errorf("the webhook is on the public listener: status %d", rec.Code)
	}
}

func TestWhatATokenAllows(t *testing.T) {
	s := Server{Key: "APItest", Secret: "a-secret-of-more-than-thirty-two-characters"}
	no := false
	yes := true
	room := "class-1"
	tests := []struct {
		role Role
		want auth.VideoGrant
	}{
		{Home, auth.VideoGrant{RoomJoin: true, Room: room, CanPublish: &no, CanSubscribe: &yes, CanPublishData: &no, CanUpdateOwnMetadata: &no}},
		{Trainer, auth.VideoGrant{RoomJoin: true, Room: room, CanPublish: &yes, CanSubscribe: &yes, CanPublishData: &no, CanUpdateOwnMetadata: &no,
			CanPublishSources: []string{"camera", "microphone", "screen_share", "screen_share_audio"}}},
	}
	for _, tt := range tests {
		t.Run(string(tt.role), func(t *testing.T) {
			token, err := s.token(Visit{Identity: "random", Role: tt.role, Who: "visit-1", PersonID: new("person-1")}, room)
			need(t, err)
			v, err := auth.ParseAPIToken(token)
			need(t, err)
			claims, grants, err := v.Verify(s.Secret)
			need(t, err)
			if diff := cmp.Diff(&tt.want, grants.Video); diff != "" {
				t.Error("want -, got +:\n" + diff)
			}
			if v.Identity() != "random" || grants.Name != "" || grants.Metadata != "" {
				t.Errorf("the token says who it is: %q %q %q", v.Identity(), grants.Name, grants.Metadata)
			}
			if left := claims.ExpiresAt.Sub(claims.NotBefore.Time); left > 6*time.Minute {
				t.Errorf("the token opens the door for %s", left)
			}
			payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
			need(t, err)
			for _, secret := range []string{"visit-1", "person-1"} {
				if strings.Contains(string(payload), secret) {
					t.Errorf("%s stands in the token: %s", secret, payload)
				}
			}
		})
	}
}

func TestOnlySignallingPassesTheProxy(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Cookie") != "" {
			t.Error("a cookie went on to the media server")
		}
		_, _ = io.WriteString(w, r.URL.Path)
	}))
	p, err := Proxy(behind.URL)
	need(t, err)
	ask := func(path string) int {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Cookie", "signin=x")
		rec := httptest.NewRecorder()
		p.ServeHTTP(rec, r)
		return rec.Code
	}
	for path, want := range map[string]int{"/rtc": 200, "/rtc/v1": 200, "/rtc/validate": 200, "/twirp/livekit.RoomService/ListRooms": 404, "/rtcx": 404, "/": 404} {
		if got := ask(path); got != want {
			t.Errorf("%s: status %d, want %d", path, got, want)
		}
	}
	behind.Close()
	if got := ask("/rtc"); got != http.StatusServiceUnavailable {
		t.Errorf("with the media server away: status %d, want 503", got)
	}
}

func TestTroubleIsToldToTheTrainer(t *testing.T) {
	w := newHall(t)
	w.service.cfg.Server.Status = func() sfu.Status { return sfu.Status{State: sfu.UDPBusy, Port: 7882} }
	srv := w.serve(t)
	w.open(t)
	_, text := newBrowser(t, srv.URL, "trainer").get("/api/v1/classes/" + w.session.ID + "/here")
	var got hereState
	need(t, json.Unmarshal([]byte(text), &got))
	if got.Media || !strings.Contains(got.Trouble, "7882") || got.Forward == nil || got.Forward.Step != 2 || got.Back != nil {
		t.Errorf("got %+v", got)
	}
}
