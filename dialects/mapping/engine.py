"""Rounds of proposals and edits, until the rules have nothing more to say."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from dialects.engine_text import to_engine
from dialects.mapping.idioms import lexical
from dialects.mapping.model import (
    Applied,
    Change,
    Refusal,
    Remark,
    Rule,
    Target,
    Text,
    Translation,
)
from dialects.mapping.rules import RULES
from dialects.rewriting import Edit, Rewritten, rewrite
from dialects.splitter import Statement, single
from protocol.errors import STATEMENT_TOO_COMPLEX, SqlError

_ROUNDS = 32  # a nesting of as many constructs that all need a rewrite; no text of people has it


def translate(
    statement: Statement, target: Target, rules: Sequence[Rule] | None = None
) -> Translation:
    """The statement for its target, or why there is none; never raises.

    The first text is the one of `to_engine`, in which Flink's lexical rules hold already.
    """
    try:
        return _Rounds(statement, target, RULES if rules is None else rules).run()
    except SqlError as error:
        return Translation(Rewritten(statement.text), (), error, Text(statement))


@dataclass(frozen=True, slots=True)
class _Proposal:
    rule: Rule
    change: Change


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the rules say of a text."""

    proposals: list[_Proposal] = field(default_factory=list)
    refusals: list[SqlError] = field(default_factory=list)
    remarks: list[tuple[Rule, Remark]] = field(default_factory=list)


class _Rounds:
    def __init__(self, statement: Statement, target: Target, rules: Sequence[Rule]) -> None:
        self.target = target
        self.rules = [rule for rule in rules if rule.concerns(target.version)]
        self.rewritten = to_engine(statement)
        self.applied = [_lexical(statement.text, edit) for edit in self.rewritten.edits]
        self.text = Text(single(self.rewritten.text) if self.applied else statement)

    def run(self) -> Translation:
        for _ in range(_ROUNDS):
            asked = self._ask()
            if not asked.proposals:
                return self._done(asked)
            self._apply(_compatible(asked.proposals))
        message = "statement nests too many constructs that need a rewrite"
        raise SqlError(STATEMENT_TOO_COMPLEX, message)

    def _ask(self) -> _Asked:
        asked = _Asked()
        for rule in self.rules:
            if rule.words and rule.words.isdisjoint(self.text.words):
                continue
            for found in rule.find(self.text, self.target):
                if isinstance(found, Refusal):
                    asked.refusals.append(found.error)
                elif isinstance(found, Remark):
                    asked.remarks.append((rule, found))
                else:
                    asked.proposals.append(_Proposal(rule, found))
        return asked

    def _apply(self, proposals: Iterable[_Proposal]) -> None:
        source = self.text.statement.text
        edits: list[Edit] = []
        for rule, change in ((one.rule, one.change) for one in proposals):
            edits += [replace(edit, rule=rule.id) for edit in change.edits]
            self.applied.append(self._noted(source, rule, change))
        step = rewrite(source, edits)
        self.rewritten = self.rewritten.then(step)
        self.text = Text(single(step.text))

    def _noted(self, source: str, rule: Rule, change: Change) -> Applied:
        start = change.start if change.start >= 0 else min(e.start for e in change.edits)
        end = change.end if change.end >= 0 else max(e.end for e in change.edits)
        inside = [replace(e, start=e.start - start, end=e.end - start) for e in change.edits]
        shown = [edit for edit in inside if 0 <= edit.start and edit.end <= end - start]
        after = rewrite(source[start:end], shown).text
        position = self.rewritten.position(start + 1)
        why = change.why or rule.why
        return Applied(rule.id, source[start:end], after, why, position, rule.notice)

    def _remarked(self, rule: Rule, remark: Remark) -> Applied:
        shown = self.text.statement.text[remark.start : remark.end]
        position = self.rewritten.position(remark.start + 1)
        return Applied(rule.id, shown, shown, remark.why or rule.why, position, rule.notice)

    def _done(self, asked: _Asked) -> Translation:
        told = [*self.applied, *(self._remarked(*each) for each in asked.remarks)]
        applied = tuple(sorted(told, key=lambda one: one.position))
        refusal = None
        if asked.refusals:
            refusal = min(asked.refusals, key=lambda error: error.position or 0)
            if refusal.position is not None:
                refusal.position = self.rewritten.position(refusal.position)
        return Translation(self.rewritten, applied, refusal, self.text)


def _compatible(proposals: list[_Proposal]) -> list[_Proposal]:
    """Those that do not touch one another, earlier rules first; the others wait for a round."""
    taken: list[tuple[int, int]] = []
    chosen: list[_Proposal] = []
    for proposal in proposals:
        spans = [(edit.start, edit.end) for edit in proposal.change.edits]
        if all(_free(taken, start, end) for start, end in spans):
            taken = sorted(taken + spans)
            chosen.append(proposal)
    return chosen


def _free(taken: list[tuple[int, int]], start: int, end: int) -> bool:
    """Does it overlap none that is taken? Two insertions at a place would have no order."""
    index = bisect_right(taken, (start, end))
    if start == end and index and taken[index - 1] == (start, end):
        return False
    before = taken[index - 1] if index else (0, 0)
    after = taken[index] if index < len(taken) else (end, end)
    return before[1] <= start and end <= after[0]


def _lexical(source: str, edit: Edit) -> Applied:
    before = source[edit.start : edit.end]
    return Applied(edit.rule, before, edit.text, lexical.WHY[edit.rule], edit.start + 1)
