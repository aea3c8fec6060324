package sfu

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// readReports follows the child's stdout until it ends.
func (s *Supervisor) readReports(r io.Reader) {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		var rep report
		if json.Unmarshal(lines.Bytes(), &rep) != nil || rep.State == "" {
			continue
		}
		before := s.Status().State
		s.set(func(st *Status) { st.State, st.Port, st.Detail = rep.State, rep.Port, rep.Detail })
		if rep.State != before {
			s.tell(rep)
		}
	}
}

// tell logs a change in one plain line that says what to do.
func (s *Supervisor) tell(rep report) {
	switch rep.State {
	case Running:
		s.log.Info("live video is ready", "udp", s.cfg.UDPPort, "tcp", s.cfg.TCPPort)
	case UDPBusy, TCPBusy, HTTPBusy:
		network := map[State]string{UDPBusy: "UDP", TCPBusy: "TCP", HTTPBusy: "loopback TCP"}[rep.State]
		s.log.Warn(fmt.Sprintf("live video waits: another program uses %s port %d; "+
			"close it or set another port; everything else goes on", network, rep.Port))
	case Failed:
		s.log.Warn("live video did not start", "why", rep.Detail)
	}
}

// readLog passes the child's log on, and what a panic leaves behind.
func (s *Supervisor) readLog(r io.Reader) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			s.relay(line)
		}
		if err != nil {
			return
		}
	}
}

func (s *Supervisor) relay(line string) {
	var rec map[string]any
	if json.Unmarshal([]byte(line), &rec) != nil {
		s.log.Error("live video process: " + Redact(line))
		return
	}
	level := slog.LevelWarn
	if text, ok := rec["level"].(string); ok {
		_ = level.UnmarshalText([]byte(text))
	}
	msg, _ := rec["msg"].(string)
	var attrs []slog.Attr
	for _, key := range []string{"component", "error", "room", "roomID", "pID", "reason", "state", "status", "url"} {
		if v, ok := rec[key]; ok {
			attrs = append(attrs, slog.String(key, Redact(fmt.Sprint(v))))
		}
	}
	s.log.LogAttrs(context.Background(), level, Redact(msg), attrs...)
}
