"""What the text around a parameter says of its type, without asking anybody.

    LIMIT $1, $1::date, NOT $1       an OID
    id * $1, CASE … THEN $1 ELSE id  operands that it has its type in common with ("peers")
    substring(name, $1)              an OID, by the table of functions

It climbs from the parameter outward, through brackets and signs, CASE and COALESCE, as long as the
operand that it has reached has the parameter's own type.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from dialects.lexer import NAMES, TokenKind
from dialects.operands import BINDING, COMPARISON, Operands
from dialects.typenames import ARRAYS, read_type
from dialects.vocabulary import ARGUMENTS, NOT_CALLS

BOOL, INT8, INT4, TEXT, NUMERIC = 16, 20, 23, 25, 1700
FLOAT8, DATE, TIME, TIMESTAMP, INTERVAL = 701, 1082, 1083, 1114, 1186
_TEXTS = 1009  # text[]
_NAMED = {"bool": BOOL, "int4": INT4, "int8": INT8, "text": TEXT, "float8": FLOAT8}
_TYPED = {"DATE": DATE, "TIME": TIME, "TIMESTAMP": TIMESTAMP, "INTERVAL": INTERVAL}
_INT4_MAX, _INT8_MAX = 2**31 - 1, 2**63 - 1

DEEPEST = 32  # brackets and signs between a parameter and what it is combined with
MOST_PEERS = 8
COUNTED = frozenset({"LIMIT", "OFFSET", "FETCH"})
_CONDITIONS = frozenset({"WHERE", "ON", "HAVING", "QUALIFY", "AND", "OR", "NOT"})
_LIKE = frozenset({"LIKE", "ILIKE", "ESCAPE", "TO"})  # TO: SIMILAR TO
QUANTIFIERS = frozenset({"ANY", "ALL", "SOME"})  # x = ANY ($1): an array of what x is
_ALTERNATIVES = frozenset({"COALESCE", "NULLIF", "IFNULL", "GREATEST", "LEAST", "MOD"})

Span = tuple[int, int]


@dataclass(slots=True)
class Context:
    """`oid`: the text alone says it. `peers`: token ranges of operands with the same type, the
    nearest first, each with the operator between: + of a date and $1 is no sum of dates.
    `ordered`: one of a comparison by which Flink would convert silently."""

    oid: int = 0
    counts: str = ""  # LIMIT, OFFSET or FETCH: Flink takes a number there and no expression
    whole: bool = False  # where Flink wants an INT and nothing wider
    ordered: bool = False
    peers: list[tuple[Span, str]] = field(default_factory=list)


def context(operands: Operands, index: int) -> Context:
    """The context of the parameter at token `index`."""
    return _Climber(operands, index).climb()


def plain_type(operands: Operands, span: Span) -> int:
    """The OID of an operand that shows its type: a literal, a cast; 0 for anything else.
    A string literal has no type of its own, so it is text."""
    start, end = span
    while operands.word(start) in ("+", "-") and start + 1 < end:
        start += 1
    if operands.word(start) == "(" and operands.partner.get(start) == end - 1:
        return plain_type(operands, (start + 1, end - 1)) if end - start < 8 else 0
    token = operands.tokens[start]
    if end - start == 1:
        if token.kind is TokenKind.NUMBER:
            return _number(token.text)
        if token.kind in (TokenKind.STRING, TokenKind.ESCAPED, TokenKind.DOLLAR):
            return TEXT
        return BOOL if operands.word(start) in ("TRUE", "FALSE") else 0
    if operands.tokens[start + 1].kind is TokenKind.STRING:
        return _TYPED.get(operands.word(start), 0)
    return _cast_type(operands, start, end)


def combined(operator: str, peer: int) -> int:
    """The type beside a peer of that type: what Flink can add to a moment is an interval."""
    if operator in QUANTIFIERS:
        return ARRAYS.get(peer, _TEXTS)
    if operator in ("+", "-") and peer in (DATE, TIME, TIMESTAMP, 1184):
        return INTERVAL
    if operator in ("*", "/") and peer == INTERVAL:
        return INT4
    return TEXT if operator == "||" else peer


def _number(text: str) -> int:
    if not text.isdecimal():
        return FLOAT8 if "e" in text.lower() and text[:2].lower() != "0x" else NUMERIC
    value = int(text) if len(text) < 20 else _INT8_MAX + 1
    return INT4 if value <= _INT4_MAX else INT8 if value <= _INT8_MAX else NUMERIC


def _cast_type(operands: Operands, start: int, end: int) -> int:
    reader, inside = operands.reader, operands.partner.get(start + 1)
    if operands.word(start) in ("CAST", "TRY_CAST") and inside == end - 1:
        for at in range(end - 2, max(start, end - 20), -1):
            if operands.word(at) == "AS":
                return _type_at(operands, at + 1)
    for at in range(end - 2, max(start, end - 12), -1):
        if operands.word(at) == "::":
            oid = _type_at(operands, at + 1)
            alone = all(operands.word(i) not in BINDING for i in range(start, at))
            return oid if reader.at == end and alone else 0
    return 0


def _type_at(operands: Operands, at: int) -> int:
    operands.reader.at = at
    named = read_type(operands.reader)
    return named.oid if named is not None else 0


class _Climber:
    def __init__(self, operands: Operands, index: int) -> None:
        self.operands = operands
        self.word = operands.word
        self.lo, self.hi = index, index + 1
        self.bracket = operands.within.get(index)
        self.found = Context()

    def climb(self) -> Context:
        for _ in range(DEEPEST):
            if not self._step():
                break
        return self.found

    def _step(self) -> bool:
        """Look at both neighbours; True if there is more to see further out."""
        left, right = self.word(self.lo - 1), self.word(self.hi)
        if self.operands.unary(self.lo - 1):
            self.lo -= 1
            return True
        if self._known(left, right):
            return False
        if left in BINDING or right in BINDING:
            return self._operator(left, right)
        return self._phrase(left, right)

    def _known(self, left: str, right: str) -> bool:
        if left in ("NEXT", "FIRST"):
            left = self.word(self.lo - 2)
        if left in COUNTED:
            self.found.counts, self.found.oid = left, INT8
        elif right == "::":
            self.found.oid = _type_at(self.operands, self.hi + 1)
            return True
        elif right == "AS" and left == "(" and self.word(self.lo - 2) in ("CAST", "TRY_CAST"):
            self.found.oid = _type_at(self.operands, self.hi + 1)
            return True
        elif left in _LIKE and (left != "TO" or self.word(self.lo - 2) == "SIMILAR"):
            self.found.oid = TEXT
        elif right in ("LIKE", "ILIKE", "SIMILAR") or (
            right == "NOT" and self.word(self.hi + 1) in ("LIKE", "ILIKE", "SIMILAR")
        ):
            self.found.oid = TEXT
        return bool(self.found.oid)

    # ── operators ───────────────────────────────────────────────────────────────────────────────

    def _operator(self, left: str, right: str) -> bool:
        """The tighter of the two operators is whose operand this is; the left one if equal."""
        on_left = BINDING.get(left, 0) >= BINDING.get(right, 0)
        word = left if on_left else right
        binding = BINDING[word]
        if on_left:
            start = self.operands.backward(self.lo - 1, binding)
            span = None if start is None else (start, self.lo - 1)
        else:
            end = self.operands.forward(self.hi + 1, binding)
            span = None if end is None else (self.hi + 1, end)
        if span is not None:
            self._peer(span, word)
        if binding == COMPARISON or word == "||" or span is None:
            self.found.ordered |= word in ("<", ">", "<=", ">=")
            self.found.oid = TEXT if word == "||" else 0
            return False
        if plain_type(self.operands, span):
            return False  # 2 * $1 has a type of its own, whatever it is compared with
        self.lo, self.hi = min(self.lo, span[0]), max(self.hi, span[1])
        return True

    def _peer(self, span: Span, operator: str = "") -> None:
        if len(self.found.peers) < MOST_PEERS:
            self.found.peers.append((span, operator))

    # ── words and brackets ──────────────────────────────────────────────────────────────────────

    def _phrase(self, left: str, right: str) -> bool:
        behind = self.word(self.hi + 1) if right == "NOT" else right
        if behind == "BETWEEN":
            self._forward_peer(self.hi + 1 + (right == "NOT"))
            self.found.ordered = True
        elif behind == "IN":
            self._in_list(self.hi + 1 + (right == "NOT"))
        elif left in ("BETWEEN", "SYMMETRIC", "ASYMMETRIC"):
            self._between(self.lo - 1)
        elif left == "AND" and (low := self._low_bound()) is not None:
            self._between(low - 1)
            self._peer((low, self.lo - 1))
        elif left == "FROM" and self.word(self.lo - 2) == "DISTINCT":
            self._left_peer(self._before(self.lo - 2, "IS"))
        elif right == "IS" and "DISTINCT" in (self.word(self.hi + 1), self.word(self.hi + 2)):
            at = self.hi + 1 + (self.word(self.hi + 1) == "NOT")
            self._forward_peer(at + 2)
        elif right == "IS":  # `$1 IS NULL` says nothing
            truth = ("TRUE", "FALSE", "UNKNOWN")
            self.found.oid = BOOL if self.word(self.hi + 1) in truth else 0
        elif left in _CONDITIONS or right in ("AND", "OR"):
            self.found.oid = BOOL
        elif left in ("FROM", "FOR") and self._inside_of(("SUBSTRING", "OVERLAY")):
            self.found.oid, self.found.whole = INT4, True
        elif self.bracket is not None and self.word(self.bracket) == "CASE":
            return self._case(self.bracket, left)
        elif self.bracket is not None and left in ("(", "[", ",") and right in (")", "]", ","):
            return self._argument(self.bracket, left, right)
        return False

    def _inside_of(self, names: tuple[str, ...]) -> bool:
        return self.bracket is not None and self.word(self.bracket - 1) in names

    def _forward_peer(self, start: int) -> None:
        end = self.operands.forward(start, COMPARISON)
        if end is not None:
            self._peer((start, end))

    def _left_peer(self, end: int, operator: str = "") -> None:
        start = self.operands.backward(end, COMPARISON)
        if start is not None:
            self._peer((start, end), operator)

    def _before(self, at: int, word: str) -> int:
        """`at`, or in front of the words IS and NOT that stand before it."""
        while self.word(at - 1) in (word, "NOT", "IS"):
            at -= 1
        return at

    def _low_bound(self) -> int | None:
        """Where x begins in `BETWEEN x AND $n`."""
        start = self.operands.backward(self.lo - 1, COMPARISON)
        known = ("BETWEEN", "SYMMETRIC", "ASYMMETRIC")
        return start if start is not None and self.word(start - 1) in known else None

    def _between(self, at: int) -> None:
        """`at` is BETWEEN, or the SYMMETRIC behind it."""
        at -= self.word(at) != "BETWEEN"
        self.found.ordered = True
        self._left_peer(self._before(at, "NOT"))

    def _in_list(self, opening: int) -> None:
        self.found.ordered = True
        if opening not in self.operands.partner:
            return
        if self.word(opening + 1) in ("SELECT", "WITH", "VALUES"):
            self._peer((opening, self.operands.partner[opening] + 1))
            return
        for item in self.operands.items(opening, MOST_PEERS):
            self._peer(item)

    def _case(self, case: int, left: str) -> bool:
        """Results have one type, and so have the operand of CASE and what stands behind WHEN."""
        operands, simple = self.operands, self.word(case + 1) != "WHEN"
        if left == "WHEN" and not simple:
            self.found.oid = BOOL
            return False
        wanted = ("THEN", "ELSE") if left in ("THEN", "ELSE") else ("CASE", "WHEN")
        if left not in (*wanted, "CASE") or case not in operands.partner:
            return False
        end, at = operands.partner[case], case
        for _ in range(64):
            if self.word(at) in wanted and at + 1 != self.lo:
                behind = operands.forward(at + 1, COMPARISON)
                if behind is not None:
                    self._peer((at + 1, behind))
            at = operands.partner.get(at, at) + 1 if at > case else at + 1
            if at >= end:
                break
        return left in ("THEN", "ELSE") and self._out(case, end + 1, case)

    def _out(self, lo: int, hi: int, opening: int) -> bool:
        """Go on from the bracketed group as a whole."""
        self.lo, self.hi = lo, hi
        self.bracket = self.operands.within.get(opening)
        return True

    def _argument(self, opening: int, left: str, right: str) -> bool:
        before = self.word(opening - 1)
        if self.word(opening) == "[":
            return self._subscript(opening, before)
        if before == "IN":
            self.found.ordered = True
            self._left_peer(self._before(opening - 1, "NOT"))
            self._siblings(opening)
            return False
        if before in QUANTIFIERS and BINDING.get(self.word(opening - 2)) == COMPARISON:
            self._left_peer(opening - 2, before)
            return False
        if before in _ALTERNATIVES:
            self._siblings(opening)
            return self._out(opening - 1, self._behind(opening), opening)
        called = opening > 0 and self.operands.tokens[opening - 1].kind in NAMES
        if called and (before not in NOT_CALLS or before in ARGUMENTS):
            return self._function(opening, before)
        if left == "(" and right == ")" and before != "VALUES":
            return self._out(opening, self._behind(opening), opening)
        return False

    def _behind(self, opening: int) -> int:
        return self.operands.partner.get(opening, self.hi) + 1

    def _siblings(self, opening: int) -> None:
        for item in self.operands.items(opening, MOST_PEERS):
            if not item[0] <= self.lo < item[1]:
                self._peer(item)

    def _subscript(self, opening: int, before: str) -> bool:
        if before == "ARRAY":
            self._siblings(opening)
        else:
            self.found.oid, self.found.whole = INT4, True
        return False

    def _function(self, opening: int, name: str) -> bool:
        kinds = ARGUMENTS.get(name, ())
        items = self.operands.items(opening, len(kinds))
        place = next((n for n, (lo, hi) in enumerate(items) if lo <= self.lo < hi), len(kinds))
        kind = kinds[place] if place < len(kinds) else ""
        if kind == "same":
            for number, item in enumerate(items):
                if number != place and kinds[number] == "same":
                    self._peer(item)
            return self._out(opening - 1, self._behind(opening), opening)
        self.found.oid = _NAMED.get(kind, 0)
        self.found.whole = kind == "int4"
        return False
