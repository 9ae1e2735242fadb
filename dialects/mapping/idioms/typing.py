"""The type of an expression, where it is evident: literals, casts, known functions, columns.

`TIMESTAMP(3)`, `DATE`, `INTERVAL DAY`, `INT`, `STRING` …; the empty string where it is not evident.
Nobody guesses from it: a rule that needs a type leaves the text alone without one, for Flink's own
validator knows all types.
"""

from __future__ import annotations

from dialects.lexer import NAMES, TokenKind
from dialects.mapping.idioms.columns import Relations
from dialects.mapping.idioms.view import LOOSER, Span, View
from dialects.names import written
from dialects.operands import ADDITIVE, BINDING, COMPARISON, MULTIPLICATIVE
from dialects.typenames import read_type

_RETURNS = {
    name: kind
    for kind, names in {
        "BIGINT": "COUNT ROW_NUMBER RANK DENSE_RANK EXTRACT UNIX_TIMESTAMP TIMESTAMPDIFF",
        "INT": "CHAR_LENGTH CHARACTER_LENGTH POSITION LOCATE INSTR ASCII CARDINALITY",
        "STRING": "UPPER LOWER TRIM LTRIM RTRIM BTRIM CONCAT CONCAT_WS SUBSTRING SUBSTR REPLACE"
        " REGEXP_REPLACE REGEXP_EXTRACT LPAD RPAD REPEAT REVERSE INITCAP LEFT RIGHT SPLIT_INDEX"
        " DATE_FORMAT FROM_UNIXTIME LISTAGG JSON_VALUE JSON_QUERY JSON_STRING MD5 SHA1 SHA256"
        " TO_BASE64 FROM_BASE64 UUID CHR OVERLAY",
        "DOUBLE": "RAND SQRT LN LOG LOG2 LOG10 EXP POWER SIN COS TAN PI",
        "BOOLEAN": "REGEXP JSON_EXISTS STARTSWITH ENDSWITH ARRAY_CONTAINS",
        "DATE": "TO_DATE",
        "TIMESTAMP(3)": "TO_TIMESTAMP",
        "TIMESTAMP_LTZ(3)": "NOW TO_TIMESTAMP_LTZ PROCTIME CURRENT_ROW_TIMESTAMP",
    }.items()
    for name in names.split()
}
_CONSTANTS = {
    "CURRENT_DATE": "DATE",
    "CURRENT_TIME": "TIME",
    "LOCALTIME": "TIME",
    "CURRENT_TIMESTAMP": "TIMESTAMP_LTZ(3)",
    "LOCALTIMESTAMP": "TIMESTAMP(3)",
    "TRUE": "BOOLEAN",
    "FALSE": "BOOLEAN",
}
# Functions whose result has the type of their first argument.
_SAME = frozenset(
    "FLOOR CEIL CEILING COALESCE NULLIF IFNULL GREATEST LEAST MIN MAX FIRST_VALUE LAST_VALUE LAG"
    " LEAD TIMESTAMPADD".split()
)
_MONTHS = frozenset({"YEAR", "MONTH", "QUARTER", "YEARS", "MONTHS", "QUARTERS"})
_TIMES = frozenset(
    unit + plural for unit in ("DAY", "HOUR", "MINUTE", "SECOND") for plural in ("", "S")
)
_NUMBERS = ("TINYINT", "SMALLINT", "INT", "BIGINT", "DECIMAL", "FLOAT", "DOUBLE")
_LOOSEST = ((COMPARISON, "BOOLEAN"), (ADDITIVE, ""), (MULTIPLICATIVE, ""))
INTEGERS = frozenset(_NUMBERS[:4])
MOMENTS = frozenset({"TIMESTAMP", "TIMESTAMP_LTZ"})
_DEEPEST = 24
_TYPED = {"DATE": "DATE", "TIME": "TIME", "TIMESTAMP": "TIMESTAMP(6)"}


def root(kind: str) -> str:
    """TIMESTAMP of TIMESTAMP(3), DECIMAL of DECIMAL(10, 2)."""
    name = kind.partition("(")[0].strip()
    return {"INTEGER": "INT", "NUMERIC": "DECIMAL", "VARCHAR": "STRING", "CHAR": "STRING"}.get(
        name, name
    )


def precision(kind: str) -> int:
    """Digits of a second: 3 of TIMESTAMP(3), 6 where none are written, 0 of a DATE."""
    digits = kind.partition("(")[2].partition(")")[0]
    return int(digits) if digits.isdecimal() else 0 if kind == "DATE" else 6


