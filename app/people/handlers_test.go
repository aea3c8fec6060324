package people_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/pquerna/otp/totp"

	"silverclass/app/db"
	"silverclass/app/people"
)

func TestFirstSignIn(t *testing.T) {
	h := newHouse(t, false)
	l := must(h.staff.MakeFirstLink(t.Context()))(t)
	b := h.browser(t)
	b.get(l.Path()).want(t, 200, l.Path(), "设置第一位管理员")
	b.post(l.Path(), "login", "admin", "name", "李老师", "password", "short").want(t, 422, l.Path(), `value="admin"`, `value="李老师"`, "至少 10 个字符")
	b.post(l.Path(), "login", "admin", "name", "李老师", "password", goodPassword).want(t, 200, "/staff/setup", "/staff/setup admin")
	other := h.browser(t)
	other.get(l.Path()).want(t, 410, l.Path(), "已经用过或过期")
	other.post(l.Path(), "login", "thief", "name", "别人", "password", goodPassword).want(t, 410, l.Path())
}

func TestSignInAndOut(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	b := h.browser(t)
	b.get("/for/admin").want(t, 401, "/for/admin")
	b.get("/staff/people?q=x").want(t, 200, "/staff/sign-in?next=%2Fstaff%2Fpeople%3Fq%3Dx", `value="/staff/people?q=x"`)
	b.post("/staff/sign-in", "login", "admin", "password", "not the password", "next", "/staff/people").
		want(t, 422, "/staff/sign-in", "登录名或密码不对", `value="admin"`, `value="/staff/people"`)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword, "next", "/staff/people").want(t, 200, "/staff/people", "找学员")
	b.get("/staff/sign-in").want(t, 200, "/staff")
	before := b.cookie("signin")
	b.post("/staff/sign-out").want(t, 200, "/staff/sign-in")
	b.get("/staff").want(t, 200, "/staff", "nobody")
	thief := h.browser(t)
	thief.setCookie("signin", before)
	thief.get("/staff").want(t, 200, "/staff", "nobody") // the token is worth nothing afterwards
	for _, next := range []string{"https://evil.example", "//evil.example", "/\\evil.example", "/lessons", "/staffroom", "/staff/sign-in"} {
		h.browser(t).post("/staff/sign-in", "login", "admin", "password", goodPassword, "next", next).want(t, 200, "/staff")
	}
}

func (b *browser) cookie(name string) string {
	for _, ck := range b.c.Jar.Cookies(must(url.Parse(b.url))(b.t)) {
		if ck.Name == name {
			return ck.Value
		}
	}
	return ""
}

func (b *browser) setCookie(name, value string) {
	b.c.Jar.SetCookies(must(url.Parse(b.url))(b.t), []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// A sign-in gets a token of its own: what was planted before is worth nothing.
func TestSignInRenewsTheToken(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	b := h.browser(t)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	first := b.cookie("signin")
	b.post("/staff/sign-out")
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	if second := b.cookie("signin"); first == "" || second == "" || first == second {
		t.Errorf("tokens: %q, then %q", first, second)
	}
}

func TestSignInWaitsBesideTheField(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	b := h.browser(t)
	for range 3 {
		b.post("/staff/sign-in", "login", "admin", "password", "not the password").want(t, 422, "/staff/sign-in")
	}
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword).want(t, 429, "/staff/sign-in", "请等 2 秒再试", `value="admin"`)
	h.clock.move(2 * time.Second)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword).want(t, 200, "/staff", "admin")
}

func TestEpochEndsSignIns(t *testing.T) {
	h := newHouse(t, false)
	admin := firstAdmin(t, h.staff)
	b := h.browser(t)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword).want(t, 200, "/staff", "admin")
	if err := h.staff.EndSignIns(t.Context(), admin.ID, nil); err != nil {
		t.Fatal(err)
	}
	b.get("/staff").want(t, 200, "/staff", "nobody")
}

var secretOnPage = regexp.MustCompile(`<p class="digits">([A-Z2-7 ]+)</p>`)

