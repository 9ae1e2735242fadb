"""What our server answers otherwise than Postgres: on purpose, and not yet as it should.

A row gives whole lines of one exchange, so that everything around them is still compared. Nothing
is matched loosely, and a row that fits no recording any more fails the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from tests.exchanges.script import Exchange


@dataclass(frozen=True, slots=True)
class Difference:
    """In every block of that exchange, `ours` stands in the place of the lines `theirs`."""

    exchange: str
    theirs: tuple[str, ...]
    ours: tuple[str, ...]
    why: str


_ENDS = "the connection ends all the same, and here it says why"
_SENDER = "backends are shared: the pid is that of the backend which sent it, as Postgres tells it"


def _notified(exchange: str, sender: str, rest: str) -> Difference:
    theirs = f"NotificationResponse <pid of {sender}> {rest}"
    return Difference(exchange, (theirs,), (f"NotificationResponse <pid> {rest}",), _SENDER)


DIFFERENCES: tuple[Difference, ...] = (
    _notified("listen and notify of one's own", "main", '"here" "payload"'),
    _notified("listen and notify of one's own", "main", '"here" ""'),
    _notified("listen and notify of one's own", "main", '"Over There" "Ünicode"'),
    _notified("listen and notify of one's own", "main", '"here" "by function"'),
    _notified("a notification reaches an idle session", "b", '"news" "for you"'),
    _notified("a notification waits for the end of the transaction", "b", '"news" "later"'),
    _notified("listen in the extended protocol", "main", '"chan" "x"'),
    Difference(
        "a length that cannot be",
        ("(closed)",),
        ('ErrorResponse S FATAL C 08P01 M "invalid message length"', "(closed)"),
        _ENDS,
    ),
    Difference(
        "a packet of nonsense",
        ("(closed)",),
        ('ErrorResponse S FATAL C 08P01 M "invalid length of startup packet"', "(closed)"),
        _ENDS,
    ),
    Difference(
        "a body that ends too early",
        ('ErrorResponse S ERROR C 08P01 M "invalid string in message"', "ReadyForQuery I"),
        ('ErrorResponse S FATAL C 08P01 M "invalid string in message"', "(closed)"),
        "a client that cannot build a message is not trusted with a further one",
    ),
    Difference(
        "a major version nobody speaks",
        (
            'ErrorResponse S FATAL C 0A000 M "unsupported frontend protocol 4.0: '
            'server supports 3.0 to 3.0"',
        ),
        (
            'ErrorResponse S FATAL C 0A000 M "unsupported frontend protocol 4.0: '
            'server supports 3.0 to 3.2"',
        ),
        "the wire is newer here than that of Postgres 16",
    ),
)

# Exchanges that we do not pass yet, with what is missing. Each must fail: one that passes is to be
# taken from this table.
DEFECTS: dict[str, str] = {}


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
    steps = [replace(step, lines=_replaced(step.lines, row)) for step in exchange.steps]
    changed = replace(exchange, steps=tuple(steps))
    assert changed != exchange, f"nothing of the recording fits {row}"
    return changed


def _replaced(lines: tuple[str, ...], row: Difference) -> tuple[str, ...]:
    size = len(row.theirs)
    for at in range(len(lines) - size + 1):
        if lines[at : at + size] == row.theirs:
            return lines[:at] + row.ours + lines[at + size :]
    return lines
