package db_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	"gorm.io/gorm/logger"

	"silverclass/app/db"
	"silverclass/app/db/dbtest"
)

// parcel is a row with all that gorm does by itself: a key, a serializer, two clocks.
type parcel struct {
	ID        string
	Name      string
	Weight    int
	Tags      []string `gorm:"serializer:json"`
	SentAt    *time.Time
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (parcel) TableName() string { return "parcels" }

const parcels = `CREATE TABLE parcels (id TEXT NOT NULL PRIMARY KEY, name TEXT NOT NULL, weight BIGINT NOT NULL,
	tags TEXT, sent_at DATETIME, created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL)`

// statements keeps what is sent to the database.
type statements struct {
	logger.Interface
	sent []string
}

func (s *statements) Trace(_ context.Context, _ time.Time, fc func() (string, int64), err error) {
	sql, rows := fc()
	s.sent = append(s.sent, fmt.Sprintf("%s -- %d rows, %v", sql, rows, err))
}

// answer is what came of a question: what it gave, and what was sent.
type answer struct {
	Got  any
	Err  string
	Sent []string
}

// asked asks in a transaction that is rolled back, so that the next finds the same rows.
func asked(t *testing.T, d *db.DB, ask func(tx *gorm.DB) (any, error)) answer {
	t.Helper()
	var a answer
	back := errors.New("back")
	err := db.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
		seen := &statements{Interface: logger.Discard}
		got, err := ask(tx.Session(&gorm.Session{Logger: seen}))
		a = answer{Got: got, Err: fmt.Sprint(err), Sent: seen.sent}
		return back
	})
	if !errors.Is(err, back) {
		t.Fatal(err)
	}
	return a
}

