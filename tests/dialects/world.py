"""What the router is told of Postgres in these tests: the catalog of version 16, from files."""

from __future__ import annotations

from pathlib import Path

from dialects import Classified, Names, Statement, classify, split

DATA = Path(__file__).parent / "data"


def lines(name: str) -> list[str]:
    return (DATA / name).read_text("utf-8").splitlines()


NAMES = Names(
    frozenset(lines("pg_relations.txt")),
    frozenset(lines("pg_functions.txt")),
    frozenset({"staging", "#Tableau_1"}),
)


def one(sql: str) -> Statement:
    statements = split(sql)
    assert len(statements) == 1, [s.text for s in statements]
    return statements[0]


def classified(sql: str) -> Classified:
    return classify(one(sql), NAMES)
