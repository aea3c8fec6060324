package people

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"silverclass/app/db"
	"silverclass/app/fault"
)

// PhoneKeys are the keys under which phone numbers are kept: in a file of mode 0600 or
// from the environment, never in the database, which has only a proof of each.
//
// Where they are missing, cut short or another installation's, the program runs without
// phone numbers and says so (Trouble): a number sealed with a wrong key would be lost.
type PhoneKeys struct {
	g    *gorm.DB
	now  func() time.Time
	file string
	text string // from the environment; then there is no file

	mu      sync.Mutex
	keys    map[int64]phoneKey
	trouble error
}

// phoneKey is one key and what is derived from it: for sealing, for finding a number
// again, and for proving that it is the one.
type phoneKey struct {
	id     int64
	aead   cipher.AEAD
	lookup []byte
	proof  string
}

// PhoneKeyRow is what the database knows of a key.
type PhoneKeyRow struct {
	ID        int64 `gorm:"primaryKey"`
	Proof     string
	CreatedAt time.Time
	RetiredAt *time.Time // nil while numbers may be sealed with it
}

// TableName is the table of keys' proofs.
func (PhoneKeyRow) TableName() string { return "phone_keys" }

// OpenPhoneKeys reads the keys from text, or, when it is empty, from the file, which is
// made at the first start. An error is the database's; what is wrong with the keys is
// Trouble.
func OpenPhoneKeys(ctx context.Context, g *gorm.DB, now func() time.Time, file, text string) (*PhoneKeys, error) {
	k := &PhoneKeys{g: g, now: now, file: file, text: text}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k, k.load(ctx, g)
}

// CheckPhoneKeys says what is wrong with the keys that this database needs; nil when they
// are the right ones, and when it needs none yet. It makes nothing.
func CheckPhoneKeys(ctx context.Context, g *gorm.DB, file, text string) (trouble, err error) {
	rows, err := phoneKeyRows(ctx, g)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	k, err := OpenPhoneKeys(ctx, g, time.Now, file, text)
	if err != nil {
		return nil, err
	}
	return k.Trouble(), nil
}

// Trouble is why there are no phone numbers just now; nil when there are.
func (k *PhoneKeys) Trouble() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.trouble
}

func keysTrouble(key string, file string, cause error) error {
	return fault.New(fault.Unavailable, key, fault.Args{"File": filepath.Base(file)}).Because(cause)
}

// load reads keys and compares them with what the database knows. mu is held.
func (k *PhoneKeys) load(ctx context.Context, g *gorm.DB) error {
	rows, err := phoneKeyRows(ctx, g)
	if err != nil {
		return err
	}
	k.keys, k.trouble = nil, nil
	list, err := k.read(len(rows) == 0)
	if err != nil {
		k.trouble = err
		return nil
	}
	keys := map[int64]phoneKey{}
	for _, one := range list {
		keys[one.id] = one
	}
	active := 0
	for _, row := range rows {
		if row.RetiredAt != nil {
			continue
		}
		active++
		if !hmac.Equal([]byte(keys[row.ID].proof), []byte(row.Proof)) {
			k.trouble = keysTrouble("people.keys_foreign", k.file, nil)
			return nil
		}
	}
	if active == 0 {
		if err := k.register(ctx, g, list[len(list)-1]); err != nil {
			return err
		}
	}
	k.keys = keys
	return nil
}

func phoneKeyRows(ctx context.Context, g *gorm.DB) ([]PhoneKeyRow, error) {
	rows, err := db.Rows[PhoneKeyRow](g).Order("id").Find(ctx)
	if err != nil {
		return nil, fmt.Errorf("read phone keys: %w", err)
	}
	return rows, nil
}

// register makes a key known to the database; again is no error.
func (k *PhoneKeys) register(ctx context.Context, g *gorm.DB, key phoneKey) error {
	row := PhoneKeyRow{ID: key.id, Proof: key.proof, CreatedAt: db.Instant(k.now())}
	return db.Write(ctx, g, func(tx *gorm.DB) error {
		return db.Rows[PhoneKeyRow](tx, clause.OnConflict{DoNothing: true}).Create(ctx, &row)
	})
}

