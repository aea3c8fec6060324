package certificates

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"silverclass/app/fault"
)

// keyBits is the size of the signing key: what RS256, which every verifier of Open Badges
// must know, asks for.
const keyBits = 2048

// Signer signs credentials with the installation's key.
type Signer struct {
	key *rsa.PrivateKey
	id  string
}

// LoadSigner reads the signing key of a file, or makes it, readable by its owner alone. It
// is on the disk before LoadSigner returns: what a lost key signed cannot be checked.
func LoadSigner(path string) (*Signer, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return makeSigner(path)
	}
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("%s does not hold a key", path)
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("%s does not hold an RSA key", path)
	}
	return signer(private), nil
}

func makeSigner(path string) (*Signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".key-*") // made with 0600
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	if err := pem.Encode(tmp, &pem.Block{Type: "PRIVATE KEY", Bytes: der}); err != nil {
		return nil, errors.Join(err, tmp.Close())
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return nil, err
	}
	// A link fails when another process was first; then its key is the one.
	if err := os.Link(tmp.Name(), path); err != nil {
		if errors.Is(err, os.ErrExist) {
			return LoadSigner(path)
		}
		return signer(key), os.Rename(tmp.Name(), path) // a file system without hard links
	}
	return signer(key), nil
}

func signer(key *rsa.PrivateKey) *Signer {
	// The key's thumbprint (RFC 7638): the same key has the same name everywhere.
	j := publicKey(key)
	sum := sha256.Sum256([]byte(`{"e":"` + j.E + `","kty":"RSA","n":"` + j.N + `"}`))
	return &Signer{key: key, id: b64(sum[:])}
}

// jwk is a public key as it is published (RFC 7517).
type jwk struct {
	Kty string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	N   string `json:"n"`
	E   string `json:"e"`
}

func publicKey(key *rsa.PrivateKey) jwk {
	return jwk{Kty: "RSA", Use: "sig", Alg: "RS256", N: b64(key.N.Bytes()), E: b64(big.NewInt(int64(key.E)).Bytes())}
}

// Keys is the set of public keys to publish, as JSON. base is the address of this site.
func (s *Signer) Keys(base string) ([]byte, error) {
	return json.Marshal(map[string][]jwk{"keys": {s.public(base)}})
}

// Key is one public key as JSON; fault NotFound when there is none of that name.
func (s *Signer) Key(base, id string) ([]byte, error) {
	if id != s.id {
		return nil, fault.New(fault.NotFound, "certificates.unknown")
	}
	return json.Marshal(s.public(base))
}

// public is the public key with its name, which is where it is found: so asks Open Badges
// 3.0 of kid (§8.2.2).
func (s *Signer) public(base string) jwk {
	j := publicKey(s.key)
	j.Kid = base + keyPath + s.id
	return j
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Badge is what a credential says, in the words of one language.
type Badge struct {
	Base        string // address of this site
	Certificate Certificate
	Lang        string // of the words, as BCP 47 writes it
	Name        string // of the achievement
	Says        string // what it is for
	Criteria    string // the rule in words
}

// Where the issuer and its keys are published.
const (
	KeysPath   = "/.well-known/jwks.json"
	IssuerPath = "/.well-known/openbadge-issuer.json"
	keyPath    = "/.well-known/keys/" // and a key's name
)

// issuerOf is the issuer's profile (Open Badges 3.0, Profile).
func issuerOf(base, name string) map[string]any {
	return map[string]any{"id": base + IssuerPath, "type": []string{"Profile"}, "name": name, "url": base}
}

// credential is the OpenBadgeCredential. Its subject is the certificate's own number: who
// she is stands nowhere in it.
func (b Badge) credential() map[string]any {
	c := b.Certificate
	id := b.Base + VerifyURL(c.Code)
	return map[string]any{
		"@context":  []string{"https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"},
		"id":        id,
		"type":      []string{"VerifiableCredential", "OpenBadgeCredential"},
		"name":      b.Name,
		"issuer":    issuerOf(b.Base, c.City),
		"validFrom": c.IssuedAt.UTC().Format(time.RFC3339),
		"credentialSubject": map[string]any{
			"id": "urn:uuid:" + c.ID, "type": []string{"AchievementSubject"},
			"achievement": map[string]any{
				"id": b.Base + "/verify?rule=" + c.Rule, "type": []string{"Achievement"}, "achievementType": "Certificate",
				"inLanguage": b.Lang, "name": b.Name, "description": b.Says, "criteria": map[string]any{"narrative": b.Criteria},
			},
		},
	}
}

// Sign is the credential as a signed JWT (Open Badges 3.0 §8.2.4: the payload is the
// credential with iss, jti, nbf and sub beside it).
func (s *Signer) Sign(b Badge) (string, error) {
	body := b.credential()
	body["iss"], body["jti"], body["sub"], body["nbf"] = b.Base+IssuerPath, body["id"], "urn:uuid:"+b.Certificate.ID, b.Certificate.IssuedAt.Unix()
	header, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": b.Base + keyPath + s.id})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(body)
	if err != nil {
		return "", err
	}
	text := b64(header) + "." + b64(payload)
	sum := sha256.Sum256([]byte(text))
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		return "", fmt.Errorf("sign a credential: %w", err)
	}
	return text + "." + b64(sig), nil
}
