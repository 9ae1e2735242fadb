"""What a client did to its Flink session, so that another Flink session can be brought to the same
state: replayed when a session of a second version is opened, or when one was lost.

Order is kept. Two things shorten it: a SET replaces the earlier one of the same key, and a DROP
cancels out the CREATE of the same name as long as no USE stands between them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from protocol.errors import CONFIGURATION_LIMIT_EXCEEDED, SqlError

MAX_STATEMENTS = 5_000
MAX_CHARACTERS = 8 * 1024 * 1024

_NAME = r"(?:`(?:[^`]|``)*`|[\w$]+)(?:\s*\.\s*(?:`(?:[^`]|``)*`|[\w$]+))*"
_KIND = r"((?:TEMPORARY\s+)?(?:SYSTEM\s+)?(?:TABLE|VIEW|FUNCTION|CATALOG|DATABASE|MODEL))"
_CREATE = re.compile(rf"\s*CREATE\s+{_KIND}\s+({_NAME})", re.IGNORECASE)
_ALTER = re.compile(rf"\s*ALTER\s+{_KIND}\s+(?:IF\s+EXISTS\s+)?({_NAME})", re.IGNORECASE)
_DROP = re.compile(rf"\s*DROP\s+{_KIND}\s+(?:IF\s+EXISTS\s+)?({_NAME})\s*;?\s*$", re.IGNORECASE)
_USE = re.compile(r"\s*USE\b", re.IGNORECASE)
_SET = re.compile(r"\s*(?:SET|RESET)\s+'([^']+)'", re.IGNORECASE)
_RESET_ALL = re.compile(r"\s*RESET\s*;?\s*$", re.IGNORECASE)

Key = tuple[str, str]


class Journal:
    """Successful statements that changed a session's state, in order."""

    def __init__(self) -> None:
        self._statements: list[str] = []
        self._characters = 0

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

    def add(self, statement: str) -> None:
        if key := _SET.match(statement):
            self._remove(lambda s: bool((m := _SET.match(s)) and m[1] == key[1]))
        elif _RESET_ALL.match(statement):
            self._remove(lambda s: bool(_SET.match(s)))
        elif (dropped := _key(_DROP, statement)) and self._cancels_out(dropped):
            return
        self._statements.append(statement)
        self._characters += len(statement)

    def _cancels_out(self, dropped: Key) -> bool:
        since = max((i for i, s in enumerate(self._statements) if _USE.match(s)), default=-1) + 1
        created = [
            i for i, s in enumerate(self._statements) if i >= since and _key(_CREATE, s) == dropped
        ]
        if not created:
            return False
        start = created[-1]
        keep = [
            s
            for i, s in enumerate(self._statements)
            if i < start or (i > start and _key(_ALTER, s) != dropped)
        ]
        self._replace(keep)
        return True

    def _remove(self, matches: Callable[[str], bool]) -> None:
        self._replace([s for s in self._statements if not matches(s)])

    def _replace(self, statements: list[str]) -> None:
        self._statements = statements
        self._characters = sum(map(len, statements))


def _key(pattern: re.Pattern[str], statement: str) -> Key | None:
    found = pattern.match(statement)
    if found is None or found[2].upper() == "IF":  # CREATE … IF NOT EXISTS may not have created
        return None
    return " ".join(found[1].upper().split()), re.sub(r"[`\s]", "", found[2])
