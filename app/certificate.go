package main

import (
	"crypto/tls"
	"time"

	"silverclass/app/fault"
)

// checkCertificate is a fault when certificate and key do not belong together, or when
// the certificate is not valid now.
func checkCertificate(cert, key string, now time.Time) error {
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return fault.New(fault.Invalid, "cli.certificate_bad", fault.Args{"Reason": err.Error()}).Because(err)
	}
	if now.Before(pair.Leaf.NotBefore) || now.After(pair.Leaf.NotAfter) {
		return fault.New(fault.Invalid, "cli.certificate_over", fault.Args{"Until": pair.Leaf.NotAfter.Format(time.DateOnly)})
	}
	return nil
}
