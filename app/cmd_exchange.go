package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"silverclass/app/db"
	"silverclass/app/exchange"
	"silverclass/app/fault"
)

// exchangeWriteCmd writes a file for another installation; the program may be running.
type exchangeWriteCmd struct {
	File           string `arg:"" type:"path"`
	PassphraseFile string `env:"-" type:"path"`
	OnlyErasures   bool   `env:"-"`
}

// Run asks for the passphrase twice, since nobody can open the file without it. The file
// appears only when it is whole and on the disk; one that is there is never replaced.
func (c exchangeWriteCmd) Run(ctx context.Context, s settings, t *terminal) error {
	if _, err := os.Stat(c.File); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "cli.backup_exists", fault.Args{"File": c.File})
	}
	passphrase, err := t.passphrase(c.PassphraseFile, true)
	if err != nil {
		return err
	}
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	tmp, err := os.CreateTemp(filepath.Dir(c.File), ".silverclass-exchange-*")
	if err != nil {
		return cannotWriteFile(c.File, err)
	}
	defer os.Remove(tmp.Name())
	done, err := s.exchange(d).Write(ctx, tmp, exchange.Options{Passphrase: passphrase, Only: c.OnlyErasures})
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), c.File); err != nil {
		return cannotWriteFile(c.File, err)
	}
	t.say("cli.exchange_written", fault.Args{"File": c.File, "Facts": done.Facts, "People": done.People, "Seq": done.Seq, "Hash": done.Hash})
	return nil
}

// exchangeReadCmd takes a file of another installation in; the program may be running.
type exchangeReadCmd struct {
	File           string `arg:"" type:"path"`
	PassphraseFile string `env:"-" type:"path"`
}

// Run says what was new.
func (c exchangeReadCmd) Run(ctx context.Context, s settings, t *terminal) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.NotFound, "cli.cannot_read", fault.Args{"File": c.File, "Reason": pathReason(err)}).Because(err)
	}
	defer f.Close()
	passphrase, err := t.passphrase(c.PassphraseFile, false)
	if err != nil {
		return err
	}
	d, err := s.openDatabase(ctx)
	if err != nil {
		return err
	}
	defer d.Close()
	done, err := s.exchange(d).Read(ctx, f, passphrase, nil)
	if err != nil {
		return err
	}
	t.say("cli.exchange_read", fault.Args{"Facts": done.Facts, "People": done.People, "Linked": done.Linked})
	t.say("cli.exchange_erased", fault.Args{"Erased": done.Erased, "Withdrawn": done.Withdrawn, "LeftOut": done.LeftOut})
	if done.Refused > 0 {
		t.say("cli.exchange_refused", fault.Args{"Count": done.Refused})
	}
	return nil
}

// exchange is the store for commands.
func (s settings) exchange(d *db.DB) *exchange.Store {
	return exchange.New(d, time.Now, s.privacy(d), buildVersion())
}

func cannotWriteFile(file string, err error) error {
	return fault.New(fault.Unavailable, "cli.cannot_write", fault.Args{"File": file, "Reason": pathReason(err)}).Because(err)
}

// pathReason is the system's own short word for a failure with a file.
func pathReason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
