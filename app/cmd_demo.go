package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"silverclass/app/db"
	"silverclass/app/demo"
	"silverclass/app/fault"
	"silverclass/app/people"
)

// demoCmd serves a made-up city, which it makes at its first start.
type demoCmd struct {
	Seed uint64 `env:"-" default:"2026"`
}

// demoKept is what the demo remembers beside its data: the accounts, to print them again.
type demoKept struct {
	Seed     uint64
	Password string
	Accounts []demo.Account
	Card     string
}

// Run makes the city where its directory is empty, prints the accounts and serves. With
// the default --data it takes ./demo-data, so that nobody's real data is touched.
func (d demoCmd) Run(ctx context.Context, s settings, t *terminal) error {
	if s.Data == absolute("data") {
		s.Data = absolute("demo-data")
	}
	s.Database = ""
	if err := s.dir().Prepare(); err != nil {
		return err
	}
	file := filepath.Join(s.Data, "demo.json")
	kept, err := readDemo(file)
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(s.dir().Database()); err == nil {
			return fault.New(fault.Conflict, "cli.demo_not_empty", fault.Args{"Dir": s.Data})
		}
		t.say("cli.demo_making")
		kept, err = d.make(ctx, s, t)
		if err == nil {
			err = writeDemo(file, kept)
		}
	}
	if err != nil {
		return err
	}
	t.say("cli.demo_accounts", fault.Args{"Password": kept.Password})
	for _, a := range kept.Accounts {
		fmt.Fprintf(t, "  %-10s %s\n", a.Login, a.Name)
	}
	t.say("cli.demo_card", fault.Args{"Card": kept.Card})
	return serve(ctx, s, t)
}

// make fills a new database beside the real one's name and puts it in place only when
// it is whole: a start that was cut off leaves nothing half made.
func (d demoCmd) make(ctx context.Context, s settings, t *terminal) (demoKept, error) {
	half := s.dir().Database() + ".making"
	for _, name := range []string{half, half + "-wal", half + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return demoKept{}, err
		}
	}
	kept := demoKept{Seed: d.Seed, Password: people.NewToken()[:12]}
	made := s
	made.Database = "sqlite:" + filepath.ToSlash(half)
	err := made.withStaffSecrets(func(secrets *people.Secrets) error {
		base, err := made.openDatabase(ctx)
		if err != nil {
			return err
		}
		defer base.Close()
		all, err := loadContent(s.Content, t.words)
		if err != nil {
			return err
		}
		zone, err := s.location()
		if err != nil {
			return err
		}
		city, err := demo.Build(ctx, demo.Parts{DB: base.DB, Secrets: secrets, Zone: zone, Now: db.Instant(time.Now()), Seed: d.Seed,
			Catalog: all.catalog.WithDoors(all.scenes.Has, all.quizzes.Has), Scenes: all.scenes, Quizzes: all.quizzes, Password: kept.Password})
		kept.Accounts, kept.Card = city.Accounts, city.Card
		return err
	})
	if err != nil {
		return demoKept{}, err
	}
	return kept, os.Rename(half, s.dir().Database())
}

// withStaffSecrets gives fn the key under which passwords are kept.
func (s settings) withStaffSecrets(fn func(*people.Secrets) error) error {
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
	return fn(secrets)
}

func readDemo(file string) (demoKept, error) {
	var kept demoKept
	b, err := os.ReadFile(file)
	if err != nil {
		return kept, err
	}
	return kept, json.Unmarshal(b, &kept)
}

func writeDemo(file string, kept demoKept) error {
	b, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, b, 0o600)
}

func absolute(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		return abs
	}
	return dir
}
