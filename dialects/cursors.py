"""Cursors and prepared statements: the verbs that name something the session holds.

What is malformed goes to Postgres, which words the syntax error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dialects.classified import Classified, Kind, Route, backend, outer_error
from dialects.names import folded
from dialects.reader import Reader
from dialects.splitter import Statement, part
from dialects.vocabulary import QUERY_WORDS

Classify = Callable[[Statement], Classified]
Span = tuple[str, int]

_ONCE = ("NEXT", "PRIOR", "FIRST", "LAST")
_COUNTED = ("ABSOLUTE", "RELATIVE")
_RUNS = ("FORWARD", "BACKWARD")
_PREPARABLE = QUERY_WORDS | {"INSERT", "UPDATE", "DELETE", "MERGE"}


def classify_declare(statement: Statement, classify: Classify) -> Classified:
    """DECLARE name [BINARY] [ASENSITIVE | INSENSITIVE] [[NO] SCROLL] CURSOR … FOR query."""
    reader = Reader(statement, 1)
    name = reader.name()
    options: dict[str, object] = {"binary": False, "insensitive": False, "scroll": None}
    while word := reader.one_of(("BINARY", "ASENSITIVE", "INSENSITIVE", "NO", "SCROLL")):
        if word == "NO":
            options["scroll"] = False
            reader.at += 1
        elif word != "ASENSITIVE":
            options[word.lower()] = True
    cursor = reader.accept("CURSOR")
    options["hold"] = reader.accept("WITH", "HOLD")
    reader.accept("WITHOUT", "HOLD")
    if name is None or not cursor or not reader.accept("FOR") or reader.word() not in QUERY_WORDS:
        return backend(statement)
    inner = classify(part(statement, reader.at))
    return _over(
        statement,
        Kind.DECLARE,
        "DECLARE CURSOR",
        inner,
        folded(name),
        options,
        sticky=options["hold"] is True,
    )


def classify_prepare(statement: Statement, classify: Classify) -> Classified:
    """PREPARE name [(types)] AS statement; PREPARE TRANSACTION belongs to the transaction."""
    reader = Reader(statement, 1)
    if reader.word() == "TRANSACTION" and reader.word(1) != "AS":
        return backend(statement, Kind.TRANSACTION, touches=True)
    name = reader.name()
    types = _list(reader)
    if name is None or types is None or not reader.accept("AS"):
        return backend(statement, sticky=True)
    if reader.word() not in _PREPARABLE:
        return backend(statement, sticky=True)
    inner = classify(part(statement, reader.at))
    return _over(
        statement, Kind.PREPARE, "PREPARE", inner, folded(name), {"types": types}, sticky=True
    )


def classify_execute(statement: Statement) -> Classified:
    """EXECUTE name [(arguments)]."""
    reader = Reader(statement, 1)
    name = reader.name()
    arguments = _list(reader)
    if name is None or arguments is None or not reader.done:
        return backend(statement, touches=True)
    options = {"arguments": arguments}
    return _held(statement, Kind.EXECUTE_PREPARED, "EXECUTE", folded(name), options)


def classify_fetch(statement: Statement) -> Classified:
    """FETCH and MOVE [direction] [FROM | IN] cursor."""
    reader = Reader(statement, 1)
    kind = Kind.FETCH if reader.word(-1) == "FETCH" else Kind.MOVE
    moved = ("NEXT", 1) if len(reader.words) == 2 else _direction(reader)
    reader.one_of(("FROM", "IN"))
    name = reader.name()
    if moved is None or name is None or not reader.done:
        return backend(statement)
    options = {"direction": moved[0], "count": moved[1]}
    return _held(statement, kind, kind.name, folded(name), options)


def classify_close(statement: Statement) -> Classified:
    """CLOSE name | ALL."""
    reader = Reader(statement, 1)
    return _name_or_all(statement, reader, Kind.CLOSE, "CLOSE CURSOR")


def classify_deallocate(statement: Statement) -> Classified:
    """DEALLOCATE [PREPARE] name | ALL."""
    reader = Reader(statement, 1)
    if reader.word(1):
        reader.accept("PREPARE")
    return _name_or_all(statement, reader, Kind.DEALLOCATE, "DEALLOCATE")


def classify_discard(statement: Statement) -> Classified:
    reader = Reader(statement, 1)
    target = reader.one_of(("ALL", "PLANS", "SEQUENCES", "TEMP", "TEMPORARY"))
    if not target or not reader.done:
        return backend(statement, touches=True)
    target = "TEMP" if target == "TEMPORARY" else target
    return _held(statement, Kind.DISCARD, f"DISCARD {target}", None, {"target": target})


def _name_or_all(statement: Statement, reader: Reader, kind: Kind, tag: str) -> Classified:
    everything = reader.accept("ALL")
    name = None if everything else reader.name()
    if not reader.done or not (everything or name):
        return backend(statement)
    label = f"{tag} ALL" if everything else tag
    return _held(statement, kind, label, folded(name) if name else None, {"all": everything})


def _direction(reader: Reader) -> tuple[str, int | None] | None:
    """Direction and count, a negative run turned round; None if it is not one."""
    if word := reader.one_of(_ONCE):
        return word, 1
    if word := reader.one_of(_COUNTED):
        count = _integer(reader)
        return None if count is None else (word, count)
    word = reader.one_of(_RUNS)
    if reader.accept("ALL"):
        return word or "FORWARD", None
    count = _integer(reader)
    if count is None:
        return (word or "NEXT"), 1
    if count < 0:
        return ("FORWARD" if word == "BACKWARD" else "BACKWARD"), -count
    return word or "FORWARD", count


def _integer(reader: Reader) -> int | None:
    at, sign = reader.at, 1
    if reader.one_of(("-", "+")) == "-":
        sign = -1
    if reader.word().isascii() and reader.word().isdigit():
        reader.at += 1
        return sign * int(reader.word(-1))
    reader.at = at
    return None


def _list(reader: Reader) -> tuple[Span, ...] | None:
    """Texts and offsets of a parenthesised list; () if there is none, None if it is malformed."""
    if reader.word() != "(":
        return ()
    inside = reader.parenthesised()
    if inside is None:
        return None
    spans: list[Span] = []
    begin, depth = inside[0], 0
    for index in range(inside[0], inside[1] + 1):
        word = reader.words[index]
        if index == inside[1] or (word == "," and depth == 0):
            if begin == index:
                return None
            piece = part(reader.statement, begin, index)
            spans.append((piece.text, reader.tokens[begin].start))
            begin = index + 1
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(word, 0)
    return tuple(spans)


def _held(
    statement: Statement, kind: Kind, tag: str, name: str | None, options: Mapping[str, object]
) -> Classified:
    """The session decides by who owns the name."""
    return Classified(
        Route.SESSION,
        kind,
        tag,
        statement,
        name=name,
        options=options,
        touches_settings=kind in (Kind.EXECUTE_PREPARED, Kind.DISCARD, Kind.FETCH),
    )


def _over(
    statement: Statement,
    kind: Kind,
    tag: str,
    inner: Classified,
    name: str,
    options: Mapping[str, object],
    *,
    sticky: bool,
) -> Classified:
    """The route follows from that of the inner statement."""
    route = Route.SESSION if inner.route is Route.ENGINE else inner.route
    on_backend = route is Route.BACKEND
    return Classified(
        route,
        kind,
        tag,
        statement,
        inner=inner.statement,
        inner_route=inner.route,
        name=name,
        options=options,
        sticky=on_backend and (sticky or inner.sticky),
        touches_settings=inner.touches_settings,
        error=outer_error(inner, statement),
    )
