"""`$1` in statements for Flink, which has no usable parameters: types from the context, values in.

Flink reads `$1` as a column of that name and cannot plan `?`; values go in as literals. A type is
that of the context (`contexts`, `inserted`), or that of the operands beside it, which only Flink
knows: `question` puts these into one query whose columns have the wanted types.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from dialects.contexts import Context, combined, context, plain_type
from dialects.inserted import Inserted, inserted
from dialects.lexer import TokenKind
from dialects.literals import literal
from dialects.operands import Operands
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.scopes import Scope, Span, scopes
from dialects.splitter import Statement
from protocol.errors import UNDEFINED_PARAMETER, SqlError

LONGEST_PEER = 2000  # characters of an operand that Flink is asked about
MOST_ASKED = 32  # operands in one question
_NO_EXPRESSIONS = frozenset({"SHOW", "SET", "RESET", "ADD", "LOAD", "ALTER", "USE"})


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One occurrence of a parameter. `asked` are the operands beside it, nearest first, whose types
    only Flink knows, each with the operator between; `plain` is what the others show: it counts
    where nothing is asked or known (COALESCE($1, 0, price) is numeric, COALESCE($1, 0) int4)."""

    index: int
    number: int
    context: Context
    literal_only: bool  # the value of an option, a pattern of SHOW: no expression fits
    plain: int
    asked: tuple[tuple[Span, str], ...]
    scope: Scope

    @property
    def counts(self) -> str:
        """The clause if it is one that counts rows: LIMIT, OFFSET or FETCH."""
        return self.context.counts

    @property
    def oid(self) -> int:
        """The type that the text alone says; 0: none."""
        return self.context.oid or (0 if self.asked else self.plain)


@dataclass(frozen=True)
class Parameters:
    """All that a statement's text says of its parameters."""

    statement: Statement
    places: tuple[Place, ...] = field(default=())

    @cached_property
    def inserted(self) -> Inserted | None:
        return inserted(self.statement) if self.places else None

    def position(self, place: Place) -> int:
        """The place in the client's message, from 1."""
        return self.statement.start + self.statement.tokens[place.index].start + 1

    def known(self, types: Mapping[int, int]) -> dict[int, int]:
        """Types that the text alone says of parameters that are not in `types`; where a parameter
        has several places, its first that says something decides, as in Postgres."""
        found: dict[int, int] = {}
        for place in self.places:
            if place.number not in types and place.number not in found and place.oid:
                found[place.number] = place.oid
        return found

    def question(self, scope: Scope, spans: Iterable[Span], types: Mapping[int, int]) -> str:
        """A query whose columns are the operands; parameters in it are NULLs."""
        pieces = [self._piece(span, types) for span in spans]
        items = ", ".join(f"{text} AS p{n}" for n, text in enumerate(pieces))
        ctes = ", ".join(self._piece(span, types) for span in scope.ctes)
        head = f"WITH {ctes} " if ctes else ""
        tail = f" FROM {self._piece(scope.source, types)}" if scope.source else ""
        return f"{head}SELECT {items}{tail}"

    def parameter_at(self, span: Span) -> int:
        """The number of the parameter that is all of the operand; 0: it is something else."""
        place = self._by_index.get(span[0]) if span[1] - span[0] == 1 else None
        return place.number if place is not None else 0

    def answerable(self, span: Span, types: Mapping[int, int]) -> bool:
        """Not made of a parameter alone, nor of one whose own type is open."""
        inside = [p for index in range(*span) if (p := self._by_index.get(index)) is not None]
        return not self.parameter_at(span) and all(p.number in types for p in inside)

    def _piece(self, span: Span, types: Mapping[int, int]) -> str:
        tokens = self.statement.tokens
        start, end = tokens[span[0]].start, tokens[span[1] - 1].end
        edits = [
            Edit(token.start - start, token.end - start, self._null(index, types))
            for index, token in enumerate(tokens[span[0] : span[1]], span[0])
            if token.kind is TokenKind.PARAMETER
        ]
        return rewrite(self.statement.text[start:end], edits).text

    def _null(self, index: int, types: Mapping[int, int]) -> str:
        place = self._by_index[index]
        if place.counts:
            return "1"
        if place.number in types:
            return literal(types[place.number], None)
        # Flink refuses a NULL without a type in arithmetic.
        return "CAST(NULL AS INT)" if any(operator for _, operator in place.asked) else "NULL"

    @cached_property
    def _by_index(self) -> dict[int, Place]:
        return {place.index: place for place in self.places}


def read_parameters(statement: Statement) -> Parameters:
    """Look at every parameter of the statement, once."""
    numbers = _places(statement)
    if not numbers:
        return Parameters(statement)
    operands = Operands.of(statement)
    around = scopes(statement.tokens, operands.words)
    bare = operands.word(0) in _NO_EXPRESSIONS
    places = (_place(operands, around[index], index, number, bare) for index, number in numbers)
    return Parameters(statement, tuple(places))


def _place(operands: Operands, scope: Scope, index: int, number: int, bare: bool) -> Place:
    found = context(operands, index)
    option = operands.word(index - 1) == "=" and index > 1 and (
        operands.tokens[index - 2].kind is TokenKind.STRING
    )  # fmt: skip
    plain = 0
    asked: list[tuple[Span, str]] = []
    for span, operator in found.peers:
        oid = plain_type(operands, span)
        if oid and not plain:
            plain = combined(operator, oid)
        if not oid and _askable(operands, span):
            asked.append((span, operator))
    return Place(index, number, found, bare or option, plain, tuple(asked), scope)


def _askable(operands: Operands, span: Span) -> bool:
    start, end = operands.tokens[span[0]], operands.tokens[span[1] - 1]
    return end.end - start.start <= LONGEST_PEER


def parameters(statement: Statement) -> tuple[int, ...]:
    """The numbers of the parameters used, sorted."""
    return tuple(sorted({number for _, number in _places(statement)}))


def substitute(
    statement: Statement, values: Mapping[int, str], *, by_token: bool = False
) -> Rewritten:
    """The text with literals in place of `$n`: by its number, or by the index of its token. Raises
    SqlError 42P02 for one without a value."""
    edits: list[Edit] = []
    for index, number in _places(statement):
        token = statement.tokens[index]
        key = index if by_token else number
        if key not in values:
            message = f"there is no parameter ${number}"
            raise SqlError(UNDEFINED_PARAMETER, message, position=token.start + 1)
        edits.append(Edit(token.start, token.end, values[key]))
    return rewrite(statement.text, edits)


def _places(statement: Statement) -> list[tuple[int, int]]:
    """Token index and parameter number."""
    return [
        (index, _number(token.text))
        for index, token in enumerate(statement.tokens)
        if token.kind is TokenKind.PARAMETER
    ]


def _number(text: str) -> int:
    """No client can bind more than 65,535; a longer number only must not be one of these."""
    return int(text[1:]) if len(text) <= 10 else 10**9
