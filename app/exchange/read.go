package exchange

import (
	"context"
	"errors"
	"fmt"
	"io"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// factsAtOnce and peopleAtOnce are how many are taken in one transaction: what is cut off
// between two of them is taken when the file is read again.
const (
	factsAtOnce  = 250
	peopleAtOnce = 50
)

// looked is what the first reading of a file found.
type looked struct {
	head    head
	last    ledger.Head
	erasing []ledger.Sealed // `erased` facts, in their order
	forked  bool            // another seal stands at a place seen before
}

// Read takes a file in. Nothing changes before the whole file was found to be whole and
// its chain to hold; then its erasures are done, its people taken, and its facts appended
// with the node and the seal that they have there. The same file again changes nothing.
//
// Faults, all Invalid and beside "file" or "passphrase": a wrong passphrase, a damaged,
// later or foreign file, this installation's own; Conflict for a chain that has another
// seal at a place seen before, and for all further files of that node.
func (s *Store) Read(ctx context.Context, r io.ReadSeeker, passphrase string, byID *string) (File, error) {
	f := File{ID: db.NewID(), Way: Read, BeganAt: db.Instant(s.now()), ByID: byID}
	key, err := openWith(passphrase)
	if err != nil {
		return f, err
	}
	l, err := s.look(ctx, key, r)
	f.Node, f.Seq, f.Hash = l.head.Node, l.last.Seq, l.last.Hash
	if err != nil {
		if !l.forked {
			return f, err
		}
		f.Trouble = Forked
		if lost := s.keep(context.WithoutCancel(ctx), f); lost != nil {
			return f, errors.Join(err, lost)
		}
		return f, err
	}
	if err := s.keep(ctx, f); err != nil {
		return f, err
	}
	t := taking{Store: s, file: &f}
	if err := t.all(ctx, key, r, l); err != nil {
		return f, err
	}
	done := db.Instant(s.now())
	f.DoneAt = &done
	return f, s.keep(ctx, f)
}

// look reads the file to its end and checks everything that can be checked.
func (s *Store) look(ctx context.Context, key *opened, r io.ReadSeeker) (looked, error) {
	var l looked
	var seen map[int64]string
	var nPeople, nFacts int64
	err := key.each(r, func(one line) error {
		switch {
		case one.Head != nil:
			l.head = *one.Head
			var err error
			seen, err = s.sender(ctx, l.head.Node)
			return err
		case one.Person != nil:
			nPeople++
		case one.Fact != nil:
			nFacts++
			f := one.Fact.sealed()
			if err := ledger.Knows(f.Fact); err != nil {
				return damaged(err)
			}
			if hash, ok := seen[f.Seal.Seq]; ok && hash != f.Seal.Hash {
				l.forked = true
				return fault.New(fault.Conflict, "exchange.forked", fault.Args{"Seq": f.Seal.Seq})
			}
			if !f.Holds() || !l.head.Only && !f.Follows(l.last) {
				return refuse("exchange.broken").Because(fmt.Errorf("seal %d", f.Seal.Seq))
			}
			l.last = ledger.Head{Node: f.Seal.Node, Seq: f.Seal.Seq, Hash: f.Seal.Hash}
			if f.Fact.Verb == ledger.Erased {
				l.erasing = append(l.erasing, f)
			}
		case one.End != nil:
			if e := one.End; e.People != nPeople || e.Facts != nFacts || !l.head.Only && (e.Seq != l.last.Seq || e.Hash != l.last.Hash) {
				return damaged(errors.New("the end does not count what stands before it"))
			}
		}
		return nil
	})
	return l, err
}

// sender is what was seen of a node before: its hash at each place where a file ended. It
// refuses this installation's own files, and those of a node that was found forked.
func (s *Store) sender(ctx context.Context, node string) (map[int64]string, error) {
	own, err := ledger.ThisNode(ctx, s.db.DB)
	if err != nil {
		return nil, err
	}
	if own.ID == node {
		return nil, refuse("exchange.own")
	}
	files, err := db.Rows[File](s.db.DB).Where("node = ? AND way = ? AND seq > 0", node, Read).Order("seq, id").Find(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[int64]string{}
	for _, f := range files {
		if f.Trouble == Forked {
			return nil, fault.New(fault.Conflict, "exchange.quarantined")
		}
		seen[f.Seq] = f.Hash
	}
	return seen, nil
}

// taking is one file being taken in.
type taking struct {
	*Store
	file *File
}

func (t taking) all(ctx context.Context, key *opened, r io.ReadSeeker, l looked) error {
	for _, f := range l.erasing {
		n, err := t.erasing.EraseToo(ctx, f.Taken())
		if err != nil && !t.refused(ctx, err) {
			return fmt.Errorf("erase: %w", err)
		}
		t.file.Erased += int64(n)
	}
	var persons []people.Carried
	var facts []ledger.Fact
	flush := func(least int) error {
		if len(persons) > 0 && (len(persons) >= peopleAtOnce || least == 0 || len(facts) > 0) {
			if err := t.people(ctx, persons); err != nil {
				return err
			}
			persons = nil
		}
		if len(facts) > 0 && len(facts) >= least {
			if err := t.facts(ctx, facts); err != nil {
				return err
			}
			facts = nil
		}
		return nil
	}
	err := key.each(r, func(one line) error {
		switch {
		case one.Person != nil:
			persons = append(persons, one.Person.carried())
		case one.Fact != nil:
			facts = append(facts, one.Fact.sealed().Taken())
		}
		return flush(factsAtOnce)
	})
	if err != nil {
		return err
	}
	return flush(0)
}

// people takes learners in, in one transaction.
func (t taking) people(ctx context.Context, list []people.Carried) error {
	var c Counts
	err := ledger.Write(ctx, t.db.DB, func(tx *gorm.DB) error {
		c = Counts{}
		store := people.NewStore(tx, t.now)
		for _, one := range list {
			r, err := store.Receive(ctx, one)
			if err != nil {
				return err
			}
			if r.New {
				c.People++
			}
			if r.Erased {
				c.LeftOut++
			}
			c.Linked += int64(r.Linked)
			c.Withdrawn += int64(r.Withdrawn)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take people in: %w", err)
	}
	t.file.People += c.People
	t.file.LeftOut += c.LeftOut
	t.file.Linked += c.Linked
	t.file.Withdrawn += c.Withdrawn
	return nil
}

// facts takes facts in, in one transaction, with what they ask for of people's rows.
func (t taking) facts(ctx context.Context, list []ledger.Fact) error {
	var c Counts
	var refused []error
	var withdrew []ledger.Fact
	err := db.Write(ctx, t.db.DB, func(tx *gorm.DB) error {
		c, refused, withdrew = Counts{}, nil, nil
		store := people.NewStore(tx, t.now)
		for _, f := range list {
			fresh, err := ledger.Take(ctx, tx, f)
			if fault.Is(err, fault.Conflict) {
				refused = append(refused, err)
				continue
			}
			if err != nil {
				return err
			}
			if f.Verb == ledger.Withdrew {
				withdrew = append(withdrew, f)
			}
			if !fresh {
				continue
			}
			c.Facts++
			n, linked, err := store.Heed(ctx, f)
			if err != nil {
				return err
			}
			if c.Withdrawn += int64(n); linked {
				c.Linked++
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("take facts in: %w", err)
	}
	for _, f := range withdrew {
		if err := t.erasing.HeedWithdrawal(f); err != nil {
			return err
		}
	}
	for _, err := range refused {
		t.refused(ctx, err)
	}
	t.file.Facts += c.Facts
	t.file.Linked += c.Linked
	t.file.Withdrawn += c.Withdrawn
	return nil
}

// refused keeps a fact that was refused and reports whether err is one.
func (t taking) refused(ctx context.Context, err error) bool {
	if _, ok := errors.AsType[*ledger.Refused](err); !ok {
		return false
	}
	ledger.KeepRefused(ctx, t.db.DB, err)
	t.file.Refused++
	return true
}
