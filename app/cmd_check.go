package main

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/app/operator"
	"silverclass/app/people"
)

// checkCmd looks at everything that a start needs: what is wrong and what to do.
type checkCmd struct{}

// Run prints a line for each thing looked at. It ends in trouble when one is wrong.
func (checkCmd) Run(ctx context.Context, s settings, t *terminal) error {
	found := append(operator.CheckDir(s.dir()), operator.CheckEncryption(s.dir()))
	found = append(found, operator.CheckKeys(
		string(s.keys()), s.keys().People(), s.keys().Phones(), s.keys().Certificates(), s.dir().Database(), s.dir().Erased(), filepath.Join(s.Data, "sfu.json"), s.TLSKey)...)
	found = append(found, operator.CheckDatabase(ctx, s.place())...)
	found = append(found, s.checkPhoneKeys(ctx)...)
	found = append(found, checkContent(s, t)...)
	found = append(found, s.checkPorts(ctx)...)

	wrong := 0
	for _, f := range found {
		if f.Advice != nil {
			for _, line := range t.explain(f.Advice) {
				fmt.Fprintf(t, "  ??  %s\n", line)
			}
			continue
		}
		if f.Err == nil {
			fmt.Fprintf(t, "  ok  %s\n", t.text(f.Key, f.Args))
			continue
		}
		wrong++
		fmt.Fprintf(t, "  !!  %s\n", t.text(f.Key, f.Args))
		for _, line := range t.explain(f.Err) {
			fmt.Fprintf(t, "      %s\n", line)
		}
	}
	if wrong > 0 {
		return fault.New(fault.Unavailable, "cli.check_wrong", fault.Args{"Count": wrong})
	}
	t.say("cli.check_fine")
	return nil
}

// checkPhoneKeys looks whether the keys of phone numbers are there, whole, and the ones
// that sealed the numbers in this database. It makes none.
func (s settings) checkPhoneKeys(ctx context.Context) []operator.Finding {
	d, err := db.Open(ctx, s.databaseURL(), time.Now)
	if err != nil {
		return nil // said already
	}
	defer d.Close()
	trouble, err := people.CheckPhoneKeys(ctx, d.DB, s.keys().Phones(), s.PhoneKeys)
	if err != nil {
		return nil //nolint:nilerr // no tables yet: check_schema says so
	}
	return []operator.Finding{{Key: "cli.check_phones", Err: trouble}}
}

// checkPorts looks at every address that serve listens on.
func (s settings) checkPorts(ctx context.Context) []operator.Finding {
	found := []operator.Finding{operator.CheckPort(ctx, s.Listen)}
	if s.TLSCert != "" {
		found = append(found, operator.Finding{Key: "cli.check_certificate", Err: checkCertificate(s.TLSCert, s.TLSKey, time.Now())})
		found = append(found, operator.CheckPort(ctx, s.ListenTLS))
	}
	if s.Livekit == livekitEmbedded {
		running := operator.Running(ctx, s.Listen)
		found = append(found, operator.CheckUDP(ctx, s.LivekitUDPPort, running))
		if !running {
			found = append(found, operator.CheckPort(ctx, net.JoinHostPort("", fmt.Sprint(s.LivekitTCPPort))))
		}
	}
	return found
}
