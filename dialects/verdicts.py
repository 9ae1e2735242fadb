"""What the rules alone say of a statement for a version of Flink, without asking any.

statement ─► translate ─► options of CREATE TABLE ─► accept | translate | refuse

Rules say what they know to be wrong. What they let pass is Flink's own to judge: an unknown column
is accepted here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from dialects.ddl import read_ddl
from dialects.ddl.model import ColumnKind, Create, TableDefinition
from dialects.mapping import Applied, Target, Translation, translate
from dialects.options import check
from dialects.splitter import Statement, single
from dialects.versions import Version
from protocol.errors import Notice, SqlError

_WARNING = "01000"
_SHOWN = 100  # characters


class Ruling(Enum):
    ACCEPT = "accept"  # as it was written
    TRANSLATE = "translate"  # in other words
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`text`: what that version would be sent; None: nothing. Positions, those of `error` and of
    `applied`, count characters of the statement's text from 1; where `before` and `after` are the
    same, a rule has only something to say. `notices`: what that version takes
    without a word and never reads. `understood`: the rules that need the statement's structure
    could look at it."""

    version: Version
    ruling: Ruling
    text: str | None
    applied: tuple[Applied, ...] = ()
    error: SqlError | None = None
    notices: tuple[Notice, ...] = ()
    understood: bool = True
    translation: Translation | None = None


def untouched(statement: Statement, version: Version) -> Verdict:
    """Of a statement that Flink never sees."""
    return Verdict(version, Ruling.ACCEPT, statement.text)


def refused(version: Version, error: SqlError, applied: tuple[Applied, ...] = ()) -> Verdict:
    return Verdict(version, Ruling.REFUSE, None, applied, error)


def judge(statement: Statement, target: Target) -> Verdict:
    """The verdict of the rules; never raises."""
    found = translate(statement, target)
    if found.refusal is not None:
        return refused(target.version, found.refusal, found.applied)
    try:
        notices = _checked(found.rewritten.text, target.version)
    except SqlError as error:
        return refused(target.version, placed(error, found), found.applied)
    text = found.rewritten.text
    ruling = Ruling.ACCEPT if text == statement.text else Ruling.TRANSLATE
    return Verdict(
        target.version,
        ruling,
        text,
        found.applied,
        notices=notices,
        understood=found.understood or not text.strip(),
        translation=found,
    )


def remark(verdict: Verdict, *, by_flink: bool = False) -> Notice | None:
    """What is to be said of a statement that is not refused, if anything. `by_flink`: Flink has
    judged it, so it does not matter what the rules have not understood."""
    if verdict.notices:
        return verdict.notices[0]
    for one in verdict.applied:
        if one.before == one.after:
            shown = " ".join(one.before.split())
            message = f"{shown[:_SHOWN]} stays as it is for Flink {verdict.version}"
            return Notice(message, "WARNING", _WARNING, detail=one.why)
    if verdict.understood or by_flink:
        return None
    return Notice(
        "the statement is not understood as a whole",
        "WARNING",
        _WARNING,
        hint="Rules that need its structure have not looked at it: Flink itself has to judge.",
    )


def placed(error: SqlError, translation: Translation) -> SqlError:
    """The error with its position in the translated text moved back to the source."""
    if error.position is not None:
        error.position = translation.rewritten.position(error.position)
    return error


def definition(statement: Statement) -> Create | None:
    """What a CREATE says; None for any other statement. Raises SqlError for a broken one."""
    if not {"CREATE", "REPLACE"}.intersection(statement.words[:1]):
        return None
    found = read_ddl(statement)
    return found if isinstance(found, Create) else None


def _checked(text: str, version: Version) -> tuple[Notice, ...]:
    """As the server checks a CREATE TABLE. Raises SqlError, its position in the text."""
    create = definition(single(text))
    table = create.definition if create is not None else None
    if not isinstance(table, TableDefinition) or table.query or table.like:
        return ()
    return check(table.options, str(version), _physical(table))


def _physical(table: TableDefinition) -> Collection[str]:
    return [each.name for each in table.columns if each.kind is ColumnKind.PHYSICAL]
