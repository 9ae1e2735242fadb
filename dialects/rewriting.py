"""Edits of a text, and the way back from a position in the result to one in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Piece(NamedTuple):
    """text[at : at + length] of an edit is source[origin : origin + length], moved as it is."""

    at: int
    origin: int
    length: int


@dataclass(frozen=True, slots=True)
class Edit:
    """source[start:end] becomes `text`; start == end inserts. `rule`: who wanted it."""

    start: int
    end: int
    text: str
    rule: str = ""
    pieces: tuple[Piece, ...] = ()


def moving(source: str, start: int, end: int, *parts: str | tuple[int, int]) -> Edit:
    """source[start:end] becomes new texts and slices of the source, whose places are kept."""
    texts: list[str] = []
    pieces: list[Piece] = []
    length = 0
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
        else:
            texts.append(source[part[0] : part[1]])
            pieces.append(Piece(length, part[0], part[1] - part[0]))
        length += len(texts[-1])
    return Edit(start, end, "".join(texts), pieces=tuple(pieces))


@dataclass(frozen=True, slots=True)
class _Layer:
    """One pass of edits: parallel offsets, in source and result, of the places that changed."""

    edits: tuple[Edit, ...]
    starts: tuple[int, ...]  # where each edit begins in the result

    def back(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        if index < 0:
            return offset
        edit, inside = self.edits[index], offset - self.starts[index]
        if inside >= len(edit.text):
            return edit.end + inside - len(edit.text)
        for at, origin, length in edit.pieces:
            if at <= inside < at + length:
                return origin + inside - at
        return edit.start + min(inside, max(edit.end - edit.start - 1, 0))

    def forth(self, offset: int) -> int:
        index = bisect_right(self.edits, offset, key=lambda edit: edit.start) - 1
        if index < 0:
            return offset
        edit, start = self.edits[index], self.starts[index]
        if offset >= edit.end:
            return start + len(edit.text) + offset - edit.end
        for other, begin in zip(self.edits, self.starts, strict=True):
            for at, origin, length in other.pieces:
                if origin <= offset < origin + length:
                    return begin + at + offset - origin
        return start + min(offset - edit.start, max(len(edit.text) - 1, 0))


@dataclass(frozen=True, slots=True)
class Rewritten:
    """A text and how it came about; positions count characters from 1, as in SqlError."""

    text: str
    layers: tuple[_Layer, ...] = ()

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, pass by pass; offsets are those of the text before their own pass."""
        return tuple(edit for layer in self.layers for edit in layer.edits)

    def position(self, position: int) -> int:
        """The position in the source of a position in `text`.

        Unchanged characters map exactly; a position within new text maps into what it replaced.
        """
        for layer in reversed(self.layers):
            position = layer.back(position - 1) + 1
        return position

    def forward(self, position: int) -> int:
        """The position in `text` of a position in the source."""
        for layer in self.layers:
            position = layer.forth(position - 1) + 1
        return position

    def then(self, later: Rewritten) -> Rewritten:
        """This rewrite followed by one of its result."""
        return Rewritten(later.text, self.layers + later.layers)


def rewrite(source: str, edits: Iterable[Edit]) -> Rewritten:
    """Apply edits that do not overlap. Those at the same place keep their order, insertions first.

    Without edits the result is the identical string.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    if not ordered:
        return Rewritten(source)
    pieces: list[str] = []
    starts: list[int] = []
    at = length = 0
    for edit in ordered:
        assert edit.start >= at, "edits overlap"
        pieces += (source[at : edit.start], edit.text)
        length += edit.start - at
        starts.append(length)
        length += len(edit.text)
        at = edit.end
    pieces.append(source[at:])
    return Rewritten("".join(pieces), (_Layer(tuple(ordered), tuple(starts)),))
