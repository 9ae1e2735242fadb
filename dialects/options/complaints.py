"""What is said about an option that nobody takes: the nearest key, or the versions that have it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from dialects.ddl.model import Option
from dialects.options import data
from dialects.options.data import Factory
from protocol.errors import FDW_INVALID_OPTION_NAME, Notice, SqlError

_CLOSE = 0.7  # of difflib's ratio
_LONGEST = 200  # of a word that is compared: the work grows with its square
_WARNING = "01000"


@dataclass(frozen=True, slots=True)
class Scope:
    """The keys with that prefix are `factory`'s, or of a jar that is not known (None). `lenient`:
    Flink itself takes keys there that nobody reads. `named` is the option that brought it in."""

    prefix: str
    factory: Factory | None
    named: Option
    lenient: bool = False

    @property
    def name(self) -> str:
        return self.factory.name if self.factory is not None else f'"{self.named.value}"'

    def keys(self) -> list[str]:
        return [self.prefix + key for key in self.factory.keys()] if self.factory else []

    def versions_of(self, key: str) -> tuple[str, ...]:
        """The versions in which the key is one of this scope."""
        if self.factory is None:
            return ()
        own = key.removeprefix(self.prefix)
        return data.versions_of(self.factory.kind, self.factory.identifier, own)


def unknown(option: Option, scope: Scope, scopes: Sequence[Scope], version: str) -> SqlError:
    """HV00D for a key of `scope` that none of `scopes`, all with a fitting prefix, takes."""
    elsewhere = next((found for each in scopes if (found := each.versions_of(option.key))), ())
    if elsewhere:
        message = f'option "{option.key}" of {scope.name} exists {_extent(elsewhere)}'
        detail, hint = f"The table is for Flink {version}.", None
    else:
        message = f'unknown option "{option.key}" of {scope.name}'
        detail = _listing(scope)
        hint = meant(option.key, [key for each in scopes for key in each.keys()])
    position = option.position or None
    return SqlError(FDW_INVALID_OPTION_NAME, message, detail=detail, hint=hint, position=position)


def ignored(option: Option, error: SqlError) -> Notice:
    """The same of an option that Flink takes and never reads."""
    detail = f"{error.message[0].upper()}{error.message[1:]}."
    message = f'option "{option.key}" is ignored'
    return Notice(message, "WARNING", _WARNING, detail=detail, hint=error.hint)


def meant(word: str, offered: Collection[str]) -> str | None:
    """The hint with the nearest of the words, if one is near."""
    if len(word) > _LONGEST:
        return None
    near = difflib.get_close_matches(word, sorted(offered), n=1, cutoff=_CLOSE)
    return f'Perhaps you meant "{near[0]}".' if near else None


def _extent(found: tuple[str, ...]) -> str:
    first, last, known = found[0], found[-1], data.versions()
    if last == known[-1]:
        return f"from Flink {first} on"
    if first == known[0]:
        return f"up to Flink {last} only"
    return f"in Flink {first} only" if first == last else f"in Flink {first} to {last} only"


def _listing(scope: Scope) -> str:
    keys = ", ".join(sorted(set(scope.keys())))
    return f"Its options are {keys}." if keys else f"There are no options of {scope.name}."
