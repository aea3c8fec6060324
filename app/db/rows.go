package db

import (
	"context"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Query is what is asked of T's table, put together step by step: every method before
// the one that takes a context gives a new Query and leaves its own as it was, so what
// two questions have in common can be kept and asked on in two ways.
//
// It does what gorm.G[T] does, statement for statement (rows_test.go compares them), with
// the dozen methods this program uses. gorm.G hands itself around as an interface, which
// makes the linker keep all of its methods for every T: with 73 types they were 17,641
// functions, and the program was 78.3 MB where it is 71.7 MB with this. So keep Query a
// struct, out of interfaces, and what is not generic out of its methods.
type Query[T any] struct {
	db    *gorm.DB
	steps *step
}

// step is one thing said of a Query, behind those that were said before it: a method of
// gorm's and what it is given. Nil is nothing said.
type step struct {
	before *step
	on     func(g *gorm.DB, what any, more ...any) *gorm.DB
	what   any
	more   []any
}

func (s *step) run(g *gorm.DB) *gorm.DB {
	if s == nil {
		return g
	}
	return s.on(s.before.run(g), s.what, s.more...)
}

// Methods of gorm's in the shape of a step. Nothing of this is generic, so that it stands
// in the program once.
func clauses(g *gorm.DB, what any, _ ...any) *gorm.DB {
	return g.Clauses(what.([]clause.Expression)...)
}
func order(g *gorm.DB, by any, _ ...any) *gorm.DB         { return g.Order(by) }
func limit(g *gorm.DB, most any, _ ...any) *gorm.DB       { return g.Limit(most.(int)) }
func distinct(g *gorm.DB, _ any, columns ...any) *gorm.DB { return g.Distinct(columns...) }
func table(g *gorm.DB, name any, args ...any) *gorm.DB    { return g.Table(name.(string), args...) }
func raw(g *gorm.DB, sql any, args ...any) *gorm.DB       { return g.Raw(sql.(string), args...) }
func model(g *gorm.DB, row any, _ ...any) *gorm.DB        { return g.Model(row) }
func changed(g *gorm.DB) (rows int, err error)            { return int(g.RowsAffected), g.Error }

// Rows begins a Query on T's table, read or written by g. how goes into its statement:
// what an insert does on a conflict, a lock, gorm.WithResult.
func Rows[T any](g *gorm.DB, how ...clause.Expression) Query[T] {
	q := Query[T]{db: g}
	if len(how) > 0 {
		return q.then(clauses, how)
	}
	return q
}

func (q Query[T]) then(on func(*gorm.DB, any, ...any) *gorm.DB, what any, more ...any) Query[T] {
	return Query[T]{q.db, &step{q.steps, on, what, more}}
}

// at begins a statement of its own: what the gorm.DB had collected is not in it.
func (q Query[T]) at(ctx context.Context) *gorm.DB {
	return q.steps.run(q.db.Session(&gorm.Session{NewDB: true, Context: ctx}))
}

// model is at with the table of T, for what does not read or write a T.
func (q Query[T]) model(ctx context.Context) *gorm.DB { return q.at(ctx).Model(*new(T)) }

// Where adds a condition, joined by AND.
func (q Query[T]) Where(query any, args ...any) Query[T] {
	return q.then((*gorm.DB).Where, query, args...)
}

// Or adds a condition, joined by OR to all before it.
func (q Query[T]) Or(query any, args ...any) Query[T] { return q.then((*gorm.DB).Or, query, args...) }

// Order adds a column to sort by, after those there are.
func (q Query[T]) Order(by any) Query[T] { return q.then(order, by) }

// Limit ends the list after most rows.
func (q Query[T]) Limit(most int) Query[T] { return q.then(limit, most) }

// Select names the columns that are read, or the only ones that Updates writes.
func (q Query[T]) Select(column string, more ...any) Query[T] {
	return q.then((*gorm.DB).Select, column, more...)
}

// Distinct reads each combination of columns once.
func (q Query[T]) Distinct(columns ...any) Query[T] { return q.then(distinct, nil, columns...) }

// Table takes another table or a query in place of T's own.
func (q Query[T]) Table(name string, args ...any) Query[T] { return q.then(table, name, args...) }

// Raw reads what a statement of its own gives: end with Scan, Take or Find.
func (q Query[T]) Raw(sql string, args ...any) Query[T] {
	return q.then(model, *new(T)).then(raw, sql, args...)
}

// Find is all rows; empty when there is none.
func (q Query[T]) Find(ctx context.Context) (list []T, err error) {
	err = q.at(ctx).Find(&list).Error
	return list, err
}

// Take is one row, whichever comes first, or gorm.ErrRecordNotFound.
func (q Query[T]) Take(ctx context.Context) (row T, err error) {
	err = q.at(ctx).Take(&row).Error
	return row, err
}

// First is the row with the smallest primary key, or gorm.ErrRecordNotFound.
func (q Query[T]) First(ctx context.Context) (row T, err error) {
	err = q.at(ctx).First(&row).Error
	return row, err
}

// Scan reads into to, which may be of another type than T.
func (q Query[T]) Scan(ctx context.Context, to any) error { return q.model(ctx).Find(to).Error }

// Count is how many rows there are in which column is not NULL; "*" counts all.
func (q Query[T]) Count(ctx context.Context, column string) (n int64, err error) {
	err = q.model(ctx).Select(column).Count(&n).Error
	return n, err
}

// Create writes one row, with what the database decided put into it.
func (q Query[T]) Create(ctx context.Context, row *T) error { return q.at(ctx).Create(row).Error }

// CreateInBatches writes rows, size of them a statement.
func (q Query[T]) CreateInBatches(ctx context.Context, rows *[]T, size int) error {
	return q.at(ctx).CreateInBatches(rows, size).Error
}

// Update writes one column of all rows that fit and says how many they were.
func (q Query[T]) Update(ctx context.Context, column string, value any) (int, error) {
	return changed(q.model(ctx).Update(column, value))
}

// Updates writes the columns that Select named and says into how many rows. Without
// Select it leaves out zero values, silently.
func (q Query[T]) Updates(ctx context.Context, to T) (int, error) {
	return changed(q.at(ctx).Updates(to))
}

// Set writes columns that are known by name only, for a T of several types.
func (q Query[T]) Set(ctx context.Context, to ...clause.Assignment) (int, error) {
	return changed(q.model(ctx).Clauses(clause.Set(to)).Updates(map[string]any{}))
}

// Delete deletes the rows that fit and says how many. gorm.ErrMissingWhereClause comes
// back where nothing says which.
func (q Query[T]) Delete(ctx context.Context) (int, error) {
	return changed(q.at(ctx).Delete(new(T)))
}

// Exec runs a statement of its own.
func (q Query[T]) Exec(ctx context.Context, sql string, args ...any) error {
	return q.model(ctx).Exec(sql, args...).Error
}
