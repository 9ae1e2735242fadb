"""Cursors, prepared statements, DISCARD."""

from __future__ import annotations

import pytest

from dialects import Kind, Route
from tests.dialects.world import classified


@pytest.mark.parametrize(
    ("sql", "name", "options"),
    [
        ("declare C cursor for select * from orders", "c",
         {"binary": False, "insensitive": False, "scroll": None, "hold": False}),
        ('declare "C" binary insensitive no scroll cursor with hold for values (1)', "C",
         {"binary": True, "insensitive": True, "scroll": False, "hold": True}),
        ("declare c scroll cursor without hold for table orders", "c",
         {"binary": False, "insensitive": False, "scroll": True, "hold": False}),
    ],
)  # fmt: skip
def test_declare(sql: str, name: str, options: dict[str, object]) -> None:
    verdict = classified(sql)
    assert (verdict.kind, verdict.tag, verdict.name) == (Kind.DECLARE, "DECLARE CURSOR", name)
    assert dict(verdict.options) == options
    assert verdict.inner is not None
    assert sql[verdict.inner.start :] == verdict.inner.text
    engine = "orders" in sql
    assert verdict.route is (Route.SESSION if engine else Route.BACKEND)
    assert verdict.inner_route is (Route.ENGINE if engine else Route.BACKEND)


@pytest.mark.parametrize(
    ("sql", "direction", "count"),
    [
        ("fetch c", "NEXT", 1),
        ("fetch from c", "NEXT", 1),
        ("fetch next in c", "NEXT", 1),
        ("fetch prior c", "PRIOR", 1),
        ("fetch first from c", "FIRST", 1),
        ("fetch last from c", "LAST", 1),
        ("fetch absolute -3 from c", "ABSOLUTE", -3),
        ("fetch relative 0 c", "RELATIVE", 0),
        ("fetch 5 c", "FORWARD", 5),
        ("fetch -5 in c", "BACKWARD", 5),
        ("fetch all c", "FORWARD", None),
        ("fetch forward c", "FORWARD", 1),
        ("fetch forward 5 from c", "FORWARD", 5),
        ("fetch forward all in c", "FORWARD", None),
        ("fetch backward c", "BACKWARD", 1),
        ("fetch backward -2 c", "FORWARD", 2),
        ("fetch backward all c", "BACKWARD", None),
    ],
)
def test_fetch_and_move(sql: str, direction: str, count: int | None) -> None:
    for verb, kind in (("fetch", Kind.FETCH), ("move", Kind.MOVE)):
        verdict = classified(sql.replace("fetch", verb))
        assert (verdict.route, verdict.kind, verdict.name) == (Route.SESSION, kind, "c")
        assert dict(verdict.options) == {"direction": direction, "count": count}


def test_a_cursor_may_be_named_like_a_direction() -> None:
    assert classified("fetch next").name == "next"
    assert classified('fetch 5 in "SQL_CUR1"').name == "SQL_CUR1"


@pytest.mark.parametrize(
    ("sql", "kind", "tag", "name"),
    [
        ("close C", Kind.CLOSE, "CLOSE CURSOR", "c"),
        ("close all", Kind.CLOSE, "CLOSE CURSOR ALL", None),
        ("deallocate S", Kind.DEALLOCATE, "DEALLOCATE", "s"),
        ("deallocate prepare s", Kind.DEALLOCATE, "DEALLOCATE", "s"),
        ("deallocate prepare", Kind.DEALLOCATE, "DEALLOCATE", "prepare"),
        ("deallocate all", Kind.DEALLOCATE, "DEALLOCATE ALL", None),
        ("discard all", Kind.DISCARD, "DISCARD ALL", None),
        ("discard temporary", Kind.DISCARD, "DISCARD TEMP", None),
        ("execute s", Kind.EXECUTE_PREPARED, "EXECUTE", "s"),
        ("execute plan", Kind.EXECUTE_PREPARED, "EXECUTE", "plan"),
    ],
)
def test_held_by_the_session(sql: str, kind: Kind, tag: str, name: str | None) -> None:
    verdict = classified(sql)
    assert verdict.route is Route.SESSION
    assert (verdict.kind, verdict.tag, verdict.name) == (kind, tag, name)
    if kind in (Kind.CLOSE, Kind.DEALLOCATE):
        assert verdict.options["all"] is (name is None)


def test_prepare() -> None:
    sql = "prepare S (int, numeric(10, 2)) as select * from orders where a = $1"
    verdict = classified(sql)
    assert (verdict.route, verdict.name, verdict.sticky) == (Route.SESSION, "s", False)
    assert verdict.options["types"] == (("int", 11), ("numeric(10, 2)", 16))
    assert verdict.inner is not None and verdict.inner.text.startswith("select")
    over_postgres = classified("prepare s as select * from pg_class")
    assert (over_postgres.route, over_postgres.sticky) == (Route.BACKEND, True)


def test_execute_arguments() -> None:
    sql = "execute s(1, f(2, 3), 'a,b', array[4, 5])"
    arguments = classified(sql).options["arguments"]
    assert arguments == (("1", 10), ("f(2, 3)", 13), ("'a,b'", 22), ("array[4, 5]", 29))


@pytest.mark.parametrize(
    "sql",
    ["fetch", "fetch 5", "fetch a b c", "close", "close a b", "declare c for select 1",
     "declare c cursor for delete from orders", "deallocate", "discard", "discard everything",
     "execute", "execute s(1", "execute s(1,)", "prepare s", "prepare s as show tables",
     "prepare s as prepare t as select * from orders"],
)  # fmt: skip
def test_malformed_is_worded_by_postgres(sql: str) -> None:
    assert classified(sql).route is Route.BACKEND


@pytest.mark.parametrize(
    ("sql", "head", "postgres"),
    [
        ("EXPLAIN EXECUTE p (1, 'x')", "EXPLAIN ", False),
        ("EXPLAIN PLAN_ADVICE, ESTIMATED_COST EXECUTE p (1, 'x')",
         "EXPLAIN PLAN_ADVICE, ESTIMATED_COST ", False),
        ("EXPLAIN (ANALYZE) EXECUTE p (1, 'x')", "EXPLAIN (ANALYZE) ", True),
    ],
)  # fmt: skip
def test_explain_execute_is_a_matter_of_the_name(sql: str, head: str, postgres: bool) -> None:
    found = classified(sql)
    assert (found.route, found.kind, found.name) == (Route.SESSION, Kind.EXPLAIN_PREPARED, "p")
    assert (found.options["head"], found.options["postgres"]) == (head, postgres)
    assert [text for text, _ in found.options["arguments"]] == ["1", "'x'"]  # type: ignore[attr-defined]
