package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
)

// serveCmd is the program itself. Its wiring stands in serve.go.
type serveCmd struct{}

// Run serves until ctx ends, then lets what is going on finish.
func (serveCmd) Run(ctx context.Context, s settings, t *terminal) error {
	if err := s.dir().Prepare(); err != nil {
		return err
	}
	err := serve(ctx, s, t)
	if errors.Is(err, context.Canceled) && ctx.Err() != nil {
		return nil //nolint:nilerr // asked to end before it had begun
	}
	return err
}

// migrateCmd brings the database's tables to this version, for an operator who does it
// before the instances start; serve does the same by itself.
type migrateCmd struct{}

// Run migrates and says so.
func (migrateCmd) Run(ctx context.Context, s settings, t *terminal) error {
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	t.say("cli.migrated")
	return nil
}

// versionCmd says which build this is.
type versionCmd struct{}

// Run prints the version, the commit and the platform.
func (versionCmd) Run(t *terminal) error {
	v := buildVersion()
	fmt.Fprintf(t, "silverclass %s %s/%s %s\n", v, runtime.GOOS, runtime.GOARCH, runtime.Version())
	return nil
}

// buildVersion is the tag, or the commit of the source that was built, as Go stamped it
// into the program; "devel" when it was built outside the repository.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "devel"
}
