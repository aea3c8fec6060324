package admin_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"silverclass/app/admin"
	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/tour"
)

func TestSetupGoesInOrder(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	next := func(want string) {
		t.Helper()
		page := w.get(t, "/staff/setup")
		if want == "" {
			if strings.Contains(page, `class="next"`) {
				t.Errorf("something is left to do:\n%s", mainPart.FindString(page))
			}
			return
		}
		m := regexp.MustCompile(`(?s)<li class="next">.*?href="([^"]*)"`).FindStringSubmatch(page)
		if m == nil || m[1] != want {
			t.Fatalf("next step leads to %v, want %s", m, want)
		}
	}
	next("/staff/cities/new")
	w.get(t, "/staff", "8 件事")
	w.city = must(w.tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: "江城"}))(t)
	next("/staff/venues/new")
	w.venue = must(w.tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: w.city.ID, Name: "望江社区体验中心", Kind: tour.VenueCenter}))(t)
	next("/staff/partners/new")
	must(w.tour.AddPartner(ctx, tour.Partner{ID: db.NewID(), CityID: w.city.ID, Name: "江城电信", Kind: tour.PartnerKinds()[0]}))(t)
	next("/staff/tours/new")
	trip := must(w.tour.AddTour(ctx, tour.Tour{ID: db.NewID(), CityID: w.city.ID, Name: "江城行"}))(t)
	next("/staff/stops/new?tour=" + trip.ID)
	stop := must(w.tour.AddStop(ctx, tour.StopPlan{Stop: tour.Stop{ID: db.NewID(), TourID: trip.ID, CityID: w.city.ID, Name: "望江站", FirstDay: "2026-11-23", LastDay: "2026-11-23", Forms: []string{"hands-on"}}}))(t)
	next("/staff/sessions/new?stop=" + stop.ID)
	w.session(t, "风险甄别 · 上午场", 2*time.Hour)
	next("/staff/cards")
	w.post(t, "/staff/cards", url.Values{"id": {db.NewID()}, "pages": {"1"}})
	next("/staff/tablets")
	code := people.NewCode()
	must(w.people.MakeTabletLink(ctx, db.NewID(), code, w.venue.ID, w.who.Staff.ID, 1))(t)
	must(w.people.EnrolTablet(ctx, people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()}))(t)
	next("")
	w.get(t, "/staff/setup", "都准备好了")
	if strings.Contains(w.get(t, "/staff"), "/staff/setup") {
		t.Error("the first page still asks for the checklist")
	}
}

// session plans one that begins after so long and takes an hour.
func (w *world) session(t testing.TB, title string, after time.Duration) tour.Session {
	t.Helper()
	at := w.now.Add(after).Truncate(time.Minute)
	return must(w.tour.AddSession(t.Context(), tour.Session{ID: db.NewID(), VenueID: w.venue.ID, Title: title, Topics: []string{"fraud"}, Mode: tour.OnSite,
		StartsAt: at, EndsAt: at.Add(time.Hour), TrainerID: w.who.StaffID()}, zone))(t)
}

func TestToday(t *testing.T) {
	w := newWorld(t)
	w.places(t)
	w.get(t, "/staff", "今天没有场次")
	w.session(t, "明天的课", 24*time.Hour)
	w.get(t, "/staff", "今天没有场次", "下一场", "明天的课")
	s := w.session(t, "风险甄别 · 上午场", 10*time.Minute)
	w.get(t, "/staff", "风险甄别 · 上午场", "望江社区体验中心", "李老师", "进行中", "/staff/sessions/"+s.ID+"/desk", "/staff/sessions/"+s.ID+"/room")
	w.live = admin.Status{Key: "live.sfu_restarting"}
	w.get(t, "/staff", `class="dot bad"`)

	observer := w.colleague(t, "zhou", people.Grant{Role: people.Observer, PlaceKind: people.City, PlaceID: w.city.ID})
	w.signIn(t, observer.ID)
	page := w.get(t, "/staff", "风险甄别 · 上午场", "/staff/reports")
	for _, closed := range []string{"/desk", "/room", "/staff/people", "/staff/cards", "/staff/setup", `class="dot`} {
		if strings.Contains(mainPart.FindString(page), closed) {
			t.Errorf("an observer sees %s", closed)
		}
	}
	elsewhere := w.colleague(t, "wu", people.Grant{Role: people.Organizer, PlaceKind: people.City, PlaceID: db.NewID()})
	w.signIn(t, elsewhere.ID)
	if strings.Contains(w.get(t, "/staff"), "风险甄别") {
		t.Error("another city's organizer sees the session")
	}
}

