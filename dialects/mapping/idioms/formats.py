"""to_char of moments: DATE_FORMAT, as far as Java's patterns say the same."""

from __future__ import annotations

import re

from dialects.mapping.idioms.calls import Answer, Call, rule
from dialects.mapping.idioms.typing import MOMENTS, Types
from dialects.names import quote_string

# Patterns of to_char that mean the same as Java's; names of months and days are padded or cased
# in ways that Java does not know, and so are not among them.
_PATTERNS = {
    "YYYY": "yyyy", "YY": "yy", "MM": "MM", "DD": "dd", "DDD": "DDD", "HH24": "HH", "HH12": "hh",
    "HH": "hh", "MI": "mm", "SS": "ss", "MS": "SSS", "US": "SSSSSS", "AM": "a", "PM": "a",
    "MON": "", "Mon": "MMM", "Dy": "EEE",
}  # fmt: skip
_PATTERN = re.compile(
    r'(?P<quoted>"[^"]*")|(?P<field>YYYY|YY|DDD|MM|DD|HH24|HH12|HH|MI|SS|MS|US|AM|PM|Mon|Dy)'
    r"|(?P<plain>[-/.,:; ]+|[^\sA-Za-z0-9\"']+)"
)
_OF_DATE = frozenset({"YYYY", "YY", "MM", "DD", "DDD", "Mon", "Dy"})


def _java_pattern(pattern: str) -> tuple[str, frozenset[str]] | None:
    """The pattern for DATE_FORMAT and the fields in it; None if it cannot be said exactly."""
    at, made, fields = 0, "", set()
    for found in _PATTERN.finditer(pattern):
        if found.start() != at:
            return None
        at = found.end()
        if found["field"]:
            fields.add(found["field"])
            made += _PATTERNS[found["field"]]
        elif found["quoted"]:
            made += quote_string(found["quoted"][1:-1])
        else:
            made += found["plain"] if not set(found["plain"]) & set("[]{}#") else "\0"
    return (made, frozenset(fields)) if at == len(pattern) and "\0" not in made else None


def _to_char(call: Call) -> Answer:
    if len(call.arguments) != 2:
        return None
    if call.view.null(call.arguments[1]):
        return call.becomes("CAST(NULL AS STRING)")
    pattern = call.view.string(call.arguments[1])
    java = None if pattern is None else _java_pattern(pattern)
    kind = Types.of_view(call.view).root(call.arguments[0])
    if kind and kind not in MOMENTS | {"DATE"}:
        return call.refused(
            f"to_char of {kind} is not supported by Flink", "Use CAST(… AS STRING)."
        )
    if java is None:
        return call.refused(
            "this pattern of to_char has no exact form in Flink",
            "Use DATE_FORMAT with a pattern of Java's, or YYYY, MM, DD, HH24, MI, SS, MS, US.",
        )
    text = quote_string(java[0])
    if kind == "DATE":
        return call.becomes(f"DATE_FORMAT(CAST({{0}} AS TIMESTAMP(3)), {text})")
    # Where the type is not evident: DATE_FORMAT takes moments alone, as Flink will say.
    return call.becomes(f"DATE_FORMAT({{0}}, {text})")


RULES = (rule("TO_CHAR", _to_char, "Flink formats with DATE_FORMAT and Java's patterns."),)
