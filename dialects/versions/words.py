"""Reserved words: what a version's parser takes as a name only in backticks.

`data/reserved-words.tsv` has a line per token of any version's grammar: `R` where it is reserved,
`N` where it is a keyword that may be a name, nothing where it is an ordinary name.
"""

from __future__ import annotations

from functools import cache

from dialects.versions.table import marks
from dialects.versions.version import VERSIONS, Version


@cache
def reserved(version: Version) -> frozenset[str]:
    """The words in upper case that have to be quoted to be a name."""
    return frozenset(word for word, of in marks("reserved-words").items() if of.get(version) == "R")


@cache
def contested() -> frozenset[str]:
    """Words that are reserved in some versions and not in others."""
    each = [reserved(version) for version in VERSIONS]
    return frozenset.union(*each) - frozenset.intersection(*each)
