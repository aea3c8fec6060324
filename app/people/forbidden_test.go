package people_test

import (
	"slices"
	"strings"
	"testing"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// never are words that name what this program must not keep of anybody (privacy.md E.2):
// no column of any table may be called so.
var never = []string{
	"idcard", "passport", "birth", "birthday", "birthdate", "dob", "born", "address", "street", "home",
	"health", "disease", "disability", "illness", "bank", "iban", "account", "salary", "income",
	"face", "photo", "portrait", "fingerprint", "voiceprint", "biometric", "latitude", "longitude", "gps",
	"children", "child", "spouse", "religion", "ethnicity",
}

// pairs are two words that name such a thing together.
var pairs = []string{"id number", "id no", "id card", "birth date", "birth day", "card photo", "bank card"}

func TestNoColumnKeepsWhatMustNotBeKept(t *testing.T) {
	d := dbtest.Open(t)
	query := `SELECT m.name || '.' || p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type IN ('table', 'view') ORDER BY 1`
	if !db.IsSQLite(d.DB) {
		query = `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1`
	}
	var columns []string
	if err := d.WithContext(t.Context()).Raw(query).Scan(&columns).Error; err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(columns, "persons.age_band") || len(columns) < 100 {
		t.Fatalf("these are not all columns: %v", columns)
	}
	for _, c := range columns {
		_, name, _ := strings.Cut(c, ".")
		words := strings.Split(strings.ToLower(name), "_")
		for _, w := range words {
			if slices.Contains(never, w) {
				t.Errorf("column %s keeps what must not be kept", c)
			}
		}
		for _, p := range pairs {
			if strings.Contains(strings.Join(words, " "), p) {
				t.Errorf("column %s keeps what must not be kept", c)
			}
		}
	}
	if got := columnsOf(columns, "persons"); !slices.Equal(got, []string{"age_band", "created_at", "id", "name", "provisional", "sex"}) {
		t.Errorf("persons keeps %v: read privacy.md E.2 before adding to it", got)
	}
}

func columnsOf(columns []string, table string) []string {
	var names []string
	for _, c := range columns {
		if name, ok := strings.CutPrefix(c, table+"."); ok {
			names = append(names, name)
		}
	}
	return names
}
