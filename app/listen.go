package main

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"

	"silverclass/app/fault"
)

// listeners are the doors of the program. TLS is nil without a certificate.
type listeners struct {
	plain, secure, internal net.Listener
}

// listen opens all doors before anything else is started, so that a port that is taken
// is one plain line and not a half-started program.
func listen(s settings) (*listeners, error) {
	l := &listeners{}
	var err error
	if l.plain, err = open(s.Listen); err != nil {
		return nil, err
	}
	if l.internal, err = open(s.ListenInternal); err != nil {
		l.close()
		return nil, err
	}
	if s.TLSCert == "" {
		return l, nil
	}
	if err := checkCertificate(s.TLSCert, s.TLSKey, time.Now()); err != nil {
		l.close()
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		l.close()
		return nil, err
	}
	raw, err := open(s.ListenTLS)
	if err != nil {
		l.close()
		return nil, err
	}
	l.secure = tls.NewListener(raw, &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}})
	return l, nil
}

func open(address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fault.New(fault.Unavailable, "cli.port_taken", fault.Args{"Address": address}).Because(err)
	}
	return nil, fault.New(fault.Unavailable, "cli.cannot_listen", fault.Args{"Address": address, "Reason": err.Error()}).Because(err)
}

func (l *listeners) close() {
	for _, x := range []net.Listener{l.plain, l.secure, l.internal} {
		if x != nil {
			_ = x.Close()
		}
	}
}

// port is the number a listener really has; 0 for nil.
func port(l net.Listener) int {
	if l == nil {
		return 0
	}
	_, p, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(p)
	return n
}

// drain is how long answers that are under way may take when the program is asked to
// end; then they are cut.
const drain = 10 * time.Second

// serveHTTP answers at all doors until ctx ends, then lets what is under way finish.
// The internal door closes last, and by itself, since LiveKit's last webhooks come
// there: stop is called in between.
func (l *listeners) serveHTTP(ctx context.Context, public, internal http.Handler, stop func(context.Context)) error {
	front := newServer(public)
	back := newServer(internal)
	failed := make(chan error, 3)
	var wg sync.WaitGroup
	run := func(srv *http.Server, door net.Listener) {
		if door == nil {
			return
		}
		wg.Go(func() {
			if err := srv.Serve(door); !errors.Is(err, http.ErrServerClosed) {
				failed <- err
			}
		})
	}
	run(front, l.plain)
	run(front, l.secure)
	run(back, l.internal)
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if e := front.Shutdown(end); e != nil {
		_ = front.Close()
	}
	stop(end)
	if e := back.Shutdown(end); e != nil {
		_ = back.Close()
	}
	wg.Wait()
	return err
}

// newServer has limits on what a slow or broken client may hold, and none on writing:
// watching a class is a long stream.
func newServer(h http.Handler) *http.Server {
	return &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
		ErrorLog: slog.NewLogLogger(slog.Default().Handler(), slog.LevelDebug)}
}
