"""Many rows, one test: for tables of hundreds of texts, of which each takes a millisecond.

A test of pytest's own takes several; so a table is one test that looks at all of its rows and
tells of all that fail, each by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

SHOWN = 20


def each(*tables: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """Run the test for each row, or for each combination of rows of several tables. An empty table
    proves nothing and is a failure."""
    rows = list(product(*map(list, tables)))

    def decorate(test: Callable[..., None]) -> Callable[[], None]:
        def run() -> None:
            assert rows, "there is nothing to look at"
            failed = [told for row in rows if (told := _failure(test, row)) is not None]
            assert not failed, _report(failed, len(rows))

        run.__name__, run.__qualname__ = test.__name__, test.__qualname__
        run.__doc__, run.__module__ = test.__doc__, test.__module__
        return run

    return decorate


def _failure(test: Callable[..., None], row: tuple[Any, ...]) -> str | None:
    try:
        test(*row)
    except Exception as error:  # whatever a row brings up: the others are looked at all the same
        names = ", ".join(str(getattr(value, "key", value))[:300] for value in row)
        return f"{names}\n    {type(error).__name__}: {error}"
    return None


def _report(failed: list[str], total: int) -> str:
    more = f"\n… and {len(failed) - SHOWN} more" if len(failed) > SHOWN else ""
    return f"{len(failed)} of {total} failed\n" + "\n".join(failed[:SHOWN]) + more