// setUpFactor goes through the pages until the recovery codes are shown.
func setUpFactor(t *testing.T, h *house, b *browser, base string) (secret string, codes []string) {
	t.Helper()
	m := secretOnPage.FindStringSubmatch(b.get(base).Body)
	if m == nil {
		t.Fatal("no secret on the page")
	}
	secret = strings.ReplaceAll(m[1], " ", "")
	b.post(base+"/code", "code", "000000").want(t, 422, base+"/code", "验证码不对")
	page := b.post(base+"/code", "code", must(totp.GenerateCode(secret, h.clock.now()))(t)).want(t, 200, "/staff/account/codes", "备用码")
	for _, li := range regexp.MustCompile(`<li>([A-Z0-9 ]+)</li>`).FindAllStringSubmatch(page.Body, -1) {
		codes = append(codes, li[1])
	}
	return secret, codes
}

func TestSecondFactorPages(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	b := h.browser(t)
	b.get("/staff/sign-in/code").want(t, 200, "/staff/sign-in?next=%2Fstaff%2Fsign-in%2Fcode")
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	b.post("/staff/account/factor", "password", "wrong one here").want(t, 422, "/staff/account/factor", "密码不对")
	b.post("/staff/account/factor", "password", goodPassword).want(t, 200, "/staff/account/factor", "<svg")
	secret, codes := setUpFactor(t, h, b, "/staff/account/factor")
	if len(codes) != 8 {
		t.Fatalf("codes on the page: %v", codes)
	}
	b.get("/staff/account/codes").want(t, 200, "/staff/account/codes", codes[7]) // a reload loses nothing
	b.post("/staff/account/codes").want(t, 200, "/staff/account")
	b.get("/staff/account/codes").want(t, 200, "/staff/account") // shown no more

	h.clock.move(time.Minute)
	n := h.browser(t)
	n.post("/staff/sign-in", "login", "admin", "password", goodPassword, "next", "/staff/people").want(t, 200, "/staff/sign-in/code", "验证码")
	n.get("/staff").want(t, 200, "/staff", "nobody") // the password alone opens nothing
	n.get("/staff/sign-in/factor").want(t, 200, "/staff/sign-in/factor", "已经开通")
	n.post("/staff/sign-in/code", "code", "000000").want(t, 422, "/staff/sign-in/code", "验证码不对")
	n.post("/staff/sign-in/code", "code", must(totp.GenerateCode(secret, h.clock.now()))(t)).want(t, 200, "/staff/people")
	r := h.browser(t)
	r.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	r.post("/staff/sign-in/code", "code", codes[0]).want(t, 200, "/staff", "admin")
	late := h.browser(t)
	late.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	h.clock.move(11 * time.Minute)
	late.post("/staff/sign-in/code", "code", codes[1]).want(t, 200, "/staff/sign-in")
	r.post("/staff/account/factor/end", "password", goodPassword).want(t, 200, "/staff/account")
	h.browser(t).post("/staff/sign-in", "login", "admin", "password", goodPassword).want(t, 200, "/staff", "admin")
}

// In a city, a role beyond one venue asks for a second factor before it opens anything.
func TestCityAsksForASecondFactor(t *testing.T) {
	h := newHouse(t, true)
	l := must(h.staff.MakeFirstLink(t.Context()))(t)
	b := h.browser(t)
	b.post(l.Path(), "login", "admin", "name", "李老师", "password", goodPassword).want(t, 200, "/staff/sign-in/factor", "必须开通")
	b.get("/for/staff").want(t, 401, "/for/staff")
	b.post("/staff/sign-in/factor").want(t, 200, "/staff/sign-in/factor", "<svg")
	setUpFactor(t, h, b, "/staff/sign-in/factor")
	b.post("/staff/account/codes").want(t, 200, "/staff/setup", "admin")
	b.post("/staff/account/factor/end", "password", goodPassword).want(t, 403, "/staff/account/factor/end")

	who := must(h.staff.Add(t.Context(), people.AddStaff{ID: db.NewID(), Login: "wang", Name: "王老师", Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: "v"}}}))(t)
	invite := must(h.staff.MakeLink(t.Context(), who.ID, nil))(t)
	v := h.browser(t)
	v.get(invite.Path()).want(t, 200, invite.Path(), "王老师", "wang")
	v.post(invite.Path(), "password", "short").want(t, 422, invite.Path(), "至少 10 个字符")
	v.post(invite.Path(), "password", "another good one").want(t, 200, "/staff", "wang")
}

