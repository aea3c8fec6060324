package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"path/filepath"
	"silverclass/locales"
	"strings"
	"testing"
)

// command runs the program in English and gives its exit code and what it printed.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	t.Setenv("LC_ALL", "en_US.UTF-8")
	var o, e bytes.Buffer
	code = run(t.Context(), args, strings.NewReader("seven old tortoises\n"), &o, &e)
	return code, o.String(), e.String()
}

func TestUnknownSettingsAreNamed(t *testing.T) {
	for _, c := range []struct {
		name string
		env  string
		args []string
		want string
	}{
		{"a flag", "", []string{"--lissen", ":80"}, "--lissen"},
		{"a command", "", []string{"serv"}, "serv"},
		{"a variable", "SILVERCLASS_LISSEN", []string{"version"}, "SILVERCLASS_LISSEN"},
		{"a zone", "", []string{"--zone", "Mars/North", "version"}, "--zone"},
		{"a database", "", []string{"--database", "mysql://x", "version"}, "--database"},
		{"an address", "", []string{"--base-url", "class.lan", "version"}, "--base-url"},
		{"a network", "", []string{"--trusted-proxies", "10.0.0.1", "version"}, "--trusted-proxies"},
		{"half a certificate", "", []string{"--tls-cert", "x.pem", "version"}, "--tls-key"},
		{"livekit", "", []string{"--livekit", "http://x", "version"}, "--livekit"},
		{"livekit without key", "", []string{"--livekit", "wss://x", "version"}, "--livekit-key"},
		{"a short secret", "", []string{"--livekit-key", "a", "--livekit-secret", "b", "version"}, "--livekit-secret"},
		{"days", "", []string{"--keep-recordings", "4000", "version"}, "--keep-recordings"},
		{"an office of two lines", "", []string{"--office", "a\nb", "version"}, "--office"},
		{"a port", "", []string{"--livekit-udp-port", "70000", "version"}, "--livekit-udp-port"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.env != "" {
				t.Setenv(c.env, "1")
			}
			code, _, errs := command(t, c.args...)
			if code != exitSettings || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
				t.Errorf("exit %d, want %d; one line with %s, got:\n%s", code, exitSettings, c.want, errs)
			}
		})
	}
}

func TestVariablesAreSettings(t *testing.T) {
	t.Setenv("SILVERCLASS_ZONE", "Mars/North")
	if code, _, errs := command(t, "version"); code != exitSettings || !strings.Contains(errs, "Mars/North") {
		t.Errorf("exit %d:\n%s", code, errs)
	}
	if code, _, errs := command(t, "--zone", "Asia/Shanghai", "version"); code != exitFine {
		t.Errorf("the flag goes first: exit %d:\n%s", code, errs)
	}
}

func TestHelpIsInTheReadersLanguage(t *testing.T) {
	for lang, want := range map[string]string{"zh_CN.UTF-8": "网页的地址和端口", "en_US.UTF-8": "Address and port of the pages"} {
		t.Setenv("LC_ALL", lang)
		var o, e bytes.Buffer
		if code := run(t.Context(), []string{"--help"}, strings.NewReader(""), &o, &e); code != exitFine || !strings.Contains(o.String(), want) {
			t.Errorf("%s: exit %d:\n%s%s", lang, code, o.String(), e.String())
		}
		if strings.Contains(o.String(), "[cli.") || strings.Contains(o.String(), "sfu") {
			t.Errorf("%s: a word is missing or the child is shown:\n%s", lang, o.String())
		}
	}
	for _, node := range commandLine(t).Children { // also those that are only a word over several commands
		if code, out, _ := command(t, node.Name, "--help"); !node.Hidden && (code != exitFine || strings.Contains(out, "[cli.") || !strings.Contains(out, "silverclass "+node.Name)) {
			t.Errorf("help of %s: exit %d:\n%s", node.Name, code, out)
		}
	}
	if _, out, _ := command(t, "backup", "--help"); !strings.Contains(out, "--no-keys") || !strings.Contains(out, "FILE") {
		t.Errorf("help of one command:\n%s", out)
	}
}

