"""The command itself: arguments in, lines out, an exit status."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from dialects.mapping.connectors.releases import named
from dialects.verdicts import Ruling
from dialects.versions import Version, supported
from gateway.linting.findings import findings
from gateway.linting.scripts import read
from gateway.linting.writing import WRITERS, summary
from protocol.errors import SqlError

CLEAN, REFUSED, WRONG = 0, 1, 2


def run(
    files: Sequence[str], to: Sequence[str], source: str | None, form: str, connectors: str = ""
) -> int:
    """Findings go to standard output, all else to standard error. Returns the exit status."""
    try:
        writer = WRITERS[form]
    except KeyError:
        return _wrong(f"--format is {' or '.join(WRITERS)}")
    try:
        versions = _versions(to)
        written_for = supported(source) if source is not None else None
        releases = named(connectors)
        scripts = [read(name) for name in files]
    except SqlError as error:
        return _wrong(f"{error.message}. {error.hint or ''}".rstrip())
    except (OSError, ValueError) as error:
        return _wrong(str(error))
    found = []
    for finding in findings(scripts, versions, written_for, releases):
        found.append(finding.ruling)
        for line in writer(finding):
            print(line)
    print(summary(found), file=sys.stderr)
    return REFUSED if Ruling.REFUSE in found else CLEAN


def _versions(given: Sequence[str]) -> tuple[Version, ...]:
    """Each once, in the order given. Raises SqlError 22023."""
    words = [word.strip() for each in given for word in each.split(",")]
    return tuple(dict.fromkeys(supported(word) for word in words))


def _wrong(message: str) -> int:
    print(f"xuanwu lint: {message}", file=sys.stderr)
    return WRONG
