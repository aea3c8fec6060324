package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"

	"silverclass/app/db"
	"silverclass/app/fault"
	"silverclass/locales"

	"github.com/labstack/echo/v4"
	"github.com/skip2/go-qrcode"
)

// Page is the dot of every template: the reader's language and settings, and Data.
//
// T and N are methods and not template functions on purpose: functions bound at parse
// time are shared between requests, and people would get each other's language.
type Page struct {
	View
	Lang   string // zh-Hans or en
	Size   int    // 1 大, 2 特大, 3 超大
	Clear  bool   // black on white
	Path   string // address of this page, to come back to; the page behind it after a POST
	Host   string
	Reader Reader
	Touch  int    // TouchPatient, or 0
	Pace   int    // the voice's speed in hundredths; 0 for the usual one
	Flash  string // shown once; empty when there is none
	Status int
	Failed *fault.Error // why a form came back; nil otherwise

	site *Site
	c    echo.Context
}

// With is the same page with other data, for a page that shows several of another kind.
func (p *Page) With(data any) *Page {
	other := *p
	other.Data = data
	return &other
}

// T is a sentence; pairs are placeholder names and values: "Name", .Name.
func (p *Page) T(key string, pairs ...any) string {
	return p.site.cfg.Words.T(p.Lang, key, args(pairs))
}

// N is a sentence with a count, which fills the placeholder Count.
func (p *Page) N(key string, count int, pairs ...any) string {
	return p.site.cfg.Words.N(p.Lang, key, count, args(pairs))
}

func args(pairs []any) map[string]any {
	if len(pairs) == 0 {
		return nil
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return m
}

// Tag is the html lang attribute.
func (p *Page) Tag() string { return locales.Tag(p.Lang) }

// NewID is a fresh ID for an act, so that a form sent twice has one effect.
func (p *Page) NewID() string { return db.NewID() }

// NewRandomID is a fresh ID that does not tell the time, for answers without a person.
func (p *Page) NewRandomID() string { return db.NewRandomID() }

// Err is the message beside a form field; empty when the field is right.
func (p *Page) Err(field string) string {
	if p.Failed == nil {
		return ""
	}
	f, ok := p.Failed.Fields[field]
	if !ok {
		return ""
	}
	return p.site.cfg.Words.T(p.Lang, f.Key, f.Args)
}

// Errs tells whether the form came back with mistakes.
func (p *Page) Errs() bool { return p.Failed != nil }

// Why is the sentence over a form that came back.
func (p *Page) Why() string {
	if p.Failed == nil {
		return ""
	}
	return p.site.cfg.Words.T(p.Lang, p.Failed.Key, p.Failed.Args)
}

// Asset is the address of a static file such as "css/learner.css".
func (p *Page) Asset(name string) string { return p.site.cfg.Assets.URL(name) }

// SVG is the inline icon static/icons/NAME.svg.
func (p *Page) SVG(name string) template.HTML {
	return template.HTML(p.site.cfg.Assets.Icon(name)) //nolint:gosec // our own embedded file
}

// Base is the address of this site for links that leave the page.
func (p *Page) Base() string { return p.site.Base(p.c) }

// Nav are the staff menu's links.
func (p *Page) Nav() []NavItem { return p.site.cfg.Nav(p.c) }

// ReadOnly tells whether nothing can be saved just now.
func (p *Page) ReadOnly() bool { return p.site.cfg.ReadOnly() }

// Here reports whether a menu link leads to this page or one below it.
func (p *Page) Here(url string) bool {
	path := p.c.Request().URL.Path
	return path == url || (url != "/staff" && strings.HasPrefix(path, url+"/"))
}

// Date is a local day, such as 2026年11月23日.
func (p *Page) Date(t time.Time) string { return p.local(t).Format(p.T("web.date_format")) }

// Time is a local time of day, such as 10:00.
func (p *Page) Time(t time.Time) string { return p.local(t).Format("15:04") }

// DateTime is a local day and time.
func (p *Page) DateTime(t time.Time) string { return p.Date(t) + " " + p.Time(t) }

// Weekday is a local day's name, such as 星期一.
func (p *Page) Weekday(t time.Time) string {
	return p.T(fmt.Sprintf("web.weekday_%d", int(p.local(t).Weekday())))
}

func (p *Page) local(t time.Time) time.Time { return t.In(p.site.cfg.Zone) }

// QR is an inline picture of a QR code. It panics when the text is too long for one:
// the texts are our own short addresses.
func (p *Page) QR(text string) template.HTML { return QR(text) }

// QR draws text as an inline SVG QR code, black on white with its quiet zone.
func QR(text string) template.HTML {
	code, err := qrcode.New(text, qrcode.Medium)
	if err != nil {
		panic("web: qr code: " + err.Error())
	}
	rows := code.Bitmap()
	var d strings.Builder
	for y, row := range rows {
		for x := 0; x < len(row); x++ {
			if !row[x] {
				continue
			}
			run := 1
			for x+run < len(row) && row[x+run] {
				run++
			}
			fmt.Fprintf(&d, "M%d %dh%dv1h-%dz", x, y, run, run)
			x += run
		}
	}
	n := len(rows)
	return template.HTML(fmt.Sprintf( //nolint:gosec // numbers only
		`<svg class="qr" viewBox="0 0 %d %d" role="img" aria-label="QR" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h%dv%dH0z"/><path fill="#000" d="%s"/></svg>`,
		n, n, n, n, d.String()))
}
