package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
	"silverclass/app/people"
	"silverclass/app/privacy"
	"silverclass/locales"
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

// TestCopyHasWordsForEveryTableAndColumn compares the dictionary of what a person takes
// along, and of the city's papers, with the schema: nobody reads a column's bare name.
func TestCopyHasWordsForEveryTableAndColumn(t *testing.T) {
	d := dbtest.Open(t)
	stores := append(keepers(), privacy.Keeper())
	store := privacy.NewStore(d.DB, time.Now, keepers(), nil)
	somebody, err := people.NewStore(d.DB, time.Now).Issue(t.Context(), people.Issue{ID: db.NewID()})
	if err != nil {
		t.Fatal(err)
	}
	for _, lang := range locales.Languages() {
		words := messages(t, lang)
		missing := map[string]bool{}
		say := func(key string) string {
			if words[key].forms["other"] == "" && !missing[key] {
				missing[key] = true
				t.Errorf("no words in %s for %s", lang, key)
			}
			return key
		}
		var whole bytes.Buffer
		if err := store.Copy(t.Context(), somebody.Person.ID, &whole, say); err != nil {
			t.Fatal(err)
		}
		for _, paper := range privacy.Papers() {
			if _, err := store.Paper(t.Context(), paper, say); err != nil {
				t.Fatal(err)
			}
		}
		for _, k := range stores {
			for _, one := range k.Kept() {
				if !strings.Contains(whole.String(), "privacy.table_"+one.Table) {
					t.Errorf("the copy says nothing of %s", one.Table)
				}
				say("privacy.group_" + string(one.Group))
			}
		}
	}
}
