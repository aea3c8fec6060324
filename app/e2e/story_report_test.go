//go:build browser

package e2e

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"silverclass/app/db"
)

// wanted are the numbers that the story must come to, by their names in the report. The
// live minutes depend on how fast the machine is.
var wanted = map[string]string{
	"person-times": "31", "registered": "1", "heads": "31", "unregistered": "30", "persons": "1",
	"lessons-known": "1", "lessons-visitor": "1", "practices": "1", "practices-alone": "1", "quizzes": "1", "sessions": "1",
	"live-classes": "1", "live-visits": "1", "ratings": "1", "session-ratings": "1",
}

func (s *story) organizerCountsAndReports() {
	o := s.organizer
	o.Open(s.url(s.session + "/count"))
	o.Fill("#heads", "31")
	if o.Has("input[name=method][value=tally]") {
		o.Set("input[name=method][value=tally]", "")
	}
	s.submit()
	o.See("31")

	for kind, id := range map[string]string{"session": last(s.session), "stop": last(s.stop), "tour": last(s.tour)} {
		query := kind + "=" + id
		shown := s.report(query)
		s.compareFiles(query)
		s.recount(query, s.csv("facts.csv"), shown)
		if kind == "session" {
			s.opensToFacts(query, shown)
		}
	}
}

// report opens a report and gives its numbers by name, once the live class is counted.
func (s *story) report(query string) map[string]string {
	s.t.Helper()
	o := s.organizer
	shown := map[string]string{}
	eventually(s.t, "the report to hold the numbers", func() error {
		o.Open(s.url("/staff/reports?" + query))
		var err error
		shown, err = evaluate[map[string]string](o, `Object.fromEntries([...document.querySelectorAll("tr[data-number]")].map(
			tr => [tr.dataset.number, tr.querySelector("td.num").innerText.trim()]))`)
		if err != nil {
			return err
		}
		var wrong []string
		for name, want := range wanted {
			if shown[name] != want {
				wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", name, shown[name], want))
			}
		}
		if shown["live-minutes"] == "0" || shown["live-minutes"] == "" {
			wrong = append(wrong, "no live minutes")
		}
		if len(wrong) > 0 {
			return fmt.Errorf("%s: %s", query, strings.Join(wrong, "; "))
		}
		return nil
	})
	return shown
}

// file downloads what a link of the report leads to, with the organizer's sign-in.
func (s *story) file(name string) []byte {
	s.t.Helper()
	path, err := evaluate[string](s.organizer, fmt.Sprintf(`document.querySelector("a[download][href*='/%s?']").getAttribute("href")`, name))
	if err != nil {
		s.t.Fatalf("no link to %s: %v", name, err)
	}
	text, err := awaited[string](s.organizer, fmt.Sprintf(`fetch(%q).then(async r => {
		if (!r.ok) throw new Error(r.status);
		const bytes = new Uint8Array(await r.arrayBuffer());
		let text = "";
		for (let i = 0; i < bytes.length; i += 4096) text += String.fromCharCode(...bytes.subarray(i, i + 4096));
		return btoa(text);
	})`, path))
	if err != nil {
		s.t.Fatalf("download %s: %v", path, err)
	}
	file, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return file
}

// csv downloads a CSV file, which begins with a byte order mark for Excel.
func (s *story) csv(name string) [][]string {
	s.t.Helper()
	file := s.file(name)
	plain, ok := bytes.CutPrefix(file, []byte("\xef\xbb\xbf"))
	if !ok {
		s.t.Errorf("%s does not begin with a byte order mark: % x", name, file[:min(3, len(file))])
	}
	reader := csv.NewReader(bytes.NewReader(plain))
	reader.FieldsPerRecord = -1
	rows, err := reader.ReadAll()
	if err != nil {
		s.t.Fatalf("%s: %v", name, err)
	}
	return rows
}

// compareFiles holds screen, CSV and XLSX against each other, cell by cell.
func (s *story) compareFiles(query string) {
	s.t.Helper()
	screen, err := evaluate[[][]string](s.organizer, `[...document.querySelectorAll("table.numbers tr")].map(
		tr => [...tr.querySelectorAll("th, td")].map(c => c.innerText.trim()))`)
	if err != nil {
		s.t.Fatal(err)
	}
	file := s.csv("numbers.csv")
	for _, row := range screen {
		if !slices.ContainsFunc(file, func(r []string) bool { return sameCells(row, r) }) {
			s.t.Errorf("%s: the CSV has no row %q", query, row)
		}
	}
	book, err := excelize.OpenReader(bytes.NewReader(s.file("numbers.xlsx")))
	if err != nil {
		s.t.Fatal(err)
	}
	defer book.Close()
	var cells [][]string
	for _, sheet := range book.GetSheetList() {
		rows, err := book.GetRows(sheet)
		if err != nil {
			s.t.Fatal(err)
		}
		cells = append(cells, rows...)
	}
	for _, row := range file {
		if strings.Join(row, "") != "" && !slices.ContainsFunc(cells, func(r []string) bool { return sameCells(row, r) }) {
			s.t.Errorf("%s: the XLSX has no row %q", query, row)
		}
	}
	for _, row := range cells {
		if strings.Join(row, "") != "" && !slices.ContainsFunc(file, func(r []string) bool { return sameCells(row, r) }) {
			s.t.Errorf("%s: the XLSX has a row more than the CSV, %q", query, row)
		}
	}
}

// sameCells compares two rows; empty cells at the end do not count.
func sameCells(a, b []string) bool {
	trim := func(row []string) []string {
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		return row
	}
	return slices.Equal(trim(a), trim(b))
}

