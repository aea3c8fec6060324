// Package sfu runs LiveKit, the server that carries sound and picture of a live class,
// as a supervised child process of this same program.
//
// It is a process of its own because LiveKit ends its process when one of its own
// goroutines panics: a class may pause for some seconds then, lessons and check-ins must
// not. The child is this binary started with the hidden argument "sfu" (see [Main]). The
// rest of the program knows it only by URL, key and secret, so that an outside LiveKit,
// or several of these joined by Redis, are the same code path.
//
// Between parent and child stand three pipes and nothing else:
//
//	stdin   first line: the [childConfig] as JSON; then open. Its end means "stop now",
//	        which holds also when the parent was killed. The line "drain" means "stop
//	        when the last person has left".
//	stdout  one JSON [report] a line: ready, a port that is taken, or why it ended.
//	stderr  one JSON log record a line, without tokens and without pion's chatter.
package sfu

import (
	"log/slog"
	"time"
)

// The ports that a street office is asked to open: media by UDP, and by TCP where UDP is
// blocked.
const (
	DefaultUDPPort = 7882
	DefaultTCPPort = 7881
)

// Config says how the child is to run. Only Dir is required.
type Config struct {
	// Dir is the data directory. Key, secret and the loopback port are kept there in
	// sfu.json (0600), because browsers come back by themselves after a crash only if
	// these have not changed.
	Dir string
	// UDPPort and TCPPort carry media and are open to the network; 0 means the default.
	UDPPort, TCPPort int
	// NodeIP is the one address told to browsers, for a machine behind NAT; "" offers
	// the address of every interface except those of containers.
	NodeIP string
	// Loopback offers 127.0.0.1 only: for tests and for one machine alone.
	Loopback bool
	// WebhookURL is where the child reports who came and went: an address on the
	// internal listener. "" reports nothing.
	WebhookURL string
	// MaxParticipants bounds a room; 0 means 300, what two cores carry without loss.
	MaxParticipants int
	// Redis, as host:port, joins several nodes to one cluster; "" is a node alone.
	Redis string
	// MemoryMiB is the child's soft memory limit (GOMEMLIMIT); 0 means 512.
	MemoryMiB int
	// Executable and Args replace "this binary, sfu"; for tests.
	Executable string
	Args       []string
	// Log receives the child's warnings and the supervisor's own lines; nil means the
	// default logger.
	Log *slog.Logger
}

// State says in one word how the child is. It is also the last part of the locale key
// that explains it (see [Status.Key]).
type State string

// The states of the child. The three busy ones mean that another program holds the port;
// the supervisor keeps trying and the state goes away by itself.
const (
	Starting State = "starting"
	Running  State = "running"
	UDPBusy  State = "udp_busy"
	TCPBusy  State = "tcp_busy"
	HTTPBusy State = "http_busy"
	Failed   State = "failed"
	Stopped  State = "stopped"
)

// Status is how the child is at this moment.
type Status struct {
	State State
	// Port is the taken port in the three busy states, else 0.
	Port int
	// PID is the child's process, 0 while there is none.
	PID int
	// Starts counts how often a child was started since the program began.
	Starts int
	// Since is when State began.
	Since time.Time
	// Detail is a short technical reason for the log and the operator, never for
	// learners; empty unless State is Failed.
	Detail string
}

// Running tells whether classes can have picture and sound now.
func (s Status) Running() bool { return s.State == Running }

// Key is the locale key of the sentence that says what is wrong and what to do; its
// placeholder is Port.
func (s Status) Key() string { return "live.sfu_" + string(s.State) }

// report is one line of the child's stdout.
type report struct {
	State  State  `json:"state"`
	Port   int    `json:"port,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// Exit codes of the child.
const (
	exitStopped = 0
	exitFailed  = 1
	exitBusy    = 3
)
