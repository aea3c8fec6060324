package db_test

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/fault"
)

// column is what both databases must agree on. Type is one of the four.
type column struct {
	Table, Name, Type string
	Null, Key         bool
}

// Both databases are migrated from scratch and must come out with the same tables,
// columns, types, nullability, keys, indexes and views. It needs PostgreSQL, and then compares SQLite.
func TestBothDatabasesHaveTheSameSchema(t *testing.T) {
	if !dbtest.IsPostgres() {
		return
	}
	pg := dbtest.Open(t)
	lite, err := db.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "schema.db"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { lite.Close() })
	if err := db.Migrate(t.Context(), lite); err != nil {
		t.Fatal(err)
	}
	a, b := columns(t, lite, sqliteColumns), columns(t, pg, postgresColumns)
	if diff := cmp.Diff(a, b); diff != "" {
		t.Errorf("schemas differ (-sqlite +postgres):\n%s", diff)
	}
	if len(a) < 30 {
		t.Errorf("only %d columns were compared", len(a))
	}
	for _, q := range []struct{ what, sqlite, postgres string }{
		{"indexes", sqliteIndexes, postgresIndexes},
		{"foreign keys", sqliteForeign, postgresForeign},
		{"unique keys", sqliteUnique, postgresUnique},
		{"views", sqliteViews, postgresViews},
	} {
		a, b := names(t, lite, q.sqlite), names(t, pg, q.postgres)
		if diff := cmp.Diff(a, b); diff != "" || len(a) == 0 {
			t.Errorf("%d %s differ (-sqlite +postgres):\n%s", len(a), q.what, diff)
		}
	}
}

const sqliteColumns = `SELECT m.name AS "table", p.name, lower(p.type) AS type,
		p."notnull" = 0 AS "null", p.pk > 0 AS key
	FROM sqlite_master m JOIN pragma_table_info(m.name) p
	WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%' AND m.name <> 'goose_db_version'
	ORDER BY m.name, p.name`

const postgresColumns = `SELECT c.table_name AS "table", c.column_name AS name,
		COALESCE(c.domain_name, c.data_type) AS type, c.is_nullable = 'YES' AS "null",
		EXISTS (SELECT 1 FROM information_schema.table_constraints k
			JOIN information_schema.key_column_usage u ON u.constraint_name = k.constraint_name AND u.table_schema = k.table_schema
			WHERE k.constraint_type = 'PRIMARY KEY' AND u.table_name = c.table_name AND u.column_name = c.column_name) AS key
	FROM information_schema.columns c
	JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
	WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> 'goose_db_version'
	ORDER BY c.table_name, c.column_name`

const sqliteIndexes = `SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name`

const postgresIndexes = `SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'
	AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname) ORDER BY indexname`

const sqliteForeign = `SELECT m.name || '.' || f."from" || ' ' || f."table" || ' ' || f.on_delete AS name
	FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1`

const postgresForeign = `SELECT k.conrelid::regclass::text || '.' || a.attname || ' ' || k.confrelid::regclass::text || ' ' ||
		CASE k.confdeltype WHEN 'a' THEN 'NO ACTION' WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'r' THEN 'RESTRICT' ELSE '?' END AS name
	FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
	WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace ORDER BY 1`

const sqliteUnique = `SELECT m.name || ' ' || (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY name)) AS name
	FROM sqlite_master m JOIN pragma_index_list(m.name) i WHERE m.type = 'table' AND i.origin = 'u'
		AND m.name <> 'goose_db_version' ORDER BY 1`

const postgresUnique = `SELECT k.conrelid::regclass::text || ' ' || string_agg(a.attname, ',' ORDER BY a.attname) AS name
	FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
	WHERE k.contype = 'u' AND k.connamespace = 'public'::regnamespace GROUP BY k.oid, k.conrelid ORDER BY 1`

const sqliteViews = `SELECT name FROM sqlite_master WHERE type = 'view' ORDER BY name`

const postgresViews = `SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'public' ORDER BY 1`

