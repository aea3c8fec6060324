package ledger_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/ledger"
)

// The crowd: processes, with writers each, on one database. Set LEDGER_SEED to repeat a
// run.
const (
	crowdProcesses = 4
	crowdWriters   = 8
	crowdActs      = 40 // of one writer
	crowdShared    = 60 // facts that every process sends as well
)

// The variables by which this test binary starts itself as one process of the crowd.
const (
	envCrowdURL  = "LEDGER_CROWD_URL"
	envCrowdSeed = "LEDGER_CROWD_SEED"
	envSeed      = "LEDGER_SEED"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(envCrowdURL); url != "" {
		seed, _ := strconv.ParseUint(os.Getenv(envCrowdSeed), 10, 64)
		if err := crowdProcess(url, seed, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// Many write at once, with delays and rollbacks, the same facts among them, while a
// sealer works under a lease: on PostgreSQL four processes, on SQLite one with as many
// writers. What was acknowledged is there once, what was rolled back is not, and the
// chain has neither gap nor double.
func TestACrowdLeavesNoGapAndNoDouble(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv(envSeed); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%s=%d", envSeed, seed)
	d := dbtest.Open(t)
	said := crowd(t, d, seed)

	if _, err := ledger.NewSealer(d).RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for f, err := range ledger.All(t.Context(), d.DB, ledger.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		there[f.ID] = true
	}
	if diff := cmp.Diff(said.kept, there); diff != "" {
		t.Errorf("acknowledged and stored differ (-acknowledged +stored):\n%s", diff)
	}
	for id := range said.shared {
		if said.kept[id] && said.fresh[id] != 1 {
			t.Errorf("shared fact %s was fresh %d times, want once", id, said.fresh[id])
		}
	}
	r, err := ledger.Verify(t.Context(), d.DB)
	if err != nil || r.Broken != nil || r.Waiting != 0 || r.Checked != int64(len(there)) || r.Head.Seq != r.Checked {
		t.Errorf("verify of %d facts: %+v, %v", len(there), r, err)
	}
	if n, err := ledger.RefusedCount(t.Context(), d.DB); err != nil || n != said.refused {
		t.Errorf("refused: %d, %v; want %d", n, err, said.refused)
	}
}

// crowdSaid is what the processes say they did.
type crowdSaid struct {
	kept    map[string]bool // facts whose transaction was acknowledged
	fresh   map[string]int  // how often Append called one new, in such a transaction
	shared  map[string]bool
	refused int64
}

// crowd lets all processes work and gathers what they say.
func crowd(t *testing.T, d *db.DB, seed uint64) crowdSaid {
	t.Helper()
	said := crowdSaid{kept: map[string]bool{}, fresh: map[string]int{}, shared: map[string]bool{}}
	for i := range crowdShared {
		said.shared[sharedFact(seed, i).ID] = true
	}
	for _, line := range strings.Split(crowdOutput(t, d, seed), "\n") {
		what, id, _ := strings.Cut(line, " ")
		switch what {
		case "kept":
			said.kept[id] = true
		case "fresh":
			said.kept[id] = true
			said.fresh[id]++
		case "refused":
			said.refused++
		}
	}
	return said
}

func crowdOutput(t *testing.T, d *db.DB, seed uint64) string {
	t.Helper()
	if db.IsSQLite(d.DB) {
		var out lockedBuilder
		if err := crowdWork(t.Context(), d, seed, crowdProcesses*crowdWriters, &out); err != nil {
			t.Fatal(err)
		}
		return out.b.String()
	}
	url := databaseURL(t, d)
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	var outs [crowdProcesses]strings.Builder
	var all sync.WaitGroup
	for i := range crowdProcesses {
		cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), envCrowdURL+"="+url, fmt.Sprintf("%s=%d", envCrowdSeed, seed))
		cmd.Env = append(cmd.Env, fmt.Sprintf("LEDGER_CROWD_PROCESS=%d", i))
		cmd.Stdout, cmd.Stderr = &outs[i], os.Stderr
		all.Go(func() {
			if err := cmd.Run(); err != nil {
				t.Errorf("process %d: %v", i, err)
			}
		})
	}
	all.Wait()
	var text strings.Builder
	for i := range outs {
		text.WriteString(outs[i].String())
	}
	return text.String()
}

// databaseURL is the address under which other processes open d.
func databaseURL(t *testing.T, d *db.DB) string {
	t.Helper()
	var name string
	if err := d.DB.Raw(`SELECT current_database()`).Scan(&name).Error; err != nil {
		t.Fatal(err)
	}
	url, err := dbtest.WithDatabase(os.Getenv(dbtest.EnvURL), name)
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// crowdProcess is one process: it writes with eight hands and seals when the lease is its.
func crowdProcess(url string, seed uint64, out io.Writer) error {
	ctx := context.Background()
	d, err := db.Open(ctx, url, time.Now)
	if err != nil {
		return err
	}
	return errors.Join(crowdWork(ctx, d, seed, crowdWriters, out), d.Close())
}

func crowdWork(ctx context.Context, d *db.DB, seed uint64, writers int, out io.Writer) error {
	sealing, stop := context.WithCancel(ctx)
	var sealer, all sync.WaitGroup
	sealer.Go(func() { ledger.NewSealer(d).Run(sealing) })
	errs := make([]error, writers)
	for i := range errs {
		all.Go(func() { errs[i] = newCrowdWriter(d, seed, i, out).work(ctx) })
	}
	all.Wait()
	stop()
	sealer.Wait()
	return errors.Join(errs...)
}

// crowdWriter does acts of one to three facts; now and then it rolls back, waits in the
// middle, takes back what it wrote, sends a fact that all others send too, or one whose
// ID is taken.
type crowdWriter struct {
	d    *db.DB
	seed uint64
	rand *rand.Rand
	out  *bufio.Writer
	own  []ledger.Fact // acknowledged
}

func newCrowdWriter(d *db.DB, seed uint64, i int, out io.Writer) *crowdWriter {
	process, _ := strconv.Atoi(os.Getenv("LEDGER_CROWD_PROCESS"))
	return &crowdWriter{
		d: d, seed: seed, rand: rand.New(rand.NewPCG(seed, uint64(process*1000+i))), out: bufio.NewWriter(out),
	}
}

// errBack is a rollback that the writer wants.
var errBack = errors.New("rolled back on purpose")

func (w *crowdWriter) work(ctx context.Context) error {
	defer w.out.Flush()
	for range crowdActs {
		if err := w.act(ctx); err != nil && !errors.Is(err, errBack) {
			return err
		}
	}
	return nil
}

func (w *crowdWriter) act(ctx context.Context) error {
	var facts []ledger.Fact
	for range 1 + w.rand.IntN(3) {
		facts = append(facts, w.fact())
	}
	back, wait := w.rand.IntN(5) == 0, w.rand.IntN(4) == 0
	pause := time.Duration(w.rand.IntN(4000)) * time.Microsecond
	var takeBack string
	if len(w.own) > 0 && w.rand.IntN(4) == 0 {
		takeBack = w.own[w.rand.IntN(len(w.own))].ID
	}
	var lines []string
	err := ledger.Write(ctx, w.d.DB, func(tx *gorm.DB) error {
		lines = lines[:0]
		for _, f := range facts {
			fresh, err := ledger.Append(ctx, tx, ledger.OwnerTour, noon, f, ledger.CheckedInDetail{Method: ledger.MethodCard})
			if err != nil {
				return err
			}
			lines = append(lines, map[bool]string{true: "fresh ", false: "kept "}[fresh]+f.ID)
			if wait {
				<-time.After(pause)
			}
		}
		if takeBack != "" {
			line, err := w.retract(ctx, tx, takeBack)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		if back {
			return errBack
		}
		return nil
	})
	if _, refused := errors.AsType[*ledger.Refused](err); refused {
		fmt.Fprintln(w.out, "refused")
		return nil
	}
	if err != nil {
		return err
	}
	for _, f := range facts {
		if !w.isShared(f) {
			w.own = append(w.own, f)
		}
	}
	fmt.Fprintln(w.out, strings.Join(lines, "\n"))
	return w.out.Flush()
}

// retract takes back one of the writer's own facts and says under which ID.
func (w *crowdWriter) retract(ctx context.Context, tx *gorm.DB, id string) (string, error) {
	if _, err := ledger.Retract(ctx, tx, ledger.OwnerTour, noon, id, nil, "by-mistake"); err != nil {
		return "", err
	}
	back, err := ledger.List(ctx, tx, ledger.Filter{Object: ledger.Object("fact", id), Verbs: []ledger.Verb{ledger.Retracted}})
	if err != nil || len(back) != 1 {
		return "", fmt.Errorf("%d retractions of %s: %w", len(back), id, err)
	}
	return "kept " + back[0].ID, nil
}

// fact is a new one, one of those that all send, or one under a taken ID.
func (w *crowdWriter) fact() ledger.Fact {
	switch n := w.rand.IntN(10); {
	case n < 3:
		return sharedFact(w.seed, w.rand.IntN(crowdShared))
	case n == 3 && len(w.own) > 0:
		f := w.own[w.rand.IntN(len(w.own))]
		f.PersonID = new(db.NewRandomID())
		return f
	}
	f := checkIn()
	f.ID = uuid.Must(uuid.NewRandomFromReader(randReader{w.rand})).String()
	return f
}

func (w *crowdWriter) isShared(f ledger.Fact) bool { return f.Object == "session:shared" }

// sharedFact is the i-th of the facts that every process knows.
func sharedFact(seed uint64, i int) ledger.Fact {
	r := randReader{rand.New(rand.NewPCG(seed, uint64(1_000_000+i)))}
	return ledger.Fact{
		ID: uuid.Must(uuid.NewRandomFromReader(r)).String(), Verb: ledger.CheckedIn, Object: "session:shared",
		PersonID: new(uuid.Must(uuid.NewRandomFromReader(r)).String()), At: noon,
	}
}

// randReader gives a source's bytes.
type randReader struct{ *rand.Rand }

func (r randReader) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r.Uint32())
	}
	return len(p), nil
}

// lockedBuilder gathers the lines of several writers.
type lockedBuilder struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuilder) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
