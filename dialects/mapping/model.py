"""What the mapping speaks of: the target, rules, what they propose, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from dialects.flink.tree import Tree, parse
from dialects.mapping.outline import Outline
from dialects.rewriting import Edit, Rewritten
from dialects.splitter import Statement
from dialects.versions import Version
from protocol.errors import SqlError

NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Target:
    """What a statement is translated for.

    `source`: the version that it was written for, where that is known; else it may be any.
    `releases`: connector family (`kafka`, `jdbc`, …) to the release in the image, where that is
    known; else the one that goes with the version. `batch`: the runtime mode, None if not known.
    `functions`: names in upper case of the user's own functions, which hide built-in ones.
    `columns`: the columns of a table with their types in Flink's spelling, None if not known; the
    name as written, in parts. `keys`: the columns of its primary key, empty for none, None if not
    known. `options`: those of a table, as it was written; None if not known.
    """

    version: Version
    source: Version | None = None
    releases: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    batch: bool | None = None
    functions: frozenset[str] = frozenset()
    columns: Callable[[tuple[str, ...]], Mapping[str, str] | None] = lambda name: None
    keys: Callable[[tuple[str, ...]], tuple[str, ...] | None] = lambda name: None
    options: Callable[[tuple[str, ...]], Mapping[str, str] | None] = lambda name: None


@dataclass(frozen=True)
class Text:
    """A statement as the rules see it: tokens at once, outline and tree when somebody asks."""

    statement: Statement

    @cached_property
    def words(self) -> frozenset[str]:
        """Keywords and operators in upper case, all else as written; `/*+` if there is a hint."""
        words = frozenset(self.statement.words)
        return words | {"/*+"} if "/*+" in self.statement.text else words

    @cached_property
    def outline(self) -> Outline:
        """For what concerns the statement as such, not its expressions."""
        return Outline(self.statement)

    @cached_property
    def notes(self) -> dict[type, object]:
        """What a family of rules has found out about the text, by the class that holds it."""
        return {}

    @cached_property
    def tree(self) -> Tree | None:
        """None if the statement is not understood as a whole."""
        return parse(self.statement)


@dataclass(frozen=True, slots=True)
class Change:
    """Edits that belong together: all of them or none. Offsets are those of the statement's text.

    `start` and `end`: what they are about, shown as `before` and `after`; by default what they
    touch. `why` in place of the rule's own sentence, where it depends on the text.
    """

    edits: tuple[Edit, ...]
    start: int = -1
    end: int = -1
    why: str = ""

    @classmethod
    def of(cls, *edits: Edit, why: str = "") -> Change:
        """A change shown from its first edit to its last."""
        first, last = min(e.start for e in edits), max(e.end for e in edits)
        return cls(edits, first, last, why)


@dataclass(frozen=True, slots=True)
class Refusal:
    """There is no form of this for the target; `error.position` counts in the statement's text."""

    error: SqlError


@dataclass(frozen=True, slots=True)
class Remark:
    """Nothing is changed, but the user should know; a rule with remarks has `notice`."""

    start: int
    end: int
    why: str = ""


Found = Change | Refusal | Remark
Find = Callable[[Text, Target], Iterable[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the mapping.

    `id`: family and name (`grammar.qualify`). `words`: it can apply only where one of these is
    among the statement's words; empty: always. `before` and `since`: for targets before that
    version, from that version on. `notice`: it changes what is next to the meaning (an option
    dropped, a default made explicit), so the client is told. `why`: one sentence for the user,
    in the style of a Postgres detail message.
    """

    id: str
    find: Find
    why: str
    words: frozenset[str] = frozenset()
    before: Version | None = None
    since: Version | None = None
    notice: bool = False

    def concerns(self, version: Version) -> bool:
        early = self.before is None or version < self.before
        return early and (self.since is None or version >= self.since)


@dataclass(frozen=True, slots=True)
class Applied:
    """A rule that changed something; `position` counts characters of the source from 1."""

    rule: str
    before: str
    after: str
    why: str
    position: int
    notice: bool = False


@dataclass(frozen=True, slots=True)
class Translation:
    """A statement for its target: the text, the way back of positions, and the rules applied."""

    rewritten: Rewritten
    applied: tuple[Applied, ...]
    refusal: SqlError | None  # with its position in the source
    result: Text  # what the rules saw last

    @property
    def understood(self) -> bool:
        """There is a tree, so all rules could be asked; else only those that need none."""
        return self.result.tree is not None

    @property
    def text(self) -> str:
        """Raises the refusal, if there is one."""
        if self.refusal is not None:
            raise self.refusal
        return self.rewritten.text

    def notices(self) -> Iterator[Applied]:
        return (one for one in self.applied if one.notice)
