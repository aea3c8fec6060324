package sfu

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"os"
	"path/filepath"
)

// stateFile stands in the data directory.
const stateFile = "sfu.json"

// kept is what outlives the program: without it a browser's old token would be refused
// after a restart.
type kept struct {
	Key      string `json:"key"`
	Secret   string `json:"secret"`
	HTTPPort int    `json:"http_port"`
}

// loadKept reads the state of dir, makes it where there is none, and sees to a loopback
// port that is free.
func loadKept(dir string) (kept, error) {
	path := filepath.Join(dir, stateFile)
	var k kept
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return k, fmt.Errorf("reading %s: %w", stateFile, err)
	default:
		// A file cut short by a power loss holds nothing that cannot be made anew.
		if json.Unmarshal(text, &k) != nil {
			k = kept{}
		}
	}
	before := k
	if k.Key == "" || len(k.Secret) < 32 {
		if k.Key, k.Secret, err = newKey(); err != nil {
			return k, err
		}
	}
	if k.HTTPPort == 0 || !freeLoopback(k.HTTPPort) {
		if k.HTTPPort, err = pickLoopback(); err != nil {
			return k, err
		}
	}
	if k == before {
		return k, nil
	}
	return k, k.save(path)
}

// save replaces the file in one step, readable by its owner only.
func (k kept) save(path string) error {
	text, err := json.Marshal(k)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), stateFile+".*")
	if err != nil {
		return fmt.Errorf("writing %s: %w", stateFile, err)
	}
	defer func() { _ = os.Remove(f.Name()) }()
	_, err = f.Write(append(text, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", stateFile, err)
	}
	if err := os.Chmod(f.Name(), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", stateFile, err)
	}
	return os.Rename(f.Name(), path)
}

// newKey makes a key name and a secret of 256 random bits.
func newKey() (key, secret string, err error) {
	b := make([]byte, 6+32)
	if _, err := rand.Read(b); err != nil {
		return "", "", err
	}
	return "API" + hex.EncodeToString(b[:6]), base64.RawURLEncoding.EncodeToString(b[6:]), nil
}

// pickLoopback finds a free port below the range from which systems take ports for
// outgoing connections, so that none of those can take it while the child is down.
func pickLoopback() (int, error) {
	for range 100 {
		n, err := rand.Int(rand.Reader, big.NewInt(10000))
		if err != nil {
			return 0, err
		}
		if port := 20000 + int(n.Int64()); freeLoopback(port) {
			return port, nil
		}
	}
	return 0, errors.New("no free loopback port between 20000 and 29999")
}

func freeLoopback(port int) bool {
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return false
	}
	return ln.Close() == nil
}
