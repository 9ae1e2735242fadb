"""Which requests are taken for a change of parameters, and which names are found in them."""

from __future__ import annotations

import pytest

from gateway.catalog.saved import Watch
from protocol.encode import encode_bind, encode_copy_data, encode_parse, encode_query


@pytest.mark.parametrize(
    ("sql", "changed", "names", "untraceable"),
    [
        ("select 1", False, [], False),
        ("select a.b from c.d", False, [], False),
        ("set app.x = 1", True, ["app.x"], False),
        ("SET App.X TO 1", True, ["app.x"], False),
        ('set "app" . "tenant" = 1', True, ["app.tenant"], False),
        ("set größe.maß = 1", True, ["größe.maß"], False),
        ("reset all", True, [], False),
        ("discard all", True, [], False),
        ("select set_config('app.x', 'v', false)", True, ["app.x"], False),
        ("select set_config('app.' || x, 'v', false)", True, [], True),
        ("select set_config($1, 'v', false)", True, [], True),
        ("select set_config(E'app\\x2ex', 'v', false)", True, [], True),
        ("do $$ begin set app.x = 1; end $$", True, ["app.x"], True),
        ("set app.x = 1" + " " * 100, True, ["app.x"], False),
    ],
)
def test_watch(sql: str, changed: bool, names: list[str], untraceable: bool) -> None:
    for request in (encode_query(sql), encode_parse("", sql) + encode_bind("", "")):
        watch = Watch(())
        watch.see(request)
        assert watch.changed == changed
        assert set(names) <= set(watch.names)
        assert watch.untraceable == untraceable


@pytest.mark.parametrize("padding", range(0, 120, 7))
def test_the_length_before_the_text_hides_nothing(padding: int) -> None:
    watch = Watch(())
    watch.see(encode_query("set app.x = '" + "y" * padding + "'"))
    assert watch.changed


def test_copy_data_is_not_read() -> None:
    watch = Watch(())
    watch.see(encode_copy_data(b"set app.x = 1"))
    assert not watch.changed
