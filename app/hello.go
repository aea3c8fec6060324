package main

import (
	"context"
	"fmt"
	"strings"

	"silverclass/app/fault"

	"github.com/skip2/go-qrcode"
)

// hello prints what somebody who has just started the program needs: the address for
// tablets with its QR code, and the link of the first administrator while there is none.
func (p *program) hello(ctx context.Context) error {
	base := p.settings.baseURL()
	if p.settings.BaseURL == "" { // the port that was really opened: --listen may say :0
		base = withPort(base, port(p.doors.plain))
	}
	p.terminal.say("cli.hello_address", fault.Args{"URL": base})
	if n := port(p.doors.secure); n != 0 {
		p.terminal.say("cli.hello_secure", fault.Args{"URL": withPort(strings.Replace(base, "http://", "https://", 1), n)})
	}
	code, err := qrcode.New(base, qrcode.Low)
	if err != nil {
		return fmt.Errorf("draw qr code: %w", err)
	}
	fmt.Fprintln(p.terminal, code.ToSmallString(false))
	first, err := p.staff.NeedsFirst(ctx)
	if err != nil || !first {
		return err
	}
	link, err := p.staff.MakeFirstLink(ctx)
	if err != nil {
		return err
	}
	return p.terminal.show(p.settings.at(base), "cli.link_first", link, nil)
}

// withPort is a base address with another port.
func withPort(base string, n int) string {
	scheme, rest, _ := strings.Cut(base, "://")
	host := rest
	if i := strings.LastIndex(rest, ":"); i > strings.LastIndex(rest, "]") {
		host = rest[:i]
	}
	return fmt.Sprintf("%s://%s:%d", scheme, host, n)
}

// at is the settings with the address that was really opened.
func (s settings) at(base string) settings {
	s.BaseURL = base
	return s
}
