"""The format of a script: exchanges of one subject, each on connections of its own.

    # why these exchanges are here

    exchange the name of the test
    send                        lines of messages (see `wording`), to the connection `main`
      Query "select 1"
    expect                      read up to as many ReadyForQuery as there are Query, Sync and
      ReadyForQuery I           FunctionCall in the block above
    send b                      to another connection; started at its first use, unless
    open b                      says that the script starts it itself (Startup, SSLRequest …)
    expect b until CopyInResponse       read up to this message; `until 3 DataRow`, `until close`
    drop b                      close the connection without a word

Lines of messages are indented. At its end every connection is terminated and must have nothing
more to say.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

FINALS = ("Query", "Sync", "FunctionCall")


@dataclass(frozen=True, slots=True)
class Step:
    """One block. `verb`: open, send, expect, drop. `until`, `times`: where an expect ends."""

    verb: str
    connection: str = "main"
    lines: tuple[str, ...] = ()
    until: str = ""
    times: int = 1

    @property
    def finals(self) -> int:
        """ReadyForQuery messages that a block which is sent will bring, when nothing fails."""
        return sum(line.split(None, 1)[0] in FINALS for line in self.lines)

    def header(self) -> str:
        words = [self.verb]
        if self.connection != "main":
            words.append(self.connection)
        if self.until:
            words += ["until", *([str(self.times)] if self.times > 1 else []), self.until]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Exchange:
    name: str
    steps: tuple[Step, ...] = ()
    comments: tuple[str, ...] = ()

    def with_answers(self, answers: list[tuple[str, ...]]) -> Exchange:
        """The same with other lines in its expect blocks, in their order."""
        given = iter(answers)
        steps = [
            replace(step, lines=next(given)) if step.verb == "expect" else step
            for step in self.steps
        ]
        return replace(self, steps=tuple(steps))


@dataclass(frozen=True, slots=True)
class Script:
    path: Path
    exchanges: tuple[Exchange, ...] = ()
    comments: tuple[str, ...] = ()

    def render(self) -> str:
        blocks = ["\n".join(self.comments)] if self.comments else []
        return "\n\n".join([*blocks, *map(_render, self.exchanges)]) + "\n"


def _render(exchange: Exchange) -> str:
    lines = [*exchange.comments, f"exchange {exchange.name}"]
    for step in exchange.steps:
        lines.append(step.header())
        lines += [f"  {line}" for line in step.lines]
    return "\n".join(lines)


@dataclass(slots=True)
class _Reader:
    """Gathers what the lines say. Comments belong to what follows; the first block to the file."""

    exchanges: list[Exchange] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    heading: tuple[str, ...] = ()

    def take(self, line: str) -> None:
        if not line.strip():
            if self.comments and not self.exchanges and not self.heading:
                self.heading, self.comments = tuple(self.comments), []
        elif line.startswith("#"):
            self.comments.append(line)
        elif line.startswith(" "):
            last = self.steps[-1]
            self.steps[-1] = replace(last, lines=(*last.lines, line.strip()))
        elif line.startswith("exchange "):
            self._end()
            self.exchanges.append(Exchange(line[9:].strip(), (), tuple(self.comments)))
            self.comments = []
        else:
            self.steps.append(_step(line))

    def _end(self) -> None:
        if self.exchanges:
            self.exchanges[-1] = replace(self.exchanges[-1], steps=tuple(self.steps))
        self.steps = []

    def finish(self, path: Path) -> Script:
        self._end()
        return Script(path, tuple(self.exchanges), self.heading)


def _step(line: str) -> Step:
    verb, *words = line.split()
    if verb not in ("open", "send", "expect", "drop"):
        raise ValueError(f"unknown block: {line}")
    connection = words.pop(0) if words and words[0] != "until" else "main"
    if not words:
        return Step(verb, connection)
    if words.pop(0) != "until" or verb != "expect" or not 1 <= len(words) <= 2:
        raise ValueError(f"not understood: {line}")
    times = int(words.pop(0)) if len(words) == 2 else 1
    return Step(verb, connection, until=words[0], times=times)


def parse_script(text: str, path: Path) -> Script:
    """Raises ValueError with file and line."""
    reader = _Reader()
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            reader.take(line)
        except (ValueError, IndexError) as error:
            raise ValueError(f"{path.name}:{number}: {error}") from error
    return reader.finish(path)


def read_scripts(folder: str) -> Iterator[Script]:
    """The scripts of a folder beside this file, by name."""
    for path in sorted((Path(__file__).parent / folder).glob("*.exchange")):
        yield parse_script(path.read_text(), path)
