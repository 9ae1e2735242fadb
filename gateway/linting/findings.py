"""A finding: what is said of one statement for one version."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dialects import Statement
from dialects.mapping import Applied
from dialects.mapping.model import NOTHING
from dialects.platform import subject
from dialects.verdicts import Ruling, Verdict, judge, refused, remark
from dialects.versions import Version
from gateway.linting.definitions import Definitions, definitions
from gateway.linting.masking import Masker
from gateway.linting.modes import modes
from gateway.linting.scripts import NAMES, Piece, Place, Script
from protocol.errors import Notice

_WARNING = "01000"


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that was applied (or had something to say: `before` and `after` are the same);
    `position` counts characters of the statement from 1."""

    id: str
    before: str
    after: str
    why: str
    position: int
    place: Place


@dataclass(frozen=True, slots=True)
class Finding:
    """Texts are masked. `place`: of the error, else of the statement; `position`: of the error, in
    the characters of the statement as it stands in the file, from 1."""

    file: str
    place: Place
    statement: str
    source: Version | None
    version: Version
    ruling: Ruling
    sqlstate: str | None = None
    message: str | None = None
    detail: str | None = None
    hint: str | None = None
    position: int | None = None
    translated: str | None = None
    rules: tuple[Change, ...] = ()


def findings(
    scripts: Sequence[Script],
    versions: Sequence[Version],
    source: Version | None = None,
    releases: Mapping[str, str] = NOTHING,
) -> Iterator[Finding]:
    """By script, statement and version, in their order. `source`: the version that the scripts were
    written for; None: it may be any. `releases`: as of a Target."""
    known = definitions(piece for script in scripts for piece in script.pieces)
    known = replace(known, releases=releases)
    for script in scripts:
        for piece, batch in modes(script.pieces):
            judged = _Piece(script, piece, batch, Masker(piece.text))
            for version in versions:
                yield judged.finding(version, source, known)


@dataclass(frozen=True, slots=True)
class _Piece:
    script: Script
    piece: Piece
    batch: bool | None
    mask: Masker

    def finding(self, version: Version, source: Version | None, known: Definitions) -> Finding:
        part = subject(self.piece.one, NAMES) if self.piece.one is not None else None
        verdict = self._verdict(part, version, source, known)
        said = verdict.error or self._remark(verdict)
        offset = (part.start if part else self.piece.start) - self.piece.start
        position = verdict.error.position if verdict.error else None
        position = None if position is None else position + offset
        return Finding(
            self.script.name,
            self._place(position or 1),
            self.mask(self.piece.text),
            source,
            version,
            verdict.ruling,
            said.sqlstate if said else None,
            self.mask(said.message) if said else None,
            self.mask(said.detail) if said and said.detail else None,
            self.mask(said.hint) if said and said.hint else None,
            position,
            self._translated(verdict, part),
            tuple(self._change(each, offset) for each in verdict.applied),
        )

    def _verdict(
        self, part: Statement | None, version: Version, source: Version | None, known: Definitions
    ) -> Verdict:
        if self.piece.error is not None:
            return refused(version, self.piece.error)
        if part is None:
            return Verdict(version, Ruling.ACCEPT, self.piece.text)
        return judge(part, known.target(version, source, self.batch))

    def _remark(self, verdict: Verdict) -> Notice | None:
        if self.piece.command:
            command = self.piece.text.split(maxsplit=1)[0]
            return Notice(f"psql command {command} is not understood", "WARNING", _WARNING)
        return remark(verdict)

    def _change(self, applied: Applied, offset: int) -> Change:
        position = applied.position + offset
        before, after = self.mask(applied.before), self.mask(applied.after)
        place = self._place(position)
        return Change(applied.rule, before, after, self.mask(applied.why), position, place)

    def _translated(self, verdict: Verdict, part: Statement | None) -> str | None:
        if verdict.text is None or part is None:
            return None if verdict.text is None else self.mask(verdict.text)
        text, start = self.piece.text, part.start - self.piece.start
        return self.mask(text[:start] + verdict.text + text[start + len(part.text) :])

    def _place(self, position: int) -> Place:
        return self.script.place(self.piece.start + position - 1)
