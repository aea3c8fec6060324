//go:build browser

package e2e

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/ledger"
	"silverclass/app/operator"
)

// kills is how often the program is killed while people work with it.
const kills = 20

// stream is people at work while the program is killed under them. Each act is sent
// again with the same ID until it is acknowledged, as browsers do.
type stream struct {
	t     *testing.T
	p     *Program
	acked atomic.Int64
	end   chan struct{} // closed when the last kill is done

	mu       sync.Mutex
	checkIns map[string]string // act → card, acknowledged
	reached  map[string]int    // run → last step acknowledged
}

func TestNothingAcknowledgedIsLostWhenKilled(t *testing.T) {
	p := prepare(t, "--livekit", "off", "--log-level", "error")
	h := seed(t, p, "", 800)
	p.Start()
	s := &stream{t: t, p: p, end: make(chan struct{}), checkIns: map[string]string{}, reached: map[string]int{}}

	var people sync.WaitGroup
	const desks, learners = 4, 4
	for i := range desks {
		desk := newClient(t, p.URL(""))
		desk.signIn()
		people.Go(func() {
			for n := i; n < len(h.Cards) && !s.over(); n += desks {
				s.checkIn(desk, h.Session.ID, h.Cards[n].Number)
			}
		})
	}
	for range learners {
		learner := newClient(t, p.URL(""))
		people.Go(func() {
			for !s.over() {
				s.lesson(learner)
			}
		})
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed of the moments to kill: %d", seed)
	moments := rand.New(rand.NewPCG(seed, 1))
	for range kills {
		target := s.acked.Load() + 5 + moments.Int64N(30)
		eventually(t, "people to go on working", func() error {
			if n := s.acked.Load(); n < target {
				return fmt.Errorf("%d acts acknowledged, waiting for %d", n, target)
			}
			return nil
		})
		p.Kill()
		p.Start()
	}
	close(s.end)
	people.Wait()
	p.Stop()
	t.Logf("%d check-ins and %d lessons over %d kills", len(s.checkIns), len(s.reached), kills)
	s.reckon()
}

func (s *stream) over() bool {
	select {
	case <-s.end:
		return true
	default:
		return s.t.Failed()
	}
}

// send sends one act until it is acknowledged.
func (s *stream) send(c *client, path string, form url.Values) {
	wait := time.NewTicker(20 * time.Millisecond)
	defer wait.Stop()
	deadline := time.Now().Add(patience)
	for {
		a, err := c.try(http.MethodPost, path, form)
		if err == nil && a.Status == http.StatusSeeOther {
			s.acked.Add(1)
			return
		}
		if err == nil || time.Now().After(deadline) {
			s.t.Errorf("POST %s: %d %v\n%s", path, a.Status, err, a.Body)
			return
		}
		<-wait.C
	}
}

func (s *stream) checkIn(c *client, session, card string) {
	act := db.NewID()
	s.send(c, "/staff/sessions/"+session+"/desk/check-in", url.Values{"id": {act}, "scan": {card}})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.checkIns[act] = card
}

// lesson goes through one lesson, step by step.
func (s *stream) lesson(c *client) {
	run := db.NewID()
	for step := 2; step <= 8 && !s.over(); step++ {
		s.send(c, "/lessons/fraud/police-call/next", url.Values{"run": {run}, "id": {db.NewID()},
			"from": {fmt.Sprint(step - 1)}, "target": {fmt.Sprint(step)}})
		s.mu.Lock()
		s.reached[run] = step
		s.mu.Unlock()
	}
}

// reckon compares what was acknowledged with what the ledger holds.
func (s *stream) reckon() {
	t := s.t
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+filepath.ToSlash(operator.Dir(s.p.Dir).Database()), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if r, err := ledger.Verify(ctx, d.DB); err != nil || r.Broken != nil {
		t.Errorf("the chain: %+v, %v", r.Broken, err)
	}
	var facts []ledger.Fact
	if err := d.WithContext(ctx).Order("id").Find(&facts).Error; err != nil {
		t.Fatal(err)
	}
	present, count := map[string]int{}, map[string]int{}
	for _, f := range facts {
		switch {
		case f.Verb == ledger.CheckedIn:
			present[f.ID]++
			count["person "+*f.PersonID]++
		case f.Run != nil:
			count[string(f.Verb)+" "+*f.Run]++
		}
	}
	for act, card := range s.checkIns {
		if present[act] != 1 {
			t.Errorf("check-in %s of card %s was acknowledged and is there %d times", act, card, present[act])
		}
	}
	if len(present) != len(s.checkIns) {
		t.Errorf("%d check-ins are there, %d were acknowledged", len(present), len(s.checkIns))
	}
	for what, n := range count {
		if n != 1 {
			t.Errorf("%s is there %d times", what, n)
		}
	}
	var runs []struct {
		ID   string
		Step int
	}
	if err := d.WithContext(ctx).Table("courses_runs").Select("id", "step").Order("id").Find(&runs).Error; err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for _, r := range runs {
		at[r.ID] = r.Step
	}
	for run, step := range s.reached {
		if at[run] != step {
			t.Errorf("run %s is at step %d, acknowledged was %d", run, at[run], step)
		}
		if step == 8 && count["finished "+run] != 1 {
			t.Errorf("run %s was finished, and its fact is there %d times", run, count["finished "+run])
		}
	}
}
