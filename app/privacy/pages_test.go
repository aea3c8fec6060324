package privacy_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/privacy"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"
	"silverclass/courses"
	"silverclass/courses/coursestest"
)

const mine = "/me/information"

// hall is a venue with lessons and 我的信息.
type hall struct {
	*roomtest.Hall
	store *privacy.Store
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{Hall: roomtest.New(t)}
	none := func(string) bool { return false }
	courses.Register(h.Routes, h.Site, coursestest.ThreeLessons(t).WithDoors(none, none), courses.NewStore(h.DB.DB, h.Clock.Now))
	keys, err := people.OpenPhoneKeys(t.Context(), h.DB.DB, h.Clock.Now, filepath.Join(t.TempDir(), "phones"), "")
	check(t, err)
	h.store = privacy.NewStore(h.DB.DB, h.Clock.Now, []people.Keeper{courses.Keeper(), room.Keeper(), people.KeeperOfPeople()}, nil)
	venue := func(ctx context.Context, id string) (string, string, error) {
		v, err := h.Tour.Venue(ctx, id)
		return v.Name, v.CityID, err
	}
	privacy.Register(h.Routes, privacy.Config{Site: h.Site, Store: h.store, People: h.People, Phones: keys, Zone: time.UTC,
		Titles: func(context.Context, string, string) string { return "" },
		May: func(c echo.Context, role people.Role, id string) error {
			return h.People.MayOpen(c.Request().Context(), people.Who(c), role, id, venue)
		},
		MayAt: func(c echo.Context, role people.Role, id string) bool {
			n, err := h.Tour.Session(c.Request().Context(), id)
			return err == nil && people.Who(c).May(role, n.VenueID, "")
		}})
	return h
}

// own is a device where somebody showed her card.
func (h *hall) own(b *roomtest.Browser, number string) *roomtest.Browser {
	h.T.Helper()
	b.Post("/card", "id", db.NewID(), "card", number, "next", mine).Leads(mine)
	return b
}

// TestNoFileStaysOnASharedTablet: the one rule, for everybody who sits at a venue's
// tablet, staff too. Paper is given everywhere.
func TestNoFileStaysOnASharedTablet(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	desk := "/staff/people/" + wang.ID + "/information"
	tablet, home := h.own(h.Enrol(), number), h.own(h.Own(), number)
	tablet.Get(mine+"/take").Shows("不在上面存文件").Hides("copy.json", "copy.html")
	home.Get(mine+"/take").Shows("copy.json", "copy.html")
	for _, file := range []string{"/copy.json", "/copy.html"} {
		if a := tablet.Get(mine + file).Is(http.StatusForbidden); !strings.Contains(a.Body, "不在上面存文件") || strings.Contains(a.Body, "王阿姨的") {
			t.Errorf("%s at a tablet: %s", file, a.Body)
		}
		home.Get(mine + file).Shows("王阿姨")
		h.As("helper").Get(desk + file).Shows("王阿姨")
		staff := h.Enrol()
		staff.Header = h.As("helper").Header
		staff.Get(desk + file).Is(http.StatusForbidden)
	}
	tablet.Get(mine+"/print").Shows("王阿姨", "打印")
}

