"""The verdict on a statement for one version: the rules first, then Flink where it runs.

rules ─► names and rights ─► the engine runs? ─ yes ─► EXPLAIN
                                  └ no ─► the rules, of each stored object that it needs
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialects import Statement, single
from dialects.mapping import Target, Translation
from dialects.verdicts import Verdict, judge, placed, refused
from dialects.versions import Version
from gateway.engine.bringing import not_taken
from gateway.objects.placing import placed as in_full
from gateway.versions.plans import Plan, explain, explainable
from gateway.versions.targets import Known
from protocol.errors import SqlError
from session.ports import EngineSettings, Need

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
    translation = verdict.translation
    if verdict.text is None or translation is None or not explainable(single(verdict.text)):
        return Judgement(verdict)
    settings = replace(settings, version=str(version))
    if await _runs(session, version):
        try:
            return Judgement(verdict, FLINK, await _planned(session, translation, settings))
        except SqlError as error:
            if not is_trouble(error):
                return Judgement(refused(version, error, verdict.applied), FLINK)
    try:
        await _unplanned(session, translation, settings)
    except SqlError as error:
        if is_trouble(error):
            raise
        return Judgement(refused(version, error, verdict.applied))
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


async def _planned(
    session: StoredSession, translation: Translation, settings: EngineSettings
) -> Plan:
    """Raises SqlError, its position in the statement that was translated."""
    try:
        resolved, ready = await session.prepared(translation.rewritten.text, settings)
        with in_full(resolved.text):
            return await explain(session.inner, resolved.text.text, ready)
    except SqlError as error:
        raise placed(error, translation) from error.__cause__


async def _unplanned(
    session: StoredSession, translation: Translation, settings: EngineSettings
) -> None:
    """What can be said of names, rights and stored objects without Flink; raises likewise."""
    try:
        _, ready = await session.prepared(translation.rewritten.text, settings)
    except SqlError as error:
        raise placed(error, translation) from error.__cause__
    await _check_needs(ready.needs, Version.parse(settings.version))


async def _check_needs(needs: Sequence[Need], version: Version) -> None:
    for need in needs:
        if need.create:
            error = (await by_rules(single(need.create), Target(version))).error
            if error is not None:
                raise not_taken(need, str(version), error)
