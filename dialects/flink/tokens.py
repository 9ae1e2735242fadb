"""Our lexer's tokens as sqlglot's parser takes them: same offsets, its types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import tokenizer_core, tokens
from sqlglot.tokenizer_core import TokenType

from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import string_value, written

KEYWORDS: dict[str, TokenType] = {
    **{k: v for k, v in tokens.Tokenizer.KEYWORDS.items() if "{" not in k and "/*" not in k},
    "//": TokenType.DIV,
    "=>": TokenType.FARROW,
    "BYTES": TokenType.VARBINARY,
    "MATCH_RECOGNIZE": TokenType.MATCH_RECOGNIZE,
    "MULTISET": TokenType.VAR,
    "ROW": TokenType.STRUCT,
    "STRING": TokenType.TEXT,
    "TIMESTAMP_LTZ": TokenType.TIMESTAMPLTZ,
}
"""Words and operators in upper case that are not plain names."""

SINGLE = tokens.Tokenizer.SINGLE_TOKENS
# Keywords of several words are one token to the parser: GROUP BY, PRIMARY KEY, …
_PAIRS = {tuple(key.split()): kind for key, kind in KEYWORDS.items() if key.count(" ") == 1}
_FIRST = frozenset(first for first, _ in _PAIRS)
_COMMENT = re.compile(r"/\*(?P<block>.*?)\*/|(?:--|(?<!:)//)(?P<line>[^\n\r]*)", re.DOTALL)


def to_sqlglot(text: str, given: Sequence[Token]) -> list[tokenizer_core.Token]:
    """The same tokens in sqlglot's classes; `end` is that of the last character, as there."""
    made: list[tokenizer_core.Token] = []
    commented = "--" in text or "/*" in text or "//" in text
    index = at = 0
    while index < len(given):
        token = given[index]
        if commented and token.start > at:
            _comments(text[at : token.start], made)
        pair = _pair(given, index) if token.kind is TokenKind.WORD else None
        if pair is not None:
            index += 1
            end = given[index].end
            made.append(_made(pair, text[token.start : end], token.start, end))
        else:
            _append(token, made)
        at = given[index].end
        index += 1
    if commented and made:
        _comments(text[at:], made)
    return made


def _pair(given: Sequence[Token], index: int) -> TokenType | None:
    first = given[index].text.upper()
    if first not in _FIRST or index + 1 == len(given):
        return None
    return _PAIRS.get((first, given[index + 1].text.upper()))


def _append(token: Token, made: list[tokenizer_core.Token]) -> None:
    kind, text, start, end = token
    if kind is TokenKind.WORD:
        made.append(_made(KEYWORDS.get(text.upper(), TokenType.VAR), text, start, end))
    elif kind is TokenKind.OPERATOR:
        made.append(_made(SINGLE.get(text) or KEYWORDS.get(text, TokenType.VAR), text, start, end))
    elif kind is TokenKind.NUMBER:
        made.append(_made(TokenType.NUMBER, text, start, end))
    elif kind in STRINGS:
        made.append(_made(TokenType.STRING, string_value(token), start, end))
    elif kind in NAMES:
        made.append(_made(TokenType.IDENTIFIER, written(token), start, end))
    elif kind is TokenKind.HINT:
        made.append(_made(TokenType.HINT, text, start, end, [text[3:-2]]))
    elif kind is TokenKind.BITS:
        bits = TokenType.HEX_STRING if text[0] in "xX" else TokenType.BIT_STRING
        made.append(_made(bits, text[2:-1], start, end))
    else:
        made.append(_made(TokenType.PARAMETER, "$", start, start + 1))
        made.append(_made(TokenType.NUMBER, text[1:], start + 1, end))


def _made(
    kind: TokenType, text: str, start: int, end: int, comments: list[str] | None = None
) -> tokenizer_core.Token:
    return tokenizer_core.Token(kind, text, 1, start + 1, start, end - 1, comments)


def _comments(gap: str, made: list[tokenizer_core.Token]) -> None:
    """Comments belong to the token before them; what stands before the first is not the text's."""
    for found in _COMMENT.finditer(gap):
        if made:
            made[-1].comments.append(found["block"] or found["line"] or "")
