"""Types of Flink as columns of Postgres: OID and modifier, SQL spelling, a value that is not null.

DECIMAL(10, 2) ──► from_flink ──► PgType(1700, …) ──► spelled  numeric(10,2)
                                                 └─► zero     '0'
"""

from __future__ import annotations

from gateway.engine.logical import from_text
from gateway.engine.types import pg_type
from protocol.errors import SqlError
from protocol.values import pgtypes
from protocol.values.pgtypes import PgType

_ZERO = {
    pgtypes.BOOL.oid: "false",
    pgtypes.DATE.oid: "2000-01-01",
    pgtypes.TIME.oid: "00:00",
    pgtypes.TIMESTAMP.oid: "2000-01-01",
    pgtypes.TIMESTAMPTZ.oid: "2000-01-01 00:00Z",
    pgtypes.JSONB.oid: "null",
    pgtypes.TEXT.oid: "",
    pgtypes.VARCHAR.oid: "",
    pgtypes.BPCHAR.oid: "",
    pgtypes.BYTEA.oid: "",
}


def from_flink(text: str) -> PgType:
    """The type that a row of DESCRIBE has in the mirror; text for one that Postgres has none for.

    Its `size` is not set: types of columns compare by OID and modifier alone.
    """
    try:
        found = pg_type(from_text(text))
    except (ValueError, KeyError, SqlError):
        found = pgtypes.TEXT
    return PgType(found.oid, 0, found.typmod)


def spelled(type_: PgType) -> str:
    """The SQL name with its modifier: `numeric(10,2)`, `varchar(20)[]`."""
    if (element := pgtypes.element_of(type_)) is not None:
        return spelled(element) + "[]"
    return pgtypes.type_name(type_.oid) + _modifier(type_)


def zero(type_: PgType) -> str:
    """The input text of some value of the type."""
    return "{}" if type_.oid in pgtypes.ELEMENT_OF else _ZERO.get(type_.oid, "0")


def _modifier(type_: PgType) -> str:
    if type_.typmod < 0:
        return ""
    if type_.oid == pgtypes.NUMERIC.oid:
        precision = (type_.typmod - 4) >> 16
        return f"({precision},{pgtypes.numeric_scale(type_)})"
    sized = type_.oid in (pgtypes.VARCHAR.oid, pgtypes.BPCHAR.oid)
    return f"({type_.typmod - 4 if sized else type_.typmod})"
