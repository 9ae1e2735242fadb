"""ON CONFLICT DO DEDUPLICATE is given to what is known to need it, and to nothing else."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from dialects import split
from dialects.mapping import Target, Translation, translate
from dialects.mapping.statements import RULES
from dialects.versions import Version

KEYS: Mapping[tuple[str, ...], tuple[str, ...]] = {
    ("k",): ("id",), ("c", "d", "k"): ("id",), ("plain",): (),
}  # fmt: skip
GROUPED = [
    "INSERT INTO k SELECT MAX(id) AS id, name FROM t GROUP BY name",
    "INSERT INTO c.d.k SELECT MAX(id), name FROM t GROUP BY name HAVING MAX(id) > 1",
    "INSERT INTO k (name, id) SELECT name, MAX(id) FROM t GROUP BY name",
    "INSERT INTO k SELECT id + 1, MAX(name) FROM t GROUP BY id",
    "INSERT INTO k SELECT id, MAX(name) FROM t GROUP BY id, name",
    "EXPLAIN INSERT INTO `k` SELECT MAX(id), name FROM t WHERE id > 1 GROUP BY name",
]
CLAUSE = " ON CONFLICT DO DEDUPLICATE"


def run(
    sql: str, source: str | None = "2.2", version: str = "2.3", batch: bool = False
) -> Translation:
    target = Target(
        Version.parse(version),
        source=Version.parse(source) if source else None,
        batch=batch,
        keys=KEYS.get,
        columns=lambda name: {"id": "INT", "name": "STRING"} if name in KEYS else None,
    )
    return translate(split(sql)[0], target, RULES)


@pytest.mark.parametrize("sql", GROUPED)
def test_a_query_that_groups_by_another_key_says_what_it_did(sql: str) -> None:
    found = run(sql)
    assert found.text == sql + CLAUSE
    assert [one.rule for one in found.notices()] == ["statement.conflict"]
    assert run(found.text).text == found.text


def test_inserts_of_a_set_are_looked_at_one_by_one() -> None:
    first = "INSERT INTO k SELECT MAX(id), name FROM t GROUP BY name"
    second = "INSERT INTO plain SELECT MAX(id), name FROM t GROUP BY name"
    found = run(f"EXECUTE STATEMENT SET BEGIN {first}; {second}; {first}; END").text
    expected = f"EXECUTE STATEMENT SET BEGIN {first}{CLAUSE}; {second}; {first}{CLAUSE}; END"
    assert found == expected


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO k SELECT id, MAX(name) FROM t GROUP BY id",
        "INSERT INTO k SELECT id AS id, MAX(name) AS name FROM t GROUP BY id",
        "INSERT INTO k (name, id) SELECT MAX(name), id FROM t GROUP BY id",
        "INSERT INTO k VALUES (1, 'a')",
        "INSERT INTO plain SELECT MAX(id), name FROM t GROUP BY name",
        "INSERT INTO unknown SELECT MAX(id), name FROM t GROUP BY name",
    ],
)
def test_the_same_key_or_none_needs_nothing(sql: str) -> None:
    found = run(sql)
    assert (found.text, found.applied) == (sql, ())


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO k SELECT id, name FROM t",
        "INSERT INTO k SELECT MAX(id), window_start FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), "
        "INTERVAL '1' MINUTE)) GROUP BY window_start, window_end",
        "INSERT INTO k (SELECT MAX(id), name FROM t GROUP BY name)",
        "INSERT INTO k SELECT MAX(id), name FROM t GROUP BY name UNION ALL SELECT 1, 'a'",
    ],
)
def test_of_what_is_not_known_the_user_is_told(sql: str) -> None:
    found = run(sql)
    assert found.text == sql
    assert ["table.exec.sink.require-on-conflict" in one.why for one in found.notices()] == [True]


@pytest.mark.parametrize(("source", "version"), [(None, "2.3"), ("2.3", "2.3"), ("1.16", "2.2")])
def test_only_the_way_up_across_2_3_needs_it(source: str | None, version: str) -> None:
    sql = "INSERT INTO k SELECT MAX(id), name FROM t GROUP BY name"
    found = run(sql, source, version)
    assert (found.text, found.applied) == (sql, ())


def test_a_batch_needs_it_not() -> None:
    for query in ("MAX(id), name FROM t GROUP BY name", "id, name FROM t"):
        sql = f"INSERT INTO k SELECT {query}"
        found = run(sql, batch=True)
        assert (found.text, found.applied) == (sql, ())
