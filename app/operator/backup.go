package operator

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// Place is everything of an installation that a backup holds and a restore brings back.
type Place struct {
	Dir      Dir
	Keys     Keys
	Content  string // the operator's own teaching files; empty when there are none
	Database string // as db.Open takes it
	Version  string // of this program
	Now      func() time.Time
	// Replay erases again whom an archive brings back though they were erased since, and
	// says how many; nil leaves them.
	Replay func(context.Context, *db.DB) (int, error)
}

// BackupOptions say how a backup is made.
type BackupOptions struct {
	Passphrase string
	NoKeys     bool // leaves the secrets out: without them nobody can sign in
}

// Backup writes an archive to file while the program may be running. The file appears
// only when it is whole and on the disk; one that is already there is never replaced.
func Backup(ctx context.Context, p Place, file string, o BackupOptions) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return fault.New(fault.Conflict, "cli.backup_exists", fault.Args{"File": file})
	}
	tmp, err := os.CreateTemp(filepath.Dir(file), ".silverclass-backup-*")
	if err != nil {
		return cannotWrite(file, err)
	}
	defer os.Remove(tmp.Name())
	err = p.write(ctx, tmp, o)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	if err := os.Rename(tmp.Name(), file); err != nil {
		return cannotWrite(file, err)
	}
	return syncDir(filepath.Dir(file))
}

func (p Place) write(ctx context.Context, out *os.File, o BackupOptions) error {
	work, err := os.MkdirTemp(string(p.Dir), ".backup-*") // mode 0700, on the data's own disk
	if err != nil {
		return cannotWrite(string(p.Dir), err)
	}
	defer os.RemoveAll(work)
	m := Manifest{Format: format, MadeAt: p.Now().UTC(), Version: p.Version, Engine: engine(p.Database), Keys: !o.NoKeys}
	entry, copied := sqliteEntry, filepath.Join(work, "database")
	if m.Engine == enginePostgres {
		entry, err = postgresEntry, dumpPostgres(ctx, p.Database, copied)
	} else {
		err = copySQLite(ctx, p, copied)
	}
	if err != nil {
		return err
	}
	s, err := seal(out, o.Passphrase)
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	err = errors.Join(s.manifest(m), s.file(entry, copied))
	if !o.NoKeys {
		err = errors.Join(err, s.tree(keysEntry, string(p.Keys)))
	}
	err = errors.Join(err, s.tree(contentEntry, p.Content), s.tree(mediaEntry, p.Dir.Media()))
	return errors.Join(err, s.close())
}

// copySQLite makes a consistent copy beside writers, who wait a moment at most, and
// looks whether it is sound before anybody relies on it.
func copySQLite(ctx context.Context, p Place, to string) error {
	d, err := db.Open(ctx, p.Database, p.Now)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.WithContext(ctx).Exec("VACUUM INTO ?", to).Error; err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	return checkSQLite(ctx, to, p.Now)
}

// checkSQLite is a fault when the file is no sound database.
func checkSQLite(ctx context.Context, file string, now func() time.Time) error {
	d, err := db.Open(ctx, "sqlite:"+filepath.ToSlash(file), now)
	if err != nil {
		return err
	}
	defer d.Close()
	var verdict string
	if err := d.WithContext(ctx).Raw("PRAGMA integrity_check(1)").Scan(&verdict).Error; err != nil {
		return fmt.Errorf("check the database copy: %w", err)
	}
	if verdict != "ok" {
		return fault.New(fault.Internal, "cli.database_damaged", fault.Args{"Reason": verdict})
	}
	return nil
}

func cannotWrite(path string, err error) error {
	return fault.New(fault.Unavailable, "cli.cannot_write",
		fault.Args{"File": absolute(path), "Reason": reason(err)}).Because(err)
}

// syncDir makes a rename last over a power cut. Windows has no such thing and needs none.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
