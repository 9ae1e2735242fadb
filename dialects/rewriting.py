"""Edits of a text, and the way back from a position in the result to one in the source."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """source[start:end] becomes `text`; start == end inserts."""

    start: int
    end: int
    text: str


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
        return edit.start + min(inside, max(edit.end - edit.start - 1, 0))

    def forth(self, offset: int) -> int:
        index = bisect_right(self.edits, offset, key=lambda edit: edit.start) - 1
        if index < 0:
            return offset
        edit, start = self.edits[index], self.starts[index]
        if offset >= edit.end:
            return start + len(edit.text) + offset - edit.end
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
