"""Values of the Postgres types on the wire: the only home of their text and binary forms.

    neutral Python / ISO values ──► `compile_row_encoder` ──► DataRow messages
    parameter bytes of a Bind   ──► `decode_parameter`    ──► Python values

Values come in as engines deliver them (ISO dates, decimal text, JSON) and leave exactly as a real
Postgres would print them; a value that has no exact form raises `SqlError`, it is never adjusted in
silence. What a column means, which Flink type it came from, and SQL literals are not known here.
"""

from __future__ import annotations

from protocol.values.parameters import decode_parameter
from protocol.values.pgtypes import PgType, array_of, element_of, type_name
from protocol.values.rows import ColumnCodec, RowEncoder, compile_row_encoder
from protocol.values.texts import RawJson

__all__ = [
    "ColumnCodec",
    "PgType",
    "RawJson",
    "RowEncoder",
    "array_of",
    "compile_row_encoder",
    "decode_parameter",
    "element_of",
    "type_name",
]
