package sfu

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/livekit/livekit-server/pkg/config"
	"github.com/livekit/livekit-server/pkg/routing"
	"github.com/livekit/livekit-server/pkg/service"
	"github.com/livekit/livekit-server/pkg/telemetry/prometheus"
	"github.com/livekit/protocol/logger"
)

const (
	// portPatience is how long a child waits for ports that its forerunner may still
	// hold.
	portPatience = 5 * time.Second
	// lastWords is how long a stopping child lives on, so that its last webhooks
	// (who left, room finished) still go out.
	lastWords = 500 * time.Millisecond
	// stopPatience is the longest a forced stop may take.
	stopPatience = 4 * time.Second
)

// Main is the child process: it reads its configuration and its orders from stdin (see
// the package comment) and returns the exit code when it has stopped. It may be called
// once a process, because LiveKit's loggers and metrics are global.
func Main(stdin io.Reader, stdout, stderr io.Writer) int {
	// Ctrl-C reaches the whole process group; the parent decides when this one stops.
	signal.Ignore(os.Interrupt)
	out := &reporter{w: stdout}
	in := bufio.NewReader(stdin)
	line, err := in.ReadBytes('\n')
	if err != nil {
		out.failed(fmt.Errorf("reading the configuration: %w", err))
		return exitFailed
	}
	var cfg childConfig
	if err := json.Unmarshal(line, &cfg); err != nil {
		out.failed(errors.New("the configuration is not JSON"))
		return exitFailed
	}
	useLogger(stderr)
	orders := make(chan string)
	go readOrders(in, orders)
	if busy := waitForPorts(cfg, out, orders); busy != exitStopped {
		return busy
	}
	srv, err := newServer(cfg)
	if err != nil {
		return out.startError(err, cfg)
	}
	return run(cfg, srv, out, orders)
}

// readOrders passes stdin's lines on and closes the channel when stdin ends.
func readOrders(in *bufio.Reader, orders chan<- string) {
	defer close(orders)
	for {
		line, err := in.ReadString('\n')
		if order := strings.TrimSpace(line); order != "" {
			orders <- order
		}
		if err != nil {
			return
		}
	}
}

// waitForPorts waits until all three ports are free. It returns exitStopped when they
// are, else the code to exit with. A failed start would leave LiveKit's media sockets
// open, which is why they are tried here first.
func waitForPorts(cfg childConfig, out *reporter, orders <-chan string) int {
	deadline := time.Now().Add(portPatience)
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		busy, ok := cfg.busyPort()
		if ok {
			return exitStopped
		}
		out.say(busy)
		if time.Now().After(deadline) {
			return exitBusy
		}
		select {
		case <-tick.C:
		case _, open := <-orders:
			if !open {
				return exitFailed
			}
		}
	}
}

// newServer makes LiveKit in the one order that works: its metrics must exist before the
// server does, and making the server already opens the media ports.
func newServer(cfg childConfig) (*service.LivekitServer, error) {
	text, err := cfg.livekitYAML()
	if err != nil {
		return nil, err
	}
	conf, err := config.NewConfig(text, true, nil, nil)
	if err != nil {
		return nil, err
	}
	if err := conf.ValidateKeys(); err != nil {
		return nil, err
	}
	node, err := routing.NewLocalNode(conf)
	if err != nil {
		return nil, err
	}
	if err := prometheus.Init(string(node.NodeID()), node.NodeType()); err != nil {
		return nil, err
	}
	return service.InitializeServer(conf, node)
}

// run starts the server, reports it ready, and follows orders until it has stopped.
func run(cfg childConfig, srv *service.LivekitServer, out *reporter, orders <-chan string) int {
	ended := make(chan error, 1)
	go func() { ended <- srv.Start() }()
	ready := make(chan struct{})
	go func() {
		if cfg.answers(ended) {
			close(ready)
		}
	}()
	for {
		select {
		case <-ready:
			out.say(report{State: Running})
			ready = nil
			time.AfterFunc(time.Second, debug.FreeOSMemory) // what starting needed, and no class will
		case err := <-ended:
			if err != nil {
				return out.startError(err, cfg)
			}
			return exitStopped
		case order, open := <-orders:
			switch {
			case !open:
				return stopNow(srv)
			case order == "drain" && ready != nil:
				return stopNow(srv) // not even ready: nobody can be inside
			case order == "drain":
				go drain(srv)
			default:
				logger.Warnw("unknown order on stdin", nil)
			}
		}
	}
}

// drain ends the server when the last person has left. The server answers a moment before
// it can be stopped, so that is waited for.
func drain(srv *service.LivekitServer) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for !srv.IsRunning() {
		<-tick.C
	}
	srv.Stop(false)
}

// stopNow ends all classes and lets the last webhooks out.
func stopNow(srv *service.LivekitServer) int {
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		srv.Stop(true)
	}()
	select {
	case <-stopped:
	case <-time.After(stopPatience):
	}
	<-time.After(lastWords)
	return exitStopped
}

// answers polls the server's own health page until it says OK; false when the server
// has ended before that. What came through ended is put back for the caller.
func (c childConfig) answers(ended chan error) bool {
	client := &http.Client{Timeout: time.Second}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		select {
		case err := <-ended:
			ended <- err
			return false
		default:
		}
		res, err := client.Get(fmt.Sprintf("http://127.0.0.1:%d/", c.HTTPPort))
		if err != nil {
			continue
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode == http.StatusOK {
			return true
		}
	}
	return false
}

// reporter writes reports to stdout, leaving out repetitions.
type reporter struct {
	mu   sync.Mutex
	w    io.Writer
	last report
}

func (r *reporter) say(rep report) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if rep == r.last {
		return
	}
	r.last = rep
	line, err := json.Marshal(rep)
	if err != nil {
		return
	}
	_, _ = r.w.Write(append(line, '\n'))
}

func (r *reporter) failed(err error) {
	r.say(report{State: Failed, Detail: Redact(err.Error())})
}

// startError reports why LiveKit did not start and returns the exit code. A port that
// was taken between the probe and the start is told as such.
func (r *reporter) startError(err error, cfg childConfig) int {
	if busy, free := cfg.busyPort(); errors.Is(err, syscall.EADDRINUSE) && !free {
		r.say(busy)
		return exitBusy
	}
	r.failed(err)
	return exitFailed
}

// busyPort tries the three ports and names the first that is taken; true when all are
// free.
func (c childConfig) busyPort() (report, bool) {
	if ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", c.HTTPPort)); err != nil {
		return report{State: HTTPBusy, Port: c.HTTPPort}, false
	} else {
		_ = ln.Close()
	}
	if pc, err := net.ListenPacket("udp", fmt.Sprintf(":%d", c.UDPPort)); err != nil {
		return report{State: UDPBusy, Port: c.UDPPort}, false
	} else {
		_ = pc.Close()
	}
	if ln, err := net.Listen("tcp", fmt.Sprintf(":%d", c.TCPPort)); err != nil {
		return report{State: TCPBusy, Port: c.TCPPort}, false
	} else {
		_ = ln.Close()
	}
	return report{}, true
}
