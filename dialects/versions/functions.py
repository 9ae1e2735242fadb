"""Built-in functions: which version has which.

`data/functions.tsv` has a line per function that a version lists, `y` where it does. Names with
small letters are those of the Table API (`dateFormat`), which SQL calls otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from dialects.versions.table import marks
from dialects.versions.version import VERSIONS, Version


@cache
def added() -> Mapping[str, Version]:
    """SQL names, in upper case, of functions that came after the first version: name to version."""
    listed = {name: min(of) for name, of in marks("functions").items() if name.isupper()}
    return MappingProxyType({name: first for name, first in listed.items() if first > VERSIONS[0]})
