"""`j ->> 'key'` and `j #>> '{a,b}'`: JSON_VALUE with a path, or JSON_QUERY where that has nothing.

JSON_VALUE gives the same text for strings, numbers and truth values, and NULL for null and what is
missing; but also for an object or array, whose text JSON_QUERY gives, without blanks. A text that
is no JSON gives NULL, where Postgres has an error; before Flink 2.0 numbers are doubles.
"""

from __future__ import annotations

from collections.abc import Iterable

from dialects.mapping.idioms.view import Span, View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.names import quote_string

_ARROWS = frozenset({"->", "->>"})
_TIGHTER = 8  # than * and /: no operator is left inside of such an operand


def _find(text: Text, target: Target) -> Iterable[Change | Refusal]:
    view = View.of(text, target)
    index = 0
    while index < len(view.operands.words):
        if view.word(index) in _ARROWS:
            end, found = _chain(view, index)
            yield found
            index = end
        elif view.word(index) == "#" and view.word(index + 1) == ">":
            yield _braces(view, index)
        index += 1


def _chain(view: View, at: int) -> tuple[int, Change | Refusal]:
    """`a -> 'b' ->> 'c'`: all steps are one path."""
    start, path, last = at, "$", ""
    while view.word(at) in _ARROWS:
        last = view.word(at)
        end = view.operands.forward(at + 1, _TIGHTER)
        if end is not None and view.null((at + 1, end)):
            return end, _nothing(view, start, end)
        step = _step(view, (at + 1, end)) if end is not None else None
        if step is None or end is None:
            return at + 1, _no_path(view, at)
        path, at = path + step, end
    if last == "->":
        return at, view.refused(
            start, "operator -> is not supported by Flink",
            "Use ->> for a value, or JSON_QUERY(json, path) for an object or array.",
        )  # fmt: skip
    return at, _value(view, start, at, path)


def _braces(view: View, at: int) -> Change | Refusal:
    """`#>> '{a,0,b}'`, which reaches us as three signs."""
    behind = at + 3
    end = view.operands.forward(behind, _TIGHTER) if view.word(at + 2) == ">" else None
    value = view.string((behind, end)) if end is not None else None
    if end is None or value is None or not (value.startswith("{") and value.endswith("}")):
        return _no_path(view, at)
    steps = value[1:-1].split(",")
    if any(not step or set(step) & set("\"'{}\\ ") for step in steps):
        return _no_path(view, at)
    if any(step.lstrip("-").isdecimal() for step in steps):
        return _no_path(view, at)  # a key or an index, as the value is
    return _value(view, at, end, "$" + "".join(map(_key, steps)))


def _value(view: View, operator: int, end: int, path: str) -> Change | Refusal:
    left = view.operands.backward(operator, _TIGHTER)
    if left is None:
        return _no_path(view, operator)
    said = quote_string(f"lax {path}")
    template = f"COALESCE(JSON_VALUE({{0}}, {said}), JSON_QUERY({{0}}, {said}))"
    return view.filled((left, end), template, ((left, operator),))


def _nothing(view: View, operator: int, end: int) -> Change | Refusal:
    """A key that is NULL, or is not there yet."""
    left = view.operands.backward(operator, _TIGHTER)
    if left is None:
        return _no_path(view, operator)
    return view.filled((left, end), "CAST(NULL AS STRING)", ())


def _step(view: View, span: Span) -> str | None:
    number = view.integer(span)
    if number is not None:
        return f"[{number}]" if number >= 0 else None
    key = view.string(span)
    return _key(key) if key and not set(key) & set("\"'\\]") else None


def _key(key: str) -> str:
    return f".{key}" if key.isidentifier() and key.isascii() else f"['{key}']"


def _no_path(view: View, at: int) -> Refusal:
    return view.refused(
        at,
        "this path into JSON is not supported by Flink",
        "Use constant keys, as in j ->> 'key', or JSON_VALUE(j, '$.key').",
    )


RULES = (
    Rule(
        "idiom.json_value",
        _find,
        "Flink reads JSON with JSON_VALUE and JSON_QUERY; a text that is no JSON gives NULL.",
        _ARROWS | {"#"},
        notice=True,
    ),
)
