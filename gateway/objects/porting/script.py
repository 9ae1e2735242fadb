"""A catalog script as data: its statements, each with what stands in front of it in comments.

-- Flink 2.2, owner "ana"        ┐ Entry: line, version, owner
CREATE TABLE …;                  ┘        statement
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass

from dialects import Rewritten, Statement, single, split, to_engine
from dialects.ddl import read_ddl
from dialects.ddl.model import Create
from gateway.objects.filling import creates_and_fills
from gateway.objects.porting.secrets import references, resolved
from gateway.objects.porting.writing import FORMAT, RANKS, TITLE
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError

_TITLE = re.compile(rf"^{re.escape(TITLE)} (\d+)", re.MULTILINE)
_ABOUT = re.compile(r'^-- Flink (?P<version>[\d.]+), owner (?P<owner>"(?:[^"\\]|\\.)*")\s*$', re.M)
_BEFORE_KIND = frozenset({"OR", "REPLACE", "ALTER", "TEMPORARY", "SYSTEM"})
_FIRST_WORDS = {kind.value.split()[0]: rank for kind, rank in RANKS.items()}
_FIRST_WORDS["SCHEMA"] = _FIRST_WORDS["DATABASE"]
_MAX_TOKENS = 50_000_000  # a catalog of some ten thousand tables is one text


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One statement, itself and no other of the same text. `version` and `owner`: None where the
    script does not say."""

    line: int
    statement: Statement
    version: str | None = None
    owner: str | None = None

    @property
    def is_grant(self) -> bool:
        return self.statement.words[:1] == ("GRANT",)

    def line_of(self, position: int) -> int:
        """Of a position in the statement, from 1."""
        return self.line + self.statement.text.count("\n", 0, position - 1)


@dataclass(frozen=True, slots=True)
class Definition:
    """A CREATE as it is run: for Flink, with its secrets."""

    create: Create
    statement: Statement
    text: Rewritten


def read_script(sql: str) -> list[Entry]:
    """In the order of the text. Raises SqlError 42601 for what cannot be cut into statements,
    0A000 for a newer format."""
    found = _TITLE.search(sql)
    if found is not None and int(found[1]) > FORMAT:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            f"the script has format {found[1]}, this version reads up to {FORMAT}",
        )
    breaks = [match.start() for match in re.finditer("\n", sql)]
    entries: list[Entry] = []
    end = 0
    for statement in _split(sql):
        line = bisect_right(breaks, statement.start) + 1
        entries.append(_entry(line, statement, sql[end : statement.start]))
        end = statement.start + len(statement.text)
    return entries


def _split(sql: str) -> list[Statement]:
    try:
        return split(sql, max_tokens=_MAX_TOKENS)
    except SqlError as error:
        line = sql.count("\n", 0, (error.position or 1) - 1) + 1
        raise SqlError(error.sqlstate, f"line {line}: {error.message}") from error


def _entry(line: int, statement: Statement, before: str) -> Entry:
    about = list(_ABOUT.finditer(before))
    if not about:
        return Entry(line, statement)
    return Entry(line, statement, about[-1]["version"], json.loads(about[-1]["owner"]))


def definition_of(entry: Entry, secrets: Mapping[str, str]) -> Definition:
    """Raises SqlError with a position in the entry's statement: 0A000 for what no catalog script
    may hold, 22023 for a secret that is not known."""
    given = resolved(entry.statement, secrets)
    text = given.then(to_engine(single(given.text)))
    statement = single(text.text)
    try:
        ddl = read_ddl(statement)
    except SqlError as error:
        if error.position is not None:
            error.position = text.position(error.position)
        raise
    if not isinstance(ddl, Create) or ddl.temporary or creates_and_fills(statement) is not None:
        raise SqlError(
            FEATURE_NOT_SUPPORTED,
            "this statement is not supported in a catalog script",
            hint="It may hold CREATE of what is not temporary, without AS query for tables, and"
            " GRANT on tables and schemas.",
            position=1,
        )
    return Definition(ddl, statement, text)


def unresolved(entries: list[Entry], secrets: Mapping[str, str]) -> list[str]:
    """Names of the secrets that are referred to and not given."""
    names = dict.fromkeys(name for entry in entries for name in references(entry.statement))
    return [name for name in names if name not in secrets]


def in_order(entries: list[Entry]) -> list[Entry]:
    """What others stand in or may need comes first, rights last; else as in the text."""
    return sorted(entries, key=_rank)


def _rank(entry: Entry) -> int:
    kind = next((word for word in entry.statement.words[1:] if word not in _BEFORE_KIND), "")
    return _FIRST_WORDS.get(kind, len(RANKS))
