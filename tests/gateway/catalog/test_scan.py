"""The scan without Postgres: every way of cutting the stream gives the same frames and events."""

from __future__ import annotations

import pytest

from gateway.catalog.address import Address
from gateway.catalog.relay import Connection
from protocol import encode as e
from protocol.errors import Notice, SqlError

from .support import Events


class Transport:
    """Takes what is written; notes whether reading is paused and whether it was aborted."""

    def __init__(self) -> None:
        self.written = b""
        self.paused = self.aborted = False

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.paused = True

    def resume_reading(self) -> None:
        self.paused = False

    def abort(self) -> None:
        self.aborted = True


def connected(token: str = "token") -> tuple[Connection, Transport, Events]:
    connection, transport, events = Connection(Address("/nowhere"), token), Transport(), Events()
    connection.connection_made(transport)  # type: ignore[arg-type]
    connection.events = events
    return connection, transport, events


ROWS = e.encode_data_row([b"1"]) + e.encode_data_row([b"x" * 300])
BEFORE = e.encode_parameter_status("TimeZone", "UTC") + e.encode_notice(Notice("hello"))
SIGNAL = e.encode_notice(Notice("cancel 7", sqlstate="XW001", detail="token"))
FORGED = e.encode_notice(Notice("cancel 8", sqlstate="XW001", detail="guess"))
TAG = e.encode_command_complete("SELECT 2")
STREAM = ROWS + BEFORE + SIGNAL + ROWS + FORGED + TAG + e.encode_ready_for_query("T")


@pytest.mark.parametrize("step", [1, 2, 3, 5, 7, 64, 1000, len(STREAM)])
async def test_any_cut_gives_the_same(step: int) -> None:
    connection, transport, events = connected()
    answer = connection.exchange(e.encode_query("x"), b"Q")
    for at in range(0, len(STREAM), step):
        connection.data_received(STREAM[at : at + step])
    found = [chunk async for chunk in answer]
    assert b"".join(found) == ROWS + BEFORE + ROWS + TAG
    assert transport.written == e.encode_query("x")
    assert events.signals == [("cancel", 7)]
    assert events.parameters == [("TimeZone", "UTC")] and not events.frames
    assert connection.status == "T" and not connection.busy and connection.synced


async def test_one_piece_stays_one_chunk() -> None:
    connection, _, _ = connected()
    answer = connection.exchange(b"", b"Q")
    connection.data_received(ROWS * 1000 + TAG + e.encode_ready_for_query("I"))
    assert [chunk async for chunk in answer] == [ROWS * 1000 + TAG]


async def test_what_nobody_asked_for_goes_to_the_events() -> None:
    connection, transport, events = connected()
    notification = e.encode_notification(5, "c", "p")
    connection.data_received(notification + BEFORE)
    assert events.frames == notification + BEFORE
    assert not transport.aborted


async def test_reading_stops_and_goes_on_with_the_consumer() -> None:
    connection, transport, _ = connected()
    answer = connection.exchange(b"", b"Q")
    row = e.encode_data_row([b"y" * 100_000])
    for _ in range(11):
        connection.data_received(row)
    assert transport.paused
    assert await anext(answer) == row * 11
    assert not transport.paused


@pytest.mark.parametrize(
    "nonsense", [b"D\0\0\0\0abc", b"D\xff\xff\xff\xffabc", b"Z\0\0\0\5I", b"1\0\0\0\4"]
)
async def test_a_broken_stream_ends_the_connection(nonsense: bytes) -> None:
    connection, transport, _ = connected()
    connection.data_received(nonsense)
    assert transport.aborted
    connection.connection_lost(None)
    with pytest.raises(SqlError) as failure:
        connection.exchange(b"", b"Q")
    assert failure.value.sqlstate == "08006"


async def test_the_last_words_of_postgres_are_the_error() -> None:
    connection, _, _ = connected()
    answer = connection.exchange(b"", b"Q")
    connection.data_received(ROWS)
    words = SqlError("57P01", "terminating connection", severity="FATAL")
    connection.data_received(e.encode_error(words))
    connection.connection_lost(None)
    assert await anext(answer) == ROWS
    with pytest.raises(SqlError) as failure:
        await anext(answer)
    assert (failure.value.sqlstate, failure.value.message) == ("57P01", "terminating connection")


async def test_an_exchange_must_be_read_to_its_end() -> None:
    connection, _, _ = connected()
    connection.exchange(b"", b"Q")
    with pytest.raises(RuntimeError):
        connection.exchange(b"", b"Q")
