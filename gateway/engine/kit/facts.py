"""Write down what each Flink version knows: `python -m gateway.engine.kit.facts [--version V …]`.

    real jars ──Judge, a JVM each──▶ dialects/versions/data/functions.tsv
                                                            reserved-words.tsv
                                                            config-keys.tsv
                                     tests/dialects/versions/grammar-matrix.tsv

For developers, after a change of versions.toml. The columns of versions that were not asked for are
kept; a new version gets a column. Of the matrix, the statements are written by hand and the
verdicts are Flink's: a new statement is a new line with an id, a mode and the text.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from gateway.engine import fetch
from gateway.engine.kit.judge import SETUP, Judge, Mode, Question, Runtime, statements
from gateway.engine.kit.tables import Table
from gateway.engine.provision import Job, aside, cache_root, exclusive, provision, unpack
from gateway.engine.versions import FlinkVersion, catalogue

_DATA = Path(__file__).parents[3] / "dialects" / "versions" / "data"
MATRIX = SETUP.with_name("grammar-matrix.tsv")
TABLES = {
    "functions": _DATA / "functions.tsv",
    "words": _DATA / "reserved-words.tsv",
    "options": _DATA / "config-keys.tsv",
    "statements": MATRIX,
}

_MODES = {"": Mode.PARSE, "E": Mode.EXPLAIN, "X": Mode.EXECUTE}
_RUNTIMES = {"S": Runtime.STREAMING, "B": Runtime.BATCH}


def main(version: Annotated[list[str] | None, typer.Option(help="else all")] = None) -> None:
    """Make the tables of facts anew from the jars of those versions."""
    known = catalogue()
    tables = {name: Table.load(path, list(known.versions)) for name, path in TABLES.items()}
    for minor in version or known.versions:
        _list(known.get(minor), tables)
        _judge(minor, tables["statements"])
        for table in tables.values():
            table.save()
        print(f"Flink {minor}: {', '.join(f'{len(t.rows)} {name}' for name, t in tables.items())}")


def facts_of(judge: Judge, name: str) -> dict[str, str]:
    """The marks of that judge's version in one of the first three tables."""
    rows = judge.facts(name)
    match name:
        case "functions":
            return {function: "y" for (function,) in rows}
        case "words":
            return {word: kind for word, kind in rows}
    own = {key: "m" for kind, key, *_ in rows if kind == "own"}
    return {key: "a" for _, key, *_ in rows} | own


def _list(version: FlinkVersion, tables: Mapping[str, Table]) -> None:
    with Judge(version.minor, jars=_class_path(version)) as judge:
        for name in ("functions", "words", "options"):
            tables[name].mark(version.minor, facts_of(judge, name))
        settle(tables["options"], version.minor, judge.facts("options"))


def _judge(minor: str, matrix: Table) -> None:
    with Judge(minor, statements(SETUP.read_text("utf-8"))) as judge:
        for row, verdict in zip(matrix.rows, judge.ask(questions(matrix)), strict=True):
            row[minor] = verdict.verdict


def questions(matrix: Table) -> list[Question]:
    """The statements of the matrix in their order: what one executes, later ones find."""
    return [
        Question(sql=row["sql"], mode=_MODES[row["mode"][1:]], runtime=_RUNTIMES[row["mode"][0]])
        for row in matrix.rows
    ]


def settle(options: Table, minor: str, found: Iterable[list[str]]) -> None:
    """Say of the keys that no newer version reads which option they are of, and its default.

    A key that is an option's own and another's alias is of the other where that deprecates it;
    where it is a mere fallback (of rest.address: jobmanager.rpc.address) there are two options.
    """
    kinds: dict[str, dict[str, tuple[str, str]]] = {"own": {}, "deprecated": {}, "fallback": {}}
    for kind, key, option, default in sorted(found):
        kinds[kind].setdefault(key, (option, default))
    own, aliases = kinds["own"], kinds["fallback"] | kinds["deprecated"]
    for row in options.rows:
        if options.newest(row) == minor:
            key = row["key"]
            replaced = kinds["deprecated"] if key in own else aliases
            row["current_in_newest"] = replaced[key][0] if key in replaced else ""
            row["default_in_newest"] = (own.get(key) or aliases[key])[1]


def _class_path(version: FlinkVersion) -> tuple[Path, ...]:
    """That of an engine, and the jars that a user may copy to its lib/."""
    job = Job(progress=print)
    distribution = provision(version, cache_root(), job)
    return (*distribution.jars, *_optional(version, distribution.release, job))


def _optional(version: FlinkVersion, release: str, job: Job) -> list[Path]:
    """The jars of the release's opt/: PyFlink and the SQL client have options of their own."""
    target = cache_root() / "opt" / release
    with exclusive(target, f"optional jars of Flink {release}", job):
        if not target.exists():
            with aside(target) as building:
                download = building / "download"
                download.mkdir()
                job.progress(f"downloading Flink {release} (about 300 MB)")
                unpack(fetch.package(version.libraries, release, download), building, ("opt",))
                shutil.rmtree(download)
    return sorted(target.rglob("*.jar"))


if __name__ == "__main__":
    typer.run(main)
