"""One row per statement: route, kind, tag."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import Kind, Route, classify, split
from protocol.errors import SqlError
from tests.dialects.world import NAMES, classified

BACKEND = """
    select 1
    select now(), upper('a'), pg_catalog.version()
    select current_user
    select null
    select 1 where false
    values (1), (2)
    table pg_class
    (select 1) union (select 2)
    with x as (select 1 as a) select * from x
    with recursive x(n) as (select 1 union all select n + 1 from x) select * from x
    select * from pg_class
    select * from PG_CLASS c join pg_namespace n on n.oid = c.relnamespace
    select * from pg_catalog.pg_class, information_schema.tables
    select * from xuanwu.jobs
    select * from "pg_class"
    select * from staging
    select * from "#Tableau_1"
    select * from pg_temp.x
    select * from generate_series(1, 3) g(a)
    select * from only pg_class
    select * from rows from (generate_series(1, 2), unnest(array[1]))
    select * from unnest(array[1, 2]) with ordinality as u(a, n)
    select extract(year from now()), substring('a' from 1 for 2), trim(both 'x' from 'y')
    select a is distinct from b from pg_class
    select (select max(oid) from pg_class) from pg_type
    select * from pg_class where exists (select 1 from pg_index i where i.indrelid = pg_class.oid)
    select a, pg_catalog.format_type(t, m) from (values ('x', 25, -1)) s(a, t, m)
    select string_agg(x, ',') from (values ('a'), ('b')) v(x)
    select 'pg_class'::regclass
    select x::oid from (values (1)) v(x)
    select 1::int4, cast('1' as text), 1.5::numeric(10, 2), cast(1 as double precision)
    SELECT * FROM pg_settings FOR UPDATE
    show all
    show server_version
    show flink.version
    show transaction isolation level
    show time zone
    set x = 1
    set flink.version = '2.2'
    set search_path to a, b
    set local statement_timeout = 5
    set time zone 'UTC'
    set names 'utf8'
    set session characteristics as transaction read only
    set transaction isolation level serializable
    reset all
    reset statement_timeout
    listen x
    unlisten *
    notify x, 'y'
    do $$ begin end $$
    comment on table pg_temp.t is 'x'
    comment on column staging.a is 'x'
    comment on role r is 'x'
    comment on database xuanwu is 'x'
    comment on function f(int) is 'x'
    grant select on t to x
    revoke all on t from x
    grant r to x with admin option
    revoke admin option for r from x
    grant usage on schema public to x
    create role r
    create user u password 'x'
    create group g with user u
    alter group g add user u
    alter user u valid until 'infinity'
    alter role all set flink.version = '1.20'
    drop group g
    drop user if exists u, v
    reassign owned by r to x
    drop owned by r, current_user cascade
    alter default privileges for role r in schema public grant select on tables to x
    security label for p on role r is 'x'
    set role x
    set session authorization x
    reset role
    alter role r set flink.version = '1.20'
    alter database d set flink.version = '1.20'
    drop role r
    lock table pg_class
    create temp table t (a int)
    create local temporary table "#T" (a int) on commit preserve rows
    create temporary table t (a int)
    create temporary table t as select 1 as a
    create temporary table t (like pg_class)
    create temporary view v as select * from pg_class
    create temp view v as select 1
    create table pg_temp.x (a int)
    create temporary sequence s
    insert into staging values (1)
    update staging set a = 1
    delete from staging where a = 1
    drop table staging
    drop table if exists "#Tableau_1"
    truncate staging
    truncate table staging
    update pg_settings set setting = '1' where name = 'x'
    copy pg_class to stdout
    copy staging from stdin
    copy (select 1) to stdout with binary
    explain select * from pg_class
    explain (analyze, verbose) select 1
    explain analyze select * from pg_class
    explain (select 1)
    vacuum
    analyze
    load 'x'
    call pg_catalog.x()
    checkpoint
"""
TRANSACTION = """
    begin
    begin isolation level serializable
    start transaction read only
    commit
    commit prepared 'x'
    end
    rollback
    rollback to savepoint a
    abort
    savepoint a
    release a
    prepare transaction 'x'
