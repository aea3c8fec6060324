package main

import (
	"context"
	"fmt"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/privacy"
	"silverclass/locales"
)

// privacyDueCmd is the dry run of the daily job: what has been kept long enough. It
// changes nothing.
type privacyDueCmd struct {
	Days int `env:"-" default:"0"`
}

// Run prints a line for each thing that goes, with the person's random number or the
// class's.
func (c privacyDueCmd) Run(ctx context.Context, s settings, t *terminal) error {
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	zone, err := s.location()
	if err != nil {
		return err
	}
	list, err := s.privacy(d).Due(ctx, time.Now().AddDate(0, 0, c.Days), 10_000)
	if err != nil {
		return err
	}
	for _, one := range list {
		whose := one.PersonID
		if whose == "" {
			whose = one.Row
		}
		fmt.Fprintf(t, "%s  %s  %s\n", one.On.In(zone).Format(time.DateOnly), t.text("privacy.due_"+one.Kind, nil), whose)
	}
	t.say("cli.privacy_due", fault.Args{"Count": len(list)})
	return nil
}

// privacy is the store for commands.
func (s settings) privacy(d *db.DB) *privacy.Store {
	return privacy.NewStore(d.DB, time.Now, keepers(), privacy.OpenLog(s.dir().Erased())).WithRecordings(s.recordings(d, time.Now))
}

// privacyPapersCmd writes one of the papers that a city asks for, as text.
type privacyPapersCmd struct {
	Paper string `arg:"" enum:"impact,record,incident"`
}

// Run prints it.
func (c privacyPapersCmd) Run(ctx context.Context, s settings, t *terminal) error {
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	p, err := s.privacy(d).Paper(ctx, c.Paper, func(key string) string { return t.words.T(locales.Default, key, nil) })
	if err != nil {
		return err
	}
	return p.Write(t)
}
