package dbtest

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// shape is a digest over what a test could spoil besides rows: tables, columns, checks,
// keys, indexes, views, triggers and whether they are on.
const shape = `SELECT md5(string_agg(what, E'\n' ORDER BY what)) FROM (
	SELECT concat_ws(' ', c.relkind, c.relname, a.attname, a.atttypid, a.attnotnull, a.attisdropped) AS what
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
		WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0
	UNION ALL SELECT concat_ws(' ', conname, pg_get_constraintdef(oid)) FROM pg_constraint WHERE connamespace = 'public'::regnamespace
	UNION ALL SELECT concat_ws(' ', tgname, tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger t
		JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT tgisinternal AND c.relnamespace = 'public'::regnamespace
	UNION ALL SELECT concat_ws(' ', proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
) AS parts`

// rememberRows keeps what the migrations themselves wrote, in a schema of its own.
const rememberRows = `CREATE SCHEMA dbtest;
	CREATE TABLE dbtest.shape (digest TEXT);
	DO $$ DECLARE t TEXT; filled BOOLEAN; BEGIN
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO filled;
			IF filled THEN EXECUTE format('CREATE TABLE dbtest.%I AS TABLE public.%I', 'rows_' || t, t); END IF;
		END LOOP;
	END $$;`

// resetRows brings every table back to what the migrations wrote. Triggers and foreign
// keys do not look on: it is a superuser's right.
const resetRows = `SET session_replication_role = replica;
	DO $$ DECLARE t TEXT; BEGIN
		FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
			EXECUTE format('DELETE FROM public.%I', t);
		END LOOP;
		FOR t IN SELECT substr(tablename, 6) FROM pg_tables WHERE schemaname = 'dbtest' AND tablename LIKE 'rows\_%' LOOP
			EXECUTE format('INSERT INTO public.%I SELECT * FROM dbtest.%I', t, 'rows_' || t);
		END LOOP;
	END $$;
	SET session_replication_role = DEFAULT;`

// remember makes a migrated database able to be reset.
func remember(ctx context.Context, address string) error {
	return with(ctx, address, func(conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, rememberRows)
		if err != nil {
			return err
		}
		_, err = conn.Exec(ctx, `INSERT INTO dbtest.shape `+shape)
		return err
	})
}

var errSpoiled = errors.New("the test database has another shape than its template")

// reset empties a kept database. An error means that it is not worth keeping.
func (s *server) reset(ctx context.Context, name string) error {
	_, err := s.conn.Exec(ctx, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1`, name)
	if err != nil {
		return err
	}
	address, err := WithDatabase(s.url, name)
	if err != nil {
		return err
	}
	return with(ctx, address, func(conn *pgx.Conn) error {
		var same bool
		if err := conn.QueryRow(ctx, `SELECT digest = (`+shape+`) FROM dbtest.shape`).Scan(&same); err != nil {
			return err
		}
		if !same {
			return errSpoiled
		}
		_, err := conn.Exec(ctx, resetRows)
		return err
	})
}

func with(ctx context.Context, address string, fn func(*pgx.Conn) error) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	return errors.Join(fn(conn), conn.Close(ctx))
}