func TestCommandsOnABox(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	at := func(args ...string) []string {
		return append(args, "--data", data, "--livekit", "off", "--listen", "127.0.0.1:0")
	}
	phrase := filepath.Join(t.TempDir(), "phrase")
	if err := os.WriteFile(phrase, []byte("seven old tortoises\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	archive := filepath.Join(t.TempDir(), "box.backup")
	for _, c := range []struct {
		args []string
		code int
		want string // on either output
	}{
		{at("migrate"), exitFine, "up to date"},
		{at("staff", "link"), exitFine, "/staff/link/"},
		{at("staff", "add", "li", "--name", "Li"), exitFine, "/staff/link/"},
		{at("staff", "add", "li", "--name", "Li"), exitTrouble, "already"},
		{at("staff", "add", "wu", "--name", "Wu", "--venue", "Nowhere"), exitTrouble, "Nowhere"},
		{at("staff", "reset", "li"), exitFine, "/staff/link/"},
		{at("staff", "reset", "nobody"), exitTrouble, "silverclass:"},
		{at("ledger", "verify"), exitFine, "holds"},
		{at("content", "check"), exitFine, "The content is sound"},
		{at("content", "check", filepath.Join(data, "none")), exitTrouble, "none"},
		{at("check"), exitFine, "All is well"},
		{at("backup", archive, "--passphrase-file", phrase), exitFine, "box.backup"},
		{at("backup", archive, "--passphrase-file", phrase), exitTrouble, "exists already"},
		{at("restore", archive), exitTrouble, "--force"},
		{at("restore", archive, "--force"), exitFine, "new node"},
		{at("ledger", "verify"), exitFine, "holds"},
		{[]string{"version"}, exitFine, "silverclass"},
	} {
		code, out, errs := command(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.want) || strings.Contains(out+errs, "[") {
			t.Errorf("%v: exit %d, want %d with %q:\n%s%s", c.args, code, c.code, c.want, out, errs)
		}
	}
}

func TestBadContentSaysFileLineAndRule(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "lessons", "fraud", "police-call", "lesson.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("title: {zh-Hans: x}\nstrange: 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, _, errs := command(t, "content", "check", dir)
	if code != exitTrouble || !strings.Contains(errs, "lessons/fraud/police-call/lesson.yaml:2: ") {
		t.Errorf("exit %d:\n%s", code, errs)
	}
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	all, err := loadContent(dir, words)
	if err != nil {
		t.Fatalf("a broken lesson of an operator takes the others down: %v", err)
	}
	if l, err := all.catalog.Lesson("fraud/police-call"); err != nil || len(all.refused) == 0 || l.Title["en"] == "" {
		t.Errorf("ours is not served instead, or nobody is told: %v, %v", err, all.refused)
	}
}

// Whatever a link in an operator's directory leads to, ours is served in its place.
func TestContentThatLeadsOutIsRefusedAlone(t *testing.T) {
	words, err := locales.Load()
	if err != nil {
		t.Fatal(err)
	}
	outside := t.TempDir()
	write(t, filepath.Join(outside, "fraud", "police-call.yaml"), []byte("x"))
	for _, c := range []struct{ link, to string }{
		{"lessons", outside},
		{"scenes", "../../../.."},
		{"lessons/fraud", outside},
		{"lessons/fraud/police-call", "../../../../../.."},
		{"lessons/fraud/police-call/lesson.yaml", filepath.Join(outside, "fraud", "police-call.yaml")},
		{"lessons/hotlines.yaml", filepath.Join(outside, "nothing")},
		{"scenes/fraud", outside},
		{"scenes/fraud/police-call.yaml", filepath.Join(outside, "fraud", "police-call.yaml")},
		{"quizzes/fraud", outside},
		{"quizzes/fraud/police-call.yaml", "../../../../fraud/police-call.yaml"},
	} {
		dir := t.TempDir()
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(c.link)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(c.to, filepath.Join(dir, c.link)); err != nil {
			t.Fatal(err)
		}
		all, err := loadContent(dir, words)
		if err != nil {
			t.Errorf("%s to %s takes the others down: %v", c.link, c.to, err)
			continue
		}
		if len(all.refused) != 1 || all.refused[0].File != c.link || all.refused[0].Rule != "courses.rule_outside" {
			t.Errorf("%s to %s: refused %v", c.link, c.to, all.refused)
		}
		if len(all.catalog.Lessons()) != 45 || len(all.scenes.Slugs()) != 45 {
			t.Errorf("%s to %s: %d lessons and %d scenes are left", c.link, c.to, len(all.catalog.Lessons()), len(all.scenes.Slugs()))
		}
	}
}

func TestServeSaysWhatStandsInItsWay(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	free := []string{"serve", "--livekit", "off", "--listen", "127.0.0.1:0"}
	for _, c := range []struct {
		name string
		args []string
		want string
	}{
		{"a taken port", []string{"serve", "--livekit", "off", "--data", t.TempDir(), "--listen", taken.Addr().String()}, taken.Addr().String()},
		{"PostgreSQL away", append(free, "--data", t.TempDir(), "--database", "postgres://u:hidden@127.0.0.1:1/x"), "does not answer at 127.0.0.1:1. See that it runs"},
		{"a data directory that cannot be", append(free, "--data", filepath.Join(blocked, "data")), "cannot be written"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, _, errs := command(t, c.args...)
			if code != exitTrouble || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 || strings.Contains(errs, "hidden") {
				t.Errorf("exit %d, want %d and one line with %q:\n%s", code, exitTrouble, c.want, errs)
			}
		})
	}
}

func TestASignalEndsServe(t *testing.T) {
	t.Setenv("LC_ALL", "en_US.UTF-8")
	ctx, stop := context.WithCancel(t.Context())
	out := &notice{told: make(chan struct{})}
	var errs bytes.Buffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"--livekit", "off", "--listen", "127.0.0.1:0", "--data", t.TempDir(), "--log-level", "error"},
			strings.NewReader(""), out, &errs)
	}()
	select {
	case <-out.told: // it has said where it serves
		stop()
		if code := <-ended; code != exitFine {
			t.Errorf("exit %d:\n%s", code, errs.String())
		}
	case code := <-ended:
		stop()
		t.Errorf("ended by itself with %d:\n%s", code, errs.String())
	}
}

// notice tells when somebody first writes to it.
type notice struct {
	told chan struct{}
	done bool
}

// Write takes everything.
func (n *notice) Write(b []byte) (int, error) {
	if !n.done {
		n.done = true
		close(n.told)
	}
	return len(b), nil
}
