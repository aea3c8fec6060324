package sfu_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"silverclass/live/sfu"
	"silverclass/live/sfu/sfutest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 5 && os.Args[1] == "parent" {
		parent(os.Args[2], os.Args[3], os.Args[4])
		return
	}
	sfutest.Main(m)
}

// parent is a program that has a media server, prints its process and waits to be killed.
func parent(dir, udp, tcp string) {
	cfg := sfu.Config{Dir: dir, Loopback: true}
	_, _ = fmt.Sscan(udp, &cfg.UDPPort)
	_, _ = fmt.Sscan(tcp, &cfg.TCPPort)
	s, err := sfu.Start(context.Background(), cfg)
	if err == nil {
		err = s.Ready(context.Background())
	}
	if err != nil {
		fmt.Println("failed", err)
		return
	}
	fmt.Println(s.Status().PID)
	_, _ = io.Copy(io.Discard, os.Stdin)
	select {}
}

func TestAClassGetsSoundAndPicture(t *testing.T) {
	s := sfutest.Start(t, sfutest.Config(t))
	sfutest.Room(t, s, "class-1")
	sfutest.Publish(t, s.URL(), sfutest.Token(t, s, "class-1", "trainer", true))
	w, err := sfutest.Watch(t, s.URL(), sfutest.Token(t, s, "class-1", "home", false))
	if err != nil {
		t.Fatal(err)
	}
	sfutest.Eventually(t, 20*time.Second, "video and audio packets", func() bool {
		return w.Video.Load() > 10 && w.Audio.Load() > 10
	})
}

func TestATokenAloneOpensNoRoom(t *testing.T) {
	s := sfutest.Start(t, sfutest.Config(t))
	if _, err := sfutest.Watch(t, s.URL(), sfutest.Token(t, s, "nobody-made-this", "home", false)); err == nil {
		t.Error("joined a room that our server has not made")
	}
}

func TestAKilledChildComesBackWithTheSameKey(t *testing.T) {
	s := sfutest.Start(t, sfutest.Config(t))
	before := s.Status()
	key, secret, url := s.Key(), s.Secret(), s.URL()
	again := make(chan struct{}, 2)
	s.OnReady(func() { again <- struct{}{} })
	<-again // it is ready now
	p, err := os.FindProcess(before.PID)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	after, err := s.Await(ctx, func(st sfu.Status) bool { return st.Running() && st.PID != before.PID })
	if err != nil {
		t.Fatal(err)
	}
	<-again
	if after.Starts != 2 || s.Key() != key || s.Secret() != secret || s.URL() != url {
		t.Errorf("after a kill: %d starts, key %v, secret %v, url %v: want 2 and all the same",
			after.Starts, s.Key() == key, s.Secret() == secret, s.URL() == url)
	}
	sfutest.Room(t, s, "class-again")
}

func TestKeySecretAndPortOutliveTheProgram(t *testing.T) {
	cfg := sfutest.Config(t)
	var key, secret, url string
	t.Run("first", func(t *testing.T) {
		s := sfutest.Start(t, cfg)
		key, secret, url = s.Key(), s.Secret(), s.URL()
		if len(secret) < 32 {
			t.Errorf("secret has %d characters, want at least 32", len(secret))
		}
	})
	t.Run("second", func(t *testing.T) {
		s := sfutest.Start(t, cfg)
		if s.Key() != key || s.Secret() != secret || s.URL() != url {
			t.Error("key, secret or port changed over a restart")
		}
	})
	info, err := os.Stat(filepath.Join(cfg.Dir, "sfu.json"))
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("sfu.json has mode %o, want 600", info.Mode().Perm())
	}
}

func TestATakenPortIsToldAndComesGoodByItself(t *testing.T) {
	cfg := sfutest.Config(t)
	pc, err := net.ListenPacket("udp", fmt.Sprintf(":%d", cfg.UDPPort))
	if err != nil {
		t.Fatal(err)
	}
	var log syncBuffer
	cfg.Log = slog.New(slog.NewTextHandler(&log, nil))
	s, err := sfu.Start(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 40*time.Second)
	defer cancel()
	defer func() { _ = s.Stop(ctx) }()
	st, err := s.Await(ctx, func(st sfu.Status) bool { return st.State == sfu.UDPBusy })
	if err != nil {
		t.Fatal(err)
	}
	if st.Port != cfg.UDPPort || st.Key() != "live.sfu_udp_busy" {
		t.Errorf("status %q port %d, want live.sfu_udp_busy port %d", st.Key(), st.Port, cfg.UDPPort)
	}
	sfutest.Eventually(t, 5*time.Second, "one plain line in the log", func() bool {
		return strings.Contains(log.String(), fmt.Sprintf("another program uses UDP port %d", cfg.UDPPort))
	})
	_ = pc.Close()
	if err := s.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(log.String(), "another program"); n != 1 {
		t.Errorf("the taken port is told %d times, want once:\n%s", n, log.String())
	}
}

func TestTheChildEndsWhenItsParentIsKilled(t *testing.T) {
	cmd := exec.Command(os.Args[0], "parent", t.TempDir(),
		fmt.Sprint(sfutest.FreeUDP(t)), fmt.Sprint(sfutest.FreeTCP(t)))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(line, &pid); err != nil {
		t.Fatalf("parent said %q", line)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	sfutest.Eventually(t, 15*time.Second, "the child has ended", func() bool { return !alive(pid) })
}

func TestTheEndOfStdinEndsTheChild(t *testing.T) {
	cfg := sfutest.Config(t)
	cmd := exec.Command(os.Args[0], "sfu")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(in, `{"key":"APItest","secret":%q,"http_port":%d,"udp_port":%d,"tcp_port":%d,"loopback":true,"max_participants":10}`+"\n",
		strings.Repeat("s", 40), sfutest.FreeTCP(t), cfg.UDPPort, cfg.TCPPort); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.Contains(line, `"running"`) {
		t.Fatalf("child said %q, %v", line, err)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("child ended with %v, want exit code 0", err)
	}
}

func TestAnEmptyServerDrainsAtOnceAndStays(t *testing.T) {
	s := sfutest.Start(t, sfutest.Config(t))
	s.Drain()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	st, err := s.Await(ctx, func(st sfu.Status) bool { return st.State == sfu.Stopped })
	if err != nil || st.Starts != 1 {
		t.Errorf("after draining: %+v, %v, want stopped after one start", st, err)
	}
}

func TestNoTokenIsLogged(t *testing.T) {
	s := sfutest.Start(t, sfutest.Config(t))
	token := sfutest.Token(t, s, "class-1", "home", false)
	for _, text := range []string{
		"ws://127.0.0.1:1/rtc?access_token=" + token + "&sdk=go",
		"token is " + token + " and more",
		`{"url":"/rtc/v1?join_request=abcdefgh&x=1"}`,
	} {
		got := sfu.Redact(text)
		if strings.Contains(got, token) || strings.Contains(got, "abcdefgh") {
			t.Errorf("a token is left in %q", got)
		}
	}
	var log syncBuffer
	sfu.UseLogger(slog.New(slog.NewTextHandler(&log, nil)))
	defer sfu.UseLogger(slog.New(slog.DiscardHandler))
	if _, err := sfutest.Watch(t, s.URL(), token); err == nil {
		t.Error("joined a room that does not exist")
	}
	if strings.Contains(log.String(), "eyJ") {
		t.Errorf("a token is in the log:\n%s", log.String())
	}
}

func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	return err == nil && p.Signal(syscall.Signal(0)) == nil
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
