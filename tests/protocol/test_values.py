"""Values without a server: what is refused and how, long fields, and inputs that are no values."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.errors import SqlError
from protocol.frames import count_rows, iter_rows, parse_data_row
from protocol.values import (
    ColumnCodec,
    PgType,
    RawJson,
    array_of,
    compile_row_encoder,
    decode_parameter,
    element_of,
    type_name,
)
from protocol.values import pgtypes as t
from protocol.values.rows import MAX_COLUMNS


def encoded(type_: PgType, value: object, format: int = 0, zone: str = "UTC") -> bytes | None:
    encode = compile_row_encoder([ColumnCodec(type_, format)], time_zone=zone)
    return parse_data_row(encode([(value,)]))[0]


def rows_of(
    columns: Sequence[ColumnCodec], rows: Sequence[Sequence[object]]
) -> list[list[bytes | None]]:
    return list(iter_rows(compile_row_encoder(columns)(rows)))


def test_types() -> None:
    assert t.numeric(10, 2).typmod == 655366
    assert t.numeric_scale(t.numeric(38, 18)) == 18
    assert t.numeric_scale(t.numeric(5, -2)) == -2
    assert t.numeric_scale(t.NUMERIC) is None
    assert t.varchar(10).typmod == t.bpchar(10).typmod == 14
    assert t.varchar(t.MAX_CHAR_LENGTH + 1) == t.bpchar(0) == t.TEXT
    assert t.timestamp(9).typmod == 6
    assert t.time(3).typmod == 3
    assert array_of(t.varchar(10)) == PgType(1015, -1, 14)
    assert element_of(array_of(t.varchar(10))) == t.varchar(10)
    assert element_of(t.TEXT) is None
    assert (type_name(23), type_name(1007), type_name(99999)) == ("int4", "_int4", "99999")


# ── Rows ────────────────────────────────────────────────────────────────────────────────────────


def test_nulls_in_every_type_and_format() -> None:
    for type_ in t.BY_OID.values():
        for format in (0, 1):
            if type_.oid in (t.RECORD.oid, array_of(t.RECORD).oid) and format == 1:
                continue
            assert encoded(type_, None, format) is None, type_


@pytest.mark.parametrize("length", [0, 1, 4090, 4091, 4095, 4096, 100_000])
def test_fields_of_any_length(length: int) -> None:
    columns = [ColumnCodec(t.TEXT), ColumnCodec(t.INT4)]
    rows = [("é" * length, 7), ("x" * length, None)]
    assert rows_of(columns, rows) == [[("é" * length).encode(), b"7"], [b"x" * length, None]]


def test_rows_without_columns_and_without_rows() -> None:
    assert compile_row_encoder([])([(), ()]) == b"D\0\0\0\6\0\0" * 2
    assert compile_row_encoder([ColumnCodec(t.INT4)])([]) == b""


def test_as_many_columns_as_postgres_has() -> None:
    encode = compile_row_encoder([ColumnCodec(t.INT4)] * MAX_COLUMNS)
    assert parse_data_row(encode([range(MAX_COLUMNS)]))[-1] == str(MAX_COLUMNS - 1).encode()
    with pytest.raises(SqlError) as raised:
        compile_row_encoder([ColumnCodec(t.INT4)] * (MAX_COLUMNS + 1))
    assert raised.value.sqlstate == "54000"


def test_rows_may_come_from_an_iterator_and_values_be_converted() -> None:
    encode = compile_row_encoder([ColumnCodec(t.TEXT, 0, lambda value: f"<{value}>")])
    assert count_rows(encode(iter([(1,), (None,)]))) == 2
    assert [row for row in iter_rows(encode([(1,), (None,)]))] == [[b"<1>"], [None]]


@pytest.mark.parametrize(
    ("type_", "value", "sqlstate"),
    [
        (t.INT4, True, None),
        (t.INT4, "1", "22000"),
        (t.INT4, 1.5, "22000"),
        (t.BOOL, "x", "22000"),
        (t.TEXT, 1, "22000"),
        (t.TEXT, b"x", "22000"),
        (t.TEXT, "a\0b", "22021"),
        (t.TEXT, "\ud800", "22021"),
        (t.bpchar(3), "a\0", "22021"),
        (array_of(t.TEXT), ["a\0"], "22021"),
        (array_of(t.TEXT), "ab", "22000"),
        (array_of(t.INT4), [[1]], "22000"),
        (t.BYTEA, 5, "22000"),
        (t.BYTEA, "x", "22000"),
        (t.FLOAT4, "1e39", "22003"),
        (t.FLOAT8, "x", "22000"),
        (t.numeric(4, 2), "1.234", "22003"),
        (t.numeric(4, 2), "100", "22003"),
        (t.numeric(4, 2), "-100", "22003"),
        (t.numeric(4, 2), "1e99", "22003"),
        (t.numeric(4, 2), 1.5, "22000"),
        (t.numeric(4, 2), "1²", "22000"),
        (t.NUMERIC, "1e999999", "22003"),
        (t.DATE, "2023-02-30", None),  # ten characters are taken as they are, in text
        (t.DATE, "+5874898-01-01", "22008"),
        (t.DATE, "yesterday", "22000"),
        (t.TIMESTAMP, "2023-11-14", "22000"),
        (t.TIMESTAMP, "+294277-01-01T00:00:00", "22008"),
        (t.TIMESTAMPTZ, "2023-11-14T22:13:20", "22000"),
        (t.TIME, "25:00", "22008"),
        (t.INTERVAL, "1 day", "22000"),
        (t.UUID, "x", "22000"),
        (t.JSON, {1: 2}, "22000"),
        (t.JSON, float("nan"), "22000"),
        (t.JSON, object(), "22000"),
        (t.JSONB, RawJson('"\\u0000"'), "22P05"),
        (t.JSONB, RawJson('"\\\\u0000"'), None),
    ],
)
def test_values_that_do_not_fit(type_: PgType, value: object, sqlstate: str | None) -> None:
    encode = compile_row_encoder([ColumnCodec(t.INT4), ColumnCodec(type_)])
    if sqlstate is None:
        encode([(1, value)])
        return
    with pytest.raises(SqlError) as raised:
        encode([(1, None), (1, value)])
    assert raised.value.sqlstate == sqlstate
    if sqlstate == "22000":
        name = type_name(type_.oid)
        assert raised.value.message == f"value of column 2 does not fit type {name}"


@pytest.mark.parametrize(
    ("type_", "value"), [(t.INT2, 40000), (t.INT4, 2**31), (t.INT8, 2**63), (t.OID, -1)]
)
def test_binary_integers_out_of_range(type_: PgType, value: int) -> None:
    with pytest.raises(SqlError) as raised:
        encoded(type_, value, 1)
    assert raised.value.sqlstate == "22003"


def test_rows_of_another_width() -> None:
    encode = compile_row_encoder([ColumnCodec(t.INT4)])
    with pytest.raises(SqlError, match="row has 2 values, but the result 1 columns"):
        encode([(1, 2)])


def test_types_without_a_form() -> None:
    with pytest.raises(SqlError) as raised:
        compile_row_encoder([ColumnCodec(PgType(600, 16))])
    assert raised.value.sqlstate == "0A000"
    with pytest.raises(SqlError):
        compile_row_encoder([ColumnCodec(t.RECORD, 1)])
    assert encoded(t.RECORD, "(1,x)") == b"(1,x)"


def test_unknown_time_zones() -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", ""):
        with pytest.raises(SqlError) as raised:
            encoded(t.TIMESTAMPTZ, "2023-11-14T22:13:20Z", zone=zone)
        assert raised.value.sqlstate == "22023", zone


def test_json_is_exact_compact_and_in_order() -> None:
    value = {"z": RawJson("1.2345678901234567890123456789"), "a": [True, None, 1e300, "é\n"]}
    assert encoded(t.JSONB, value) == (
        '{"z":1.2345678901234567890123456789,"a":[true,null,1e+300,"é\\n"]}'.encode()
    )
    deep: list[object] = []
    for _ in range(1000):
        deep = [deep]
    with pytest.raises(SqlError):
        encoded(t.JSONB, deep)


def test_numerics_keep_every_digit() -> None:
    digits = "12345678901234567890.123456789012345678"
    for value in (digits, Decimal(digits)):
        assert encoded(t.numeric(38, 18), value) == digits.encode()
    assert encoded(t.numeric(38, 0), 10**37) == str(10**37).encode()


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.integers(0, 38))
@settings(deadline=None)
def test_numerics_round_trip_in_binary(unscaled: int, scale: int) -> None:
    type_ = t.numeric(38, scale)
    plain = format(Decimal((int(unscaled < 0), tuple(map(int, str(abs(unscaled)))), -scale)), "f")
    text, binary = encoded(type_, plain), encoded(type_, plain, 1)
    assert binary is not None and text is not None
    assert decode_parameter(t.NUMERIC.oid, 1, binary) == text.decode()
    assert decode_parameter(t.NUMERIC.oid, 0, text) == text.decode()
    assert Decimal(text.decode()) == Decimal(plain)


@given(st.integers(-2_451_545, 2_145_031_948))
def test_dates_round_trip(days: int) -> None:
    iso = decode_parameter(t.DATE.oid, 1, struct.pack("!i", days))
    assert encoded(t.DATE, iso, 1) == struct.pack("!i", days)
    text = encoded(t.DATE, iso)
    assert decode_parameter(t.DATE.oid, 0, text) == iso


@given(st.integers(-211_813_488_000_000_000, 9_223_371_331_199_999_999))
def test_timestamps_round_trip(micros: int) -> None:
    data = struct.pack("!q", micros)
    for type_, zone in (
        (t.TIMESTAMP, "UTC"),
        (t.TIMESTAMPTZ, "UTC"),
        (t.TIMESTAMPTZ, "Asia/Tokyo"),
    ):
        iso = decode_parameter(type_.oid, 1, data)
        assert encoded(type_, iso, 1) == data
        text = encoded(type_, iso, zone=zone)
        if -210_000_000_000_000_000 < micros < 9_223_000_000_000_000_000:
            assert decode_parameter(type_.oid, 0, text, time_zone=zone) == iso


@given(
    st.lists(st.none() | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
)
def test_arrays_round_trip(values: list[str | None]) -> None:
    type_ = array_of(t.TEXT)
    for format in (0, 1):
        assert decode_parameter(type_.oid, format, encoded(type_, values, format)) == values


# ── Parameters ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("oid", "format", "data", "value"),
    [
        (0, 0, b"x", "x"),
        (0, 1, b"x", "x"),
        (705, 0, b"x", "x"),
        (25, 1, "é".encode(), "é"),
        (23, 0, None, None),
        (21, 1, b"\xff\xfe", -2),
        (26, 1, b"\xff\xff\xff\xff", 2**32 - 1),
        (16, 1, b"\1", True),
        (700, 1, struct.pack("!f", 0.1), 0.1),
        (701, 1, struct.pack("!d", 0.1), 0.1),
        (17, 1, b"\0\xff", b"\0\xff"),
        (2950, 1, bytes(range(16)), "00010203-0405-0607-0809-0a0b0c0d0e0f"),
        (3802, 1, b"\1[1]", "[1]"),
        (114, 1, b"[1]", "[1]"),
        (1184, 0, b"2023-11-14 22:13:20+08", "2023-11-14T14:13:20Z"),
        (1007, 0, b"{{1,2},{3,4}}", [[1, 2], [3, 4]]),
        (1007, 1, struct.pack("!iiiii", 1, 0, 23, 0, 1), []),
    ],
)
def test_parameters(oid: int, format: int, data: bytes | None, value: object) -> None:
    assert decode_parameter(oid, format, data) == value


@pytest.mark.parametrize(
    ("oid", "format", "data", "sqlstate", "message"),
    [
        (23, 0, b"x", "22P02", 'invalid input syntax for type integer: "x"'),
        (23, 0, b"9999999999", "22003", 'value "9999999999" is out of range for type integer'),
        (23, 0, b"9" * 5000, "22003", None),
        (701, 0, b"1e400", "22003", '"1e400" is out of range for type double precision'),
        (16, 0, b"maybe", "22P02", 'invalid input syntax for type boolean: "maybe"'),
        (25, 0, b"a\0b", "22021", 'invalid byte sequence for encoding "UTF8": 0x00'),
        (25, 1, b"a\0b", "22021", 'invalid byte sequence for encoding "UTF8": 0x00'),
        (25, 0, b"\xff", "22021", 'invalid byte sequence for encoding "UTF8": 0xff'),
        (23, 1, b"\0\0", "22P03", "incorrect binary data format in bind parameter 3"),
        (23, 1, b"\0\0\0\0\0", "22P03", "incorrect binary data format in bind parameter 3"),
        (2950, 1, b"x", "22P03", "incorrect binary data format in bind parameter 3"),
        (1082, 0, b"infinity", "22008", None),
        (1082, 1, struct.pack("!i", 2**31 - 1), "22008", None),
        (1114, 1, struct.pack("!q", -(2**63)), "22008", None),
        (1114, 0, b"now", "22007", 'invalid input syntax for type timestamp: "now"'),
        (1186, 0, b"soon", "22007", 'invalid input syntax for type interval: "soon"'),
        (1186, 0, b"9999999999999 years", "22003", None),
        (1700, 0, b"1e999999", "22003", None),
        (3802, 1, b"\2[1]", "08P01", "unsupported jsonb version number 2"),
        (114, 0, b"{", "22P02", "invalid input syntax for type json"),
        (1007, 0, b"{{1},{2,3}}", "22P02", 'malformed array literal: "{{1},{2,3}}"'),
        (1007, 1, struct.pack("!iiiii", 1, 0, 23, 2**30, 1), "22P03", None),
        (1007, 1, struct.pack("!iiiii", 1, 0, 25, 0, 1), "22P03", None),
        (1007, 1, b"\0", "08P01", "insufficient data left in message"),
        (600, 0, b"(1,2)", "0A000", None),
        (600, 1, b"", "42883", "no binary input function available for type 600"),
    ],
)
def test_parameters_that_are_none(
    oid: int, format: int, data: bytes, sqlstate: str, message: str | None
) -> None:
    with pytest.raises(SqlError) as raised:
        decode_parameter(oid, format, data, number=3)
    assert (raised.value.sqlstate, raised.value.severity) == (sqlstate, "ERROR")
    assert message is None or raised.value.message == message


OIDS = st.sampled_from([0, *sorted(t.BY_OID)])
LIKELY = st.text('0123456789+-.:eETZPYMDHS {}",\\nulxabinf_', max_size=40).map(str.encode)


@given(OIDS, st.sampled_from([0, 1]), st.binary(max_size=60) | LIKELY)
@settings(max_examples=3000, deadline=None)
def test_arbitrary_parameters_fail_in_order(oid: int, format: int, data: bytes) -> None:
    try:
        decode_parameter(oid, format, data)
    except SqlError as error:
        assert error.severity == "ERROR"


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.just("2023-11-14T22:13:20.1Z") | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=5,
)  # fmt: skip


@given(st.sampled_from(sorted(t.BY_OID)), st.sampled_from([0, 1]), VALUES)
@settings(max_examples=1500, deadline=None)
def test_arbitrary_values_fail_in_order(oid: int, format: int, value: object) -> None:
    if oid in (t.RECORD.oid, array_of(t.RECORD).oid):
        format = 0
    try:
        frame = compile_row_encoder([ColumnCodec(t.BY_OID[oid], format)])([(value,)])
    except SqlError:
        return
    assert len(parse_data_row(frame)) == 1
