"""Files as scripts: statements, places, psql's own commands, what never ends."""

from __future__ import annotations

import time

from gateway.linting.scripts import Place, Script


def pieces(text: str) -> list[tuple[str, Place]]:
    script = Script("a.sql", text)
    return [(piece.text, script.place(piece.start)) for piece in script.pieces]


def test_statements_have_their_places() -> None:
    assert pieces("SELECT 1;\n  SELECT\n2 ; -- end\n\n/* c */ SELECT 3") == [
        ("SELECT 1", (1, 1)),
        ("SELECT\n2", (2, 3)),
        ("SELECT 3", (5, 9)),
    ]


def test_columns_count_characters_and_windows_ends_its_lines_too() -> None:
    assert pieces("SELECT '名😀'; SELECT 2;\r\nSELECT 3") == [
        ("SELECT '名😀'", (1, 1)),
        ("SELECT 2", (1, 14)),
        ("SELECT 3", (2, 1)),
    ]


def test_commands_of_psql_end_with_their_line() -> None:
    script = Script("a.sql", "\\set x 'it''s\n\\echo don't\nSELECT 1; \\g\n SELECT 2")
    found = [(piece.text, piece.command) for piece in script.pieces]
    assert found == [
        ("\\set x 'it''s", True),
        ("\\echo don't", True),
        ("SELECT 1", False),
        ("\\g", True),
        ("SELECT 2", False),
    ]


def test_a_backslash_in_quotes_and_comments_is_none() -> None:
    text = "SELECT '\\i a', E'\\'', `\\`, \"\\\" -- \\i b\n/* \\i c */ FROM t"
    assert pieces(text) == [(text, (1, 1))]


def test_the_semicolon_of_a_set_for_psql() -> None:
    text = "BEGIN STATEMENT SET\\; INSERT INTO a SELECT 1\\; END;"
    assert pieces(text) == [("BEGIN STATEMENT SET ; INSERT INTO a SELECT 1 ; END", (1, 1))]


def test_what_never_ends_is_one_error_behind_the_statements() -> None:
    script = Script("a.sql", "SELECT 1;\nSELECT a, 'secret")
    whole, broken = script.pieces
    assert (whole.text, whole.error) == ("SELECT 1", None)
    assert broken.text == "SELECT a," and broken.error is not None
    assert (broken.error.sqlstate, broken.error.message) == ("42601", "unterminated quoted string")
    assert script.place(broken.start + (broken.error.position or 0) - 1) == (2, 11)


def test_what_never_ends_between_two_statements() -> None:
    script = Script("a.sql", "SELECT 1; /* x")
    whole, broken = script.pieces
    assert whole.text == "SELECT 1" and broken.text == ""
    assert broken.error is not None and broken.error.message == "unterminated /* comment"
    assert script.place(broken.start) == (1, 11)


def test_nothing() -> None:
    assert pieces("") == pieces(" ;; -- x\n") == []


def test_many_commands_take_linear_time() -> None:
    def seconds(count: int) -> float:
        script = Script("a.sql", "\\echo don't\nSELECT 1;\n" * count)
        began = time.process_time()
        assert len(script.pieces) == 2 * count
        return time.process_time() - began

    seconds(100)
    # Quadratic work would be a hundred times as much.
    assert seconds(10_000) < 40 * max(seconds(1_000), 0.01)
