"""How refusals of a version are worded: what, in which version, and since when it is there."""

from __future__ import annotations

from dataclasses import dataclass

from dialects.mapping.model import Refusal
from dialects.versions import Version
from protocol.errors import FEATURE_NOT_SUPPORTED, SqlError


@dataclass(frozen=True, slots=True)
class Range:
    """The versions that a rule is about: those before `before`, from `since` on, or all."""

    before: Version | None = None
    since: Version | None = None

    @classmethod
    def parse(cls, text: str) -> Range:
        """Of `<1.17`, `>=2.0` or `all`."""
        if text.startswith("<"):
            return cls(before=Version.parse(text[1:]))
        if text.startswith(">="):
            return cls(since=Version.parse(text[2:]))
        assert text == "all", text
        return cls()

    @property
    def detail(self) -> str:
        if self.before is not None:
            return f"It was added in Flink {self.before}."
        if self.since is not None:
            return f"It was removed in Flink {self.since}."
        return "No version of Flink has it."


def refusal(subject: str, versions: Range, target: Version, hint: str, position: int) -> Refusal:
    """0A000; `subject` is a singular, or a plural with its "are"; `position` counts from 1."""
    verb = "" if subject.endswith(" are") else " is"
    where = f"Flink {target}" if versions != Range() else "Flink"
    return Refusal(
        SqlError(
            FEATURE_NOT_SUPPORTED,
            f"{subject}{verb} not supported by {where}",
            detail=versions.detail,
            hint=hint or None,
            position=position,
        )
    )
