package people

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alexedwards/argon2id"
)

// Secrets hashes passwords and recovery codes and seals the secrets of second factors,
// all with keys from outside the database: who has only a copy of the database can
// neither try passwords nor make codes.
type Secrets struct {
	hash, seal []byte
	// gate bounds how many argon2id run at once: each takes 19 MiB and 50 ms of a core.
	gate chan struct{}
}

// argon is OWASP's second recommendation: 19 MiB, two passes, one lane.
var argon = argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// masterLength is how many bytes the key file holds.
const masterLength = 32

// NewSecrets derives the keys from the 32 bytes of the key file. At most atOnce hashes
// are computed at the same time; less than one means one.
func NewSecrets(master []byte, atOnce int) (*Secrets, error) {
	if len(master) != masterLength {
		return nil, fmt.Errorf("key has %d bytes, want %d", len(master), masterLength)
	}
	derive := func(use string) ([]byte, error) {
		return hkdf.Key(sha256.New, master, nil, "silverclass people "+use, 32)
	}
	hash, err := derive("passwords")
	if err != nil {
		return nil, err
	}
	seal, err := derive("second factors")
	if err != nil {
		return nil, err
	}
	return &Secrets{hash: hash, seal: seal, gate: make(chan struct{}, max(atOnce, 1))}, nil
}

// KeyFile reads the 32 bytes of a key file, which holds them in hexadecimal. A file that
// is missing is made, readable by its owner alone, and is on the disk before KeyFile
// returns: a password hashed with a lost key is a lost password.
func KeyFile(path string) ([]byte, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return makeKeyFile(path)
	}
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(string(trimSpace(text)))
	if err != nil || len(key) != masterLength {
		return nil, fmt.Errorf("%s does not hold a key of %d bytes", path, masterLength)
	}
	return key, nil
}

func makeKeyFile(path string) ([]byte, error) {
	key := make([]byte, masterLength)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if _, err := tmp.WriteString(hex.EncodeToString(key) + "\n"); err != nil {
		return nil, errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	// A link fails when another process was first; then its key is the one.
	if err := os.Link(tmp.Name(), path); err != nil {
		if errors.Is(err, os.ErrExist) {
			return KeyFile(path)
		}
		return key, os.Rename(tmp.Name(), path) // a file system without hard links
	}
	return key, nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == '\r' || b[len(b)-1] == ' ') {
		b = b[:len(b)-1]
	}
	return b
}

// peppered is what argon2id sees instead of the plain text.
func (k *Secrets) peppered(plain string) string {
	m := hmac.New(sha256.New, k.hash)
	m.Write([]byte(plain))
	return base64.RawStdEncoding.EncodeToString(m.Sum(nil))
}

func (k *Secrets) enter(ctx context.Context) error {
	select {
	case k.gate <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Hash hashes a password or a recovery code. It waits its turn and gives up with ctx.
func (k *Secrets) Hash(ctx context.Context, plain string) (string, error) {
	if err := k.enter(ctx); err != nil {
		return "", err
	}
	defer func() { <-k.gate }()
	return argon2id.CreateHash(k.peppered(plain), &argon)
}

// Match reports whether hash is of plain. An empty or foreign hash takes as long and
// matches nothing, so that time does not tell which logins exist.
func (k *Secrets) Match(ctx context.Context, plain, hash string) (bool, error) {
	if err := k.enter(ctx); err != nil {
		return false, err
	}
	defer func() { <-k.gate }()
	if hash == "" {
		_, err := argon2id.CreateHash(k.peppered(plain), &argon)
		return false, err
	}
	return argon2id.ComparePasswordAndHash(k.peppered(plain), hash)
}

// Seal encrypts text (AES-256-GCM); about ties it to its row, so that it opens nowhere
// else.
func (k *Secrets) Seal(text, about string) (string, error) {
	aead, err := k.aead()
	if err != nil {
		return "", err
	}
	nonce := make([]byte, aead.NonceSize())
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	return base64.RawStdEncoding.EncodeToString(aead.Seal(nonce, nonce, []byte(text), []byte(about))), nil
}

// Open decrypts what Seal made for the same about.
func (k *Secrets) Open(sealed, about string) (string, error) {
	b, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	aead, err := k.aead()
	if err != nil {
		return "", err
	}
	if len(b) < aead.NonceSize() {
		return "", errors.New("sealed text is cut short")
	}
	text, err := aead.Open(nil, b[:aead.NonceSize()], b[aead.NonceSize():], []byte(about))
	return string(text), err
}

func (k *Secrets) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.seal)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// tokenLength is how many characters of CardAlphabet a one-time link or a tablet's
// token has: 130 bits, which no one guesses.
const tokenLength = 26

// NewToken draws a random token, for links and for tablets.
func NewToken() string {
	b := make([]byte, tokenLength)
	_, _ = rand.Read(b) // never fails since Go 1.24
	for i := range b {
		b[i] = CardAlphabet[b[i]&31]
	}
	return string(b)
}

// codeLength is how long an enrolment code is: short enough to type where a camera does
// not read QR codes, and 50 bits for the half hour that it lives.
const codeLength = 10

// NewCode draws the code that a tablet's enrolment address ends in.
func NewCode() string { return NewToken()[:codeLength] }

// isCode reports whether text has the form of an enrolment code; longer ones do too.
func isCode(text string) bool {
	return len(text) >= codeLength && len(text) <= tokenLength && strings.Trim(text, CardAlphabet) == ""
}

// isToken reports whether text has the form of a token. Whether it is a good one, only
// its hash tells.
func isToken(text string) bool {
	return len(text) == tokenLength && strings.Trim(text, CardAlphabet) == ""
}

// tokenHash is what the database keeps of a token. A token is random enough that a
// plain hash gives nothing away.
func tokenHash(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}
