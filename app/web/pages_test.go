package web_test

import (
	"io"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/labstack/echo/v4"

	"silverclass/app/web"
)

// A page is put together when it is first opened; whether it parses is known at start.
func TestABrokenPageEndsTheStart(t *testing.T) {
	w := newWorld(t)
	for name, broken := range map[string]string{"page": "pages/broken.html", "part": "pages/_broken.html"} {
		t.Run(name, func(t *testing.T) {
			files := fstest.MapFS{
				"pages/whole.html": {Data: []byte(`{{define "title"}}{{end}}{{define "main"}}{{end}}`)},
				broken:             {Data: []byte(`{{define "main"}}{{if}}`)},
			}
			defer func() {
				if recover() == nil {
					t.Error("a page that does not parse was taken")
				}
			}()
			w.site.Pages(files, web.Learner)
		})
	}
}

// Fifty tablets open the same page at once and for the first time: each gets it.
func TestAPageIsOpenedByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	p := w.site.Pages(fstest.MapFS{
		"pages/_part.html": {Data: []byte(`{{define "part"}}good morning{{end}}`)},
		"pages/new.html":   {Data: []byte(`{{define "title"}}{{end}}{{define "main"}}{{template "part"}}{{end}}`)},
	}, web.Learner)
	w.r.Public.GET("/new", func(c echo.Context) error { return p.Fragment(c, "none.html", "main", web.View{}) })
	w.r.Public.GET("/part", func(c echo.Context) error { return p.Fragment(c, "new.html", "main", web.View{}) })
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			rec := w.do("GET", "/part", nil, nil)
			if body, _ := io.ReadAll(rec.Body); rec.Code != 200 || string(body) != "good morning" {
				t.Errorf("got %d %q", rec.Code, body)
			}
		})
	}
	all.Wait()
	if rec := w.do("GET", "/new", nil, nil); rec.Code != 500 {
		t.Errorf("a page that is not there: got %d, want 500", rec.Code)
	}
}
