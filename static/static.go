// Package static holds stylesheets, scripts and icons: embedded, compressed once at
// start, and cached for ever under an address that names their content.
//
// All files share one hash in their address (/static/HASH/js/tablet.js), so that a
// module's relative imports keep working and nobody ever mixes two releases.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"sort"
	"strings"
)

//go:embed css js icons vendor
var files embed.FS

// Assets is every file ready to be sent. It never changes after Load.
type Assets struct {
	hash  string
	files map[string]asset // by path below /static/HASH/, for example "css/learner.css"
	icons map[string]string
}

type asset struct {
	kind       string // media type
	plain, zip []byte // zip is nil where compression does not help
}

// Load reads and compresses all files. The stylesheets of css/learner and css/staff
// are joined in order of their names to css/learner.css and css/staff.css: a page
// asks for one stylesheet, a feature keeps a file of its own.
func Load() (*Assets, error) {
	a := &Assets{files: map[string]asset{}, icons: map[string]string{}}
	raw := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(p, "icons/") && strings.HasSuffix(p, ".svg"):
			a.icons[strings.TrimSuffix(path.Base(p), ".svg")] = strings.TrimSpace(string(b))
			raw[p] = b
		case strings.HasSuffix(p, ".md"):
			return nil // notes for us, not for browsers
		default:
			raw[p] = b
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, sheet := range []string{"learner", "staff"} {
		raw["css/"+sheet+".css"] = join(raw, "css/"+sheet+"/")
	}
	names := make([]string, 0, len(raw))
	for p := range raw {
		names = append(names, p)
	}
	sort.Strings(names)
	sum := sha256.New()
	zip, err := gzip.NewWriterLevel(nil, gzip.BestCompression) // one for all: its tables are 800 KB
	if err != nil {
		return nil, err
	}
	for _, p := range names {
		fmt.Fprintf(sum, "%s %d\n", p, len(raw[p]))
		sum.Write(raw[p])
		a.files[p] = compressed(zip, p, raw[p])
	}
	a.hash = hex.EncodeToString(sum.Sum(nil))[:12]
	return a, nil
}

func join(raw map[string][]byte, dir string) []byte {
	var parts []string
	for p := range raw {
		if strings.HasPrefix(p, dir) {
			parts = append(parts, p)
		}
	}
	sort.Strings(parts)
	var out bytes.Buffer
	for _, p := range parts {
		out.Write(raw[p])
		out.WriteByte('\n')
	}
	return out.Bytes()
}

func compressed(w *gzip.Writer, name string, b []byte) asset {
	kind := mime.TypeByExtension(path.Ext(name))
	switch path.Ext(name) { // not left to the machine's own table
	case ".js":
		kind = "text/javascript; charset=utf-8"
	case ".css":
		kind = "text/css; charset=utf-8"
	case ".svg":
		kind = "image/svg+xml"
	}
	if kind == "" {
		kind = "application/octet-stream"
	}
	var buf bytes.Buffer
	w.Reset(&buf)
	_, _ = w.Write(b)
	_ = w.Close()
	if buf.Len() >= len(b) {
		return asset{kind: kind, plain: b}
	}
	return asset{kind: kind, plain: b, zip: buf.Bytes()}
}

// URL is the address of a file such as "css/learner.css". It panics on a file that is
// not there: templates are tried at start, so a typing error never reaches a person.
func (a *Assets) URL(name string) string {
	if _, ok := a.files[name]; !ok {
		panic("static: no file " + name)
	}
	return "/static/" + a.hash + "/" + name
}

// Has reports whether a file such as "vendor/livekit-client.umd.js" was there when
// the program was built.
func (a *Assets) Has(name string) bool { _, ok := a.files[name]; return ok }

// Icon is the SVG source of static/icons/NAME.svg; empty when there is none.
func (a *Assets) Icon(name string) string { return a.icons[name] }

// ServeHTTP answers GET /static/HASH/FILE. An old hash answers 404: its page is gone
// from caches too, since pages are never cached.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name, ok := strings.CutPrefix(r.URL.Path, "/static/"+a.hash+"/")
	f, found := a.files[name]
	if !ok || !found {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if f.zip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zip
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}
