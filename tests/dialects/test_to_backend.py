"""The text for Postgres."""

from __future__ import annotations

import pytest

from dialects import mentions_activity, to_backend
from tests.dialects.world import one

SAME = [
    "select 1",
    "select 'pg_backend_pid()', $$pg_stat_activity$$",
    "select pg_backend_pid",
    "select other.pg_backend_pid()",
    "select * from other.pg_stat_activity",
    "select 'pg_stat_activity'::regclass",
    "select * from xuanwu.pg_stat_activity",
]
REWRITTEN = [
    ("select pg_backend_pid()", "select xuanwu.pg_backend_pid(7)"),
    ("select PG_CATALOG.Pg_Backend_Pid ( ), 1", "select xuanwu.pg_backend_pid(7), 1"),
    ('select "pg_backend_pid"()', "select xuanwu.pg_backend_pid(7)"),
    ("select pg_cancel_backend(5), pg_catalog.pg_terminate_backend(6)",
     "select xuanwu.pg_cancel_backend(5), xuanwu.pg_terminate_backend(6)"),
    ("select * from pg_stat_activity a", "select * from xuanwu.pg_stat_activity a"),
    ("select pg_stat_activity.pid from pg_catalog.pg_stat_activity",
     "select pg_stat_activity.pid from xuanwu.pg_stat_activity"),
    ("select pg_terminate_backend(pid) from pg_class, pg_stat_activity"
     " where pid <> pg_backend_pid()",
     "select xuanwu.pg_terminate_backend(pid) from pg_class, xuanwu.pg_stat_activity"
     " where pid <> xuanwu.pg_backend_pid(7)"),
    ("select (select count(*) from pg_stat_activity)",
     "select (select count(*) from xuanwu.pg_stat_activity)"),
    ("select encrypted from pg_catalog.pg_stat_gssapi where pid = pg_backend_pid()",
     "select encrypted from xuanwu.pg_stat_gssapi where pid = xuanwu.pg_backend_pid(7)"),
    ("copy pg_stat_activity to stdout", "copy xuanwu.pg_stat_activity to stdout"),
    ("explain table pg_stat_activity", "explain table xuanwu.pg_stat_activity"),
]  # fmt: skip


@pytest.mark.parametrize("sql", SAME)
def test_same(sql: str) -> None:
    statement = one(sql)
    assert to_backend(statement, 7).text is statement.text


@pytest.mark.parametrize(("sql", "text"), REWRITTEN)
def test_rewritten(sql: str, text: str) -> None:
    assert to_backend(one(sql), 7).text == text


def test_positions() -> None:
    sql = "select pg_backend_pid(), wrong"
    rewritten = to_backend(one(sql), 12345)
    assert rewritten.position(rewritten.text.index("wrong") + 1) == sql.index("wrong") + 1


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("select * from pg_stat_activity", True),
        ("select * from PG_CATALOG.PG_STAT_ACTIVITY", True),
        ("select * from pg_stat_gssapi", True),
        ("select * from pg_stat_ssl", True),
        ("select 'pg_stat_activity'", False),
        ("select 1", False),
    ],
)
def test_mentions_activity(sql: str, expected: bool) -> None:
    assert mentions_activity(one(sql)) is expected
