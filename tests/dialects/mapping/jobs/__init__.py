"""Jobs as people write them, one connector family each, and what becomes of their options.

Each `*.sql` begins with the version that it was written for and ends with what is expected:

    -- to 1.16 1.17            for these targets
    --   orders - 'a' = 'b'    the option goes
    --   orders + 'a' = 'c'    the option comes
    --   refused: …            the message of the first refusal, of Flink <target>

Targets that are not named leave the job as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dialects import split
from dialects.splitter import Statement
from dialects.versions import VERSIONS, Version

_EXPECTED = re.compile(r"^-- to (?P<versions>.+)\n(?P<lines>(?:--   .+\n?)+)", re.MULTILINE)
_WRITTEN = re.compile(r"-- written for (\S+)\n")


@dataclass(frozen=True)
class Job:
    name: str
    written_for: Version
    statements: tuple[Statement, ...]
    expected: dict[Version, list[str]]

    def __str__(self) -> str:
        return self.name


def jobs() -> Iterator[Job]:
    for path in sorted(Path(__file__).parent.glob("*.sql")):
        yield read(path)


def read(path: Path) -> Job:
    text = path.read_text()
    written = _WRITTEN.match(text)
    assert written is not None, path
    expected: dict[Version, list[str]] = {version: [] for version in VERSIONS}
    for found in _EXPECTED.finditer(text):
        lines = [line.removeprefix("--   ") for line in found["lines"].splitlines()]
        for version in found["versions"].split():
            expected[Version.parse(version)] = lines
    return Job(path.stem, Version.parse(written[1]), tuple(split(text)), expected)
