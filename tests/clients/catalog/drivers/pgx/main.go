// Catalog queries by pgx, in each of its ways: `catalog PORT` prints JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

const tables = `SELECT n.nspname, c.relname, c.relkind::text, c.relnatts, c.relhasindex
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2`

const columns = `SELECT a.attname, a.atttypid, a.atttypmod, a.attnotnull, format_type(a.atttypid, a.atttypmod)
  FROM pg_attribute a WHERE a.attrelid = $1::text::regclass AND a.attnum > 0 ORDER BY a.attnum`

type call func(context.Context, *pgx.Conn) (any, error)

var modes = map[string]pgx.QueryExecMode{
	"cached statement": pgx.QueryExecModeCacheStatement,
	"cached describe":  pgx.QueryExecModeCacheDescribe,
	"describe":         pgx.QueryExecModeDescribeExec,
	"exec":             pgx.QueryExecModeExec,
	"simple":           pgx.QueryExecModeSimpleProtocol,
}

func read(rows pgx.Rows, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []any{}
	for _, field := range rows.FieldDescriptions() {
		found = append(found, fmt.Sprint(field.Name, field.TableOID, field.TableAttributeNumber,
			field.DataTypeOID, field.TypeModifier, field.Format))
	}
	for rows.Next() {
		values, err := rows.Values()
		if err != nil {
			return nil, err
		}
		found = append(found, values)
	}
	return found, rows.Err()
}

func batch(ctx context.Context, conn *pgx.Conn) (any, error) {
	queued := &pgx.Batch{}
	for _, table := range []string{"orders", "sales.orders", `"MixedCase"`, "订单"} {
		queued.Queue(columns, table)
	}
	queued.Queue("SHOW search_path")
	results := conn.SendBatch(ctx, queued)
	defer results.Close()
	found := []any{}
	for range queued.Len() {
		one, err := read(results.Query())
		if err != nil {
			return nil, err
		}
		found = append(found, one)
	}
	return found, nil
}

func transaction(ctx context.Context, conn *pgx.Conn) (any, error) {
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.Serializable, AccessMode: pgx.ReadOnly})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback(ctx)
	nested, err := tx.Begin(ctx)
	if err != nil {
		return nil, err
	}
	_, failed := nested.Exec(ctx, "SELECT * FROM pg_catalog.nothing")
	var told *pgconn.PgError
	if !errors.As(failed, &told) {
		return nil, fmt.Errorf("no error, but %v", failed)
	}
	if err := nested.Rollback(ctx); err != nil {
		return nil, err
	}
	rows, err := read(tx.Query(ctx, columns, "payments"))
	if err != nil {
		return nil, err
	}
	return []any{told.Code, told.Message, rows}, tx.Commit(ctx)
}

func copied(ctx context.Context, conn *pgx.Conn) (any, error) {
	var text strings.Builder
	tag, err := conn.PgConn().CopyTo(ctx, &text,
		"COPY (SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1) TO STDOUT")
	return []any{tag.String(), text.String()}, err
}

func temporary(ctx context.Context, conn *pgx.Conn) (any, error) {
	if _, err := conn.Exec(ctx, "CREATE TEMPORARY TABLE staging (a int, b text)"); err != nil {
		return nil, err
	}
	given := pgx.CopyFromRows([][]any{{1, "x"}, {2, "y"}})
	count, err := conn.CopyFrom(ctx, pgx.Identifier{"staging"}, []string{"a", "b"}, given)
	if err != nil {
		return nil, err
	}
	rows, err := conn.Query(ctx, "SELECT a::text || b FROM staging ORDER BY a")
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return []any{count, found}, err
}

func notified(ctx context.Context, conn *pgx.Conn) (any, error) {
	if _, err := conn.Exec(ctx, "LISTEN news; NOTIFY news, 'hello'"); err != nil {
		return nil, err
	}
	heard, err := conn.WaitForNotification(ctx)
	if err != nil {
		return nil, err
	}
	return []any{heard.Channel, heard.Payload}, nil
}

func calls() map[string]call {
	found := map[string]call{
		"batch": batch, "transaction": transaction, "copy": copied,
		"copy into a temporary table": temporary, "notification": notified,
		"ping": func(ctx context.Context, c *pgx.Conn) (any, error) { return "pong", c.Ping(ctx) },
		"array type of a table row": func(ctx context.Context, c *pgx.Conn) (any, error) {
			loaded, err := c.LoadType(ctx, "_text")
			return fmt.Sprint(loaded.Name, loaded.OID), err
		},
		"deallocate": func(ctx context.Context, c *pgx.Conn) (any, error) {
			if _, err := c.Prepare(ctx, "one", columns); err != nil {
				return nil, err
			}
			rows, err := read(c.Query(ctx, "one", "orders"))
			if err != nil {
				return nil, err
			}
			return rows, c.DeallocateAll(ctx)
		},
	}
	for name, mode := range modes {
		found["tables, "+name] = func(ctx context.Context, c *pgx.Conn) (any, error) {
			return read(c.Query(ctx, tables, mode))
		}
		found["columns, twice, "+name] = func(ctx context.Context, c *pgx.Conn) (any, error) {
			first, err := read(c.Query(ctx, columns, mode, "all_types"))
			if err != nil {
				return nil, err
			}
			second, err := read(c.Query(ctx, columns, mode, "sales.orders"))
			return []any{first, second}, err
		}
	}
	return found
}

func answer(ctx context.Context, url string, one call) (any, error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return nil, err
	}
	defer conn.Close(ctx)
	return one(ctx, conn)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	url := fmt.Sprintf("postgres://xuanwu@127.0.0.1:%s/xuanwu?sslmode=disable", os.Args[1])
	answers := map[string]any{}
	for name, one := range calls() {
		found, err := answer(ctx, url, one)
		if err != nil {
			found = map[string]string{"error": err.Error()}
		}
		answers[name] = found
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
