"""Names that Postgres takes as they are and Flink's grammar reserves: count, value, year, user …

    SELECT a AS year, b value, t.count FROM t ORDER BY year
              └ an output  └ so     └ behind a dot      └ an output's name

Most of these words begin an expression of their own, so only places are rewritten where nothing but
a name can stand; `dialects.mapping.names` does what versions see differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from dialects.lexer import NAMES, TokenKind
from dialects.mapping.idioms.view import View
from dialects.mapping.model import Change, Rule, Target, Text
from dialects.names import quote_name, written
from dialects.operands import STOPS
from dialects.rewriting import Edit
from dialects.versions.words import reserved

# Words that Flink reserves and people use as names; Postgres takes them as such, `user` behind AS.
_NAMES = frozenset(
    """
    ABS AVG BLOB CATALOGS CLOSE COMMENT CONDITION CONNECT CONTAINS COUNT CURSOR CYCLE DATABASES DATE
    DATETIME DAY DEC ELEMENT EMPTY EQUALS EVERY EXP FREE FUNCTION FUNCTIONS GLOBAL HOUR IDENTITY
    IMPORT INDICATOR INITIAL LANGUAGE LARGE LOCAL LOWER MATCH MATCHES MAX MEMBER METHOD MIN MINUTE
    MODULE MONTH NONE OLD OPEN OUT PARAMETER PERCENT PERIOD PORTION POSITION POWER PROCEDURE RANK
    RAW REAL REF RELEASE RESULT RETURN RUNNING SCOPE SEARCH SECOND SENSITIVE SPECIFIC SQL START
    STATEMENT STATIC STREAM STRING SUM SYSTEM TABLES TIME TIMESTAMP TRANSLATION TRIGGER TRUNCATE
    UPPER USER VALUE VIEWS YEAR
""".split()
)
# They open a call, and else are nothing in Flink's grammar.
_ONLY_CALLS = frozenset("COUNT SUM MIN MAX AVG RANK POSITION METHOD RESULT VALUE".split())
_PAIRS = frozenset({"JSON_OBJECT", "JSON_OBJECTAGG"})  # KEY k VALUE v
_CLAUSES = frozenset(
    "FROM WHERE GROUP ORDER HAVING WINDOW UNION INTERSECT EXCEPT MINUS QUALIFY LIMIT".split()
)
_UNITS = frozenset("YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND".split())
_NO_ALIAS = frozenset({"END", "NULLS", "FROM", "AS", "OVER"}) | _CLAUSES
# Words behind which an expression goes on, not an output's name.
_KEYWORDS = frozenset("SELECT DISTINCT ALL AS IS NOT AND OR THEN ELSE WHEN CASE IN LIKE TO".split())
_BEHIND_OUTPUT = frozenset({",", "FROM", ")", ""})
_BEHIND_KEY = _BEHIND_OUTPUT | frozenset(
    "ASC DESC NULLS LIMIT OFFSET FETCH HAVING ORDER UNION INTERSECT EXCEPT".split()
)


@dataclass(slots=True)
class _Level:
    """One level of brackets: the clause that is being read, and the names of its outputs."""

    opener: str = ""
    clause: str = ""
    outputs: dict[str, str] = field(default_factory=dict)  # in upper case → as written


def _find(text: Text, target: Target) -> Iterable[Change]:
    words = _NAMES & reserved(target.version)
    if not _maybe(text.statement.words, words):
        return
    view = View.of(text, target)
    levels = [_Level()]
    for index, word in enumerate(view.operands.words):
        level = levels[-1]
        if word == "(":
            levels.append(_Level(view.word(index - 1)))
        elif word == ")" and len(levels) > 1:
            levels.pop()
        elif word == "SELECT":
            level.clause, level.outputs = word, {}
        elif word in _CLAUSES and level.clause and view.word(index - 1) != "DISTINCT":
            level.clause = word
        elif level.clause == "SELECT" and _output(view, index, words):
            name = written(view.operands.tokens[index])
            level.outputs[name.upper()] = name
            yield from _quoted(view, index, name, words)
        elif view.kind(index) is TokenKind.WORD and word in words:
            yield from _used(view, index, word, level, words)


def _maybe(written: Sequence[str], words: frozenset[str]) -> bool:
    """Does one of the words stand anywhere but in front of a bracket, where it is a call?"""
    behind = (*written[1:], "")
    return any(w in words and b != "(" for w, b in zip(written, behind, strict=True))


def _used(
    view: View, index: int, word: str, level: _Level, words: frozenset[str]
) -> Iterator[Change]:
    before, behind = view.word(index - 1), view.word(index + 1)
    token = view.operands.tokens[index]
    keys = level.clause in ("ORDER", "GROUP") and before in ("BY", ",") and behind in _BEHIND_KEY
    if keys and word in level.outputs:
        yield from _quoted(view, index, level.outputs[word], words)
    elif behind != "(" and (before == "." or (word in _ONLY_CALLS and level.opener not in _PAIRS)):
        yield from _quoted(view, index, token.text, words)


def _quoted(view: View, index: int, name: str, words: frozenset[str]) -> Iterator[Change]:
    token = view.operands.tokens[index]
    if token.kind is TokenKind.WORD and token.text.upper() in words:
        yield Change.of(Edit(token.start, token.end, quote_name(name)))


def _output(view: View, index: int, words: frozenset[str]) -> bool:
    """Is it the name of an output, behind AS or behind an expression?"""
    if view.kind(index) not in NAMES or view.word(index + 1) not in _BEHIND_OUTPUT:
        return False
    before = view.word(index - 1)
    if before == "AS":
        return True
    word = view.word(index)
    if word in _NO_ALIAS or (word in _UNITS and before == ")" and not _called(view, index - 1)):
        return False
    plain = view.kind(index - 1) in NAMES and before not in _KEYWORDS
    return plain or view.kind(index - 1) is TokenKind.NUMBER or before in (")", "]", "END")


def _called(view: View, closing: int) -> bool:
    """Is it the end of a call, not of (a - b) DAY?"""
    opening = view.operands.partner.get(closing, 0)
    return view.kind(opening - 1) in NAMES and view.word(opening - 1) not in STOPS


RULES = (Rule("idiom.reserved_name", _find, "The name is a reserved word in Flink.", _NAMES),)
