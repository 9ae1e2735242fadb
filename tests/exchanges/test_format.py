"""The format itself: scripts read and written, lines to bytes, bytes to lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from protocol import encode as e
from protocol import messages as m
from protocol.errors import Notice, SqlError
from tests.exchanges.player import compare
from tests.exchanges.script import Exchange, Step, parse_script, read_scripts
from tests.exchanges.wording import encode_line, show_frame

KEYS = {"main": (77, b"\1\2\3\4")}

SENT = [
    ('Query "select \\"ü\\";\\n"', e.encode_query('select "ü";\n')),
    ('Parse "s" "select $1" [23, 0]', e.encode_parse("s", "select $1", (23, 0))),
    ('Parse "" ""', e.encode_parse("", "")),
    (
        'Bind "p" "s" [text "1", binary 0x00ff, null] results [1, 0]',
        e.encode_bind("p", "s", (0, 1, 0), (b"1", b"\0\xff", None), (1, 0)),
    ),
    ('Bind "" "" results [1]', e.encode_bind("", "", (), (), (1,))),
    ('DescribePortal "p"', e.encode_describe_portal("p")),
    ('Execute "p" -1', e.encode_execute("p", -1)),
    ("Sync", e.SYNC),
    ("CopyData 0x00ff", e.encode_copy_data(b"\0\xff")),
    ('CopyFail "no"', e.encode_copy_fail("no")),
    ("CancelRequest main", e.encode_cancel_request(77, b"\1\2\3\4")),
    ("CancelRequest main 0x00", e.encode_cancel_request(77, b"\0")),
    ('Startup 3.2 {"user": "x"}', e.encode_startup({"user": "x"}, 2)),
    ("FunctionCall 177 [] result 1", b"F\0\0\0\x0e\0\0\0\xb1\0\0\0\0\0\1"),
]
SHOWN = [
    (m.ReadyForQuery("I"), "ReadyForQuery I"),
    (
        m.DataRow((b"a", None, b"77", b"\0", b"\xff")),
        'DataRow "a", NULL, <pid of main>, 0x00, 0xff',
    ),
    (m.CommandComplete("SELECT 1"), 'CommandComplete "SELECT 1"'),
    (m.BackendKeyData(1, b"1234"), "BackendKeyData 4 bytes"),
    (m.NotificationResponse(77, "c", ""), 'NotificationResponse <pid of main> "c" ""'),
    (m.NotificationResponse(78, "c", ""), 'NotificationResponse <pid> "c" ""'),
    (
        m.ErrorResponse(SqlError("42601", "no", hint="h", position=3)),
        'ErrorResponse S ERROR C 42601 M "no" H "h" P 3',
    ),
    (m.NoticeResponse(Notice("so")), 'NoticeResponse S NOTICE C 00000 M "so"'),
    (
        m.RowDescription((m.FieldDescription("a", 1259, 2, 23, 4, 9, 1),)),
        'RowDescription "a" 23/4 typmod 9 binary of 1259.2',
    ),
    (
        m.RowDescription((m.FieldDescription("a", 16384, 1, 25),)),
        'RowDescription "a" 25/-1 of <relation>.1',
    ),
]


@pytest.mark.parametrize(("line", "data"), SENT)
def test_a_line_is_a_message(line: str, data: bytes) -> None:
    assert encode_line(line, KEYS) == data


@pytest.mark.parametrize(("message", "line"), SHOWN)
def test_a_message_is_a_line(message: m.BackendMessage, line: str) -> None:
    assert show_frame(e.encode(message), KEYS) == line


@pytest.mark.parametrize("line", ["Nothing", "Sync 1", 'Query "a', "Query a", 'Bind "" "" [1]'])
def test_what_is_no_line(line: str) -> None:
    with pytest.raises(ValueError, match="column"):
        encode_line(line, KEYS)


SCRIPT = """# what for
# it is

# why
exchange first
send
  Query "select 1"
  Sync
expect
  ReadyForQuery I
open b
expect b until 2 DataRow
drop b

exchange second
send
  Sync
expect until close
"""


def test_a_script_is_read_and_written() -> None:
    script = parse_script(SCRIPT, Path("x.exchange"))
    assert script.render() == SCRIPT
    first, second = script.exchanges
    assert [step.verb for step in first.steps] == ["send", "expect", "open", "expect", "drop"]
    assert first.steps[0].finals == 2
    assert (first.steps[3].until, first.steps[3].times) == ("DataRow", 2)
    assert (first.comments, script.comments) == (("# why",), ("# what for", "# it is"))
    assert second.steps[1].until == "close"


@pytest.mark.parametrize("text", ["dance", "expect until", "expect b 3", "  Sync"])
def test_what_is_no_script(text: str) -> None:
    with pytest.raises(ValueError, match=r"x\.exchange:2"):
        parse_script(f"exchange x\n{text}", Path("x.exchange"))


@pytest.mark.parametrize("folder", ["postgres", "own", "flink"])
def test_the_scripts_are_written_as_they_would_be(folder: str) -> None:
    scripts = list(read_scripts(folder))
    assert scripts
    for script in scripts:
        assert script.render() == script.path.read_text(), script.path.name


def test_a_difference_is_found() -> None:
    want = Exchange("x", (Step("expect", lines=("ReadyForQuery I",)),))
    assert compare(want, want) == ""
    for lines in ((), ("ReadyForQuery E",), ("ReadyForQuery I", "left over on main: x")):
        assert compare(want, want.with_answers([lines])), lines
