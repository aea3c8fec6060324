package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/app/operator"
)

// environment begins the name of every variable that is a setting: --listen-tls is
// also SILVERCLASS_LISTEN_TLS. A flag goes before its variable, which goes before the
// default.
const environment = "SILVERCLASS"

// settings is the whole list of what an operator can set. It is passed as a value and
// never changes after start. What each is for stands in locales/cli.*.toml.
type settings struct {
	Listen         string     `default:":8080"`
	ListenTLS      string     `name:"listen-tls" default:":8443"` // used only with a certificate
	TLSCert        string     `name:"tls-cert" type:"path"`
	TLSKey         string     `name:"tls-key" type:"path"`
	ListenInternal string     `default:"127.0.0.1:0"`
	BaseURL        string     `name:"base-url"`              // empty: the LAN address
	Office         string     ``                             // who holds the classes, for the notice
	TrustedProxies []string   `placeholder:"CIDR"`           // whose X-Forwarded-For is believed
	Data           string     `default:"./data" type:"path"` // see operator.Dir
	Keys           string     `type:"path"`                  // empty: keys in Data
	PhoneKeys      string     `name:"phone-keys"`            // instead of the file; see people.OpenPhoneKeys
	Database       string     ``                             // empty: a SQLite file in Data
	Content        string     `type:"path"`                  // empty: only what is embedded
	Zone           string     `default:"Asia/Shanghai"`      // an IANA name
	Livekit        string     `default:"embedded"`           // embedded, off, or ws(s)://…
	LivekitKey     string     ``                             // embedded: made at first start
	LivekitSecret  string     ``                             // at least 32 characters
	LivekitUDPPort int        `name:"livekit-udp-port" default:"7882"`
	LivekitTCPPort int        `name:"livekit-tcp-port" default:"7881"`
	NodeIP         string     `name:"node-ip"`                      // empty: found by LiveKit
	Redis          string     ``                                    // joins several embedded LiveKits
	KeepRecordings int        `name:"keep-recordings" default:"90"` // days; 0 records no class
	LogLevel       slog.Level `default:"info"`
}

// Values of --livekit that are no address.
const (
	livekitEmbedded = "embedded"
	livekitOff      = "off"
)

// check is nil, or a fault of kind Invalid that names the setting and what it takes.
func (s settings) check() error {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return fault.New(fault.Invalid, "cli.tls_pair")
	}
	if _, err := s.location(); err != nil {
		return bad("zone", s.Zone, err)
	}
	if s.BaseURL != "" {
		if u, err := url.Parse(s.BaseURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return bad("base-url", s.BaseURL, err)
		}
	}
	if s.Database != "" {
		u, err := url.Parse(s.Database)
		if err != nil || (u.Scheme != "sqlite" && u.Scheme != "postgres" && u.Scheme != "postgresql") {
			return bad("database", s.Database, nil) // the cause would print its password
		}
	}
	for _, p := range s.TrustedProxies {
		if _, err := netip.ParsePrefix(p); err != nil {
			return bad("trusted-proxies", p, err)
		}
	}
	if s.NodeIP != "" {
		if _, err := netip.ParseAddr(s.NodeIP); err != nil {
			return bad("node-ip", s.NodeIP, err)
		}
	}
	if len(s.Office) > 200 || strings.ContainsAny(s.Office, "\r\n") {
		return bad("office", strings.Join(strings.Fields(s.Office), " "), nil)
	}
	if s.KeepRecordings < 0 || s.KeepRecordings > mostDays {
		return bad("keep-recordings", fmt.Sprint(s.KeepRecordings), nil)
	}
	return s.checkLivekit()
}

// mostDays is how long a recording may be kept at most: three years, as long as a proof
// (privacy.ProofMonths).
const mostDays = 3 * 365

func (s settings) checkLivekit() error {
	if s.LivekitSecret != "" && len(s.LivekitSecret) < 32 {
		return fault.New(fault.Invalid, "cli.livekit_secret_short")
	}
	if (s.LivekitKey == "") != (s.LivekitSecret == "") {
		return fault.New(fault.Invalid, "cli.livekit_pair")
	}
	for name, port := range map[string]int{"livekit-udp-port": s.LivekitUDPPort, "livekit-tcp-port": s.LivekitTCPPort} {
		if port < 1 || port > 65535 {
			return bad(name, fmt.Sprint(port), nil)
		}
	}
	if s.Livekit == livekitEmbedded || s.Livekit == livekitOff {
		return nil
	}
	u, err := url.Parse(s.Livekit)
	if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
		return bad("livekit", s.Livekit, err)
	}
	if s.LivekitKey == "" {
		return fault.New(fault.Invalid, "cli.livekit_pair")
	}
	return nil
}

// bad is a setting whose value does not fit; cli.set_NAME, shown by --help, says what does.
func bad(name, value string, cause error) error {
	return fault.New(fault.Invalid, "cli.bad_setting", fault.Args{"Name": "--" + name, "Value": value}).Because(cause)
}

// dir is the data directory.
func (s settings) dir() operator.Dir { return operator.Dir(s.Data) }

// keys is where the secrets stand.
func (s settings) keys() operator.Keys {
	if s.Keys != "" {
		return operator.Keys(s.Keys)
	}
	return s.dir().Keys()
}

// databaseURL is what db.Open takes.
func (s settings) databaseURL() string {
	if s.Database != "" {
		return s.Database
	}
	return "sqlite:" + filepath.ToSlash(s.dir().Database())
}

// alone reports whether LiveKit offers itself to this machine only (--node-ip 127.0.0.1):
// for tests and for one laptop without a network.
func (s settings) alone() bool {
	ip, err := netip.ParseAddr(s.NodeIP)
	return err == nil && ip.IsLoopback()
}

// baseURL is the address that people use: what the operator says, else this machine's
// address in the LAN.
func (s settings) baseURL() string {
	if s.BaseURL != "" {
		return strings.TrimSuffix(s.BaseURL, "/")
	}
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return "http://" + s.Listen
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = lanAddress()
	}
	return "http://" + net.JoinHostPort(host, port)
}

// lanAddress is the first IPv4 address by which tablets reach this machine; localhost
// when it has none. Bridges of containers are no such address.
func lanAddress() string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return "localhost"
	}
	for _, i := range interfaces {
		addresses, err := i.Addrs()
		if err != nil || i.Flags&net.FlagUp == 0 || i.Flags&net.FlagLoopback != 0 || bridge(i.Name) {
			continue
		}
		for _, a := range addresses {
			p, err := netip.ParsePrefix(a.String())
			if err == nil && p.Addr().Is4() && !p.Addr().IsLinkLocalUnicast() {
				return p.Addr().String()
			}
		}
	}
	return "localhost"
}

func bridge(name string) bool {
	return slices.ContainsFunc([]string{"docker", "br-", "veth", "virbr"}, func(p string) bool { return strings.HasPrefix(name, p) })
}

// location is the zone in which local days and the times on pages are reckoned.
func (s settings) location() (*time.Location, error) { return time.LoadLocation(s.Zone) }
