package exchange

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"testing"

	"filippo.io/age"
)

// OpenForTest is the text of a file.
func OpenForTest(t *testing.T, file []byte, passphrase string) string {
	t.Helper()
	key, err := openWith(passphrase)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := age.Decrypt(bytes.NewReader(file), key)
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// SealForTest makes a file of a text.
func SealForTest(t *testing.T, text string, to age.Recipient) []byte {
	t.Helper()
	var out bytes.Buffer
	crypt, err := age.Encrypt(&out, to)
	if err != nil {
		t.Fatal(err)
	}
	zip := gzip.NewWriter(crypt)
	_, err = io.WriteString(zip, text)
	if err = errors.Join(err, zip.Close(), crypt.Close()); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
