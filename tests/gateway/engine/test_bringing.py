"""What is brought into a Flink session, over a session that only writes down what it is told."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from gateway.engine.bringing import bring
from gateway.engine.flinksession import Brought, FlinkSession
from gateway.engine.translating import Translator
from session.ports import EngineSettings, Need

TABLE = Need("relation `t`", 'table "t"', "1", "CREATE TABLE t", "DROP TABLE t")


class Session:
    def __init__(self) -> None:
        self.ran: list[str] = []
        self.brought: dict[str, Brought] = {}
        self.home = ("xuanwu", "public")
        self.retired = False
        self.cancelled = False

    async def start(self, sql: str, config: object, *, small: bool) -> str:
        self.ran.append(sql)
        return sql

    async def finish_aside(self, operation: object) -> None:
        if self.cancelled:
            raise asyncio.CancelledError


async def brought(session: Session, *needs: Need) -> list[str]:
    session.ran = []
    settings = EngineSettings("2.2", needs=needs)
    await bring(
        cast("FlinkSession", session), settings, Translator(lambda notice: None, lambda version: {})
    )
    return session.ran


async def test_once_and_again_when_changed() -> None:
    session = Session()
    assert await brought(session, TABLE) == ["CREATE TABLE t"]
    assert await brought(session, TABLE) == []
    changed = replace(TABLE, stamp="2", create="CREATE TABLE t anew")
    assert await brought(session, changed) == ["DROP TABLE t", "CREATE TABLE t anew"]
    gone = Need(TABLE.key, TABLE.name)
    assert await brought(session, gone) == ["DROP TABLE t"]
    assert await brought(session, gone) == []


async def test_what_a_catalog_held_goes_with_it() -> None:
    session = Session()
    catalog = Need("catalog `c`", 'catalog "c"', "1", "CREATE CATALOG c", "DROP CATALOG c")
    inside = replace(TABLE, key="relation `c`.`d`.`t`")
    await brought(session, catalog, inside)
    changed = replace(catalog, stamp="2")
    assert await brought(session, changed, inside) == [
        *("DROP CATALOG c", "CREATE CATALOG c", "CREATE TABLE t")
    ]


async def test_a_session_cancelled_behind_a_statement_is_not_used_again() -> None:
    """Nobody has noted what is there: the next CREATE would be refused for ever."""
    session = Session()
    session.cancelled = True
    with pytest.raises(asyncio.CancelledError):
        await brought(session, TABLE)
    assert session.ran == ["CREATE TABLE t"]
    assert session.retired
