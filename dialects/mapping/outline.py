"""The outline of a statement: its words at the top, what stands in brackets folded away.

    CREATE TABLE `t` (id INT) WITH ('connector' = 'x') AS SELECT f(a), 1 FROM s
    CREATE TABLE ` ( ) WITH ( ) AS SELECT F ( ) , 0 FROM S

Words are in upper case with one blank behind each; a quoted name is "`", a string "'", a number
"0", a parameter "$", a hint "+". The grammar of a statement is then a regular expression, and what
it matches is found again in the text.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from dialects.lexer import STRINGS, TokenKind
from dialects.splitter import Statement

_MARKS = {
    **dict.fromkeys(STRINGS, "'"),
    TokenKind.BITS: "'",
    TokenKind.QUOTED: "`",
    TokenKind.UNICODE_NAME: "`",
    TokenKind.BACKTICK: "`",
    TokenKind.NUMBER: "0",
    TokenKind.PARAMETER: "$",
    TokenKind.HINT: "+",
}
# What holds statements: their first words are heads as well.
_HOLDERS = frozenset({"EXPLAIN", "EXECUTE", "COMPILE"})
_INNER = frozenset(
    {"INSERT", "SELECT", "WITH", "VALUES", "CREATE", "REPLACE", "DELETE", "UPDATE", "UPSERT"}
)


class Outline:
    """Of the tokens first … last (exclusive) of a statement; offsets are those of `text`."""

    def __init__(self, statement: Statement, first: int = 0, last: int | None = None) -> None:
        self.statement = statement
        self.indexes: list[int] = []  # of each word, the index of its token
        self.starts: list[int] = []  # of each word, its offset
        marks: list[str] = []
        length = depth = 0
        words, tokens = statement.words, statement.tokens
        for index in range(first, len(words) if last is None else last):
            word = words[index]
            depth -= word == ")" and depth > 0
            if not depth:
                mark = _MARKS.get(tokens[index].kind, word)
                marks.append(mark)
                self.indexes.append(index)
                self.starts.append(length)
                length += len(mark) + 1
            depth += word == "("
        self.text = "".join([f"{mark} " for mark in marks])

    def heads(self) -> Iterator[int]:
        """Offsets at which a statement begins: the whole, and those inside EXPLAIN, EXECUTE,
        COMPILE PLAN and statement sets."""
        yield 0
        words = self.text.split(" ")
        if words[0] not in _HOLDERS:
            return
        many = False
        for place in range(1, len(self.starts)):
            word, before = words[place], words[place - 1]
            many = many or word == "BEGIN"
            if (word in _INNER and not many) or before == ";" or (many and before == "BEGIN"):
                yield self.starts[place]
                if not many:
                    return

    def token(self, offset: int) -> int:
        """The index of the token whose word is at an offset, or follows it."""
        return self.indexes[bisect_left(self.starts, offset)]

    def tokens(self, start: int, end: int) -> tuple[int, int]:
        """The indexes of the tokens from one offset up to another, the second exclusive; what is
        folded between them is among them."""
        first, last = bisect_left(self.starts, start), bisect_right(self.starts, end - 1) - 1
        return self.indexes[first], self.indexes[last] + 1

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The characters of the statement's text from one offset up to another."""
        first, last = self.tokens(start, end)
        tokens = self.statement.tokens
        return tokens[first].start, tokens[last - 1].end


def elements(statement: Statement, opening: int) -> Iterator[tuple[int, int]]:
    """Token ranges of what commas part in the bracket that opens at a token."""
    depth = 0
    for index in range(opening, len(statement.words)):
        word = statement.words[index]
        depth += (word in "([") - (word in ")]")
        if depth == 0:
            return parted(statement, opening + 1, index)
    return iter(())


def parted(statement: Statement, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The tokens first … last (exclusive) parted at commas, as such ranges.

    Commas inside brackets and inside `<…>` of a type part nothing.
    """
    words = statement.words
    depth = angles = 0
    begin = first
    for index in range(first, last):
        word = words[index]
        depth += (word in "([") - (word in ")]")
        angles = max(0, angles + _angle(words, index))
        if word == "," and not depth and not angles:
            yield begin, index
            begin = index + 1
    if last > begin:
        yield begin, last


_GENERIC = frozenset({"ARRAY", "MAP", "MULTISET", "ROW", "STRUCTURED", "RAW"})


def _angle(words: Sequence[str], index: int) -> int:
    """Does it open or close the arguments of a type? `<` and `>` compare as well."""
    if words[index] == "<":
        return int(words[index - 1] in _GENERIC)
    return -(words[index] == ">")
