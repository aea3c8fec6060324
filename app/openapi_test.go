package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/people"
	"silverclass/app/tour"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
)

// described is the API's description, and a router that finds a request's part of it.
func described(t *testing.T) (*openapi3.T, routers.Router) {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(openapi)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	router, err := gorillamux.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	return doc, router
}

// TestTheDescriptionNamesEveryAddress: every address below /api/v1 stands in it.
func TestTheDescriptionNamesEveryAddress(t *testing.T) {
	doc, _ := described(t)
	for _, r := range wired(t).routes.Table() {
		if !strings.HasPrefix(r.Path, "/api/") && r.Path != "/healthz" && r.Path != "/readyz" {
			continue
		}
		path := strings.ReplaceAll(r.Path, ":class", "{class}")
		item := doc.Paths.Find(path)
		if item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s is not described", r.Method, r.Path)
		}
	}
}

// TestAnswersFitTheDescription asks every address and holds the answer to its schema.
func TestAnswersFitTheDescription(t *testing.T) {
	_, router := described(t)
	p := wired(t)
	id := session(t, p)
	for _, tt := range []struct {
		method, path, body string
		status             int
	}{
		{"GET", "/healthz", "", 200},
		{"GET", "/readyz", "", 200},
		{"GET", "/api/v1/openapi.yaml", "", 200},
		{"GET", "/api/v1/classes/" + id, "", 200},
		{"GET", "/api/v1/classes/nothing", "", 404},
		{"POST", "/api/v1/classes/" + id + "/token", `{"role":"home"}`, 409},
		{"POST", "/api/v1/classes/nothing/heartbeat", `{}`, 404},
		{"GET", "/api/v1/classes/" + id + "/here", "", 401},
	} {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			req := httptest.NewRequest(tt.method, "http://class.lan"+tt.path, strings.NewReader(tt.body))
			if tt.body != "" {
				req.Header.Set("Content-Type", "application/json")
			}
			rec := httptest.NewRecorder()
			p.public.ServeHTTP(rec, req)
			if rec.Code != tt.status {
				t.Fatalf("got %d %s, want %d", rec.Code, rec.Body, tt.status)
			}
			fits(t, router, req, rec)
		})
	}
}

func fits(t *testing.T, router routers.Router, req *http.Request, rec *httptest.ResponseRecorder) {
	t.Helper()
	route, params, err := router.FindRoute(req)
	if err != nil {
		t.Fatal(err)
	}
	in := &openapi3filter.RequestValidationInput{Request: req, PathParams: params, Route: route}
	kinds := []string{"application/json"}
	if kind, _, _ := strings.Cut(rec.Header().Get("Content-Type"), ";"); !slices.Contains(kinds, kind) && kind != "application/yaml" {
		t.Errorf("answered as %s", kind)
	}
	if strings.HasSuffix(req.URL.Path, ".yaml") {
		return // the document itself: that it is valid is tested above
	}
	err = openapi3filter.ValidateResponse(context.Background(), &openapi3filter.ResponseValidationInput{RequestValidationInput: in,
		Status: rec.Code, Header: rec.Header(), Body: io.NopCloser(bytes.NewReader(rec.Body.Bytes()))})
	if err != nil {
		t.Errorf("%s: %v", rec.Body, err)
	}
}

// session is a session that runs now, and has no class yet.
func session(t *testing.T, p *program) string {
	t.Helper()
	ctx, now := context.Background(), time.Now()
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	city, err := p.tour.AddCity(ctx, tour.City{ID: db.NewID(), Name: "City"})
	must(err)
	venue, err := p.tour.AddVenue(ctx, tour.Venue{ID: db.NewID(), CityID: city.ID, Name: "Venue", Kind: tour.VenueCenter})
	must(err)
	who, err := p.staff.Add(ctx, people.AddStaff{ID: db.NewID(), Login: "trainer", Name: "Trainer", Grants: []people.Grant{{Role: people.Trainer, PlaceKind: people.Venue, PlaceID: venue.ID}}})
	must(err)
	s, err := p.tour.AddSession(ctx, tour.Session{ID: db.NewID(), VenueID: venue.ID, Title: "Session", Topics: []string{"fraud"}, Mode: tour.Both,
		TrainerID: &who.ID, StartsAt: now, EndsAt: now.Add(time.Hour)}, p.zone)
	must(err)
	return s.ID
}
