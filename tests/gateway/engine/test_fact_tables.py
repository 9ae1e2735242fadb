"""Tables with a column per version: what stays, what comes, what goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.engine.kit.facts import TABLES, questions, settle
from gateway.engine.kit.judge import SETUP, Mode, Runtime, statements
from gateway.engine.kit.tables import Table
from gateway.engine.versions import catalogue

TEXT = "# what\nword\t1.16\t1.17\tmore\nABS\tR\tR\tx\nOLD\tN\t\ty\n"


def table(tmp_path: Path, text: str = TEXT, versions: str = "1.16 1.17") -> Table:
    path = tmp_path / "table.tsv"
    path.write_text(text, "utf-8")
    return Table.load(path, versions.split())


def saved(table: Table) -> list[str]:
    table.save()
    return table.path.read_text("utf-8").splitlines()


@pytest.mark.parametrize("path", TABLES.values(), ids=TABLES)
def test_the_tables_of_the_tree_are_as_they_are_written(path: Path, tmp_path: Path) -> None:
    copy = table(tmp_path, path.read_text("utf-8"), " ".join(catalogue().versions))
    assert len(copy.rows) > 200
    assert saved(copy) == path.read_text("utf-8").splitlines()


def test_a_version_is_marked_and_the_others_stay(tmp_path: Path) -> None:
    one = table(tmp_path)
    one.mark("1.17", {"NEW": "N", "ABS": "N"})
    assert saved(one)[2:] == ["ABS\tR\tN\tx", "NEW\t\tN\t", "OLD\tN\t\ty"]
    one.mark("1.16", {"ABS": "R"})
    assert saved(one)[2:] == ["ABS\tR\tN\tx", "NEW\t\tN\t"]


def test_a_new_version_has_a_column(tmp_path: Path) -> None:
    one = table(tmp_path, versions="1.16 1.17 1.18")
    one.mark("1.18", {"ABS": "R"})
    assert saved(one) == [
        "# what",
        "word\t1.16\t1.17\t1.18\tmore",
        "ABS\tR\tR\tR\tx",
        "OLD\tN\t\t\ty",
    ]


OWN = [
    ["own", "old.key", "old.key", "1"],
    ["own", "new.key", "new.key", "2"],
    ["own", "rest.address", "rest.address", "null"],
    ["own", "rpc.address", "rpc.address", "null"],
]
OPTIONS = [
    *OWN,
    ["deprecated", "old.key", "new.key", "2"],
    ["deprecated", "gone.key", "new.key", "2"],
    ["fallback", "rpc.address", "rest.address", "null"],
    ["fallback", "alias.key", "rest.address", "null"],
]


@pytest.mark.parametrize(
    ("key", "current", "default"),
    [
        ("new.key", "", "2"),
        ("old.key", "new.key", "1"),  # deprecated, but still an option
        ("gone.key", "new.key", "2"),
        ("rpc.address", "", "null"),  # an option of its own that another falls back to
        ("alias.key", "rest.address", "null"),
    ],
)
def test_which_option_a_key_is_of(key: str, current: str, default: str, tmp_path: Path) -> None:
    text = f"key\t1.16\t1.17\tcurrent_in_newest\tdefault_in_newest\n{key}\tm\tm\tbefore\tbefore\n"
    options = table(tmp_path, text)
    settle(options, "1.16", OPTIONS)
    assert saved(options)[1] == f"{key}\tm\tm\tbefore\tbefore"  # 1.17 is newer and knows better
    settle(options, "1.17", OPTIONS)
    assert saved(options)[1] == f"{key}\tm\tm\t{current}\t{default}"


def test_the_modes_of_statements(tmp_path: Path) -> None:
    text = "id\tmode\t1.16\tsql\na\tS\ty\tX\nb\tBE\ty\tY\nc\tSX\tf\tZ\n"
    asked = questions(table(tmp_path, text, "1.16"))
    assert [(q.mode, q.runtime, q.sql) for q in asked] == [
        (Mode.PARSE, Runtime.STREAMING, "X"),
        (Mode.EXPLAIN, Runtime.BATCH, "Y"),
        (Mode.EXECUTE, Runtime.STREAMING, "Z"),
    ]


def test_the_setup_is_one_statement_each() -> None:
    made = [statement.split()[:3] for statement in statements(SETUP.read_text("utf-8"))]
    assert [words[2] for words in made] == ["t", "b", "k", "k2", "sk", "fs", "v"]