class Types:
    """The types of spans of one text."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.relations = Relations(view, self.of)
        self.known: dict[Span, str] = {}

    @classmethod
    def of_view(cls, view: View) -> Types:
        known = view.text.notes.get(cls)
        if isinstance(known, Types) and known.view is view:
            return known
        made = view.text.notes[cls] = cls(view)
        return made

    def root(self, span: Span) -> str:
        return root(self.of(span))

    def of(self, span: Span, depth: int = 0) -> str:
        span = self.view.bare(span)
        if depth > _DEEPEST or span[0] >= span[1]:
            return ""
        found = self.known.get(span)
        if found is None:
            found = self._operation(span, depth) or self._primary(span, depth)
            self.known[span] = found
        return found

    # ── operators ───────────────────────────────────────────────────────────────────────────────

    def _operation(self, span: Span, depth: int) -> str:
        """Of the loosest operator at the top level, the last one of its kind."""
        found = self._loosest(span)
        if found is None:
            return ""
        at, binding = found
        if binding == COMPARISON:
            return "BOOLEAN"
        if self.view.word(at) == "||":
            return "STRING"
        left, right = self.of((span[0], at), depth + 1), self.of((at + 1, span[1]), depth + 1)
        return _combined(self.view.word(at), left, right)

    def _loosest(self, span: Span) -> tuple[int, int] | None:
        best: tuple[int, int] | None = None
        at, partner = span[0], self.view.operands.partner
        while at < span[1]:
            word = self.view.word(at)
            binding = LOOSER if word == "||" else BINDING.get(word, 0)
            if binding and at > span[0] and not self.view.operands.unary(at):
                if best is None or binding <= best[1]:
                    best = at, binding
            at = partner[at] + 1 if partner.get(at, 0) > at else at + 1
        return best

    # ── one primary expression ──────────────────────────────────────────────────────────────────

    def _primary(self, span: Span, depth: int) -> str:
        first, last = span
        word = self.view.word(first)
        if word in ("+", "-"):
            return self.of((first + 1, last), depth + 1)
        if last - first == 1:
            return self._single(first)
        if word == "INTERVAL":
            return self._interval(span)
        if self.view.kind(first + 1) is TokenKind.STRING and word in _TYPED and last - first == 2:
            return _TYPED[word]
        if word == "(":  # (a - b) DAY TO SECOND
            unit = self.view.word(last - 1)
            return "INTERVAL MONTH" if unit in _MONTHS else "INTERVAL DAY" if unit in _TIMES else ""
        closing = self.view.operands.partner.get(first + 1)
        if self.view.word(first + 1) == "(" and closing is not None:
            return self._call(word, first + 1, closing, last, depth)
        return self._column(span)

    def _single(self, index: int) -> str:
        word, kind = self.view.word(index), self.view.kind(index)
        if kind is TokenKind.NUMBER:
            if word.isdecimal():
                return "INT" if len(word) < 10 else "BIGINT"
            return "DOUBLE" if "e" in word.lower() else "DECIMAL"
        if kind is TokenKind.STRING:
            return "STRING"
        return _CONSTANTS.get(word, "") or self._column((index, index + 1))

    def _interval(self, span: Span) -> str:
        words = self.view.operands.words[span[0] + 1 : span[1]]
        unit = next((word for word in words if word in _MONTHS | _TIMES), "")
        return "INTERVAL MONTH" if unit in _MONTHS else "INTERVAL DAY" if unit else ""

    def _call(self, name: str, opening: int, closing: int, last: int, depth: int) -> str:
        alone = closing == last - 1
        if name in ("CAST", "TRY_CAST") and alone:
            return self._cast(opening, closing)
        if not alone and self.view.word(closing + 1) not in ("OVER", "FILTER"):
            return ""
        if name in _SAME:
            arguments = self.view.arguments(opening)
            if name in ("FLOOR", "CEIL", "CEILING") and len(arguments) == 1:
                arguments = (self._before_to(arguments[0]),)
            if name == "TIMESTAMPADD":
                arguments = arguments[2:]
            return self.of(arguments[0], depth + 1) if arguments else ""
        return _RETURNS.get(name, "") if name not in self.view.target.functions else ""

    def _before_to(self, span: Span) -> Span:
        """x of FLOOR(x TO DAY)."""
        return (span[0], span[1] - 2) if self.view.word(span[1] - 2) == "TO" else span

    def _cast(self, opening: int, closing: int) -> str:
        for at in range(closing - 1, opening, -1):
            if self.view.word(at) == "AS":
                reader = self.view.operands.reader
                reader.at = at + 1
                named = read_type(reader)
                if named is not None and reader.at == closing:
                    return "INTERVAL DAY" if named.oid == 1186 else named.flink
                words = " ".join(self.view.operands.words[at + 1 : closing])
                return _interval_type(words)
        return ""

    def _column(self, span: Span) -> str:
        parts: list[str] = []
        for index in range(*span):
            if (index - span[0]) % 2 == 0:
                if self.view.kind(index) not in NAMES:
                    return ""
                parts.append(written(self.view.operands.tokens[index]))
            elif self.view.word(index) != ".":
                return ""
        place = self.view.place(span)[0]
        return self.relations.type_of(tuple(parts), place)


def _interval_type(words: str) -> str:
    if not words.startswith("INTERVAL"):
        return ""
    return "INTERVAL MONTH" if words.split()[1:2][0] in _MONTHS else "INTERVAL DAY"


def _combined(operator: str, left: str, right: str) -> str:
    """The type of `left operator right`."""
    one, other = root(left), root(right)
    if one.startswith("INTERVAL") or other.startswith("INTERVAL"):
        if operator in ("*", "/"):
            return left if one.startswith("INTERVAL") else right
        return right if one.startswith("INTERVAL") else left
    if one in _NUMBERS and other in _NUMBERS:
        return left if _NUMBERS.index(one) >= _NUMBERS.index(other) else right
    if one in MOMENTS and other in MOMENTS and operator == "-":
        return "INTERVAL DAY"
    if one == "DATE" and other in INTEGERS:
        return "DATE"
    return "INT" if one == other == "DATE" and operator == "-" else ""
