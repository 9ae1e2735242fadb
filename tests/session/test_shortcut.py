"""Which texts may take the short way."""

from __future__ import annotations

import pytest

from dialects import Names
from session.context import classify
from session.shortcut import is_plain

NAMES = Names(
    frozenset({"pg_class", "pg_stat_activity"}), frozenset({"set_config", "now"}), frozenset({"t"})
)


@pytest.mark.parametrize(
    "sql",
    [
        "select 1",
        "select now()",
        "select * from pg_class",
        "select * from pg_catalog.pg_class where relname = $1",
        "select * from t",
        "begin",
        "start transaction read only",
        "commit",
        "rollback",
        "savepoint a",
        "rollback to a",
    ],
)
def test_plain(sql: str) -> None:
    assert all(map(is_plain, classify(sql, NAMES)))


@pytest.mark.parametrize(
    "sql",
    [
        "select * from orders",
        "insert into orders values (1)",
        "set work_mem = '9MB'",
        "reset all",
        "set flink.version = '2.2'",
        "select set_config('a.b', 'c', false)",
        "discard all",
        "deallocate s",
        "prepare s as select 1",
        "execute s",
        "declare c cursor for select 1",
        "fetch c",
        "listen c",
        "create temp table x (a int)",
        "drop table t",
        "copy t from stdin",
        "copy t to stdout",
        "select * from pg_stat_activity",
        "select pg_backend_pid()",
        "select pg_cancel_backend(1)",
        "select pg_advisory_lock(1)",
        "show jobs",
        "set transaction isolation level serializable",
    ],
)
def test_not_plain(sql: str) -> None:
    assert not all(map(is_plain, classify(sql, NAMES)))
