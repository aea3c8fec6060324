package exchange

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"filippo.io/age"

	"silverclass/app/fault"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// A file is lines of JSON, compressed by gzip, encrypted by age to a passphrase (scrypt);
// `age -d FILE | gunzip` opens it without this program. The first line is its head, the
// last its end; between them stand people, then facts in the order of their seals. age
// authenticates every byte, and the end is missing from what was cut off.
type line struct {
	Head   *head   `json:"exchange,omitempty"`
	Person *person `json:"person,omitempty"`
	Fact   *fact   `json:"fact,omitempty"`
	End    *end    `json:"end,omitempty"`
}

// format is the version of the layout; later ones are refused.
const format = 1

type head struct {
	Format  int       `json:"format"`
	Version string    `json:"version"` // of the program that wrote it
	Node    string    `json:"node"`
	MadeAt  time.Time `json:"made_at"`
	// Only is true for erasures and yeses taken back alone: its facts have gaps.
	Only bool `json:"only_erasures,omitempty"`
}

type end struct {
	People int64  `json:"people"`
	Facts  int64  `json:"facts"`
	Seq    int64  `json:"seq"`
	Hash   string `json:"hash"`
}

type person struct {
	ID          string    `json:"id"`
	Name        string    `json:"name,omitempty"`
	Age         string    `json:"age_band,omitempty"`
	Sex         string    `json:"sex,omitempty"`
	Provisional bool      `json:"provisional,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	Cards       []card    `json:"cards,omitempty"`
	Consents    []consent `json:"consents,omitempty"`
}

type card struct {
	Number    string     `json:"number"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
}

type consent struct {
	Purpose     string     `json:"purpose"`
	Version     string     `json:"version"`
	Medium      string     `json:"medium"`
	GivenAt     time.Time  `json:"given_at"`
	WithdrawnAt *time.Time `json:"withdrawn_at,omitempty"`
	Asked       string     `json:"asked_version"`
}

type fact struct {
	ID         string  `json:"id"`
	Verb       string  `json:"verb"`
	Person     *string `json:"person,omitempty"`
	Object     string  `json:"object"`
	Edition    *string `json:"edition,omitempty"`
	Session    *string `json:"session,omitempty"`
	Venue      *string `json:"venue,omitempty"`
	Device     *string `json:"device,omitempty"`
	By         *string `json:"by,omitempty"`
	At         int64   `json:"at"` // milliseconds since 1970, as they are hashed
	RecordedAt int64   `json:"recorded_at"`
	Run        *string `json:"run,omitempty"`
	Detail     string  `json:"detail"`
	Node       string  `json:"node"`
	OriginSeq  *int64  `json:"origin_seq,omitempty"`
	OriginHash *string `json:"origin_hash,omitempty"`
	Seal       seal    `json:"seal"`
}

type seal struct {
	Seq     int64  `json:"seq"`
	Node    string `json:"node"`
	Version int64  `json:"version"`
	Prev    string `json:"prev"`
	Hash    string `json:"hash"`
}

func ofSealed(s ledger.Sealed) *fact {
	f := s.Fact
	return &fact{ID: f.ID, Verb: string(f.Verb), Person: f.PersonID, Object: f.Object, Edition: f.Edition, Session: f.SessionID, Venue: f.VenueID,
		Device: f.DeviceID, By: f.ByID, At: f.At.UnixMilli(), RecordedAt: f.RecordedAt.UnixMilli(), Run: f.Run, Detail: f.Detail, Node: f.Node,
		OriginSeq: f.OriginSeq, OriginHash: f.OriginHash,
		Seal: seal{s.Seal.Seq, s.Seal.Node, s.Seal.Version, s.Seal.Prev, s.Seal.Hash}}
}

func (f fact) sealed() ledger.Sealed {
	return ledger.Sealed{
		Fact: ledger.Fact{ID: f.ID, Verb: ledger.Verb(f.Verb), PersonID: f.Person, Object: f.Object, Edition: f.Edition, SessionID: f.Session, VenueID: f.Venue,
			DeviceID: f.Device, ByID: f.By, At: time.UnixMilli(f.At).UTC(), RecordedAt: time.UnixMilli(f.RecordedAt).UTC(), Run: f.Run, Detail: f.Detail,
			Node: f.Node, OriginSeq: f.OriginSeq, OriginHash: f.OriginHash},
		Seal: ledger.Seal{Seq: f.Seal.Seq, FactID: f.ID, Node: f.Seal.Node, Version: f.Seal.Version, Prev: f.Seal.Prev, Hash: f.Seal.Hash},
	}
}

