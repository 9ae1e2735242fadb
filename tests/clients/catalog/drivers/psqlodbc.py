"""The catalog calls of psqlodbc, run as a program: `python -m … PORT`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pyodbc

from tests.clients import odbc

# One call of ODBC each (SQLTables, SQLColumns …), as pyodbc names it.
CALLS: dict[str, Callable[[Any], Any]] = {
    "SQLTables": lambda c: c.tables(),
    "SQLTables, views": lambda c: c.tables(schema="public", tableType="VIEW"),
    "SQLTables, a pattern": lambda c: c.tables(schema="public", table="Mixed%"),
    "SQLTables, catalogs": lambda c: c.tables(catalog="%", schema="", table=""),
    "SQLTables, schemas": lambda c: c.tables(catalog="", schema="%", table=""),
    "SQLColumns": lambda c: c.columns(schema="public", table="orders"),
    "SQLColumns, all types": lambda c: c.columns(schema="public", table="all_types"),
    "SQLColumns, mixed case": lambda c: c.columns(table="MixedCase"),
    "SQLColumns, a view": lambda c: c.columns(schema="public", table="order_totals"),
    "SQLPrimaryKeys": lambda c: c.primaryKeys("payments", schema="public"),
    "SQLForeignKeys": lambda c: c.foreignKeys("payments", schema="public"),
    "SQLStatistics": lambda c: c.statistics("orders", schema="public"),
    "SQLSpecialColumns, row": lambda c: c.rowIdColumns("orders", schema="public"),
    "SQLSpecialColumns, version": lambda c: c.rowVerColumns("orders", schema="public"),
    "SQLProcedures": lambda c: c.procedures(schema="pg_catalog", procedure="pg_get_%"),
    "SQLProcedureColumns": lambda c: c.procedureColumns("format_type", schema="pg_catalog"),
    "SQLGetTypeInfo": lambda c: c.getTypeInfo(),
    "rows of a catalog query": lambda c: c.execute(
        "SELECT relname, relkind FROM pg_catalog.pg_class WHERE relnamespace = 2200 ORDER BY 1"
    ),
    "a parameter": lambda c: c.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = ?::regclass AND attnum > 0", "orders"
    ),
}


def _answer(connection: Any, call: Callable[[Any], Any]) -> Any:
    with closing(connection.cursor()) as cursor:
        try:
            found = call(cursor)
            columns = [column[0] for column in found.description]
            return {"columns": columns, "rows": [list(map(repr, row)) for row in found]}
        except pyodbc.Error as error:
            return {"error": str(error.args)}


def main(port: int) -> None:
    """Each call by itself, inside a transaction, and with its rows through cursors."""
    dsn = f"Driver={odbc.driver()};Server=127.0.0.1;Port={port};Uid=xuanwu;Database=xuanwu"
    answers = {}
    modes = {"": "", " in a transaction": "", " by cursors": ";UseDeclareFetch=1;Fetch=7"}
    for mode, options in modes.items():
        commits = mode != " in a transaction"
        with closing(pyodbc.connect(dsn + options, autocommit=commits, timeout=20)) as connection:
            for name, call in CALLS.items():
                answers[name + mode] = _answer(connection, call)
    print(json.dumps(answers))


if __name__ == "__main__":
    main(int(sys.argv[1]))
