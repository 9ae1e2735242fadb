"""Names of a session, and the life of a portal as a table."""

from __future__ import annotations

import itertools
from typing import Any, cast

import pytest

from protocol.errors import SqlError
from session.statements import Portal, PortalState, Prepared, Store, format_of

LEGAL = {
    (PortalState.READY, PortalState.ACTIVE),
    (PortalState.READY, PortalState.DONE),
    (PortalState.READY, PortalState.CLOSED),
    (PortalState.ACTIVE, PortalState.DONE),
    (PortalState.ACTIVE, PortalState.CLOSED),
    (PortalState.DONE, PortalState.CLOSED),
}


def make_store() -> tuple[Store, list[Any]]:
    ended: list[Any] = []
    return Store(ended.append), ended


def portal_with_stream(name: str, **more: Any) -> Portal:
    portal = Portal(name, None, **more)
    portal.stream = cast(Any, f"stream of {name}")
    portal.state = PortalState.ACTIVE
    return portal


@pytest.mark.parametrize(("old", "new"), list(itertools.product(PortalState, repeat=2)))
def test_every_move_of_a_portal(old: PortalState, new: PortalState) -> None:
    portal = Portal("p", None, state=old)
    if old is new or (old, new) in LEGAL:
        portal.advance(new)
        assert portal.state is new
    else:
        with pytest.raises(SqlError) as caught:
            portal.advance(new)
        assert caught.value.sqlstate == "55000"
        assert portal.state is old


def test_a_named_statement_is_not_replaced_the_unnamed_one_is() -> None:
    store, _ = make_store()
    store.add_prepared(Prepared("s", "select 1", None))
    with pytest.raises(SqlError) as caught:
        store.add_prepared(Prepared("s", "select 2", None))
    assert caught.value.sqlstate == "42P05"
    store.add_prepared(Prepared("", "select 1", None))
    store.add_prepared(Prepared("", "select 2", None))
    assert store.get_prepared("").query == "select 2"


def test_a_missing_name_has_its_code() -> None:
    store, _ = make_store()
    with pytest.raises(SqlError, match="26000"):
        store.get_prepared("s")
    with pytest.raises(SqlError, match="34000"):
        store.get_portal("p")


def test_replacing_the_unnamed_portal_ends_its_stream() -> None:
    store, ended = make_store()
    store.add_portal(portal_with_stream(""))
    store.add_portal(portal_with_stream(""))
    assert ended == ["stream of "]


def test_the_end_of_a_transaction_spares_what_is_held() -> None:
    store, ended = make_store()
    store.add_portal(portal_with_stream("a"))
    store.add_portal(portal_with_stream("b", hold=True, cursor=True))
    store.end_transaction()
    assert ended == ["stream of a"]
    assert list(store.portals) == ["b"]
    store.close_all()
    assert ended == ["stream of a", "stream of b"]


@pytest.mark.parametrize(
    ("formats", "index", "expected"), [((), 3, 0), ((1,), 3, 1), ((0, 1, 0), 1, 1)]
)
def test_formats_by_the_rule_of_bind(formats: tuple[int, ...], index: int, expected: int) -> None:
    assert format_of(formats, index) == expected
