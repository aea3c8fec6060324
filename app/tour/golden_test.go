package tour_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/tour"
)

var (
	uuids    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	versions = regexp.MustCompile(`data-version="[0-9a-f]+"`)
)

// steady takes out of a page what differs from run to run.
func steady(page string) string {
	page = mainPart.FindString(page)
	page = uuids.ReplaceAllString(page, "ID")
	page = versions.ReplaceAllString(page, `data-version="V"`)
	return strings.ReplaceAll(page, "><", ">\n<") + "\n"
}

// number is a well-formed card number, the same for the same n.
func number(t testing.TB, n int) string {
	t.Helper()
	s, err := people.NewCardNumber(strings.NewReader(fmt.Sprintf("%07d", n)))
	need(t, err)
	return s
}

// busy fills the desk's session: three people, one taken back, an unknown card, a refused
// scan, two counts, two figures.
func (w *desk) busy(t testing.TB) (desk string) {
	t.Helper()
	at := "/staff/sessions/" + w.session.ID
	id := func() []string { return []string{db.NewID()} }
	for i, name := range []string{"王阿姨", "陈叔叔", ""} {
		desk = w.post(t, at+"/desk/issue", url.Values{"id": id(), "consent": id(), "age": {"65-69"}, "name": {name}, "card": {number(t, i)}})
	}
	present, err := w.store.Present(t.Context(), w.session.ID)
	need(t, err)
	w.post(t, at+"/desk/"+present[1].ID+"/retract", url.Values{"reason": {tour.WrongPerson}})
	w.post(t, at+"/desk/check-in", url.Values{"id": id(), "scan": {number(t, 9)}})
	w.do("POST", at+"/desk/check-in", url.Values{"id": id(), "scan": {"ABCD EFGH"}})
	w.post(t, at+"/count", url.Values{"id": id(), "heads": {"29"}, "method": {"estimate"}})
	w.post(t, at+"/count", url.Values{"id": id(), "heads": {"31"}, "sixty": {"28"}, "method": {"tally"}})
	w.post(t, at+"/figures", url.Values{"id": id(), "verb": {"served"}, "served_code": {"volunteer"}, "served_amount": {"3.5"}})
	w.post(t, at+"/figures", url.Values{"id": id(), "verb": {"equipped"}, "equipped_amount": {"12"}, "equipped_usable": {"11"}})
	return desk
}

func TestPagesLookTheSame(t *testing.T) {
	w := newDesk(t)
	did := w.busy(t)
	id := func() []string { return []string{db.NewID()} }
	partner := w.post(t, "/staff/partners", url.Values{"id": id(), "city": {w.city.ID}, "name": {"江城电信"}, "kind": {"enterprise"}})
	trip := w.post(t, "/staff/tours", url.Values{"id": id(), "city": {w.city.ID}, "name": {"江城城市行"}})
	stop := w.post(t, "/staff/stops", url.Values{"id": id(), "tour": {idIn(trip)}, "city": {w.city.ID}, "name": {"望江站"}, "first_day": {"2026-11-23"}, "last_day": {"2026-11-24"},
		"forms": {"hands-on"}, "venues": {w.venue.ID}, "partners": {idIn(partner)}, "sends_" + idIn(partner): {"两名讲师"}})
	w.plan(t, "16:00", "17:00")
	at := "/staff/sessions/" + w.session.ID
	if _, err := ledger.NewSealer(w.whole).RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	pages := map[string]string{
		"overview": "/staff/tour", "cities": "/staff/cities", "city": "/staff/cities/" + w.city.ID, "venue": "/staff/venues/" + w.venue.ID,
		"partner": partner, "tour": trip, "stop": stop, "stop-edit": stop + "/edit", "sessions": "/staff/sessions", "session": at,
		"session-new": "/staff/sessions/new?stop=" + idIn(stop), "desk": did, "count": at + "/count", "figures": at + "/figures", "sheet": at + "/sheet",
	}
	for name, path := range pages {
		for _, lang := range []string{"zh-Hans", "en"} {
			t.Run(name+" "+lang, func(t *testing.T) {
				rec := w.do("GET", path, nil, lang)
				if rec.Code != 200 {
					t.Fatalf("got %d", rec.Code)
				}
				got := hashes.ReplaceAllString(steady(rec.Body.String()), "HASH")
				if strings.Contains(got, "[tour.") || strings.Contains(got, "[people.") {
					t.Error("a sentence is missing")
				}
				golden(t, filepath.Join("testdata", name+"."+lang+".html"), got)
			})
		}
	}
}

var hashes = regexp.MustCompile(`([0-9a-f]{8} ){7}[0-9a-f]{8}`)

func golden(t *testing.T, file, got string) {
	t.Helper()
	if os.Getenv("GOLDEN") == "update" {
		need(t, os.MkdirAll(filepath.Dir(file), 0o755))
		need(t, os.WriteFile(file, []byte(got), 0o644))
		return
	}
	want, err := os.ReadFile(file)
	need(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (GOLDEN=update writes it anew):\n%s", file, diff)
	}
}
