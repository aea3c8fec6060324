package courses_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"silverclass/app/web"
	"silverclass/courses"
)

func TestAMissingLessonLeadsBackToItsTopic(t *testing.T) {
	b := newSchool(t, always, always).visitor(t)
	for _, address := range []string{"/lessons/fraud/nobody", "/lessons/fraud/nobody/3", "/lessons/fraud/police-call/99", "/lessons/fraud/police-call/x"} {
		rec := b.do(http.MethodGet, address, nil)
		if rec.Code != http.StatusNotFound || !strings.Contains(rec.Body.String(), `data-primary href="/topics/fraud"`) {
			t.Errorf("%s answers %d without the way back:\n%s", address, rec.Code, mainOf(rec.Body.String()))
		}
	}
	if rec := b.do(http.MethodGet, "/lessons/cooking/soup", nil); rec.Code != http.StatusNotFound {
		t.Errorf("no such topic answers %d", rec.Code)
	}
}

func TestKeepersSeeWhatIsToBeLookedAtAgain(t *testing.T) {
	s := newSchool(t, always, always)
	if rec := s.visitor(t).do(http.MethodGet, "/staff/content", nil); rec.Code == http.StatusOK {
		t.Error("anybody may open the page of those who keep the content")
	}
	s.e = echo.New()
	open := func(echo.Context) error { return nil }
	refused := []courses.Problem{{File: "fraud/police-call/lesson.yaml", Line: 80, Rule: "courses.rule_outside"}}
	s.site.Use(s.e)
	courses.Register(web.NewRoutes(s.e, echo.New(), web.Guards{Trainer: open}), s.site, s.catalog.WithRefused(refused), s.store)
	b := s.visitor(t)
	page, _ := b.get("/staff/content")
	for _, want := range []string{"“我是公安局的”", "/staff/content/fraud/police-call", "2027年", "fraud/police-call/lesson.yaml:80", "通到内容目录外面"} {
		if !strings.Contains(page, want) {
			t.Errorf("the list lacks %s:\n%s", want, mainOf(page))
		}
	}
	page, _ = b.get("/staff/content/fraud/police-call")
	for _, want := range []string{"preview-3", "zuomama.com", "公安机关反诈提醒", "九六幺幺零"} {
		if !strings.Contains(page, want) {
			t.Errorf("the preview lacks %s", want)
		}
	}
	if n := strings.Count(page, `class="preview `); n != 24 {
		t.Errorf("the preview shows %d, want 8 steps at 3 sizes", n)
	}
}
