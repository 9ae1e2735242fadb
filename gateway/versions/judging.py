"""The verdict on a statement for one version: the rules first, then Flink where it runs.

rules ─► names and rights ─► the engine runs? ─ yes ─► EXPLAIN
                                  └ no ─► the rules, of each stored object that it needs
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialects import Statement, single
from dialects.mapping import Target
from dialects.verdicts import Verdict, judge, placed, refused
from dialects.versions import Version
from gateway.engine.bringing import not_taken
from gateway.objects.placing import placed as in_full
from gateway.versions.plans import Plan, explain, explainable
from gateway.versions.targets import Known
from protocol.errors import SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

FLINK, RULES = "flink", "rules"
_LONG = 8_192  # characters
# Trouble of an engine, its resources or its host: nothing is said against the statement.
_TROUBLE = ("08", "53", "57", "58")


@dataclass(frozen=True, slots=True)
class Judgement:
    """`plan`: where Flink has made one."""

    verdict: Verdict
    judged_by: str = RULES
    plan: Plan | None = None


async def judged(
    session: StoredSession,
    statement: Statement,
    known: Known,
    version: Version,
    settings: EngineSettings,
) -> Judgement:
    """Never starts an engine; one that is lost meanwhile counts as one that does not run."""
    verdict = await by_rules(statement, known.target(version))
    planned = explainable(single(verdict.text)) if verdict.text is not None else None
    translation = verdict.translation
    if planned is None or translation is None:
        return Judgement(verdict)
    settings = replace(settings, version=str(version))
    asked = _Asked(session, planned, settings)
    if await _runs(session, version):
        try:
            return Judgement(verdict, FLINK, await asked.plan())
        except SqlError as error:
            if not is_trouble(error):
                moved = placed(error, translation)
                return Judgement(refused(version, moved, verdict.applied), FLINK)
    try:
        await asked.check(known.target(version))
    except SqlError as error:
        if is_trouble(error):
            raise
        return Judgement(refused(version, placed(error, translation), verdict.applied))
    return Judgement(verdict)


async def by_rules(statement: Statement, target: Target) -> Verdict:
    """Never raises; of a long text aside, so that other sessions go on."""
    if len(statement.text) <= _LONG:
        return judge(statement, target)
    return await asyncio.to_thread(judge, statement, target)


def is_trouble(error: SqlError) -> bool:
    return error.sqlstate.startswith(_TROUBLE)


async def _runs(session: StoredSession, version: Version) -> bool:
    provider = session.inner.hub.provider
    return str(version) in provider.versions and await provider.runs(str(version))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What of a translated text is planned. Positions of errors are those of that text."""

    session: StoredSession
    planned: Statement
    settings: EngineSettings

    async def plan(self) -> Plan:
        with self._in_text():
            resolved, ready = await self.session.prepared(self.planned.text, self.settings)
            with in_full(resolved.text):
                return await explain(self.session.inner, resolved.text.text, ready)

    async def check(self, target: Target) -> None:
        """What can be said of names, rights and stored objects without Flink."""
        with self._in_text():
            _, ready = await self.session.prepared(self.planned.text, self.settings)
        for need in ready.needs:
            if not need.create:
                continue
            source = Version.parse(need.version) if need.version else None
            written = replace(target, source=source)
            if (error := (await by_rules(single(need.create), written)).error) is not None:
                raise not_taken(need, self.settings.version, error)

    @contextmanager
    def _in_text(self) -> Iterator[None]:
        try:
            yield
        except SqlError as error:
            if error.position is not None:
                error.position += self.planned.start
            raise
