"""When an exchange is over, as a table: kinds awaited, replies seen, what is true then."""

from __future__ import annotations

import pytest

from gateway.catalog.awaited import Awaited


@pytest.mark.parametrize(
    ("kinds", "seen", "done", "failed", "copy_in", "synced"),
    [
        (b"Q", b"TC", False, False, False, False),
        (b"Q", b"TCZ", True, False, False, True),
        (b"Q", b"TCCZ", True, False, False, True),
        (b"Q", b"EZ", True, False, False, True),
        (b"Q", b"E", False, False, False, False),
        (b"Q", b"NSAZ", True, False, False, True),
        (b"PD", b"1tT", True, False, False, False),
        (b"PD", b"1tn", True, False, False, False),
        (b"PBDES", b"12TCZ", True, False, False, True),
        (b"PBDES", b"12TsZ", True, False, False, True),
        (b"PBES", b"12IZ", True, False, False, True),
        (b"PBE", b"12C", True, False, False, False),
        (b"PBDES", b"1E", False, True, False, False),
        (b"PBDES", b"1EZ", True, False, False, True),
        (b"PBDE", b"1E", True, True, False, False),
        (b"PBES", b"12CEZ", True, False, False, True),  # a deferred constraint fails at Sync
        (b"PSPS", b"EZ1", False, False, False, False),
        (b"PSPS", b"EZ1Z", True, False, False, True),
        (b"PQS", b"EZ", True, False, False, True),  # a Query behind an error is skipped as well
        (b"CCS", b"33Z", True, False, False, True),
        (b"Q", b"G", True, False, True, False),
        (b"PBES", b"12G", True, False, True, False),
        (b"Q", b"THcCZ", True, False, False, True),
    ],
)
def test_end_of_exchange(
    kinds: bytes, seen: bytes, done: bool, failed: bool, copy_in: bool, synced: bool
) -> None:
    awaited = Awaited()
    awaited.expect(kinds)
    for kind in seen:
        awaited.see(kind)
    state = (awaited.done, awaited.failed, awaited.copy_in, awaited.synced)
    assert state == (done, failed, copy_in, synced)


def test_nothing_but_sync_is_answered_after_an_error() -> None:
    awaited = Awaited()
    awaited.expect(b"P")
    awaited.see(ord("E"))
    awaited.expect(b"PBE")
    assert awaited.done and awaited.failed
    awaited.expect(b"S")
    assert not awaited.done
    awaited.see(ord("Z"))
    assert awaited.done and not awaited.failed and awaited.synced


def test_copy_data_awaits_nothing_and_stays_in_copy() -> None:
    awaited = Awaited()
    awaited.expect(b"Q")
    awaited.see(ord("G"))
    awaited.expect(b"")
    assert awaited.done and awaited.copy_in
    awaited.expect(b"Q")
    assert not awaited.done and not awaited.copy_in
