"""The verdict on a statement for one version: the rules first, then Flink where it runs."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialects import Statement, single
from dialects.mapping import Target, Translation
from dialects.verdicts import Verdict, judge, placed, refused
from dialects.versions import Version
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
    """Never starts an engine. Raises SqlError for what has to do with neither."""
    verdict = await by_rules(statement, known.target(version))
    if verdict.text is None or verdict.translation is None:
        return Judgement(verdict)
    if not explainable(single(verdict.text)) or not await _runs(session, version):
        return Judgement(verdict)
    settings = replace(settings, version=str(version))
    try:
        plan = await _planned(session, verdict.translation, settings)
    except SqlError as error:
        if error.sqlstate.startswith(_TROUBLE):
            return Judgement(verdict)
        return Judgement(refused(version, error, verdict.applied), FLINK)
    return Judgement(verdict, FLINK, plan)


async def by_rules(statement: Statement, target: Target) -> Verdict:
    """Never raises; of a long text aside, so that other sessions go on."""
    if len(statement.text) <= _LONG:
        return judge(statement, target)
    return await asyncio.to_thread(judge, statement, target)


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