// read gives the keys in the order of their IDs; the last one seals. A file that is
// missing is made when make is true.
func (k *PhoneKeys) read(make bool) ([]phoneKey, error) {
	if k.text != "" {
		return parsePhoneKeys(strings.ReplaceAll(k.text, ",", "\n"), k.file)
	}
	text, err := os.ReadFile(k.file)
	if errors.Is(err, fs.ErrNotExist) && make {
		line, err := newPhoneKey(1)
		if err != nil {
			return nil, err
		}
		if err := writeKeys(k.file, line); err != nil {
			return nil, keysTrouble("people.keys_unwritable", k.file, err)
		}
		text = []byte(line)
	} else if err != nil {
		return nil, keysTrouble("people.keys_missing", k.file, err)
	}
	return parsePhoneKeys(string(text), k.file)
}

// newPhoneKey draws a key and gives its line: its ID and 32 bytes in hexadecimal.
func newPhoneKey(id int64) (string, error) {
	key := make([]byte, masterLength)
	_, err := rand.Read(key)
	return fmt.Sprintf("%d %s\n", id, hex.EncodeToString(key)), err
}

// writeKeys replaces a key file, whole or not at all, readable by its owner only.
func writeKeys(file, text string) error {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".key-*") // made with 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err := tmp.WriteString(text); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

func parsePhoneKeys(text, file string) ([]phoneKey, error) {
	var list []phoneKey
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		number, digits, _ := strings.Cut(line, " ")
		id, err := strconv.ParseInt(number, 10, 32)
		master, bad := hex.DecodeString(strings.TrimSpace(digits))
		if err != nil || bad != nil || id < 1 || len(master) != masterLength || bytes.Count(master, []byte{0}) == masterLength {
			return nil, keysTrouble("people.keys_short", file, errors.Join(err, bad))
		}
		key, err := derivePhoneKey(id, master)
		if err != nil {
			return nil, err
		}
		list = append(list, key)
	}
	if len(list) == 0 {
		return nil, keysTrouble("people.keys_short", file, nil)
	}
	slices.SortFunc(list, func(a, b phoneKey) int { return int(a.id - b.id) })
	return list, nil
}

func derivePhoneKey(id int64, master []byte) (phoneKey, error) {
	derive := func(use string) []byte {
		out, err := hkdf.Key(sha256.New, master, nil, "silverclass phones "+use, 32)
		if err != nil {
			panic("people: " + err.Error()) // 32 bytes are never too many
		}
		return out
	}
	block, err := aes.NewCipher(derive("seal"))
	if err != nil {
		return phoneKey{}, err
	}
	aead, err := cipher.NewGCM(block)
	return phoneKey{id: id, aead: aead, lookup: derive("lookup"), proof: hex.EncodeToString(derive("proof"))}, err
}

// current is the key that seals now, as the database says in this transaction: another
// process may have begun to change it. With hold, who changes it waits for the
// transaction.
func (k *PhoneKeys) current(ctx context.Context, g *gorm.DB, hold bool) (phoneKey, error) {
	var opts []clause.Expression
	if hold {
		opts = append(opts, clause.Locking{Strength: clause.LockingStrengthShare})
	}
	row, err := db.Rows[PhoneKeyRow](g, opts...).Where("retired_at IS NULL").Order("id DESC").Take(ctx)
	if err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			err = k.Trouble()
		}
		return phoneKey{}, err
	}
	return k.byID(ctx, g, row.ID)
}

// byID is a key that numbers were sealed with. One that is not known yet was made by
// another process: then the file is read again.
func (k *PhoneKeys) byID(ctx context.Context, g *gorm.DB, id int64) (phoneKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.keys[id]; ok {
		return key, nil
	}
	if err := k.load(ctx, g); err != nil {
		return phoneKey{}, err
	}
	if key, ok := k.keys[id]; ok {
		return key, nil
	}
	if k.trouble == nil {
		return phoneKey{}, keysTrouble("people.keys_foreign", k.file, fmt.Errorf("no key %d", id))
	}
	return phoneKey{}, k.trouble
}

// all are the keys under which a number may be found.
func (k *PhoneKeys) all() []phoneKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := make([]phoneKey, 0, len(k.keys))
	for _, key := range k.keys {
		list = append(list, key)
	}
	return list
}
