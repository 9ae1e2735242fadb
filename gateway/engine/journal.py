"""What a client did to its Flink session, so that another Flink session can be brought to the same
state: replayed when a session of a second version is opened, or when one was lost.

Only what lives in the session is kept. DDL on objects of a persistent catalog (paimon, hive, …) is
not: it has been done once and for all, and a DROP must never happen a second time.

Order is kept. Two things shorten it: a SET replaces the earlier one of the same key, and a DROP
cancels out the CREATE of the same name as long as no USE stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gateway.engine.configuration import BUILTIN_CATALOG
from protocol.errors import CONFIGURATION_LIMIT_EXCEEDED, SqlError

MAX_STATEMENTS = 5_000
MAX_CHARACTERS = 8 * 1024 * 1024

_PART = r"(?:`(?:[^`]|``)*`|[\w$]+)"
_NAME = rf"{_PART}(?:\s*\.\s*{_PART})*"
_KIND = r"((?:TEMPORARY\s+)?(?:SYSTEM\s+)?(?:TABLE|VIEW|FUNCTION|CATALOG|DATABASE|MODEL))"
_FLAGS = re.IGNORECASE
_IF = r"(IF\s+(?:NOT\s+)?EXISTS\s+)?"
_DDL = re.compile(rf"\s*(CREATE|ALTER|DROP)\s+(?:OR\s+\w+\s+)?{_KIND}\s+{_IF}({_NAME})", _FLAGS)
# Everything else (COMPILE PLAN, CALL, TRUNCATE …) works on something outside of the session.
_STATE = re.compile(r"\s*(?:CREATE|ALTER|DROP|USE|SET|RESET|ADD|REMOVE|LOAD|UNLOAD)\b", _FLAGS)
_USE = re.compile(rf"\s*USE\b(?:\s+CATALOG\s+({_PART}))?", _FLAGS)
_SET = re.compile(r"\s*(?:SET|RESET)\s+'([^']+)'", _FLAGS)
_RESET_ALL = re.compile(r"\s*RESET\s*;?\s*$", _FLAGS)
_IN_MEMORY = re.compile(r"'type'\s*=\s*'generic_in_memory'", _FLAGS)

Key = tuple[str, str]


class Journal:
    """Successful statements that changed a session's own state, in order."""

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._characters = 0
        self._catalog = BUILTIN_CATALOG
        self._in_memory = {BUILTIN_CATALOG}

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._statements))

    def __len__(self) -> int:
        return len(self._statements)

    def check_room(self, statement: str) -> None:
        """Raises SqlError 53400 when the session has changed more state than can be replayed."""
        if len(self) >= MAX_STATEMENTS or self._characters + len(statement) > MAX_CHARACTERS:
            raise SqlError(
                CONFIGURATION_LIMIT_EXCEEDED,
                "too many changes of session state",
                detail=f"A session keeps at most {MAX_STATEMENTS} statements for replay.",
                hint="Reconnect, or drop temporary objects that are not needed.",
            )

    def add(self, statement: str) -> bool:
        """Note a statement that succeeded. False: it changed nothing that lives in the session."""
        if not _STATE.match(statement):
            return False
        if key := _SET.match(statement):
            self._remove(lambda s: bool((m := _SET.match(s)) and m[1] == key[1]))
        elif _RESET_ALL.match(statement):
            self._remove(lambda s: bool(_SET.match(s)))
        elif use := _USE.match(statement):
            self._catalog = _plain(use[1]) if use[1] else self._catalog
        elif ddl := _DDL.match(statement):
            if not self._is_ours(ddl, statement):
                return False
            target = _spaced(ddl[2]), _plain(ddl[4])
            if ddl[1].upper() == "DROP" and self._cancels_out(target):
                return True
        self._statements.append(statement)
        self._characters += len(statement)
        return True

    def _is_ours(self, ddl: re.Match[str], statement: str) -> bool:
        verb, kind, name = ddl[1].upper(), _spaced(ddl[2]), ddl[4]
        if kind == "CATALOG":
            if verb == "CREATE" and _IN_MEMORY.search(statement):
                self._in_memory.add(_plain(name))
        elif not kind.startswith("TEMPORARY") and self._home(kind, name) not in self._in_memory:
            return False
        return True

    def _home(self, kind: str, name: str) -> str:
        """The catalog in which an object lives."""
        parts = re.findall(_PART, name)
        full = 2 if kind == "DATABASE" else 3
        return _plain(parts[0]) if len(parts) >= full else self._catalog

    def _cancels_out(self, dropped: Key) -> bool:
        since = max((i for i, s in enumerate(self._statements) if _USE.match(s)), default=-1) + 1
        created = [
            i
            for i, s in enumerate(self._statements)
            if i >= since and _target("CREATE", s) == dropped
        ]
        if not created:
            return False
        start = created[-1]
        self._replace(
            [
                s
                for i, s in enumerate(self._statements)
                if i < start or (i > start and _target("ALTER", s) != dropped)
            ]
        )
        return True

    def _remove(self, matches: Callable[[str], bool]) -> None:
        self._replace([s for s in self._statements if not matches(s)])

    def _replace(self, statements: list[str]) -> None:
        self._statements = statements
        self._characters = sum(map(len, statements))


def _target(verb: str, statement: str) -> Key | None:
    """What the statement creates or alters for certain (IF NOT EXISTS may not have created)."""
    found = _DDL.match(statement)
    if found is None or found[1].upper() != verb or (verb == "CREATE" and found[3]):
        return None
    return _spaced(found[2]), _plain(found[4])


def _spaced(kind: str) -> str:
    return " ".join(kind.upper().split())


def _plain(name: str) -> str:
    return re.sub(r"[`\s]", "", name)
