"""The parameters that decide how Flink runs a statement.

They live in Postgres, as its own settings and as placeholders with our prefix (`flink.version`…),
so that SET, SET LOCAL, RESET, SHOW, ROLLBACK and ALTER ROLE … SET behave as a Postgres user
expects, without a second implementation. Here is only what a value must look like, looked at twice:
when it is assigned, and when it is used (a role or database default is never seen by a SET).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dialects import Statement, TokenKind
from dialects.mapping.connectors.releases import named
from protocol.errors import INVALID_PARAMETER_VALUE, UNDEFINED_OBJECT, SqlError
from session.ports import EngineSettings

DEFAULTS: Mapping[str, str] = {
    "flink.runtime_mode": "auto",
    "flink.changelog": "off",
    "flink.job_handle": "auto",
    "flink.dml": "async",
    "flink.slot_timeout": "30s",
    "flink.snapshot_after": "5s",
    "flink.connectors": "",
}
NAMES: tuple[str, ...] = (
    "flink.version",
    *DEFAULTS,
    "TimeZone",
    "application_name",
    "statement_timeout",
    "client_min_messages",
    "search_path",
    "role",
)
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "flink.runtime_mode": ("auto", "streaming", "batch"),
    "flink.changelog": ("off", "op", "latest"),
    "flink.job_handle": ("auto", "row", "notice"),
    "flink.dml": ("async", "sync"),
}
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(us|ms|s|min|h|d)?\s*\Z")


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """What one statement needs to know of the session's parameters."""

    engine: EngineSettings
    job_handle: str
    statement_timeout_s: float  # 0: none
    client_min_messages: str


def duration_s(name: str, value: str, default_unit: str = "ms") -> float:
    """Seconds of a duration as Postgres spells it (`500ms`, `5min`, a bare number of its unit)."""
    match = _DURATION.match(value)
    if match is None:
        raise _invalid(name, value, 'Valid units for this parameter are "us", "ms", "s", "min", '
                                    '"h", and "d".')  # fmt: skip
    return float(match[1]) * _UNITS[match[2] or default_unit]


def read(values: Mapping[str, str], versions: Sequence[str]) -> SessionSettings:
    """Typed settings of the values that Postgres holds. Raises SqlError 22023 for a wrong one."""
    found = {name: values.get(name) or DEFAULTS.get(name, "") for name in NAMES}
    for name in ("flink.version", *DEFAULTS):
        check(name, found[name], versions)
    engine = EngineSettings(
        version=found["flink.version"],
        runtime_mode=found["flink.runtime_mode"].lower(),
        changelog=found["flink.changelog"].lower(),
        time_zone=zone(found["TimeZone"]),
        application_name=found["application_name"],
        slot_timeout_s=duration_s("flink.slot_timeout", found["flink.slot_timeout"], "s"),
        snapshot_s=duration_s("flink.snapshot_after", found["flink.snapshot_after"], "s"),
        wait=found["flink.dml"].lower() == "sync",
        role="" if found["role"] == "none" else found["role"],
        search_path=identifiers(found["search_path"]),
        releases=named(found["flink.connectors"]),
    )
    return SessionSettings(
        engine=engine,
        job_handle=found["flink.job_handle"].lower(),
        statement_timeout_s=duration_s("statement_timeout", found["statement_timeout"] or "0"),
        client_min_messages=found["client_min_messages"] or "notice",
    )


_IDENTIFIER = re.compile(r'\s*(?:"((?:[^"]|"")*)"|([^\s,"]+))\s*(?:,|\Z)')


def identifiers(value: str) -> tuple[str, ...]:
    """A list of names as Postgres reads that of search_path (SplitIdentifierString)."""
    found = _IDENTIFIER.findall(value)
    return tuple(quoted.replace('""', '"') if quoted else plain.lower() for quoted, plain in found)


def zone(name: str) -> str:
    """The session's TimeZone as Java knows it; Postgres knows spellings that Java does not."""
    try:
        return ZoneInfo(name or "UTC").key
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise SqlError(
            INVALID_PARAMETER_VALUE,
            f'time zone "{name}" is not known to Flink',
            hint="Use a name of the IANA database, such as Europe/Berlin.",
        ) from error


def check(name: str, value: str, versions: Sequence[str]) -> None:
    """Raise SqlError when the value does not fit the parameter of ours with that name."""
    if name == "flink.version":
        if value not in versions:
            raise _invalid(name, value, f"Available versions: {', '.join(versions)}.")
    elif name in _CHOICES:
        if value.lower() not in _CHOICES[name]:
            raise _invalid(name, value, f"Available values: {', '.join(_CHOICES[name])}.")
    elif name == "flink.connectors":
        try:
            named(value)
        except ValueError as error:
            raise _invalid(name, value, str(error)) from error
    elif name in DEFAULTS:
        duration_s(name, value, "s")
    elif name.startswith("flink."):
        raise SqlError(
            UNDEFINED_OBJECT,
            f'unrecognized configuration parameter "{name}"',
            hint=f"Known here: flink.version, {', '.join(DEFAULTS)}. "
            "An option of Flink itself is set with quotes: SET 'key' = 'value'.",
        )


def check_assignment(statement: Statement, versions: Sequence[str]) -> None:
    """Look at `SET [SESSION | LOCAL] name {TO | =} value` before Postgres takes it.

    Only our own prefix is judged: everything else is Postgres's. Raises SqlError with a position.
    """
    tokens = statement.tokens
    if not tokens or tokens[0].text.lower() != "set":
        return
    words = [token.text.lower() for token in tokens]
    start = 2 if len(words) > 1 and words[1] in ("session", "local") else 1
    if words[:1] != ["set"] or words[start : start + 2] != ["flink", "."] or len(words) < start + 5:
        return
    value = tokens[start + 4]
    if words[start + 4] == "default" and value.kind is not TokenKind.STRING:
        return
    text = value.text[1:-1].replace("''", "'") if value.text.startswith("'") else "".join(
        token.text for token in tokens[start + 4 :]
    )  # fmt: skip
    name = f"flink.{words[start + 2]}"
    _at(value.start + 1 if name in NAMES else tokens[start].start + 1, check, name, text, versions)


def _at(position: int, call: Callable[..., None], *arguments: object) -> None:
    try:
        call(*arguments)
    except SqlError as error:
        error.position = position
        raise


def _invalid(name: str, value: str, hint: str) -> SqlError:
    return SqlError(
        INVALID_PARAMETER_VALUE, f'invalid value for parameter "{name}": "{value}"', hint=hint
    )


_LEVELS = ("debug5", "debug4", "debug3", "debug2", "debug1", "log", "notice", "warning", "error")


def shows(severity: str, client_min_messages: str) -> bool:
    """Whether a notice of that severity goes to the client (INFO always does)."""
    level = severity.lower()
    if level == "info" or level not in _LEVELS:
        return True
    floor = client_min_messages.lower()
    return _LEVELS.index(level) >= _LEVELS.index(floor if floor in _LEVELS else "notice")
