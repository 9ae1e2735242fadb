"""What our server answers otherwise than Postgres, on purpose: each with its reason.

A row names one exchange and gives the lines that differ, so that everything around them is still
compared: the order of messages is never loosened.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.exchanges.script import Exchange


@dataclass(frozen=True, slots=True)
class Difference:
    """`theirs` is a recorded line; `ours` stands in its place (None: the line is not sent)."""

    exchange: str
    theirs: str
    ours: str | None
    why: str


DIFFERENCES: tuple[Difference, ...] = ()


def expected_of_us(exchange: Exchange) -> Exchange:
    """The recorded exchange with the accepted differences in place.

    Raises AssertionError for a row that fits nothing: Postgres or the script has moved on.
    """
    found = exchange
    for row in DIFFERENCES:
        if row.exchange == exchange.name:
            found = _apply(found, row)
    return found


def _apply(exchange: Exchange, row: Difference) -> Exchange:
    assert any(row.theirs in step.lines for step in exchange.steps), row
    steps = [
        replace(
            step,
            lines=tuple(
                row.ours if line == row.theirs else line
                for line in step.lines
                if line != row.theirs or row.ours is not None
            ),
        )
        for step in exchange.steps
    ]
    return replace(exchange, steps=tuple(steps))