func TestEnrolPages(t *testing.T) {
	h := newHouse(t, false)
	code := people.NewCode()
	must(h.store.MakeTabletLink(t.Context(), db.NewID(), code, "venue-1", "staff-1", 1))(t)
	b, path := h.browser(t), "/tablet/enrol/"+code
	page := b.get(path).want(t, 200, path, "望江社区体验中心", "是，登记")
	token := page.hidden(t, "token")
	for range 2 { // a double tap
		b.post(path, "id", lastID(t, page), "token", token).want(t, 200, "/", "at 01")
	}
	b.get("/for/tablet").want(t, 200, "/for/tablet")
	h.browser(t).get(path).want(t, 410, path, "已经用过或过期")
	tablets := must(h.store.Tablets(t.Context(), "venue-1"))(t)
	if len(tablets) != 1 {
		t.Fatalf("tablets: %+v", tablets)
	}
	if err := h.store.RevokeTablet(t.Context(), tablets[0].ID); err != nil {
		t.Fatal(err)
	}
	b.get("/").want(t, 200, "/", "/ nobody")
	if b.cookie("tablet") != "" {
		t.Error("a revoked tablet keeps its cookie")
	}
}

// lastID is the hidden ID of the form in footmain: the help button has one as well.
func lastID(t *testing.T, a answer) string {
	t.Helper()
	all := regexp.MustCompile(`name="id" value="([^"]*)"`).FindAllStringSubmatch(a.Body, -1)
	if len(all) == 0 {
		t.Fatal("no ID on the page")
	}
	return all[len(all)-1][1]
}

func TestPersonPages(t *testing.T) {
	h := newHouse(t, false)
	admin := firstAdmin(t, h.staff)
	out := must(h.store.Issue(t.Context(), people.Issue{ID: db.NewID(), Name: "王阿姨", AgeBand: people.Age65}))(t)
	b := h.browser(t)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	b.post("/staff/people", "q", "王").want(t, 200, "/staff/people", "王阿姨", out.Card.Tail())
	b.post("/staff/people", "q", "nobody").want(t, 200, "/staff/people", "没有找到")
	// What is looked for may be a phone number: an address with it finds nobody.
	if a := b.get("/staff/people?q=" + url.QueryEscape("王")); strings.Contains(a.Body, "王阿姨") {
		t.Error("a search stands in an address")
	}
	path := "/staff/people/" + out.Person.ID
	page := b.get(path).want(t, 200, path, "王阿姨", out.Card.Grouped())
	b.post(path, "name", "电话13812345678", "age", "65-69").want(t, 422, path, "不要写身份证号", "电话13812345678")
	b.post(path, "name", "王奶奶", "age", "70-74", "sex", "female").want(t, 200, path, "王奶奶", "已保存")
	b.post(path+"/cards", "id", page.hidden(t, "id"), "card", "ABCDEFGH").want(t, 422, path+"/cards", "没有认出来", "ABCDEFGH")
	for range 2 {
		b.post(path+"/cards", "id", page.hidden(t, "id"), "card", "").want(t, 200, path)
	}
	if cards := must(h.store.Cards(t.Context(), out.Person.ID))(t); len(cards) != 2 {
		t.Errorf("cards: got %d, want 2", len(cards))
	}
	b.post(path+"/cards/revoke", "number", out.Card.Number).want(t, 200, path, "已挂失")
	b.post(path+"/cards/restore", "number", out.Card.Number).want(t, 200, path, "又可以用了")
	b.get(path).want(t, 200, path, "最近的记录", "查看学员", "李老师")
	missing := "/staff/people/" + db.NewRandomID()
	b.get(missing).want(t, 404, missing, "没有找到这位学员")
	for _, a := range must(h.store.Audits(t.Context(), "person:"+out.Person.ID, 50))(t) {
		if a.StaffID == nil || *a.StaffID != admin.ID {
			t.Errorf("audit line without who: %+v", a)
		}
	}
}

