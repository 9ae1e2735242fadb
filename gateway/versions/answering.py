"""The rows of TRANSLATE and VALIDATE. Positions count in the client's message, as in errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from dialects import Classified, Kind, Statement
from dialects.mapping import Applied
from dialects.verdicts import refused, remark, untouched
from dialects.versions import Version
from gateway.engine.results import TableStream
from gateway.versions.carrying import carried
from gateway.versions.judging import FLINK, Judgement, by_rules, is_trouble, judged
from gateway.versions.plans import Plan, makes_job
from gateway.versions.targets import known
from protocol.errors import SqlError
from protocol.values.rows import ColumnCodec, compile_row_encoder
from session.platform import COLUMNS
from session.ports import EngineSettings, ResultStream
from session.statements import format_of

if TYPE_CHECKING:
    from gateway.objects.session import StoredSession

Rows = list[list[Any]]


async def answer(
    session: StoredSession, one: Classified, settings: EngineSettings, formats: Sequence[int]
) -> ResultStream:
    """See `session.ports.EngineSession.answer`."""
    asked = _Asked(session, one, settings)
    rows = await (asked.translate() if one.kind is Kind.TRANSLATE else asked.validate())
    columns = COLUMNS[one.kind]
    codecs = [ColumnCodec(c.type, format_of(formats, i)) for i, c in enumerate(columns)]
    return TableStream(columns, compile_row_encoder(codecs, time_zone=settings.time_zone), rows)


class _Asked:
    """`inner`: the statement that is asked about; `subject`: the part of it that Flink sees."""

    def __init__(self, session: StoredSession, one: Classified, settings: EngineSettings) -> None:
        assert one.inner is not None
        subject = one.options["subject"]
        self.session = session
        self.one = one
        self.settings = settings
        self.inner = one.inner
        self.subject = subject if isinstance(subject, Statement) else None

    # ── TRANSLATE ───────────────────────────────────────────────────────────────────────────────

    async def translate(self) -> Rows:
        """The text, then a row for each rule. Raises the refusal."""
        version, source = self.one.options["to"], self.one.options["from"]
        assert isinstance(version, Version) and isinstance(source, Version | None)
        if self.subject is None:
            return [[self.inner.text, *[None] * 5]]
        try:
            found = await known(self.session, self.subject, self.settings)
        except SqlError as error:
            raise self._in_statement(error) from error.__cause__
        verdict = await by_rules(self.subject, found.target(version, source))
        if verdict.error is not None:
            raise self._in_statement(verdict.error)
        if (notice := remark(verdict)) is not None:
            self.session.notify(notice)
        assert verdict.text is not None
        return [[self._whole(verdict.text), *[None] * 5], *map(self._rule, verdict.applied)]

    def _rule(self, one: Applied) -> list[Any]:
        return [None, one.rule, one.before, one.after, one.why, self._position(one.position)]

    def _in_statement(self, error: SqlError) -> SqlError:
        """The error as the session has them: its position in the whole statement."""
        assert self.subject is not None
        if error.position is not None:
            error.position += self.subject.start - self.one.statement.start
        return error

    # ── VALIDATE ────────────────────────────────────────────────────────────────────────────────

    async def validate(self) -> Rows:
        """The session's version is judged first, for its plan is what others are compared with."""
        mine = Version.parse(self.settings.version)
        chosen = self.one.options["versions"]
        versions = chosen if isinstance(chosen, tuple) else (mine,)
        judgements = await self._judgements(mine, versions)
        base = judgements[mine].plan if mine in judgements else None
        return [self._row(judgements[version], mine, base) for version in versions]

    async def _judgements(
        self, mine: Version, versions: Sequence[Version]
    ) -> dict[Version, Judgement]:
        error = self.one.options["error"]
        if isinstance(error, SqlError):  # the router's, in the inner statement
            return {v: Judgement(refused(v, error)) for v in versions}
        if self.subject is None:
            return {v: Judgement(untouched(self.inner, v)) for v in versions}
        try:
            found = await known(self.session, self.subject, self.settings)
        except SqlError as error:
            if is_trouble(error):
                raise
            return {v: Judgement(refused(v, error)) for v in versions}
        order = dict.fromkeys((mine, *versions))
        return {v: await judged(self.session, self.subject, found, v, self.settings) for v in order}

    def _row(self, judgement: Judgement, mine: Version, base: Plan | None) -> list[Any]:
        verdict, plan = judgement.verdict, judgement.plan
        said = verdict.error or remark(verdict, by_flink=judgement.judged_by == FLINK)
        lasts = verdict.error is None and self.subject is not None and makes_job(self.subject)
        return [
            str(verdict.version),
            verdict.ruling.value,
            said.sqlstate if said else None,
            said.message if said else None,
            said.detail if said else None,
            said.hint if said else None,
            self._position(verdict.error.position) if verdict.error else None,
            None if verdict.text is None else self._whole(verdict.text),
            judgement.judged_by,
            plan.stateful if lasts and plan is not None else None,
            carried(mine, verdict.version, plan, base) if lasts else None,
        ]

    # ── places ──────────────────────────────────────────────────────────────────────────────────

    def _whole(self, text: str) -> str:
        """The statement with that text in place of what Flink sees of it."""
        if self.subject is None:
            return text
        start = self.subject.start - self.inner.start
        behind = start + len(self.subject.text)
        return f"{self.inner.text[:start]}{text}{self.inner.text[behind:]}"

    def _position(self, position: int | None) -> int | None:
        """What the router refuses, it refuses as a whole: then there is no subject."""
        judged = self.subject or self.inner
        return None if position is None else judged.start + position
