"""What is undone of a batch, by how far Postgres came."""

from __future__ import annotations

import pytest

from session.batch import Batch


def gathered() -> tuple[Batch, list[tuple[str, bool]]]:
    """Kinds P B C, with something to undo for the first and the last."""
    batch, undone = Batch(), []
    batch.add(b"parse", b"P", lambda reached: undone.append(("parse", reached)))
    batch.add(b"bind", b"B")
    batch.add(b"close", b"C", lambda reached: undone.append(("close", reached)))
    return batch, undone


@pytest.mark.parametrize(
    ("answered", "expected"),
    [
        (3, []),
        (2, [("close", True)]),
        (1, [("close", False)]),
        (0, [("close", False), ("parse", True)]),
    ],
)
def test_what_was_not_answered_is_undone_last_first(
    answered: int, expected: list[tuple[str, bool]]
) -> None:
    batch, undone = gathered()
    assert batch and batch.take() == (b"parsebindclose", b"PBC")
    batch.settle(answered)
    assert undone == expected and not batch
    batch.settle(0)
    assert undone == expected


def test_what_is_dropped_was_never_reached() -> None:
    batch, undone = gathered()
    batch.drop()
    assert undone == [("close", False), ("parse", False)]
    assert batch.take() == (b"", b"")
