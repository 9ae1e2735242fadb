"""A client's statements as the Flink at hand takes them, and what the client is told of it.

    text + settings ─► translate for the version ─► text to send, way back of positions
                          │ asks about tables? ─► looked up, once more
                          └ notices ─► the client, once per statement

It is the last step before a Flink session: what is stored and what is kept for replay are the
texts as they were written, so that the same text serves every version.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypedDict, TypeVar

from dialects import Rewritten, single
from dialects.mapping import Applied, Target, Translation, translate
from dialects.versions import Version
from gateway.engine import errors
from gateway.engine.http import Refused
from gateway.engine.secrets import mask
from protocol.errors import Notice, SqlError
from session.ports import EngineSettings, Need, Notify, TableFacts

REMEMBERED = 64
LONG = 32_768  # characters; beyond, the work is done aside so that other sessions go on
_SHOWN = 120

Name = tuple[str, ...]
T = TypeVar("T")


@dataclass(slots=True)
class Translator:
    """Of one client's session. What was translated is kept: where the rules asked about tables, for
    the one statement whose `tables` answered."""

    notify: Notify
    releases: Callable[[str], Mapping[str, str]]  # of connectors in a version's engine
    _known: OrderedDict[tuple[object, ...], Translation] = field(default_factory=OrderedDict)

    async def translated(
        self, sql: str, settings: EngineSettings, batch: bool | None = None
    ) -> Rewritten:
        """The text to send. Raises SqlError with its position in `sql` where the version has no
        form of it."""
        found = await self._translation(sql, settings, batch)
        if found.refusal is not None:
            raise found.refusal.copy()
        return found.rewritten

    async def tell(self, sql: str, settings: EngineSettings, batch: bool | None = None) -> None:
        """Say what was changed beside the meaning of a statement that is about to run."""
        for applied in (await self._translation(sql, settings, batch)).notices():
            self.notify(notice(applied, settings.version))

    async def definition(self, need: Need, settings: EngineSettings) -> Rewritten:
        """The CREATE of a stored object. What is changed in it is told, for it is not before the
        client's eyes. Raises SqlError, its position in the CREATE."""
        settings = replace(settings, tables=None)
        source = Version.parse(need.version) if need.version else None
        found = await self._translation(need.create, settings, None, source)
        if found.refusal is not None:
            raise found.refusal.copy()
        for applied in found.notices():
            self.notify(notice(applied, settings.version, need.name))
        return found.rewritten

    async def _translation(
        self,
        sql: str,
        settings: EngineSettings,
        batch: bool | None,
        source: Version | None = None,
    ) -> Translation:
        said = tuple(settings.releases.items())
        key = (sql, settings.version, batch, source, settings.functions, said)
        for known in (key, (*key, settings.tables)):
            if known in self._known:
                self._known.move_to_end(known)
                return self._known[known]
        asked = _Tables(settings)
        while True:
            target = Target(
                Version.parse(settings.version),
                source,
                releases={**self.releases(settings.version), **settings.releases},
                batch=batch,
                functions=settings.functions,
                **about(asked.facts),
            )
            found = await _translate(sql, target)
            if not await asked.answer():
                break
        self._known[(*key, settings.tables) if asked.anything else key] = found
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return found


class _Tables:
    """What rules ask of tables: looked up between two rounds, for they cannot wait."""

    def __init__(self, settings: EngineSettings) -> None:
        self._look_up = settings.tables
        self._wanted: set[Name] = set()
        self.known: dict[Name, TableFacts | None] = {}
        self.anything = False

    def facts(self, name: Name) -> TableFacts | None:
        self.anything = True
        if name not in self.known:
            self._wanted.add(name)
        return self.known.get(name)

    async def answer(self) -> bool:
        """Whether something was learned that a rule asked for."""
        if self._look_up is None or not self._wanted:
            return False
        for name in self._wanted:
            self.known[name] = await self._look_up(name)
        learned = any(self.known[name] is not None for name in self._wanted)
        self._wanted.clear()
        return learned


class About(TypedDict):
    columns: Callable[[Name], Mapping[str, str] | None]
    keys: Callable[[Name], tuple[str, ...] | None]
    options: Callable[[Name], Mapping[str, str] | None]


def about(facts: Callable[[Name], TableFacts | None]) -> About:
    """The arguments of a Target that tell of tables."""

    def asked(part: Callable[[TableFacts], T]) -> Callable[[Name], T | None]:
        return lambda name: part(found) if (found := facts(name)) is not None else None

    return About(
        columns=asked(lambda found: found.columns),
        keys=asked(lambda found: found.keys),
        options=asked(lambda found: found.options),
    )


async def _translate(sql: str, target: Target) -> Translation:
    if len(sql) <= LONG:
        return translate(single(sql), target)
    return await asyncio.to_thread(lambda: translate(single(sql), target))


def refused(error: Refused, sql: str, *, skip: int = 0) -> SqlError:
    """What Flink said against `sql`, of which the first `skip` characters are ours; the position
    is one of the text that was given to us, not of the one that was sent."""
    if error.sent is None:
        return errors.from_stack(error.text, sql, skip=skip)
    failure = errors.from_stack(error.text, error.sent.text)
    return placed(failure, error.sent, skip)


def placed(failure: SqlError, sent: Rewritten, skip: int = 0) -> SqlError:
    """The failure with its position moved back to the text before the translation."""
    if failure.position is not None:
        position = sent.position(failure.position) - skip
        failure.position = position if position > 0 else None
    return failure


def notice(applied: Applied, version: str, what: str = "") -> Notice:
    """`what`: the object whose definition it was, where that is not the client's statement."""
    before, after = (_shown(text) for text in (applied.before, applied.after))
    if not after:
        message = f"{before} is left out for Flink {version}"
    elif before == after:
        message = f"{before} is sent to Flink {version} as it is"
    elif not before:
        message = f"{after} is added for Flink {version}"
    else:
        message = f"{before} is sent to Flink {version} as {after}"
    message = f"{what}: {message}" if what else message
    return Notice(message, detail=applied.why or None)


def _shown(text: str) -> str:
    line = mask(" ".join(text.split()))
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
