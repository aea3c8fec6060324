package tour_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/locales"
	"silverclass/static"
)

// desk is the town with its pages, looked at by one member of staff.
type desk struct {
	*town
	e     *echo.Echo
	who   people.Reader
	staff *people.StaffStore
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	w := &desk{town: newTown(t), e: echo.New()}
	words, err := locales.Load()
	need(t, err)
	assets, err := static.Load()
	need(t, err)
	site := web.NewSite(web.Config{Words: words, Assets: assets, Now: func() time.Time { return w.now }, Zone: zone,
		Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	site.Use(w.e)
	w.e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			people.SetWho(c, w.who)
			web.SetReader(c, web.Reader{Staff: w.who.Staff != nil, StaffName: "李老师"})
			return next(c)
		}
	})
	w.staff = people.NewStaffStore(w.db, func() time.Time { return w.now }, nil)
	r := web.NewRoutes(w.e, echo.New(), people.Guards())
	web.RegisterPrefs(r, site)
	tour.Register(r, site, w.store, w.people, w.staff)
	w.signIn(people.Admin, people.Installation, "")
	return w
}

// signIn makes the reader a member of staff with one grant.
func (w *desk) signIn(role people.Role, kind people.PlaceKind, place string) {
	w.who = people.Reader{Staff: &people.Staff{ID: db.NewID(), Name: "李老师"}, Grants: []people.Grant{{Role: role, PlaceKind: kind, PlaceID: place}}}
}

func (w *desk) do(method, path string, form url.Values, lang ...string) *httptest.ResponseRecorder {
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, "http://class.lan"+path, body)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if len(lang) > 0 {
		req.Header.Set("Accept-Language", lang[0])
	}
	rec := httptest.NewRecorder()
	w.e.ServeHTTP(rec, req)
	return rec
}

// post sends a form that must be taken, and gives the address it leads to.
func (w *desk) post(t testing.TB, path string, form url.Values) string {
	t.Helper()
	rec := w.do("POST", path, form)
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("POST %s: got %d, want 303: %s", path, rec.Code, main(rec))
	}
	return rec.Header().Get("Location")
}

// get opens a page that must be there.
func (w *desk) get(t testing.TB, path string) string {
	t.Helper()
	rec := w.do("GET", path, nil)
	if rec.Code != http.StatusOK {
		t.Fatalf("GET %s: got %d: %s", path, rec.Code, main(rec))
	}
	return rec.Body.String()
}

var mainPart = regexp.MustCompile(`(?s)<main.*</main>`)

// main is the part of a page that is the feature's own.
func main(rec *httptest.ResponseRecorder) string { return mainPart.FindString(rec.Body.String()) }

func has(t testing.TB, page string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(page, p) {
			t.Errorf("the page lacks %q", p)
		}
	}
}

func idIn(path string) string { return path[strings.LastIndex(path, "/")+1:] }

func TestFromCityToSession(t *testing.T) {
	w := newDesk(t)
	id := func() []string { return []string{db.NewID()} }
	city := w.post(t, "/staff/cities", url.Values{"id": id(), "name": {"湖州市"}, "province": {"浙江"}})
	has(t, w.get(t, city), "湖州市", "/staff/venues/new?city="+idIn(city))
	venue := w.post(t, "/staff/venues", url.Values{"id": id(), "city": {idIn(city)}, "name": {"湖畔体验店"}, "kind": {"store"}, "places": {"３０"}})
	has(t, w.get(t, venue), "湖畔体验店", "30", "/staff/sessions/new?venue="+idIn(venue))
	partner := w.post(t, "/staff/partners", url.Values{"id": id(), "city": {idIn(city)}, "name": {"湖州移动"}, "kind": {"enterprise"}})
	has(t, w.get(t, partner), "湖州移动", "/staff/tours/new?city="+idIn(city))
	trip := w.post(t, "/staff/tours", url.Values{"id": id(), "city": {idIn(city)}, "name": {"湖州城市行"}})
	has(t, w.get(t, trip), "/staff/stops/new?tour="+idIn(trip))
	w.get(t, "/staff/stops/new?tour="+idIn(trip))
	stop := w.post(t, "/staff/stops", url.Values{"id": id(), "tour": {idIn(trip)}, "city": {idIn(city)}, "name": {"吴兴站"}, "first_day": {"2026-11-23"},
		"last_day": {"2026-11-24"}, "forms": {"visit", "policy"}, "venues": {idIn(venue)}, "partners": {idIn(partner)}, "sends_" + idIn(partner): {"两名讲师"}})
	has(t, w.get(t, stop), "政策解读 · 现场参观", "湖州移动：两名讲师", "/staff/sessions/new?stop="+idIn(stop))
	has(t, w.get(t, "/staff/sessions/new?stop="+idIn(stop)), `value="30"`, `value="2026-11-23"`)
	session := w.post(t, "/staff/sessions", url.Values{"id": id(), "venue": {idIn(venue)}, "stop": {idIn(stop)}, "topics": {"fraud"}, "mode": {"both"},
		"day": {"2026-11-23"}, "starts": {"10:00"}, "ends": {"11:30"}, "places": {"30"}})
	has(t, w.get(t, session), "风险甄别 · 上午场", "进行中", session+"/desk", session+"/room", session+"/class", "/staff/reports?session="+idIn(session))
	n, err := w.store.Session(t.Context(), idIn(session))
	need(t, err)
	if !n.StartsAt.Equal(clock("10:00")) || !n.EndsAt.Equal(clock("11:30")) {
		t.Errorf("got %v to %v", n.StartsAt, n.EndsAt)
	}
	has(t, w.get(t, "/staff/tour"), "2026年11月23日 10:00")
	has(t, w.get(t, "/staff/sessions"), "风险甄别 · 上午场", session+"/desk")
	edited := w.post(t, session, url.Values{"topics": {"fraud", "mobile-payment"}, "mode": {"site"}, "title": {"防骗课"}, "day": {"2026-11-24"}, "starts": {"14:00"}, "ends": {"15:00"}, "stop": {idIn(stop)}})
	has(t, w.get(t, edited), "防骗课", "2026年11月24日", "未开始")
}

