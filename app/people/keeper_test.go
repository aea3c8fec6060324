package people_test

import (
	"testing"

	"gorm.io/gorm"

	"silverclass/app/db"
	"silverclass/app/people"
)

func TestKeeperShowsEveryRowOfAPersonAndErasesIt(t *testing.T) {
	s, d, _ := newStore(t)
	ctx := t.Context()
	stays := must(s.Issue(ctx, people.Issue{ID: db.NewID(), Name: "李叔叔", AgeBand: people.Age65}))(t)
	goes := must(s.Issue(ctx, people.Issue{ID: db.NewID(), Name: "王阿姨", AgeBand: people.Age70}))(t)
	if err := s.Charge(ctx, "card:"+goes.Card.Number); err != nil {
		t.Fatal(err)
	}
	if err := s.Note(ctx, people.Audit{Act: people.OpenedPerson, Object: "person:" + goes.Person.ID}); err != nil {
		t.Fatal(err)
	}
	keeper := people.KeeperOfPeople()
	rows := func(id string) map[string]int {
		n := map[string]int{}
		for _, k := range must(keeper.Export(ctx, d.DB, id))(t) {
			n[k.Table] = len(k.Rows)
		}
		return n
	}
	before := rows(goes.Person.ID)
	for table, want := range map[string]int{"persons": 1, "cards": 1, "waits": 1, "ledger_facts": 1, "audits": 1} {
		if before[table] != want {
			t.Errorf("export has %d rows of %s, want %d", before[table], table, want)
		}
	}
	err := db.Write(ctx, d.DB, func(tx *gorm.DB) error { return keeper.Erase(ctx, tx, goes.Person.ID) })
	if err != nil {
		t.Fatal(err)
	}
	after := rows(goes.Person.ID)
	for _, k := range keeper.Kept() {
		if want := map[bool]int{true: before[k.Table], false: 0}[k.Stays]; after[k.Table] != want {
			t.Errorf("%d rows of %s are left, want %d", after[k.Table], k.Table, want)
		}
	}
	if other := rows(stays.Person.ID); other["persons"] != 1 || other["cards"] != 1 {
		t.Errorf("somebody else lost something: %v", other)
	}
	if err := keeper.Erase(ctx, d.DB, stays.Person.ID); err == nil {
		t.Error("erased outside a transaction")
	}
}
