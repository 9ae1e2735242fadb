"""psqlodbc in a process of its own: its connect holds Python's lock while it waits for the server.

parent: Odbc.ask(verb, sql) ──JSON line──► child: pyodbc ──► psqlodbc ──► the server
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

from tests.fixtures.skips import OPTIONAL

_ANSWER_S = 60
DRIVERS = (
    "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so",
    "/usr/lib/aarch64-linux-gnu/odbc/psqlodbcw.so",
    "/usr/lib64/psqlodbcw.so",
)
ABSENT = f"{OPTIONAL}psqlodbc is not installed (Debian's package odbc-postgresql)"


def driver() -> str | None:
    """The driver is a package of the system; its Python binding comes with the tests."""
    return next((path for path in DRIVERS if Path(path).exists()), None)


class OdbcError(Exception):
    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(f"{sqlstate}: {message}")
        self.sqlstate = sqlstate
        self.message = message


class Odbc:
    """One connection. `ask` is for one caller at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, verb: str, sql: str = "") -> dict[str, Any]:
        """Raises OdbcError as the driver tells it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps([verb, sql]).encode() + b"\n")
        async with asyncio.timeout(_ANSWER_S):
            line = await self._process.stdout.readline()
        assert line, f"the process ended at {verb}"
        answer: dict[str, Any] = json.loads(line)
        if "sqlstate" in answer:
            raise OdbcError(answer["sqlstate"], answer["message"])
        return answer


@asynccontextmanager
async def opened(port: int, options: str = "") -> AsyncIterator[Odbc]:
    """A connection with these options of psqlodbc (`UseDeclareFetch=1;Fetch=2`)."""
    dsn = f"Driver={driver()};Server=127.0.0.1;Port={port};Uid=xuanwu;Database=xuanwu;{options}"
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        __name__,
        dsn,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=16 * 1024 * 1024,
    )
    try:
        connection = Odbc(process)
        await connection.ask("hello")
        yield connection
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


# ── the child ───────────────────────────────────────────────────────────────────────────────────


def _read(connection: Any, sql: str) -> dict[str, Any]:
    with closing(connection.cursor()) as cursor:
        cursor.execute(sql)
        if cursor.description is None:
            return {"count": cursor.rowcount}
        columns = [column[0] for column in cursor.description]
        return {"columns": columns, "rows": [[repr(cell) for cell in row] for row in cursor]}


def _tables(connection: Any, kind: str) -> dict[str, Any]:
    with closing(connection.cursor()) as cursor:
        return {"rows": [row.table_name for row in cursor.tables(tableType=kind)]}


def _columns(connection: Any, table: str) -> dict[str, Any]:
    with closing(connection.cursor()) as cursor:
        return {
            "rows": [row.column_name for row in cursor.columns(schema="pg_catalog", table=table)]
        }


def _auto(connection: Any, value: str) -> dict[str, Any]:
    connection.autocommit = value == "on"
    return {}


def _commit(connection: Any, _: str) -> dict[str, Any]:
    connection.commit()
    return {}


_VERBS: dict[str, Callable[[Any, str], dict[str, Any]]] = {
    "hello": lambda connection, _: {},
    "read": _read,
    "tables": _tables,
    "columns": _columns,
    "autocommit": _auto,
    "commit": _commit,
}


def _main(dsn: str) -> None:
    import pyodbc

    with closing(pyodbc.connect(dsn, autocommit=True, timeout=20)) as connection:
        for line in sys.stdin:
            verb, sql = json.loads(line)
            try:
                answer = _VERBS[verb](connection, sql)
            except pyodbc.Error as error:
                answer = {"sqlstate": error.args[0], "message": str(error.args[1])}
            print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    _main(sys.argv[1])
