"""What a Flink takes stays byte for byte, though Postgres may mean something else by it."""

from __future__ import annotations

from dialects import split, to_engine
from dialects.mapping import Target, translate
from dialects.mapping.idioms import RULES
from dialects.versions import VERSIONS
from tests.dialects.mapping.matrix import Row, columns, rows
from tests.each import each

TAKEN = [row for row in rows() if row.ever]


@each(TAKEN)
def test_stays(row: Row) -> None:
    for version, mark in zip(VERSIONS, row.marks, strict=True):
        for statement in split(row.sql) if mark == "y" else ():
            result = translate(statement, Target(version, columns=columns), RULES)
            assert result.text == to_engine(statement).text
