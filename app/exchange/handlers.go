package exchange

import (
	"bytes"
	"embed"
	"net/http"

	"github.com/labstack/echo/v4"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"
)

//go:embed pages/*.html
var pages embed.FS

type handlers struct {
	site  *web.Site
	store *Store
	pages *web.Pages
}

// Register adds the administrator's page of files.
func Register(r *web.Routes, site *web.Site, store *Store) {
	h := &handlers{site, store, site.Pages(pages, web.Staff)}
	r.Admin.GET("/staff/exchange", h.show)
	r.Admin.POST("/staff/exchange/write", h.write)
	r.Admin.POST("/staff/exchange/read", h.read)
}

// filesPage is the latest files and the forms for one more. Mistakes stand in the form
// that was sent.
type filesPage struct {
	Files          []File
	Reading, Only  bool
	Least, FileMax int
}

// filesShown is how many files the page lists; fileMax how many megabytes a browser may
// send: the command reads larger ones.
const (
	filesShown = 50
	fileMax    = 1
)

func (h *handlers) page(c echo.Context) (filesPage, error) {
	files, err := h.store.Files(c.Request().Context(), filesShown)
	return filesPage{Files: files, Least: LeastPassphrase, FileMax: fileMax, Only: c.FormValue("only") != ""}, err
}

func (h *handlers) show(c echo.Context) error {
	p, err := h.page(c)
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "files.html", web.View{Back: "/staff", Data: p})
}

// write answers with the file itself: its passphrase stands in no address.
func (h *handlers) write(c echo.Context) error {
	var out bytes.Buffer // whole before its first byte goes out
	f, err := h.store.Write(c.Request().Context(), &out, Options{Passphrase: c.FormValue("passphrase"), Only: c.FormValue("only") != "", ByID: people.Who(c).StaffID()})
	if err != nil {
		return h.again(c, err, false)
	}
	name := "silverclass-" + f.BeganAt.Format("20060102-150405") + ".age"
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, "application/octet-stream", out.Bytes())
}

func (h *handlers) read(c echo.Context) error {
	sent, err := c.FormFile("file")
	if err != nil {
		return h.again(c, refuse("exchange.choose").Because(err), true)
	}
	file, err := sent.Open()
	if err != nil {
		return err
	}
	defer file.Close()
	f, err := h.store.Read(c.Request().Context(), file, c.FormValue("passphrase"), people.Who(c).StaffID())
	if err != nil {
		return h.again(c, err, true)
	}
	h.site.Flash(c, "exchange.was_read", fault.Args{"Facts": f.Facts, "People": f.People})
	return c.Redirect(http.StatusSeeOther, "/staff/exchange")
}

// again shows the forms with what was wrong; what is no mistake of the form goes on.
func (h *handlers) again(c echo.Context, err error, reading bool) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	p, lost := h.page(c)
	if lost != nil {
		return lost
	}
	p.Reading = reading
	return h.pages.Form(c, err, "files.html", web.View{Back: "/staff", Data: p})
}
