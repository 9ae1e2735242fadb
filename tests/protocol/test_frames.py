"""Cutting a server's stream: whatever the chunks, the same frames; rows cut and counted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.encode import (
    encode_command_complete,
    encode_copy_data,
    encode_data_row,
    encode_notice,
    encode_notification,
    encode_parameter_status,
    encode_ready_for_query,
)
from protocol.errors import Notice, ProtocolViolation, SqlError
from protocol.frames import (
    FrameSplitter,
    count_rows,
    iter_rows,
    parse_command_tag,
    parse_data_row,
    parse_notification,
    parse_parameter_status,
    parse_ready_status,
    split_rows,
)

ROWS: list[list[bytes | None]] = [[b"1", b"a"], [None, b""], [b"x" * 300, None], []]
FRAMES = [encode_data_row(row) for row in ROWS] + [
    encode_notice(Notice("n")),
    encode_data_row([b"2"]),
    encode_command_complete("SELECT 5"),
    encode_ready_for_query("I"),
]
STREAM = b"".join(FRAMES)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=40))
def test_the_cut_of_the_stream_does_not_matter(sizes: list[int]) -> None:
    frames, runs = FrameSplitter(), FrameSplitter()
    cut: list[tuple[int, bytes]] = []
    joined: list[tuple[int, bytes, int]] = []
    at = 0
    for size in [*sizes, len(STREAM)]:
        piece = STREAM[at : at + size]
        at += size
        cut += frames.feed(piece)
        joined += runs.feed_runs(piece)
    assert cut == [(frame[0], frame) for frame in FRAMES]
    assert b"".join(data for _, data, _ in joined) == STREAM
    assert sum(count for _, _, count in joined) == len(FRAMES)
    assert all(count_rows(data) == count for _, data, count in joined)
    assert frames.pending == runs.pending == 0


def test_neighbours_of_one_type_are_one_run() -> None:
    assert [(chr(kind), count) for kind, _, count in FrameSplitter().feed_runs(STREAM)] == [
        ("D", 4),
        ("N", 1),
        ("D", 1),
        ("C", 1),
        ("Z", 1),
    ]


@pytest.mark.parametrize("length", [0, 3, 2**30 + 1, 2**32 - 1])
def test_impossible_lengths(length: int) -> None:
    for feed in (FrameSplitter().feed, FrameSplitter().feed_runs):
        with pytest.raises(SqlError) as raised:
            feed(b"D" + length.to_bytes(4, "big"))
        assert raised.value.sqlstate == "08006"


def test_a_large_frame_in_small_chunks_is_gathered_in_linear_time() -> None:
    """32 MB in 4 KB chunks: joining anew for each would not end within the time of a test."""
    frame = encode_copy_data(b"x" * (32 << 20))
    splitter, seen = FrameSplitter(), []
    for at in range(0, len(frame), 4096):
        seen += splitter.feed(frame[at : at + 4096])
    assert seen == [(ord("d"), frame)]


@pytest.mark.parametrize("rows", range(6))
def test_split_rows(rows: int) -> None:
    data = b"".join(FRAMES[:4])
    head, tail = split_rows(data, rows)
    assert head + tail == data
    assert count_rows(head) == min(rows, 4)


def test_fields_of_rows() -> None:
    assert [parse_data_row(frame) for frame in FRAMES[:4]] == ROWS
    assert list(iter_rows(b"".join(FRAMES[:4]))) == ROWS


@pytest.mark.parametrize("frame", [b"D\0\0\0\6\0\1", b"D\0\0\0\7\0\0x", b"D\0\0\0\x0a\0\1\0\0\0\5"])
def test_rows_that_lie_about_their_length(frame: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        parse_data_row(frame)


def test_what_a_relay_reads() -> None:
    assert parse_ready_status(encode_ready_for_query("E")) == "E"
    assert parse_parameter_status(encode_parameter_status("TimeZone", "UTC")) == ("TimeZone", "UTC")
    assert parse_command_tag(encode_command_complete("SET")) == "SET"
    notification = parse_notification(encode_notification(7, "jobs", "x"))
    assert (notification.pid, notification.channel, notification.payload) == (7, "jobs", "x")
