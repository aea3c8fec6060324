package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/exchange"
	"silverclass/app/fault"
	"silverclass/app/ledger"
)

func TestBadFiles(t *testing.T) {
	box, city := two(t)
	box.checkIn(t, "session-1", box.issue(t, "慕容阿姨").Person.ID)
	good := box.write(t, exchange.Options{})
	plain := func(change func(string) string) []byte { return reseal(t, good, change) }
	flipped := slices.Clone(good)
	flipped[len(flipped)-20] ^= 1
	for _, c := range []struct {
		name, key, phrase string
		file              []byte
	}{
		{"empty", "exchange.damaged", phrase, nil},
		{"no such file", "exchange.damaged", phrase, []byte("hello")},
		{"cut off", "exchange.damaged", phrase, good[:len(good)-40]},
		{"a byte changed", "exchange.damaged", phrase, flipped},
		{"another passphrase", "exchange.passphrase_wrong", "eight old tortoises", good},
		{"no passphrase", "exchange.passphrase_wrong", "", good},
		{"a later version", "exchange.later", phrase, plain(func(s string) string { return strings.Replace(s, `"format":1`, `"format":2`, 1) })},
		{"a fact changed", "exchange.broken", phrase, plain(func(s string) string { return strings.Replace(s, `session:session-1`, `session:session-2`, 1) })},
		{"a fact left out", "exchange.broken", phrase, plain(dropLine(`"seq":1,`))},
		{"the last fact left out", "exchange.damaged", phrase, plain(dropLine(`"seq":3,`))},
		{"no end", "exchange.damaged", phrase, plain(dropLine(`{"end":`))},
		{"an unknown verb", "exchange.damaged", phrase, plain(func(s string) string { return strings.Replace(s, `"verb":"checked-in"`, `"verb":"danced"`, 1) })},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := city.exchange.Read(t.Context(), bytes.NewReader(c.file), c.phrase, nil)
			if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.key) {
				t.Errorf("got %v, want %s", err, c.key)
			}
			if n := city.count(t, "SELECT (SELECT count(*) FROM persons) + (SELECT count(*) FROM ledger_facts) + (SELECT count(*) FROM exchange_files)"); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
	if _, err := box.exchange.Read(t.Context(), bytes.NewReader(good), phrase, nil); err == nil || !strings.Contains(err.Error(), "exchange.own") {
		t.Errorf("its own file: %v", err)
	}
	if _, err := box.exchange.Write(t.Context(), io.Discard, exchange.Options{Passphrase: "short"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a short passphrase: %v", err)
	}
}

// TestAForkedNodeIsSaidAndNotTaken: a copy of the box went on by itself under its name.
func TestAForkedNodeIsSaidAndNotTaken(t *testing.T) {
	box, city := two(t)
	at := filepath.Join(t.TempDir(), "copy.db")
	need(t, box.d.Exec("VACUUM INTO ?", at).Error)
	d, err := db.Open(t.Context(), "sqlite:"+filepath.ToSlash(at), time.Now)
	need(t, err)
	defer d.Close()
	twin := newSite(t, d)
	box.issue(t, "甲")
	twin.issue(t, "乙")
	twin.issue(t, "丙")
	city.read(t, box.write(t, exchange.Options{}))
	facts := city.count(t, "SELECT count(*) FROM ledger_facts")
	for _, key := range []string{"exchange.forked", "exchange.quarantined"} {
		_, err := city.exchange.Read(t.Context(), bytes.NewReader(twin.write(t, exchange.Options{})), phrase, nil)
		if !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), key) {
			t.Errorf("got %v, want %s", err, key)
		}
	}
	if n := city.count(t, "SELECT count(*) FROM ledger_facts"); n != facts {
		t.Errorf("%d facts were taken", n-facts)
	}
	_, err = ledger.BeginNode(t.Context(), box.d.DB, time.Now()) // what a restore does
	need(t, err)
	box.issue(t, "丁")
	city.read(t, box.write(t, exchange.Options{}))
}

// TestATakenIDIsRefusedAndTold: the city has another content under the ID of the box's fact.
func TestATakenIDIsRefusedAndTold(t *testing.T) {
	box, city := two(t)
	i := box.issue(t, "甲")
	box.checkIn(t, "session-1", i.Person.ID)
	id := onlyFact(t, box, ledger.CheckedIn, i.Person.ID)
	need(t, ledger.Write(t.Context(), city.d.DB, func(tx *gorm.DB) error {
		_, err := ledger.Append(t.Context(), tx, ledger.OwnerTour, time.Now(), ledger.Fact{ID: id, Verb: ledger.Counted, Object: "session:other"}, ledger.CountedDetail{Heads: 3, Method: ledger.MethodTally})
		return err
	}))
	f := city.read(t, box.write(t, exchange.Options{}))
	kept, err := ledger.RefusedCount(t.Context(), city.d.DB)
	if need(t, err); f.Refused != 1 || kept != 1 || f.DoneAt == nil {
		t.Errorf("read %+v, %d kept", f.Counts, kept)
	}
}

// TestCutOffAndReadAgain: the reading ends after a number of statements; the
// same file read again leaves what one whole reading leaves.
func TestCutOffAndReadAgain(t *testing.T) {
	box, city := two(t)
	for n := range 60 {
		i := box.issue(t, fmt.Sprintf("学员%d", n))
		for s := range 4 {
			box.checkIn(t, fmt.Sprintf("session-%d", s), i.Person.ID)
		}
	}
	file := box.write(t, exchange.Options{})
	half := 0
	for after := int64(500); ; after += 500 {
		ctx, stop := context.WithCancel(t.Context())
		if _, err := city.exchange.Read(&countdown{ctx, after, stop}, bytes.NewReader(file), phrase, nil); err == nil {
			stop()
			break
		}
		stop()
		if n := city.count(t, "SELECT count(*) FROM persons") + city.count(t, "SELECT count(*) FROM ledger_facts"); n > 0 {
			half++
		}
	}
	if half == 0 {
		t.Error("no reading was cut off half way")
	}
	city.read(t, file)
	persons, times := city.counts(t)
	if n := city.count(t, "SELECT count(*) FROM persons"); n != 60 || persons != 60 || times != 240 {
		t.Errorf("%d people, %d counted, %d times; want 60, 60 and 240", n, persons, times)
	}
	if n := city.count(t, "SELECT count(*) FROM exchange_files WHERE done_at IS NULL"); n == 0 {
		t.Error("what was cut off is not told from what was read")
	}
}

// countdown ends after it was asked a number of times: what a database does at each
// statement.
type countdown struct {
	context.Context
	left int64
	stop func()
}

func (c *countdown) Done() <-chan struct{} {
	if atomic.AddInt64(&c.left, -1) == 0 {
		c.stop()
	}
	return c.Context.Done()
}

func dropLine(mark string) func(string) string {
	return func(s string) string {
		lines := strings.SplitAfter(s, "\n")
		n := slices.IndexFunc(lines, func(l string) bool { return strings.Contains(l, mark) })
		return strings.Join(slices.Delete(lines, n, n+1), "")
	}
}

// reseal opens a file, changes its text, and encrypts it again, as somebody could who knows
// the passphrase.
func reseal(t *testing.T, file []byte, change func(string) string) []byte {
	t.Helper()
	text := exchange.OpenForTest(t, file, phrase)
	changed := change(text)
	if changed == text {
		t.Fatal("nothing was changed")
	}
	to, err := age.NewScryptRecipient(phrase)
	need(t, err)
	to.SetWorkFactor(8)
	return exchange.SealForTest(t, changed, to)
}
