package quizzes_test

import (
	_ "embed"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/room/roomtest"
	"silverclass/courses"
	"silverclass/quizzes"

	"github.com/google/go-cmp/cmp"
)

const police = "fraud/police-call"

// hall is a venue whose tablets show lessons and quizzes.
type hall struct {
	*roomtest.Hall
	t     *testing.T
	lib   *quizzes.Library
	store *quizzes.Store
	rows  *courses.Store
	// newID numbers the attempts of somebody nobody knows yet.
	newID func() string
}

func newHall(t *testing.T) *hall {
	t.Helper()
	return newHallOf(t, policeOnly(t))
}

//go:embed testdata/police-call.yaml
var policeCall string

// policeOnly is a bank of one quiz, which mending the program's own does not change.
func policeOnly(t testing.TB) *quizzes.Library {
	t.Helper()
	lib, err := quizzes.Load(bank(t, police+".yaml", policeCall), wording(t), words(t))
	if err != nil {
		t.Fatal(err)
	}
	return lib
}

func newHallOf(t *testing.T, lib *quizzes.Library) *hall {
	t.Helper()
	h := &hall{Hall: roomtest.New(t), t: t, lib: lib, newID: db.NewID}
	h.store = quizzes.NewStore(h.DB.DB, h.Clock.Now)
	h.rows = courses.NewStore(h.DB.DB, h.Clock.Now)
	cat, err := courses.Load(courses.Content())
	if err != nil {
		t.Fatal(err)
	}
	cat = cat.WithDoors(func(string) bool { return true }, h.lib.Has)
	courses.Register(h.Routes, h.Site, cat, h.rows)
	quizzes.Register(h.Routes, quizzes.Config{Library: h.lib, Store: h.store, Catalog: cat, Lessons: h.rows, Tour: h.Tour, People: h.People, Site: h.Site,
		NewID: func() string { return h.newID() }, Second: func(slug string) bool { return slug == "fraud/stop-and-ask" }})
	return h
}

// asking numbers attempts so that the quiz asks these two questions, in this order.
func (h *hall) asking(first, second string) {
	h.newID = func() string {
		for {
			id := db.NewID()
			if q := h.quiz().Draw(quizzes.SeedOf(id)); q[0].ID == first && q[1].ID == second {
				return id
			}
		}
	}
}

func (h *hall) quiz() *quizzes.Quiz {
	h.t.Helper()
	q, err := h.lib.Quiz(police)
	if err != nil {
		h.t.Fatal(err)
	}
	return q
}

func (h *hall) facts(verb ledger.Verb) []ledger.Fact {
	h.t.Helper()
	list, err := db.Rows[ledger.Fact](h.DB.DB).Where("verb = ?", verb).Order("at, id").Find(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// run begins the lesson and stands at its quiz.
func (h *hall) run(b *roomtest.Browser) string {
	h.t.Helper()
	id := db.NewID()
	b.Post("/lessons/"+police+"/next", "id", db.NewID(), "run", id, "from", "1", "target", "7").Is(http.StatusSeeOther)
	return id
}

var fields = regexp.MustCompile(`name="attempt" value="([^"]*)"><input type="hidden" name="at" value="([^"]*)"><input type="hidden" name="run" value="([^"]*)"><input type="hidden" name="question" value="([^"]*)"`)

// form is what a question's page sends with an answer.
func form(t *testing.T, page string) []string {
	t.Helper()
	m := fields.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no question to answer:\n%s", page)
	}
	return []string{"attempt", m[1], "at", m[2], "run", m[3], "question", m[4]}
}

// right is the right answer of the question that a page asks, wrong another one.
func (h *hall) answers(page string) (right, wrong string) {
	h.t.Helper()
	id := form(h.t, page)[7]
	for _, q := range h.quiz().Questions {
		if q.ID == id {
			r := q.Right()[0]
			return string(rune('0' + r)), string(rune('0' + (r+1)%len(q.Answers)))
		}
	}
	h.t.Fatalf("the quiz has no question %s", id)
	return "", ""
}

// give sends an answer and gives the page that it leads to.
func give(t *testing.T, b *roomtest.Browser, page, answer string) string {
	t.Helper()
	a := b.Post("/quizzes/"+police, append(form(t, page), "answer", answer)...).Is(http.StatusSeeOther)
	return b.Get(a.To).Shows().Body
}

var next = regexp.MustCompile(`<a class="btn main" data-primary href="([^"]*)"`)

func follow(t *testing.T, b *roomtest.Browser, page string) string {
	t.Helper()
	m := next.FindStringSubmatch(page)
	if m == nil {
		t.Fatalf("no way on:\n%s", page)
	}
	return b.Get(strings.ReplaceAll(m[1], "&amp;", "&")).Shows().Body
}

var ids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[47][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}`)

// golden compares what is ours of a page: what stands between header and footer, and in
// the footer's two places. The frame around it is app/web's.
func golden(t *testing.T, name, page string) {
	t.Helper()
	got := ""
	for _, part := range [][2]string{{`<div class="progress">`, "</header>"}, {"<main", "</main>"}, {`<div class="foot-left">`, "<form class=\"foot-help\""}, {`<div class="foot-main">`, "</footer>"}} {
		_, after, _ := strings.Cut(page, part[0])
		inside, _, _ := strings.Cut(after, part[1])
		if part[1] == "</header>" {
			inside, _, _ = strings.Cut(inside, "<form")
		}
		got += part[0] + inside + "\n"
	}
	got = ids.ReplaceAllString(got, "ID")
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

// reader is a learner as the pages know her.
func (h *hall) reader(personID string) people.Reader {
	h.t.Helper()
	p, err := h.People.Person(h.t.Context(), personID)
	if err != nil {
		h.t.Fatal(err)
	}
	return people.Reader{Person: &p}
}

// attempts are all rows, by start.
func (h *hall) attempts() []quizzes.Attempt {
	h.t.Helper()
	list, err := db.Rows[quizzes.Attempt](h.DB.DB).Order("started_at, id").Find(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	for i := range list { // pointers are compared by address
		list[i].DoneAt, list[i].FactID, list[i].VisitID, list[i].PersonID, list[i].SessionID = nil, nil, nil, nil, nil
	}
	return list
}
