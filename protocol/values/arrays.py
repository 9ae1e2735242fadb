"""One-dimensional arrays going out; arrays of up to six dimensions coming in, as nested lists.

Text quoting is that of array_out, reading that of array_in; NULL elements are None.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Sequence

from protocol.buffer import Cursor

MAX_DIMENSIONS = 6  # Postgres's MAXDIM
_NEEDS_QUOTES = re.compile(r'[{}",\\ \t\n\r\v\f]|\A(?i:null)\Z|\A\Z')
_ESCAPED = re.compile(r'(["\\])')
_INT32 = struct.Struct("!i").pack
_NULL = _INT32(-1)
_SPACES = " \t\n\r\v\f"
_BOUNDS = re.compile(r"(?:\[[+-]?\d{1,9}(?::[+-]?\d{1,9})?\])+\s*=", re.ASCII)

Elements = list["object | None"]


def array_text(values: Sequence[object], element: Callable[..., str]) -> str:
    return "{" + ",".join(["NULL" if v is None else _quoted(element(v)) for v in values]) + "}"


def _quoted(text: str) -> str:
    if _NEEDS_QUOTES.search(text):
        return '"' + _ESCAPED.sub(r"\\\1", text) + '"'
    return text


def array_binary(values: Sequence[object], element: Callable[..., bytes], oid: int) -> bytes:
    """ndim, has-null flag, element OID, then length and lower bound, then the elements."""
    if not values:
        return struct.pack("!iiI", 0, 0, oid)
    has_null = any(v is None for v in values)
    parts = [struct.pack("!iiIii", 1, has_null, oid, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(_NULL)
        else:
            data = element(value)
            parts += (_INT32(len(data)), data)
    return b"".join(parts)


def parse_array_text(text: str, element: Callable[[str], object]) -> Elements:
    """The elements of `{…}`; lower bounds are accepted and forgotten. Raises ValueError."""
    return _Reader(text, element).read()


class _Reader:
    """array_in's grammar: braces, commas, quoted and bare elements, NULL."""

    def __init__(self, text: str, element: Callable[[str], object]) -> None:
        self._text = text.strip(_SPACES)
        self._element = element
        self._at = 0

    def read(self) -> Elements:
        if bounds := _BOUNDS.match(self._text):
            self._at = bounds.end()
            self._skip_spaces()
        self._expect("{")
        result = self._list(1)
        if self._at != len(self._text):
            raise ValueError("junk after the closing brace")
        _check_shape(result)
        return result

    def _list(self, depth: int) -> Elements:
        if depth > MAX_DIMENSIONS:
            raise ValueError("too many dimensions")
        result: Elements = []
        self._skip_spaces()
        if self._peek() == "}":
            self._at += 1
            return result
        while True:
            result.append(self._item(depth))
            self._skip_spaces()
            if self._peek() == "}":
                self._at += 1
                return result
            self._expect(",")

    def _item(self, depth: int) -> object | None:
        self._skip_spaces()
        char = self._peek()
        if char == "{":
            self._at += 1
            return self._list(depth + 1)
        if char == '"':
            return self._element(self._quoted())
        return self._bare()

    def _quoted(self) -> str:
        self._at += 1
        parts: list[str] = []
        while (char := self._next()) != '"':
            parts.append(self._next() if char == "\\" else char)
        return "".join(parts)

    def _bare(self) -> object | None:
        parts: list[str] = []
        kept = 0  # up to the last character that is no unescaped space
        while (char := self._peek()) not in ',}{"':
            self._at += 1
            parts.append(self._next() if char == "\\" else char)
            if char not in _SPACES:
                kept = len(parts)
        word = "".join(parts[:kept])
        if not word or char in '{"':
            raise ValueError("element expected")
        escaped = kept != len(word) or "\\" in self._text[self._at - len(parts) : self._at]
        if word.upper() == "NULL" and not escaped:
            return None
        return self._element(word)

    def _skip_spaces(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _SPACES:
            self._at += 1

    def _peek(self) -> str:
        if self._at >= len(self._text):
            raise ValueError("unexpected end of array")
        return self._text[self._at]

    def _next(self) -> str:
        char = self._peek()
        self._at += 1
        return char

    def _expect(self, wanted: str) -> None:
        if self._next() != wanted:
            raise ValueError(f"{wanted} expected")


def _check_shape(values: Elements) -> tuple[int, ...]:
    """Arrays are rectangular: the lengths per dimension, or ValueError."""
    if not any(isinstance(each, list) for each in values):
        return (len(values),)
    shapes = {_check_shape(each) if isinstance(each, list) else () for each in values}
    if len(shapes) != 1:
        raise ValueError("multidimensional arrays must have sub-arrays with matching dimensions")
    return (len(values), *shapes.pop())


def parse_array_binary(data: bytes, oid: int, element: Callable[[bytes], object]) -> Elements:
    """The elements of array_send's form. Raises ValueError, ProtocolViolation (too short)."""
    cursor = Cursor(data)
    dimensions, flags, element_oid = cursor.int32(), cursor.int32(), cursor.uint32()
    if not 0 <= dimensions <= MAX_DIMENSIONS or flags not in (0, 1) or element_oid != oid:
        raise ValueError("not an array of that type")
    lengths = [cursor.int32() for _ in range(dimensions * 2)][::2]
    total = 1
    for length in lengths:
        total *= length
        if length < 0 or total * 4 > cursor.left:
            raise ValueError("more elements than data")
    result = _nest(cursor, lengths, element)
    cursor.end()
    return result


def _nest(cursor: Cursor, lengths: list[int], element: Callable[[bytes], object]) -> Elements:
    if not lengths:
        return []
    if len(lengths) > 1:
        return [_nest(cursor, lengths[1:], element) for _ in range(lengths[0])]
    result: Elements = []
    for _ in range(lengths[0]):
        size = cursor.int32()
        result.append(None if size == -1 else element(cursor.take(size)))
    return result