func TestFormsComeBackWithWhatWasTyped(t *testing.T) {
	w := newDesk(t)
	id := []string{db.NewID()}
	tests := []struct {
		name, path string
		form       url.Values
		has        []string
	}{
		{"a city without a name", "/staff/cities", url.Values{"id": id, "province": {"浙江"}}, []string{"请填写名称", `value="浙江"`, id[0]}},
		{"a name that is taken", "/staff/cities", url.Values{"id": id, "name": {"江城市"}}, []string{"这个名称已经有了", `value="江城市"`}},
		{"places that are no number", "/staff/venues", url.Values{"id": id, "city": {w.city.ID}, "name": {"新点"}, "kind": {"other"}, "places": {"十二"}}, []string{"请只填数字", `value="十二"`, `value="新点"`}},
		{"a session that ends before it begins", "/staff/sessions", url.Values{"id": id, "venue": {w.venue.ID}, "topics": {"fraud"}, "mode": {"site"}, "day": {"2026-11-23"}, "starts": {"10:00"}, "ends": {"09:00"}, "room": {"二楼"}}, []string{"结束要晚于开始", `value="09:00"`, `value="二楼"`}},
		{"a session without time or topic", "/staff/sessions", url.Values{"id": id, "venue": {w.venue.ID}, "mode": {"site"}, "day": {"2026-11-23"}, "starts": {"x"}, "ends": {"09:00"}}, []string{"请选时间", "请至少选一个主题"}},
		{"more old people than heads", "/staff/sessions/" + w.session.ID + "/count", url.Values{"id": id, "heads": {"31"}, "sixty": {"40"}, "method": {"tally"}}, []string{"不能多于总人数 31", `value="40"`}},
		{"more usable tablets than there are", "/staff/sessions/" + w.session.ID + "/figures", url.Values{"id": id, "verb": {"equipped"}, "equipped_amount": {"5"}, "equipped_usable": {"6"}}, []string{"不能多于 5 台", `value="6"`}},
		{"a wrong card", "/staff/sessions/" + w.session.ID + "/desk/check-in", url.Values{"id": id, "scan": {"ABCD EFGH"}}, []string{`value="ABCD EFGH"`, "没有成功的扫卡", "卡号不对或已停用"}},
		{"a card without an age band", "/staff/sessions/" + w.session.ID + "/desk/issue", url.Values{"id": id, "consent": {db.NewID()}, "name": {"王阿姨"}}, []string{"请选年龄段", `value="王阿姨"`, `class="more" open`}},
		{"a phone number without the yes to it", "/staff/sessions/" + w.session.ID + "/desk/issue", url.Values{"id": id, "consent": {db.NewID()}, "age": {"65-69"}, "pictures": {"1"}, "phone": {"13812345678"}}, []string{"要本人同意才能留号码", `name="pictures" value="1" checked`, `value="13812345678"`}},
		{"a phone number as a name", "/staff/sessions/" + w.session.ID + "/desk/issue", url.Values{"id": id, "consent": {db.NewID()}, "age": {"65-69"}, "name": {"13812345678"}}, []string{`value="13812345678"`}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.do("POST", tt.path, tt.form)
			if rec.Code != http.StatusUnprocessableEntity {
				t.Fatalf("got %d, want 422: %s", rec.Code, main(rec))
			}
			has(t, main(rec), tt.has...)
		})
	}
	wrong := w.do("POST", "/staff/sessions/"+w.session.ID+"/desk/check-in", url.Values{"id": id, "scan": {"ABCD EFGH"}})
	if n := strings.Count(main(wrong), "这张卡没有认出来"); n != 1 {
		t.Errorf("a wrong scan is told at %d places, want once, beside the input: %s", n, main(wrong))
	}
	if rec := w.do("POST", "/staff/cities", url.Values{"id": {"no-uuid"}, "name": {"湖州市"}}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("an act without an ID: got %d", rec.Code)
	}
}

