package practice_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/room"
	"silverclass/app/room/roomtest"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/locales"

	"github.com/google/go-cmp/cmp"
)

// hall is a venue whose tablets show lessons and practice.
type hall struct {
	*roomtest.Hall
	lessons *courses.Catalog
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{Hall: roomtest.New(t)}
	lib := ours(t)
	cat, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	h.lessons = cat.WithDoors(lib.Has, func(string) bool { return true })
	rows := courses.NewStore(h.DB.DB, h.Clock.Now)
	courses.Register(h.Routes, h.Site, h.lessons, rows)
	practice.Register(h.Routes, practice.Config{Library: lib, Store: practice.NewStore(h.DB.DB, h.Clock.Now),
		Catalog: h.lessons, Lessons: rows, Site: h.Site})
	return h
}

func (h *hall) facts(verb ledger.Verb, kind string) []ledger.Fact {
	h.T.Helper()
	list, err := db.Rows[ledger.Fact](h.DB.DB).Where("verb = ? AND object LIKE ?", verb, kind+":%").Order("at, id").Find(h.T.Context())
	if err != nil {
		h.T.Fatal(err)
	}
	return list
}

var hidden = regexp.MustCompile(`<input type="hidden" name="play" value="([^"]*)"><input type="hidden" name="at" value="([^"]*)"><input type="hidden" name="run" value="([^"]*)"><input type="hidden" name="mode" value="([^"]*)">`)

// press taps what a page offers, the way a browser without JavaScript does, and gives
// the next page and its address.
func press(t *testing.T, b *roomtest.Browser, page, scene, do string) (next, address string) {
	t.Helper()
	m := hidden.FindStringSubmatch(page)
	if m == nil || !strings.Contains(page, `name="do" value="`+do+`"`) {
		t.Fatalf("the page does not offer %s:\n%s", do, page)
	}
	a := b.Post("/practice/"+scene, "play", m[1], "at", m[2], "run", m[3], "mode", m[4], "do", do).Is(http.StatusSeeOther)
	return b.Get(a.To).Shows().Body, a.To
}

func TestAPracticeFromThePage(t *testing.T) {
	h := newHall(t)
	session := h.Session(0)
	h.Clock.Pass(1)
	person, _ := h.Learner("王阿姨")
	h.CheckIn(session, person)
	tablet := h.Enrol()
	tablet.Post("/tablet/tile", "id", db.NewID(), "person", person.ID).Leads("/tablet")
	run := db.NewID()
	tablet.Post("/lessons/"+police+"/next", "id", db.NewID(), "run", run, "from", "1", "target", "6").Is(http.StatusSeeOther)

	page := tablet.Get("/practice/"+police+"?run="+run).Shows("练习，不是真的", `action="/lessons/`+police+`/next"`, "以后再做").Body
	var address string
	for _, do := range []string{"answer", "talk", "answer", "tell", "again", "back", "answer", "ask-family", "call-police"} {
		page, address = press(t, tablet, page, police, do)
		if !strings.Contains(page, "练习，不是真的") {
			t.Errorf("after %s the band is missing", do)
		}
		if again := tablet.Get(address).Shows().Body; steady(again) != steady(page) {
			t.Errorf("after %s a reload shows something else", do)
		}
	}
	if !strings.Contains(page, "自己拨 96110 问，最可靠") || !strings.Contains(page, `name="target" value="7"`) {
		t.Errorf("the ending:\n%s", page)
	}
	facts := h.facts(ledger.Practised, "scene")
	if len(facts) != 1 || facts[0].PersonID == nil || *facts[0].PersonID != person.ID || facts[0].SessionID == nil || *facts[0].SessionID != session.ID {
		t.Fatalf("facts: %+v", facts)
	}
	seat, err := h.Room.At(t.Context(), tablet.Tablet.ID)
	if err != nil || seat.Place.Kind != room.Scene || seat.Place.Slug != police {
		t.Errorf("the cockpit sees %+v, %v", seat.Place, err)
	}
	tablet.Get("/practice/" + police + "?run=" + run).Shows("自己做一次")
	page = tablet.Get("/practice/" + police + "?again=1&run=" + run).Shows("您存过的号码来电").Body
	for _, do := range []string{"answer", "talk", "decline"} {
		page, _ = press(t, tablet, page, police, do)
	}
	if !strings.Contains(page, "您没有接") {
		t.Errorf("once more:\n%s", page)
	}
	if got := len(h.facts(ledger.Practised, "scene")); got != 2 {
		t.Errorf("%d facts, want 2", got)
	}
}

