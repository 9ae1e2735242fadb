"""Our lexer's tokens as sqlglot's parser takes them: same offsets, its types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import tokenizer_core, tokens
from sqlglot.tokenizer_core import TokenType

from dialects.lexer import NAMES, STRINGS, Token, TokenKind
from dialects.names import string_value, written

KEYWORDS: dict[str, TokenType] = {
    **{k: v for k, v in tokens.Tokenizer.KEYWORDS.items() if k[0].isalpha()},
    "BYTES": TokenType.VARBINARY,
    "MATCH_RECOGNIZE": TokenType.MATCH_RECOGNIZE,
    "MULTISET": TokenType.VAR,
    "PARTITIONED_BY": TokenType.VAR,
    "ROW": TokenType.STRUCT,
    "STRING": TokenType.TEXT,
    "TIMESTAMP_LTZ": TokenType.TIMESTAMPLTZ,
}
"""Words in upper case that are not plain names."""

OPERATORS: dict[str, TokenType] = {
    **tokens.Tokenizer.SINGLE_TOKENS,
    **{k: v for k, v in tokens.Tokenizer.KEYWORDS.items() if not k[0].isalpha() and k[0] != "{"},
    "<@": TokenType.LT_AT,
    "@>": TokenType.AT_GT,
    "~": TokenType.RLIKE,
}
"""Signs, Postgres's among them."""

WORDS = frozenset({TokenType.VAR, *(v for k, v in KEYWORDS.items() if " " not in k)})
"""Types of tokens that are unquoted words."""

# Keywords of several words are one token to the parser: GROUP BY, PRIMARY KEY, …
_PAIRS = {tuple(key.split()): kind for key, kind in KEYWORDS.items() if key.count(" ") == 1}
_FIRST = frozenset(first for first, _ in _PAIRS)
_PAIRED = frozenset(_PAIRS.values())
_SINGLE = {key: kind for key, kind in KEYWORDS.items() if " " not in key}
_COMMENT = re.compile(r"/\*(?P<block>.*?)\*/|(?:--|(?<!:)//)(?P<line>[^\n\r]*)", re.DOTALL)
# The lexer knows the signs of Flink; those of Postgres come to it in single characters.
_SIGNS = re.compile(r"#>>?|@>|<@|!~~\*?|!~\*?|~~\*?|~\*|&&")
_RARE = re.compile(r"[#@~&]")
_NONE: list[str] = []  # no token's comments are ever changed in place


def to_sqlglot(text: str, given: Sequence[Token]) -> list[tokenizer_core.Token]:
    """The same tokens in sqlglot's classes; `end` is that of the last character, as there."""
    made: list[tokenizer_core.Token] = []
    append, token_of = made.append, tokenizer_core.Token
    word, operator = TokenKind.WORD, TokenKind.OPERATOR
    single, signs, var = _SINGLE.get, OPERATORS, TokenType.VAR
    rare = _RARE.search(text) is not None
    skip = 0
    for index, token in enumerate(given):
        if skip:
            skip -= 1
            continue
        kind, lexeme, start, end = token
        if kind is word:
            upper = lexeme.upper()
            if upper in _FIRST and (pair := _pair(upper, given, index)) is not None:
                skip = 1
                second = given[index + 1]
                both = f"{lexeme} {second.text}"
                append(token_of(pair, both, 1, 0, start, second.end - 1, _NONE))
            else:
                append(token_of(single(upper, var), lexeme, 1, 0, start, end - 1, _NONE))
        elif kind is operator:
            if rare and (sign := _SIGNS.match(text, start)) is not None:
                skip = _signs(sign.group(), start, given, index, made)
            else:
                append(token_of(signs.get(lexeme, var), lexeme, 1, 0, start, end - 1, _NONE))
        else:
            _append(token, made)
    if "--" in text or "/*" in text or "//" in text:
        _comments(text, made)
    return made


def _pair(first: str, given: Sequence[Token], index: int) -> TokenType | None:
    if index + 1 == len(given):
        return None
    return _PAIRS.get((first, given[index + 1].text.upper()))


def _signs(
    sign: str, start: int, given: Sequence[Token], index: int, made: list[tokenizer_core.Token]
) -> int:
    """One operator of Postgres's; the number of the lexer's tokens that it covers but for one."""
    end = start + len(sign)
    if sign[0] == "!":
        made.append(_made(TokenType.NOT, "!", start, start + 1))
        sign, start = sign[1:], start + 1
    made.append(_made(OPERATORS[sign], sign, start, end))
    behind = index + 1
    while behind < len(given) and given[behind].start < end:
        behind += 1
    return behind - index - 1


def _append(token: Token, made: list[tokenizer_core.Token]) -> None:
    kind, text, start, end = token
    if kind is TokenKind.NUMBER:
        made.append(_made(TokenType.NUMBER, text, start, end))
    elif kind in STRINGS:
        made.append(_made(TokenType.STRING, string_value(token), start, end))
    elif kind in NAMES:
        made.append(_made(TokenType.IDENTIFIER, written(token), start, end))
    elif kind is TokenKind.HINT:
        made.append(_made(TokenType.HINT, text[3:-2].strip(), start, end))
    elif kind is TokenKind.BITS:
        bits = TokenType.HEX_STRING if text[0] in "xX" else TokenType.BIT_STRING
        made.append(_made(bits, text[2:-1], start, end))
    else:
        made.append(_made(TokenType.PARAMETER, "$", start, start + 1))
        made.append(_made(TokenType.NUMBER, text[1:], start + 1, end))


def _made(kind: TokenType, text: str, start: int, end: int) -> tokenizer_core.Token:
    return tokenizer_core.Token(kind, text, 1, 0, start, end - 1, _NONE)


def _comments(text: str, made: list[tokenizer_core.Token]) -> None:
    """Comments belong to the token before them; what stands before the first is not the text's."""
    for index, token in enumerate(made):
        pair = token.token_type in _PAIRED and " " in token.text
        at = token.start if pair else token.end + 1
        end = made[index + 1].start if index + 1 < len(made) else len(text)
        if end - at > 1 and (found := list(_COMMENT.finditer(text, at, end))):
            token.comments = [one["block"] or one["line"] or "" for one in found]
