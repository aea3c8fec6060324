package main

import (
	"context"
	"strings"
	"time"

	"silverclass/app/admin"
	"silverclass/app/cockpit"
	"silverclass/app/db"
	"silverclass/app/home"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/reports"
	"silverclass/app/room"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/courses/practice"
	"silverclass/live"
	"silverclass/live/sfu"
	"silverclass/quizzes"
	"silverclass/quizzes/certificates"

	"github.com/labstack/echo/v4"
)

// register makes the site and adds every feature's addresses.
func (p *program) register() error {
	p.public, p.internal = echo.New(), echo.New()
	p.metrics = newMetrics(p)
	p.site = web.NewSite(web.Config{Words: p.terminal.words, Assets: p.assets, Now: p.now, Zone: p.zone, Log: p.log,
		BaseURL: p.settings.BaseURL, LAN: withPort(p.settings.baseURL(), port(p.doors.plain)), TLSPort: port(p.doors.secure),
		Office: p.settings.Office, Nav: p.nav, ReadOnly: p.db.ReadOnly})
	p.site.Use(p.public)
	p.site.Use(p.internal)
	p.public.IPExtractor = p.settings.addresses()
	p.signIns = web.NewSignIns(p.site, p.db.DB)
	p.door = people.NewDoor(p.site, p.people, p.staff, p.signIns, !db.IsSQLite(p.db.DB))
	rooms := room.Config{Store: p.room, People: p.people, Tour: p.tour, Site: p.site, Fresh: 2 * time.Second}
	p.public.Use(p.metrics.count, forPeople(p.signIns.Load), forPeople(p.door.Load), forPeople(room.Load(rooms)))
	p.routes = web.NewRoutes(p.public, p.internal, people.Guards())
	p.registerHealth(p.routes)
	web.RegisterPrefs(p.routes, p.site)
	p.registerLearning(rooms)
	p.registerStaff()
	p.registerPrivacy()
	p.registerExchange()
	return p.registerLive()
}

// forPeople keeps a middleware off what no person asks for: files, LiveKit's streams
// and monitors. They need no sign-in and no seat, and some last for hours.
func forPeople(m echo.MiddlewareFunc) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		with := m(next)
		return func(c echo.Context) error {
			path := c.Request().URL.Path
			if strings.HasPrefix(path, "/static/") || path == "/rtc" || strings.HasPrefix(path, "/rtc/") || path == "/healthz" || path == "/readyz" {
				return next(c)
			}
			return with(c)
		}
	}
}

// registerLearning adds what learners see.
func (p *program) registerLearning(rooms room.Config) {
	r, g := p.routes, p.db.DB
	room.Register(r, rooms)
	courses.Register(r, p.site, p.catalog, p.courses)
	practice.Register(r, practice.Config{Library: p.content.scenes, Store: practice.NewStore(g, p.now), Catalog: p.catalog, Lessons: p.courses, Site: p.site})
	quizzes.Register(r, quizzes.Config{Library: p.content.quizzes, Store: quizzes.NewStore(g, p.now), Catalog: p.catalog, Lessons: p.courses, Tour: p.tour, People: p.people, Site: p.site,
		Second: p.content.scenes.HasSecond})
	certificates.Register(r, certificates.Config{Store: certificates.NewStore(g, p.now, p.rules), Rules: p.rules, Signer: p.signer,
		Catalog: p.catalog, Tour: p.tour, People: p.people, Site: p.site})
}

// registerStaff adds what staff see.
func (p *program) registerStaff() {
	r := p.routes
	people.Register(r, p.site, p.door, p.venueOf)
	tour.Register(r, p.site, p.tour, p.people, p.staff)
	reports.Register(r, p.site, p.reports, p.title)
	session := func(page string) func(string) string {
		return func(id string) string { return "/staff/sessions/" + id + page }
	}
	cockpit.Register(r, cockpit.Config{Site: p.site, Room: p.room, Tour: p.tour, People: p.people, Staff: p.staff, Catalog: p.catalog, Links: []cockpit.Link{
		{Key: "cockpit.to_desk", URL: session("/desk")},
		{Key: "cockpit.to_count", URL: session("/count")},
		{Key: "cockpit.to_session", URL: session("")},
		{Key: "cockpit.to_answers", URL: quizzes.ResultsURL},
		{Key: "cockpit.to_due", URL: quizzes.DueURL},
		{Key: "cockpit.to_certificates", URL: certificates.URL},
	}})
	admin.Register(r, p.site, admin.Config{People: p.people, Staff: p.staff, Door: p.door, Tour: p.tour, Live: p.liveStatus()})
}

