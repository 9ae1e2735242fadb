"""Where operands of an expression begin and end, by brackets and precedence of operators.

a . b * f ( x )  >  $ 1          `forward` and `backward` go over tokens, one bracketed group
◄──── backward ────►             at a step, and give up after LONGEST steps
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dialects.lexer import NAMES, Token, TokenKind
from dialects.reader import Reader
from dialects.splitter import Statement
from dialects.typenames import read_type

LONGEST = 64  # tokens of an operand at its own level; a longer one is not looked at

# How tight an operator binds (Calcite's order); a comparison is the loosest that has operands.
COMPARISON, ADDITIVE, MULTIPLICATIVE = 4, 6, 7
BINDING: Mapping[str, int] = {
    "=": COMPARISON, "<>": COMPARISON, "!=": COMPARISON,
    "<": COMPARISON, ">": COMPARISON, "<=": COMPARISON, ">=": COMPARISON,
    "+": ADDITIVE, "-": ADDITIVE,
    "*": MULTIPLICATIVE, "/": MULTIPLICATIVE, "%": MULTIPLICATIVE, "||": MULTIPLICATIVE,
}  # fmt: skip
# Words that are never inside of an operand, at its own level.
STOPS = frozenset("""
    SELECT DISTINCT ALL FROM WHERE AND OR NOT ON HAVING WHEN THEN ELSE SET QUALIFY BETWEEN IN LIKE
    ILIKE SIMILAR IS BY GROUP ORDER LIMIT OFFSET FETCH UNION INTERSECT EXCEPT MINUS VALUES AS ASC
    DESC NULLS RETURNING USING SYMMETRIC ASYMMETRIC ESCAPE CASE END WINDOW ANY SOME EXISTS TO
""".split()) | {"", ",", "(", ")", "[", "]", ";", "=>", ":="}  # fmt: skip

_CLOSES = {")": "(", "]": "[", "END": "CASE"}
_OPENS = frozenset(_CLOSES.values())
_TYPED = frozenset({"DATE", "TIME", "TIMESTAMP"})


@dataclass(frozen=True, slots=True)
class Operands:
    """The tokens of a statement with their brackets matched (CASE … END is one)."""

    tokens: Sequence[Token]
    words: Sequence[str]
    partner: Mapping[int, int]  # opening ↔ closing bracket
    within: Mapping[int, int]  # parameter or opening bracket → the bracket around it
    reader: Reader

    @classmethod
    def of(cls, statement: Statement) -> Operands:
        reader = Reader(statement)
        partner: dict[int, int] = {}
        within: dict[int, int] = {}
        opened: list[int] = []
        for index, word in enumerate(reader.words):
            opens = word in _OPENS
            if opened and (opens or reader.tokens[index].kind is TokenKind.PARAMETER):
                within[index] = opened[-1]
            if opens:
                opened.append(index)
            elif word in _CLOSES and opened and reader.words[opened[-1]] == _CLOSES[word]:
                partner[index] = opened.pop()
                partner[partner[index]] = index
        return cls(reader.tokens, reader.words, partner, within, reader)

    def word(self, index: int) -> str:
        return self.words[index] if 0 <= index < len(self.words) else ""

    def unary(self, index: int) -> bool:
        """A sign, not the operator between two operands."""
        before = self.word(index - 1)
        after_operand = before in (")", "]", "END")
        return self.word(index) in ("+", "-") and not after_operand and (
            before in STOPS or before in BINDING
        )  # fmt: skip

    def backward(self, end: int, binding: int) -> int | None:
        """The first token of the operand in front of `end`, whose operators bind at least as
        tight; None if there is none that is clear."""
        at = end
        for _ in range(LONGEST):
            word = self.word(at - 1)
            if word in _CLOSES and at - 1 in self.partner:
                at = self.partner[at - 1]
            elif word in STOPS or self._looser(word, binding) or self._odd(at - 1):
                return at if at < end else None
            else:
                at -= 1
        return None

    def forward(self, start: int, binding: int) -> int | None:
        """Behind the last token of the operand at `start`, whose operators bind tighter."""
        at = start
        for _ in range(LONGEST):
            behind = self._primary(at)
            if behind is None:
                return None
            if BINDING.get(self.word(behind), 0) <= binding:
                return behind
            at = behind + 1
        return None

    def items(self, opening: int, most: int) -> list[tuple[int, int]]:
        """The first few items between brackets, cut at commas."""
        found: list[tuple[int, int]] = []
        start = at = opening + 1
        for _ in range(LONGEST):
            word = self.word(at)
            if word in (",", ")", "]", ""):
                if at > start:
                    found.append((start, at))
                start = at + 1
                if word != "," or len(found) == most:
                    break
            at = self.partner.get(at, at) + 1 if word in _OPENS else at + 1
        return found

    def _looser(self, word: str, binding: int) -> bool:
        return 0 < BINDING.get(word, 0) < binding or (binding == COMPARISON == BINDING.get(word, 0))

    def _odd(self, index: int) -> bool:
        return self.tokens[index].kind is TokenKind.HINT

    def _primary(self, start: int) -> int | None:
        """Behind a literal, name, call, bracketed group, CASE, with signs, casts and OVER."""
        at = start
        while at - start < LONGEST and self.word(at) in ("+", "-"):
            at += 1
        if at >= len(self.words):
            return None
        if self.word(at) in _OPENS:
            if at not in self.partner:
                return None
            at = self.partner[at] + 1
        elif self.word(at) in STOPS or self.word(at) in BINDING or self._odd(at):
            return None
        else:
            at = self._literal(at)
        return self._postfix(at)

    def _literal(self, at: int) -> int:
        string = at + 1 < len(self.tokens) and self.tokens[at + 1].kind is TokenKind.STRING
        if self.word(at) in _TYPED and string:
            return at + 2
        if self.word(at) == "INTERVAL" and string:
            at += 3  # with its unit
            at = self._skip_brackets(at)
            return self._skip_brackets(at + 2) if self.word(at) == "TO" else at
        return at + 1

    def _skip_brackets(self, at: int) -> int:
        return self.partner[at] + 1 if self.word(at) == "(" and at in self.partner else at

    def _postfix(self, at: int) -> int | None:
        for _ in range(LONGEST):
            word = self.word(at)
            if word in ("(", "[") and at in self.partner:
                at = self.partner[at] + 1
            elif word == "." and at + 1 < len(self.tokens) and self.tokens[at + 1].kind in NAMES:
                at += 2
            elif word == "::":
                self.reader.at = at + 1
                if read_type(self.reader) is None:
                    return None
                at = self.reader.at
            elif word in ("OVER", "FILTER") and at + 1 in self.partner:
                at = self.partner[at + 1] + 1
            else:
                return at
        return None