// TestErasingTwiceIsOneErasing: from two devices, from the used form, by undo of nothing;
// each has its calm page.
func TestErasingTwiceIsOneErasing(t *testing.T) {
	h := newHall(t)
	wang, number := h.Learner("王阿姨")
	first, second := h.own(h.Own(), number), h.own(h.Own(), number)
	form := db.NewID()
	for range 2 {
		first.Post(mine+"/erase", "id", form).Leads(mine + "/erase")
	}
	second.Post(mine+"/erase", "id", db.NewID()).Leads(mine + "/erase")
	second.Get(mine+"/erase").Shows("10:10", "不删了，撤回")
	for range 2 {
		second.Post(mine + "/undo").Leads(mine)
		second.Get(mine).Shows("已经撤回，什么都没有删")
	}
	if a := first.Post(mine+"/erase", "id", form).Is(http.StatusGone); !strings.Contains(a.Body, "这张表已经用过了") {
		t.Error(a.Body)
	}
	first.Post(mine+"/erase", "id", db.NewID()).Leads(mine + "/erase")
	h.Clock.Pass(privacy.UndoTime)
	for range 2 {
		check(t, h.store.EraseDue(t.Context()))
	}
	var n int64
	check(t, h.DB.Raw("SELECT count(*) FROM ledger_facts WHERE verb = 'erased' AND person_id = ?", wang.ID).Scan(&n).Error)
	if n != 1 {
		t.Errorf("%d erased facts, want 1", n)
	}
	for _, b := range []*roomtest.Browser{first, second} {
		a := b.Post(mine+"/erase", "id", db.NewID()).Is(http.StatusUnauthorized)
		if stranger := h.Own().Post(mine+"/erase", "id", db.NewID()).Is(http.StatusUnauthorized); said(a.Body) != said(stranger.Body) {
			t.Errorf("somebody erased is told %q, a stranger %q", said(a.Body), said(stranger.Body))
		}
		b.Post(mine + "/undo").Is(http.StatusUnauthorized)
		b.Get(mine).Shows("请先出示学员卡")
	}
}

// said is what a page says between its header and its footer.
func said(body string) string {
	_, body, _ = strings.Cut(body, "<main")
	body, _, _ = strings.Cut(body, "</main>")
	return body
}

// TestErasingWhileALessonIsOpen: the tablet goes on as a visitor's, and what is tapped
// next brings nothing of her back.
func TestErasingWhileALessonIsOpen(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	tablet := h.own(h.Enrol(), number)
	const lesson = "/lessons/fraud/police-call"
	run := db.NewID()
	tablet.Post(lesson+"/next", "id", db.NewID(), "run", run, "from", "1", "target", "2").Is(http.StatusSeeOther)
	tablet.Get(lesson + "/2?run=" + run).Shows("第 2 步")
	h.Clock.Pass(3 * time.Second)
	check(t, h.store.EraseNow(t.Context(), wang.ID, privacy.AtDesk))
	for _, a := range []roomtest.Answer{
		tablet.Post(lesson+"/next", "id", db.NewID(), "run", run, "from", "2", "target", "3"),
		tablet.Get(lesson + "/3?run=" + run), tablet.Get(mine), tablet.Get(mine + "/copy.json"),
	} {
		if a.Status >= 500 || strings.Contains(a.Body, "王阿姨") {
			t.Errorf("status %d: %s", a.Status, said(a.Body))
		}
	}
	for _, table := range []string{"persons WHERE id", "courses_runs WHERE person_id", "room_seats WHERE person_id", "cards WHERE person_id"} {
		var n int64
		check(t, h.DB.Raw("SELECT count(*) FROM "+table+" = ?", wang.ID).Scan(&n).Error)
		if n != 0 {
			t.Errorf("%d rows in %s", n, table)
		}
	}
}

// TestExportWhileErasingIsWholeOrNothing: who takes a copy at that moment gets all of it,
// or the calm page; never half, never an error.
func TestExportWhileErasingIsWholeOrNothing(t *testing.T) {
	h := newHall(t)
	wang, number := h.Learner("王阿姨")
	home := h.own(h.Own(), number)
	whole := home.Get(mine + "/copy.json").Shows("王阿姨").Body
	tables := strings.Count(whole, `"table":`)
	var both sync.WaitGroup
	var got []roomtest.Answer
	both.Go(func() {
		for {
			a := home.Get(mine + "/copy.json")
			got = append(got, a)
			if a.Status != http.StatusOK {
				return
			}
		}
	})
	both.Go(func() {
		if err := h.store.EraseNow(context.Background(), wang.ID, privacy.Asked); err != nil {
			t.Error(err)
		}
	})
	both.Wait()
	for _, a := range got {
		switch a.Status {
		case http.StatusOK:
			if strings.Count(a.Body, `"table":`) != tables || !strings.Contains(a.Body, "王阿姨") || !strings.Contains(a.Body, number) {
				t.Errorf("half a copy: %s", a.Body)
			}
		case http.StatusUnauthorized:
			if strings.Contains(a.Body, "王阿姨") || !strings.Contains(a.Body, "请出示学员卡") {
				t.Errorf("not the calm page: %s", said(a.Body))
			}
		default:
			t.Errorf("status %d: %s", a.Status, said(a.Body))
		}
	}
}

