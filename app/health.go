package main

import (
	"context"
	_ "embed"
	"net/http"
	"strconv"
	"time"

	"silverclass/app/web"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

//go:embed openapi.yaml
var openapi []byte

// registerHealth adds what a balancer, a monitor and a developer ask for.
func (p *program) registerHealth(r *web.Routes) {
	r.Public.GET("/healthz", p.healthz)
	r.Public.GET("/readyz", p.readyz)
	r.Public.GET("/api/v1/openapi.yaml", func(c echo.Context) error {
		return c.Blob(http.StatusOK, "application/yaml", openapi)
	})
	r.Internal.GET("/metrics", echo.WrapHandler(promhttp.HandlerFor(p.metrics.registry, promhttp.HandlerOpts{})))
}

// health is the answer of /healthz and /readyz.
type health struct {
	Status   string `json:"status"`            // ok, or unavailable
	Database string `json:"database"`          // ok, read_only or away
	Live     string `json:"live,omitempty"`    // LiveKit's state; classes only, pages go on without it
	Version  string `json:"version,omitempty"` // of the build
}

// healthz says that the process lives: it asks nobody.
func (p *program) healthz(c echo.Context) error {
	return c.JSON(http.StatusOK, health{Status: "ok", Database: p.databaseState(), Version: buildVersion()})
}

func (p *program) databaseState() string {
	if p.db.ReadOnly() {
		return "read_only"
	}
	return "ok"
}

// readyz says whether people can be served: the database answers. A full disk or a
// dead LiveKit are told, but pages go on, so they do not take the instance out.
func (p *program) readyz(c echo.Context) error {
	ctx, cancel := context.WithTimeout(c.Request().Context(), 2*time.Second)
	defer cancel()
	h, status := health{Status: "ok", Database: p.databaseState(), Version: buildVersion()}, http.StatusOK
	if p.sfu != nil {
		h.Live = string(p.sfu.Status().State)
	}
	if err := p.db.Ping(ctx); err != nil {
		h.Status, h.Database, status = "unavailable", "away", http.StatusServiceUnavailable
	}
	return c.JSON(status, h)
}

// metrics are the program's figures for a monitor, on the internal listener only. No
// label carries anything of a person.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
}

func newMetrics(p *program) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "silverclass_requests_total", Help: "Requests by method, route and status."}, []string{"method", "route", "status"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "silverclass_request_seconds", Help: "Time to answer by route.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5}}, []string{"route"}),
	}
	gauge := func(name, help string, value func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, value))
	}
	m.registry.MustRegister(m.requests, m.seconds, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	gauge("silverclass_read_only", "1 while the disk takes no more.", func() float64 { return truth(p.db.ReadOnly()) })
	gauge("silverclass_ledger_unsealed", "Facts that wait for their seal.", func() float64 { return p.tableRows("ledger_unsealed") })
	gauge("silverclass_ledger_refused", "Facts refused because their ID was taken by another content.", func() float64 { return p.tableRows("ledger_refused") })
	gauge("silverclass_livekit_running", "1 while the LiveKit child runs; 0 also when LiveKit is not ours.", func() float64 {
		return truth(p.sfu != nil && p.sfu.Status().Running())
	})
	return m
}

// tableRows counts the rows of one of our own tables; -1 when the database is away.
func (p *program) tableRows(table string) float64 {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	var n int64
	if err := p.db.WithContext(ctx).Table(table).Count(&n).Error; err != nil {
		return -1
	}
	return float64(n)
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// count measures every answer under its route's pattern.
func (m *metrics) count(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := time.Now()
		err := next(c)
		if err != nil {
			c.Error(err)
		}
		route := c.Path()
		m.requests.WithLabelValues(c.Request().Method, route, strconv.Itoa(c.Response().Status)).Inc()
		m.seconds.WithLabelValues(route).Observe(time.Since(start).Seconds())
		return nil
	}
}
