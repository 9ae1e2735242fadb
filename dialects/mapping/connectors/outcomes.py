"""What becomes of an option, and in which words that is told."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.mapping.connectors.tables import FLINK, NEVER, Release, Span, Subject, shown
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Another key, another value, or both; and options that the new one needs beside it."""

    rule: str
    key: str
    value: str
    why: str
    added: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drop:
    """Left out."""

    rule: str
    why: str


@dataclass(frozen=True, slots=True)
class Refuse:
    rule: str
    message: str
    detail: str | None = None
    hint: str | None = None
    at_value: bool = False

    def error(self, position: int) -> SqlError:
        return SqlError(
            FEATURE_NOT_SUPPORTED,
            self.message,
            detail=self.detail,
            hint=self.hint,
            position=position,
        )


Outcome = Rewrite | Drop | Refuse


@dataclass(frozen=True, slots=True)
class Where:
    """The target as an option sees it: its subject, and the release of the family that decides."""

    subject: Subject
    family: str
    release: Release
    flink: str

    @property
    def name(self) -> str:
        kind, identifier = self.subject
        return "a table" if kind == "any" else f'{kind} "{identifier}"'

    def rule(self, key: str) -> str:
        """The id of the rule of a key: `kafka.scan_bounded_mode`, `json.encode_…`."""
        return rule_id(self.subject, self.family, key)

    def extent(self, span: Span) -> str:
        """Why a release outside of `span` has it not, as a sentence."""
        if span.since == NEVER:
            return f"No release of the {self.family} connector has it."
        verb, bound = (
            ("added", span.since) if self.release < span.since else ("removed", span.until)
        )
        if self.family == FLINK:
            return f"It was {verb} in Flink {shown(bound)}."
        return (
            f"It was {verb} in release {shown(bound)} of the {self.family} connector;"
            f" Flink {self.flink} goes with release {shown(self.release)}."
        )


def rule_id(subject: Subject, family: str, key: str) -> str:
    kind, identifier = subject
    if kind == "any":
        owner = "table"
    elif kind == "connector":
        owner = family if family in identifier else identifier
    else:
        owner = identifier if kind == "format" else f"{identifier}_{kind}"
    return f"{_slug(owner)}.{_slug(key.removesuffix('.*').replace('.#', ''))}"


def _slug(text: str) -> str:
    return text.replace("-", "_").replace(".", "_")


def unsupported(where: Where, key: str) -> str:
    if where.subject[0] == "any":
        return f'option "{key}" is not supported by Flink {where.flink}'
    return f'option "{key}" of {where.name} is not supported by Flink {where.flink}'
