package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestMetricsAreForTheInternalListener asks for the figures where a monitor may, and where
// anybody could.
func TestMetricsAreForTheInternalListener(t *testing.T) {
	p := wired(t)
	ask := func(h http.Handler, path string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "http://class.lan"+path, nil))
		return rec
	}
	if rec := ask(p.public, "/metrics"); rec.Code != http.StatusNotFound {
		t.Errorf("the public listener answers /metrics with %d, want 404", rec.Code)
	}
	ask(p.public, "/topics/fraud")
	ask(p.public, "/no/such/page")
	rec := ask(p.internal, "/metrics")
	if rec.Code != http.StatusOK {
		t.Fatalf("the internal listener answers /metrics with %d", rec.Code)
	}
	for _, line := range []string{
		"silverclass_read_only 0\n", "silverclass_ledger_unsealed 0\n", "silverclass_ledger_refused 0\n", "silverclass_livekit_running 0\n",
		`silverclass_requests_total{method="GET",route="/topics/:topic",status="200"} 1`,
		`silverclass_request_seconds_count{route="/topics/:topic"} 1`,
		`silverclass_requests_total{method="GET",route="",status="404"} 2`,
		"go_goroutines ",
	} {
		if !strings.Contains(rec.Body.String(), line) {
			t.Errorf("the figures lack %q", line)
		}
	}
	if strings.Contains(rec.Body.String(), "fraud") || strings.Contains(rec.Body.String(), "/no/such") {
		t.Error("a label carries what somebody asked for")
	}
}