"""
ENGINE = {
    ("QUERY", "SELECT"): """
        select * from orders
        select * from public.orders
        select * from "Staging"
        select * from "#tableau_1"
        select * from xuanwu.public.orders
        select * from `pg_class`
        select * from Orders o, lateral table(f(o.a)) as t(x)
        select * from table(tumble(table orders, descriptor(ts), interval '1' minute))
        select * from tumble(table orders, descriptor(ts), interval '1' minute)
        select * from orders cross join unnest(items) as t(x)
        with pg_class as (select * from orders) select * from pg_class
        with a as (select * from orders), b as (select * from a) select * from b
        with a as (select 1 as x) select * from a join orders on true
        with orders as (select * from orders) select * from orders
        select * from (values (1, 'a')) as t(a, b)
        select count(*) from (values (1)) v(x)
        select tumble_start(ts, x)
        select cast(1 as string)
        select 1::string
        select `a`
        select map['a', 1]
        select if(true, 1, 2)
        select * from orders match_recognize (order by ts pattern (a) define a as a.x > 1)
        select * from orders for system_time as of timestamp '2024-01-01 00:00:00'
        select * from orders /*+ OPTIONS('a'='b') */
        select extract(day from ts) from orders
        table orders
        select * from (orders join b on orders.a = b.a)
        select (select max(a) from orders)
        select 1 from rows
        select 1 where exists (select 1 from orders)
        select 1 union all select a from orders
        execute select 1
    """,
    ("SHOW", "SHOW"): """
        show tables
        show tables from db like 'a%'
        show full modules
        show user functions
        show create table t
        show current catalog
        show materialized tables
        show columns from t
        show logs for job x
    """,
    ("SHOW", "SET"): "set",
    ("EXECUTE", "SET"): """
        set 'table.local-time-zone' = 'UTC'
        set execution.runtime-mode = batch
        set parallelism.default to 4
        set table.local-time-zone = UTC
        set restart-strategy = none
        set "table.exec.state.ttl" = '1 d'
    """,
    ("EXECUTE", "RESET"): """
        reset
        reset 'a'
        reset table.exec.state.ttl
    """,
    ("EXECUTE", "CREATE TABLE"): """
        create table t (a int) with ('connector' = 'print')
        create table if not exists t (a int)
        create temporary table t (a int) with ('connector' = 'print')
        create temporary table t with ('connector' = 'print') like u
        create or replace table t (a int) with ('connector' = 'print')
    """,
    ("SUBMIT", "CREATE TABLE"): """
        create table t with ('connector' = 'print') as select * from orders
        create temporary table t with ('connector' = 'print') as select * from orders
        replace table t with ('connector' = 'print') as select * from orders
    """,
    ("EXECUTE", "CREATE VIEW"): """
        create view v as select 1 as a
        create temporary view v as select * from orders
        create temporary view v as select 1 as a
    """,
    ("EXECUTE", "CREATE FUNCTION"): """
        create function f as 'a.B'
        create temporary system function f as 'a.B' language java
    """,
    ("EXECUTE", "CREATE MATERIALIZED TABLE"): "create materialized table t as select * from orders",
    ("EXECUTE", "CREATE CATALOG"): "create catalog c with ('type' = 'generic_in_memory')",
    ("EXECUTE", "CREATE DATABASE"): "create database d",
    ("EXECUTE", "ALTER DATABASE"): "alter database d set ('a' = 'b')",
    ("EXECUTE", "ALTER TABLE"): """
        alter table orders add x int
        alter table orders owner to bob
        alter table orders set schema s
    """,
    ("EXECUTE", "CREATE SCHEMA"): "create schema s",
    ("EXECUTE", "ALTER SCHEMA"): "alter schema s owner to bob",
    ("EXECUTE", "DROP SCHEMA"): "drop schema s cascade",
    ("EXECUTE", "COMMENT"): """
        comment on table orders is 'x'
        comment on column s.orders.id is null
        comment on view v is 'x'
        comment on function f is 'x'
        comment on schema s is 'x'
    """,
    ("EXECUTE", "DROP TABLE"): """
        drop table if exists orders
        drop temporary table orders
    """,
    ("EXECUTE", "DROP FUNCTION"): "drop temporary system function if exists f",
    ("EXECUTE", "TRUNCATE TABLE"): "truncate table orders",
    ("EXECUTE", "USE"): """
        use db
        use catalog c
        use modules core
    """,
    ("EXECUTE", "ADD JAR"): "add jar '/a.jar'",
    ("EXECUTE", "REMOVE JAR"): "remove jar '/a.jar'",
    ("EXECUTE", "LOAD MODULE"): "load module hive with ('a' = 'b')",
    ("EXECUTE", "UNLOAD MODULE"): "unload module core",
    ("EXECUTE", "COMPILE PLAN"): "compile plan '/p' for insert into a select * from b",
    ("EXECUTE", "ANALYZE TABLE"): "analyze table t compute statistics",
    ("EXECUTE", "STOP JOB"): "stop job 'x'",
    ("SHOW", "STOP JOB"): "stop job 'x' with savepoint",
    ("SHOW", "DESCRIBE"): """
        describe t
        desc extended t
    """,
    ("SHOW", "CALL"): "call sys.p(1)",
    ("SHOW", "EXPLAIN"): """
        explain select * from orders
        explain plan for select * from orders
        explain changelog_mode, estimated_cost select * from orders
        explain insert into a select * from b
        explain statement set begin insert into a select 1; end
        explain execute plan '/p'
        explain create table t with ('a'='b') as select * from orders
    """,
    ("SUBMIT", "INSERT 0 0"): """
        insert into a select * from b
        insert into a values (1)
        insert overwrite a select * from b
        insert into a with x as (select * from b) select * from x
        insert into a (select * from b)
        insert into a select * from b on conflict do nothing
        execute statement set begin insert into a select 1; end
        begin statement set; insert into a select 1; end
        execute plan '/p'
        compile and execute plan '/p' for insert into a select * from b
        execute insert into a select * from b
    """,
    ("SUBMIT", "UPDATE 0"): "update a set x = 1 where y = 2",
    ("SUBMIT", "DELETE 0"): "delete from a where x = 1",
    ("UNKNOWN", "HELP"): "help",
    ("UNKNOWN", "START"): "start job x",
}
REFUSED = [
    ("select * from pg_class c join orders o on true", "0A000", 15),
    ("select * from orders where a in (select relname from pg_class)", "0A000", 54),
    ("select * from orders, generate_series(1, 2)", "0A000", 23),
    ("select * from orders for update", "0A000", 22),
    ("select * from orders for no key update", "0A000", 22),
    ("select * into t from orders", "0A000", 10),
    ("insert into a select * from pg_class", "0A000", 29),
    ("insert into staging select * from orders", "0A000", 13),
    ("delete from a where x = 1 returning *", "0A000", 27),
    ("with x as (select 1) insert into a select * from x", "0A000", 22),
    ("create temp table t as select * from orders", "0A000", None),
    ("create table t with ('a'='b') as select * from pg_class", "0A000", None),
    ("create view v as select * from pg_class", "0A000", None),
    ("explain analyze select * from orders", "0A000", 17),
    ("explain (costs off) select * from orders", "0A000", 21),
    ("explain select * from orders, pg_class", "0A000", 31),
    ("set local table.exec.state.ttl = '1 d'", "0A000", None),
    ("begin statement set", "42601", 20),
    ("execute statement set begin insert into a select 1", "42601", 51),
    ("copy orders from stdin", "0A000", 6),
    ("copy orders to '/tmp/x'", "0A000", 16),
    ("copy (select * from orders) to program 'cat'", "42501", 32),
    ("copy (insert into a select 1) to stdout", "0A000", 7),
    ("copy (select * from orders, pg_class) to stdout", "0A000", 29),
    ("declare c cursor for select * from orders, pg_class", "0A000", 44),
]


def rows(text: str) -> list[str]:
    return [line.strip() for line in text.strip().splitlines()]


@pytest.mark.parametrize("sql", rows(BACKEND))
def test_backend(sql: str) -> None:
    verdict = classified(sql)
    assert (verdict.route, verdict.error) == (Route.BACKEND, None)


@pytest.mark.parametrize("sql", rows(TRANSACTION))
def test_transaction(sql: str) -> None:
    verdict = classified(sql)
    assert (verdict.route, verdict.kind) == (Route.BACKEND, Kind.TRANSACTION)
    assert verdict.touches_settings


@pytest.mark.parametrize(
    ("kind", "tag", "sql"),
    [(kind, tag, sql) for (kind, tag), text in ENGINE.items() for sql in rows(text)],
)
def test_engine(kind: str, tag: str, sql: str) -> None:
    verdict = classified(sql)
    assert (verdict.route, verdict.kind.name, verdict.tag) == (Route.ENGINE, kind, tag)


@pytest.mark.parametrize(("sql", "sqlstate", "position"), REFUSED)
def test_refused(sql: str, sqlstate: str, position: int | None) -> None:
    verdict = classified(sql)
    assert verdict.route is Route.REFUSED and verdict.error is not None
    assert (verdict.error.sqlstate, verdict.error.position) == (sqlstate, position)
    assert verdict.error.hint


@pytest.mark.parametrize(
    ("sql", "sticky", "touches"),
    [
        ("select 1", False, False),
        ("select now()", False, False),
        ("select set_config('a.b', 'c', false)", False, True),
        ("select my_function() from pg_class", False, True),
        ("select pg_advisory_lock(1)", True, False),
        ("select pg_catalog.pg_try_advisory_lock(1)", True, False),
        ("select pg_advisory_xact_lock(1)", False, False),
        ("select 1 as a into temp t", True, False),
        ("create temp table t (a int)", True, False),
        ("listen x", True, False),
        ("unlisten *", False, False),
        ("do $$ begin end $$", True, True),
        ("set x = 1", False, True),
        ("set role r", True, True),
        ("set session authorization r", True, True),
        ("set local role r", True, True),
        ("reset role", True, True),
        ("begin", False, True),
        ("prepare a as select 1", True, False),
        ("declare c cursor with hold for select 1", True, False),
        ("declare c cursor for select 1", False, False),
        ("load 'x'", True, True),
        ("select * from orders", False, False),
    ],
)
def test_what_is_left_behind(sql: str, sticky: bool, touches: bool) -> None:
    verdict = classified(sql)
    assert (verdict.sticky, verdict.touches_settings) == (sticky, touches)


@pytest.mark.parametrize(
    ("sql", "options"),
    [
        ("create temp table Foo (a int)", {"creates": "foo"}),
        ('create local temporary table "#Tableau" (a int)', {"creates": "#Tableau"}),
        ("select 1 as a into temp table Bar", {"creates": "bar"}),
        ("create table pg_temp.baz (a int)", {"creates": "baz"}),
        ('drop table staging, "#Tableau_1"', {"drops": ("staging", "#Tableau_1")}),
    ],
)
def test_temporary_relations(sql: str, options: dict[str, object]) -> None:
    assert dict(classified(sql).options) == options


WORDS = st.sampled_from(
    "select * from t pg_class with x as ( ) , ; join on using lateral table values insert into"
    " update set delete where copy to stdout declare c cursor for fetch 1 prepare execute explain"
    " create temporary view or replace show `q` \"q\" 'q' $1 :: . = union returning case end"
    " unnest generate_series extract is distinct begin statement drop alter database call".split()
)


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_never_raises(sql: str) -> None:
    for statement in split(sql):
        verdict = classify(statement, NAMES)
        assert (verdict.error is not None) == (verdict.route is Route.REFUSED)
        if verdict.error is not None:
            assert isinstance(verdict.error, SqlError)
            assert 1 <= (verdict.error.position or 1) <= len(statement.text) + 1


def test_many_common_table_expressions() -> None:
    ctes = ", ".join(f"c{n} as (select * from c{n - 1})" for n in range(1, 20_000))
    assert classified(f"with c0 as (select 1), {ctes} select * from c1").route is Route.BACKEND
    assert classified("with a as (select 1) select * from (with b as (select 1) select * from b) x,"
                      " b").route is Route.ENGINE  # fmt: skip


@pytest.mark.parametrize("depth", [20_000])
def test_depth(depth: int) -> None:
    inner = "(" * depth + "select 1 from pg_class" + ")" * depth
    assert classified(inner).route is Route.BACKEND
    assert classified("explain " * 9 + "select * from orders").route is Route.BACKEND
