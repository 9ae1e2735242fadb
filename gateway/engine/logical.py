"""Flink's logical types: one model, read from the gateway's JSON and from DESCRIBE's texts.

    {"type": "DECIMAL", "precision": 10, "scale": 2}  ──┐
                                                        ├──► LogicalType("DECIMAL", 10, 2)
    DECIMAL(10, 2) NOT NULL                           ──┘

Nullability is dropped: it does not reach a RowDescription. Shapes: LogicalTypeJsonSerializer and
`LogicalType.asSummaryString` of Flink.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNBOUNDED = 2_147_483_647  # the length of STRING and BYTES


@dataclass(frozen=True, slots=True)
class LogicalType:
    """`root` is Flink's SQL name without parameters (`INT`, `TIMESTAMP_LTZ`, `INTERVAL_DAY_TIME`).

    `length` of character and binary strings, `precision` (and `scale`) of numbers and times,
    `element` of ARRAY and MULTISET, `key` and `element` of MAP, `fields` of ROW.
    """

    root: str
    length: int | None = None
    precision: int | None = None
    scale: int | None = None
    element: LogicalType | None = None
    key: LogicalType | None = None
    fields: tuple[tuple[str, LogicalType], ...] = ()

    def walk(self) -> Iterator[LogicalType]:
        """This type and all that it is made of."""
        yield self
        for part in (self.key, self.element, *(field for _, field in self.fields)):
            if part is not None:
                yield from part.walk()

    @property
    def opaque(self) -> bool:
        """It is, or holds, what only Java can read."""
        return any(part.root in ("RAW", "VARIANT") for part in self.walk())


# LogicalTypeRoot names that differ from the SQL ones.
_ROOTS = {
    "INTEGER": "INT",
    "TIME_WITHOUT_TIME_ZONE": "TIME",
    "TIMESTAMP_WITHOUT_TIME_ZONE": "TIMESTAMP",
    "TIMESTAMP_WITH_LOCAL_TIME_ZONE": "TIMESTAMP_LTZ",
    "STRUCTURED_TYPE": "STRUCTURED",
}


def from_json(node: Mapping[str, Any]) -> LogicalType:
    """The type that a `logicalType` object of a result page describes."""
    root = node["type"]
    return LogicalType(
        _ROOTS.get(root, root),
        length=node.get("length"),
        precision=None if root.startswith("INTERVAL") else node.get("precision"),
        scale=node.get("scale"),
        element=_part(node, "elementType") or _part(node, "valueType"),
        key=_part(node, "keyType"),
        fields=tuple((f["name"], from_json(f["fieldType"])) for f in node.get("fields") or ()),
    )


def _part(node: Mapping[str, Any], name: str) -> LogicalType | None:
    return from_json(node[name]) if name in node else None


def from_text(text: str) -> LogicalType:
    """The type that DESCRIBE prints. Raises ValueError for a text of another shape."""
    parser = _Parser(text)
    found = parser.type_()
    parser.skip_marks()
    if parser.token:
        raise ValueError(f"unexpected {parser.token!r} in type {text!r}")
    return found


_TOKEN = re.compile(r"\s*(`(?:[^`]|``)*`|'(?:[^']|'')*'|\*[A-Z ]+\*|[\w$]+|[^\w\s])")
_DEFAULT_PRECISION = {"TIME": 0, "TIMESTAMP": 6, "TIMESTAMP_LTZ": 6}


class _Parser:
    """Recursive descent over one type text; `token` is the next one, empty at the end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.findall(text)
        self._at = 0

    @property
    def token(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.token
        self._at += 1
        return token

    def accept(self, *tokens: str) -> bool:
        if tuple(self._tokens[self._at : self._at + len(tokens)]) != tokens:
            return False
        self._at += len(tokens)
        return True

    def expect(self, token: str) -> None:
        if not self.accept(token):
            raise ValueError(f"expected {token!r} before {self.token!r} in type {self._text!r}")

    def type_(self) -> LogicalType:
        root = self.take()
        if root == "*":  # an inline structured type before 2.1: *org.Point<`x` INT>*
            found = _inline(self)
            self.skip_marks()
            return found
        if root.startswith("`"):  # a named structured type: its path
            while self.accept("."):
                self.take()
            return LogicalType("STRUCTURED")
        found = _PARSERS.get(root, _plain)(self, root)
        while self.skip_marks():
            pass
        return found

    def skip_marks(self) -> bool:
        """Nullability, and the time attributes that DESCRIBE shows."""
        if self.accept("NOT", "NULL") or self.accept("NULL"):
            return True
        if self.token.startswith("*"):
            self.take()
            return True
        return False

    def numbers(self) -> list[int]:
        if not self.accept("("):
            return []
        found = [int(self.take())]
        while self.accept(","):
            found.append(int(self.take()))
        self.expect(")")
        return found


def _plain(parser: _Parser, root: str) -> LogicalType:
    if not re.fullmatch(r"[A-Z_]+", root):
        raise ValueError(f"unknown type {parser._text!r}")
    numbers = parser.numbers()
    if root in _DEFAULT_PRECISION:
        return LogicalType(root, precision=numbers[0] if numbers else _DEFAULT_PRECISION[root])
    if numbers:
        raise ValueError(f"unexpected parameters in type {parser._text!r}")
    return LogicalType(root)


def _decimal(parser: _Parser, root: str) -> LogicalType:
    numbers = parser.numbers() or [10]
    scale = numbers[1] if len(numbers) > 1 else 0
    return LogicalType("DECIMAL", precision=numbers[0], scale=scale)


def _sized(parser: _Parser, root: str) -> LogicalType:
    return LogicalType(root, length=(parser.numbers() or [1])[0])


def _string(parser: _Parser, root: str) -> LogicalType:
    return LogicalType("VARCHAR" if root == "STRING" else "VARBINARY", length=UNBOUNDED)


def _double(parser: _Parser, root: str) -> LogicalType:
    parser.accept("PRECISION")
    return LogicalType("DOUBLE")


def _interval(parser: _Parser, root: str) -> LogicalType:
    unit = parser.take()
    parser.numbers()
    if parser.accept("TO"):
        parser.take()
        parser.numbers()
    months = unit in ("YEAR", "MONTH")
    return LogicalType("INTERVAL_YEAR_MONTH" if months else "INTERVAL_DAY_TIME")


def _collection(parser: _Parser, root: str) -> LogicalType:
    parser.expect("<")
    element = parser.type_()
    parser.expect(">")
    return LogicalType(root, element=element)


def _map(parser: _Parser, root: str) -> LogicalType:
    parser.expect("<")
    key = parser.type_()
    parser.expect(",")
    element = parser.type_()
    parser.expect(">")
    return LogicalType(root, key=key, element=element)


def _row(parser: _Parser, root: str) -> LogicalType:
    parser.expect("<")
    return LogicalType(root, fields=_fields(parser))


def _fields(parser: _Parser) -> tuple[tuple[str, LogicalType], ...]:
    """All up to the closing bracket."""
    fields: list[tuple[str, LogicalType]] = []
    while not parser.accept(">"):
        name = _unquoted(parser.take())
        fields.append((name, parser.type_()))
        if parser.token.startswith("'"):  # a field's description
            parser.take()
        if not parser.accept(",") and parser.token != ">":
            raise ValueError(f"unexpected {parser.token!r} in type {parser._text!r}")
    return tuple(fields)


def _inline(parser: _Parser) -> LogicalType:
    while parser.token not in ("<", ""):
        parser.take()
    fields = _row(parser, "STRUCTURED").fields
    parser.expect("*")
    return LogicalType("STRUCTURED", fields=fields)


def _structured(parser: _Parser, root: str) -> LogicalType:
    """STRUCTURED<'class', `x` INT>, without fields STRUCTURED<'class'>."""
    parser.expect("<")
    parser.take()
    parser.accept(",")
    return LogicalType(root, fields=_fields(parser))


def _opaque(parser: _Parser, root: str) -> LogicalType:
    """RAW('class', 'snapshot'): what is inside does not matter."""
    depth = 0
    while parser.token:
        if parser.token in "(<":
            depth += 1
        elif parser.token in ")>":
            depth -= 1
        elif depth == 0:
            break
        parser.take()
        if depth == 0:
            break
    return LogicalType("RAW" if root == "LEGACY" else root)


def _unquoted(token: str) -> str:
    return token[1:-1].replace("``", "`") if token.startswith("`") else token


_PARSERS: dict[str, Callable[[_Parser, str], LogicalType]] = {
    "DECIMAL": _decimal,
    "CHAR": _sized,
    "VARCHAR": _sized,
    "BINARY": _sized,
    "VARBINARY": _sized,
    "STRING": _string,
    "BYTES": _string,
    "DOUBLE": _double,
    "INTERVAL": _interval,
    "ARRAY": _collection,
    "MULTISET": _collection,
    "MAP": _map,
    "ROW": _row,
    "RAW": _opaque,
    "LEGACY": _opaque,
    "STRUCTURED": _structured,
}
