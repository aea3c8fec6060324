package web

import (
	"fmt"
	"net/http"
	"strings"

	"silverclass/app/fault"

	"github.com/klauspost/compress/gzhttp"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
)

// Use puts the shared middleware before every route of e.
func (s *Site) Use(e *echo.Echo) {
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect() // otherwise anybody's X-Forwarded-For is believed
	e.HTTPErrorHandler = s.HandleError
	e.Use(LogRequests(s.cfg.Log, s))
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{DisablePrintStack: true, LogErrorFunc: func(_ echo.Context, err error, stack []byte) error {
		return fmt.Errorf("panic: %w\n%s", err, stack)
	}}))
	e.Use(s.headers)
	e.Use(middleware.BodyLimit("1M"))
	e.Use(sameSite())
}

// headers sets what browsers must know of every answer. There is no Strict-Transport-
// Security: a box speaks plain HTTP in its hall. Referrer-Policy is same-origin and
// not no-referrer, which makes browsers send "Origin: null" and every form be refused.
func (s *Site) headers(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		h, host := c.Response().Header(), c.Request().Host
		h.Set("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; media-src 'self' blob:; "+
			"connect-src 'self' ws://"+host+" wss://"+host+"; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()")
		h.Set("Cache-Control", "no-store") // shared tablets: nothing of a person stays
		return next(c)
	}
}

// sameSite refuses unsafe requests that another site's page sent.
func sameSite() echo.MiddlewareFunc {
	check := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if err := check.Check(c.Request()); err != nil {
				return fault.New(fault.Forbidden, "web.cross_site").Because(err)
			}
			return next(c)
		}
	}
}

// Compress packs what h answers, except long streams and static files (which are
// packed once, at start).
func Compress(h http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.MinSize(600), gzhttp.CompressionLevel(5))
	if err != nil {
		panic("web: gzip: " + err.Error())
	}
	packed := wrap(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/static/") || strings.HasPrefix(r.URL.Path, "/rtc") {
			h.ServeHTTP(w, r)
			return
		}
		packed.ServeHTTP(w, r)
	})
}
