package sfu

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

const (
	firstWait = 200 * time.Millisecond
	longWait  = 10 * time.Second
	// steady is how long a child must have lived for the next wait to be short again.
	steady = time.Minute
	// healthEvery and healthMisses: a child that lives but has not answered for half a
	// minute is ended and started again.
	healthEvery  = 5 * time.Second
	healthMisses = 6
)

// Supervisor keeps one child running: it starts it again, after growing waits, until
// Stop. All its methods may be called from any goroutine.
type Supervisor struct {
	cfg  Config
	kept kept
	log  *slog.Logger

	cancel context.CancelFunc // ends the loop
	over   chan struct{}      // closed when the loop has ended

	mu      sync.Mutex
	status  Status
	changed chan struct{} // closed and replaced at every change of status
	stdin   io.WriteCloser
	proc    *os.Process
	hooks   []func()
	drained bool
}

// Start reads or makes the state in cfg.Dir and begins to keep a child running. It
// returns at once; Ready waits. An error means that the data directory cannot be used,
// or that this program cannot find itself. When ctx ends, the child is stopped.
func Start(ctx context.Context, cfg Config) (*Supervisor, error) {
	k, err := loadKept(cfg.Dir)
	if err != nil {
		return nil, err
	}
	if cfg.UDPPort == 0 {
		cfg.UDPPort = DefaultUDPPort
	}
	if cfg.TCPPort == 0 {
		cfg.TCPPort = DefaultTCPPort
	}
	if cfg.MaxParticipants == 0 {
		cfg.MaxParticipants = 300
	}
	if cfg.MemoryMiB == 0 {
		cfg.MemoryMiB = 512
	}
	if cfg.Log == nil {
		cfg.Log = slog.Default()
	}
	if cfg.Executable == "" {
		if cfg.Executable, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("finding this program: %w", err)
		}
		cfg.Args = []string{"sfu"}
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &Supervisor{
		cfg: cfg, kept: k, log: cfg.Log.With("part", "sfu"),
		cancel: cancel, over: make(chan struct{}),
		status:  Status{State: Starting, Since: time.Now()},
		changed: make(chan struct{}),
	}
	go s.keep(ctx)
	return s, nil
}

// URL is where the child listens, on loopback. It stays the same for the life of the
// Supervisor.
func (s *Supervisor) URL() string { return fmt.Sprintf("http://127.0.0.1:%d", s.kept.HTTPPort) }

// Key is the API key under which tokens are signed.
func (s *Supervisor) Key() string { return s.kept.Key }

// Secret is the API secret. It must not be logged or shown.
func (s *Supervisor) Secret() string { return s.kept.Secret }

// Status is how the child is now.
func (s *Supervisor) Status() Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// OnReady calls fn, in a goroutine of its own, each time a child has become ready, and
// at once if one is ready now.
func (s *Supervisor) OnReady(fn func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, fn)
	if s.status.Running() {
		go fn()
	}
}

// Ready waits until the child can be used, or ctx ends.
func (s *Supervisor) Ready(ctx context.Context) error {
	_, err := s.Await(ctx, Status.Running)
	return err
}

// Await waits until the status is as wanted and returns it, or the last one when ctx
// ends.
func (s *Supervisor) Await(ctx context.Context, wanted func(Status) bool) (Status, error) {
	for {
		s.mu.Lock()
		status, changed := s.status, s.changed
		s.mu.Unlock()
		if wanted(status) {
			return status, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return status, fmt.Errorf("media server is %s: %w", status.State, ctx.Err())
		}
	}
}

// Drain tells the child to end when the last person has left; it is not started again.
func (s *Supervisor) Drain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drained = true
	if s.stdin != nil {
		_, _ = io.WriteString(s.stdin, "drain\n")
	}
}

// Stop ends the child: kindly at first, so that its last webhooks still arrive, by force
// when ctx ends. The listener of the webhooks should live until Stop has returned.
func (s *Supervisor) Stop(ctx context.Context) error {
	s.cancel()
	select {
	case <-s.over:
		return nil
	case <-ctx.Done():
	}
	s.mu.Lock()
	if s.proc != nil {
		_ = s.proc.Kill()
	}
	s.mu.Unlock()
	<-s.over
	return ctx.Err()
}

