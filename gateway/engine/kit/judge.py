"""Ask the real Flink of a version what it says of a text, in milliseconds and without a gateway.

    Judge ──a JSON object a line──▶ kit's Judge in a small JVM with Flink's jars ──▶ Verdict

For developers and tests: the version mapping promises what real Flinks accept. By hand:

    python -m gateway.engine.kit.judge --version 1.20 [--batch] [--explain | --execute] 'SELECT 1'

reads statements from its input where none are given, with the tables of `SETUP` at hand.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

import msgspec
import typer

from dialects.splitter import split
from gateway.engine import java, kit
from gateway.engine.kit.lines import Ended, Lines
from gateway.engine.launch import OPENED
from gateway.engine.provision import Job, cache_root, provision
from gateway.engine.versions import catalogue
from protocol.errors import SYSTEM_ERROR, SqlError

# The tables that the statements of the grammar matrix speak of.
SETUP = Path(__file__).parents[3] / "tests" / "dialects" / "versions" / "grammar-setup.sql"

_HEAP_MB = 400
_START_S = 60.0
_ANSWER_S = 40.0  # beside the time that an execution may take
_FACTS_S = 120.0
_END_S = 10.0
_TAIL_BYTES = 2000
# Options of the machine's Java and Flink would be options of the answers.
_DROPPED = ("FLINK_", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH")


class Mode(StrEnum):
    """How far a text is taken: each goes further than the one before."""

    PARSE = "parse"  # parsed and validated
    EXPLAIN = "explain"  # and, if it is a query or writes, planned
    EXECUTE = "execute"  # and run


class Runtime(StrEnum):
    STREAMING = "streaming"
    BATCH = "batch"


class Question(msgspec.Struct, frozen=True, kw_only=True, tag="verdict", tag_field="ask"):
    """A statement and the circumstances under which it is judged."""

    sql: str
    mode: Mode = Mode.PARSE
    runtime: Runtime = Runtime.STREAMING
    config: Mapping[str, str] = {}  # options of the session, for this question alone
    seconds: int = 20  # a job that still runs then is canceled, and counts as accepted


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What Flink says: `y` accepted, `p` a syntax error, `f` parsed but refused later."""

    verdict: str
    message: str | None = None  # the deepest cause that says something
    line: int | None = None  # from 1, where Flink named a place
    column: int | None = None
    plan: str | None = None  # of an explained statement, as EXPLAIN shows it
    rows: Sequence[str] | None = None  # of an executed one, at most 100, as Flink's Row shows them

    @property
    def accepted(self) -> bool:
        return self.verdict == "y"


class _Answer(msgspec.Struct):
    id: int
    error: str | None = None
    facts: msgspec.Raw = msgspec.Raw(b"[]")


