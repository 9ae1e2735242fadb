"""COPY TO: the same bytes as a real Postgres makes of the same rows, and options refused alike."""

from __future__ import annotations

import struct

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.copy_format import CopyFormat, CopyOptions, CopyOut
from protocol.encode import encode_data_row
from protocol.errors import SqlError
from protocol.frames import FrameSplitter
from tests.fixtures.postgres import Postgres

TEXTS: list[str | None] = [
    "plain", "", None, "a\tb", "c\nd", "e\\f", "g\rh", "\b\f\v", "\\N", "\\.", "NULL", 'q"q', "a,b",
    " x ", "é|世", "'", "^]-",
]  # fmt: skip
WITH: list[tuple[CopyOptions, str]] = [
    (CopyOptions(), "format text"),
    (CopyOptions(header=True), "format text, header"),
    (CopyOptions(delimiter="|", null="NULL"), "format text, delimiter '|', null 'NULL'"),
    (CopyOptions(delimiter="^"), "format text, delimiter '^'"),
    (CopyOptions(CopyFormat.CSV), "format csv"),
    (CopyOptions(CopyFormat.CSV, header=True), "format csv, header"),
    (CopyOptions(CopyFormat.CSV, null="NULL"), "format csv, null 'NULL'"),
    (CopyOptions(CopyFormat.CSV, delimiter="]"), "format csv, delimiter ']'"),
    (
        CopyOptions(CopyFormat.CSV, delimiter="\t", quote="'", escape="\\"),
        "format csv, delimiter E'\\t', quote '''', escape E'\\\\'",
    ),
    (
        CopyOptions(CopyFormat.CSV, force_quote="*", header=True),
        "format csv, force_quote *, header",
    ),
    (CopyOptions(CopyFormat.CSV, force_quote=frozenset((1,))), "format csv, force_quote (b)"),
]


def produced(options: CopyOptions, columns: list[str], rows: list[list[bytes | None]]) -> bytes:
    copy = CopyOut(options, columns)
    frames = copy.start() + copy.rows(b"".join(map(encode_data_row, rows))) + copy.end()
    cut = FrameSplitter().feed(frames)
    assert {kind for kind, _ in cut} <= {ord("d")}
    return b"".join(frame[5:] for _, frame in cut)


def copied(connection: psycopg.Connection, query: str, options: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout ({options})") as out:
        return b"".join(bytes(piece) for piece in out)


_fields = st.one_of(
    st.none(), st.binary(max_size=4), st.sampled_from([b"", b"NULL", b"\\.", b"2024"])
)


@pytest.mark.parametrize("options", [options for options, _ in WITH], ids=[w for _, w in WITH])
@given(rows=st.lists(st.lists(_fields, min_size=3, max_size=3), max_size=5))
def test_usual_rows_are_written_as_all_others(
    options: CopyOptions, rows: list[list[bytes | None]]
) -> None:
    """Rows taken one by one, field by field, give the same lines."""
    copy = CopyOut(options, ["a", "b", "c"])
    assert copy._line is not None
    lines = [copy._line(row) for row in rows]
    frames = FrameSplitter().feed(copy.rows(b"".join(map(encode_data_row, rows))))
    assert [frame[5:] for _, frame in frames] == lines


@pytest.mark.postgres
@pytest.mark.parametrize(("options", "written"), WITH, ids=[w for _, w in WITH])
@pytest.mark.parametrize("width", [1, 2])
def test_same_bytes_as_postgres(
    postgres: Postgres, options: CopyOptions, written: str, width: int
) -> None:
    if width == 1 and options.force_quote == frozenset((1,)):
        options, written = CopyOptions(CopyFormat.CSV), "format csv"
    names = ['a"x', "b"][:width]
    pairs = list(zip(TEXTS, reversed(TEXTS), strict=True))
    rows = [[None if v is None else v.encode() for v in pair[:width]] for pair in pairs]
    with postgres.connect() as connection:
        connection.execute('create temp table copied (n serial, "a""x" text, b text)')
        with connection.cursor() as cursor:
            cursor.executemany('insert into copied ("a""x", b) values (%s, %s)', pairs)
        select = ", ".join(['"a""x"', "b"][:width])
        theirs = copied(connection, f"select {select} from copied order by n", written)
    assert produced(options, names, rows) == theirs


@pytest.mark.postgres
def test_binary(postgres: Postgres) -> None:
    rows: list[list[bytes | None]] = [[struct.pack("!i", 7), b"x"], [None, b""]]
    with postgres.connect() as connection:
        theirs = copied(connection, "values (7, 'x'::text), (null, '')", "format binary")
    copy = CopyOut(CopyOptions(CopyFormat.BINARY), ["a", "b"])
    assert copy.row_format == 1
    assert produced(CopyOptions(CopyFormat.BINARY), ["a", "b"], rows) == theirs


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"delimiter": "ab"}, "delimiter 'ab'"),
    ({"delimiter": "é"}, "delimiter 'é'"),
    ({"delimiter": ""}, "delimiter ''"),
    ({"delimiter": "\n"}, "delimiter E'\\n'"),
    ({"delimiter": "a"}, "delimiter 'a'"),
    ({"delimiter": "\\"}, "delimiter E'\\\\'"),
    ({"null": "a\nb"}, "null E'a\\nb'"),
    ({"delimiter": "|", "null": "a|b"}, "delimiter '|', null 'a|b'"),
    ({"quote": "'"}, "quote ''''"),
    ({"escape": "'"}, "escape ''''"),
    ({"force_quote": "*"}, "force_quote *"),
    ({"format": CopyFormat.CSV, "quote": "ab"}, "format csv, quote 'ab'"),
    ({"format": CopyFormat.CSV, "escape": ""}, "format csv, escape ''"),
    ({"format": CopyFormat.CSV, "quote": ","}, "format csv, quote ','"),
    ({"format": CopyFormat.CSV, "null": '"'}, "format csv, null '\"'"),
    ({"format": CopyFormat.BINARY, "delimiter": "|"}, "format binary, delimiter '|'"),
    ({"format": CopyFormat.BINARY, "null": ""}, "format binary, null ''"),
    ({"format": CopyFormat.BINARY, "header": True}, "format binary, header"),
]


@pytest.mark.postgres
def test_options_are_refused_alike(postgres: Postgres) -> None:
    different = []
    with postgres.connect() as connection:
        for given, written in REFUSED:
            with pytest.raises(psycopg.Error) as theirs:
                copied(connection, "select 1", written)
            with pytest.raises(SqlError) as ours:
                CopyOptions(**given)  # type: ignore[arg-type]
            told = (theirs.value.sqlstate, theirs.value.diag.message_primary)
            if (ours.value.sqlstate, ours.value.message) != told:
                different.append((written, str(ours.value), told))
    assert not different, "\n".join(map(str, different))
