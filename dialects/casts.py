"""`x::type` as CAST(x AS type), and Postgres's type names inside CAST.

The operand is found by walking back over one primary expression: literal, name, call, subscript,
parentheses, CASE, an earlier cast.
"""

from __future__ import annotations

from collections.abc import Sequence

from dialects.lexer import NAMES, Token, TokenKind
from dialects.reader import Reader
from dialects.rewriting import Edit
from dialects.splitter import Statement
from dialects.typenames import read_type
from dialects.vocabulary import NOT_CALLS
from protocol.errors import FEATURE_NOT_SUPPORTED, UNDEFINED_OBJECT, SqlError

_OPENERS = {"(": ")", "[": "]", "CASE": "END"}
_CLOSERS = frozenset(_OPENERS.values())
# Keywords that open parentheses and belong to the expression, unlike AND ( … ).
_SYNTAX_CALLS = frozenset(
    "CAST COALESCE EXTRACT GREATEST LEAST NULLIF OVERLAY POSITION SUBSTRING TRIM ROW GROUPING"
    " CURRENT_TIMESTAMP CURRENT_TIME LOCALTIME LOCALTIMESTAMP".split()
)
_TYPED_LITERALS = frozenset({"DATE", "TIME", "TIMESTAMP", "INTERVAL"})
_NO_OPERAND = frozenset("SELECT WHERE AND OR NOT WHEN THEN ELSE BY ON".split())
_RULE = "idiom.cast"
_TAILS = frozenset({"OVER", "FILTER", "GROUP"})


def cast_edits(statement: Statement) -> list[Edit]:
    """Edits for every `::` and for type names in CAST that Flink lacks.

    Raises SqlError 0A000 for an operand that cannot be told from its surroundings, 42704 for a
    type that Flink does not have.
    """
    return _Casts(statement).run()


class _Casts:
    def __init__(self, statement: Statement) -> None:
        self.reader = Reader(statement)
        self.tokens: Sequence[Token] = statement.tokens
        self.words = self.reader.words
        self.match: dict[int, int] = {}  # closing token → opening token
        self.ends: dict[int, int] = {}  # last token of a written type → first of the operand
        self.edits: list[Edit] = []

    def run(self) -> list[Edit]:
        opened: list[int] = []
        for index, word in enumerate(self.words):
            if word in _OPENERS:
                opened.append(index)
            elif word in _CLOSERS and opened and _OPENERS[self.words[opened[-1]]] == word:
                self.match[index] = opened.pop()
            elif word == "::":
                self._cast(index)
            elif word == "AS" and opened and self._opens_cast(opened[-1]):
                self._type_name(index + 1)
        return self.edits

    def _opens_cast(self, paren: int) -> bool:
        return paren > 0 and self.words[paren - 1] in ("CAST", "TRY_CAST")

    def _cast(self, index: int) -> None:
        first = self._operand(index)
        self.reader.at = index + 1
        named = read_type(self.reader)
        if named is None:
            raise self._unknown_type(index)
        last = self.reader.at - 1
        self.ends[last] = first
        self.edits.append(Edit(self.tokens[first].start, self.tokens[first].start, "CAST(", _RULE))
        end = self.tokens[last].end
        before = self.tokens[index - 1].end
        self.edits.append(Edit(before, end, f" AS {named.flink})", _RULE))

    def _type_name(self, index: int) -> None:
        self.reader.at = index
        named = read_type(self.reader)
        if named is not None and not named.native and self.reader.word() == ")":
            start, end = self.tokens[index].start, self.tokens[self.reader.at - 1].end
            self.edits.append(Edit(start, end, named.flink, _RULE))

    def _operand(self, index: int) -> int:
        """The first token of the primary expression that ends in front of `index`."""
        at = index - 1
        while at >= 0:
            at = self._component(at, index)
            if at > 1 and self.words[at - 1] == ".":
                at -= 2
            else:
                return at
        raise self._no_operand(index)

    def _component(self, at: int, index: int) -> int:
        """The first token of one part of a dotted chain."""
        while self.words[at] == "]" and at in self.match:
            at = self.match[at] - 1
            if at < 0:
                raise self._no_operand(index)
            if self.words[at] == "ARRAY":
                return at
        if at in self.ends:
            return self.ends[at]
        if self.words[at] == ")" and at in self.match:
            return self._call(self.match[at], index)
        if self.words[at] == "END" and at in self.match:
            return self.match[at]
        return self._leaf(at, index)

    def _call(self, paren: int, index: int) -> int:
        """A parenthesis, with the function's name in front of it if there is one."""
        at = paren - 1
        if at < 0 or self.tokens[at].kind not in NAMES:
            return paren
        word = self.words[at]
        if word in _TAILS:
            raise self._no_operand(index)
        if word in NOT_CALLS and word not in _SYNTAX_CALLS and self.words[at - 1] != ".":
            return paren
        return at

    def _leaf(self, at: int, index: int) -> int:
        token = self.tokens[at]
        if token.kind in (TokenKind.OPERATOR, TokenKind.HINT) or self.words[at] in _NO_OPERAND:
            raise self._no_operand(index)
        before = self.words[at - 1] if at else ""
        if token.kind is TokenKind.STRING and before in _TYPED_LITERALS:
            return at - 1
        if token.kind is TokenKind.WORD and at and self.tokens[at - 1].kind is TokenKind.STRING:
            raise self._no_operand(index)  # INTERVAL '1' DAY::text
        return at

    def _no_operand(self, index: int) -> SqlError:
        return SqlError(
            FEATURE_NOT_SUPPORTED,
            "the operand of :: is too complex for Flink tables",
            hint="Write CAST(… AS type).",
            position=self.tokens[index].start + 1,
        )

    def _unknown_type(self, index: int) -> SqlError:
        token = self.tokens[index + 1] if index + 1 < len(self.tokens) else self.tokens[index]
        return SqlError(
            UNDEFINED_OBJECT,
            f'type "{token.text}" does not exist in Flink',
            hint="Use CAST with a type of Flink.",
            position=token.start + 1,
        )