func TestHelpFromStaffIsKept(t *testing.T) {
	h := newHall(t)
	h.Session(0)
	h.Clock.Pass(1)
	tablet := h.Enrol()
	page := tablet.Get("/practice/" + police).Body
	for _, do := range []string{"answer", "talk", "answer"} {
		page, _ = press(t, tablet, page, police, do)
	}
	tablet.Post("/help/call", "id", db.NewID())
	call, err := h.Room.Hand(t.Context(), tablet.Tablet.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Room.Answer(t.Context(), db.NewID(), call.ID, h.Trainer.ID); err != nil {
		t.Fatal(err)
	}
	press(t, tablet, page, police, "hang-up")
	facts := h.facts(ledger.Practised, "scene")
	if len(facts) != 1 {
		t.Fatalf("facts: %v", facts)
	}
	d, err := ledger.DetailOf[ledger.PractisedDetail](facts[0])
	if err != nil || !d.Helped || d.Hints != 0 || facts[0].PersonID != nil {
		t.Errorf("detail %+v, %v", d, err)
	}
}

func TestPassingItOver(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	run := db.NewID()
	own.Post("/lessons/"+police+"/next", "id", db.NewID(), "run", run, "from", "1", "target", "6").Is(http.StatusSeeOther)
	own.Get("/practice/"+police+"?run="+run).Shows(`<input type="hidden" name="later" value="1">`, `name="target" value="7"`)
	own.Post("/lessons/"+police+"/next", "id", db.NewID(), "run", run, "from", "6", "target", "7", "later", "1").Leads("/lessons/" + police + "/7?run=" + run)
	if s, p := h.facts(ledger.Started, "scene"), h.facts(ledger.Practised, "scene"); len(s)+len(p) != 0 {
		t.Errorf("facts of a practice that was passed over: %v %v", s, p)
	}
}

func TestAForgedTapShowsThePresentScreen(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	page := own.Get("/practice/" + police).Body
	for _, do := range []string{"answer", "talk", "answer"} {
		page, _ = press(t, own, page, police, do)
	}
	play := hidden.FindStringSubmatch(page)[1]
	tests := []struct {
		name   string
		form   []string
		status int
		says   string
	}{
		{"not offered here", []string{"play", play, "at", "3", "do", "install"}, 422, "请从下面选一个"},
		{"from an older page", []string{"play", play, "at", "0", "do", "decline"}, 409, "请从这里接着做"},
		{"from no page of ours", []string{"play", play, "at", "x", "do", "hang-up"}, 409, "请从这里接着做"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := own.Post("/practice/"+police, tt.form...).Is(tt.status)
			if !strings.Contains(a.Body, tt.says) || !strings.Contains(a.Body, "我是市") {
				t.Errorf("the present screen is not shown:\n%s", a.Body)
			}
		})
	}
	h.Own().Post("/practice/"+police, "play", play, "at", "1", "do", "hang-up").Is(http.StatusNotFound)
	own.Get("/practice/" + police).Shows("我是市")
	own.Get("/practice/fraud/no-such").Is(http.StatusNotFound)
}

// TestGoldenPages compares each sort of page in each language with testdata.
func TestGoldenPages(t *testing.T) {
	tests := []struct {
		name, scene string
		taps        []string
	}{
		{"ringing", police, nil},
		{"call-with-hint", police, []string{"answer", "talk", "answer", "tell", "again"}},
		{"call-with-arrow", police, []string{"answer", "talk", "answer", "tell", "again", "tell", "again"}},
		{"shown", police, []string{"answer", "talk", "answer", "tell", "again", "tell", "again", "tell", "again"}},
		{"repair", police, []string{"answer", "talk", "answer", "tell"}},
		{"ending", police, []string{"answer", "talk", "answer", "tell", "again", "listen", "question", "wait", "hang-up"}},
		{"contacts", "fraud/child-in-trouble", []string{"answer", "hang-up", "contacts"}},
		{"message", "fraud/stop-and-ask", nil},
		{"family", "fraud/stop-and-ask", []string{"ignore", "answer", "listen", "ask-family"}},
	}
	h := newHall(t)
	for _, lang := range locales.Written() {
		for _, tt := range tests {
			t.Run(tt.name+"."+lang, func(t *testing.T) {
				b := h.Own()
				if lang == "en" {
					b.English()
				}
				page := b.Get("/practice/" + tt.scene).Shows().Body
				for _, do := range tt.taps {
					page, _ = press(t, b, page, tt.scene, do)
				}
				golden(t, tt.name+"."+lang+".html", steady(page))
			})
		}
	}
}

var (
	ids    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)
	hashes = regexp.MustCompile(`/static/[0-9a-f]{12}/`)
)

// steady takes out what differs every time.
func steady(page string) string {
	return hashes.ReplaceAllString(ids.ReplaceAllString(page, "ID"), "/static/HASH/")
}

// golden compares what is ours of a page: what stands between header and footer, and in
// the footer's two places. The frame around it is app/web's.
func golden(t *testing.T, name, page string) {
	t.Helper()
	got := ""
	for _, part := range [][2]string{{"<main", "</main>"}, {`<div class="foot-left">`, "<form class=\"foot-help\""}, {`<div class="foot-main">`, "</footer>"}} {
		_, after, _ := strings.Cut(page, part[0])
		inside, _, _ := strings.Cut(after, part[1])
		got += part[0] + inside + "\n"
	}
	file := filepath.Join("testdata", "pages", name)
	if os.Getenv("GOLDEN") == "update" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (GOLDEN=update writes it anew):\n%s", file, diff)
	}
}

// TestNothingSecretCanBeTyped: no page of ours has a field to type in.
func TestNothingSecretCanBeTyped(t *testing.T) {
	files, err := filepath.Glob("pages/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	input := regexp.MustCompile(`<(input|textarea|select)[^>]*>`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, tag := range input.FindAllString(string(b), -1) {
			if !strings.Contains(tag, `type="hidden"`) {
				t.Errorf("%s: %s", f, tag)
			}
		}
	}
}

func TestReadAloudSaysFirstThatItIsNotReal(t *testing.T) {
	h := newHall(t)
	own := h.Own()
	page, _ := press(t, own, own.Get("/practice/"+police).Body, police, "answer")
	_, speak, _ := strings.Cut(page, `data-speak="`)
	speak, _, _ = strings.Cut(speak, `"`)
	if !strings.HasPrefix(speak, "练习，不是真的\n") || strings.Contains(speak, "**") {
		t.Errorf("read aloud: %s", speak)
	}
}
