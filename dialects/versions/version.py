"""A minor version of Flink, as the mapping counts them."""

from __future__ import annotations

import re
from typing import NamedTuple

from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

_FORM = re.compile(r"v?(\d{1,3})\.(\d{1,3})(?:\.\d+)?", re.ASCII)


class Version(NamedTuple):
    """Ordered as Flink numbers them: 1.20 is newer than 1.9."""

    major: int
    minor: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> Version:
        """Of `1.16`, `1.16.3` or `v1.16`; raises SqlError 22023 for anything else."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            message = f'"{text}" is not a version of Flink'
            raise SqlError(INVALID_PARAMETER_VALUE, message, hint="Write it as '1.20'.")
        return cls(int(found[1]), int(found[2]))


VERSIONS = tuple(Version.parse(text) for text in "1.16 1.17 1.18 1.19 1.20 2.0 2.1 2.2 2.3".split())
OLDEST, NEWEST = VERSIONS[0], VERSIONS[-1]


def supported(text: str) -> Version:
    """A version that is mapped to; raises SqlError 22023, naming those that are."""
    version = Version.parse(text)
    if version not in VERSIONS:
        known = ", ".join(map(str, VERSIONS))
        message = f"Flink {version} is not supported"
        raise SqlError(INVALID_PARAMETER_VALUE, message, hint=f"Supported are {known}.")
    return version
