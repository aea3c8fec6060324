package main

import (
	"net"

	"github.com/labstack/echo/v4"
)

// addresses finds a reader's address. Without trusted proxies it is who connected;
// nobody's X-Forwarded-For is believed otherwise (echo would believe everybody's).
func (s settings) addresses() echo.IPExtractor {
	if len(s.TrustedProxies) == 0 {
		return echo.ExtractIPDirect()
	}
	trust := []echo.TrustOption{echo.TrustLoopback(false), echo.TrustLinkLocal(false), echo.TrustPrivateNet(false)}
	for _, p := range s.TrustedProxies {
		if _, network, err := net.ParseCIDR(p); err == nil { // settings.check has looked at them
			trust = append(trust, echo.TrustIPRange(network))
		}
	}
	return echo.ExtractIPFromXFFHeader(trust...)
}