func TestTheDesk(t *testing.T) {
	w := newDesk(t)
	at := "/staff/sessions/" + w.session.ID + "/desk"
	walkIn := url.Values{"id": {db.NewID()}, "consent": {db.NewID()}, "age": {"none"}, "name": {"王阿姨"}, "pictures": {"1"}, "phone_too": {"1"}, "phone": {"138 1234 5678"}}
	to := w.post(t, at+"/issue", walkIn)
	if again := w.post(t, at+"/issue", walkIn); !strings.HasPrefix(again, strings.TrimSuffix(to, "&new=1")) {
		t.Errorf("the same act leads to %s, want %s", again, to)
	}
	page := w.get(t, to)
	has(t, page, "王阿姨", "签到好了", "新卡号")
	number := regexp.MustCompile(`card-number">([0-9A-Z]{4} [0-9A-Z]{4})<`).FindStringSubmatch(page)
	if number == nil {
		t.Fatal("the new card's number is not shown")
	}
	has(t, w.get(t, w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "scan": {strings.ToLower(number[1])}})), "已经签到了")

	fresh, err := people.NewCardNumber(strings.NewReader("\x01\x02\x03\x04\x05\x06\x07"))
	need(t, err)
	to = w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "scan": {fresh}})
	has(t, w.get(t, to), "这张卡在这里还没有登记", "未留称呼")
	provisional := to[strings.Index(to, "did=")+4:]
	has(t, w.get(t, at+"?register="+provisional), `class="more" open`, people.GroupCard(fresh))
	has(t, w.get(t, w.post(t, at+"/issue", url.Values{"id": {db.NewID()}, "consent": {db.NewID()}, "age": {"70-74"}, "name": {"陈叔叔"}, "card": {fresh}})), "陈叔叔", "已经签到了")

	var yeses string
	need(t, w.db.Raw("SELECT string_agg(purpose, ' ') FROM (SELECT purpose FROM consents ORDER BY purpose) AS given").Scan(&yeses).Error)
	if yeses != "card card phone pictures" { // hers, and the one of who asked for nothing more
		t.Errorf("consents %q", yeses)
	}
	has(t, w.get(t, at+"?q=13812345678"), "王阿姨", "已签到")
	search := w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "scan": {"王"}})
	has(t, w.get(t, search), "找“王”", "王阿姨", "已签到")
	has(t, w.get(t, w.post(t, at+"/"+provisional+"/retract", url.Values{"reason": {tour.NotThere}})), "这次签到已经撤回", "已撤回：人没有来")
	found := w.get(t, w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "scan": {"陈叔"}}))
	person := regexp.MustCompile(`name="person" value="([^"]+)"`).FindStringSubmatch(found)
	if person == nil {
		t.Fatal("who was found cannot be checked in")
	}
	w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "person": {person[1]}})

	n, err := w.store.Numbers(t.Context(), w.session.ID)
	need(t, err)
	if n.Registered != 2 {
		t.Errorf("got %d registered, want 2", n.Registered)
	}
	live := w.get(t, at+"/live")
	version := regexp.MustCompile(`data-version="([^"]+)"`).FindStringSubmatch(live)[1]
	if rec := w.do("GET", at+"/live?v="+version, nil); rec.Code != http.StatusNoContent {
		t.Errorf("nothing changed: got %d, want 204", rec.Code)
	}
	w.post(t, "/staff/sessions/"+w.session.ID+"/close", url.Values{"back": {"desk"}})
	has(t, w.get(t, at), "这一场已经结束", "重新开放")
	has(t, w.get(t, w.post(t, at+"/check-in", url.Values{"id": {db.NewID()}, "scan": {fresh}})), "场次已结束")
	w.post(t, "/staff/sessions/"+w.session.ID+"/open", url.Values{"back": {"desk"}})
	if rec := w.do("GET", at+"/live?v="+version, nil); rec.Code != http.StatusOK {
		t.Errorf("a refused scan is news: got %d, want 200", rec.Code)
	}
}