// TestAGuessTellsNothing: a card that is nobody's, one that was erased and a wrong one
// say nothing about who exists; nor do addresses at the desk.
func TestAGuessTellsNothing(t *testing.T) {
	h := newHall(t)
	wang, number := h.Learner("王阿姨")
	check(t, h.store.EraseNow(t.Context(), wang.ID, privacy.Asked))
	erased := said(h.own(h.Own(), number).Get(mine).Shows().Body)
	unknown, err := people.NewCardNumber(strings.NewReader("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"))
	check(t, err)
	if stranger := said(h.own(h.Own(), unknown).Get(mine).Shows().Body); erased != stranger {
		t.Errorf("an erased card opens %s\n\na card that is nobody's %s", erased, stranger)
	}
	if strings.Contains(erased, "王") {
		t.Error("an erased card shows a name")
	}
	there, _ := h.Learner("李叔叔") // was nowhere: not to be seen from this venue
	for _, role := range []string{"helper", "trainer", "organizer"} {
		var first string
		for _, id := range []string{there.ID, wang.ID, db.NewRandomID(), "x"} {
			for _, end := range []string{"", "/print", "/copy.json", "/copy.html"} {
				a := h.As(role).Get("/staff/people/" + id + "/information" + end).Is(http.StatusNotFound)
				if first == "" {
					first = said(a.Body)
				}
				if said(a.Body) != first {
					t.Errorf("%s %s: %s", id, end, said(a.Body))
				}
			}
		}
	}
}

// TestWhatIsKeptIsSaidAsItIs: a yes that was taken back does not stand there as a yes, and
// a number that staff wrote down has its line.
func TestWhatIsKeptIsSaidAsItIs(t *testing.T) {
	h := newHall(t)
	s := h.Session(0)
	wang, number := h.Learner("王阿姨")
	h.CheckIn(s, wang)
	her := h.own(h.Own(), number)
	card := func() string { return said(her.Get(mine + "/part/card").Is(http.StatusOK).Body) }
	const yes, no = `<b>上课时拍照</b><span class="muted">2026年11月23日 同意</span>`, `<b>上课时拍照</b><span class="muted">2026年11月24日 收回同意</span>`
	her.Post(mine+"/consents", "id", db.NewID(), "purpose", "pictures", "do", "agree").Leads(mine + "/consents")
	if text := card(); !strings.Contains(text, yes) {
		t.Errorf("after yes: %s", text)
	}
	h.Clock.Pass(24 * time.Hour)
	her = h.own(h.Own(), number)
	her.Post(mine+"/consents", "id", db.NewID(), "purpose", "pictures", "do", "withdraw").Leads(mine + "/consents")
	if text := card(); !strings.Contains(text, no) || strings.Contains(text, yes) {
		t.Errorf("after it was taken back: %s", text)
	}
	desk := "/staff/people/" + wang.ID + "/information"
	h.As("helper").Post(desk+"/phone", "id", db.NewID(), "medium", "paper", "phone", "123").Is(http.StatusUnprocessableEntity)
	h.As("helper").Post(desk+"/phone", "id", db.NewID(), "medium", "paper", "phone", "13912345678").Leads(desk)
	if text := card(); !strings.Contains(text, "139****5678") {
		t.Errorf("her number: %s", text)
	}
	var n int64
	check(t, h.DB.Raw("SELECT count(*) FROM audits WHERE act = ? AND object = ? AND staff_id IS NOT NULL", people.EditedPerson, "person:"+wang.ID).Scan(&n).Error)
	if n != 1 {
		t.Errorf("%d lines that staff wrote a number down, want 1", n)
	}
}