// threeParcels is a database with three rows and a clock that stands still.
func threeParcels(t *testing.T) *db.DB {
	t.Helper()
	at := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	d, err := db.Open(t.Context(), dbtest.URL(t), func() time.Time { return at })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	err = db.Write(t.Context(), d.DB, func(tx *gorm.DB) error {
		if err := tx.Exec(parcels).Error; err != nil {
			return err
		}
		rows := []parcel{{ID: "a", Name: "tea", Weight: 3, Tags: []string{"x", "y"}}, {ID: "b", Name: "tea", Weight: 5}, {ID: "c", Name: "rice", Weight: 7, SentAt: &at}}
		return tx.Create(&rows).Error
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// lists makes a list and its error one value and an error.
func lists[V any](v V, err error) (any, error) { return v, err }

// Each method sends the very statement that gorm's own generics send, and gives the same.
func TestRowsAskAsGormDoes(t *testing.T) {
	d := threeParcels(t)
	ctx := t.Context()
	type ask = func(tx *gorm.DB) (any, error)
	none := clause.OnConflict{DoNothing: true}
	said := clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, DoUpdates: clause.AssignmentColumns([]string{"weight"})}
	lock := clause.Locking{Strength: clause.LockingStrengthUpdate}
	when := db.Instant(time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC))
	ours, gorms := db.Rows[parcel], gorm.G[parcel]
	for _, c := range []struct {
		name         string
		ours, theirs ask
	}{
		{
			"find all",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Order("id").Find(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Order("id").Find(ctx)) },
		},
		{
			"find some, some columns",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Select("id", "name").Where("weight > ?", 3).Where("name IN ?", []string{"tea", "rice"}).Order("name").Order("id DESC").Limit(1).Find(ctx))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Select("id", "name").Where("weight > ?", 3).Where("name IN ?", []string{"tea", "rice"}).Order("name").Order("id DESC").Limit(1).Find(ctx))
			},
		},
		{
			"find none",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("id = ?", "z").Find(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("id = ?", "z").Find(ctx)) },
		},
		{
			"one or the other",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Where("id = ?", "a").Or("weight = ?", 7).Order("id").Find(ctx))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Where("id = ?", "a").Or("weight = ?", 7).Order("id").Find(ctx))
			},
		},
		{
			"distinct",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Distinct("name").Order("name").Find(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Distinct("name").Order("name").Find(ctx)) },
		},
		{
			"another table",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Table("(SELECT * FROM parcels WHERE weight > ?) AS heavy", 4).Order("id").Find(ctx))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Table("(SELECT * FROM parcels WHERE weight > ?) AS heavy", 4).Order("id").Find(ctx))
			},
		},
		{
			"take, with a lock where there is one",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx, lock).Where("id = ?", "b").Take(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx, lock).Where("id = ?", "b").Take(ctx)) },
		},
		{
			"take what is not there",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("id = ?", "z").Take(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("id = ?", "z").Take(ctx)) },
		},
		{
			"first",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("name = ?", "tea").First(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("name = ?", "tea").First(ctx)) },
		},
		{
			"first of nothing",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("name = ?", "salt").First(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("name = ?", "salt").First(ctx)) },
		},
		{
			"a statement of its own, scanned",
			func(tx *gorm.DB) (any, error) {
				var sum []int
				err := ours(tx).Raw("SELECT SUM(weight) FROM parcels WHERE name = ?", "tea").Scan(ctx, &sum)
				return sum, err
			},
			func(tx *gorm.DB) (any, error) {
				var sum []int
				err := gorms(tx).Raw("SELECT SUM(weight) FROM parcels WHERE name = ?", "tea").Scan(ctx, &sum)
				return sum, err
			},
		},
		{
			"some columns, scanned",
			func(tx *gorm.DB) (any, error) {
				var names []struct{ Name string }
				err := ours(tx).Select("name").Order("id").Scan(ctx, &names)
				return names, err
			},
			func(tx *gorm.DB) (any, error) {
				var names []struct{ Name string }
				err := gorms(tx).Select("name").Order("id").Scan(ctx, &names)
				return names, err
			},
		},
		{
			"count all",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Count(ctx, "*")) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Count(ctx, "*")) },
		},
		{
			"count a column",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("weight > 3").Count(ctx, "sent_at")) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("weight > 3").Count(ctx, "sent_at")) },
		},
		{
			"create",
			func(tx *gorm.DB) (any, error) {
				row := parcel{ID: "d", Name: "salt", Tags: []string{"z"}}
				err := ours(tx).Create(ctx, &row)
				return row, err
			},
			func(tx *gorm.DB) (any, error) {
				row := parcel{ID: "d", Name: "salt", Tags: []string{"z"}}
				err := gorms(tx).Create(ctx, &row)
				return row, err
			},
		},
		{
			"create what is there: nothing, and the result says so",
			func(tx *gorm.DB) (any, error) {
				res := gorm.WithResult()
				err := ours(tx, none, res).Create(ctx, &parcel{ID: "a"})
				return res.RowsAffected, err
			},
			func(tx *gorm.DB) (any, error) {
				res := gorm.WithResult()
				err := gorms(tx, none, res).Create(ctx, &parcel{ID: "a"})
				return res.RowsAffected, err
			},
		},
		{
			"create what is there: write over",
			func(tx *gorm.DB) (any, error) { return nil, ours(tx, said).Create(ctx, &parcel{ID: "a", Weight: 9}) },
			func(tx *gorm.DB) (any, error) { return nil, gorms(tx, said).Create(ctx, &parcel{ID: "a", Weight: 9}) },
		},
		{
			"create twice",
			func(tx *gorm.DB) (any, error) { return nil, ours(tx).Create(ctx, &parcel{ID: "a"}) },
			func(tx *gorm.DB) (any, error) { return nil, gorms(tx).Create(ctx, &parcel{ID: "a"}) },
		},
		{
			"create in batches",
			func(tx *gorm.DB) (any, error) {
				return nil, ours(tx, none).CreateInBatches(ctx, &[]parcel{{ID: "d"}, {ID: "e"}, {ID: "f"}}, 2)
			},
			func(tx *gorm.DB) (any, error) {
				return nil, gorms(tx, none).CreateInBatches(ctx, &[]parcel{{ID: "d"}, {ID: "e"}, {ID: "f"}}, 2)
			},
		},
		{
			"update one column",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Where("name = ?", "tea").Update(ctx, "weight", gorm.Expr("weight + ?", 1)))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Where("name = ?", "tea").Update(ctx, "weight", gorm.Expr("weight + ?", 1)))
			},
		},
		{
			"update nothing in particular",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Update(ctx, "weight", 1)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Update(ctx, "weight", 1)) },
		},
		{
			"update to zero, named",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Where("id = ?", "c").Select("weight", "sent_at", "tags").Updates(ctx, parcel{}))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Where("id = ?", "c").Select("weight", "sent_at", "tags").Updates(ctx, parcel{}))
			},
		},
		{
			"update, not named: no zeros",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Where("id = ?", "c").Updates(ctx, parcel{Name: "millet"}))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Where("id = ?", "c").Updates(ctx, parcel{Name: "millet"}))
			},
		},
		{
			"update a row by its own key",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Select("name").Updates(ctx, parcel{ID: "b", Name: "millet"}))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Select("name").Updates(ctx, parcel{ID: "b", Name: "millet"}))
			},
		},
		{
			"set columns known by name",
			func(tx *gorm.DB) (any, error) {
				return lists(ours(tx).Where("id = ?", "a").Set(ctx, assign("sent_at", when), assign("weight", 0)))
			},
			func(tx *gorm.DB) (any, error) {
				return lists(gorms(tx).Where("id = ?", "a").Set(assign("sent_at", when), assign("weight", 0)).Update(ctx))
			},
		},
		{
			"delete",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Where("name = ?", "tea").Delete(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Where("name = ?", "tea").Delete(ctx)) },
		},
		{
			"delete nothing in particular",
			func(tx *gorm.DB) (any, error) { return lists(ours(tx).Delete(ctx)) },
			func(tx *gorm.DB) (any, error) { return lists(gorms(tx).Delete(ctx)) },
		},
		{
			"a statement of its own",
			func(tx *gorm.DB) (any, error) {
				res := gorm.WithResult()
				err := ours(tx, res).Exec(ctx, "UPDATE parcels SET weight = ? WHERE id <> ?", 1, "a")
				return res.RowsAffected, err
			},
			func(tx *gorm.DB) (any, error) {
				res := gorm.WithResult()
				err := gorms(tx, res).Exec(ctx, "UPDATE parcels SET weight = ? WHERE id <> ?", 1, "a")
				return res.RowsAffected, err
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, want := asked(t, d, c.ours), asked(t, d, c.theirs)
			if len(want.Sent) == 0 && want.Err == "<nil>" {
				t.Fatal("nothing was sent: the case proves nothing")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("not what gorm does (-gorm +ours):\n%s", diff)
			}
		})
	}
}

