"""Types of the parameters of Flink statements, before any value is there.

    declared by the client (Parse)
      └─ else the text: a cast, LIMIT, a literal beside it, a function's argument
           └─ else the target's column, for a whole value of an INSERT         one DESCRIBE
                └─ else the operand beside it, of which Flink is asked         one query per SELECT
                     └─ else text, as in Postgres

Flink is asked only where the text says nothing. A question that it refuses leaves the parameter
text: then Flink refuses the statement itself, for it does not mix text with other types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialects import Parameters, Place, read_parameters, single, to_engine
from dialects.contexts import combined
from dialects.parameters import MOST_ASKED
from dialects.scopes import Scope, Span
from protocol.errors import UNDEFINED_FUNCTION, SqlError
from protocol.values.pgtypes import JSONB, TEXT, type_name
from session.context import Session
from session.ports import Column, Target
from session.statements import Prepared

UNKNOWN = (0, 705)
TEXTS = frozenset({18, 19, 25, 1042, 1043})
ROUNDS = 3  # one parameter's type may be that of an operand with another parameter
OUTWARD = 3  # scopes around a subquery in which its operands are looked for
# What Flink says against a question: syntax and names, features, values. Anything else is trouble.
_REFUSALS = ("42", "0A", "22", "XX")


async def parameter_types(session: Session, prepared: Prepared) -> tuple[int, ...]:
    """Type OIDs of $1…$n; found once, then kept with the columns that they fill."""
    if prepared.types is None:
        assert prepared.classified is not None
        read = read_parameters(prepared.classified.statement)
        inference = _Inference(session, read, prepared.declared)
        prepared.types = await inference.run()
        prepared.targets = inference.targets
    return prepared.types


class _Inference:
    def __init__(self, session: Session, read: Parameters, declared: Sequence[int]) -> None:
        self.session = session
        self.read = read
        self.types = {n: oid for n, oid in enumerate(declared, start=1) if oid not in UNKNOWN}
        self.targets: Mapping[int, Target] = {}
        self.count = max((*(place.number for place in read.places), len(declared)), default=0)

    async def run(self) -> tuple[int, ...]:
        self.types |= self.read.known(self.types)
        if self.read.inserted is not None:
            await self._by_target()
        for _ in range(ROUNDS):
            if not await self._ask_all():
                break
        for place in self.read.places:
            if place.plain:
                self.types.setdefault(place.number, place.plain)
        for place in self.read.places:
            if place.context.ordered and self.types.get(place.number, TEXT.oid) in TEXTS:
                await self._check_order(place)
        return tuple(self.types.get(n, TEXT.oid) for n in range(1, self.count + 1))

    async def _by_target(self) -> None:
        """What a parameter fills is needed with the value as well, whatever type was declared."""
        assert self.read.inserted is not None
        table = to_engine(single(self.read.inserted.table)).text
        settings = await self.session.settings()
        try:
            columns = await self.session.interruptible(
                self.session.flink.targets(table, settings.engine),
                timeout_s=settings.statement_timeout_s,
            )
        except SqlError as error:
            self._refused(error)
            return
        named = {column.name: column for column in columns}
        found: dict[int, Target] = {}
        for index, slot in self.read.inserted.slots.items():
            if isinstance(slot, int):
                column = columns[slot] if slot < len(columns) else None
            else:
                column = named.get(slot)
            if column is not None:
                found[index] = column
        self.targets = found
        for place in self.read.places:
            if place.index in found:
                self.types.setdefault(place.number, found[place.index].type.oid)

    async def _check_order(self, place: Place) -> None:
        """Flink would order text beside a number by cutting it to that type: id < '5.5' would miss
        5. Postgres has no such operator, and nor has a statement with parameters."""
        oid = place.plain
        for span, _ in place.asked[:1]:
            if self.read.answerable(span, self.types):
                oid = (await self._types_of(place.scope, [span])).get(span, 0)
        if oid and oid not in TEXTS:
            raise SqlError(
                UNDEFINED_FUNCTION,
                f"operator does not exist: {type_name(oid)} compared with text",
                hint=f"Bind ${place.number} as that type, or cast one of the two.",
                position=self.read.position(place),
            )

    # ── operands ────────────────────────────────────────────────────────────────────────────────

    async def _ask_all(self) -> bool:
        """One round over the scopes, inner ones first; True if a type was found."""
        before = len(self.types)
        by_scope: dict[Scope, list[Place]] = {}
        for place in self.read.places:
            if place.asked and place.number not in self.types:
                by_scope.setdefault(place.scope, []).append(place)
        for scope in sorted(by_scope, key=lambda scope: scope.closed):
            await self._ask(scope, by_scope[scope])
        return len(self.types) > before

    async def _ask(self, scope: Scope, places: list[Place]) -> None:
        spans = dict.fromkeys(
            span
            for place in places
            for span, _ in place.asked
            if self.read.answerable(span, self.types)
        )
        known = await self._types_of(scope, list(spans)[:MOST_ASKED])
        for place in places:
            for span, operator in place.asked:
                oid = self._of_parameter(span) or known.get(span, 0)
                if oid and oid != JSONB.oid:
                    self.types.setdefault(place.number, combined(operator, oid))
                    break

    def _of_parameter(self, span: Span) -> int:
        """The type of an operand that is another parameter."""
        number = self.read.parameter_at(span)
        return self.types.get(number, 0) if number else 0

    async def _types_of(self, scope: Scope, spans: list[Span]) -> dict[Span, int]:
        """All at once; where Flink refuses that, one by one, and then in the scopes around."""
        if not spans:
            return {}
        columns = await self._columns(scope, spans)
        if columns is not None:
            return {span: c.type.oid for span, c in zip(spans, columns, strict=True)}
        around: list[Scope] = [scope] if len(spans) > 1 else []
        while scope.parent is not None and len(around) < OUTWARD:
            scope = scope.parent
            around.append(scope)
        return {span: oid for span in spans if (oid := await self._first(around, span))}

    async def _first(self, around: list[Scope], span: Span) -> int:
        for scope in around:
            columns = await self._columns(scope, [span])
            if columns is not None:
                return columns[0].type.oid
        return 0

    async def _columns(self, scope: Scope, spans: list[Span]) -> tuple[Column, ...] | None:
        """None where Flink refuses the question."""
        settings = await self.session.settings()
        question = self.read.question(scope, spans, self.types)
        try:
            return await self.session.interruptible(
                self.session.flink.describe(to_engine(single(question)).text, settings.engine),
                timeout_s=settings.statement_timeout_s,
            )
        except SqlError as error:
            self._refused(error)
            return None

    def _refused(self, error: SqlError) -> None:
        if not error.sqlstate.startswith(_REFUSALS):
            raise error
