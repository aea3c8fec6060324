package main

import (
	"context"
	"fmt"
	"go/ast"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm/schema"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// column is one column of the real schema.
type column struct {
	kind     string
	optional bool
}

// tables reads the migrated schema.
func tables(t *testing.T, d *db.DB) map[string]map[string]column {
	t.Helper()
	query := `SELECT m.name AS "table", p.name AS "column", lower(p.type) AS kind, p."notnull" = 0 AS optional
		FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table'`
	if !db.IsSQLite(d.DB) {
		query = `SELECT table_name AS "table", column_name AS "column", coalesce(domain_name, data_type) AS kind, is_nullable = 'YES' AS optional
			FROM information_schema.columns WHERE table_schema = current_schema()`
	}
	var rows []struct {
		Table, Column, Kind string
		Optional            bool
	}
	if err := d.WithContext(context.Background()).Raw(query).Scan(&rows).Error; err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]column{}
	for _, r := range rows {
		if all[r.Table] == nil {
			all[r.Table] = map[string]column{}
		}
		all[r.Table][r.Column] = column{r.Kind, r.Optional}
	}
	return all
}

// model is a struct that is a row.
type model struct {
	at     string
	table  string
	fields []*ast.Field
}

// models finds every struct with a TableName method in the tree's source, exported or
// not.
func models(t *testing.T) []model {
	t.Helper()
	set, all := sources(t)
	names := map[string]string{} // package and type → table
	for _, s := range all {
		for _, d := range s.syntax.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test || f.Recv == nil || f.Name.Name != "TableName" || len(f.Body.List) != 1 {
				continue
			}
			if r, ok := f.Body.List[0].(*ast.ReturnStmt); ok {
				if l, ok := r.Results[0].(*ast.BasicLit); ok {
					names[s.pkg+"."+receiver(f)], _ = strconv.Unquote(l.Value)
				}
			}
		}
	}
	var found []model
	for _, s := range all {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok || names[s.pkg+"."+spec.Name.Name] == "" {
				return true
			}
			if st, ok := spec.Type.(*ast.StructType); ok {
				found = append(found, model{set.Position(spec.Pos()).String(), names[s.pkg+"."+spec.Name.Name], st.Fields.List})
			}
			return true
		})
	}
	if len(found) < 10 {
		t.Fatalf("found only %d models in the source", len(found))
	}
	return found
}

// columnOf is the column that gorm reads a field from; "" when the field is none.
func columnOf(f *ast.Field, name string) string {
	if f.Tag != nil {
		text, _ := strconv.Unquote(f.Tag.Value)
		settings := schema.ParseTagSetting(reflect.StructTag(text).Get("gorm"), ";")
		_, ignored := settings["-"]
		_, embedded := settings["EMBEDDED"] // its own fields are the columns
		if ignored || embedded {
			return ""
		}
		if c := settings["COLUMN"]; c != "" {
			return c
		}
	}
	return schema.NamingStrategy{}.ColumnName("", name)
}

func TestModelsFitTheSchema(t *testing.T) {
	real := tables(t, dbtest.Open(t))
	for _, m := range models(t) {
		columns, ok := real[m.table]
		if !ok {
			t.Errorf("%s: no migration makes table %s", m.at, m.table)
			continue
		}
		for _, f := range m.fields {
			for _, name := range f.Names {
				at := fmt.Sprintf("%s: %s", m.at, name.Name)
				c := columnOf(f, name.Name)
				if c == "" || !name.IsExported() {
					continue
				}
				got, ok := columns[c]
				_, pointer := f.Type.(*ast.StarExpr)
				switch {
				case !ok:
					t.Errorf("%s: table %s has no column %s", at, m.table, c)
				case pointer != got.optional:
					t.Errorf("%s: absent is nil exactly where %s.%s may be NULL (pointer %v, NULL %v)", at, m.table, c, pointer, got.optional)
				}
			}
		}
	}
}

func TestColumnsHaveTheFourTypes(t *testing.T) {
	d := dbtest.Open(t)
	kinds := []string{"text", "bigint", "boolean", "datetime"}
	for table, columns := range tables(t, d) {
		if strings.HasPrefix(table, "goose_") || strings.HasPrefix(table, "sqlite_") {
			continue
		}
		for name, c := range columns {
			if !slices.Contains(kinds, c.kind) {
				t.Errorf("%s.%s is of type %s, want one of %v", table, name, c.kind, kinds)
			}
		}
	}
}

// neverKept are parts of the names of columns that this program does without: what they
// would hold, a city does not need in order to teach (PIPL 6, design.md §3).
var neverKept = []string{"id_number", "id_card", "identity", "passport", "face", "birth", "address", "health", "illness", "bank", "account_no", "wechat", "income"}

func TestNoColumnHoldsWhatWeNeverKeep(t *testing.T) {
	for table, columns := range tables(t, dbtest.Open(t)) {
		for name := range columns {
			for _, part := range neverKept {
				// A venue's address is where the hall is; faces are the three of a rating.
				if strings.Contains(name, part) && !(table == "venues" && name == "address") && !(name == "faces") {
					t.Errorf("%s.%s: we never keep %s of anybody", table, name, part)
				}
			}
		}
	}
}
