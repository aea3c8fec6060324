package people

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// rotateBatch is how many numbers are sealed anew in one transaction: pages go on
// meanwhile, and what is cut off loses at most this much work.
const rotateBatch = 500

// Rotated says what a change of keys did.
type Rotated struct {
	Key     int64 // the key that seals from now on
	Phones  int   // numbers that were sealed anew
	Resumed bool  // an earlier change had been cut off
}

// Rotate changes the key of phone numbers: a new one goes into the file, every number is
// sealed anew with it, and the old one leaves the file. It may be cut off anywhere, and
// called again it goes on where it was; the program may be running meanwhile. step is
// called after each batch with how many are done so far, and may be nil.
//
// Faults: those of Trouble; Conflict when the keys come from the environment.
func (k *PhoneKeys) Rotate(ctx context.Context, step func(done int)) (Rotated, error) {
	if k.text != "" {
		return Rotated{}, fault.New(fault.Conflict, "people.keys_from_environment")
	}
	if err := k.Trouble(); err != nil {
		return Rotated{}, err
	}
	out, err := k.begin(ctx)
	if err != nil {
		return out, err
	}
	last := ""
	for {
		n, next, err := k.sealAnew(ctx, out.Key, last)
		if err != nil {
			return out, err
		}
		if n == 0 {
			break
		}
		last = next
		out.Phones += n
		if step != nil {
			step(out.Phones)
		}
	}
	return out, k.finish(ctx, out.Key)
}

// begin puts a new key into the file and makes it known, or finds the one that an
// earlier call put there.
func (k *PhoneKeys) begin(ctx context.Context) (Rotated, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	list, err := k.read(false)
	if err != nil {
		return Rotated{}, err
	}
	out := Rotated{Key: list[len(list)-1].id, Resumed: len(list) > 1}
	if !out.Resumed {
		text, err := os.ReadFile(k.file)
		if err != nil {
			return out, keysTrouble("people.keys_missing", k.file, err)
		}
		out.Key++
		line, err := newPhoneKey(out.Key)
		if err != nil {
			return out, err
		}
		if err := writeKeys(k.file, strings.TrimRight(string(text), "\n")+"\n"+line); err != nil {
			return out, keysTrouble("people.keys_unwritable", k.file, err)
		}
		if list, err = k.read(false); err != nil {
			return out, err
		}
	}
	// Whoever seals a number just now holds the old row; the new key waits for that.
	err = db.Write(ctx, k.g, func(tx *gorm.DB) error {
		if err := tx.WithContext(ctx).Exec("UPDATE phone_keys SET proof = proof").Error; err != nil {
			return err
		}
		return k.register(ctx, tx, list[len(list)-1])
	})
	if err != nil {
		return out, fmt.Errorf("make the new key known: %w", err)
	}
	if err := k.load(ctx, k.g); err != nil {
		return out, err
	}
	return out, k.trouble
}

// sealAnew does one batch of numbers behind a person and says how many, and behind whom
// the next one begins.
func (k *PhoneKeys) sealAnew(ctx context.Context, to int64, behind string) (int, string, error) {
	n, last := 0, behind
	err := db.Write(ctx, k.g, func(tx *gorm.DB) error {
		n, last = 0, behind
		rows, err := db.Rows[Phone](tx).Where("key_id <> ? AND person_id > ?", to, behind).Order("person_id").Limit(rotateBatch).Find(ctx)
		if err != nil || len(rows) == 0 {
			return err
		}
		key, err := k.byID(ctx, tx, to)
		if err != nil {
			return err
		}
		for _, row := range rows {
			old, err := k.byID(ctx, tx, row.KeyID)
			if err != nil {
				return err
			}
			digits, err := old.openPhone(row)
			if err != nil {
				return fmt.Errorf("open a number: %w", err)
			}
			anew, err := key.row(row.PersonID, digits, row.CreatedAt)
			if err != nil {
				return err
			}
			if _, err := db.Rows[Phone](tx).Where("person_id = ? AND key_id = ?", row.PersonID, row.KeyID).
				Select("key_id", "sealed", "lookup").Updates(ctx, anew); err != nil {
				return err
			}
			n, last = n+1, row.PersonID
		}
		return nil
	})
	return n, last, err
}

// finish retires the old keys, once no number needs them, and takes them out of the file.
func (k *PhoneKeys) finish(ctx context.Context, key int64) error {
	now := db.Instant(k.now())
	err := db.Write(ctx, k.g, func(tx *gorm.DB) error {
		left, err := db.Rows[Phone](tx).Where("key_id <> ?", key).Count(ctx, "person_id")
		if err != nil {
			return err
		}
		if left > 0 {
			return errors.New("numbers are still sealed with an old key; run it again")
		}
		if _, err := db.Rows[PhoneKeyRow](tx).Where("id <> ? AND retired_at IS NULL", key).Select("retired_at").Updates(ctx, PhoneKeyRow{RetiredAt: &now}); err != nil {
			return err
		}
		return NewStore(tx, k.now).Note(ctx, Audit{Act: RotatedKeys})
	})
	if err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	text, err := os.ReadFile(k.file)
	if err != nil {
		return keysTrouble("people.keys_missing", k.file, err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, fmt.Sprintf("%d ", key)) {
			if err := writeKeys(k.file, line); err != nil {
				return keysTrouble("people.keys_unwritable", k.file, err)
			}
		}
	}
	return k.load(ctx, k.g)
}
