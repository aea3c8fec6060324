package exchange

import (
	"context"
	"errors"
	"io"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// Options say what goes into a file.
type Options struct {
	Passphrase string
	// Only leaves out everything but erasures and yeses taken back: what a city sends to
	// its boxes, which must not hold the city's people.
	Only bool
	ByID *string // the member of staff; nil for the command line
}

// carriedAtOnce is how many learners are read at once.
const carriedAtOnce = 200

// LeastPassphrase is how many characters a passphrase has at least.
const LeastPassphrase = 8

// Write writes a file to w while the program may be running, and keeps a row about it.
// People stand in it as they were before the last fact in it was sealed, so an erasure
// meanwhile is in it as well. Fault: Invalid beside "passphrase" when it is too short.
func (s *Store) Write(ctx context.Context, w io.Writer, o Options) (File, error) {
	f := File{ID: db.NewID(), Way: Wrote, BeganAt: db.Instant(s.now()), ByID: o.ByID}
	if len([]rune(o.Passphrase)) < LeastPassphrase {
		args := fault.Args{"Least": LeastPassphrase}
		return f, fault.New(fault.Invalid, "exchange.passphrase_short", args).Beside("passphrase", "exchange.passphrase_short", args)
	}
	node, err := ledger.ThisNode(ctx, s.db.DB)
	if err != nil {
		return f, err
	}
	f.Node = node.ID
	out, err := s.sealer(w, o.Passphrase)
	if err != nil {
		return f, err
	}
	err = out.lines.Encode(line{Head: &head{Format: format, Version: s.version, Node: node.ID, MadeAt: f.BeganAt, Only: o.Only}})
	if err == nil && !o.Only {
		err = s.writePeople(ctx, out, &f)
	}
	if err == nil {
		err = s.writeFacts(ctx, out, &f, o.Only)
	}
	if err == nil {
		err = out.lines.Encode(line{End: &end{People: f.People, Facts: f.Facts, Seq: f.Seq, Hash: f.Hash}})
	}
	if err = errors.Join(err, out.close()); err != nil {
		return f, err
	}
	done := db.Instant(s.now())
	f.DoneAt = &done
	return f, s.keep(ctx, f)
}

func (s *Store) writePeople(ctx context.Context, out *sealer, f *File) error {
	store := people.NewStore(s.db.DB, s.now)
	for last := ""; ; {
		some, err := store.Carry(ctx, last, carriedAtOnce)
		if err != nil || len(some) == 0 {
			return err
		}
		for _, c := range some {
			if err := out.lines.Encode(line{Person: ofCarried(c)}); err != nil {
				return err
			}
			f.People++
			last = c.Person.ID
		}
	}
}

func (s *Store) writeFacts(ctx context.Context, out *sealer, f *File, only bool) error {
	if _, err := ledger.NewSealer(s.db).RunOnce(ctx); err != nil { // what is committed now goes along
		return err
	}
	for one, err := range ledger.Chain(ctx, s.db.DB) {
		if err != nil {
			return err
		}
		f.Seq, f.Hash = one.Seal.Seq, one.Seal.Hash
		switch one.Fact.Verb {
		case ledger.Erased:
			f.Erased++
		case ledger.Withdrew:
			f.Withdrawn++
		default:
			if only {
				continue
			}
		}
		if err := out.lines.Encode(line{Fact: ofSealed(one)}); err != nil {
			return err
		}
		f.Facts++
	}
	return nil
}