// registerLive adds live classes, and home, which shows them.
func (p *program) registerLive() error {
	server := p.liveServer()
	p.live = live.New(live.Config{DB: p.db, Now: p.now, Server: server, Step: p.liveStep, Lessons: p.liveLessons, Visit: room.EnsureVisit, Recordings: p.recordings, Log: p.log})
	p.live.Register(p.routes, p.site)
	if p.sfu != nil {
		p.sfu.OnReady(func() { // a child that was started again knows no rooms
			if err := p.live.Restore(context.Background()); err != nil {
				p.log.Warn("rooms of open classes are made when somebody joins", "err", err)
			}
		})
	}
	if p.settings.Livekit == livekitEmbedded {
		proxy, err := live.Proxy(server.URL)
		if err != nil {
			return err
		}
		p.routes.Public.Any("/rtc", echo.WrapHandler(proxy))
		p.routes.Public.Any("/rtc/*", echo.WrapHandler(proxy))
	}
	progress := courses.NewProgress(p.catalog, p.courses)
	home.Register(p.routes, home.Config{Site: p.site, Catalog: p.catalog, Progress: progress, Live: p.live.Store(), Tour: p.tour, Staff: p.staff,
		Quizzes: quizzes.NewStore(p.db.DB, p.now), People: p.people, Sources: []home.Source{
			home.FromRoom(p.room, p.catalog),
			home.FromLive(p.live.Store(), p.tour, p.staff),
			home.HalfWay(progress),
			home.DueAgain(quizzes.NewStore(p.db.DB, p.now), p.catalog),
			home.NextLesson(progress, p.tour),
		}})
	return nil
}

// liveServer is the media server that classes use: our child, or one elsewhere.
func (p *program) liveServer() live.Server {
	if p.sfu != nil {
		return live.Server{URL: p.sfu.URL(), Key: p.sfu.Key(), Secret: p.sfu.Secret(), Status: p.sfu.Status}
	}
	if p.settings.Livekit == livekitOff { // pages say that there is no video here
		return live.Server{Status: func() sfu.Status { return sfu.Status{State: sfu.Stopped} }}
	}
	return live.Server{URL: p.settings.Livekit, Public: p.settings.Livekit, Key: p.settings.LivekitKey, Secret: p.settings.LivekitSecret}
}

// liveStatus tells how our LiveKit does; nil when it is not ours to run.
func (p *program) liveStatus() func(context.Context) admin.Status {
	if p.sfu == nil {
		return nil
	}
	return func(context.Context) admin.Status {
		s := p.sfu.Status()
		return admin.Status{Good: s.Running(), Key: s.Key(), Port: s.Port}
	}
}

// liveStep is the n-th step of a lesson as a class shows it.
func (p *program) liveStep(slug string, n int, lang string) (live.Step, error) {
	l, err := p.catalog.Lesson(slug)
	if err != nil {
		return live.Step{}, err
	}
	path := l.Path()
	n = min(max(n, 1), len(path))
	s := l.Step(path[n-1])
	return live.Step{Lesson: l.Title.In(lang), Number: n, Of: len(path), Title: s.Heading.In(lang), Text: strings.ReplaceAll(s.Text.In(lang), "**", "")}, nil
}

// liveLessons are the lessons of a class's topics, in teaching order.
func (p *program) liveLessons(topics []string, lang string) []live.Lesson {
	var list []live.Lesson
	for _, t := range p.catalog.Topics() {
		for _, slug := range topics {
			if t.Slug != slug {
				continue
			}
			for _, l := range t.Lessons {
				list = append(list, live.Lesson{Slug: l.Slug, Title: l.Title.In(lang), Steps: len(l.Path())})
			}
		}
	}
	return list
}

func (p *program) venueOf(ctx context.Context, id string) (name, cityID string, err error) {
	v, err := p.tour.Venue(ctx, id)
	return v.Name, v.CityID, err
}

// title says what the object of a fact is called.
func (p *program) title(object, lang string) string {
	kind, id := ledger.SplitObject(object)
	switch kind {
	case "lesson", "scene", "quiz":
		if l, err := p.catalog.Lesson(id); err == nil {
			return l.Title.In(lang)
		}
	case "topic", "check":
		slug, _, _ := strings.Cut(id, "/")
		if t, err := p.catalog.Topic(slug); err == nil {
			return t.Name.In(lang)
		}
	}
	return ""
}

// nav are the links of the staff menu that a reader's roles open.
func (p *program) nav(c echo.Context) []web.NavItem {
	r := people.Who(c)
	if r.Staff == nil {
		return nil
	}
	items := []web.NavItem{{Key: "admin.nav_today", URL: "/staff"}, {Key: "admin.nav_tour", URL: "/staff/tour"}}
	add := func(role people.Role, key, url string) {
		if r.MayAnywhere(role) {
			items = append(items, web.NavItem{Key: key, URL: url})
		}
	}
	add(people.Helper, "admin.nav_people", "/staff/people")
	add(people.Trainer, "practice.nav", "/staff/practice")
	add(people.Organizer, "privacy.nav", "/staff/privacy")
	add(people.Observer, "admin.nav_reports", "/staff/reports")
	add(people.Trainer, "courses.review_nav", "/staff/content")
	add(people.Organizer, "admin.nav_tablets", "/staff/tablets")
	add(people.Organizer, "admin.nav_cards", "/staff/cards")
	add(people.Admin, "admin.nav_staff", "/staff/staff")
	add(people.Admin, "exchange.nav", "/staff/exchange")
	return items
}
