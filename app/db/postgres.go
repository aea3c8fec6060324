package db

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"silverclass/app/fault"
)

// Limits of one instance on PostgreSQL. A server takes 100 connections by default; four
// instances and the operator's own tools fit.
const (
	postgresConns   = 20
	postgresConnect = 5 * time.Second
)

// postgresDialect is gorm's PostgreSQL dialect with the shared state beside it.
type postgresDialect struct {
	*postgres.Dialector
	house *house
}

func (d postgresDialect) shared() *house { return d.house }

// Translate unwraps before gorm looks, which does not.
func (d postgresDialect) Translate(err error) error {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return d.Dialector.Translate(e)
	}
	return err
}

func openPostgres(ctx context.Context, url string, now func() time.Time) (*DB, error) {
	conf, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "db.bad_address").Because(err)
	}
	if conf.ConnectTimeout == 0 {
		conf.ConnectTimeout = postgresConnect
	}
	for name, value := range map[string]string{
		"application_name":                    "silverclass",
		"timezone":                            "UTC",
		"lock_timeout":                        "10s",
		"idle_in_transaction_session_timeout": "60s",
	} {
		if _, set := conf.RuntimeParams[name]; !set {
			conf.RuntimeParams[name] = value
		}
	}
	pool := stdlib.OpenDB(*conf, stdlib.OptionAfterConnect(inUTC))
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns / 2)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	pool.SetConnMaxLifetime(time.Hour)

	h := &house{now: now}
	// pgx keeps prepared statements for each connection by itself; gorm's own would add
	// a round trip to every statement of a transaction.
	g, err := openGorm(postgresDialect{&postgres.Dialector{Config: &postgres.Config{Conn: pool}}, h}, pool, false, now)
	if err != nil {
		return nil, fmt.Errorf("open postgres: %w", err)
	}
	d := &DB{DB: g, house: h}
	if err := d.checkCollation(ctx); err != nil {
		pool.Close()
		return nil, refused(err, conf)
	}
	return d, nil
}

// refused says to the operator why the server that conf names took nobody in, and what to
// do: without the password, which stands in the address and in pgx's own words.
func refused(err error, conf *pgx.ConnConfig) error {
	if isFault(err) {
		return err
	}
	key := "db.no_server"
	switch code := postgresCode(err); {
	case code == "3D000":
		key = "db.no_database"
	case len(code) == 5 && code[:2] == "28":
		key = "db.not_let_in"
	case code != "": // it answers, and is starting, stopping or full
		return fault.New(fault.Unavailable, "db.away").Because(err)
	}
	where := net.JoinHostPort(conf.Host, strconv.Itoa(int(conf.Port)))
	return fault.New(fault.Unavailable, key, fault.Args{"Server": where, "Name": conf.Database, "User": conf.User}).Because(err)
}

// inUTC makes instants come back in UTC instead of the machine's zone.
func inUTC(_ context.Context, c *pgx.Conn) error {
	c.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// checkCollation refuses a PostgreSQL database that does not order text by bytes as
// SQLite does: lists and chains would come out in another order. Its fault is Unavailable
// "db.collation" with Found; any other error means that nobody could ask.
func (d *DB) checkCollation(ctx context.Context) error {
	var found struct{ Sorted, Name string }
	err := d.WithContext(ctx).Raw(collationQuery).Scan(&found).Error
	if err != nil {
		return err
	}
	if found.Sorted != byBytes {
		return fault.New(fault.Unavailable, "db.collation", fault.Args{"Found": found.Name})
	}
	return nil
}

// collationQuery lets the database sort a few words that languages sort otherwise than
// bytes do, whoever provides its locale; and asks for the locale's name.
const collationQuery = `SELECT
	(SELECT string_agg(w, ' ' ORDER BY w) FROM (VALUES ('a'), ('B'), ('b-a'), ('ba'), ('é'), ('z'), ('中'), ('一')) AS words (w)) AS sorted,
	(SELECT concat_ws(' ', datcollate, to_jsonb(d)->>'daticulocale', to_jsonb(d)->>'datlocale', pg_encoding_to_char(encoding))
		FROM pg_database d WHERE datname = current_database()) AS name`

// byBytes is those words in the order of their UTF-8 bytes.
const byBytes = "B a b-a ba z é 一 中"

// postgresCode is the SQLSTATE in err, empty when there is none.
func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// postgresFull reports whether the server takes no more: disk full, I/O error, or a
// server or transaction that only reads (a standby).
func postgresFull(err error) bool {
	switch postgresCode(err) {
	case "53100", "58030", "25006":
		return true
	}
	return false
}

// postgresAgain reports whether the server asks for the transaction to be tried again:
// it could not be put in a row with the others, or was chosen to end a deadlock.
func postgresAgain(err error) bool {
	switch postgresCode(err) {
	case "40001", "40P01":
		return true
	}
	return false
}

// postgresAway reports whether the server is gone, starting, stopping or full of
// connections, or did not give a lock in time.
func postgresAway(err error) bool {
	switch code := postgresCode(err); {
	case code == "57P01", code == "57P02", code == "57P03", code == "53300", code == "55P03":
		return true
	case len(code) == 5 && code[:2] == "08":
		return true
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	_, ok := errors.AsType[net.Error](err)
	return ok && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded)
}

var _ gorm.ErrorTranslator = postgresDialect{}
