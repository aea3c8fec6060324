package privacy

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"silverclass/app/fault"
)

// Papers are what a city asks for: an impact assessment, a record of processing, and what
// to do when something goes wrong. The first two are made from the schema as it is, so
// they cannot say something else than what the program does.
func Papers() []string { return []string{"impact", "record", "incident"} }

// Paper is one of Papers in one language.
type Paper struct {
	Name     string
	Title    string
	Sections []Section
}

// Section is a heading with sentences, a table, or both. The first row of a table is its
// heading.
type Section struct {
	Title string
	Lines []string
	Table [][]string
}

// sectionLines is how many sentences each section of fixed words has.
var sectionLines = map[string][]int{
	"impact":   {3, 3, 6, 3},
	"record":   {3},
	"incident": {3, 4, 4, 3},
}

// Paper makes one. Fault: NotFound for a name that is none of Papers.
func (s *Store) Paper(ctx context.Context, name string, say func(string) string) (Paper, error) {
	if !slices.Contains(Papers(), name) {
		return Paper{}, fault.New(fault.NotFound, "web.not_found")
	}
	p := Paper{Name: name, Title: say("privacy.paper_" + name)}
	for i, lines := range sectionLines[name] {
		key := fmt.Sprintf("privacy.paper_%s_%d", name, i+1)
		one := Section{Title: say(key)}
		for n := range lines {
			one.Lines = append(one.Lines, say(fmt.Sprintf("%s_%d", key, n+1)))
		}
		p.Sections = append(p.Sections, one)
	}
	var err error
	var more []Section
	switch name {
	case "impact":
		more, err = s.columns(ctx, say)
	case "record":
		more = []Section{s.record(say)}
	}
	p.Sections = append(p.Sections, more...)
	return p, err
}

// record is a line for each table: what for, how long, and what stays.
func (s *Store) record(say func(string) string) Section {
	one := Section{Title: say("privacy.paper_kept"), Table: [][]string{{say("privacy.paper_what"), say("privacy.paper_for"), say("privacy.paper_long"), say("privacy.paper_after")}}}
	for _, keeper := range s.keepers {
		for _, k := range keeper.Kept() {
			long := say("privacy.paper_months_24")
			if k.Months > 0 {
				long = say(fmt.Sprintf("privacy.paper_months_%d", k.Months))
			}
			after := say("privacy.paper_deleted")
			if k.Stays {
				after = say("privacy.paper_stays")
			}
			one.Table = append(one.Table, []string{words(say).table(k.Table), say("privacy.why_" + string(k.Group)), long, after})
		}
	}
	if s.recordings.Wanted() {
		one.Table = append(one.Table, []string{say("privacy.due_recording"), say("privacy.why_recording"),
			fmt.Sprint(s.recordings.Days(), " ", say("privacy.paper_days")), say("privacy.paper_nobody")})
	}
	return one
}

// columns are the tables as the database has them now, each column with its meaning.
func (s *Store) columns(ctx context.Context, say func(string) string) ([]Section, error) {
	var list []Section
	for _, keeper := range s.keepers {
		for _, k := range keeper.Kept() {
			rows, err := s.db.WithContext(ctx).Raw("SELECT * FROM " + k.Table + " WHERE 1 = 0").Rows()
			if err != nil {
				return nil, fmt.Errorf("columns of %s: %w", k.Table, err)
			}
			names, err := rows.Columns()
			rows.Close()
			if err != nil {
				return nil, err
			}
			one := Section{Title: words(say).table(k.Table) + " (" + k.Table + ")"}
			for _, c := range names {
				meaning := say("privacy.paper_sealed")
				if !slices.Contains(k.Hidden, c) {
					meaning = words(say).column(k.Table, c)
				}
				one.Table = append(one.Table, []string{c, meaning})
			}
			list = append(list, one)
		}
	}
	return list, nil
}

// Write writes a paper as plain text with Markdown's headings and tables.
func (p Paper) Write(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n", p.Title)
	for _, s := range p.Sections {
		fmt.Fprintf(&b, "\n## %s\n\n", s.Title)
		for _, l := range s.Lines {
			fmt.Fprintf(&b, "- %s\n", l)
		}
		for i, row := range s.Table {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
			if i == 0 {
				fmt.Fprintf(&b, "|%s\n", strings.Repeat("---|", len(row)))
			}
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}
