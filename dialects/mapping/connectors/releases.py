"""Which release of a connector a target has: the image says, else what goes with the version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dialects.mapping.connectors.outcomes import Where
from dialects.mapping.connectors.tables import (
    FLINK,
    Release,
    Subject,
    family_of,
    release,
    releases,
)
from dialects.mapping.model import Target
from dialects.versions import VERSIONS, Version


def where(subject: Subject, target: Target) -> Where | None:
    """None: no release of the family serves the target."""
    family = family_of(subject)
    number = serving(family, target)
    return None if number is None else Where(subject, family, number, str(target.version))


def serving(family: str, target: Target) -> Release | None:
    """The release of a family in the target's image."""
    given = target.releases.get(family)
    found = release(given) if given is not None else None
    return found if found is not None else usual(family, target.version)


def named(text: str) -> Mapping[str, str]:
    """Of `kafka 3.4.0, opensearch 2.0.0`: releases by family. Raises ValueError with what is wrong,
    in words."""
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        family, _, number = part.partition(" ")
        if family not in releases():
            raise ValueError(f"Connectors are {', '.join(sorted(releases()))}.")
        if release(number.strip()) is None:
            raise ValueError("Write a connector and its release: 'kafka 3.4.0, jdbc 3.3.0'.")
        found[family] = number.strip()
    return found


def usual(family: str, version: Version) -> Release | None:
    """The release that goes with a version of Flink where nothing else is known."""
    if family == FLINK:
        return tuple(version)
    known = releases().get(family, {}).get(str(version))
    return known[0] if known else None


def served(family: str) -> str:
    """The versions of Flink that a family has a release for: `1.16 to 1.20 and 2.2`."""
    known = releases().get(family, {})
    runs: list[list[Version]] = []
    for index, version in enumerate(VERSIONS):
        if str(version) in known:
            if runs and runs[-1][-1] == VERSIONS[index - 1]:
                runs[-1].append(version)
            else:
                runs.append([version])
    return " and ".join(_run(run) for run in runs)


def _run(run: Sequence[Version]) -> str:
    return str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}"
