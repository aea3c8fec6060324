// Command silverclass teaches older people to use the phone safely: lessons, practice
// and quizzes on shared tablets, live classes, and the numbers a city reports.
//
// This file holds the settings and the commands; serve.go joins the features.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	_ "time/tzdata" // Windows laptops and small images have no zone files

	"github.com/alecthomas/kong"

	"silverclass/app/fault"
	"silverclass/live/sfu"
	"silverclass/locales"
)

// cli is the command line: the settings, which every command takes, and the commands.
// What each says about itself stands in locales/cli.*.toml (set_NAME and cmd_NAME).
type cli struct {
	settings

	Serve    serveCmd   `cmd:"" default:"1"`
	Demo     demoCmd    `cmd:""`
	Migrate  migrateCmd `cmd:""`
	Backup   backupCmd  `cmd:""`
	Restore  restoreCmd `cmd:""`
	Exchange struct {
		Write exchangeWriteCmd `cmd:""`
		Read  exchangeReadCmd  `cmd:""`
	} `cmd:""`
	Ledger struct {
		Verify verifyCmd `cmd:""`
	} `cmd:""`
	Check checkCmd `cmd:""`
	Staff struct {
		Link  staffLinkCmd  `cmd:""`
		Reset staffResetCmd `cmd:""`
		Add   staffAddCmd   `cmd:""`
	} `cmd:""`
	Keys struct {
		Rotate keysRotateCmd `cmd:""`
	} `cmd:""`
	Privacy struct {
		Due    privacyDueCmd    `cmd:""`
		Papers privacyPapersCmd `cmd:""`
	} `cmd:""`
	Content struct {
		Check contentCheckCmd `cmd:""`
	} `cmd:""`
	Voice struct {
		List   voiceListCmd   `cmd:""`
		Script voiceScriptCmd `cmd:""`
		Import voiceImportCmd `cmd:""`
		Make   voiceMakeCmd   `cmd:""`
	} `cmd:""`
	Practice struct {
		Play practicePlayCmd `cmd:""`
	} `cmd:""`
	Version versionCmd `cmd:""`

	// Sfu is LiveKit, which serve starts as a child of itself; nobody types it.
	Sfu struct{} `cmd:"" hidden:""`
}

// Exit codes: settings that do not fit are told apart from trouble while running.
const (
	exitFine     = 0
	exitTrouble  = 1
	exitSettings = 2
)

func main() {
	// The first signal asks for an orderly end; the second one ends at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() { <-ctx.Done(); stop() }()
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the program without the process around it: it reads args and SILVERCLASS_…,
// does the command and returns the exit code. Failures are one plain line on stderr.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	words, err := locales.Load()
	if err != nil {
		fmt.Fprintln(stderr, "silverclass:", err)
		return exitTrouble
	}
	t := &terminal{
		Reader: stdin, Writer: stdout, Errors: stderr,
		words: words, lang: locales.Environment(os.Getenv),
	}
	var c cli
	parser, err := newParser(&c, stdout, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "silverclass:", err)
		return exitTrouble
	}
	if rest, asked := withoutHelp(args); asked {
		t.help(parser, rest)
		return exitFine
	}
	if name, ok := unknownVariable(parser.Model, os.Environ()); ok {
		t.complain(fault.New(fault.Invalid, "cli.unknown_variable", fault.Args{"Name": name}))
		return exitSettings
	}
	chosen, err := parser.Parse(args)
	if err != nil {
		t.complain(fault.New(fault.Invalid, "cli.bad_arguments", fault.Args{"Reason": err.Error()}))
		return exitSettings
	}
	if err := c.settings.check(); err != nil {
		t.complain(err)
		return exitSettings
	}
	slog.SetDefault(slog.New(slog.NewTextHandler(stderr, &slog.HandlerOptions{Level: c.LogLevel})))
	if chosen.Command() == "sfu" {
		return sfu.Main(stdin, stdout, stderr)
	}
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(c.settings, t); err != nil {
		t.complain(err)
		return exitTrouble
	}
	return exitFine
}

// newParser is the parser of the command line; --help is ours, since its words stand in
// locales.
func newParser(c *cli, stdout, stderr io.Writer) (*kong.Kong, error) {
	return kong.New(c, kong.Name("silverclass"), kong.NoDefaultHelp(),
		kong.Writers(stdout, stderr), kong.DefaultEnvars(environment))
}

func withoutHelp(args []string) (rest []string, asked bool) {
	rest = slices.DeleteFunc(slices.Clone(args), func(a string) bool { return a == "--help" || a == "-h" })
	return rest, len(rest) < len(args)
}

// unknownVariable is the first SILVERCLASS_… of environ that is no setting: most
// likely a typing error, and then the program must not run with a default instead.
func unknownVariable(model *kong.Application, environ []string) (name string, ok bool) {
	var known []string
	for _, f := range model.Flags {
		known = append(known, f.Envs...)
	}
	slices.Sort(environ)
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, environment+"_") && !slices.Contains(known, name) {
			return name, true
		}
	}
	return "", false
}
