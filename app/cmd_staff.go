package main

import (
	"cmp"
	"context"
	"runtime"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
)

// staffLinkCmd makes a new one-time link: for the first administrator while there is
// none, else for the login that is named.
type staffLinkCmd struct {
	Login string `arg:"" optional:""`
}

// Run prints the link.
func (l staffLinkCmd) Run(ctx context.Context, s settings, t *terminal) error {
	return s.withStaff(ctx, func(staff *people.StaffStore, _ *db.DB) error {
		if l.Login == "" {
			link, err := staff.MakeFirstLink(ctx)
			return t.show(s, "cli.link_first", link, err)
		}
		who, err := staff.StaffByLogin(ctx, l.Login)
		if err != nil {
			return err
		}
		link, err := staff.MakeLink(ctx, who.ID, nil)
		return t.show(s, "cli.link_password", link, err)
	})
}

// staffResetCmd lets somebody in again who has lost her phone or her password.
type staffResetCmd struct {
	Login string `arg:""`
}

// Run takes the second factor off, ends her sign-ins and prints a link for a new password.
func (r staffResetCmd) Run(ctx context.Context, s settings, t *terminal) error {
	return s.withStaff(ctx, func(staff *people.StaffStore, _ *db.DB) error {
		who, err := staff.StaffByLogin(ctx, r.Login)
		if err != nil {
			return err
		}
		if err := staff.ResetFactor(ctx, who.ID, nil); err != nil {
			return err
		}
		link, err := staff.MakeLink(ctx, who.ID, nil)
		return t.show(s, "cli.link_password", link, err)
	})
}

// staffAddCmd takes somebody on.
type staffAddCmd struct {
	Login string `arg:""`
	Name  string `env:"-" required:""`
	Role  string `env:"-" default:"admin"`
	City  string `env:"-" xor:"place"`
	Venue string `env:"-" xor:"place"`
}

// Run adds her with one role at one place (the whole installation unless a city or a
// venue is named) and prints the link by which she chooses a password.
func (a staffAddCmd) Run(ctx context.Context, s settings, t *terminal) error {
	return s.withStaff(ctx, func(staff *people.StaffStore, d *db.DB) error {
		grant := people.Grant{Role: people.Role(a.Role), PlaceKind: people.Installation}
		var err error
		if grant.PlaceKind, grant.PlaceID, err = a.place(ctx, tour.NewStore(d.DB, time.Now)); err != nil {
			return err
		}
		who, err := staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: a.Login, Name: a.Name, Grants: []people.Grant{grant}})
		if err != nil {
			return err
		}
		link, err := staff.MakeLink(ctx, who.ID, nil)
		return t.show(s, "cli.link_password", link, err)
	})
}

// place finds the city or the venue by its name.
func (a staffAddCmd) place(ctx context.Context, places *tour.Store) (people.PlaceKind, string, error) {
	if a.City != "" {
		all, err := places.Cities(ctx, tour.Everywhere())
		if err != nil {
			return "", "", err
		}
		for _, c := range all {
			if c.Name == a.City {
				return people.City, c.ID, nil
			}
		}
	}
	if a.Venue != "" {
		all, err := places.Venues(ctx, tour.Everywhere())
		if err != nil {
			return "", "", err
		}
		for _, v := range all {
			if v.Name == a.Venue {
				return people.Venue, v.ID, nil
			}
		}
	}
	if wanted := cmp.Or(a.City, a.Venue); wanted != "" {
		return "", "", fault.New(fault.NotFound, "cli.place_missing", fault.Args{"Name": wanted})
	}
	return people.Installation, "", nil
}

// withStaff opens the database and the key under which passwords are kept.
func (s settings) withStaff(ctx context.Context, fn func(*people.StaffStore, *db.DB) error) error {
	if err := s.keys().Prepare(); err != nil {
		return err
	}
	master, err := people.KeyFile(s.keys().People())
	if err != nil {
		return err
	}
	secrets, err := people.NewSecrets(master, runtime.NumCPU())
	if err != nil {
		return err
	}
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	return fn(people.NewStaffStore(d.DB, time.Now, secrets), d)
}

// show prints a one-time link below the address that people use.
func (t *terminal) show(s settings, key string, l people.StaffLink, err error) error {
	if err != nil {
		return err
	}
	zone, err := s.location()
	if err != nil {
		return err
	}
	t.say(key, fault.Args{"URL": s.baseURL() + l.Path(), "Until": l.ExpiresAt.In(zone).Format("15:04")})
	return nil
}