func assign(column string, value any) clause.Assignment {
	return clause.Assignment{Column: clause.Column{Name: column}, Value: value}
}

// What two questions have in common is kept by neither: each adds to its own.
func TestAQueryIsNotChangedByAskingOn(t *testing.T) {
	d := threeParcels(t)
	ctx := t.Context()
	tea := db.Rows[parcel](d.DB.Where("id = 'c'")).Where("name = ?", "tea") // what came before is another statement's
	for range 2 {
		heavy, err := tea.Where("weight > ?", 4).Count(ctx, "*")
		if err != nil || heavy != 1 {
			t.Fatalf("heavy tea: got %d, %v, want 1", heavy, err)
		}
		light, err := tea.Where("weight <= ?", 4).Order("id").Find(ctx)
		if err != nil || len(light) != 1 || light[0].ID != "a" {
			t.Fatalf("light tea: got %v, %v, want a", light, err)
		}
		all, err := tea.Count(ctx, "*")
		if err != nil || all != 2 {
			t.Fatalf("tea: got %d, %v, want 2", all, err)
		}
	}
}

func TestRowsEndWithTheirContext(t *testing.T) {
	d := threeParcels(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	q := db.Rows[parcel](d.DB).Where("id = ?", "a")
	_, find := q.Find(ctx)
	_, take := q.Take(ctx)
	_, count := q.Count(ctx, "*")
	_, update := q.Update(ctx, "weight", 0)
	_, remove := q.Delete(ctx)
	for what, err := range map[string]error{"find": find, "take": take, "count": count, "update": update, "delete": remove,
		"create": db.Rows[parcel](d.DB).Create(ctx, &parcel{ID: "d"}), "exec": db.Rows[parcel](d.DB).Exec(ctx, "DELETE FROM parcels")} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want context canceled", what, err)
		}
	}
	if n, err := q.Count(t.Context(), "*"); err != nil || n != 1 {
		t.Errorf("rows left: got %d, %v, want 1", n, err)
	}
}
