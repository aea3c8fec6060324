package courses_test

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"silverclass/app/people"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
)

func TestALessonWithoutEnglishSaysSoAndShowsTheChinese(t *testing.T) {
	const file = police + "/lesson.yaml"
	m := copied(t)
	m[file] = &fstest.MapFile{Data: []byte(withoutEnglish(string(m[file].Data)))}
	c, err := courses.Load(m)
	if err != nil {
		t.Fatal(err)
	}
	s := newSchool(t, always, always)
	s.e = echo.New()
	s.site.Use(s.e)
	s.e.Use(room.Load(room.Config{Store: room.NewStore(s.db.DB, s.clock.now), People: people.NewStore(s.db.DB, s.clock.now),
		Tour: tour.NewStore(s.db.DB, s.clock.now), Site: s.site}))
	courses.Register(web.NewRoutes(s.e, echo.New(), people.Guards()), s.site, c.WithDoors(always, always), s.store)
	b := s.visitor(t)
	b.lang = "en"
	for _, path := range []string{"/topics/fraud", "/lessons/" + police} {
		page, _ := b.get(path)
		for _, want := range []string{"公安局", `lang="zh-CN"`, "Chinese"} {
			if !strings.Contains(mainOf(page), want) {
				t.Errorf("%s in English lacks %q:\n%s", path, want, mainOf(page))
			}
		}
	}
	if page, _ := b.get("/lessons/fraud/stop-and-ask"); strings.Contains(mainOf(page), `lang="zh`) {
		t.Error("a lesson with English is shown in Chinese")
	}
}

func TestAVisitorsPlaceIsKeptUntilSheSignsOut(t *testing.T) {
	s := newSchool(t, always, always)
	b := s.visitor(t)
	page, address := b.get("/lessons/" + police)
	run := runIn(t, address)
	page, _ = b.press(page, 2)
	b.press(page, 3)
	b.get("/topics/fraud")
	if _, at := b.get("/lessons/" + police); at != courses.StepURL(police, 3, run) {
		t.Errorf("she comes back to %s, want step 3", at)
	}
	jar, err := cookiejar.New(nil) // signing out takes the visit away
	if err != nil {
		t.Fatal(err)
	}
	b.jar = jar
	if _, at := b.get("/lessons/" + police); runIn(t, at) == run || !strings.Contains(at, "/1?") {
		t.Errorf("the next visitor comes to %s", at)
	}
	if rec := b.do(http.MethodGet, courses.DoneURL(police, run), nil); rec.Code != http.StatusSeeOther {
		t.Errorf("the next visitor sees how far the one before came: %d", rec.Code)
	}
}
