//go:build browser

package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// The people and places of the story.
const (
	cityName    = "清河市"
	venueName   = "清河信息消费体验中心"
	partnerName = "清河通信有限公司"
	tourName    = "清河城市行"
	stopName    = "第一站"
	learnerName = "王阿姨"
	wrongName   = "李叔叔"
	trainerName = "陈老师"
	password    = "old tortoises walk slowly"
	lesson      = "/lessons/fraud/police-call"
)

// story is what the parts of the story hand on to each other.
type story struct {
	t *testing.T
	p *Program

	organizer *Tab // at a desk, plain HTTP
	cockpit   *Tab // the organizer's second window: the session's room
	tablet    *Tab // the hall's tablet, plain HTTP
	home      *Tab // a learner's phone at home, plain HTTP
	trainer   *Tab // a laptop with a camera, HTTPS

	city, venue, tour, stop, session string // addresses of their pages
	cards                            []string
}

// TestStory walks the main job of the program from its first start to the report.
func TestStory(t *testing.T) {
	s := &story{t: t, p: start(t, "--zone", morning(time.Now()))}
	s.organizer = window(t, "organizer", 1280, 800)
	s.tablet = window(t, "tablet", 800, 1280)
	s.home = window(t, "home", 390, 844)
	s.trainer = window(t, "trainer", 1280, 800)

	s.administratorSetsUp()
	s.organizerPlans()
	s.organizerPrintsCardsAndEnrolsATablet()
	s.deskIssuesACard()
	s.learnerTakesTheLesson()
	s.learnerPractises()
	s.learnerAnswersAndGetsTheSeal()
	s.deskTakesAMistakeBack()
	s.visitorTakesTheLesson()
	s.trainerGivesALiveClass()
	s.organizerCountsAndReports()
}

// morning is a time zone in which it is about ten now: a session of two hours never
// crosses midnight, whenever the test runs.
func morning(now time.Time) string {
	offset := 10 - now.UTC().Hour() // −13 to 10
	if offset < -11 {
		offset += 24
	}
	if offset == 0 {
		return "UTC"
	}
	return fmt.Sprintf("Etc/GMT%+d", -offset) // POSIX counts the other way round
}

func (s *story) url(path string) string { return s.p.URL(path) }

// path is an address without its host, and without what follows its path.
func path(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	_, p, _ := strings.Cut(rest, "/")
	p, _, _ = strings.Cut("/"+p, "?")
	return p
}

func (s *story) administratorSetsUp() {
	o := s.organizer
	line := s.p.Printed("/staff/link/")
	link := line[strings.Index(line, "http"):]
	o.Open(link)
	o.Fill("#name", "王管理")
	o.Fill("#login", adminLogin)
	o.Fill("#password", password)
	o.Follow("main form button.main")
	o.AwaitAddress("/staff/setup$")

	// The link serves once.
	o.Expect(410)
	o.Open(link)
	o.See("已经用过")
}

// submit presses the one filled button of a staff form and gives where it led.
func (s *story) submit() string {
	s.t.Helper()
	s.organizer.Follow("main form button.main")
	return path(s.organizer.address())
}

func (s *story) organizerPlans() {
	o := s.organizer
	o.Open(s.url("/staff/setup"))
	o.Follow(".todo li.next a")
	o.Open(s.url("/staff/cities/new"))
	o.Fill("#name", cityName)
	s.city = s.submit()

	o.Open(s.url("/staff/venues/new"))
	o.Choose("#city", cityName)
	o.Fill("#name", venueName)
	o.Set("input[name=kind][value=center]", "")
	o.Fill("#places", "60")
	s.venue = s.submit()

	o.Open(s.url("/staff/partners/new"))
	o.Choose("#city", cityName)
	o.Fill("#name", partnerName)
	o.Set("input[name=kind][value=enterprise]", "")
	s.submit()

	o.Open(s.url("/staff/tours/new"))
	o.Choose("#city", cityName)
	o.Fill("#name", tourName)
	s.tour = s.submit()

	now := s.now()
	o.Open(s.url("/staff/stops/new?tour=" + last(s.tour)))
	o.Fill("#name", stopName)
	o.Choose("#city", cityName)
	o.Set("#first_day", now.Format(time.DateOnly))
	o.Set("#last_day", now.Format(time.DateOnly))
	o.Set("input[name=forms][value=hands-on]", "")
	o.Set("input[name=venues]", "")
	o.Set("input[name=partners]", "")
	s.stop = s.submit()

	o.Open(s.url("/staff/sessions/new?stop=" + last(s.stop)))
	o.Choose("#venue", venueName)
	o.Set("input[name=topics][value=fraud]", "")
	o.Set("#day", now.Format(time.DateOnly))
	o.Set("#starts", now.Format("15:04"))
	o.Set("#ends", now.Add(2*time.Hour).Format("15:04"))
	o.Set("input[name=mode][value=both]", "")
	s.session = s.submit()
	o.See("风险甄别")
	o.See(venueName)
}

// now is the local time of the program's zone.
func (s *story) now() time.Time {
	zone, err := time.LoadLocation(morning(time.Now()))
	if err != nil {
		s.t.Fatal(err)
	}
	return time.Now().In(zone)
}

// last is the last part of a path: an ID.
func last(p string) string { return p[strings.LastIndex(p, "/")+1:] }

func (s *story) organizerPrintsCardsAndEnrolsATablet() {
	o := s.organizer
	o.Open(s.url("/staff/cards"))
	o.Fill("#pages", "1")
	s.submit()
	numbers, err := evaluate[[]string](o, `[...document.querySelectorAll(".card .number")].map(e => e.innerText.trim())`)
	if err != nil || len(numbers) != 10 {
		s.t.Fatalf("the sheet has the cards %v (%v), want ten", numbers, err)
	}
	codes, err := evaluate[int](o, `document.querySelectorAll(".card svg").length`)
	if err != nil || codes != 10 {
		s.t.Errorf("the sheet has %d QR codes (%v), want ten", codes, err)
	}
	s.cards = numbers

	o.Open(s.url("/staff/tablets"))
	o.Choose("#venue", venueName)
	o.Fill("#places", "1")
	s.submit()
	code := o.Text(".url code")
	s.tablet.Open(code)
	s.tablet.See(venueName)
	s.tablet.Follow("[data-primary]")
	s.tablet.Open(s.url("/tablet"))
	s.tablet.Await("[data-primary]")

	// Setting up is done, or says what is open.
	o.Open(s.url("/staff/setup"))
	o.Await(".todo")
}
