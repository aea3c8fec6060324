package main

import (
	"context"
	"time"

	"silverclass/app/db"
	"silverclass/app/exchange"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
	"silverclass/app/privacy"
	"silverclass/live"

	"github.com/labstack/echo/v4"
)

// openPrivacy opens the keys of phone numbers and erases again whom an older database
// file brought back, before anything is served.
func (p *program) openPrivacy(ctx context.Context) error {
	var err error
	if p.phones, err = people.OpenPhoneKeys(ctx, p.db.DB, p.now, p.settings.keys().Phones(), p.settings.PhoneKeys); err != nil {
		return err
	}
	if trouble := p.phones.Trouble(); trouble != nil {
		for _, line := range p.terminal.explain(trouble) {
			p.log.Warn("no phone numbers", "why", line)
		}
	}
	p.people = p.people.WithPhones(p.phones)
	p.recordings = p.settings.recordings(p.db, p.now)
	p.privacy = privacy.NewStore(p.db.DB, p.now, keepers(), privacy.OpenLog(p.settings.dir().Erased())).WithRecordings(p.recordings)
	again, err := p.privacy.Replay(ctx)
	if err != nil {
		return err
	}
	if again > 0 {
		p.log.Warn("an older database brought back who had been erased; they are erased again", "people", again)
	}
	return p.privacy.Sync(ctx)
}

// runPrivacy starts what erases when the time to think is over, and keeps each
// instance's log whole.
func (p *program) runPrivacy(run func(func(context.Context))) {
	run(func(ctx context.Context) {
		p.db.RunLeased(ctx, "people.audits", 5*time.Second, time.Minute, p.people.SealAudits)
	})
	run(func(ctx context.Context) {
		p.db.RunLeased(ctx, "privacy.erase", 20*time.Second, time.Minute, p.privacy.EraseDue)
	})
	run(func(ctx context.Context) {
		p.db.RunLeased(ctx, "privacy.due", 24*time.Hour, 10*time.Minute, p.privacy.LetGo)
	})
	run(p.sweepRecordings)
	run(func(ctx context.Context) {
		tick := time.NewTicker(time.Minute)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				if err := p.privacy.Sync(ctx); err != nil && ctx.Err() == nil {
					p.log.Error("log of erased numbers", "err", err)
				}
			}
		}
	})
}

// recordings are the recordings of classes, with their files in the data directory.
func (s settings) recordings(d *db.DB, now func() time.Time) *live.Recordings {
	return live.NewRecordings(d.DB, now, s.dir().Recordings(), s.KeepRecordings)
}

// sweepRecordings deletes files whose recording is gone, at start and every hour. Each
// process has its own directory, so there is no lease.
func (p *program) sweepRecordings(ctx context.Context) {
	for {
		if err := p.recordings.Sweep(ctx); err != nil && ctx.Err() == nil {
			p.log.Error("files of recordings that were erased", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Hour):
		}
	}
}

// registerPrivacy adds 我的信息 and what the desk does for somebody who asks.
func (p *program) registerPrivacy() {
	privacy.Register(p.routes, privacy.Config{Site: p.site, Store: p.privacy, People: p.people, Phones: p.phones, Titles: p.titles, Zone: p.zone,
		May: func(c echo.Context, role people.Role, personID string) error {
			return p.people.MayOpen(c.Request().Context(), people.Who(c), role, personID, p.venueOf)
		},
		MayAt: func(c echo.Context, role people.Role, classID string) bool {
			n, err := p.tour.Session(c.Request().Context(), classID)
			if err != nil {
				return false
			}
			_, city, err := p.venueOf(c.Request().Context(), n.VenueID)
			return err == nil && people.Who(c).May(role, n.VenueID, city)
		}})
}

// registerExchange adds the page of files between installations.
func (p *program) registerExchange() {
	exchange.Register(p.routes, p.site, exchange.New(p.db, p.now, p.privacy, buildVersion()))
}

// titles says what an object is called, also what stands in the database; empty for what
// has no name or is not there any more.
func (p *program) titles(ctx context.Context, object, lang string) string {
	kind, id := ledger.SplitObject(object)
	switch kind {
	case "session", "class":
		if s, err := p.tour.Session(ctx, id); err == nil {
			return s.Title
		}
	case "venue":
		if v, err := p.tour.Venue(ctx, id); err == nil {
			return v.Name
		}
	case "staff":
		if who, err := p.staff.Staff(ctx, id); err == nil {
			return who.Name
		}
	case "notice":
		return p.terminal.words.T(lang, "people.notice_title", fault.Args{})
	}
	return p.title(object, lang)
}