// opensToFacts follows each number that has facts to them.
func (s *story) opensToFacts(query string, shown map[string]string) {
	s.t.Helper()
	o := s.organizer
	closed, err := evaluate[[]string](o, `[...document.querySelectorAll("table.numbers tr[data-number]")]
		.filter(tr => /[1-9]/.test(tr.querySelector("td.num").innerText) && !tr.querySelector("a.open")).map(tr => tr.dataset.number)`)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, name := range closed {
		if !fewAnswers(name) {
			s.t.Errorf("%s is %s and does not open", name, shown[name])
		}
	}
	for name := range shown {
		if !strings.ContainsAny(shown[name], "123456789") || fewAnswers(name) {
			continue
		}
		o.Open(s.url("/staff/reports?" + query))
		o.Follow(fmt.Sprintf(`tr[data-number=%q] a.open`, name))
		if n, err := evaluate[int](o, `document.querySelectorAll("table.facts tbody tr").length`); err != nil || n == 0 {
			s.t.Errorf("%s opens to %d facts (%v)", name, n, err)
		}
	}
	o.Open(s.url("/staff/reports?" + query))
}

// fewAnswers reports whether a number comes from ratings: fewer than five do not open.
func fewAnswers(name string) bool {
	return name == "ratings" || name == "smiles" || strings.HasPrefix(name, "session-")
}

// recount counts the exported facts again in plain SQL, by the definitions of
// indicators.md F.2 and by nothing of the program's own.
func (s *story) recount(query string, facts [][]string, shown map[string]string) {
	s.t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, "sqlite:"+s.t.TempDir()+"/recount.db", time.Now)
	if err != nil {
		s.t.Fatal(err)
	}
	defer d.Close()
	run := func(sql string, args ...any) {
		if err := d.WithContext(ctx).Exec(sql, args...).Error; err != nil {
			s.t.Fatalf("%s: %v", sql, err)
		}
	}
	run(`CREATE TABLE fact (id TEXT, verb TEXT, object TEXT, person TEXT, session TEXT, run TEXT, at TEXT, detail TEXT)`)
	for _, row := range facts[1:] {
		cell := func(name string) string {
			i := slices.Index(facts[0], name)
			if i < 0 {
				s.t.Fatalf("the exported facts have no column %s: %q", name, facts[0])
			}
			return row[i]
		}
		run(`INSERT INTO fact VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, cell("id"), cell("verb"), cell("object"), cell("person_id"),
			cell("session_id"), cell("run"), cell("at"), cell("detail"))
	}
	run(`CREATE VIEW good AS SELECT * FROM fact WHERE verb <> 'retracted'
		AND id NOT IN (SELECT json_extract(detail, '$.fact_id') FROM fact WHERE verb = 'retracted')`)
	for name, sql := range map[string]string{
		"registered":      `SELECT count(DISTINCT session || person) FROM good WHERE verb = 'checked-in'`,
		"person-times":    `SELECT max((SELECT count(DISTINCT session || person) FROM good WHERE verb = 'checked-in'), (SELECT json_extract(detail, '$.heads') FROM good WHERE verb = 'counted' ORDER BY at DESC LIMIT 1))`,
		"persons":         `SELECT count(DISTINCT person) FROM good WHERE verb = 'checked-in'`,
		"heads":           `SELECT json_extract(detail, '$.heads') FROM good WHERE verb = 'counted' ORDER BY at DESC LIMIT 1`,
		"unregistered":    `SELECT max(0, (SELECT json_extract(detail, '$.heads') FROM good WHERE verb = 'counted' ORDER BY at DESC LIMIT 1) - (SELECT count(DISTINCT session || person) FROM good WHERE verb = 'checked-in'))`,
		"lessons-known":   `SELECT count(DISTINCT run) FROM good WHERE verb = 'finished' AND person <> ''`,
		"lessons-visitor": `SELECT count(DISTINCT run) FROM good WHERE verb = 'finished' AND person = ''`,
		"practices-alone": `SELECT count(*) FROM good WHERE verb = 'practised' AND json_extract(detail, '$.outcome') = 'done' AND coalesce(json_extract(detail, '$.hints'), 0) = 0 AND NOT coalesce(json_extract(detail, '$.helped'), 0) AND json_extract(detail, '$.mode') IN ('unaided', 'changed')`,
		"live-minutes":    `SELECT coalesce(sum(json_extract(detail, '$.minutes')), 0) FROM good WHERE verb = 'attended'`,
		"practices":       `SELECT count(DISTINCT CASE person WHEN '' THEN run ELSE person END || object) FROM good WHERE verb = 'practised'`,
		"live-estimated":  `SELECT coalesce(sum(json_extract(detail, '$.estimated_minutes')), 0) FROM good WHERE verb = 'attended'`,
		"live-confirmed":  `SELECT coalesce(sum(json_extract(detail, '$.confirmed_minutes')), 0) FROM good WHERE verb = 'attended'`,
	} {
		var got string
		if err := d.WithContext(ctx).Raw(sql).Scan(&got).Error; err != nil {
			s.t.Errorf("%s, %s: %v", query, name, err)
		} else if got != shown[name] {
			s.t.Errorf("%s: recounted %s is %s, the report says %s", query, name, got, shown[name])
		}
	}
	var named int
	if err := d.WithContext(ctx).Raw(`SELECT count(*) FROM good WHERE verb = 'attended' AND person <> ''`).Scan(&named).Error; err != nil || named != 0 {
		s.t.Errorf("%d live minutes of a visitor name a person (%v)", named, err)
	}
}
