"""What a session changed on its connection: read before the connection serves another session,
put back when the session attaches again.

Names and values travel as hexadecimal UTF-8, so that neither the session's client_encoding nor its
quoting rules touch them, and every function is qualified, so that no search_path does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from gateway.catalog.relay import Connection
from protocol.encode import encode_query

# What may change a parameter. No boundary in front: the byte before may be that of a length. Other
# words that end so, and words in comments and strings, match too: that only costs a question.
_CHANGES = re.compile(rb"set(?:_config)?\b|discard\b|do\b", re.IGNORECASE)
_PART = rb'"?[a-z_\x80-\xff][\w$\x80-\xff]*"?'
_DOTTED = re.compile(_PART + rb"(?:\s*\.\s*" + _PART + rb")+", re.IGNORECASE)
# A name that is computed cannot be found in the text.
_COMPUTED = re.compile(
    rb"set_config\s*\((?!\s*'[^'\\]*'\s*,)|do\b(?=.*set)", re.IGNORECASE | re.DOTALL
)
_MAX_NAMES = 500
_CACHED_BYTES = 8192  # longer requests are looked at anew each time
_TEXTS = (b"Q", b"P")  # begin with a text that comes again; others with values

# Postgres shows no placeholder (a dotted name without a definition) in pg_settings: they are asked
# for by name. `role` is hidden there as well.
_SAVE = """
SELECT 'set', pg_catalog.encode(pg_catalog.convert_to(n, 'UTF8'), 'hex'),
       pg_catalog.encode(pg_catalog.convert_to(v, 'UTF8'), 'hex')
  FROM (SELECT name, pg_catalog.current_setting(name) FROM pg_catalog.pg_settings
         WHERE source OPERATOR(pg_catalog.=) 'session'
        UNION ALL
        SELECT p, pg_catalog.current_setting(p, true)
          FROM pg_catalog.unnest(ARRAY[{names}]::pg_catalog.text[]) AS p
        UNION ALL
        SELECT 'role', pg_catalog.current_setting('role')
         WHERE pg_catalog.current_setting('role') OPERATOR(pg_catalog.<>) 'none') AS t (n, v)
 WHERE v IS NOT NULL
UNION ALL SELECT 'keep', 'prepared statement', ''
 WHERE EXISTS (SELECT FROM pg_catalog.pg_prepared_statements WHERE from_sql)
UNION ALL SELECT 'keep', 'cursor', '' WHERE EXISTS (SELECT FROM pg_catalog.pg_cursors)
UNION ALL SELECT 'keep', 'listen', ''
 WHERE EXISTS (SELECT FROM pg_catalog.pg_listening_channels())
UNION ALL SELECT 'keep', 'advisory lock', ''
 WHERE EXISTS (SELECT FROM pg_catalog.pg_locks WHERE locktype OPERATOR(pg_catalog.=) 'advisory'
                  AND pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid())
UNION ALL SELECT 'keep', 'temporary object', ''
 WHERE EXISTS (SELECT FROM pg_catalog.pg_class
                WHERE relnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
    OR EXISTS (SELECT FROM pg_catalog.pg_type
                WHERE typnamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
    OR EXISTS (SELECT FROM pg_catalog.pg_proc
                WHERE pronamespace OPERATOR(pg_catalog.=) pg_catalog.pg_my_temp_schema())
"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`values`: name → value, both in hexadecimal. `keep`: what cannot be put back elsewhere."""

    values: Mapping[str, str]
    keep: tuple[str, ...] = ()


class _Changes(NamedTuple):
    names: tuple[bytes, ...]  # of placeholders, as they are written
    computed: bool


def _changes_in(request: bytes) -> _Changes | None:
    """What may change a parameter; None: nothing."""
    if _CHANGES.search(request) is None:
        return None
    return _Changes(tuple(_DOTTED.findall(request)), _COMPUTED.search(request) is not None)


# Clients send the same few texts again and again.
_changes = lru_cache(maxsize=1024)(_changes_in)


class Watch:
    """Looks at a session's requests for what may have changed its parameters."""

    __slots__ = ("_names", "changed", "foreign", "untraceable")

    def __init__(self, names: Iterable[str]) -> None:
        self._names = set(names)
        self.changed = False  # something may differ from the last snapshot
        self.foreign = False  # placeholders that are not ours have been named
        self.untraceable = False  # a name was computed, or there are too many

    def see(self, request: bytes) -> None:
        if request[:1] == b"d":
            return
        text = request[:1] in _TEXTS and len(request) <= _CACHED_BYTES
        found = _changes(request) if text else _changes_in(request)
        if found is None:
            return
        self.changed = True
        for name in found.names:
            self._add(name)
        self.untraceable = self.untraceable or found.computed

    def _add(self, found: bytes) -> None:
        try:
            name = re.sub(r'["\s]', "", found.decode()).lower()
        except UnicodeDecodeError:
            self.untraceable = True  # a name in the client's own encoding
            return
        if name not in self._names:
            self.foreign = True
            self._names.add(name)
            self.untraceable = self.untraceable or len(self._names) > _MAX_NAMES

    @property
    def names(self) -> Iterable[str]:
        return sorted(self._names)


async def save(connection: Connection, names: Iterable[str]) -> Snapshot:
    """Read the state of a connection at rest. Raises SqlError (a statement_timeout may strike)."""
    literals = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    rows = await connection.run(encode_query(_SAVE.format(names=literals)), b"Q")
    texts = [tuple((column or b"").decode() for column in row) for row in rows]
    return Snapshot(
        {name: value for kind, name, value in texts if kind == "set"},
        tuple(name for kind, name, _ in texts if kind == "keep"),
    )


async def replay(connection: Connection, values: Mapping[str, str]) -> None:
    """Put saved parameters back, the role last: it may be allowed less than the one before it."""
    role = b"role".hex()
    ordered = sorted(values.items(), key=lambda item: item[0] == role)
    calls = ", ".join(f"pg_catalog.set_config({_text(n)}, {_text(v)}, false)" for n, v in ordered)
    if calls:
        await connection.run(encode_query(f"SELECT {calls}"), b"Q")


async def wipe(connection: Connection) -> None:
    """Make a connection as it was after its start."""
    await connection.run(encode_query("DISCARD ALL"), b"Q")
    connection.statements.clear()


def _text(digits: str) -> str:
    return f"pg_catalog.convert_from(pg_catalog.decode('{digits}', 'hex'), 'UTF8')"
