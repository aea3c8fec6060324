package main

import (
	"strings"
	"testing"

	"silverclass/app/db/dbtest"
	"silverclass/app/privacy"
)

// TestKeepersNameEveryTableWithAPerson compares the keepers with the schema: who adds a
// table that leads to somebody says how it is read and erased.
func TestKeepersNameEveryTableWithAPerson(t *testing.T) {
	real := tables(t, dbtest.Open(t))
	kept, names := map[string]bool{}, map[string]bool{}
	for _, k := range append(keepers(), privacy.Keeper()) {
		if names[k.Name()] {
			t.Errorf("two keepers are called %s", k.Name())
		}
		names[k.Name()] = true
		for _, one := range k.Kept() {
			kept[one.Table] = true
			columns, ok := real[one.Table]
			if !ok {
				t.Errorf("%s keeps %s, which is no table", k.Name(), one.Table)
			}
			for _, h := range one.Hidden {
				if _, ok := columns[h]; !ok {
					t.Errorf("%s hides %s.%s, which is no column", k.Name(), one.Table, h)
				}
			}
		}
	}
	for table, columns := range real {
		_, person := columns["person_id"]
		if person && !kept[table] && table != "ledger_effective" && !strings.HasPrefix(table, "report_") { // the view of ledger_facts
			t.Errorf("%s has a person_id and no keeper answers for it: add a people.Kept to its store's keeper.go", table)
		}
	}
	if last := keepers()[len(keepers())-1]; last.Name() != "people" || last.Kept()[0].Table != "persons" {
		t.Error("the learner's own row must go last")
	}
}
