package sfu

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
)

// childConfig is the first line on the child's stdin.
type childConfig struct {
	Key             string `json:"key"`
	Secret          string `json:"secret"`
	HTTPPort        int    `json:"http_port"`
	UDPPort         int    `json:"udp_port"`
	TCPPort         int    `json:"tcp_port"`
	NodeIP          string `json:"node_ip,omitempty"`
	Loopback        bool   `json:"loopback,omitempty"`
	WebhookURL      string `json:"webhook_url,omitempty"`
	MaxParticipants int    `json:"max_participants"`
	Redis           string `json:"redis,omitempty"`
}

// codecs are those that every browser and tablet of the last ten years can play. H.264
// stands last, for tablets that decode nothing else in hardware.
var codecs = []string{"audio/opus", "audio/red", "video/vp8", "video/h264", "video/rtx"}

// livekitYAML is LiveKit's own configuration (JSON is YAML).
//
// Browsers are told LiveKit's default STUN servers, all of them abroad, unless the list
// holds one; so it holds this machine's own address, which need not answer. Rooms are
// made by our server only: a token alone opens no room.
func (c childConfig) livekitYAML() (string, error) {
	own := c.ownAddress()
	rtc := map[string]any{
		"udp_port":        c.UDPPort,
		"tcp_port":        c.TCPPort,
		"use_external_ip": false,
		"stun_servers":    []string{net.JoinHostPort(own, fmt.Sprint(c.UDPPort))},
		"congestion_control": map[string]any{
			"enabled": true, "allow_pause": true,
		},
	}
	if c.NodeIP != "" {
		rtc["node_ip"] = c.NodeIP
	}
	switch {
	case c.Loopback:
		rtc["node_ip"] = "127.0.0.1"
		rtc["enable_loopback_candidate"] = true
		rtc["ips"] = map[string]any{"includes": []string{"127.0.0.0/8"}}
	case net.ParseIP(own).IsLoopback():
		rtc["enable_loopback_candidate"] = true
	default:
		rtc["interfaces"] = map[string]any{"excludes": containerInterfaces()}
	}
	enabled := make([]map[string]string, len(codecs))
	for i, mime := range codecs {
		enabled[i] = map[string]string{"mime": mime}
	}
	conf := map[string]any{
		"port":           c.HTTPPort,
		"bind_addresses": []string{"127.0.0.1"},
		"rtc":            rtc,
		"keys":           map[string]string{c.Key: c.Secret},
		"room": map[string]any{
			"auto_create":          false,
			"empty_timeout":        1800,
			"departure_timeout":    120,
			"max_participants":     c.MaxParticipants,
			"enable_remote_unmute": false,
			"enabled_codecs":       enabled,
		},
	}
	if c.WebhookURL != "" {
		conf["webhook"] = map[string]any{"api_key": c.Key, "urls": []string{c.WebhookURL}}
	}
	if c.Redis != "" {
		conf["redis"] = map[string]any{"address": c.Redis}
	}
	text, err := json.Marshal(conf)
	return string(text), err
}

// ownAddress is the address that stands in the STUN list: the fixed one, else the first
// IPv4 address of this machine that is not of a container, else loopback.
func (c childConfig) ownAddress() string {
	if c.Loopback {
		return "127.0.0.1"
	}
	if c.NodeIP != "" {
		return strings.TrimSpace(strings.SplitN(c.NodeIP, ",", 2)[0])
	}
	ifaces, err := net.Interfaces()
	if err != nil {
		return "127.0.0.1"
	}
	for _, iface := range ifaces {
		if iface.Flags&net.FlagUp == 0 || ofContainers(iface.Name) {
			continue
		}
		addrs, err := iface.Addrs()
		if err != nil {
			continue
		}
		for _, addr := range addrs {
			ipNet, ok := addr.(*net.IPNet)
			if !ok || ipNet.IP.To4() == nil || ipNet.IP.IsLoopback() || ipNet.IP.IsLinkLocalUnicast() {
				continue
			}
			return ipNet.IP.String()
		}
	}
	return "127.0.0.1"
}

// containerInterfaces are the names of bridges that no tablet can reach. They are
// excluded so that browsers do not waste their first seconds on them.
func containerInterfaces() []string {
	names := []string{"docker0"}
	ifaces, err := net.Interfaces()
	if err != nil {
		return names
	}
	for _, iface := range ifaces {
		if iface.Name != "docker0" && ofContainers(iface.Name) {
			names = append(names, iface.Name)
		}
	}
	return names
}

// ofContainers tells whether an interface belongs to containers or virtual machines.
func ofContainers(name string) bool {
	for _, prefix := range []string{"docker", "br-", "veth", "virbr", "cni", "podman"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}