func TestAccount(t *testing.T) {
	w := newWorld(t)
	w.get(t, "/staff/account", "李老师", "管理员", "全部")
	w.refuses(t, 422, "/staff/account/password", url.Values{"old": {"not the password"}, "password": {"another good one"}}, "密码不对")
	w.refuses(t, 422, "/staff/account/password", url.Values{"old": {password}, "password": {"short"}}, "至少 10 个字符")
	before := must(w.staff.Staff(t.Context(), w.who.Staff.ID))(t).Epoch
	if to := w.post(t, "/staff/account/password", url.Values{"old": {password}, "password": {"another good one"}}); to != "/staff/account" {
		t.Errorf("leads to %s", to)
	}
	w.post(t, "/staff/account/end", nil)
	if after := must(w.staff.Staff(t.Context(), w.who.Staff.ID))(t).Epoch; after != before+2 {
		t.Errorf("epoch: got %d, want %d", after, before+2)
	}
}

var linkOnPage = regexp.MustCompile(`/staff/link/([A-Z2-9]{26})`)

func TestInviteAColleague(t *testing.T) {
	w := newWorld(t)
	w.places(t)
	page := w.get(t, "/staff/staff/new", "望江社区体验中心", "全部")
	token := regexp.MustCompile(`name="token" value="([^"]*)"`).FindStringSubmatch(page)[1]
	form := url.Values{"id": {db.NewID()}, "token": {token}, "login": {"Wang"}, "name": {""}, "role": {"trainer"}, "place": {"venue:" + w.venue.ID}}
	w.refuses(t, 422, "/staff/staff", form, "请填姓名", `value="Wang"`)
	form.Set("name", "王老师")
	to := w.post(t, "/staff/staff", form)
	if again := w.post(t, "/staff/staff", form); again != to {
		t.Errorf("sent twice: %s, then %s", to, again)
	}
	shown := w.get(t, to, "王老师", "<svg")
	link := linkOnPage.FindStringSubmatch(shown)
	if link == nil {
		t.Fatalf("no link on the page:\n%s", mainPart.FindString(shown))
	}
	if _, who, err := w.staff.LinkByToken(t.Context(), link[1]); err != nil || who.Login != "wang" {
		t.Errorf("the link leads to %+v, %v", who, err)
	}
	w.get(t, "/staff/staff", "王老师", "讲师 · 望江社区体验中心", "等对方设密码")
	must(w.staff.TakeLink(t.Context(), link[1], password))(t)
	if rec := w.do(http.MethodGet, to, nil); rec.Code != http.StatusGone {
		t.Errorf("a used link is still shown: %d", rec.Code)
	}
	form.Set("id", db.NewID())
	w.refuses(t, 422, "/staff/staff", form, "已经有人用了")
}

func TestChangeAColleague(t *testing.T) {
	w := newWorld(t)
	w.places(t)
	who := w.colleague(t, "wang", people.Grant{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: w.venue.ID})
	path := "/staff/staff/" + who.ID
	w.get(t, path, "wang", "讲师")
	w.refuses(t, 422, path, url.Values{"name": {""}}, "请填姓名")
	w.post(t, path, url.Values{"name": {"王老师"}})
	w.refuses(t, 422, path+"/grants", url.Values{"role": {"king"}, "place": {"city:" + w.city.ID}}, "请选一个角色")
	for range 2 {
		w.post(t, path+"/grants", url.Values{"role": {"observer"}, "place": {"city:" + w.city.ID}})
	}
	grants := must(w.staff.Grants(t.Context(), who.ID))(t)
	if len(grants) != 2 {
		t.Fatalf("grants: %+v", grants)
	}
	w.post(t, path+"/grants/take", url.Values{"grant": {grants[0].ID}})
	w.post(t, path+"/act", url.Values{"do": {"deactivate"}})
	w.get(t, path, "已停用", "恢复")
	w.post(t, path+"/act", url.Values{"do": {"activate"}})
	w.post(t, path+"/act", url.Values{"do": {"end"}})
	w.get(t, path, "王老师", "退出所有设备")
	w.refuses(t, 409, "/staff/staff/"+w.who.Staff.ID+"/act", url.Values{"do": {"deactivate"}}, "最后一位管理员")
}

