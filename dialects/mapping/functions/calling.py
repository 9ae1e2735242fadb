"""A rule per built-in function that came after the first version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dialects.mapping.calls import calls
from dialects.mapping.functions.table import AS_IT_IS, Form, forms
from dialects.mapping.model import Change, Refusal, Rule, Target, Text
from dialects.mapping.refusing import Range, refusal
from dialects.versions import Version
from dialects.versions.functions import added

_WHY = "The function was added in Flink {}; this is the same in older versions."


@dataclass(frozen=True, slots=True)
class _Function:
    """A built-in function, the version that has it, and its forms before."""

    name: str
    first: Version
    forms: Sequence[Form]

    def find(self, text: Text, target: Target) -> Iterator[Change | Refusal]:
        if self.name in target.functions:
            return  # the user's own is called
        for call in calls(text, (self.name,)):
            form = next((form for form in self.forms if form.fits(call)), None)
            if form is None or not form.written(call, target.version):
                subject, hint = f"function {self.name}", form.hint if form is not None else ""
                if form is not None and form.arity is not None and len(self.arities) > 1:
                    subject += f" with {_counted(form.arity)}"
                versions = Range(before=self.first)
                yield refusal(subject, versions, target.version, hint, call.start + 1)
            elif form.text != AS_IT_IS:
                yield form.change(call)

    @property
    def arities(self) -> frozenset[int | None]:
        return frozenset(form.arity for form in self.forms)

    def rule(self) -> Rule:
        words = frozenset({self.name, f"`{self.name}`", f"`{self.name.lower()}`"})
        why = _WHY.format(self.first)
        return Rule(f"function.{self.name.lower()}", self.find, why, words, before=self.first)


def _counted(arity: int) -> str:
    return "1 argument" if arity == 1 else f"{arity} arguments"


def rules() -> tuple[Rule, ...]:
    special: dict[str, list[Form]] = defaultdict(list)
    for form in forms():
        special[form.name].append(form)
    first = {**added(), **{name: rows[0].added for name, rows in special.items()}}
    for name, rows in special.items():
        if all(row.text == AS_IT_IS and row.except_for is None for row in rows):
            del first[name]  # listed late, but taken by every version
    return tuple(
        _Function(name, version, special.get(name, ())).rule()
        for name, version in sorted(first.items())
    )
