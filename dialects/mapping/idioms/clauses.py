"""Clauses that Flink does not have: left out where they say nothing, else refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dialects.lexer import TokenKind
from dialects.mapping.idioms.view import View
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.names import written
from dialects.operands import STOPS
from dialects.rewriting import Edit

# Words that begin it → what it is called, what to do.
_REFUSED: dict[tuple[str, ...], tuple[str, str]] = {
    ("FOR", "UPDATE"): ("FOR UPDATE", "Leave it out: Flink tables have no row locks."),
    ("FOR", "SHARE"): ("FOR SHARE", "Leave it out: Flink tables have no row locks."),
    ("FOR", "NO", "KEY", "UPDATE"): (
        "FOR NO KEY UPDATE", "Leave it out: Flink tables have no row locks."),
    ("FOR", "KEY", "SHARE"): ("FOR KEY SHARE", "Leave it out: Flink tables have no row locks."),
    ("ROWS", "WITH", "TIES"): ("WITH TIES", "Use RANK() OVER (…) and a condition on it."),
    ("ROW", "WITH", "TIES"): ("WITH TIES", "Use RANK() OVER (…) and a condition on it."),
    ("SELECT", "TOP"): ("TOP", "Use LIMIT."),
}  # fmt: skip
_WORDS = frozenset({"UPDATE", "SHARE", "TIES", "TOP"})
_NO_COLLATION = frozenset({"C", "POSIX", "default", "ucs_basic"})


def _refusals(text: Text, target: Target) -> Iterable[Refusal]:
    view = View.of(text, target)
    for index in range(len(view.operands.words)):
        for phrase, (name, hint) in _REFUSED.items():
            words = tuple(view.word(index + n) for n in range(len(phrase)))
            if words == phrase and (name != "TOP" or _counts(view, index + 2)):
                yield view.refused(index, f"{name} is not supported by Flink", hint)


def _counts(view: View, index: int) -> bool:
    """TOP 5 and TOP (5); a column may be called top."""
    number = view.kind(index) is TokenKind.NUMBER
    return number or (view.word(index) == "(" and view.kind(index + 3) in (TokenKind.WORD,))


def _collations(text: Text, target: Target) -> Iterable[Change | Refusal]:
    """Flink compares by code point, which is what the C collation does."""
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if word != "COLLATE" or index == 0 or view.word(index - 1) in STOPS:
            continue
        last = index + 1
        while view.word(last + 1) == ".":
            last += 2
        tokens = view.operands.tokens
        if last >= len(tokens):
            continue
        if written(tokens[last]) in _NO_COLLATION:
            yield Change.of(Edit(tokens[index - 1].end, tokens[last].end, ""))
        else:
            yield view.refused(
                index, "COLLATE is not supported by Flink", "Flink compares text by code points."
            )


def _null_tests(text: Text, target: Target) -> Iterable[Change]:
    """`x ISNULL` and `x NOTNULL`."""
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        if (
            word in ("ISNULL", "NOTNULL")
            and index
            and view.word(index - 1) not in STOPS - {")", "]"}
        ):
            if (
                view.word(index + 1) in ("(", ".")
                or view.kind(index - 1) is TokenKind.OPERATOR
                and (view.word(index - 1) not in (")", "]"))
            ):
                continue
            token = view.operands.tokens[index]
            new = "IS NULL" if word == "ISNULL" else "IS NOT NULL"
            yield Change.of(Edit(token.start, token.end, new))


def _single_fetch(text: Text, target: Target) -> Iterable[Change]:
    """FETCH FIRST ROW ONLY; Flink wants the number."""
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        first = word == "FETCH" and view.word(index + 1) in ("FIRST", "NEXT")
        if first and view.word(index + 2) in ("ROW", "ROWS"):
            end = view.operands.tokens[index + 1].end
            yield Change.of(Edit(end, end, " 1"))


def _distinct_on(text: Text, target: Target) -> Iterable[Refusal]:
    view = View.of(text, target)
    words: Sequence[str] = view.operands.words
    for index, word in enumerate(words):
        if word == "DISTINCT" and view.word(index + 1) == "ON" and view.word(index + 2) == "(":
            yield view.refused(
                index,
                "DISTINCT ON is not supported by Flink",
                "Number the rows with ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) in a subquery"
                " and keep those with number 1.",
            )


def _series(text: Text, target: Target) -> Iterable[Refusal]:
    view = View.of(text, target)
    for index, word in enumerate(view.operands.words):
        called = view.word(index + 1) == "(" and view.word(index - 1) != "."
        if word == "GENERATE_SERIES" and called and word not in target.functions:
            yield view.refused(
                index,
                "generate_series is not supported by Flink",
                "Use VALUES, or a table with connector 'datagen' and a sequence.",
            )


RULES = (
    Rule("idiom.clause", _refusals, "Flink has none.", _WORDS),
    Rule(
        "idiom.collate", _collations, "Flink compares text by code points, as C does.",
        frozenset({"COLLATE"}),
    ),
    Rule(
        "idiom.null_test", _null_tests, "Flink writes IS NULL.", frozenset({"ISNULL", "NOTNULL"})
    ),
    Rule("idiom.fetch", _single_fetch, "Flink wants the number of rows.", frozenset({"FETCH"})),
    Rule("idiom.distinct_on", _distinct_on, "Flink has none.", frozenset({"DISTINCT"})),
    Rule("idiom.generate_series", _series, "Flink has none.", frozenset({"GENERATE_SERIES"})),
)  # fmt: skip
