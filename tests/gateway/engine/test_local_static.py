"""The operator's own engines: how they are written, and what is said when they are not there."""

from __future__ import annotations

import pytest

from gateway.engine.jvm import free_ports
from gateway.engine.launch import Ports
from gateway.engine.static import Given, StaticProvider, parse
from protocol.errors import CONNECTION_FAILURE, INVALID_PARAMETER_VALUE, SqlError
from tests.fixtures.flink import ignore


def test_parse() -> None:
    found = parse(["2.2=http://gw:8083/,https://jm:8081", "1.16 = http://a:1 , http://b:2/x"])
    assert list(found) == ["1.16", "2.2"]
    assert found["2.2"] == Given("http://gw:8083", "https://jm:8081")
    assert found["1.16"] == Given("http://a:1", "http://b:2/x")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        (["2.2"], "expected VERSION="),
        (["2.2=http://gw:8083"], "expected VERSION="),
        (["2.2=gw:8083,jm:8081"], "expected VERSION="),
        (["2.2=ftp://gw,http://jm"], "expected VERSION="),
        (["9.9=http://gw,http://jm"], "unknown Flink version"),
        (["=http://gw,http://jm"], "unknown Flink version"),
        (["2.2=http://a,http://b", "2.2=http://c,http://d"], "given twice"),
    ],
)
def test_parse_refuses(texts: list[str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse(texts)


def urls(ports: Ports) -> Given:
    return Given(f"http://127.0.0.1:{ports.gateway}", f"http://127.0.0.1:{ports.jobmanager}")


def test_default_version() -> None:
    given = urls(free_ports())
    assert StaticProvider({"1.16": given, "2.2": given, "2.3": given}).default_version == "2.2"
    assert StaticProvider({"1.20": given, "1.9": given}).default_version == "1.20"
    assert StaticProvider({"1.16": given, "2.2": given}, default="1.16").default_version == "1.16"
    with pytest.raises(ValueError, match="no engine given"):
        StaticProvider({"1.16": given}, default="2.2")
    with pytest.raises(ValueError, match="no Flink engine"):
        StaticProvider({})


async def test_absent_engine() -> None:
    provider = StaticProvider({"2.2": urls(free_ports())})
    try:
        with pytest.raises(SqlError, match="SQL Gateway of Flink 2.2 does not answer") as caught:
            await provider.ensure("2.2", ignore)
        assert caught.value.sqlstate == CONNECTION_FAILURE
        assert not await provider.runs("2.2") and not await provider.runs("1.20")
        with pytest.raises(SqlError) as caught:
            await provider.ensure("1.20", ignore)
        assert caught.value.sqlstate == INVALID_PARAMETER_VALUE
        assert caught.value.hint == "Available values: 2.2."
    finally:
        await provider.close()
