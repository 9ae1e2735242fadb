"""A statement as Flink's parser takes it: token-level rewrites, everything else as written.

"name"      → `name`              x != y     → x <> y
x::int4     → CAST(x AS INT)      E'a\\tb'   → 'a	b'
$$text$$    → 'text'              SET execution.runtime-mode = batch → SET 'execution…' = 'batch'
BEGIN STATEMENT SET; … END        → EXECUTE STATEMENT SET BEGIN … END
/* a /* b */ */                   → /* a    b    */   (Flink's comments do not nest)
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialects.casts import cast_edits
from dialects.lexer import Token, TokenKind, comment_end
from dialects.names import quote_name, quote_string, string_value, written
from dialects.reader import Reader
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.settings import FlinkOption, flink_option
from dialects.splitter import Statement
from protocol.errors import SYNTAX_ERROR, SqlError

# A text without any of these, and without these words, needs nothing.
_SIGNS = ('"', "$", "!=", "::", "e'", "E'", "/*")
_WORDS = frozenset({"SET", "RESET", "AS"})
# What the mapping calls the rewrites here (`dialects.mapping.idioms.lexical` says why they are).
_STRINGS = {
    TokenKind.ESCAPED: "idiom.escape_string",
    TokenKind.DOLLAR: "idiom.dollar_string",
}
_COMMENT = re.compile(r"/\*|(?:--|(?<!:)//)[^\n\r]*+")


def to_engine(statement: Statement) -> Rewritten:
    """The text for Flink; the identical string if nothing has to change.

    Raises SqlError for what Flink has no word for: an escape that is not UTF-8, a cast to an
    unknown type. Positions of the error count in the statement's text.
    """
    text = statement.text
    signs = any(sign in text for sign in _SIGNS)
    if not signs and _WORDS.isdisjoint(statement.words):
        return Rewritten(text)
    option = flink_option(statement)
    if option is not None:
        return rewrite(text, [Edit(0, len(text), _quoted_option(option), "idiom.setting")])
    edits: list[Edit] = []
    if signs:
        edits += [edit for token in statement.tokens if (edit := _token_edit(token)) is not None]
    edits += _statement_set(statement)
    if "/*" in text:
        edits += _nested_comments(statement)
    return rewrite(text, _with_casts(statement, edits))


def _token_edit(token: Token) -> Edit | None:
    if token.kind in (TokenKind.QUOTED, TokenKind.UNICODE_NAME):
        return Edit(token.start, token.end, _name(token), "idiom.quotes")
    if token.kind in _STRINGS:
        rule = _STRINGS[token.kind]
        return Edit(token.start, token.end, quote_string(string_value(token)), rule)
    if token.kind is TokenKind.OPERATOR and token.text == "!=":
        return Edit(token.start, token.end, "<>", "idiom.not_equal")
    return None


def _name(token: Token) -> str:
    name = written(token)
    if not name:
        message = f'zero-length delimited identifier at or near "{token.text}"'
        raise SqlError(SYNTAX_ERROR, message, position=token.start + 1)
    return quote_name(name)


def _with_casts(statement: Statement, edits: list[Edit]) -> list[Edit]:
    """Add those of casts; a type written in quotes is part of the larger edit."""
    if "::" not in statement.text and "AS" not in statement.words:
        return edits
    casts = cast_edits(statement)
    covered = sorted((edit.start, edit.end) for edit in casts if edit.end > edit.start)
    if not covered:
        return edits
    return casts + _outside(sorted(edits, key=lambda edit: edit.start), covered)


def _outside(edits: list[Edit], covered: list[tuple[int, int]]) -> list[Edit]:
    kept: list[Edit] = []
    index = 0
    for edit in edits:
        while index < len(covered) and covered[index][1] <= edit.start:
            index += 1
        if index == len(covered) or edit.end <= covered[index][0]:
            kept.append(edit)
    return kept


def _quoted_option(option: FlinkOption) -> str:
    if option.value is None:
        return f"RESET {quote_string(option.key)}"
    return f"SET {quote_string(option.key)} = {quote_string(option.value)}"


def _statement_set(statement: Statement) -> list[Edit]:
    """The two-step form would leave Flink's session inside a set; the one-step form does not."""
    if Reader(statement).words[:4] != ("BEGIN", "STATEMENT", "SET", ";"):
        return []
    tokens = statement.tokens
    return [
        Edit(tokens[0].start, tokens[0].end, "EXECUTE", "idiom.statement_set"),
        Edit(tokens[2].end, tokens[3].end, " BEGIN", "idiom.statement_set"),
    ]


def _nested_comments(statement: Statement) -> list[Edit]:
    """Blank the marks of comments inside comments, so that both sides see the same end."""
    edits: list[Edit] = []
    at = 0
    for token in (*statement.tokens, None):
        end = token.start if token is not None else len(statement.text)
        for start, stop in _block_comments(statement.text, at, end):
            inside = statement.text[start + 2 : stop - 2]
            flat = inside.replace("/*", "  ").replace("*/", "  ")
            if flat != inside:
                edits.append(Edit(start + 2, stop - 2, flat, "idiom.comment"))
        at = token.end if token is not None else end
    return edits


def _block_comments(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while (found := _COMMENT.search(text, start, end)) is not None:
        start = found.end()
        if found.group() == "/*":
            start = comment_end(text, found.start())
            yield found.start(), start
