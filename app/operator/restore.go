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
	"silverclass/app/ledger"
)

// RestoreOptions say how an archive is brought back.
type RestoreOptions struct {
	Passphrase string
	Force      bool // puts aside what is there instead of refusing
}

// Restored says what a restore did.
type Restored struct {
	Manifest Manifest
	Node     string // the new node's ID
	Aside    string // where the replaced data now is; empty when there was none
	Again    int    // people who had been erased since, and were erased again
	Content  string // where the operator's own teaching files are; empty when there are none
}

// Restore brings an archive back into a place that is empty, or puts aside what is
// there (never deletes it) with Force. A PostgreSQL database must be empty in any case:
// a new one is made in a moment. The program must not be running there.
//
// Nothing is moved before the whole archive was decrypted, its database found sound and
// its ledger's chain verified. The database begins a new node, because the old one may
// still be running elsewhere or may have gone on after the backup: its seals would not
// fit. Whoever was erased after the backup was made is in it, and is erased again
// (Place.Replay) before anything is served.
func Restore(ctx context.Context, p Place, file string, o RestoreOptions) (Restored, error) {
	var done Restored
	if err := errors.Join(p.Dir.Prepare(), p.Keys.Prepare()); err != nil {
		return done, err
	}
	work, err := os.MkdirTemp(string(p.Dir), ".restore-*")
	if err != nil {
		return done, cannotWrite(string(p.Dir), err)
	}
	defer os.RemoveAll(work)
	f, err := os.Open(file)
	if err != nil {
		return done, fault.New(fault.NotFound, "cli.cannot_read",
			fault.Args{"File": absolute(file), "Reason": reason(err)}).Because(err)
	}
	defer f.Close()
	if done.Manifest, err = unseal(f, o.Passphrase, work); err != nil {
		return done, err
	}
	if done.Manifest.Engine != engine(p.Database) {
		return done, fault.New(fault.Invalid, "cli.other_engine", fault.Args{"Engine": done.Manifest.Engine})
	}
	move := p.moveSQLite
	if done.Manifest.Engine == enginePostgres {
		move = p.movePostgres
	} else if err := p.ready(ctx, filepath.Join(work, sqliteEntry)); err != nil {
		return done, err
	}
	if err := p.empty(ctx); err != nil {
		if !o.Force || fault.KindOf(err) != fault.Conflict {
			return done, err
		}
		done.Aside = filepath.Join(string(p.Dir), "replaced-"+p.Now().UTC().Format("20060102-150405"))
	}
	if err := move(ctx, work, done.Aside); err != nil {
		return done, err
	}
	if done.Content, err = p.moveFiles(work, done.Aside); err != nil {
		return done, err
	}
	done.Node, done.Again, err = p.newNode(ctx)
	return done, err
}

// ready is a fault when the database copy is not sound or its ledger does not verify.
func (p Place) ready(ctx context.Context, file string) error {
	if err := checkSQLite(ctx, file, p.Now); err != nil {
		return err
	}
	return verify(ctx, "sqlite:"+filepath.ToSlash(file), p.Now)
}

func verify(ctx context.Context, url string, now func() time.Time) error {
	d, err := db.Open(ctx, url, now)
	if err != nil {
		return err
	}
	defer d.Close()
	r, err := ledger.Verify(ctx, d.DB)
	if err == nil && r.Broken != nil {
		err = Broken(r)
	}
	return err
}

// Broken is the fault that says where a chain does not hold; its reason is the cause.
func Broken(r ledger.Report) error {
	why := fault.New(fault.Conflict, r.Broken.Reason)
	return fault.New(fault.Conflict, "cli.ledger_broken",
		fault.Args{"Seq": r.Broken.Seq, "Fact": r.Broken.FactID, "Holds": r.Head.Seq}).Because(why)
}

// empty is a fault of kind Conflict that names what is already there and would be put
// aside, or of kind Invalid when PostgreSQL's database has tables.
func (p Place) empty(ctx context.Context) error {
	taken := func(what string) error {
		return fault.New(fault.Conflict, "cli.not_empty", fault.Args{"What": what})
	}
	if engine(p.Database) == enginePostgres {
		n, err := p.postgresTables(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			return fault.New(fault.Invalid, "cli.postgres_not_empty")
		}
	} else if _, err := os.Stat(p.sqliteFile()); !errors.Is(err, fs.ErrNotExist) {
		return taken(p.sqliteFile())
	}
	for _, dir := range []string{string(p.Keys), p.Dir.Media(), p.contentDir()} {
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			return taken(absolute(dir))
		}
	}
	return nil
}

// moveSQLite puts the copy in place of the file, which goes to aside with its log.
func (p Place) moveSQLite(_ context.Context, work, aside string) error {
	file := p.sqliteFile()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := putAside(file+suffix, aside); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return cannotWrite(file, err)
	}
	return moveFile(filepath.Join(work, sqliteEntry), file)
}

// movePostgres loads the dump into the empty database.
func (p Place) movePostgres(ctx context.Context, work, _ string) error {
	if err := restorePostgres(ctx, p.Database, filepath.Join(work, postgresEntry)); err != nil {
		return err
	}
	return verify(ctx, p.Database, p.Now)
}

// moveFiles brings keys, media and teaching files into place and says where the
// teaching files are.
func (p Place) moveFiles(work, aside string) (content string, err error) {
	if _, err := os.Stat(filepath.Join(work, contentEntry)); err == nil {
		content = p.contentDir()
	}
	moves := []struct{ entry, to string }{
		{keysEntry, string(p.Keys)}, {contentEntry, p.contentDir()}, {mediaEntry, p.Dir.Media()},
	}
	for _, m := range moves {
		from := filepath.Join(work, m.entry)
		if _, err := os.Stat(from); errors.Is(err, fs.ErrNotExist) {
			continue // the archive has none: what is there stays
		}
		if err := putAside(m.to, aside); err != nil {
			return content, err
		}
		if err := moveTree(from, m.to); err != nil {
			return content, cannotWrite(m.to, err)
		}
	}
	return content, nil
}

// newNode closes the archive's node at its last seal, begins one of this place, and erases
// again who was erased since.
func (p Place) newNode(ctx context.Context) (id string, again int, err error) {
	d, err := db.Open(ctx, p.Database, p.Now)
	if err != nil {
		return "", 0, err
	}
	defer d.Close()
	if err := db.Migrate(ctx, d); err != nil {
		return "", 0, err
	}
	node, err := ledger.BeginNode(ctx, d.DB, p.Now())
	if err != nil {
		return "", 0, fmt.Errorf("begin a new node: %w", err)
	}
	if p.Replay != nil {
		again, err = p.Replay(ctx, d)
	}
	return node.ID, again, err
}

func (p Place) contentDir() string {
	if p.Content != "" {
		return p.Content
	}
	return filepath.Join(string(p.Dir), "content")
}
