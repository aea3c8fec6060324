package web

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"silverclass/app/fault"

	"github.com/labstack/echo/v4"
)

//go:embed layouts/*.html
var layouts embed.FS

//go:embed pages/*.html
var errorPages embed.FS

// Layout is the frame a page stands in.
type Layout string

// The frames: large and calm for learners, dense and calm for staff, paper.
const (
	Learner Layout = "learner"
	Staff   Layout = "staff"
	Print   Layout = "print"
)

// View is what a handler says of its page.
type View struct {
	// Back is where 返回 leads. Empty hides 返回 and 首页: only home does that.
	Back string
	// Address is where the page is found again, when that is more than where it was asked
	// for; else empty.
	Address string
	// Speak is what 朗读 says; empty means the words that stand in main.
	Speak string
	// SpeakTag is the html lang of Speak where it is not the page's own; else empty.
	SpeakTag string
	// Voice is Speak sentence by sentence as JSON: a list of pairs, the words and the
	// address of their recording, empty where there is none. Empty: as the browser cuts it.
	Voice string
	// Said are words of Speak and how a computer's voice is told to say them, as a JSON
	// object; empty when it reads all of them rightly.
	Said string
	// Body is an extra class of the body, such as "practice".
	Body string
	// Topic colours the page: a topic's slug, or empty.
	Topic string
	// Scripts are modules of static/js, without ".js", beyond the layout's own.
	Scripts []string
	// Data is the page's own struct.
	Data any
}

// Pages are one feature's templates in one layout. Each is put together with its layout
// when somebody opens it for the first time: a box is never asked for most of the staff's
// pages, and all of them with their layouts were a third of an idle program's heap.
type Pages struct {
	site   *Site
	layout Layout
	files  map[string]func() *template.Template
}

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Pages reads pages/*.html of a feature. Files whose name begins with "_" are parts
// that all others may use. A template that does not parse is a panic: it happens at
// start, never before a person.
func (s *Site) Pages(fsys fs.FS, layout Layout) *Pages {
	p := &Pages{site: s, layout: layout, files: map[string]func() *template.Template{}}
	names, err := fs.Glob(fsys, "pages/*.html")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("web: no pages: %v", err))
	}
	frame := func() *template.Template {
		return template.Must(template.New("layout").ParseFS(layouts, "layouts/_parts.html", "layouts/"+string(layout)+".html"))
	}
	template.Must(frame().ParseFS(fsys, names...)) // only to see that all parse
	var parts []string
	for _, n := range names {
		if strings.HasPrefix(path.Base(n), "_") {
			parts = append(parts, n)
		}
	}
	for _, n := range names {
		if strings.HasPrefix(path.Base(n), "_") {
			continue
		}
		p.files[path.Base(n)] = sync.OnceValue(func() *template.Template {
			return template.Must(frame().ParseFS(fsys, append(parts[:len(parts):len(parts)], n)...))
		})
	}
	return p
}

// Show sends a page. The whole page is made before its first byte goes out, so that a
// fault on the way becomes an error page and not half a page.
func (p *Pages) Show(c echo.Context, status int, file string, v View) error {
	c.Set(againKey, Again{p, status, file, v})
	return p.send(c, status, file, v, nil)
}

// Form sends a form back with what was typed and a message beside each field, when err
// is a fault of kind Invalid (422) or TooMany (429). Any other error comes back as it is.
func (p *Pages) Form(c echo.Context, err error, file string, v View) error {
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Invalid && f.Kind != fault.TooMany {
		return err
	}
	return p.send(c, statuses[f.Kind], file, v, f)
}

// Fragment sends one named block of a page without its layout, for scripts that
// renew a part of what stands on the screen.
func (p *Pages) Fragment(c echo.Context, file, block string, v View) error {
	return p.execute(c, http.StatusOK, file, block, v, nil)
}

func (p *Pages) send(c echo.Context, status int, file string, v View, f *fault.Error) error {
	return p.execute(c, status, file, string(p.layout)+".html", v, f)
}

// Again is what Show was told for this request: showing it again costs the template and
// nothing else. `make bench` measures pages against it.
type Again struct {
	pages  *Pages
	status int
	file   string
	view   View
}

const againKey = "web.again"

// ShownBy is the page that a request's handler showed; ok is false when it showed none.
func ShownBy(c echo.Context) (a Again, ok bool) {
	a, ok = c.Get(againKey).(Again)
	return a, ok
}

// Show shows the same page with the same data for another request.
func (a Again) Show(c echo.Context) error { return a.pages.Show(c, a.status, a.file, a.view) }

func (p *Pages) execute(c echo.Context, status int, file, block string, v View, f *fault.Error) error {
	made, ok := p.files[file]
	if !ok {
		return fmt.Errorf("no page %s", file)
	}
	page := p.site.page(c, v, status, f)
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	if err := made().ExecuteTemplate(buf, block, page); err != nil {
		return fmt.Errorf("make page %s: %w", file, err)
	}
	c.Response().Header().Set(echo.HeaderContentType, "text/html; charset=utf-8")
	c.Response().WriteHeader(status)
	_, err := c.Response().Write(buf.Bytes())
	return err
}

func (s *Site) page(c echo.Context, v View, status int, f *fault.Error) *Page {
	r := c.Request()
	likes := s.Comfort(c)
	p := &Page{View: v, Lang: Lang(c), Size: likes.Size, Clear: s.Cookie(c, "theme") == themeClear, Host: r.Host, Pace: likes.Voice, Reader: ReaderOf(c), Status: status, Failed: f, site: s, c: c}
	if likes.Touch == TouchPatient {
		p.Touch = likes.Touch
	}
	p.Path = r.URL.RequestURI()
	if v.Address != "" {
		p.Path = v.Address
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		p.Path = "/"
		if v.Back != "" {
			p.Path = v.Back
		}
	}
	p.Flash = s.takeFlash(c, p.Lang)
	return p
}
