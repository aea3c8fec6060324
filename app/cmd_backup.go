package main

import (
	"context"
	"os"
	"strings"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/operator"
)

// backupCmd writes one encrypted archive of everything; the program may be running.
type backupCmd struct {
	File           string `arg:"" type:"path"`
	PassphraseFile string `env:"-" type:"path"`
	NoKeys         bool   `env:"-"`
}

// Run asks for the passphrase twice, since nobody can open the archive without it.
func (b backupCmd) Run(ctx context.Context, s settings, t *terminal) error {
	passphrase, err := t.passphrase(b.PassphraseFile, true)
	if err != nil {
		return err
	}
	o := operator.BackupOptions{Passphrase: passphrase, NoKeys: b.NoKeys}
	if err := operator.Backup(ctx, s.place(), b.File, o); err != nil {
		return err
	}
	info, err := os.Stat(b.File)
	if err != nil {
		return err
	}
	t.say("cli.backup_done", fault.Args{"File": b.File, "KB": info.Size()>>10 + 1})
	if b.NoKeys {
		t.say("cli.backup_no_keys")
	}
	return nil
}

// restoreCmd brings an archive back; the program must not be running.
type restoreCmd struct {
	File           string `arg:"" type:"path"`
	PassphraseFile string `env:"-" type:"path"`
	Force          bool   `env:"-"`
}

// Run restores and says what is new: the node, and where the replaced data went.
func (r restoreCmd) Run(ctx context.Context, s settings, t *terminal) error {
	if operator.Running(ctx, s.Listen) {
		return fault.New(fault.Conflict, "cli.still_running", fault.Args{"Address": s.Listen})
	}
	passphrase, err := t.passphrase(r.PassphraseFile, false)
	if err != nil {
		return err
	}
	o := operator.RestoreOptions{Passphrase: passphrase, Force: r.Force}
	done, err := operator.Restore(ctx, s.place(), r.File, o)
	if err != nil {
		return err
	}
	t.say("cli.restore_done", fault.Args{"Made": done.Manifest.MadeAt.Format(time.RFC3339), "Node": done.Node})
	if done.Again > 0 {
		t.say("cli.restore_erased", fault.Args{"Count": done.Again})
	}
	if !done.Manifest.Keys {
		t.say("cli.restore_no_keys")
	}
	if done.Aside != "" {
		t.say("cli.restore_aside", fault.Args{"Dir": done.Aside})
	}
	if done.Content != "" && s.Content == "" {
		t.say("cli.restore_content", fault.Args{"Dir": done.Content})
	}
	return nil
}

// passphrase reads the first line of file, or asks, twice when it is a new one.
func (t *terminal) passphrase(file string, twice bool) (string, error) {
	if file != "" {
		text, err := os.ReadFile(file)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(string(text), "\n")
		return notEmpty(strings.TrimRight(line, "\r"))
	}
	p, err := t.secret("cli.ask_passphrase")
	if err != nil {
		return "", err
	}
	if twice && t.isTerminal() {
		again, err := t.secret("cli.ask_passphrase_again")
		if err != nil {
			return "", err
		}
		if again != p {
			return "", fault.New(fault.Invalid, "cli.passphrases_differ")
		}
	}
	return notEmpty(p)
}

func notEmpty(passphrase string) (string, error) {
	if passphrase == "" {
		return "", fault.New(fault.Invalid, "cli.passphrase_empty")
	}
	return passphrase, nil
}

// place is what backup and restore work on.
func (s settings) place() operator.Place {
	return operator.Place{
		Dir: s.dir(), Keys: s.keys(), Content: s.Content, Database: s.databaseURL(),
		Version: buildVersion(), Now: time.Now,
		Replay: func(ctx context.Context, d *db.DB) (int, error) { return s.privacy(d).Replay(ctx) },
	}
}

// openDatabase opens the database and brings its tables to this version.
func (s settings) openDatabase(ctx context.Context) (*db.DB, error) {
	d, err := db.Open(ctx, s.databaseURL(), time.Now)
	if err != nil {
		return nil, err
	}
	if err := db.Migrate(ctx, d); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// verifyCmd reckons the ledger's chain again from its first fact.
type verifyCmd struct{}

// Run says how far the chain holds, or where it breaks.
func (verifyCmd) Run(ctx context.Context, s settings, t *terminal) error {
	d, err := db.Open(ctx, s.databaseURL(), time.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	r, err := ledger.Verify(ctx, d.DB)
	if err != nil {
		return err
	}
	if r.Broken != nil {
		return operator.Broken(r)
	}
	t.say("cli.ledger_holds", fault.Args{"Seq": r.Head.Seq, "Hash": r.Head.Hash, "Waiting": r.Waiting})
	return nil
}