func ofCarried(c people.Carried) *person {
	p := &person{ID: c.Person.ID, Name: c.Person.Name, Age: string(c.Person.AgeBand), Sex: string(c.Person.Sex), Provisional: c.Person.Provisional, CreatedAt: c.Person.CreatedAt}
	for _, k := range c.Cards {
		p.Cards = append(p.Cards, card{k.Number, k.RevokedAt, k.CreatedAt})
	}
	for _, k := range c.Consents {
		p.Consents = append(p.Consents, consent{string(k.Purpose), k.Version, k.Medium, k.GivenAt, k.WithdrawnAt, k.AskedVersion})
	}
	return p
}

func (p person) carried() people.Carried {
	c := people.Carried{Person: people.Person{ID: p.ID, Name: p.Name, AgeBand: people.AgeBand(p.Age), Sex: people.Sex(p.Sex), Provisional: p.Provisional, CreatedAt: p.CreatedAt}}
	for _, k := range p.Cards {
		c.Cards = append(c.Cards, people.Card{Number: k.Number, RevokedAt: k.RevokedAt, CreatedAt: k.CreatedAt})
	}
	for _, k := range p.Consents {
		c.Consents = append(c.Consents, people.Consent{Purpose: people.Purpose(k.Purpose), Version: k.Version, Medium: k.Medium,
			GivenAt: k.GivenAt, WithdrawnAt: k.WithdrawnAt, AskedVersion: k.Asked})
	}
	return c
}

// sealer writes an encrypted file.
type sealer struct {
	lines  *json.Encoder
	layers []io.Closer // from the inside out
}

func (s *Store) sealer(w io.Writer, passphrase string) (*sealer, error) {
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return nil, err
	}
	if s.work > 0 {
		to.SetWorkFactor(s.work)
	}
	crypt, err := age.Encrypt(w, to)
	if err != nil {
		return nil, fmt.Errorf("encrypt: %w", err)
	}
	zip := gzip.NewWriter(crypt)
	lines := json.NewEncoder(zip)
	lines.SetEscapeHTML(false)
	return &sealer{lines, []io.Closer{zip, crypt}}, nil
}

func (s *sealer) close() error {
	var all error
	for _, l := range s.layers {
		all = errors.Join(all, l.Close())
	}
	return all
}

// opened keeps the file's key, so that a second reading does not stretch the passphrase
// anew.
type opened struct {
	id  *age.ScryptIdentity
	key []byte
}

func (o *opened) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	if o.key != nil {
		return o.key, nil
	}
	key, err := o.id.Unwrap(stanzas)
	o.key = key
	return key, err
}

func openWith(passphrase string) (*opened, error) {
	id, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, fault.New(fault.Invalid, "exchange.passphrase_wrong").Beside("passphrase", "exchange.passphrase_wrong").Because(err)
	}
	id.SetMaxWorkFactor(22) // ours is 18; more would only burn the machine's time
	return &opened{id: id}, nil
}

// maxLine bounds one line: a fact is small, a person has a handful of cards.
const maxLine = 1 << 20

// each goes through the lines of a file, from the first byte to the last, and is a fault
// with words for one that is wrong, damaged or cut off.
func (o *opened) each(r io.ReadSeeker, visit func(l line) error) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	plain, err := age.Decrypt(r, o)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return fault.New(fault.Invalid, "exchange.passphrase_wrong").Beside("passphrase", "exchange.passphrase_wrong").Because(err)
	}
	if err != nil {
		return damaged(err)
	}
	zip, err := gzip.NewReader(plain)
	if err != nil {
		return damaged(err)
	}
	lines := bufio.NewScanner(zip)
	lines.Buffer(nil, maxLine)
	ended := false
	for n := 0; lines.Scan(); n++ {
		var l line
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			return damaged(err)
		}
		if ended || (n == 0) != (l.Head != nil) {
			return damaged(errors.New("the head is not first or the end not last"))
		}
		if ended = l.End != nil; n == 0 && l.Head.Format > format {
			return fault.New(fault.Invalid, "exchange.later", fault.Args{"Version": l.Head.Version}).Beside("file", "exchange.later", fault.Args{"Version": l.Head.Version})
		}
		if err := visit(l); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return damaged(err)
	}
	if !ended {
		return damaged(io.ErrUnexpectedEOF)
	}
	return nil
}

func damaged(cause error) error { return refuse("exchange.damaged").Because(cause) }

// refuse is a fault that stands beside the file in the form.
func refuse(key string) *fault.Error { return fault.New(fault.Invalid, key).Beside("file", key) }
