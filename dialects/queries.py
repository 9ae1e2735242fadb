"""Where a query belongs: to Postgres, to Flink, or nowhere.

relations found ── all Postgres's ──► backend
                ── all others ──────► engine
                ── both ────────────► refused
                ── none ── VALUES in FROM ──► engine, unless it speaks of Postgres
                        └─ constants ───────► backend, unless it speaks of Flink
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from dialects.classified import Classified, Kind, Names, backend, engine, refused
from dialects.lexer import Token, TokenKind
from dialects.names import folded
from dialects.relations import Reference, Survey, survey
from dialects.splitter import Statement
from dialects.vocabulary import (
    FLINK_ONLY,
    FLINK_TYPES,
    POSTGRES_TYPES,
    SETTING_FUNCTIONS,
    STICKY_FUNCTIONS,
    flink_functions,
    is_postgres_schema,
)

MIXED = "a statement cannot read both Postgres and Flink tables"
MIXED_HINT = "Run two statements: one over the Postgres catalog, one over Flink."


class Owner(Enum):
    """Whose relations a statement names."""

    POSTGRES = "postgres"
    FLINK = "flink"
    BOTH = "both"
    NOBODY = "nobody"


def is_postgres(reference: Reference, names: Names) -> bool:
    """Does Postgres alone have this relation or function?"""
    if reference.flink:
        return False
    name = reference.name
    if len(name) > 1:
        return is_postgres_schema(name[-2])
    if reference.call:
        return name[0] in names.pg_functions
    return name[0] in names.pg_relations or name[0] in names.temp_relations


def owner(found: Survey, names: Names) -> Owner:
    """By relations and table functions; UNNEST belongs to both and counts only when alone."""
    sources = [r for r in found.relations if not (r.call and r.name == ("unnest",))]
    sides = {is_postgres(r, names) for r in sources or found.relations}
    if len(sides) == 2:
        return Owner.BOTH
    if not sides:
        return Owner.NOBODY
    return Owner.POSTGRES if sides.pop() else Owner.FLINK


def classify_query(statement: Statement, names: Names) -> Classified:
    """SELECT, WITH, VALUES, TABLE and parenthesised queries."""
    words = statement.words
    found = survey(statement.tokens, words)
    whose = owner(found, names)
    if whose is Owner.NOBODY:
        flink = _constant_is_flinks(statement.tokens, words, found, names)
        whose = Owner.FLINK if flink else Owner.POSTGRES
    if whose is Owner.BOTH:
        return mixed(statement, found, names)
    if whose is Owner.POSTGRES:
        return _backend_query(statement, words, found, names)
    return _data_change(statement, words) or _unsupported(statement, found) or _engine(statement)


def _engine(statement: Statement) -> Classified:
    return engine(statement, Kind.QUERY, "SELECT")


def mixed(statement: Statement, found: Survey, names: Names, kind: Kind = Kind.QUERY) -> Classified:
    """Refused, pointing at the first relation of Postgres."""
    at = next((r.first for r in found.relations if is_postgres(r, names)), 0)
    position = statement.tokens[at].start + 1
    return refused(statement, kind, MIXED, hint=MIXED_HINT, position=position)


def _unsupported(statement: Statement, found: Survey) -> Classified | None:
    """What Postgres has and Flink never will."""
    if found.into is not None:
        message = "SELECT INTO is not supported for Flink tables"
        hint = "Use CREATE TABLE … WITH (…) AS SELECT, or INSERT INTO."
        at = found.into
    elif found.locking is not None:
        message = "row locks are not supported for Flink tables"
        hint = "Leave out FOR UPDATE or FOR SHARE: Flink tables have no row locks."
        at = found.locking
    else:
        return None
    position = statement.tokens[at].start + 1
    return refused(statement, Kind.QUERY, message, hint=hint, position=position)


def _data_change(statement: Statement, words: Sequence[str]) -> Classified | None:
    """WITH x AS (…) INSERT INTO t SELECT …, which Flink spells the other way round."""
    depth = 0
    for index, word in enumerate(words):
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word in ("SELECT", "VALUES", "TABLE"):
            return None
        if depth == 0 and word in ("INSERT", "UPDATE", "DELETE", "MERGE"):
            return refused(
                statement,
                Kind.SUBMIT,
                f"WITH in front of {word} is not supported for Flink tables",
                hint="Put the WITH clause behind the target: INSERT INTO t WITH … SELECT …",
                position=statement.tokens[index].start + 1,
            )
    return None


def _backend_query(
    statement: Statement, words: Sequence[str], found: Survey, names: Names
) -> Classified:
    calls = [r for r in (*found.calls, *found.relations) if r.call]
    own = {r.name[-1] for r in calls}
    options: dict[str, object] = {}
    if found.into is not None and (created := _into_temp(statement, words, found.into)):
        options["creates"] = created
    return backend(
        statement,
        sticky=bool(options) or not own.isdisjoint(STICKY_FUNCTIONS),
        touches=not own.isdisjoint(SETTING_FUNCTIONS)
        or any(not is_postgres(r, names) for r in calls)
        or any(r.name[0] == "xuanwu" for r in calls),
        options=options,
    )


def _into_temp(statement: Statement, words: Sequence[str], into: int) -> str | None:
    """The name that SELECT … INTO [LOCAL|GLOBAL] TEMP [TABLE] gives."""
    at, temporary = into + 1, False
    while at < len(words) and words[at] in ("LOCAL", "GLOBAL", "TEMP", "TEMPORARY", "TABLE"):
        temporary |= words[at] in ("TEMP", "TEMPORARY")
        at += 1
    if not temporary or at >= len(words):
        return None
    return temp_name(statement.tokens[at:])


def temp_name(tokens: Sequence[Token]) -> str:
    """The last part, folded, of the dotted name that the tokens begin with."""
    at = 0
    while at + 2 < len(tokens) and tokens[at + 1].text == ".":
        at += 2
    return folded(tokens[at]) if tokens else ""


# ── queries without relations ───────────────────────────────────────────────────────────────────


def _constant_is_flinks(
    tokens: Sequence[Token], words: Sequence[str], found: Survey, names: Names
) -> bool:
    if any(t.kind is TokenKind.BACKTICK for t in tokens) or not FLINK_ONLY.isdisjoint(words):
        return True
    types = set(_cast_types(words))
    if not types.isdisjoint(POSTGRES_TYPES):
        return False
    if not types.isdisjoint(FLINK_TYPES) or _has_constructor(words):
        return True
    if found.values:
        return not any(_is_postgres_only(call, names) for call in found.calls)
    return not all(is_postgres(call, names) for call in found.calls)


def _is_postgres_only(call: Reference, names: Names) -> bool:
    return is_postgres(call, names) and (
        len(call.name) > 1 or call.name[0] not in flink_functions()
    )


def _cast_types(words: Sequence[str]) -> list[str]:
    """First words of the types after `::` and after AS, where these cannot be aliases."""
    types: list[str] = []
    casts: list[bool] = []  # per open parenthesis: does it belong to CAST?
    for index, word in enumerate(words):
        following = words[index + 1] if index + 1 < len(words) else ""
        if word == "(":
            casts.append(index > 0 and words[index - 1] in ("CAST", "TRY_CAST"))
        elif word == ")" and casts:
            casts.pop()
        elif word == "::" or (word == "AS" and casts and casts[-1]):
            qualified = following == "PG_CATALOG" and words[index + 2 : index + 3] == (".",)
            types.append(words[index + 3] if qualified and index + 3 < len(words) else following)
            if following == "DOUBLE" and words[index + 2 : index + 3] != ("PRECISION",):
                types.append("BYTES")  # a bare DOUBLE is Flink's as well
    return types


def _has_constructor(words: Sequence[str]) -> bool:
    """MAP[…] and the types ROW<…>, ARRAY<…>."""
    pairs = zip(words, words[1:], strict=False)
    return any(pair in (("MAP", "["), ("ROW", "<"), ("ARRAY", "<"), ("MAP", "<")) for pair in pairs)
