package certificates

import (
	"embed"
	"encoding/json"
	"io/fs"
	"net/http"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/tour"
	"silverclass/app/web"
	"silverclass/courses"
	"silverclass/locales"

	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

//go:embed paper/pages/*.html
var paperPages embed.FS

//go:embed staff/pages/*.html
var staffPages embed.FS

// Config is what the pages need.
type Config struct {
	Store   *Store
	Rules   Rules
	Signer  *Signer
	Catalog *courses.Catalog
	Tour    *tour.Store
	People  *people.Store
	Site    *web.Site
}

type handlers struct {
	Config
	pages, paper, staff *web.Pages
}

// Register adds looking up a code, a learner's own certificates, and issuing.
func Register(r *web.Routes, cfg Config) {
	h := &handlers{Config: cfg, pages: cfg.Site.Pages(pages, web.Learner),
		paper: cfg.Site.Pages(below(paperPages, "paper"), web.Print), staff: cfg.Site.Pages(below(staffPages, "staff"), web.Staff)}
	r.Public.GET("/verify", h.ask)
	r.Public.GET("/verify/:code", h.verify)
	r.Public.GET("/verify/:code/credential", h.credential)
	r.Public.GET(KeysPath, h.keys)
	r.Public.GET(keyPath+":id", h.key)
	r.Public.GET(IssuerPath, h.issuer)
	r.Own.GET("/me/certificates", h.mine)
	r.Own.GET("/me/certificates/:id", h.printMine)
	r.Trainer.GET("/staff/sessions/:id/certificates", h.offer)
	r.Trainer.POST("/staff/sessions/:id/certificates", h.issue)
	r.Trainer.GET("/staff/sessions/:id/certificates/print", h.printAll)
	r.Trainer.GET("/staff/certificates/:id", h.one)
	r.Trainer.POST("/staff/certificates/:id/revoke", h.revoke)
}

func below(files embed.FS, dir string) fs.FS {
	sub, err := fs.Sub(files, dir)
	if err != nil {
		panic("certificates: " + err.Error()) // the directory is embedded above
	}
	return sub
}

// verifyPage is what a code turns out to be.
type verifyPage struct {
	State   State
	Code    string // as printed; empty when none could be read
	Topic   string
	Initial string // first character of the name; empty without one
	Certificate
	Credential string // address; empty unless it is valid
}

// ask is the page to type a code on.
func (h *handlers) ask(c echo.Context) error {
	if code := c.QueryParam("code"); code != "" {
		if read := ReadCode(code); read != "" {
			return c.Redirect(http.StatusSeeOther, VerifyURL(read))
		}
		return h.answer(c, http.StatusNotFound, verifyPage{State: Unknown})
	}
	return h.answer(c, http.StatusOK, verifyPage{})
}

// found is the certificate of the address's code. Every try is counted for the address it
// comes from, and one that was right is taken back: so nobody finds codes by guessing. A
// code that cannot be one is not looked up and costs nothing.
func (h *handlers) found(c echo.Context) (Certificate, error) {
	ctx, from := c.Request().Context(), "verify:"+c.RealIP()
	code := ReadCode(c.Param("code"))
	if code == "" {
		return Certificate{}, fault.New(fault.NotFound, "certificates.unknown")
	}
	if err := h.People.Charge(ctx, from); err != nil {
		return Certificate{}, err
	}
	cert, err := h.Store.ByCode(ctx, code)
	if err != nil {
		return cert, err
	}
	return cert, h.People.Uncharge(ctx, from)
}

func (h *handlers) verify(c echo.Context) error {
	cert, err := h.found(c)
	if fault.Is(err, fault.NotFound) {
		return h.answer(c, http.StatusNotFound, verifyPage{State: Unknown})
	}
	if err != nil {
		return err
	}
	d := verifyPage{Code: PrintCode(cert.Code), Topic: h.topic(cert.Topic, web.Lang(c)), Certificate: cert}
	var p people.Person
	if d.State, p, err = stateOf(c.Request().Context(), cert, h.People); err != nil {
		return err
	}
	d.Initial = initial(p)
	if d.State == Valid {
		d.Credential = VerifyURL(cert.Code) + "/credential"
	}
	return h.answer(c, http.StatusOK, d)
}

func (h *handlers) answer(c echo.Context, status int, d verifyPage) error {
	return h.pages.Show(c, status, "verify.html", web.View{Back: "/", Body: "verify", Data: d})
}

// credential is a valid certificate as a signed Open Badges credential.
func (h *handlers) credential(c echo.Context) error {
	cert, err := h.found(c)
	if err != nil {
		return err
	}
	state, _, err := stateOf(c.Request().Context(), cert, h.People)
	if err != nil {
		return err
	}
	if state != Valid {
		return fault.New(fault.NotFound, "certificates.unknown")
	}
	topic := h.topic(cert.Topic, web.Lang(c))
	rule, _ := h.Rules.Named(cert.Rule)
	jwt, err := h.Signer.Sign(Badge{Base: h.Site.Base(c), Certificate: cert, Lang: locales.Tag(web.Lang(c)),
		Says: h.Site.T(c, "certificates.says", fault.Args{"Topic": topic}),
		Name: h.Site.T(c, "certificates.badge_name", fault.Args{"Topic": topic}), Criteria: h.words(c, rule, cert.Attendance)})
	if err != nil {
		return err
	}
	return c.Blob(http.StatusOK, "application/vc+jwt", []byte(jwt))
}

func (h *handlers) keys(c echo.Context) error {
	b, err := h.Signer.Keys(h.Site.Base(c))
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

// key is one public key, at the address that credentials name.
func (h *handlers) key(c echo.Context) error {
	b, err := h.Signer.Key(h.Site.Base(c), c.Param("id"))
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

func (h *handlers) issuer(c echo.Context) error {
	b, err := json.Marshal(issuerOf(h.Site.Base(c), h.Site.T(c, "web.product", nil)))
	if err != nil {
		return err
	}
	return c.JSONBlob(http.StatusOK, b)
}

// words is a rule as people read it.
func (h *handlers) words(c echo.Context, r Rule, attendance int) string {
	key := "certificates.rule"
	if r.OwnWay {
		key = "certificates.rule_own_way"
	}
	say := h.Site.T(c, key, fault.Args{"Lessons": r.Lessons, "Practices": r.Practices, "Quizzes": r.Quizzes})
	if attendance > 0 {
		say += " " + h.Site.T(c, "certificates.rule_attendance", fault.Args{"Sessions": attendance})
	}
	return say
}

// topic is a topic's name.
func (h *handlers) topic(slug, lang string) string {
	for _, t := range h.Catalog.Topics() {
		if t.Slug == slug {
			return t.Name.In(lang)
		}
	}
	return slug
}

// minePage is a learner's own certificates.
type minePage struct{ List []mineLine }

type mineLine struct {
	Topic string
	Certificate
}

func (h *handlers) mine(c echo.Context) error {
	list, err := h.Store.OfPerson(c.Request().Context(), people.Who(c).Person.ID)
	if err != nil {
		return err
	}
	var d minePage
	for _, one := range list {
		d.List = append(d.List, mineLine{h.topic(one.Topic, web.Lang(c)), one})
	}
	return h.pages.Show(c, http.StatusOK, "mine.html", web.View{Back: "/me", Body: "verify", Data: d})
}

func (h *handlers) printMine(c echo.Context) error {
	cert, err := h.Store.One(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	if cert.PersonID != people.Who(c).Person.ID || cert.RevokedAt != nil {
		return fault.New(fault.NotFound, "certificates.unknown")
	}
	return h.print(c, []Certificate{cert}, "/me/certificates")
}

// paperPage is certificates to print, one a page.
type paperPage struct{ Sheets []sheet }

type sheet struct {
	Name  string // what she is called; empty without one
	Topic string
	Rule  string
	Code  string
	Certificate
}

// URL is where its code is looked up.
func (s sheet) URL() string { return VerifyURL(s.Certificate.Code) }

// print puts each valid certificate on a page. Those whose person was erased are left out:
// there is nobody to give them to.
func (h *handlers) print(c echo.Context, list []Certificate, back string) error {
	ids := make([]string, len(list))
	for i, one := range list {
		ids[i] = one.PersonID
	}
	persons, err := h.People.Persons(c.Request().Context(), ids)
	if err != nil {
		return err
	}
	var d paperPage
	for _, one := range list {
		p, here := persons[one.PersonID]
		if !here || one.RevokedAt != nil {
			continue
		}
		rule, _ := h.Rules.Named(one.Rule)
		d.Sheets = append(d.Sheets, sheet{Name: p.Name, Topic: h.topic(one.Topic, web.Lang(c)), Rule: h.words(c, rule, one.Attendance), Code: PrintCode(one.Code), Certificate: one})
	}
	return h.paper.Show(c, http.StatusOK, "certificate.html", web.View{Back: back, Data: d})
}