// A venue's administrator manages her venue's people, and cannot climb.
func TestAVenueAdministratorCannotClimb(t *testing.T) {
	w := newWorld(t)
	w.places(t)
	boss := w.who.Staff.ID
	here := people.Grant{Role: people.Admin, PlaceKind: people.Venue, PlaceID: w.venue.ID}
	local := w.colleague(t, "local", here)
	helper := w.colleague(t, "helper", people.Grant{Role: people.Helper, PlaceKind: people.Venue, PlaceID: w.venue.ID})
	both := w.colleague(t, "both", people.Grant{Role: people.Helper, PlaceKind: people.Venue, PlaceID: w.venue.ID}, people.Grant{Role: people.Organizer, PlaceKind: people.City, PlaceID: w.city.ID})
	w.signIn(t, local.ID)
	page := w.get(t, "/staff/staff", "helper", "both")
	if strings.Contains(page, "李老师") {
		t.Error("she sees the installation's administrator")
	}
	if page := w.get(t, "/staff/staff/new"); strings.Contains(page, "installation:") || strings.Contains(page, "city:") {
		t.Error("the form offers more than her venue")
	}
	missing, forbidden := http.StatusNotFound, http.StatusForbidden
	for _, tc := range []struct {
		path   string
		form   url.Values
		status int
	}{
		{"/staff/staff/" + boss + "/link", url.Values{"token": {people.NewToken()}}, missing},
		{"/staff/staff/" + both.ID + "/link", url.Values{"token": {people.NewToken()}}, forbidden},
		{"/staff/staff/" + both.ID + "/act", url.Values{"do": {"factor"}}, forbidden},
		{"/staff/staff/" + helper.ID + "/grants", url.Values{"role": {"admin"}, "place": {"installation:"}}, forbidden},
		{"/staff/staff/" + local.ID + "/grants", url.Values{"role": {"admin"}, "place": {"city:" + w.city.ID}}, forbidden},
		{"/staff/staff", url.Values{"id": {db.NewID()}, "token": {people.NewToken()}, "login": {"x2"}, "name": {"x"}, "role": {"admin"}, "place": {"installation:"}}, forbidden},
	} {
		w.refuses(t, tc.status, tc.path, tc.form)
	}
	w.post(t, "/staff/staff/"+helper.ID+"/link", url.Values{"token": {people.NewToken()}})
	w.post(t, "/staff/staff/"+helper.ID+"/grants", url.Values{"role": {"trainer"}, "place": {"venue:" + w.venue.ID}})
	if rec := w.do(http.MethodGet, "/staff/setup", nil); rec.Code != http.StatusOK {
		t.Errorf("setup: %d", rec.Code)
	}
}

