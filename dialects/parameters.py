"""`$1` in statements for Flink, which has no usable parameters: types from the context, values in.

Flink reads `$1` as a column of that name and cannot plan `?`; values go in as literals.
"""

from __future__ import annotations

from collections.abc import Mapping

from dialects.lexer import NAMES, TokenKind
from dialects.names import written
from dialects.reader import Reader
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.splitter import Statement
from dialects.typenames import read_type
from dialects.vocabulary import NOT_CALLS
from protocol.errors import UNDEFINED_PARAMETER, SqlError

_TEXT, _BIGINT = 25, 20
_COMPARISONS = frozenset({"=", "<>", "!=", "<", ">", "<=", ">="})
_ENDS_OPERAND = frozenset(
    {"", "(", ",", "WHERE", "AND", "OR", "NOT", "ON", "HAVING", "WHEN", "SELECT", "THEN", "ELSE"}
    | {"SET", "QUALIFY", "BETWEEN", "IN"} | _COMPARISONS
)  # fmt: skip


def parameters(statement: Statement) -> tuple[int, ...]:
    """The numbers of the parameters used, sorted."""
    return tuple(sorted(set(_places(statement).values())))


def guess_parameter_types(statement: Statement) -> dict[int, int]:
    """OIDs of parameters whose context says the type: casts, LIMIT, OFFSET, FETCH NEXT, LIKE."""
    guesses: dict[int, int] = {}
    reader = Reader(statement)
    for index, number in _places(statement).items():
        reader.at = index
        oid = _guess(reader)
        if oid:
            guesses.setdefault(number, oid)
    return guesses


def column_context(statement: Statement) -> dict[int, tuple[str, ...]]:
    """The column beside a parameter, as its dotted name: `t.col = $1` → {1: ("t", "col")}.

    Comparisons either way round, IN lists, BETWEEN, SET col = $1, and the columns that an INSERT
    lists for its VALUES. The session asks the engine for their types.
    """
    reader = Reader(statement)
    context = _inserted(statement)
    lists = _in_lists(reader)
    for index, number in _places(statement).items():
        if number in context:
            continue
        column = _column(reader, index) or lists.get(index, ())
        if column:
            context[number] = column
    return context


def substitute(statement: Statement, values: Mapping[int, str]) -> Rewritten:
    """The text with literals in place of `$n`. Raises SqlError 42P02 for one without a value."""
    edits: list[Edit] = []
    for index, number in _places(statement).items():
        token = statement.tokens[index]
        if number not in values:
            message = f"there is no parameter ${number}"
            raise SqlError(UNDEFINED_PARAMETER, message, position=token.start + 1)
        edits.append(Edit(token.start, token.end, values[number]))
    return rewrite(statement.text, edits)


def _places(statement: Statement) -> dict[int, int]:
    """Token index → parameter number."""
    return {
        index: _number(token.text)
        for index, token in enumerate(statement.tokens)
        if token.kind is TokenKind.PARAMETER
    }


def _number(text: str) -> int:
    """No client can bind more than 65,535; a longer number only must not be one of these."""
    return int(text[1:]) if len(text) <= 10 else 10**9


def _guess(reader: Reader) -> int | None:
    before = reader.word(-1)
    if before in ("LIMIT", "OFFSET") or (
        before in ("NEXT", "FIRST") and reader.word(-2) == "FETCH"
    ):
        return _BIGINT
    if reader.word(1) == "::" or (reader.word(1) == "AS" and _in_cast(reader)):
        reader.at += 2
        named = read_type(reader)
        return named.oid if named is not None else None
    if before in ("LIKE", "ILIKE", "ESCAPE") or before == "||" or reader.word(1) == "||":
        return _TEXT
    return None


def _in_cast(reader: Reader) -> bool:
    return reader.word(-1) == "(" and reader.word(-2) in ("CAST", "TRY_CAST")


# ── columns ─────────────────────────────────────────────────────────────────────────────────────


