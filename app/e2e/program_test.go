//go:build browser

package e2e

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// host is the made-up name of the box. Chromium and the HTTP clients of these tests map
// it to 127.0.0.1; nothing else knows it.
const host = "class.lan"

// patience is how long a test waits for what must come. It bounds a failure; nothing is
// measured with it.
const patience = 20 * time.Second

// Program is the built silverclass with a data directory of its own. It can be killed
// and started again at the same addresses.
type Program struct {
	t        testing.TB
	args     []string
	Dir      string // the data directory
	Port     int    // plain HTTP
	TLSPort  int    // HTTPS, with the certificate of this test run
	cmd      *exec.Cmd
	exited   chan struct{}
	mu       sync.Mutex
	printed  []string // lines of stdout since the first start
	complain []string // lines of stderr since the first start
}

// programPath is the binary that `make test` built.
func programPath(t testing.TB) string {
	path := os.Getenv("E2E_PROGRAM")
	if path == "" {
		path = filepath.Join("..", "..", "silverclass")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(abs); err != nil {
		t.Fatalf("no program at %s; run the tests by `make test`: %v", abs, err)
	}
	return abs
}

// start runs the program with a fresh data directory and waits until it serves. extra
// settings come after the usual ones, so that they win.
func start(t testing.TB, extra ...string) *Program {
	t.Helper()
	p := prepare(t, extra...)
	p.Start()
	return p
}

// prepare is start without starting.
func prepare(t testing.TB, extra ...string) *Program {
	t.Helper()
	p := &Program{t: t, Dir: t.TempDir(), Port: freePort(t), TLSPort: freePort(t)}
	cert, key := certificate(t)
	p.args = append([]string{
		"--data", p.Dir,
		"--listen", fmt.Sprintf("127.0.0.1:%d", p.Port),
		"--listen-tls", fmt.Sprintf("127.0.0.1:%d", p.TLSPort),
		"--tls-cert", cert, "--tls-key", key,
		"--listen-internal", "127.0.0.1:0",
		"--base-url", p.URL(""),
		"--livekit-udp-port", fmt.Sprint(freeUDP(t)),
		"--livekit-tcp-port", fmt.Sprint(freePort(t)),
		"--node-ip", "127.0.0.1",
	}, extra...)
	t.Cleanup(func() {
		p.Stop()
		if t.Failed() {
			t.Logf("the program wrote:\n%s", p.log())
		}
	})
	return p
}

// URL is an address of the box over plain HTTP.
func (p *Program) URL(path string) string { return fmt.Sprintf("http://%s:%d%s", host, p.Port, path) }

// SecureURL is an address of the box over HTTPS.
func (p *Program) SecureURL(path string) string {
	return fmt.Sprintf("https://%s:%d%s", host, p.TLSPort, path)
}

// Start starts the program and waits until it serves.
func (p *Program) Start() {
	p.t.Helper()
	p.launch()
	client := &http.Client{Timeout: time.Second}
	eventually(p.t, "the program to be ready", func() error {
		select {
		case <-p.exited:
			p.t.Fatalf("the program ended by itself:\n%s", p.log())
		default:
		}
		resp, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/readyz", p.Port))
		if err != nil {
			return err
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			body, _ := io.ReadAll(resp.Body)
			return fmt.Errorf("/readyz says %s: %s", resp.Status, body)
		}
		return nil
	})
}

func (p *Program) launch() {
	p.t.Helper()
	p.cmd = exec.Command(programPath(p.t), p.args...)
	p.cmd.Env = []string{"LANG=en_US.UTF-8", "PATH=" + os.Getenv("PATH"), "HOME=" + p.Dir}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	errs, err := p.cmd.StderrPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	var read sync.WaitGroup
	read.Go(func() { p.keep(out, &p.printed) })
	read.Go(func() { p.keep(errs, &p.complain) })
	cmd, exited := p.cmd, make(chan struct{})
	p.exited = exited
	go func() {
		read.Wait()
		_ = cmd.Wait() // how it ended, a test asks of ProcessState
		close(exited)
	}()
}

func (p *Program) keep(r io.Reader, lines *[]string) {
	s := bufio.NewScanner(r)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		p.mu.Lock()
		*lines = append(*lines, s.Text())
		p.mu.Unlock()
	}
}

// Printed waits until a line of the program's output holds text, and gives it.
func (p *Program) Printed(text string) (line string) {
	p.t.Helper()
	eventually(p.t, fmt.Sprintf("the program to print %q", text), func() error {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, l := range p.printed {
			if strings.Contains(l, text) {
				line = l
				return nil
			}
		}
		return errors.New("not printed")
	})
	return line
}

// log is what the program wrote, without the QR code and without requests that went well.
func (p *Program) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	dull := func(line string) bool {
		return strings.ContainsAny(line, "█▀▄") || strings.TrimSpace(line) == "" || strings.Contains(line, "msg=request") && !strings.Contains(line, "status=5")
	}
	said := func(lines []string) string { return strings.Join(slices.DeleteFunc(slices.Clone(lines), dull), "\n") }
	return said(p.printed) + "\n--- errors and log:\n" + said(p.complain)
}

// Kill ends the program as a power cut would.
func (p *Program) Kill() {
	p.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		p.t.Fatal(err)
	}
	<-p.exited
}

// Stop asks the program to end, and ends it when it does not.
func (p *Program) Stop() {
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.t.Errorf("the program did not end within %s of a signal", patience)
		_ = p.cmd.Process.Kill()
		<-p.exited
	}
}

// Run runs another command of the program on the same data and gives what it printed.
func (p *Program) Run(args ...string) string {
	p.t.Helper()
	cmd := exec.Command(programPath(p.t), append(args, p.args...)...)
	cmd.Env = []string{"LANG=en_US.UTF-8", "PATH=" + os.Getenv("PATH"), "HOME=" + p.Dir}
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.t.Fatalf("silverclass %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// eventually calls try until it gives nil, and fails the test when that lasts too long.
func eventually(t testing.TB, what string, try func() error) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := try()
		if err == nil {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited %s for %s: %v", patience, what, err)
		}
	}
}

// freePort is a TCP port that nobody listens on. It lies below the ports that the system
// gives to outgoing connections (32768 and up), so that none of those takes it, or meets
// itself there, while the program is down.
func freePort(t testing.TB) int {
	t.Helper()
	return free(t, func(address string) (io.Closer, error) { return net.Listen("tcp", address) })
}

// freeUDP is the same for UDP.
func freeUDP(t testing.TB) int {
	t.Helper()
	return free(t, func(address string) (io.Closer, error) { return net.ListenPacket("udp", address) })
}

func free(t testing.TB, open func(address string) (io.Closer, error)) int {
	t.Helper()
	for range 100 {
		port := 10000 + rand.IntN(20000)
		if l, err := open(fmt.Sprintf("127.0.0.1:%d", port)); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no free port below 30000")
	return 0
}