// keep starts one child after the other. It owns its thread, because on Linux the child
// is to die with the thread that started it.
func (s *Supervisor) keep(ctx context.Context) {
	runtime.LockOSThread()
	defer close(s.over)
	defer s.set(func(st *Status) { *st = Status{State: Stopped, Starts: st.Starts} })
	wait := firstWait
	for ctx.Err() == nil {
		began := time.Now()
		code, err := s.one(ctx)
		s.mu.Lock()
		drained := s.drained
		s.mu.Unlock()
		if ctx.Err() != nil || drained {
			return
		}
		if time.Since(began) > steady {
			wait = firstWait
		}
		s.ended(code, err, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		if wait *= 2; wait > longWait {
			wait = longWait
		}
	}
}

// ended writes down why a child has gone. A taken port was told when it was found.
func (s *Supervisor) ended(code int, err error, wait time.Duration) {
	s.set(func(st *Status) {
		st.PID = 0
		switch st.State {
		case UDPBusy, TCPBusy, HTTPBusy, Failed:
		default:
			st.State, st.Detail = Failed, fmt.Sprintf("exit code %d", code)
			if err != nil {
				st.Detail = Redact(err.Error())
			}
		}
	})
	if code != exitBusy {
		st := s.Status()
		s.log.Warn("live video has stopped and is started again", "why", st.Detail, "wait", wait.String())
	}
}

// one runs one child to its end.
func (s *Supervisor) one(ctx context.Context) (code int, err error) {
	cmd := exec.Command(s.cfg.Executable, s.cfg.Args...)
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%dMiB", s.cfg.MemoryMiB))
	dieWithParent(cmd)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return -1, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return -1, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return -1, err
	}
	if err := cmd.Start(); err != nil {
		return -1, err
	}
	s.begun(cmd.Process, stdin)
	stop := context.AfterFunc(ctx, func() { _ = stdin.Close() })
	defer stop()
	var pipes sync.WaitGroup
	pipes.Go(func() { s.readReports(stdout) })
	pipes.Go(func() { s.readLog(stderr) })
	line, err := json.Marshal(s.child())
	if err == nil {
		_, err = stdin.Write(append(line, '\n'))
	}
	if err != nil {
		_ = stdin.Close() // the child says why, or is gone
	}
	watched, unwatch := context.WithCancel(ctx)
	go s.watch(watched, cmd.Process)
	pipes.Wait()
	err = cmd.Wait()
	unwatch()
	s.mu.Lock()
	s.proc, s.stdin = nil, nil
	s.mu.Unlock()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), err
	}
	return exitStopped, err
}

func (s *Supervisor) begun(p *os.Process, stdin io.WriteCloser) {
	s.mu.Lock()
	s.proc, s.stdin = p, stdin
	s.mu.Unlock()
	s.set(func(st *Status) {
		st.PID = p.Pid
		st.Starts++
		// A taken port stays the answer until the child has found it free.
		if st.State == Running || st.State == Failed {
			st.State, st.Detail = Starting, ""
		}
	})
}

func (s *Supervisor) child() childConfig {
	return childConfig{
		Key: s.kept.Key, Secret: s.kept.Secret, HTTPPort: s.kept.HTTPPort,
		UDPPort: s.cfg.UDPPort, TCPPort: s.cfg.TCPPort,
		NodeIP: s.cfg.NodeIP, Loopback: s.cfg.Loopback,
		WebhookURL: s.cfg.WebhookURL, MaxParticipants: s.cfg.MaxParticipants, Redis: s.cfg.Redis,
	}
}

// set changes the status and wakes who waits for it.
func (s *Supervisor) set(change func(*Status)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.status
	change(&s.status)
	if s.status == before {
		return
	}
	if s.status.State != before.State {
		s.status.Since = time.Now()
	}
	close(s.changed)
	s.changed = make(chan struct{})
	if s.status.Running() && !before.Running() {
		for _, fn := range s.hooks {
			go fn()
		}
	}
}

// watch asks the child's health page while it is running, and ends a child that lives
// but does not answer.
func (s *Supervisor) watch(ctx context.Context, p *os.Process) {
	client := &http.Client{Timeout: healthEvery - time.Second}
	tick := time.NewTicker(healthEvery)
	defer tick.Stop()
	misses := 0
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !s.Status().Running() {
			continue
		}
		if healthy(ctx, client, s.URL()) {
			misses = 0
			continue
		}
		if misses++; misses >= healthMisses {
			s.log.Warn("live video does not answer; it is started again")
			_ = p.Kill()
			return
		}
	}
}

func healthy(ctx context.Context, client *http.Client, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/", nil)
	if err != nil {
		return false
	}
	res, err := client.Do(req)
	if err != nil {
		return false
	}
	_, _ = io.Copy(io.Discard, res.Body)
	return res.Body.Close() == nil && res.StatusCode == http.StatusOK
}
