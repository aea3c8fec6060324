package privacy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"silverclass/app/people"
)

// copyFormat names the layout of the JSON that a person takes along.
const copyFormat = "silverclass person 1"

// taken is everything about a person as a file: the rows, and a dictionary that says what
// each table and column means.
type taken struct {
	Format string       `json:"format"`
	Made   time.Time    `json:"made"`
	Notice string       `json:"notice"` // the version of the notice that holds now
	Tables []takenTable `json:"tables"`
}

type takenTable struct {
	Table   string           `json:"table"`
	Group   string           `json:"group"`
	Meaning string           `json:"meaning"`
	Columns []takenColumn    `json:"columns"`
	Hidden  []string         `json:"columns_not_shown,omitempty"` // hashes and seals
	Rows    []map[string]any `json:"rows"`
}

type takenColumn struct {
	Column  string `json:"column"`
	Meaning string `json:"meaning"`
}

// words are what a table and a column mean in one language.
type words func(key string) string

func (w words) table(name string) string { return w("privacy.table_" + name) }

// special are columns whose word means something else in another table.
var special = map[string]bool{
	"live_attendances.version": true, "waits.name": true, "waits.misses": true, "live_visits.role": true, "live_attendances.who": true,
	"person_requests.kind": true, "live_evidence.kind": true, "certificates.revoked_at": true,
}

func (w words) column(table, column string) string {
	if special[table+"."+column] {
		return w("privacy.column_" + table + "_" + column)
	}
	return w("privacy.column_" + column)
}

// JSON writes everything about a person with its dictionary.
func (w Whole) JSON(out io.Writer, say func(key string) string) error {
	t := taken{Format: copyFormat, Made: w.At.UTC(), Notice: people.NoticeVersion}
	for _, k := range w.Tables {
		one := takenTable{Table: k.Table, Group: string(k.Group), Meaning: words(say).table(k.Table), Hidden: k.Hidden, Rows: []map[string]any{}}
		for _, c := range k.Columns {
			one.Columns = append(one.Columns, takenColumn{c, words(say).column(k.Table, c)})
		}
		for _, r := range k.Rows {
			row := map[string]any{}
			for i, c := range k.Columns {
				row[c] = r[i]
			}
			one.Rows = append(one.Rows, row)
		}
		t.Tables = append(t.Tables, one)
	}
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(t)
}

// sheet is a table for reading on paper: what it means, and its rows as words.
type sheet struct {
	Title   string
	Columns []string
	Rows    [][]string
}

// sheets are the tables of w that have rows.
func (w Whole) sheets(say func(key string) string, zone *time.Location) []sheet {
	var list []sheet
	for _, k := range w.Tables {
		if len(k.Rows) == 0 {
			continue
		}
		s := sheet{Title: words(say).table(k.Table)}
		for _, c := range k.Columns {
			s.Columns = append(s.Columns, words(say).column(k.Table, c))
		}
		for _, r := range k.Rows {
			row := make([]string, len(r))
			for i, v := range r {
				row[i] = shown(v, zone, say)
			}
			s.Rows = append(s.Rows, row)
		}
		list = append(list, s)
	}
	return list
}

func shown(v any, zone *time.Location, say func(string) string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return v.In(zone).Format("2006-01-02 15:04")
	case bool:
		if v {
			return say("privacy.yes")
		}
		return say("privacy.no")
	case int64:
		return strconv.FormatInt(v, 10)
	case string:
		return v
	}
	return fmt.Sprint(v)
}

// Copy reads and writes a person's JSON, for commands and tests.
func (s *Store) Copy(ctx context.Context, personID string, out io.Writer, say func(key string) string) error {
	w, err := s.Read(ctx, personID)
	if err != nil {
		return err
	}
	return w.JSON(out, say)
}
