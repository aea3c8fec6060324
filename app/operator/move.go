package operator

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"silverclass/app/db"
)

// sqliteFile is the file that Database names; meaningless for PostgreSQL.
func (p Place) sqliteFile() string {
	return absolute(filepath.FromSlash(strings.TrimPrefix(p.Database, "sqlite:")))
}

// postgresTables counts the tables of the schema that the program uses.
func (p Place) postgresTables(ctx context.Context) (n int, err error) {
	d, err := db.Open(ctx, p.Database, p.Now)
	if err != nil {
		return 0, err
	}
	defer d.Close()
	err = d.WithContext(ctx).Raw(`SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'`).Scan(&n).Error
	return n, err
}

// putAside moves what is at path into the directory aside. Nothing there: nothing done.
func putAside(path, aside string) error {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) || aside == "" {
		return nil
	}
	if err := os.MkdirAll(aside, 0o700); err != nil {
		return cannotWrite(aside, err)
	}
	to := filepath.Join(aside, filepath.Base(path))
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return moveTree(path, to)
	}
	return moveFile(path, to)
}

// moveTree moves a directory, also to another disk or into one that exists.
func moveTree(from, to string) error {
	if err := os.MkdirAll(to, 0o700); err != nil {
		return err
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		move := moveFile
		if e.IsDir() {
			move = moveTree
		}
		if err := move(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())); err != nil {
			return err
		}
	}
	return os.Remove(from)
}

// moveFile moves a file so that it is on the disk before the old one goes.
func moveFile(from, to string) error {
	if err := os.Rename(from, to); err == nil {
		return syncDir(filepath.Dir(to))
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Remove(from)
}
