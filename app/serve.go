package main

import (
	"context"
	"errors"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/privacy"
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
	"silverclass/static"

	"github.com/labstack/echo/v4"
)

// program is everything that runs while the program serves. It is put together once, in
// serve, and does not change afterwards.
type program struct {
	settings settings
	terminal *terminal
	now      func() time.Time
	log      *slog.Logger
	zone     *time.Location
	doors    *listeners
	db       *db.DB
	content  content
	assets   *static.Assets
	site     *web.Site
	signIns  *web.SignIns
	people   *people.Store
	phones   *people.PhoneKeys
	privacy  *privacy.Store
	staff    *people.StaffStore
	door     *people.Door
	tour     *tour.Store
	room     *room.Store
	reports  *reports.Store
	courses  *courses.Store
	catalog  *courses.Catalog // with the doors that lead somewhere
	rules    certificates.Rules
	signer   *certificates.Signer
	live     *live.Service
	// recordings are what trainers recorded of their classes.
	recordings *live.Recordings
	sfu        *sfu.Supervisor // nil when LiveKit runs elsewhere or not at all
	metrics    *metrics

	public, internal *echo.Echo
	routes           *web.Routes
	background       sync.WaitGroup
}

// serve runs the program until ctx ends. This file is the only place where features are
// joined.
func serve(ctx context.Context, s settings, t *terminal) error {
	p := &program{settings: s, terminal: t, now: time.Now, log: slog.Default()}
	if err := p.prepare(ctx); err != nil {
		return err
	}
	defer p.close()
	work, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWork()
	if err := p.startLivekit(work); err != nil {
		return err
	}
	if err := p.register(); err != nil {
		return err
	}
	p.startBackground(work)
	if err := p.hello(ctx); err != nil {
		return err
	}
	return p.doors.serveHTTP(ctx, web.Compress(p.public), p.internal, func(end context.Context) {
		if p.sfu != nil {
			if err := p.sfu.Stop(end); err != nil {
				p.log.Error("LiveKit did not stop", "err", err)
			}
		}
		stopWork()
		p.background.Wait()
	})
}

// prepare reads content and settings and opens what everything else needs, the cheapest
// first, so that what is wrong is said at once.
func (p *program) prepare(ctx context.Context) error {
	var err error
	if p.zone, err = p.settings.location(); err != nil {
		return err
	}
	if p.content, err = loadContent(p.settings.Content, p.terminal.words); err != nil {
		return err
	}
	for _, line := range p.terminal.problems(p.content.refused) {
		p.log.Warn("content refused", "why", line)
	}
	if p.assets, err = static.Load(); err != nil {
		return err
	}
	if p.doors, err = listen(p.settings); err != nil {
		return err
	}
	if err := p.openStores(ctx); err != nil {
		p.doors.close()
		return err
	}
	return nil
}

func (p *program) openStores(ctx context.Context) error {
	if err := p.settings.keys().Prepare(); err != nil {
		return err
	}
	master, err := people.KeyFile(p.settings.keys().People())
	if err != nil {
		return err
	}
	secrets, err := people.NewSecrets(master, runtime.NumCPU())
	if err != nil {
		return err
	}
	if p.db, err = p.settings.openDatabase(ctx); err != nil {
		return err
	}
	g := p.db.DB
	p.people, p.staff = people.NewStore(g, p.now), people.NewStaffStore(g, p.now, secrets)
	p.tour, p.room = tour.NewStore(g, p.now), room.NewStore(g, p.now)
	p.reports = reports.NewStore(g, p.now, p.zone)
	p.courses = courses.NewStore(g, p.now)
	if err := p.openPrivacy(ctx); err != nil {
		return err
	}
	p.catalog = p.content.catalog.WithDoors(p.content.scenes.Has, p.content.quizzes.Has).
		WithVoices(p.settings.voices()).WithRefused(p.content.refused)
	if p.rules, err = certificates.LoadRules(); err != nil {
		return err
	}
	p.signer, err = certificates.LoadSigner(p.settings.keys().Certificates())
	return err
}

func (p *program) close() {
	if err := p.db.Close(); err != nil {
		p.log.Error("database did not close", "err", err)
	}
}

// startLivekit starts LiveKit as a child of this binary when it is ours to run.
func (p *program) startLivekit(ctx context.Context) error {
	if p.settings.Livekit != livekitEmbedded {
		return nil
	}
	var err error
	p.sfu, err = sfu.Start(ctx, sfu.Config{Dir: p.settings.Data, UDPPort: p.settings.LivekitUDPPort, TCPPort: p.settings.LivekitTCPPort,
		NodeIP: p.settings.NodeIP, Loopback: p.settings.alone(), Redis: p.settings.Redis,
		WebhookURL: "http://" + p.doors.internal.Addr().String() + "/livekit/webhook", Log: p.log})
	return err
}

// startBackground starts what goes on beside requests. Each ends with ctx, and serve
// waits for it.
func (p *program) startBackground(ctx context.Context) {
	run := func(fn func(context.Context)) { p.background.Go(func() { fn(ctx) }) }
	run(giveBack)
	run(ledger.NewSealer(p.db).Run)
	run(p.db.RunProbe)
	run(p.live.Run)
	run(func(ctx context.Context) {
		p.db.RunLeased(ctx, "rooms.sweep", time.Minute, 2*time.Minute, p.room.Sweep)
	})
	p.runPrivacy(run)
	run(func(ctx context.Context) { p.db.RunLeased(ctx, "purge", time.Hour, 10*time.Minute, p.purge) })
}

// giveBack returns to the machine what starting needed and nothing holds any more: content
// as it was read, above all. It waits until the first pages have gone out, because the
// runtime would keep that memory for minutes, and an old laptop has other use for it.
func giveBack(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
		debug.FreeOSMemory()
	}
}

// purge lets go of what nobody needs any more: visitors' working rows, old audit lines,
// webhooks that became evidence. Facts stay.
func (p *program) purge(ctx context.Context) error {
	answers := quizzes.NewStore(p.db.DB, p.now)
	var failed error
	for _, fn := range []func(context.Context) error{p.people.Purge, p.courses.Purge, practice.NewStore(p.db.DB, p.now).Purge,
		answers.Purge, answers.ForgetAsked, p.live.Store().Purge} {
		failed = errors.Join(failed, fn(ctx))
	}
	return failed
}
