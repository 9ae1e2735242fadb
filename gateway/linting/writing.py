"""Findings as text, in the way of compilers, or as JSON, one object a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping

from dialects.verdicts import Ruling
from gateway.linting.findings import Change, Finding

_SHOWN = 60  # characters of what a rule changed; JSON has them all
_DONE = {Ruling.ACCEPT: "accepted", Ruling.TRANSLATE: "translated", Ruling.REFUSE: "refused"}


def text(finding: Finding) -> Iterator[str]:
    """`file:line:column: verdict (version): message`, and what belongs to it indented below. Of
    what is accepted nothing is said, unless there is a remark."""
    if finding.ruling is Ruling.ACCEPT and finding.message is None:
        return
    line, column = finding.place
    message = f": {_line(finding.message)}" if finding.message else ""
    head = f"{finding.file}:{line}:{column}: {finding.ruling.value} ({finding.version})"
    yield f"{head}{message}"
    for name, said in (("detail", finding.detail), ("hint", finding.hint)):
        if said:
            yield f"    {name}: {_line(said)}"
    if finding.ruling is Ruling.TRANSLATE:
        for change in finding.rules:
            if change.before != change.after:  # else the message tells of it
                yield from _change(change)


def as_json(finding: Finding) -> Iterator[str]:
    line, column = finding.place
    yield json.dumps(
        {
            "file": finding.file,
            "line": line,
            "column": column,
            "statement": finding.statement,
            "from": str(finding.source) if finding.source else None,
            "to": str(finding.version),
            "verdict": finding.ruling.value,
            "sqlstate": finding.sqlstate,
            "message": finding.message,
            "hint": finding.hint,
            "position": finding.position,
            "translated": finding.translated,
            "rules": [_rule(change) for change in finding.rules],
        },
        ensure_ascii=False,
    )


WRITERS: Mapping[str, Callable[[Finding], Iterator[str]]] = {"text": text, "json": as_json}


def summary(found: Iterable[Ruling]) -> str:
    """How many of each verdict, statements times versions."""
    counted = Counter(found)
    return ", ".join(f"{counted[ruling]} {word}" for ruling, word in _DONE.items())


def _change(change: Change) -> Iterator[str]:
    line, column = change.place
    before, after = _shortened(change.before), _shortened(change.after)
    if not before:
        done = f"{after} is added"
    elif not after:
        done = f"{before} is left out"
    else:
        done = f"{before} → {after}"
    yield f"    {line}:{column}: {change.id}: {done}"
    yield f"        {change.why}"


def _shortened(text: str) -> str:
    line = _line(text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _line(said: str) -> str:
    return " ".join(said.split())


def _rule(change: Change) -> dict[str, object]:
    return {
        "id": change.id,
        "before": change.before,
        "after": change.after,
        "why": change.why,
        "position": change.position,
    }
