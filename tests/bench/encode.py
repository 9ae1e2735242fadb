"""Rows per second of the row encoder in one core: `python -m tests.bench.encode`.

Side by side with the plain way, which packs field by field, over the same neutral values; a ratio
above 1 is ours. Best of several rounds, because the machine is not ours alone.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Sequence

from protocol.copy_format import CopyFormat, CopyOptions, CopyOut
from protocol.values import ColumnCodec, PgType, compile_row_encoder
from protocol.values import pgtypes as t
from protocol.values.encoders import Encoder, encoder_for

ROWS = 100_000
ROUNDS = 7
ZONE = "Asia/Shanghai"
Rows = list[tuple[object, ...]]
Encode = Callable[[Rows], bytes]


def plain_encoder(types: Sequence[PgType], format: int) -> Encode:
    """struct.pack and a concatenation for every field: what one writes first."""
    encoders: list[Encoder] = [encoder_for(type_, ZONE) for type_ in types]

    def field(encoder: Encoder, value: object) -> bytes:
        if value is None:
            return struct.pack("!i", -1)
        if format == 1:
            assert encoder.binary is not None
            data = encoder.binary(value)
        else:
            data = encoder.text(value).encode()
        return struct.pack("!i", len(data)) + data

    def encode(rows: Rows) -> bytes:
        out = bytearray()
        for row in rows:
            body = struct.pack("!H", len(row))
            for encoder, value in zip(encoders, row, strict=True):
                body += field(encoder, value)
            out += b"D" + struct.pack("!i", len(body) + 4) + body
        return bytes(out)

    return encode


def rate(encode: Encode, rows: Rows) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        encode(rows)
        best = min(best, time.perf_counter() - started)
    return len(rows) / best


MIXED = (t.INT4, t.INT8, t.varchar(40), t.BOOL, t.FLOAT8, t.TIMESTAMP)
MONEY = (t.INT4, t.INT8, t.TEXT, t.BOOL, t.numeric(10, 2), t.TIMESTAMP)
TEXTS = (t.TEXT,) * 6
SCHEMAS: dict[str, tuple[tuple[PgType, ...], Callable[[int], tuple[object, ...]]]] = {
    "int4 int8 varchar bool float8 timestamp": (
        MIXED,
        lambda i: (
            i,
            i * 1003,
            f"user {i}",
            i % 2 == 0,
            i / 4,
            f"2023-11-14T22:13:20.{i % 999 + 1}1",
        ),
    ),
    "int4 int8 text bool numeric timestamp": (
        MONEY,
        lambda i: (i, i * 1003, f"user {i}", i % 2 == 0, f"{i}.5", "2023-11-14T22:13:20.123"),
    ),
    "six texts, one beyond ASCII": (
        TEXTS,
        lambda i: (f"a{i}", f"b{i}", "plain", "word", f"名字{i}", None),
    ),
    "timestamptz in Asia/Shanghai": (
        (t.TIMESTAMPTZ,),
        lambda i: (f"2023-11-14T22:{i // 60 % 60:02d}:{i % 60:02d}.123Z",),
    ),
}


def main() -> None:
    for name, (types, make) in SCHEMAS.items():
        rows: Rows = [make(i) for i in range(ROWS)]
        for format, label in ((0, "text"), (1, "binary")):
            columns = [ColumnCodec(type_, format) for type_ in types]
            ours = compile_row_encoder(columns, time_zone=ZONE)
            fast = rate(ours, rows)
            plain = rate(plain_encoder(types, format), rows)
            megabytes = len(ours(rows)) / ROWS * fast / 1e6
            print(
                f"{name:42} {label:6} {fast / 1e3:7.0f} k rows/s {megabytes:6.0f} MB/s"
                f"   {fast / plain:4.1f} x field by field"
            )
    types, make = SCHEMAS["int4 int8 text bool numeric timestamp"]
    for copy_format in CopyFormat:
        format = int(copy_format is CopyFormat.BINARY)
        encode = compile_row_encoder([ColumnCodec(type_, format) for type_ in types])
        data = encode([make(i) for i in range(ROWS)])
        copy = CopyOut(CopyOptions(copy_format), [""] * len(types))
        speed = rate(lambda _, data=data, copy=copy: copy.rows(data), [()] * ROWS)  # type: ignore[misc]
        print(f"COPY {copy_format.value:37} {'':6} {speed / 1e3:7.0f} k rows/s")


if __name__ == "__main__":
    main()