func TestCountAndFigurePages(t *testing.T) {
	w := newDesk(t)
	at := "/staff/sessions/" + w.session.ID
	first := db.NewID()
	w.post(t, at+"/count", url.Values{"id": {first}, "heads": {"31"}, "sixty": {"28"}, "method": {"tally"}, "band_65-69": {"9"}})
	w.post(t, at+"/count", url.Values{"id": {db.NewID()}, "heads": {"50"}, "method": {"estimate"}})
	has(t, w.get(t, at+"/count"), "31 人", "50 人", "以它为准")
	w.post(t, at+"/count/"+first+"/retract", url.Values{"reason": {tour.WrongNumber}})
	has(t, w.get(t, at+"/count"), "已撤回：数字不对", "<strong>50</strong>估计")

	w.post(t, at+"/figures", url.Values{"id": {db.NewID()}, "verb": {"served"}, "served_code": {"volunteer"}, "served_amount": {"1。5"}})
	w.post(t, at+"/figures", url.Values{"id": {db.NewID()}, "verb": {"equipped"}, "equipped_amount": {"12"}, "equipped_usable": {"11"}})
	has(t, w.get(t, at+"/figures"), "1.5 小时", "志愿者", "摆 12 台，能用 11 台")
	has(t, w.get(t, at+"/sheet"), "签到表", "<td>30</td>", "台账还没有封存的记录")
}

func TestPlacesAreGuarded(t *testing.T) {
	w := newDesk(t)
	other, err := w.store.AddCity(t.Context(), tour.City{ID: db.NewID(), Name: "湖州市"})
	need(t, err)
	at := "/staff/sessions/" + w.session.ID
	tests := []struct {
		name         string
		role         people.Role
		kind         people.PlaceKind
		place        string
		method, path string
		form         url.Values
		want         int
	}{
		{"nobody", "", "", "", "GET", at, nil, 303},
		{"helper of the venue at the desk", people.Helper, people.Venue, w.venue.ID, "GET", at + "/desk", nil, 200},
		{"helper of another city at the desk", people.Helper, people.City, other.ID, "GET", at + "/desk", nil, 403},
		{"helper closes", people.Helper, people.Venue, w.venue.ID, "POST", at + "/close", url.Values{}, 403},
		{"trainer of another city closes", people.Trainer, people.City, other.ID, "POST", at + "/close", url.Values{}, 403},
		{"trainer of the city closes", people.Trainer, people.City, w.city.ID, "POST", at + "/close", url.Values{}, 303},
		{"observer looks", people.Observer, people.City, w.city.ID, "GET", at, nil, 200},
		{"observer at the desk", people.Observer, people.City, w.city.ID, "GET", at + "/desk", nil, 403},
		{"organizer of another city changes a venue", people.Organizer, people.City, other.ID, "POST", "/staff/venues/" + w.venue.ID, url.Values{"name": {"x"}, "kind": {"other"}}, 403},
		{"organizer of another city adds a venue here", people.Organizer, people.City, other.ID, "POST", "/staff/venues", url.Values{"id": {db.NewID()}, "city": {w.city.ID}, "name": {"x"}, "kind": {"other"}}, 403},
		{"organizer of another city plans here", people.Organizer, people.City, other.ID, "POST", "/staff/sessions", url.Values{"id": {db.NewID()}, "venue": {w.venue.ID}}, 403},
		{"organizer of another city looks at this one", people.Organizer, people.City, other.ID, "GET", "/staff/cities/" + w.city.ID, nil, 403},
		{"organizer of the venue looks at its city", people.Organizer, people.Venue, w.venue.ID, "GET", "/staff/cities/" + w.city.ID, nil, 200},
		{"organizer of the venue renames the city", people.Organizer, people.Venue, w.venue.ID, "POST", "/staff/cities/" + w.city.ID, url.Values{"name": {"x"}}, 403},
		{"organizer of a city makes another", people.Organizer, people.City, w.city.ID, "POST", "/staff/cities", url.Values{"id": {db.NewID()}, "name": {"x"}}, 403},
		{"organizer of another city takes a stop's figure", people.Organizer, people.City, other.ID, "GET", "/staff/tours/new", nil, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w.who = people.Reader{}
			if tt.role != "" {
				w.signIn(tt.role, tt.kind, tt.place)
			}
			rec := w.do(tt.method, tt.path, tt.form)
			if rec.Code != tt.want {
				t.Fatalf("got %d, want %d: %s", rec.Code, tt.want, main(rec))
			}
			if tt.want == 403 && !strings.Contains(main(rec), "权限") && !strings.Contains(main(rec), "没有开通") {
				t.Errorf("forbidden without words: %s", main(rec))
			}
		})
	}
	w.signIn(people.Helper, people.City, other.ID)
	if page := w.get(t, "/staff/sessions"); strings.Contains(page, w.session.ID) {
		t.Error("the list shows a session of another city")
	}
}