func TestTablets(t *testing.T) {
	w := newWorld(t)
	w.get(t, "/staff/tablets", "还没有场地")
	w.places(t)
	page := w.get(t, "/staff/tablets", "望江社区体验中心", "还没有登记平板")
	code := regexp.MustCompile(`name="code" value="([^"]*)"`).FindStringSubmatch(page)[1]
	form := url.Values{"id": {db.NewID()}, "code": {code}, "venue": {w.venue.ID}, "places": {"many"}}
	w.refuses(t, 422, "/staff/tablets/links", form, "1 到 60 台", `value="many"`)
	form.Set("places", "2")
	to := w.post(t, "/staff/tablets/links", form)
	if again := w.post(t, "/staff/tablets/links", form); again != to {
		t.Errorf("sent twice: %s, then %s", to, again)
	}
	w.get(t, to, "http://class.lan/tablet/enrol/"+code, "<svg", "0 / 2")
	var tablets []people.Tablet
	for range 2 {
		tablets = append(tablets, must(w.people.EnrolTablet(t.Context(), people.Enrol{ID: db.NewID(), Code: code, Token: people.NewToken()}))(t))
	}
	if part := w.get(t, to+"?part=used", "2 / 2"); strings.Contains(part, "<html") {
		t.Error("the part is a whole page")
	}
	w.get(t, to, "都登记好了")
	w.get(t, "/staff/tablets", "平板 01", "平板 02")
	w.refuses(t, 422, "/staff/tablets/"+tablets[1].ID, url.Values{"label": {"01"}}, "已经有同样编号", `value="01"`)
	w.post(t, "/staff/tablets/"+tablets[1].ID, url.Values{"label": {"窗边"}})
	w.post(t, "/staff/tablets/"+tablets[0].ID+"/revoke", nil)
	if page := w.get(t, "/staff/tablets", "平板 窗边"); strings.Contains(page, "平板 01") {
		t.Error("a revoked tablet is still listed")
	}
	other := w.colleague(t, "wu", people.Grant{Role: people.Organizer, PlaceKind: people.Venue, PlaceID: db.NewID()})
	w.signIn(t, other.ID)
	w.refuses(t, 403, "/staff/tablets/"+tablets[1].ID+"/revoke", nil)
	w.refuses(t, 403, "/staff/tablets/links", form)
	if rec := w.do(http.MethodGet, to, nil); rec.Code != http.StatusForbidden {
		t.Errorf("another venue's organizer sees the code: %d", rec.Code)
	}
}

func TestCardSheet(t *testing.T) {
	w := newWorld(t)
	w.get(t, "/staff/cards", "还没有打印过")
	w.refuses(t, 422, "/staff/cards", url.Values{"id": {db.NewID()}, "pages": {"999"}}, "1 到 30 页", `value="999"`)
	form := url.Values{"id": {db.NewID()}, "pages": {"2"}}
	to := w.post(t, "/staff/cards", form)
	w.post(t, "/staff/cards", form)
	page := w.get(t, to, "称呼")
	if n := strings.Count(page, `<article class="card">`); n != 20 {
		t.Errorf("cards on paper: got %d, want 20", n)
	}
	for _, m := range regexp.MustCompile(`<p class="number">([^<]*)</p>`).FindAllStringSubmatch(page, -1) {
		if _, err := people.CheckCard(m[1]); err != nil || len(m[1]) != 9 {
			t.Errorf("printed number %q: %v", m[1], err)
		}
	}
	w.get(t, "/staff/cards", "李老师", ">20<")
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.places(t)
	w.session(t, "风险甄别 · 上午场", 10*time.Minute)
	who := w.colleague(t, "wang", people.Grant{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: w.venue.ID})
	link := w.post(t, "/staff/staff/"+who.ID+"/link", url.Values{"token": {people.NewToken()}})
	sheet := w.post(t, "/staff/cards", url.Values{"id": {db.NewID()}, "pages": {"1"}})
	enrol := w.post(t, "/staff/tablets/links", url.Values{"id": {db.NewID()}, "code": {people.NewCode()}, "venue": {w.venue.ID}, "places": {"1"}})
	for _, lang := range []string{"zh-Hans", "en"} {
		for _, path := range []string{"/staff", "/staff/setup", "/staff/account", "/staff/staff", "/staff/staff/new", "/staff/staff/" + who.ID, link, "/staff/tablets", enrol, "/staff/cards", sheet} {
			rec := w.do(http.MethodGet, path, nil, func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "lang", Value: lang}) })
			body := w.answers(t, rec, http.StatusOK, path)
			for _, hole := range []string{"[admin.", "[people.", "[web.", "[live.", "<no value>"} {
				if strings.Contains(body, hole) {
					t.Errorf("%s in %s has %s", path, lang, hole)
				}
			}
		}
	}
}
