"""Postgres's text in Postgres, and what becomes of it in Flink: the same values over edge cases."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from decimal import Context, Decimal
from pathlib import Path

import psycopg
import pytest

from dialects.mapping import Target, translate
from dialects.splitter import single
from dialects.versions import Version
from gateway.app import App
from tests.dialects.mapping.idioms.facts import COLUMNS, VALUES, rows
from tests.fixtures.postgres import Postgres

pytestmark = [pytest.mark.postgres, pytest.mark.flink]

_DIGITS = Context(prec=15)
# Version and time zone; the clock of the second changes.
PLACES = [("1.16", "UTC"), ("2.2", "America/New_York")]
# What the first of them cannot: FLOOR of an instant to less than an hour.
REFUSED = {
    ("1.16", text)
    for text in (
        "date_trunc('minute', l)",
        "date_trunc('second', l)",
        "date_trunc('milliseconds', l)",
    )
}


@pytest.fixture(scope="module")
def oracle(postgres: Postgres) -> Iterator[psycopg.Connection]:
    connection = postgres.connect()
    columns = ", ".join(f"{name} {kind}" for name, (_, kind) in COLUMNS.items())
    connection.execute(f"CREATE TEMPORARY TABLE facts ({columns})")  # type: ignore[arg-type]
    for row in rows():
        connection.execute(
            f"INSERT INTO facts ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})",  # type: ignore[arg-type]
            [None if value is None else str(value) for value in row.values()],
        )
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("facts")
    written = "\n".join(json.dumps(row) for row in rows())
    Path(made, "rows.json").write_text(written, "utf-8")
    return made


@pytest.fixture(scope="module")
async def flink(server: App, folder: Path) -> AsyncIterator[psycopg.AsyncConnection]:
    columns = ", ".join(f"{name} {kind}" for name, (kind, _) in COLUMNS.items())
    dsn = f"host=127.0.0.1 port={server.server.port} user=xuanwu dbname=xuanwu"
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute(
            f"CREATE TEMPORARY TABLE facts ({columns}) WITH ('connector' = 'filesystem', "  # type: ignore[arg-type]
            f"'path' = '{folder}', 'format' = 'json', 'json.timestamp-format.standard' = 'SQL')"
        )
        yield connection


def known(name: tuple[str, ...]) -> Mapping[str, str] | None:
    return {column: kind for column, (kind, _) in COLUMNS.items()} if name == ("facts",) else None


def plain(value: object) -> object:
    """Numbers of one value are equal, whatever their type; a double has 15 digits that count."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _DIGITS.create_decimal(value).normalize()
    return value


@pytest.mark.parametrize(("version", "zone"), PLACES)
@pytest.mark.parametrize("subject", VALUES)
async def test_same_values(
    oracle: psycopg.Connection,
    flink: psycopg.AsyncConnection,
    subject: str,
    version: str,
    zone: str,
) -> None:
    expressions = [one for one in VALUES[subject] if (version, one) not in REFUSED]
    key = "COUNT(*)" if subject == "aggregates" else "id"
    sql = f"SELECT {', '.join([key, *expressions])} FROM facts"
    translated = translate(single(sql), Target(Version.parse(version), columns=known)).text
    await flink.execute(f"SET flink.version = '{version}'")  # type: ignore[arg-type]
    await flink.execute(f"SET timezone = '{zone}'")  # type: ignore[arg-type]
    oracle.execute(f"SET timezone = '{zone}'")  # type: ignore[arg-type]
    cursor = await flink.execute(translated)  # type: ignore[arg-type]
    found = sorted(map(list, await cursor.fetchall()), key=lambda row: row[0])
    wanted = sorted(map(list, oracle.execute(sql).fetchall()), key=lambda row: row[0])  # type: ignore[arg-type]
    assert len(found) == len(wanted)
    for got, want in zip(found, wanted, strict=True):
        for name, one, other in zip([key, *expressions], got, want, strict=True):
            assert plain(one) == plain(other), f"{name} of row {want[0]}"


@pytest.mark.parametrize(("version", "expression"), sorted(REFUSED))
def test_what_is_refused(version: str, expression: str) -> None:
    sql = f"SELECT {expression} FROM facts"
    result = translate(single(sql), Target(Version.parse(version), columns=known))
    assert result.refusal is not None
    assert result.refusal.sqlstate == "0A000"
