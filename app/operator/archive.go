package operator

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"silverclass/app/fault"
)

// An archive is a tar file, compressed by gzip, encrypted by age to a passphrase
// (scrypt); `age -d FILE | tar xz` opens it without this program. Its entries:
//
//	manifest.json        what this is, always the first
//	database.sqlite      a consistent copy, or database.pgdump (pg_dump's custom format)
//	keys/NAME            the secrets, unless they were left out
//	content/…  media/…   the operator's own teaching files, recordings and pictures
//
// age authenticates every byte: what was cut off or changed does not open.
const (
	manifestEntry = "manifest.json"
	sqliteEntry   = "database.sqlite"
	postgresEntry = "database.pgdump"
	keysEntry     = "keys/"
	contentEntry  = "content/"
	mediaEntry    = "media/"
)

// format is the version of the layout above; restore refuses later ones.
const format = 1

// Manifest says what an archive holds.
type Manifest struct {
	Format  int       `json:"format"`
	MadeAt  time.Time `json:"made_at"` // UTC
	Version string    `json:"version"` // of the program that made it
	Engine  string    `json:"engine"`  // sqlite or postgres
	Keys    bool      `json:"keys"`    // whether the secrets are inside
}

// sealed writes an encrypted archive.
type sealed struct {
	tar    *tar.Writer
	layers []io.Closer // from the inside out
}

func seal(w io.Writer, passphrase string) (*sealed, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	crypt, err := age.Encrypt(w, to)
	if err != nil {
		return nil, err
	}
	zip := gzip.NewWriter(crypt)
	t := tar.NewWriter(zip)
	return &sealed{tar: t, layers: []io.Closer{t, zip, crypt}}, nil
}

func (s *sealed) manifest(m Manifest) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	h := &tar.Header{Name: manifestEntry, Mode: 0o600, Size: int64(len(text)), ModTime: m.MadeAt}
	if err := s.tar.WriteHeader(h); err != nil {
		return err
	}
	_, err = s.tar.Write(text)
	return err
}

// file adds one file under the name that it has in the archive.
func (s *sealed) file(name, from string) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	h := &tar.Header{Name: name, Mode: 0o600, Size: info.Size(), ModTime: info.ModTime()}
	if err := s.tar.WriteHeader(h); err != nil {
		return err
	}
	// A file that grows meanwhile is cut where its header says.
	_, err = io.CopyN(s.tar, f, info.Size())
	return err
}

// tree adds all regular files below a directory; one that does not exist is empty.
func (s *sealed) tree(prefix, from string) error {
	if from == "" {
		return nil
	}
	err := filepath.WalkDir(from, func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		rel, err := filepath.Rel(from, p)
		if err != nil {
			return err
		}
		return s.file(prefix+filepath.ToSlash(rel), p)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

func (s *sealed) close() error {
	var all error
	for _, l := range s.layers {
		all = errors.Join(all, l.Close())
	}
	return all
}

// unseal decrypts an archive, writes its entries below dir and gives the manifest. A
// wrong passphrase, a damaged file and one of a later version are faults with words.
func unseal(r io.Reader, passphrase, dir string) (Manifest, error) {
	var m Manifest
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return m, err
	}
	id.SetMaxWorkFactor(22) // ours is 18; more would only burn the machine's time
	plain, err := age.Decrypt(r, id)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return m, fault.New(fault.Invalid, "cli.passphrase_wrong").Because(err)
	}
	if err != nil {
		return m, damaged(err)
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		return m, damaged(err)
	}
	t := tar.NewReader(zip)
	for first := true; ; first = false {
		h, err := t.Next()
		if errors.Is(err, io.EOF) && !first {
			_, err = io.Copy(io.Discard, zip) // to the end: only then has age checked it all
			return m, orDamaged(err)
		}
		if err != nil {
			return m, damaged(err)
		}
		if first {
			if m, err = readManifest(h, t); err != nil {
				return m, err
			}
			continue
		}
		if err := extract(h, t, dir); err != nil {
			return m, err
		}
	}
}

func readManifest(h *tar.Header, r io.Reader) (Manifest, error) {
	var m Manifest
	if h.Name != manifestEntry {
		return m, damaged(fmt.Errorf("first entry is %q", h.Name))
	}
	if err := json.NewDecoder(r).Decode(&m); err != nil {
		return m, damaged(err)
	}
	if m.Format > format {
		return m, fault.New(fault.Invalid, "cli.archive_later", fault.Args{"Version": m.Version})
	}
	return m, nil
}

func extract(h *tar.Header, r io.Reader, dir string) error {
	if !fs.ValidPath(h.Name) || h.Typeflag != tar.TypeReg {
		return damaged(fmt.Errorf("entry %q", h.Name))
	}
	to := filepath.Join(dir, filepath.FromSlash(h.Name))
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return fmt.Errorf("unpack %s: %w", path.Dir(h.Name), err)
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", h.Name, err)
	}
	if _, err := io.Copy(f, r); err != nil {
		return errors.Join(damaged(err), f.Close())
	}
	return errors.Join(f.Sync(), f.Close())
}

func damaged(cause error) error {
	return fault.New(fault.Invalid, "cli.archive_damaged").Because(cause)
}

func orDamaged(err error) error {
	if err != nil {
		return damaged(err)
	}
	return nil
}
