"""The lines of functions.tsv: forms of a function's call for versions that do not have it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from dialects.lexer import STRINGS
from dialects.mapping.calls import Call
from dialects.mapping.model import Change
from dialects.rewriting import moving
from dialects.versions import Version

AS_IT_IS = "="
_ARGUMENT = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Form:
    """How a call with `arity` arguments (None: any) is written from `since` on; `text` empty: not.

    `except_for`: what an argument, counted from 0, must not be.
    """

    name: str
    added: Version
    arity: int | None
    since: Version | None
    text: str
    except_for: tuple[int, str] | None
    hint: str

    def fits(self, call: Call) -> bool:
        return self.arity is None or self.arity == len(call.ranges)

    def written(self, call: Call, target: Version) -> bool:
        """Has the call this form for the target?"""
        if not self.text or self.since is None or target < self.since:
            return False
        if self.except_for is None:
            return True
        argument, kind = self.except_for
        return not _KINDS[kind](call, argument)

    def change(self, call: Call) -> Change:
        parts: list[str | tuple[int, int]] = []
        for index, part in enumerate(_ARGUMENT.split(self.text)):
            parts.append(part if index % 2 == 0 else call.arguments[int(part) - 1])
        source = call.text.statement.text
        return Change.of(moving(source, call.start, call.end, *parts))


def _string(call: Call, argument: int) -> bool:
    first, last = call.ranges[argument]
    return last - first == 1 and call.text.statement.tokens[first].kind in STRINGS


def _call(call: Call, argument: int) -> bool:
    return "(" in call.words(argument)


_KINDS = {"string": _string, "call": _call}


@cache
def forms() -> tuple[Form, ...]:
    return tuple(_rows())


def _rows() -> Iterator[Form]:
    text = files(__package__).joinpath("functions.tsv").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, added, arity, since, written, except_for, hint = line.split("\t")
        index, _, kind = except_for.partition(":")
        yield Form(
            name,
            Version.parse(added),
            int(arity) if arity else None,
            Version.parse(since) if since else None,
            written,
            (int(index) - 1, kind) if except_for else None,
            hint,
        )