class Judge:
    """A JVM of one Flink version that answers, one question at a time; a context manager.

    Made by `Judge(minor)`: provisions the version if need be, and starts in one to two seconds.
    Every wait is bounded; SqlError 58000 if the JVM dies or does not answer.
    """

    def __init__(self, minor: str, setup: Sequence[str] = (), jars: Sequence[Path] = ()) -> None:
        """`setup` as of `reset`; `jars`: another class path than the distribution's."""
        self.minor = minor
        self._jars = jars
        self._asked = 0
        with ExitStack() as stack:
            scratch = tempfile.TemporaryDirectory(
                prefix="xuanwu-judge-", ignore_cleanup_errors=True
            )
            self.scratch = Path(stack.enter_context(scratch))
            self._lines = self._start()
            stack.callback(lambda: self._lines.close(_END_S))
            self._stack = stack.pop_all()
        try:
            self.reset(setup)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()

    def close(self) -> None:
        """End the JVM; nothing of it stays."""
        self._stack.close()

    @property
    def pid(self) -> int:
        return self._lines.process.pid

    @property
    def alive(self) -> bool:
        return self._lines.process.poll() is None

    def ask(self, questions: Iterable[Question]) -> list[Verdict]:
        """The verdicts, in order. What one executed is there for the next, until `reset`."""
        lines = (self._call(q, q.seconds + _ANSWER_S) for q in questions)
        return [msgspec.json.decode(line, type=Verdict) for line in lines]

    def reset(self, setup: Sequence[str]) -> None:
        """A fresh session, one for streaming and one for batch, in which these were executed.

        Raises SqlError 58000 with Flink's words if it refuses one.
        """
        self._call({"ask": "reset", "setup": setup}, _START_S)

    def facts(self, of: str) -> list[list[str]]:
        """`functions`, `words` or `options` of this release, as kit's Judge lists them."""
        line = self._call({"ask": of}, _FACTS_S)
        facts = msgspec.json.decode(line, type=_Answer).facts
        return msgspec.json.decode(facts, type=list[list[str]])

    def _call(self, request: object, seconds: float) -> bytes:
        self._asked += 1
        fields = msgspec.to_builtins(request) | {"id": self._asked}
        try:
            line = self._lines.exchange(msgspec.json.encode(fields), seconds)
        except Ended as error:
            raise self._failed(str(error), self._last_words()) from error
        answer = msgspec.json.decode(line, type=_Answer)
        if answer.id != self._asked:
            raise self._failed("answers another question")
        if answer.error is not None:
            raise self._failed(f"failed: {answer.error}")
        return line

    def _failed(self, how: str, detail: str | None = None) -> SqlError:
        return SqlError(SYSTEM_ERROR, f"the judge of Flink {self.minor} {how}", detail=detail)

    def _last_words(self) -> str | None:
        return self._log.read_bytes()[-_TAIL_BYTES:].decode("utf-8", "replace") or None

    def _start(self) -> Lines:
        known = catalogue()
        version = known.get(self.minor)
        job = Job(progress=lambda text: print(text, file=sys.stderr))
        distribution = provision(version, cache_root(), job)
        runtime = java.find(version.java)
        jar = kit.build(distribution, known.compiler, runtime, cache_root(), job)
        command = [
            str(runtime.executable),
            f"-Xmx{_HEAP_MB}m",
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            f"-Djava.io.tmpdir={self.scratch}",
            "-Duser.timezone=UTC",
            *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
            *("-cp", ":".join(map(str, (*(self._jars or distribution.jars), jar))), kit.JUDGE),
        ]
        environ = {k: v for k, v in os.environ.items() if not k.startswith(_DROPPED)}
        with self._log.open("wb") as log:
            return Lines(command, environ, log)

    @property
    def _log(self) -> Path:
        return self.scratch / "judge.log"


def statements(text: str) -> list[str]:
    return [statement.text for statement in split(text)]


def main(
    sql: Annotated[
        list[str] | None, typer.Argument(help="statements; else read from input")
    ] = None,
    version: Annotated[list[str] | None, typer.Option(help="repeat it for several")] = None,
    batch: bool = False,
    explain: bool = False,
    execute: bool = False,
    setup: Annotated[Path, typer.Option(help="statements executed before")] = SETUP,
) -> None:
    """What real Flinks say of statements: y accepted, p syntax error, f refused later."""
    mode = Mode.EXECUTE if execute else Mode.EXPLAIN if explain else Mode.PARSE
    runtime = Runtime.BATCH if batch else Runtime.STREAMING
    texts = sql or statements(sys.stdin.read())
    questions = [Question(sql=text, mode=mode, runtime=runtime) for text in texts]
    tables = statements(setup.read_text("utf-8"))
    try:
        for minor in version or [catalogue().default]:
            with Judge(minor, tables) as judge:
                for question in questions:
                    print(_shown(minor, question.sql, *judge.ask([question])), flush=True)
    except SqlError as error:
        print(error, error.detail or "", sep="\n", file=sys.stderr)
        raise typer.Exit(1) from error


def _shown(minor: str, text: str, verdict: Verdict) -> str:
    place = f" ({verdict.line}:{verdict.column})" if verdict.line is not None else ""
    lines = [f"{minor} {verdict.verdict}{place}  {' '.join(text.split())}"]
    lines += (verdict.message or "").splitlines() + (verdict.plan or "").rstrip().splitlines()
    return "\n        ".join((*lines, *(verdict.rows or ())))


if __name__ == "__main__":
    typer.run(main)
