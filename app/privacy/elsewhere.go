package privacy

import (
	"context"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// EraseToo does here what an `erased` fact of another installation says, takes that fact,
// and writes it into the log beside the database. With a person go all cards of hers that
// are known here, unless her number there was only kept long enough. It says how many
// numbers were erased; a number that nobody has here is erased before it can come.
func (s *Store) EraseToo(ctx context.Context, f ledger.Fact) (erased int, err error) {
	e, ok, err := entryOf(f)
	if err != nil || !ok || f.Verb != ledger.Erased || e.What == whatRecording { // recordings do not travel
		return 0, err
	}
	if e.What == whatPhone {
		if err := s.dropPhone(ctx, e.Person, e.Reason, e.At); err != nil {
			return 0, err
		}
		return 0, s.addToLog(e)
	}
	ids, err := people.NewStore(s.db, s.now).Together(ctx, e.Person)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		there, err := db.Rows[people.Person](s.db).Where("id = ?", id).Count(ctx, "id")
		if err != nil {
			return erased, err
		}
		one := e
		one.taken = &f
		if id != e.Person {
			if there == 0 || e.Reason == Expired {
				continue
			}
			one = entry{Fact: db.NewID(), Person: id, Reason: e.Reason, At: db.Instant(s.now())}
		}
		if err := s.erase(ctx, id, one, nil); err != nil {
			return erased, err
		}
		erased += int(there)
	}
	return erased, nil
}

func (s *Store) addToLog(e entry) error {
	if s.log == nil {
		return nil
	}
	return s.log.add(e)
}

// HeedWithdrawal writes into the log beside the database that a number was taken back
// elsewhere, so that no older backup brings it back.
func (s *Store) HeedWithdrawal(f ledger.Fact) error {
	e, ok, err := entryOf(f)
	if err != nil || !ok {
		return err
	}
	return s.addToLog(e)
}
