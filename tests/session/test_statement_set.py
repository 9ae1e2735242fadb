"""What opens a statement set that arrives in pieces."""

from __future__ import annotations

import pytest

from session.statement_set import opens
from tests.dialects.world import classified


@pytest.mark.parametrize(
    ("sql", "open_"),
    [
        ("EXECUTE STATEMENT SET BEGIN", True),
        ("BEGIN STATEMENT SET", True),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1", True),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END", True),
        ("VALIDATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1", True),
        ("TRANSLATE BEGIN STATEMENT SET", True),
        ("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1", True),
        ("EXPLAIN CHANGELOG_MODE, PLAN_ADVICE STATEMENT SET BEGIN INSERT INTO a SELECT 1", True),
        ("COMPILE PLAN '/p' IF NOT EXISTS FOR STATEMENT SET BEGIN INSERT INTO a SELECT 1", True),
        ("EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", False),
        ("EXPLAIN SELECT statement, set, begin FROM t", False),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", False),
        ("VALIDATE EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; END", False),
        (
            "TRANSLATE BEGIN STATEMENT SET; INSERT INTO a SELECT CASE WHEN x THEN 1 END; END"
            " TO VERSION '2.0'",
            False,
        ),
        ("VALIDATE INSERT INTO a SELECT 1", False),
        ("BEGIN", False),
        ("SELECT 1", False),
    ],
)
def test_opens(sql: str, open_: bool) -> None:
    assert opens(classified(sql)) is open_