func TestGuards(t *testing.T) {
	h := newHouse(t, false)
	staff := func(role people.Role) people.Reader {
		return people.Reader{Staff: &people.Staff{ID: "s"}, Grants: []people.Grant{{Role: role, PlaceKind: people.Venue, PlaceID: "v"}}}
	}
	seated := people.Reader{Person: &people.Person{ID: "p"}}
	own := seated
	own.Own = true
	pages := []string{"tablet", "learner", "own", "staff", "helper", "trainer", "organizer", "observer", "admin"}
	for name, tc := range map[string]struct {
		reader people.Reader
		opens  string
	}{
		"nobody":      {people.Reader{}, ""},
		"a visitor":   {people.Reader{VisitID: "w"}, ""},
		"a tablet":    {people.Reader{Tablet: &people.Tablet{ID: "t"}}, "tablet"},
		"seated":      {seated, "learner"},
		"her own":     {own, "learner own"},
		"no role yet": {people.Reader{Staff: &people.Staff{ID: "s"}}, "staff"},
		"helper":      {staff(people.Helper), "staff helper"},
		"trainer":     {staff(people.Trainer), "staff helper trainer"},
		"organizer":   {staff(people.Organizer), "staff helper trainer organizer observer"},
		"observer":    {staff(people.Observer), "staff observer"},
		"admin":       {staff(people.Admin), "staff helper trainer organizer observer admin"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, page := range pages {
				c := h.e.NewContext(httptest.NewRequest(http.MethodGet, "/", nil), httptest.NewRecorder())
				people.SetWho(c, tc.reader)
				g := people.Guards()
				guard := map[string]func(echo.Context) error{"tablet": g.Tablet, "learner": g.Learner, "own": g.Own, "staff": g.Staff, "helper": g.Helper,
					"trainer": g.Trainer, "organizer": g.Organizer, "observer": g.Observer, "admin": g.Admin}[page]
				want := strings.Contains(" "+tc.opens+" ", " "+page+" ")
				if got := guard(c) == nil; got != want {
					t.Errorf("%s opens %s: got %v, want %v", name, page, got, want)
				}
			}
		})
	}
}

// The notice says whom to ask, and on paper leaves a line for it only where nobody has set it.
func TestTheNoticeSaysWhomToAsk(t *testing.T) {
	b := newHouse(t, false).browser(t)
	for _, page := range []string{"/notice", "/notice/print"} {
		if a := b.get(page); a.Status != 200 || !strings.Contains(a.Body, "办课单位：清河市老年大学 0512-1234567") || strings.Contains(a.Body, "办课单位、联系电话：") {
			t.Errorf("%s: status %d\n%s", page, a.Status, mainPart.FindString(a.Body))
		}
	}
}

func TestEveryPageInEveryLanguage(t *testing.T) {
	h := newHouse(t, false)
	firstAdmin(t, h.staff)
	out := must(h.store.Issue(t.Context(), people.Issue{ID: db.NewID(), AgeBand: people.Age65}))(t)
	code := people.NewCode()
	must(h.store.MakeTabletLink(t.Context(), db.NewID(), code, "venue-1", "staff-1", 1))(t)
	out2 := h.browser(t)
	b := h.browser(t)
	b.post("/staff/sign-in", "login", "admin", "password", goodPassword)
	for _, lang := range []string{"zh-Hans", "en"} {
		b.setCookie("lang", lang)
		out2.setCookie("lang", lang)
		pages := map[string]*browser{"/staff/sign-in": out2, "/tablet/enrol/" + code: out2, "/notice": out2, "/notice/print": out2, "/no-such-page": out2,
			"/staff/account/factor": b, "/staff/people": b, "/staff/people/" + out.Person.ID: b}
		for path, who := range pages {
			if a := who.get(path); (a.Status != 200) != (path == "/no-such-page") || strings.Contains(a.Body, "[people.") || strings.Contains(a.Body, "[web.") || !strings.Contains(a.Body, "<h1>") && !strings.Contains(a.Body, "<h1 ") {
				t.Errorf("%s in %s: a word or the heading is missing:\n%s", path, lang, mainPart.FindString(a.Body))
			}
		}
	}
}
