package reports

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"silverclass/app/ledger"
	"silverclass/locales"

	"github.com/xuri/excelize/v2"
)

// Table is one sheet of a report: what the screen, the CSV and the XLSX all show, cell
// by cell. Every row has as many cells as Header.
type Table struct {
	Name   string // the sheet's name, in the reader's language
	Header []string
	Rows   [][]Cell
}

// Cell is a text or a whole number.
type Cell struct {
	Text    string
	Number  int
	Numeric bool
}

// String is the cell as the screen and the CSV show it.
func (c Cell) String() string {
	if c.Numeric {
		return strconv.Itoa(c.Number)
	}
	return c.Text
}

func text(s string) Cell { return Cell{Text: s} }
func number(n int) Cell  { return Cell{Number: n, Numeric: true} }

// wording makes the tables of one language and zone.
type wording struct {
	words *locales.Words
	lang  string
	zone  *time.Location
	// titles says what a topic is called.
	titles Titles
}

func (w wording) t(key string, args ...any) string {
	m := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		m[fmt.Sprint(args[i])] = args[i+1]
	}
	return w.words.T(w.lang, "reports."+key, m)
}

func (w wording) local(t time.Time) string { return t.In(w.zone).Format("2006-01-02 15:04") }

// value is how a number stands in a cell: hidden ones as words.
func (w wording) value(n Number) Cell {
	if n.Hidden {
		return text(w.t("hidden"))
	}
	return number(n.Value)
}

// numbers is the table of the report's own numbers.
func (w wording) numbers(r Report) Table {
	t := Table{Name: w.t("sheet_numbers"), Header: []string{w.t("col_code"), w.t("col_name"), w.t("col_value"), w.t("col_unit"), w.t("col_of"), w.t("col_missing"), w.t("col_method"), w.t("col_definition")}}
	for _, n := range r.Numbers {
		t.Rows = append(t.Rows, []Cell{text(n.Code), text(w.t("n_" + n.Name)), w.value(n), text(w.t("unit_" + n.Unit)), some(n.N), some(n.Missing), text(w.t("m_" + n.Method)), text(w.t("d_" + n.Name))})
	}
	return t
}

// some is a number that is left out where it is nought.
func some(n int) Cell {
	if n == 0 {
		return text("")
	}
	return number(n)
}

// topics is the table of the numbers that are told topic by topic.
func (w wording) topics(r Report) Table {
	t := Table{Name: w.t("sheet_topics"), Header: []string{w.t("col_topic"), w.t("col_name"), w.t("col_value"), w.t("col_unit"), w.t("col_of"), w.t("col_missing")}}
	for _, n := range r.ByTopic {
		t.Rows = append(t.Rows, []Cell{text(w.topic(n.Topic)), text(w.t("n_" + n.Name)), w.value(n), text(w.t("unit_" + n.Unit)), some(n.N), some(n.Missing)})
	}
	return t
}

func (w wording) topic(slug string) string {
	if name := w.titles(ledger.Object("topic", slug), w.lang); name != "" {
		return name
	}
	return slug
}

// partNames are the numbers shown for each session of a report.
var partNames = []string{"person-times", "registered", "unregistered", "persons", "lessons-known", "lessons-visitor", "practices-alone", "live-minutes"}

// parts is the table of the sessions below; persons of rows cannot be added up.
func (w wording) parts(r Report) Table {
	t := Table{Name: w.t("sheet_parts"), Header: []string{w.t("col_start"), w.t("col_session"), w.t("col_venue")}}
	for _, name := range partNames {
		t.Header = append(t.Header, w.t("n_"+name))
	}
	for _, p := range r.Parts {
		row := []Cell{text(w.local(p.StartsAt)), text(p.Title), text(p.Venue)}
		for _, name := range partNames {
			row = append(row, w.value(p.Numbers[name]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// about is the table that says what the numbers are: scope, period, as-of, position.
func (w wording) about(r Report) Table {
	period := w.t("period_all")
	if r.Scope.From != "" || r.Scope.To != "" {
		period = w.t("period", "From", r.Scope.From, "To", r.Scope.To)
	}
	head := r.Head
	if head == "" {
		head = w.t("not_sealed")
	}
	return Table{Name: w.t("sheet_about"), Header: []string{w.t("col_item"), w.t("col_value")}, Rows: [][]Cell{
		{text(w.t("about_scope")), text(w.t("kind_" + string(r.Scope.Kind)))},
		{text(w.t("about_title")), text(r.Title)},
		{text(w.t("about_place")), text(r.Place)},
		{text(w.t("about_period")), text(period)},
		{text(w.t("about_as_of")), text(w.local(r.AsOf))},
		{text(w.t("about_position")), number(int(r.Position))},
		{text(w.t("about_head")), text(head)},
		{text(w.t("about_formula")), text(formulaVersion)},
		{text(w.t("about_note")), text(w.t("note_no_adding"))},
	}}
}

// formulaVersion changes whenever a definition does, and stands on every export.
const formulaVersion = "2"

// tables are the sheets of a report in their order.
func (w wording) tables(r Report) []Table {
	return []Table{w.numbers(r), w.topics(r), w.parts(r), w.about(r)}
}

// writeCSV writes tables one under the other, an empty line between, as UTF-8 with the
// byte order mark that Excel needs.
func writeCSV(out io.Writer, tables []Table) error {
	if _, err := io.WriteString(out, "\uFEFF"); err != nil {
		return err
	}
	w := csv.NewWriter(out)
	w.UseCRLF = true
	for i, t := range tables {
		if i > 0 {
			if err := w.Write([]string{""}); err != nil {
				return err
			}
		}
		if err := w.Write(t.Header); err != nil {
			return err
		}
		for _, row := range t.Rows {
			line := make([]string, len(row))
			for j, c := range row {
				line[j] = safe(c)
			}
			if err := w.Write(line); err != nil {
				return err
			}
		}
	}
	w.Flush()
	return w.Error()
}

// safe keeps spreadsheet programs from taking a text for a formula.
func safe(c Cell) string {
	s := c.String()
	if !c.Numeric && s != "" && (s[0] == '=' || s[0] == '+' || s[0] == '-' || s[0] == '@' || s[0] == '\t') {
		return "'" + s
	}
	return s
}

// writeXLSX writes a sheet a table; numbers are numbers.
func writeXLSX(out io.Writer, tables []Table) error {
	f := excelize.NewFile()
	defer f.Close()
	for i, t := range tables {
		if i == 0 {
			if err := f.SetSheetName("Sheet1", t.Name); err != nil {
				return err
			}
		} else if _, err := f.NewSheet(t.Name); err != nil {
			return err
		}
		if err := sheet(f, t); err != nil {
			return fmt.Errorf("write sheet %s: %w", t.Name, err)
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		return err
	}
	_, err := out.Write(buf.Bytes())
	return err
}

func sheet(f *excelize.File, t Table) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	header := make([]any, len(t.Header))
	for i, h := range t.Header {
		header[i] = h
	}
	if err := f.SetSheetRow(t.Name, "A1", &header); err != nil {
		return err
	}
	for i, row := range t.Rows {
		line := make([]any, len(row))
		for j, c := range row {
			if c.Numeric {
				line[j] = c.Number
			} else {
				line[j] = c.Text
			}
		}
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := f.SetSheetRow(t.Name, at, &line); err != nil {
			return err
		}
	}
	last, err := excelize.ColumnNumberToName(len(t.Header))
	if err != nil {
		return err
	}
	if err := f.SetColWidth(t.Name, "A", last, 18); err != nil {
		return err
	}
	return f.SetRowStyle(t.Name, 1, 1, bold)
}
