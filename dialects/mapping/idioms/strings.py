"""Functions of text, and those that read moments from numbers."""

from __future__ import annotations

from dialects.mapping.idioms.calls import Answer, Call, rule, template
from dialects.mapping.idioms.patterns import java_pattern
from dialects.mapping.idioms.typing import INTEGERS, Types
from dialects.names import quote_string

_MOST_PARTS = 2**31 - 1


def _split_part(call: Call) -> Answer:
    """Fields count from 1, a missing one is the empty string; NULL stays NULL."""
    if len(call.arguments) != 3:
        return None
    if any(call.view.null(one) for one in call.arguments[1:]):
        return call.becomes("SPLIT_INDEX({0}, {1}, {2})")
    number = call.view.integer(call.arguments[2])
    delimiter = call.view.string(call.arguments[1])
    if number is None or delimiter is None:
        return call.refused(
            "split_part with a field or delimiter that is no constant is not supported by Flink",
            "Use SPLIT_INDEX, which counts from 0 and gives NULL for a missing field.",
        )
    if number < 1 or number > _MOST_PARTS:
        return call.refused(
            "split_part with a field number below 1 is not supported by Flink",
            "Count the fields from the front, from 1.",
        )
    return call.becomes(
        "CASE WHEN {0} IS NOT NULL"
        f" THEN COALESCE(SPLIT_INDEX({{0}}, {{1}}, {number - 1}), '') END"
    )


def _string_agg(call: Call) -> Answer:
    if len(call.arguments) != 2:
        return None
    words = call.view.operands.words
    inside = [words[index] for span in call.arguments for index in range(*span)]
    if "ORDER" in inside or call.tail == "WITHIN":
        return call.refused(
            "ORDER BY inside of string_agg is not supported by Flink",
            "Leave it out; LISTAGG joins values in the order in which they come.",
        )
    delimiter = "" if call.view.null(call.arguments[1]) else call.view.string(call.arguments[1])
    if delimiter is None:
        return call.refused(
            "string_agg with a delimiter that is no constant is not supported by Flink",
            "Write the delimiter as a string.",
        )
    return call.becomes(f"LISTAGG({{0}}, {quote_string(delimiter)})")


def _concat(call: Call) -> Answer:
    """Flink's own, but it takes text alone; Postgres writes numbers as they are."""
    types = Types.of_view(call.view)
    parts = [
        f"CAST({{{n}}} AS STRING)" if types.root(span) in WRITTEN_ALIKE else f"{{{n}}}"
        for n, span in enumerate(call.arguments[:10])
    ]
    if len(call.arguments) > 10 or not any("CAST" in part for part in parts):
        return None
    return call.becomes(f"{call.name}({', '.join(parts)})")


def _regexp_replace(call: Call) -> Answer:
    """With the flag g; without one it is Flink's own, which replaces all matches as well."""
    if len(call.arguments) != 4:
        return None
    pattern, by, flags = (call.view.string(one) for one in call.arguments[1:])
    java = java_pattern(pattern, "i" in (flags or "")) if pattern else None
    plain = by is not None and not set(by) & {"\\", "$"}
    if java is None or not plain or flags is None or set(flags) not in ({"g"}, {"g", "i"}):
        return call.refused(
            "regexp_replace with these flags or this pattern is not supported by Flink",
            "Use REGEXP_REPLACE(x, pattern, replacement), which replaces all matches of a pattern"
            " of Java's.",
        )
    return call.becomes(f"REGEXP_REPLACE({{0}}, {quote_string(java)}, {{2}})")


def _to_timestamp(call: Call) -> Answer:
    """Of whole seconds; Flink's own reads a text."""
    if len(call.arguments) != 1 or Types.of_view(call.view).root(call.arguments[0]) not in INTEGERS:
        return None
    return call.becomes("TO_TIMESTAMP_LTZ({0}, 0)")


# Types whose text is the same in both.
WRITTEN_ALIKE = frozenset({"TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "DATE"})

RULES = (
    rule("SPLIT_PART", _split_part, "Flink's SPLIT_INDEX counts from 0; a missing field is NULL."),
    rule("STRING_AGG", _string_agg, "Flink calls it LISTAGG."),
    rule("LENGTH", template("CHAR_LENGTH({0})"), "Flink calls it CHAR_LENGTH."),
    rule("STRPOS", template("POSITION({1p} IN {0p})"), "Flink calls it POSITION."),
    rule("STARTS_WITH", template("(POSITION({1p} IN {0p}) = 1)"), "Flink calls it POSITION."),
    rule("GEN_RANDOM_UUID", template("UUID()"), "Flink calls it UUID."),
    rule("REGEXP_REPLACE", _regexp_replace, "Flink replaces all matches, of Java's patterns."),
    rule("TO_TIMESTAMP", _to_timestamp, "Flink makes moments of seconds with TO_TIMESTAMP_LTZ."),
    rule("CONCAT", _concat, "Flink joins text alone."),
    rule("CONCAT_WS", _concat, "Flink joins text alone."),
)
