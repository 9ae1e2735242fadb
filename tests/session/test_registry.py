"""Pids, cancel keys, the limit on sessions, and who may signal whom."""

from __future__ import annotations

import pytest

from protocol.errors import SqlError
from session.ports import Activity, Principal
from session.registry import Registry


class Fake:
    def __init__(self, role: str = "alice") -> None:
        self.role = role
        self.calls: list[str] = []

    def cancel(self) -> None:
        self.calls.append("cancel")

    def terminate(self) -> None:
        self.calls.append("terminate")

    def activity(self) -> Activity:
        return Activity(1, self.role, "d", "", None, -1, 0.0, "idle", "", None, 0.0)


def test_a_cancel_needs_pid_and_key() -> None:
    registry, session = Registry(10), Fake()
    pid = registry.admit(Principal("ana"))
    registry.add(pid, b"\1\2\3\4", session)
    for wrong_pid, wrong_key in ((pid, b"\1\2\3\5"), (pid + 1, b"\1\2\3\4"), (pid, b""), (0, b"")):
        registry.cancel(wrong_pid, wrong_key)
    assert session.calls == []
    registry.cancel(pid, b"\1\2\3\4")
    assert session.calls == ["cancel"]


def test_a_key_of_zeros_never_meets_an_unknown_pid() -> None:
    registry = Registry(10)
    registry.cancel(123, b"\0\0\0\0")
    assert len(registry) == 0


def test_the_server_is_full_and_has_room_again() -> None:
    registry = Registry(1)
    pid = registry.admit(Principal("ana"))
    registry.add(pid, b"key1", Fake())
    with pytest.raises(SqlError) as caught:
        registry.admit(Principal("ana"))
    assert (caught.value.sqlstate, caught.value.severity) == ("53300", "FATAL")
    registry.remove(pid)
    assert registry.admit(Principal("ana")) != pid


def test_a_role_has_its_connections() -> None:
    registry, limited = Registry(10), Principal("alice", connections=1)
    pid = registry.admit(limited)
    registry.add(pid, b"key1", Fake("alice"))
    with pytest.raises(SqlError, match='too many connections for role "alice"') as caught:
        registry.admit(limited)
    assert (caught.value.sqlstate, caught.value.severity) == ("53300", "FATAL")
    registry.admit(Principal("bob", connections=1))
    registry.admit(Principal("alice"))
    registry.remove(pid)
    registry.admit(limited)


@pytest.mark.parametrize(
    ("verb", "by", "calls"),
    [
        ("cancel", "alice", ["cancel"]),
        ("terminate", "alice", ["terminate"]),
        ("cancel", "bob", []),
        ("terminate", "bob", []),
    ],
)
def test_signals_reach_sessions_of_the_same_role_only(verb: str, by: str, calls: list[str]) -> None:
    registry, session = Registry(10), Fake("alice")
    pid = registry.admit(Principal("ana"))
    registry.add(pid, b"key1", session)
    registry.signal(verb, pid, by)
    registry.signal(verb, pid + 1, by)
    assert session.calls == calls
