package privacy

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"strings"
	"sync"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/people"
)

// Log is the list of erased numbers beside the database. When an older backup is brought
// back, or an old file is copied into place, who was erased since is in it again, and so
// is a phone number that was taken back or the recording of a class: the log is read
// before anything is served, and they are erased again. It holds random numbers, times
// and reasons, and nothing that names anybody.
type Log struct {
	file string

	mu     sync.Mutex
	loaded bool
	known  map[string]bool // facts that stand in the file
	synced time.Time       // facts recorded before this are in it
}

// entry is one line of the log.
type entry struct {
	Fact   string    `json:"fact"`
	Person string    `json:"person,omitempty"`
	What   string    `json:"what,omitempty"`  // whatPhone, whatRecording; empty for the whole person
	Class  string    `json:"class,omitempty"` // whose recording it was
	Reason Reason    `json:"reason"`
	At     time.Time `json:"at"`

	taken *ledger.Fact // the fact itself, when it came from another installation
}

// What a line is about when not about a whole person: her phone number alone, or the
// recording of a class.
const (
	whatPhone     = "phone"
	whatRecording = "recording"
)

// OpenLog is the log in a file, which need not be there yet.
func OpenLog(file string) *Log { return &Log{file: file} }

// read gives every line of the log. A last line that was cut by a power failure is
// passed over; its fact is in the database, and Sync writes it again.
func (l *Log) read() ([]entry, error) {
	f, err := os.Open(l.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []entry
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var e entry
		if json.Unmarshal(lines.Bytes(), &e) == nil && e.Fact != "" && (e.Person != "" || e.Class != "") {
			list = append(list, e)
		}
	}
	return list, lines.Err()
}

func (l *Log) load() error {
	if l.loaded {
		return nil
	}
	list, err := l.read()
	if err != nil {
		return err
	}
	l.known = make(map[string]bool, len(list))
	for _, e := range list {
		l.known[e.Fact] = true
	}
	l.loaded = true
	return nil
}

// add writes a line, on the disk before it returns. A line that stands there already is
// not written again.
func (l *Log) add(entries ...entry) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.load(); err != nil {
		return err
	}
	var text []byte
	for _, e := range entries {
		if l.known[e.Fact] {
			continue
		}
		line, err := json.Marshal(e)
		if err != nil {
			return err
		}
		text = append(append(append(text, '\n'), line...), '\n') // a line cut before stays alone
		l.known[e.Fact] = true
	}
	if len(text) == 0 {
		return nil
	}
	f, err := os.OpenFile(l.file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		l.loaded = false
		return err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		l.loaded = false
	}
	return err
}

// Sync writes into the log what the database knows and the log does not: erasures of
// other instances, and one whose line a power failure took.
func (s *Store) Sync(ctx context.Context) error {
	if s.log == nil {
		return nil
	}
	s.log.mu.Lock()
	from := s.log.synced
	s.log.mu.Unlock()
	asOf := db.Instant(s.now())
	var missing []entry
	for f, err := range ledger.All(ctx, s.db, ledger.Filter{Verbs: []ledger.Verb{ledger.Erased, ledger.Withdrew}, From: from}) {
		if err != nil {
			return err
		}
		e, ok, err := entryOf(f)
		if err != nil {
			return err
		}
		if ok {
			missing = append(missing, e)
		}
	}
	if err := s.log.add(missing...); err != nil {
		return err
	}
	s.log.mu.Lock()
	s.log.synced = asOf.Add(-time.Hour) // what was being written just then comes next time
	s.log.mu.Unlock()
	return nil
}

// entryOf is the line of a fact, when it is one that erased somebody, her number or a
// recording.
func entryOf(f ledger.Fact) (e entry, ok bool, err error) {
	kind, id := ledger.SplitObject(f.Object)
	if f.Verb == ledger.Erased && kind == whatRecording {
		d, err := ledger.DetailOf[ledger.ErasedDetail](f)
		return entry{Fact: f.ID, What: whatRecording, Class: id, Reason: Reason(d.Reason), At: f.At}, true, err
	}
	if f.Verb == ledger.Erased && kind != whatPhone && kind != "person" {
		return e, false, nil // a proof or lines of long ago: no row of a person comes back with them
	}
	if f.PersonID == nil {
		return e, false, errors.New("an erased fact without a person")
	}
	e = entry{Fact: f.ID, Person: *f.PersonID, At: f.At}
	switch {
	case f.Verb == ledger.Withdrew:
		e.What = whatPhone
		return e, strings.HasSuffix(id, "/"+string(people.ForPhone)), nil
	case kind == whatPhone:
		e.What = whatPhone
	}
	d, err := ledger.DetailOf[ledger.ErasedDetail](f)
	e.Reason = Reason(d.Reason)
	return e, true, err
}

// Replay erases again whom the log names and the database still has, and says how many;
// numbers that were taken back since go as well, and recordings that were erased.
// It runs before anything is served: after a restore, and at every start.
func (s *Store) Replay(ctx context.Context) (int, error) {
	if s.log == nil {
		return 0, nil
	}
	list, err := s.log.read()
	if err != nil {
		return 0, err
	}
	again := 0
	for len(list) > 0 {
		n := min(len(list), 500)
		there, err := s.stillThere(ctx, list[:n])
		if err != nil {
			return again, err
		}
		for _, e := range list[:n] {
			if e.What == whatRecording {
				if err := s.dropRecording(ctx, e.Class, e.At, Replayed); err != nil {
					return again, err
				}
				continue
			}
			if !there[e.Person] {
				continue
			}
			if e.What == whatPhone {
				if err := s.dropPhone(ctx, e.Person, Replayed, e.At); err != nil {
					return again, err
				}
				continue
			}
			if err := s.erase(ctx, e.Person, e, nil); err != nil {
				return again, err
			}
			again++
		}
		list = list[n:]
	}
	return again, nil
}

func (s *Store) stillThere(ctx context.Context, list []entry) (map[string]bool, error) {
	ids := make([]string, len(list))
	for i, e := range list {
		ids[i] = e.Person
	}
	found, err := db.Rows[people.Person](s.db).Select("id").Where("id IN ?", ids).Find(ctx)
	there := map[string]bool{}
	for _, p := range found {
		there[p.ID] = true
	}
	return there, err
}
