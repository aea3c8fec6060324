package people

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"

	"silverclass/app/db"
)

// Keeper answers for what one store keeps about a person. Every store with a table that
// leads to somebody has one (its file is keeper.go), and the program joins them: what a
// person may read, take along and have erased is what the keepers name, no more and no
// less. A test compares them with the schema.
type Keeper interface {
	// Name is the store's: "courses". It is unique.
	Name() string
	// Kept lists the tables; see Kept.
	Kept() []Kept
	// Export reads every row about the person, one table for each of Kept in its order,
	// also those without rows. It changes nothing.
	Export(ctx context.Context, g *gorm.DB, personID string) ([]KeptRows, error)
	// Erase deletes what names the person, in the caller's transaction, before her own row
	// is deleted. Nobody there is no error. Facts and tables that Stay are left alone.
	Erase(ctx context.Context, tx *gorm.DB, personID string) error
}

// KeptGroup is the heading under which a person finds something of hers; its words are
// privacy.group_GROUP.
type KeptGroup string

// The groups, in the order in which a person sees them.
const (
	KeptCard         KeptGroup = "card"         // who she is: card, name, age band, phone, consents
	KeptLessons      KeptGroup = "lessons"      // lessons and quizzes
	KeptPractice     KeptGroup = "practice"     // scenes
	KeptAttendance   KeptGroup = "attendance"   // when she came, where she sat
	KeptCertificates KeptGroup = "certificates" // what she was given
	KeptLooks        KeptGroup = "looks"        // who looked at her or changed something
	KeptFacts        KeptGroup = "facts"        // what the counts are made of
)

// KeptGroups lists the groups in their order.
func KeptGroups() []KeptGroup {
	return []KeptGroup{KeptCard, KeptLessons, KeptPractice, KeptAttendance, KeptCertificates, KeptFacts, KeptLooks}
}

// Kept is one table in which a store keeps something about a person. In locales,
// privacy.table_TABLE says what it is for, and privacy.column_COLUMN (or, where one
// word has two meanings, privacy.column_TABLE_COLUMN) what stands in a column.
type Kept struct {
	Table string
	Group KeptGroup
	// Where is the condition that makes a row hers. Each ? stands for her number; empty
	// means "person_id = ?".
	Where string
	// Order are the columns by which the rows stand, such as "started_at, id".
	Order string
	// Hidden are columns that are not shown: hashes, seals and keys, which say nothing to
	// a person and open something to others.
	Hidden []string
	// Stays is true for rows that outlive her and then point to a number that is nobody's,
	// because counts are made of them. privacy.stays_TABLE says why.
	Stays bool
	// Months is how long a row is kept at most, if nobody erases it before; 0 means as
	// long as the person.
	Months int
}

// KeptRows are the rows of one table that are about one person. A value is nil, a string,
// an int64, a bool or a time.Time.
type KeptRows struct {
	Kept
	Columns []string
	Rows    [][]any
}

// tables is the keeper of a store whose tables say everything.
type tables struct {
	name string
	kept []Kept
}

// NewKeeper is the keeper of a store whose rows are found, read and deleted by Kept
// alone. A store that must do more embeds it and adds to it.
func NewKeeper(name string, kept ...Kept) Keeper { return tables{name, kept} }

func (t tables) Name() string { return t.name }
func (t tables) Kept() []Kept { return t.kept }

func (t tables) Export(ctx context.Context, g *gorm.DB, personID string) ([]KeptRows, error) {
	all := make([]KeptRows, len(t.kept))
	for i, k := range t.kept {
		rows, err := k.read(ctx, g, personID)
		if err != nil {
			return nil, fmt.Errorf("read %s of a person: %w", k.Table, err)
		}
		all[i] = rows
	}
	return all, nil
}

