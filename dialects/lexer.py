"""Characters to tokens: one lexer for texts that mix Postgres's lexical rules with Flink's.

Postgres: manual 4.1 (strings, dollar quotes, nested comments). Flink adds backticks, hints and
`//` comments (Calcite's `Parser.jj`). The two agree on everything else that matters here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple, NoReturn

from protocol.errors import STATEMENT_TOO_COMPLEX, SYNTAX_ERROR, SqlError

MAX_TOKENS = 2_000_000  # of one message: about 200 bytes of memory each


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


class Token(NamedTuple):
    """One significant token; `start` and `end` are offsets in characters."""

    kind: TokenKind
    text: str
    start: int
    end: int


NAMES = frozenset({TokenKind.WORD, TokenKind.QUOTED, TokenKind.UNICODE_NAME, TokenKind.BACKTICK})
STRINGS = frozenset(
    {TokenKind.STRING, TokenKind.ESCAPED, TokenKind.UNICODE_STRING, TokenKind.DOLLAR}
)

# Possessive quantifiers throughout: nothing is ever tried twice, so the time stays linear. Blanks
# belong to the lexeme behind them, and the most frequent lexemes come first: a match costs more
# than all that is done with it.
# `//` after a colon is not a comment: SET execution.checkpointing.dir = s3://bucket has no quotes.
_LEXEME = re.compile(
    r"""
    [ \t\n\r\f\v]*+
    (?: (?P<punctuation> [(),;] )
      | (?P<string> [nN]?' (?: [^']++ | '' )*+ ' )
      | (?P<escaped> [eE]' (?: [^'\\]++ | \\. | '' )*+ ' )
      | (?P<unicode_string> [uU]&' (?: [^']++ | '' )*+ ' )
      | (?P<bits> [xXbB]' [^']*+ ' )
      | (?P<unicode_name> [uU]&" (?: [^"]++ | "" )*+ " )
      | (?P<open_prefixed> [eEnNxXbB]' | [uU]&['"] )
      | (?P<word> [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_$\x80-\U0010ffff]*+ )
      | (?P<number> 0[xX][0-9a-fA-F_]++ | 0[oO][0-7_]++ | 0[bB][01_]++
                  | (?: [0-9] [0-9_]*+ (?: \. (?!\.) [0-9]*+ )? | \. [0-9]++ )
                    (?: [eE][+-]?[0-9]++ )? )
      | (?P<quoted> " (?: [^"]++ | "" )*+ " )
      | (?P<backtick> ` (?: [^`]++ | `` )*+ ` )
      | (?P<open> ['"`] )
      | (?P<line_comment> -- [^\n\r]*+ )
      | (?P<slashes> (?<!:)// [^\n\r]*+ )
      | (?P<hint> /\*\+ (?: [^'*]++ | '[^']*+' | \*(?!/) )*+ \*/ )
      | (?P<comment> /\* )
      | (?P<parameter> \$ [0-9]++ )
      | (?P<dollar> \$ (?: [A-Za-z_\x80-\U0010ffff] [A-Za-z0-9_\x80-\U0010ffff]*+ )? \$ )
      | (?P<operator> ->> | -> | => | :: | := | <> | != | <= | >= | \|\| | \.\. | . )
    )?
    """,
    re.VERBOSE | re.DOTALL,
)
_GROUPS = _LEXEME.groupindex
_KINDS: list[TokenKind | None] = [None] * (_LEXEME.groups + 1)
for _kind in TokenKind:
    _KINDS[_GROUPS[_kind.value]] = _kind
_KINDS[_GROUPS["punctuation"]] = TokenKind.OPERATOR
_DOLLAR, _LINE_COMMENT, _SLASHES = (_GROUPS[n] for n in ("dollar", "line_comment", "slashes"))
_COMMENT = _GROUPS["comment"]
_COMMENT_MARK = re.compile(r"/\*|\*/")

Lexeme = tuple[TokenKind | None, int, int]


def scan(sql: str, at: int = 0) -> Iterator[Lexeme]:
    """Significant lexemes from offset `at` on as (kind, start, end), blanks and comments dropped.

    A comment that only Flink takes for one (`// …`) comes without a kind.
    Raises SqlError 42601, in Postgres's words, for what is opened and never closed.
    """
    match, kinds = _LEXEME.match, _KINDS
    while found := match(sql, at):  # always: every part of the pattern may be empty
        group = found.lastindex
        if group is None:  # only blanks were left
            return
        start, end = found.span(group)
        kind = kinds[group]
        if kind is None or group == _DOLLAR:
            end = _special(sql, group, start, end)
            if group == _SLASHES or kind is not None:
                yield kind, start, end
        else:
            yield kind, start, end
        at = end


def _special(sql: str, group: int, start: int, end: int) -> int:
    """Where a lexeme ends that the pattern knows only the beginning of."""
    if group == _COMMENT:
        return comment_end(sql, start)
    if group == _DOLLAR:
        return _dollar_end(sql, start, sql[start:end])
    if group not in (_LINE_COMMENT, _SLASHES):
        _unterminated(sql, start, sql[start:end])
    return end


def too_complex(limit: int) -> SqlError:
    return SqlError(
        STATEMENT_TOO_COMPLEX,
        "statement too complex",
        detail=f"The text has more than {limit} words and signs.",
        hint="Send it in parts, or the rows by COPY.",
    )


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
