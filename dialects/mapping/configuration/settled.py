"""What becomes of one configuration key in a version."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dialects.versions import Version
from dialects.versions.keys import Key, keys, spelling
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

# Keys of libraries below Flink, of reporters and of clusters: families without an end.
_OPEN = (
    "$internal.", "containerized.", "env.", "flink.hadoop.", "flink.yarn.", "fs.", "gs.", "hive.",
    "kubernetes.", "metrics.", "oss.", "plugin.", "python.", "s3.", "s3a.", "security.", "yarn.",
)  # fmt: skip


# Values that came later than their option.
_VALUES: dict[tuple[str, str | None], Version] = {
    ("state.backend.type", "forst"): Version(2, 0),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """`key` and `value` to send; key None: nothing is to be sent. `why` and `notice` as of rules;
    `error`: the setting is refused."""

    key: str | None
    value: str | None
    why: str = ""
    notice: bool = False
    error: SqlError | None = None


class _Row(NamedTuple):
    key: str
    value: str
    action: str
    new_key: str
    new_value: str
    why: str

    def fits(self, value: str | None, default: str | None) -> bool:
        if self.value == "*" or value is None:
            return True
        wanted = (default or "") if self.value == "=" else self.value
        return value.strip().lower() == wanted.lower()


def settled(key: str, value: str | None, version: Version) -> Settled:
    """`value` None: the key is reset."""
    known = keys().get(key)
    if known is not None and (first := _VALUES.get((known.option, value), version)) > version:
        why = f"The value was added in Flink {first}."
        return Settled(None, None, why, error=_refused(key, value or "", version, why))
    if known is not None and version in known.read:
        return Settled(key, value)
    other = spelling(known, version) if known is not None else None
    if other is not None:
        return Settled(other.name, value, f"Flink {version} reads it as {other.name}.")
    for row in _rows(key):
        if row.fits(value, known.default if known is not None else None):
            return _by_row(key, value, version, row, known)
    if known is None:
        return _unknown(key, value)
    return _not_there(key, value, version, known)


def _rows(key: str) -> Iterator[_Row]:
    yield from _removed().get(key, ())
    yield from _removed().get(f"{key.rpartition('.')[0]}.*", ())


@cache
def _removed() -> dict[str, tuple[_Row, ...]]:
    source = files("dialects.mapping.configuration") / "removed.tsv"
    lines = source.read_text("utf-8").splitlines()
    rows = [_Row(*line.split("\t")) for line in lines if not line.startswith("#")]
    return {key: tuple(r for r in rows if r.key == key) for key in {r.key for r in rows}}


def _by_row(key: str, value: str | None, version: Version, row: _Row, known: Key | None) -> Settled:
    why = f"{_absence(version, known)} {row.why}"
    if row.action == "send":
        return Settled(row.new_key, value if value is None else row.new_value or value, why)
    if row.action == "refuse" and value is not None:
        return Settled(None, None, why, error=_refused(key, value, version, why))
    return Settled(None, None, why, notice=row.action == "tell" and value is not None)


def _not_there(key: str, value: str | None, version: Version, known: Key) -> Settled:
    """Options that came later tune what is there, but for those of the table."""
    why = _absence(version, known)
    same = value is None or value.strip().lower() == (known.default or "").lower()
    return Settled(None, None, why, notice=not same)


def _absence(version: Version, known: Key | None) -> str:
    if known is None:
        return f"Flink {version} does not read it."
    if version < known.first:
        return f"Flink {version} does not have it; it was added in Flink {known.first}."
    return f"Flink {version} does not have it; the last one that did was Flink {known.last}."


def _refused(key: str, value: str, version: Version, why: str) -> SqlError:
    message = f'configuration "{key}" cannot be "{value}" in Flink {version}'
    return SqlError(FEATURE_NOT_SUPPORTED, message, detail=why)


def _unknown(key: str, value: str | None) -> Settled:
    if value is None or key.startswith(_OPEN) or "." not in key:
        return Settled(key, value)
    why = "No version of Flink reads this key; it is passed on as it is."
    if near := difflib.get_close_matches(key, keys(), n=1, cutoff=0.85):
        why += f" Did you mean {near[0]}?"
    return Settled(key, value, why, notice=True)
