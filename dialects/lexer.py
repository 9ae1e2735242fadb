"""Characters to tokens: one lexer for texts that mix Postgres's lexical rules with Flink's.

Postgres: manual 4.1 (strings, dollar quotes, nested comments). Flink adds backticks, hints and
`//` comments (Calcite's `Parser.jj`). The two agree on everything else that matters here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from protocol.errors import SYNTAX_ERROR, SqlError


class TokenKind(Enum):
    WORD = "word"  # unquoted: keyword or identifier
    QUOTED = "quoted"  # "identifier"
    UNICODE_NAME = "unicode_name"  # U&"identifier"
    BACKTICK = "backtick"  # `identifier`
    STRING = "string"  # 'text' and N'text'
    ESCAPED = "escaped"  # E'text'
    UNICODE_STRING = "unicode_string"  # U&'text'
    BITS = "bits"  # X'ff', B'01'
    DOLLAR = "dollar"  # $tag$text$tag$
    NUMBER = "number"
    PARAMETER = "parameter"  # $1
    OPERATOR = "operator"  # punctuation as well
    HINT = "hint"  # /*+ … */


@dataclass(frozen=True, slots=True)
class Token:
    """One significant token; `start` and `end` are offsets in characters."""

    kind: TokenKind
    text: str
    start: int
    end: int


NAMES = frozenset({TokenKind.WORD, TokenKind.QUOTED, TokenKind.UNICODE_NAME, TokenKind.BACKTICK})
STRINGS = frozenset(
    {TokenKind.STRING, TokenKind.ESCAPED, TokenKind.UNICODE_STRING, TokenKind.DOLLAR}
)

# Possessive quantifiers throughout: nothing is ever tried twice, so the time stays linear.
# `//` after a colon is not a comment: SET execution.checkpointing.dir = s3://bucket has no quotes.
_LEXEME = re.compile(
    r"""
    (?P<blank> [ \t\n\r\f\v]++ | -- [^\n\r]*+ )
  | (?P<slashes> (?<!:)// [^\n\r]*+ )
  | (?P<hint> /\*\+ (?: [^'*]++ | '[^']*+' | \*(?!/) )*+ \*/ )
  | (?P<comment> /\* )
  | (?P<string> [nN]?' (?: [^']++ | '' )*+ ' )
  | (?P<escaped> [eE]' (?: [^'\\]++ | \\. | '' )*+ ' )
  | (?P<unicode_string> [uU]&' (?: [^']++ | '' )*+ ' )
  | (?P<bits> [xXbB]' [^']*+ ' )
  | (?P<quoted> " (?: [^"]++ | "" )*+ " )
  | (?P<unicode_name> [uU]&" (?: [^"]++ | "" )*+ " )
  | (?P<backtick> ` (?: [^`]++ | `` )*+ ` )
  | (?P<open> [eEnNxXbB]?' | [uU]&['"] | ["`] )
  | (?P<word> [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_$\x80-\U0010ffff]*+ )
  | (?P<number> 0[xX][0-9a-fA-F_]++ | 0[oO][0-7_]++ | 0[bB][01_]++
              | (?: [0-9] [0-9_]*+ (?: \. (?!\.) [0-9]*+ )? | \. [0-9]++ ) (?: [eE][+-]?[0-9]++ )? )
  | (?P<parameter> \$ [0-9]++ )
  | (?P<dollar> \$ (?: [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_\x80-\U0010ffff]*+ )? \$ )
  | (?P<operator> ->> | -> | => | :: | := | <> | != | <= | >= | \|\| | \.\. | . )
    """,
    re.VERBOSE | re.DOTALL,
)
_KINDS = {kind.value: kind for kind in TokenKind}
_COMMENT_MARK = re.compile(r"/\*|\*/")

Lexeme = tuple[TokenKind | None, int, int]


def scan(sql: str) -> Iterator[Lexeme]:
    """Significant lexemes as (kind, start, end), blanks and comments dropped.

    A comment that only Flink takes for one (`// …`) comes without a kind.
    Raises SqlError 42601, in Postgres's words, for what is opened and never closed.
    """
    at, size, match = 0, len(sql), _LEXEME.match
    while at < size:
        found = match(sql, at)
        assert found is not None  # the last alternative takes any character
        group, end = found.lastgroup or "", found.end()
        if group == "comment":
            end = comment_end(sql, at)
        elif group == "open":
            _unterminated(sql, at, found.group())
        elif group == "slashes":
            yield None, at, end
        elif group != "blank":
            if group == "dollar":
                end = _dollar_end(sql, at, found.group())
            yield _KINDS[group], at, end
        at = end


def comment_end(sql: str, start: int) -> int:
    """The offset behind the block comment at `start`; block comments nest, as in Postgres."""
    depth = 0
    for mark in _COMMENT_MARK.finditer(sql, start):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    _unterminated(sql, start, "/*")


def _dollar_end(sql: str, start: int, tag: str) -> int:
    close = sql.find(tag, start + len(tag))
    if close < 0:
        _unterminated(sql, start, "$")
    return close + len(tag)


_OPENED = {
    "/": "/* comment",
    "$": "dollar-quoted string",
    "x": "hexadecimal string literal",
    "b": "bit string literal",
}


def _unterminated(sql: str, start: int, opening: str) -> NoReturn:
    """Postgres reads N'…' as a word and a string, hence the place of that error."""
    start += opening[0] in "nN"
    what = "quoted identifier" if opening[-1] in '"`' else "quoted string"
    what = _OPENED.get(opening[0].lower(), what)
    raise SqlError(
        SYNTAX_ERROR, f'unterminated {what} at or near "{sql[start:]}"', position=start + 1
    )