// Erase goes from the last table to the first, so that those below others come first.
func (t tables) Erase(ctx context.Context, tx *gorm.DB, personID string) error {
	if !db.InWrite(tx) {
		return fmt.Errorf("people: %s erases outside a transaction", t.name)
	}
	for i := len(t.kept) - 1; i >= 0; i-- {
		k := t.kept[i]
		if k.Stays {
			continue
		}
		if err := tx.WithContext(ctx).Exec("DELETE FROM "+k.Table+" WHERE "+k.where(), k.args(personID)...).Error; err != nil {
			return fmt.Errorf("erase from %s: %w", k.Table, err)
		}
	}
	return nil
}

func (k Kept) where() string {
	if k.Where == "" {
		return "person_id = ?"
	}
	return k.Where
}

func (k Kept) args(personID string) []any {
	args := make([]any, strings.Count(k.where(), "?"))
	for i := range args {
		args[i] = personID
	}
	return args
}

// Count is how many rows of this table are about the person.
func (k Kept) Count(ctx context.Context, g *gorm.DB, personID string) (n int64, err error) {
	err = g.WithContext(ctx).Raw("SELECT count(*) FROM "+k.Table+" WHERE "+k.where(), k.args(personID)...).Scan(&n).Error
	return n, err
}

func (k Kept) read(ctx context.Context, g *gorm.DB, personID string) (KeptRows, error) {
	found := KeptRows{Kept: k}
	stmt := "SELECT * FROM " + k.Table + " WHERE " + k.where()
	if k.Order != "" {
		stmt += " ORDER BY " + k.Order
	}
	rows, err := g.WithContext(ctx).Raw(stmt, k.args(personID)...).Rows()
	if err != nil {
		return found, err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return found, err
	}
	types, err := rows.ColumnTypes()
	if err != nil {
		return found, err
	}
	var shown []int
	for i, name := range names {
		if !slices.Contains(k.Hidden, name) {
			shown = append(shown, i)
			found.Columns = append(found.Columns, name)
		}
	}
	for rows.Next() {
		all := make([]any, len(names))
		into := make([]any, len(names))
		for i := range all {
			into[i] = &all[i]
		}
		if err := rows.Scan(into...); err != nil {
			return found, err
		}
		one := make([]any, len(shown))
		for i, n := range shown {
			one[i] = plain(all[n], types[n].DatabaseTypeName())
		}
		found.Rows = append(found.Rows, one)
	}
	return found, rows.Err()
}

// plain is a value as every database would give it: SQLite keeps yes and no as 1 and 0.
func plain(v any, kind string) any {
	switch v := v.(type) {
	case []byte:
		return string(v)
	case int64:
		if strings.HasPrefix(strings.ToUpper(kind), "BOOL") {
			return v != 0
		}
	}
	return v
}

// KeeperOfPeople answers for learners, cards and who looked at them.
func KeeperOfPeople() Keeper {
	return NewKeeper("people",
		Kept{Table: "persons", Group: KeptCard, Where: "id = ?", Order: "id"},
		Kept{Table: "cards", Group: KeptCard, Order: "created_at, number"},
		Kept{Table: "sheet_cards", Group: KeptCard, Order: "number", Where: "number IN (SELECT number FROM cards WHERE person_id = ?)"},
		Kept{Table: "consents", Group: KeptCard, Order: "purpose", Months: 36},
		Kept{Table: "phones", Group: KeptCard, Hidden: []string{"key_id", "sealed", "lookup"}, Months: 12},
		Kept{Table: "people_comfort", Group: KeptCard, Order: "changed_at"},
		Kept{Table: "person_links", Group: KeptCard, Order: "linked_at, id", Where: "person_id = ? OR other_id = ?", Stays: true},
		Kept{Table: "waits", Group: KeptCard, Order: "name", Where: "name IN (SELECT 'card:' || number FROM cards WHERE person_id = ?)"},
		Kept{Table: "ledger_facts", Group: KeptFacts, Order: "at, id", Stays: true},
		Kept{Table: "audits", Group: KeptLooks, Where: "object = 'person:' || ?", Order: "at, id", Stays: true, Months: 12},
	)
}
