"""The plan of a statement in a running Flink, and what it keeps while it runs.

EXPLAIN ─► == Optimized Execution Plan == ─► operators: name and depth ─► stateful?
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dialects import Statement, part, single
from dialects.verdicts import definition
from dialects.vocabulary import QUERY_WORDS
from gateway.engine import errors
from gateway.engine.flinksession import SessionLost
from gateway.engine.http import Refused
from gateway.engine.results import lost
from protocol.errors import SqlError
from session.ports import EngineSettings

if TYPE_CHECKING:
    from gateway.engine.session import ClientSession

_EXPLAIN = "EXPLAIN "
_SECTION = "== Optimized Execution Plan =="
_OPERATOR = re.compile(r"^(?P<indent>[\s:|+-]*)(?P<name>[A-Z]\w*)(?P<rest>.*)$")
# Operators of a stream that keep nothing between two rows. What is not among them counts as one
# that does.
_STATELESS = frozenset(
    """AsyncCalc AsyncCorrelate BoundedStreamScan Calc ConstantTableFunctionScan Correlate
    DataStreamScan DropUpdateBefore Exchange Expand InputConversion LegacySink
    LegacyTableSourceScan LookupJoin MLPredictTableFunction MiniBatchAssigner PythonCalc
    PythonCorrelate Reused Sink TableSourceScan Union Values VectorSearchTableFunction
    WatermarkAssigner WindowTableFunction""".split()
)
# … unless they say this of themselves.
_KEEPING = ("upsertMaterialize=[true]", "window=[SESSION(")


@dataclass(frozen=True, slots=True)
class Plan:
    """An execution plan as Flink prints it, and the runtime mode that it is of."""

    mode: str
    text: str

    @property
    def operators(self) -> tuple[str, ...]:
        """Depth and name of each, from the sink to the sources."""
        found = (_OPERATOR.match(line) for line in self.text.splitlines())
        return tuple(f"{len(each['indent'])} {each['name']}" for each in found if each)

    @property
    def stateful(self) -> bool:
        """Whether it keeps anything besides the positions of its sources. What is bounded runs to
        its end and leaves nothing behind."""
        if self.mode == "batch":
            return False
        if any(mark in self.text for mark in _KEEPING):
            return True
        return any(each.split(" ", 1)[1] not in _STATELESS for each in self.operators)


def explainable(statement: Statement) -> Statement | None:
    """What of it Flink can plan without running it: queries, INSERT and statement sets as a whole,
    of a view and of CREATE TABLE … AS the query; None: nothing. `start` is that in the statement's
    text."""
    words = statement.words
    if not words:  # a setting that the version does not have
        return None
    if words[0] in QUERY_WORDS or words[0] in ("INSERT", "EXPLAIN"):
        return replace(statement, start=0)
    if words[0] == "EXECUTE":
        return None if words[1] == "PLAN" else replace(statement, start=0)
    try:
        create = definition(statement)
    except SqlError:  # the rules have told of it
        return None
    query = getattr(create.definition, "query", None) if create is not None else None
    return part(replace(statement, start=0), query.first_token) if query is not None else None


def makes_job(statement: Statement) -> bool:
    """Whether it runs on, with a state of its own: a view only stands for its query."""
    return explainable(statement) is not None and "VIEW" not in statement.words[:4]


async def explain(client: ClientSession, sql: str, settings: EngineSettings) -> Plan:
    """The plan, in the mode in which the statement would run. Raises SqlError: what Flink says
    against the statement, its position in `sql`; 08006 for an engine that was lost."""
    mode = client.options.runtime_mode(settings)
    try:
        if mode != "auto":
            return await _explain(client, sql, settings, mode)
        try:
            return await _explain(client, sql, settings, "batch")
        except Refused as error:
            if not errors.UNBOUNDED_IN_BATCH.search(error.text):
                raise
        return await _explain(client, sql, settings, "streaming")
    except Refused as error:
        text, skip = _asked(sql)
        raise errors.from_stack(error.text, text, skip=skip) from error
    except SessionLost as error:
        raise lost(settings.version) from error


async def _explain(client: ClientSession, sql: str, settings: EngineSettings, mode: str) -> Plan:
    text, _ = _asked(sql)
    session = await client.flink(settings, mode)
    _, rows = await session.small(text, client.options.statement(settings, mode))
    explained = "".join(str(row.fields[0]) for row in rows)
    return Plan(mode, explained.partition(_SECTION)[2].strip() or explained)


def _asked(sql: str) -> tuple[str, int]:
    """The EXPLAIN, and how many characters of it stand in front of `sql`. EXECUTE is as long."""
    word = single(sql).tokens[0]
    if word.text.upper() == "EXPLAIN":
        return sql, 0
    if word.text.upper() == "EXECUTE":
        return _EXPLAIN[:-1] + sql[word.end :], 0
    return _EXPLAIN + sql, len(_EXPLAIN)