def _column(reader: Reader, index: int) -> tuple[str, ...]:
    words = reader.words
    before = words[index - 1] if index else ""
    if before in _COMPARISONS:
        return _chain_before(reader, index - 1)
    if words[index + 1 : index + 2] and words[index + 1] in _COMPARISONS:
        return _chain_after(reader, index + 2)
    if before in ("BETWEEN", "LIKE", "SYMMETRIC", "ASYMMETRIC"):
        return _chain_before(reader, _skip_not(words, index - 1))
    if before == "AND" and index > 3:
        return _between(reader, index)
    return ()


def _skip_not(words: tuple[str, ...], index: int) -> int:
    """The index of the operator's first word: NOT BETWEEN, BETWEEN SYMMETRIC."""
    if words[index] in ("SYMMETRIC", "ASYMMETRIC"):
        index -= 1
    return index - 1 if index and words[index - 1] == "NOT" else index


def _between(reader: Reader, index: int) -> tuple[str, ...]:
    """col BETWEEN x AND $n, where x is one token."""
    low = index - 3
    if reader.words[low] in ("SYMMETRIC", "ASYMMETRIC"):
        low -= 1
    if reader.words[low] != "BETWEEN":
        return ()
    return _chain_before(reader, _skip_not(reader.words, low))


def _in_lists(reader: Reader) -> dict[int, tuple[str, ...]]:
    """Token index of each parameter in `col [NOT] IN ( … )` → the column; one pass over all.

    Only literals and parameters may stand before it in the list.
    """
    found: dict[int, tuple[str, ...]] = {}
    column: tuple[str, ...] = ()
    for index, token in enumerate(reader.tokens):
        if token.text == "(" and index and reader.words[index - 1] == "IN":
            column = _chain_before(reader, _skip_not(reader.words, index - 1))
        elif token.text != "," and token.kind not in _LITERALS:
            column = ()
        elif column and token.kind is TokenKind.PARAMETER:
            found[index] = column
    return found


_LITERALS = frozenset({TokenKind.PARAMETER, TokenKind.STRING, TokenKind.NUMBER, TokenKind.ESCAPED})


def _chain_before(reader: Reader, end: int) -> tuple[str, ...]:
    """The dotted name that ends in front of token `end`, if it is a whole operand."""
    at = end - 1
    if at < 0 or reader.tokens[at].kind not in NAMES or reader.words[at] in NOT_CALLS:
        return ()
    parts = [written(reader.tokens[at])]
    while at > 1 and reader.words[at - 1] == "." and reader.tokens[at - 2].kind in NAMES:
        at -= 2
        parts.insert(0, written(reader.tokens[at]))
    before = reader.words[at - 1] if at else ""
    return tuple(parts) if before in _ENDS_OPERAND else ()


def _chain_after(reader: Reader, start: int) -> tuple[str, ...]:
    ahead = Reader.__new__(Reader)
    ahead.statement, ahead.tokens, ahead.words = reader.statement, reader.tokens, reader.words
    ahead.at = start
    chain = ahead.chain()
    if not chain or ahead.word() in ("(", "[", "::", "+", "-", "*", "/", "||", "%"):
        return ()
    return tuple(written(token) for token in chain)


def _inserted(statement: Statement) -> dict[int, tuple[str, ...]]:
    """INSERT INTO t (a, b) VALUES ($1, $2), …: parameters by place."""
    reader = Reader(statement)
    if not (reader.accept("INSERT", "INTO") and reader.chain()):
        return {}
    columns = _column_list(reader)
    if not columns or not reader.accept("VALUES"):
        return {}
    context: dict[int, tuple[str, ...]] = {}
    depth = place = 0
    for index in range(reader.at, len(reader.words)):
        word = reader.words[index]
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 1 and word in ("(", ","):
            place = 0 if word == "(" else place + 1
            alone = reader.words[index + 2 : index + 3] in ((",",), (")",))
            if alone and place < len(columns) and _is_parameter(reader, index + 1):
                context.setdefault(_number(reader.words[index + 1]), (columns[place],))
    return context


def _column_list(reader: Reader) -> list[str]:
    inside = reader.parenthesised()
    if inside is None:
        return []
    return [written(token) for token in reader.tokens[slice(*inside)] if token.kind in NAMES]


def _is_parameter(reader: Reader, index: int) -> bool:
    return reader.tokens[index].kind is TokenKind.PARAMETER
