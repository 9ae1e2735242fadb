"""What a client's statement becomes for a version, what the client is told, where errors point."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from dialects.mapping import Applied, Change, Rule, Target, translate
from dialects.mapping.model import Text
from dialects.rewriting import Edit
from gateway.engine import translating
from gateway.engine.http import Refused
from gateway.engine.translating import Translator, notice, refused
from protocol.errors import Notice, SqlError
from session.ports import EngineSettings, Need, TableFacts

OLD = EngineSettings("1.16")
SET = "SET 'state.backend.type' = 'rocksdb'"
DROPPED = "SET 'table.exec.async-state.enabled' = 'true'"


@pytest.fixture
def told() -> list[Notice]:
    return []


@pytest.fixture
def translator(told: list[Notice]) -> Translator:
    return Translator(told.append, lambda version: {})


async def test_the_text_is_the_versions_own(translator: Translator) -> None:
    assert (await translator.translated(SET, OLD)).text == "SET 'state.backend' = 'rocksdb'"
    assert (await translator.translated(SET, EngineSettings("2.2"))).text == SET


async def test_only_what_is_beside_the_meaning_is_told(
    translator: Translator, told: list[Notice]
) -> None:
    await translator.tell(SET, OLD)
    assert told == []
    await translator.tell(DROPPED, OLD)
    assert [one.message for one in told] == [f"{DROPPED} is left out for Flink 1.16"]
    assert told[0].detail == "Flink 1.16 does not have it; it was added in Flink 2.0."


async def test_a_refusal_may_be_moved_by_whoever_gets_it(translator: Translator) -> None:
    sql = "SET 'state.backend.type' = 'forst'"
    for _ in range(2):
        with pytest.raises(SqlError) as caught:
            await translator.translated(sql, OLD)
        assert caught.value.position == 5
        caught.value.position += 100


async def test_a_definition_tells_whose_it_is(translator: Translator, told: list[Notice]) -> None:
    need = Need("relation `t`", 'table "t"', create=DROPPED)
    assert (await translator.definition(need, OLD)).text == ""
    assert told[0].message.startswith('table "t": SET')


async def test_tables_that_a_rule_asks_about_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    async def tables(name: tuple[str, ...]) -> TableFacts | None:
        asked.append(name)
        return TableFacts({"a": "INT"}) if name == ("t",) else None

    def find(text: Text, target: Target) -> Iterable[Change]:
        for token in text.statement.tokens:
            if token.text == "all_columns" and (found := target.columns(("t",))) is not None:
                yield Change.of(Edit(token.start, token.end, ", ".join(found)))

    rule = Rule("test.columns", find, "listed")
    monkeypatch.setattr(
        translating, "translate", lambda statement, target: translate(statement, target, [rule])
    )
    translator = Translator(lambda notice: None, lambda version: {})
    settings = EngineSettings("1.16", tables=tables)
    found = await translator.translated("SELECT all_columns FROM t", settings)
    assert found.text == "SELECT a FROM t"
    await translator.tell("SELECT all_columns FROM t", settings)
    assert asked == [("t",)]  # once for a statement, however often it is sent
    unknown = EngineSettings("1.16")
    sql = "SELECT all_columns FROM t"
    assert (await translator.translated(sql, unknown)).text == sql
    assert (await translator.translated(sql, settings)).text == "SELECT a FROM t"


async def test_an_error_of_flink_points_into_the_text_before_the_translation(
    translator: Translator,
) -> None:
    source = "EXPLAIN SELECT E'a\\n', y FROM t"
    sent = await translator.translated(source, OLD)
    column = sent.text.split("\n")[-1].index("y") + 1
    stack = (
        "org.apache.flink.table.api.ValidationException: SQL validation failed. "
        f"From line 2, column {column} to line 2, column {column}: Column 'y' not found in "
        "any table"
    )
    error = Refused(500, stack)
    error.sent = sent
    failure = refused(error, source, skip=len("EXPLAIN "))
    assert failure.sqlstate == "42703"
    assert failure.position == source.index("y") + 1 - len("EXPLAIN ")


def test_secrets_in_notices_are_masked() -> None:
    applied = Applied("x.y", "'password' = 'geheim'", "", "gone", 1, True)
    assert "geheim" not in notice(applied, "1.16").message
