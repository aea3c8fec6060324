package reports

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
	"silverclass/app/web"

	"github.com/labstack/echo/v4"
)

//go:embed pages/*.html
var pages embed.FS

// Titles says what an object of a fact is called in a language: a lesson's title for
// "lesson:fraud/police-call". It is empty for objects it does not know.
type Titles func(object, lang string) string

type handlers struct {
	site   *web.Site
	store  *Store
	titles Titles
	pages  *web.Pages
}

// Register adds the reports. Observers see numbers down to sessions; facts open to
// organizers only.
func Register(r *web.Routes, site *web.Site, store *Store, titles Titles) {
	h := &handlers{site: site, store: store, titles: titles, pages: site.Pages(pages, web.Staff)}
	r.Observer.GET("/staff/reports", h.show)
	r.Observer.GET("/staff/reports/notes", h.notes)
	r.Observer.GET("/staff/reports/numbers.csv", h.csv)
	r.Observer.GET("/staff/reports/numbers.xlsx", h.xlsx)
	r.Organizer.GET("/staff/reports/facts", h.facts)
	r.Organizer.GET("/staff/reports/facts.csv", h.factsCSV)
}

// readScope takes the scope from the query: session=ID, stop=ID and so on.
func readScope(c echo.Context) (Scope, bool) {
	for _, k := range Kinds() {
		if id := c.QueryParam(string(k)); id != "" {
			return Scope{Kind: k, ID: id, From: c.QueryParam("from"), To: c.QueryParam("to")}, true
		}
	}
	return Scope{}, false
}

// may is nil when the reader has the role where the scope lies.
func (h *handlers) may(c echo.Context, sc Scope, role people.Role) error {
	venue, city, err := h.store.Where(c.Request().Context(), sc)
	if err != nil {
		return err
	}
	if !people.Who(c).May(role, venue, city) {
		return fault.New(fault.Forbidden, "web.forbidden")
	}
	return nil
}

type choicesPage struct {
	Groups []choiceGroup
}

type choiceGroup struct {
	Kind    Kind
	Choices []Choice
}

type showPage struct {
	Report        Report
	Big           []bigNumber
	Numbers       Table
	Parts         Table
	PartIDs       []string
	About         Table
	Query         template.URL // of the scope: whole, since a template would escape its signs
	OpensFacts    bool
	Names         []string // of Report.Numbers, beside the rows of Numbers
	Opens         []bool   // whether that row opens to facts
	Topics        Table
	TopicKeys     []string // of Report.ByTopic, beside the rows of Topics
	TopicOpens    []bool
	HasParts      bool
	From, To, URL string
}

// bigNumber is one of the few that stand large on top.
type bigNumber struct{ Name, Value string }

// show is the report of one scope, or the list to choose from.
func (h *handlers) show(c echo.Context) error {
	sc, ok := readScope(c)
	if !ok {
		return h.choose(c)
	}
	if err := h.may(c, sc, people.Observer); err != nil {
		return err
	}
	r, err := h.store.Report(c.Request().Context(), sc)
	if fault.Is(err, fault.Invalid) { // a period that does not fit: the whole time, with the words on top
		whole := Scope{Kind: sc.Kind, ID: sc.ID}
		r, again := h.store.Report(c.Request().Context(), whole)
		if again != nil {
			return again
		}
		d := h.data(c, r)
		d.From, d.To = sc.From, sc.To
		return h.pages.Form(c, err, "show.html", web.View{Back: "/staff/reports", Data: d})
	}
	if err != nil {
		return err
	}
	return h.pages.Show(c, http.StatusOK, "show.html", web.View{Back: "/staff/reports", Data: h.data(c, r)})
}

func (h *handlers) data(c echo.Context, r Report) showPage {
	w := h.wording(c)
	d := showPage{Report: r, Numbers: w.numbers(r), Topics: w.topics(r), Parts: w.parts(r), About: w.about(r), Query: template.URL(r.Scope.Query()), From: r.Scope.From, To: r.Scope.To}
	d.HasParts = r.Scope.Kind != Session
	venue, city, err := h.store.Where(c.Request().Context(), r.Scope)
	d.OpensFacts = err == nil && people.Who(c).May(people.Organizer, venue, city)
	for _, n := range r.Numbers {
		d.Names = append(d.Names, n.Name)
		d.Opens = append(d.Opens, d.OpensFacts && len(n.FactIDs) > 0)
		for _, big := range []string{"person-times", "registered", "unregistered", "persons"} {
			if n.Name == big {
				d.Big = append(d.Big, bigNumber{Name: big, Value: w.value(n).String()})
			}
		}
	}
	for _, n := range r.ByTopic {
		d.TopicKeys = append(d.TopicKeys, n.Key())
		d.TopicOpens = append(d.TopicOpens, d.OpensFacts && len(n.FactIDs) > 0)
	}
	for _, p := range r.Parts {
		d.PartIDs = append(d.PartIDs, p.SessionID)
	}
	return d
}

// choose lists what a report can be about, as far as the reader may see it.
func (h *handlers) choose(c echo.Context) error {
	all, err := h.store.Choices(c.Request().Context())
	if err != nil {
		return err
	}
	who, by := people.Who(c), map[Kind][]Choice{}
	for _, ch := range all {
		if who.May(people.Observer, ch.VenueID, ch.CityID) {
			by[ch.Kind] = append(by[ch.Kind], ch)
		}
	}
	var d choicesPage
	for _, k := range []Kind{Tour, Stop, Session, Venue, City} {
		if len(by[k]) > 0 {
			d.Groups = append(d.Groups, choiceGroup{Kind: k, Choices: by[k]})
		}
	}
	return h.pages.Show(c, http.StatusOK, "choose.html", web.View{Back: "/staff", Data: d})
}

