// Package operator is what the person who runs a box or a city needs besides the
// pages: the layout of the data directory and its keys, backup and restore as one
// encrypted archive, and checks that say what is wrong and what to do.
package operator

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"silverclass/app/fault"
)

// Dir is a data directory. Everything a box must not lose stands below it:
//
//	silverclass.db   the database, unless --database names another
//	erased.log       the numbers of who was erased: no restore brings them back
//	keys/            secrets, one file each; a city gives all instances the same --keys
//	media/           recordings and pictures
//	sfu.json         key, secret and port of this machine's LiveKit, made anew when lost
type Dir string

// Database is the SQLite file.
func (d Dir) Database() string { return filepath.Join(string(d), "silverclass.db") }

// Erased is the log of erased numbers, which outlives a restored backup.
func (d Dir) Erased() string { return filepath.Join(string(d), "erased.log") }

// Media is where recordings and pictures stand.
func (d Dir) Media() string { return filepath.Join(string(d), "media") }

// Recordings is where the recordings of classes stand, a directory each.
func (d Dir) Recordings() string { return filepath.Join(d.Media(), "recordings") }

// Keys is where the secrets stand unless a setting names another place.
func (d Dir) Keys() Keys { return Keys(filepath.Join(string(d), "keys")) }

// Prepare makes the directory when it is missing, for its owner only, and tries to
// write in it. A fault of kind Unavailable says that it cannot be written.
func (d Dir) Prepare() error {
	err := os.MkdirAll(string(d), 0o700)
	if err == nil {
		err = tryWriting(string(d))
	}
	if err != nil {
		return fault.New(fault.Unavailable, "cli.data_unwritable",
			fault.Args{"Dir": absolute(string(d)), "Reason": reason(err)}).Because(err)
	}
	return nil
}

func tryWriting(dir string) error {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// Keys is a directory of secrets that stand outside the database, so that a stolen
// database alone opens nothing: one file each, readable by its owner only (see
// people.KeyFile).
type Keys string

// Prepare makes the directory when it is missing, for its owner only.
func (k Keys) Prepare() error {
	if err := os.MkdirAll(string(k), 0o700); err != nil {
		return cannotWrite(string(k), err)
	}
	return nil
}

// People is the file under whose key passwords are hashed and second factors sealed.
func (k Keys) People() string { return filepath.Join(string(k), "people") }

// Certificates is the file of the key that signs certificates.
func (k Keys) Certificates() string { return filepath.Join(string(k), "certificates") }

// Phones is the file of the keys under which phone numbers are sealed.
func (k Keys) Phones() string { return filepath.Join(string(k), "phones") }

// absolute is the path as a person finds it from anywhere.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// reason is the system's own short word for a failure with a file ("permission
// denied"), without the path that the sentence around it names.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}
