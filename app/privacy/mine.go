package privacy

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"silverclass/app/fault"
	"silverclass/app/people"
)

// Whole is everything that is kept about one person, as the keepers gave it.
type Whole struct {
	Person people.Person
	Tables []people.KeptRows
	At     time.Time
}

// Read reads everything about a person, whichever card of hers it hangs on. When she is
// erased meanwhile it is fault.NotFound and never half of her.
func (s *Store) Read(ctx context.Context, personID string) (Whole, error) {
	w := Whole{At: s.now()}
	p := people.NewStore(s.db, s.now)
	ids, err := p.Together(ctx, personID)
	if err != nil {
		return w, err
	}
	for _, k := range s.keepers {
		for n, id := range ids {
			tables, err := k.Export(ctx, s.db, id)
			if err != nil {
				return w, err
			}
			if n == 0 {
				w.Tables = append(w.Tables, tables...)
				continue
			}
			for i, t := range tables {
				have := &w.Tables[len(w.Tables)-len(tables)+i]
				have.Rows = append(have.Rows, notIn(have.Rows, t.Rows)...)
			}
		}
	}
	w.Person, err = p.Person(ctx, personID)
	return w, err
}

// notIn are the rows that are not among others: what ties two numbers of a person is found
// with either.
func notIn(others, rows [][]any) [][]any {
	had := make(map[string]bool, len(others))
	for _, r := range others {
		had[fmt.Sprint(r...)] = true
	}
	return slices.DeleteFunc(rows, func(r []any) bool { return had[fmt.Sprint(r...)] })
}

// Titles says what an object is called in a language: "lesson:…", "session:…",
// "venue:…", "staff:…". It is empty for what has no name.
type Titles func(ctx context.Context, object, lang string) string

// line is one thing that is kept, for reading.
type line struct {
	When time.Time // zero when it has no time
	What string
	Note string
}

// part is one group: what it is and its lines, the newest first.
type part struct {
	Group people.KeptGroup
	Count int
	Lines []line
}

// partLines is how many lines of a group the screen has; paper has all.
const partLines = 60

// teller turns rows into lines in one language.
type teller struct {
	ctx    context.Context
	lang   string
	t      func(key string, args fault.Args) string
	titles Titles
	phone  func(personID string) string // 138****5678
}

// parts are the groups of w in their order, each with at most so many lines.
func (t teller) parts(w Whole, most int) []part {
	var list []part
	for _, g := range people.KeptGroups() {
		p := part{Group: g}
		for _, table := range w.Tables {
			if table.Group != g {
				continue
			}
			p.Count += len(table.Rows)
			for i := len(table.Rows) - 1; i >= 0 && len(p.Lines) < most; i-- {
				p.Lines = append(p.Lines, t.line(table, table.Rows[i]))
			}
		}
		list = append(list, p)
	}
	return list
}

// about are the columns that name what a row is about, and the kind of thing that is.
var about = []struct{ column, kind string }{
	{"lesson", "lesson"}, {"scene", "lesson"}, {"quiz", "lesson"}, {"session_id", "session"}, {"class_id", "session"}, {"venue_id", "venue"},
}

func (t teller) line(k people.KeptRows, row []any) line {
	of := func(column string) any {
		for i, c := range k.Columns {
			if c == column {
				return row[i]
			}
		}
		return nil
	}
	text := func(column string) string { s, _ := of(column).(string); return s }
	l := line{Note: t.t("privacy.table_"+k.Table, nil)}
	first, _, _ := strings.Cut(k.Order, ",")
	if at, ok := of(strings.TrimSpace(first)).(time.Time); ok {
		l.When = at
	} else if at, ok := of("created_at").(time.Time); ok {
		l.When = at
	}
	switch k.Table {
	case "persons":
		l.What = t.person(text("name"), people.AgeBand(text("age_band")), people.Sex(text("sex")))
	case "cards", "sheet_cards":
		l.What = people.Card{Number: text("number")}.Grouped()
	case "phones":
		l.What = t.phone(text("person_id"))
	case "consents":
		l.What = t.t("privacy.purpose_"+text("purpose"), nil)
		l.When, _ = of("given_at").(time.Time)
		if back, ok := of("withdrawn_at").(time.Time); ok {
			l.When, l.Note = back, t.t("privacy.verb_withdrew", nil)
		}
	case "audits":
		l.What = t.t("people.act_"+text("act"), nil)
		l.Note = t.t("privacy.by_yourself", nil)
		if by := text("staff_id"); by != "" {
			l.Note = t.titles(t.ctx, "staff:"+by, t.lang)
		}
	case "courses_runs":
		l.Note = t.so(l.Note, of("finished_at"))
	case "practice_plays", "quiz_attempts":
		l.Note = t.so(l.Note, of("done_at"))
	case "ledger_facts":
		l.What, l.Note = t.titles(t.ctx, text("object"), t.lang), t.t("privacy.verb_"+text("verb"), nil)
	case "person_requests":
		l.What = t.t("privacy.kind_"+text("kind"), nil)
	}
	for _, a := range about {
		if id := text(a.column); l.What == "" && id != "" {
			l.What = t.titles(t.ctx, a.kind+":"+id, t.lang)
		}
	}
	if l.What == "" {
		l.What, l.Note = l.Note, ""
	}
	return l
}

// person is what is known of somebody, and nothing of what is not.
func (t teller) person(name string, age people.AgeBand, sex people.Sex) string {
	known := []string{name}
	if age != people.AgeUnknown {
		known = append(known, t.t(age.Key(), nil))
	}
	if sex != people.SexUnknown {
		known = append(known, t.t(sex.Key(), nil))
	}
	return strings.Join(notEmpty(known...), t.t("privacy.comma", nil))
}

// so adds to what something is whether it was done; at is when, nil when it was not.
func (t teller) so(what string, at any) string {
	key := "privacy.done"
	if at == nil {
		key = "privacy.not_done"
	}
	return what + t.t("privacy.comma", nil) + t.t(key, nil)
}

func notEmpty(list ...string) []string {
	var some []string
	for _, s := range list {
		if s != "" {
			some = append(some, s)
		}
	}
	return some
}