func (h *handlers) wording(c echo.Context) wording {
	return wording{words: h.site.Words(), lang: web.Lang(c), zone: h.site.Zone(), titles: h.titles}
}

func (h *handlers) notes(c echo.Context) error {
	return h.pages.Show(c, http.StatusOK, "notes.html", web.View{Back: "/staff/reports", Data: h.wording(c).numbers(Report{Numbers: count(nil, func(id string) string { return id }, h.site.Now())})})
}

func (h *handlers) csv(c echo.Context) error {
	return h.export(c, "csv", "text/csv; charset=utf-8", func(b *bytes.Buffer, r Report) error {
		return writeCSV(b, h.wording(c).tables(r))
	})
}

func (h *handlers) xlsx(c echo.Context) error {
	return h.export(c, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", func(b *bytes.Buffer, r Report) error {
		return writeXLSX(b, h.wording(c).tables(r))
	})
}

func (h *handlers) export(c echo.Context, ext, kind string, write func(*bytes.Buffer, Report) error) error {
	sc, ok := readScope(c)
	if !ok {
		return fault.New(fault.NotFound, "reports.no_such_scope")
	}
	if err := h.may(c, sc, people.Observer); err != nil {
		return err
	}
	r, err := h.store.Report(c.Request().Context(), sc)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		return err
	}
	return attach(c, "silverclass-"+string(sc.Kind)+"-"+r.AsOf.In(h.site.Zone()).Format("20060102-1504")+"."+ext, kind, b.Bytes())
}

func attach(c echo.Context, name, kind string, b []byte) error {
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Blob(http.StatusOK, kind, b)
}

type factsPage struct {
	Report Report
	Number Number
	Value  string
	Table  Table
	Query  template.URL
}

// facts are the rows behind one number.
func (h *handlers) facts(c echo.Context) error {
	sc, ok := readScope(c)
	if !ok {
		return fault.New(fault.NotFound, "reports.no_such_scope")
	}
	if err := h.may(c, sc, people.Organizer); err != nil {
		return err
	}
	r, n, rows, err := h.store.Rows(c.Request().Context(), sc, c.QueryParam("number"))
	if err != nil {
		return err
	}
	w := h.wording(c)
	return h.pages.Show(c, http.StatusOK, "facts.html", web.View{Back: "/staff/reports?" + sc.Query(),
		Data: factsPage{Report: r, Number: n, Value: w.value(n).String(), Table: w.facts(rows, h.titles), Query: template.URL(sc.Query())}})
}

// factsCSV is every fact of a scope, raw, so that anybody can count again.
func (h *handlers) factsCSV(c echo.Context) error {
	sc, ok := readScope(c)
	if !ok {
		return fault.New(fault.NotFound, "reports.no_such_scope")
	}
	if err := h.may(c, sc, people.Organizer); err != nil {
		return err
	}
	rows, err := h.store.AllRows(c.Request().Context(), sc)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := writeCSV(&b, []Table{rawFacts(rows)}); err != nil {
		return err
	}
	return attach(c, "silverclass-facts-"+string(sc.Kind)+"-"+h.site.Now().In(h.site.Zone()).Format("20060102-1504")+".csv", "text/csv; charset=utf-8", b.Bytes())
}

// rawFacts keeps the names and forms of the ledger's own columns.
func rawFacts(rows []Row) Table {
	t := Table{Name: "facts", Header: []string{"seq", "hash", "id", "verb", "person_id", "object", "edition", "session_id", "venue_id", "device_id", "at", "recorded_at", "run", "detail"}}
	or := func(s *string) Cell {
		if s == nil {
			return text("")
		}
		return text(*s)
	}
	for _, r := range rows {
		f := r.Fact
		t.Rows = append(t.Rows, []Cell{number(int(r.Seq)), text(r.Hash), text(f.ID), text(string(f.Verb)), or(f.PersonID), text(f.Object), or(f.Edition),
			or(f.SessionID), or(f.VenueID), or(f.DeviceID), text(f.At.UTC().Format(time.RFC3339Nano)), text(f.RecordedAt.UTC().Format(time.RFC3339Nano)), or(f.Run), text(f.Detail)})
	}
	return t
}

// facts is the table behind a number, in words.
func (w wording) facts(rows []Row, titles Titles) Table {
	t := Table{Name: w.t("sheet_facts"), Header: []string{w.t("col_seq"), w.t("col_when"), w.t("col_what"), w.t("col_object"), w.t("col_who"), w.t("col_detail")}}
	for _, r := range rows {
		f := r.Fact
		who := w.t("who_nobody")
		if f.PersonID != nil {
			who = w.t("who_person", "ID", (*f.PersonID)[:8])
		}
		object := titles(f.Object, w.lang)
		if object == "" {
			object = f.Object
		}
		seq := text(w.t("not_sealed"))
		if r.Seq > 0 {
			seq = number(int(r.Seq))
		}
		t.Rows = append(t.Rows, []Cell{seq, text(w.local(f.At)), text(w.t("verb_" + strings.ReplaceAll(string(f.Verb), "-", "_"))), text(object), text(who), text(f.Detail)})
	}
	return t
}