func columns(t *testing.T, d *db.DB, query string) []column {
	t.Helper()
	cols, err := db.Rows[column](d.DB).Raw(query).Find(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cols
}

func names(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	var all []string
	if err := db.Rows[column](d.DB).Raw(query).Scan(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// Instances that start together migrate one new database together; several times,
// because who gets in whose way differs from time to time.
func TestSeveralMigrateAtOnce(t *testing.T) {
	for range 5 {
		severalMigrate(t, emptyDatabase(t))
	}
}

func severalMigrate(t *testing.T, url string) {
	t.Helper()
	var all sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		all.Go(func() {
			d, err := db.Open(t.Context(), url, time.Now)
			if err != nil {
				errs[i] = err
				return
			}
			errs[i] = errors.Join(db.Migrate(t.Context(), d), d.Close())
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), url, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if late, err := db.Pending(t.Context(), d); err != nil || late {
		t.Errorf("still to migrate: %v, %v", late, err)
	}
	nodes := names(t, d, `SELECT id AS name FROM ledger_nodes`)
	if len(nodes) != 1 || len(nodes[0]) != 36 {
		t.Errorf("nodes: %v, want one", nodes)
	}
}

// A database that orders text by a language's rules is refused.
func TestAnotherCollationIsRefused(t *testing.T) {
	if !dbtest.IsPostgres() {
		return
	}
	url := emptyDatabase(t, `LOCALE_PROVIDER icu ICU_LOCALE 'zh'`)
	_, err := db.Open(t.Context(), url, time.Now)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Key != "db.collation" {
		t.Fatalf("got %v, want db.collation", err)
	}
	if found := fmt.Sprint(f.Args["Found"]); !strings.Contains(found, "zh") {
		t.Errorf("found %q, want it to name the locale", found)
	}
}

func TestAServerThatTakesNobodyInIsNamed(t *testing.T) {
	refusals := map[string]string{"postgres://u:hidden@127.0.0.1:1/none?sslmode=disable": "db.no_server"}
	if dbtest.IsPostgres() {
		missing, err := dbtest.WithDatabase(os.Getenv(dbtest.EnvURL), "no_such")
		if err != nil {
			t.Fatal(err)
		}
		refusals[missing] = "db.no_database"
		address, err := url.Parse(missing)
		if err != nil {
			t.Fatal(err)
		}
		address.User = url.UserPassword("no_such", "hidden")
		refusals[address.String()] = "db.not_let_in"
	}
	for address, want := range refusals {
		_, err := db.Open(t.Context(), address, time.Now)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Key != want || f.Args["Server"] == "" {
			t.Errorf("%s: got %v, want %s with the server", address, err, want)
		}
		if strings.Contains(fmt.Sprint(f.Args), "hidden") {
			t.Errorf("%s: the password is told: %v", address, f.Args)
		}
	}
	if _, err := db.Open(t.Context(), "mysql://x", time.Now); fault.KindOf(err) != fault.Invalid {
		t.Errorf("got %v, want an invalid address", err)
	}
}

// emptyDatabase is the address of a new database without any table.
func emptyDatabase(t *testing.T, locale ...string) string {
	t.Helper()
	if !dbtest.IsPostgres() {
		return "sqlite:" + filepath.Join(t.TempDir(), "empty.db")
	}
	server := os.Getenv(dbtest.EnvURL)
	name := fmt.Sprintf("silverclass_test_%d_empty%s", time.Now().Unix(), strings.ReplaceAll(db.NewRandomID(), "-", "")[:12])
	run := func(stmt string) {
		t.Helper()
		ctx := context.Background()
		conn, err := pgx.Connect(ctx, server)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(ctx)
		if _, err := conn.Exec(ctx, stmt); err != nil {
			t.Fatal(err)
		}
	}
	run(`CREATE DATABASE ` + name + ` TEMPLATE template0 ` + strings.Join(locale, " "))
	t.Cleanup(func() { run(`DROP DATABASE IF EXISTS ` + name + ` WITH (FORCE)`) })
	address, err := dbtest.WithDatabase(server, name)
	if err != nil {
		t.Fatal(err)
	}
	return address
}
