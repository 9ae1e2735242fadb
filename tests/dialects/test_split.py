"""The lexer and the splitter."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialects import part, single, split
from protocol.errors import SqlError

SET = "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END"
BODY = "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN 1=1 THEN 1 END; SELECT 2; END"


@pytest.mark.parametrize(
    ("sql", "texts"),
    [
        ("", []),
        (" ; ;\n", []),
        ("-- only\n/* a /* nested */ comment */", []),
        ("select 1", ["select 1"]),
        ("select 1;", ["select 1"]),
        ("select 1;;select 2", ["select 1", "select 2"]),
        ("/* a */ select /* b */ 1 /* c */ ; -- d", ["select /* b */ 1"]),
        ("select ';', E'\\';', U&'\\003b;' ; select 2",
         ["select ';', E'\\';', U&'\\003b;'", "select 2"]),
        ("select 'it''s;' ; x", ["select 'it''s;'", "x"]),
        ('select ";""", `;```; select 2', ['select ";""", `;```', "select 2"]),
        ("select $$;$$, $a$;$$;$a$; b", ["select $$;$$, $a$;$$;$a$", "b"]),
        ("select a$b$c ; d", ["select a$b$c", "d"]),
        ("select 1 -- ; x\n; 2", ["select 1", "2"]),
        ("select /* ; */ 1; 2", ["select /* ; */ 1", "2"]),
        ("select /*+ OPTIONS('a'='*/;') */ 1; 2", ["select /*+ OPTIONS('a'='*/;') */ 1", "2"]),
        ("SELECT * FROM t /*+ X(1) */", ["SELECT * FROM t /*+ X(1) */"]),
        ("create rule r as on insert to t do (a; b); c",
         ["create rule r as on insert to t do (a; b)", "c"]),
        ("select $1;select $2", ["select $1", "select $2"]),
        ("BEGIN; select 1; END;", ["BEGIN", "select 1", "END"]),
        (f"{SET}; select 1", [SET, "select 1"]),
        (f"EXPLAIN {SET[8:]}; x", [f"EXPLAIN {SET[8:]}", "x"]),
        (f"CREATE JOB j AS {SET}; x", [f"CREATE JOB j AS {SET}", "x"]),
        (f"COMPILE PLAN '/p' FOR {SET[8:]}; x", [f"COMPILE PLAN '/p' FOR {SET[8:]}", "x"]),
        ("begin statement set; insert into a select 1; end; x",
         ["begin statement set; insert into a select 1; end", "x"]),
        ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END FROM c; END; x",
         ["EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN b THEN 1 END FROM c; END",
         "x"]),
        (f"{BODY}; x", [BODY, "x"]),
        ("SET a.b = s3://x/y; c", ["SET a.b = s3://x/y", "c"]),
        ("select 1 // ; Flink's comment\n; c", ["select 1 // ; Flink's comment", "c"]),
        ("// it's Flink's\nselect 1", ["select 1"]),
        ("查询 数据; 二", ["查询 数据", "二"]),
    ],
)  # fmt: skip
def test_statements(sql: str, texts: list[str]) -> None:
    assert [statement.text for statement in split(sql)] == texts


@pytest.mark.parametrize(
    ("sql", "message", "position"),
    [
        ("select 'abc", 'unterminated quoted string at or near "\'abc"', 8),
        ("select 1 + E'ab", 'unterminated quoted string at or near "E\'ab"', 12),
        ("select E'a\\'", "unterminated quoted string at or near \"E'a\\'\"", 8),
        ("select U&'x", 'unterminated quoted string at or near "U&\'x"', 8),
        ("select n'x", 'unterminated quoted string at or near "\'x"', 9),
        ("select x'12", 'unterminated hexadecimal string literal at or near "x\'12"', 8),
        ("select b'1", 'unterminated bit string literal at or near "b\'1"', 8),
        ('select "abc', 'unterminated quoted identifier at or near ""abc"', 8),
        ("select 1; select `abc", 'unterminated quoted identifier at or near "`abc"', 18),
        ("select $a$x$$", 'unterminated dollar-quoted string at or near "$a$x$$"', 8),
        ("select /* x /* y */ z", 'unterminated /* comment at or near "/* x /* y */ z"', 8),
    ],
)
def test_unterminated(sql: str, message: str, position: int) -> None:
    with pytest.raises(SqlError) as caught:
        split(sql)
    assert (caught.value.sqlstate, caught.value.message) == ("42601", message)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("a \"b\" `c` U&\"d\"", "word quoted backtick unicode_name"),
        ("'a' N'b' E'c' U&'d' X'ff' b'1' $$e$$",
         "string string escaped unicode_string bits bits dollar"),
        ("1 1.5 .5 1e-3 0xff 1_000 $12", "number number number number number number parameter"),
        ("a::b", "word operator word"),
        ("/*+ HINT */ x", "hint word"),
    ],
)  # fmt: skip
def test_kinds(sql: str, kinds: str) -> None:
    assert " ".join(token.kind.value for token in single(sql).tokens) == kinds


def test_operators_are_whole() -> None:
    texts = [token.text for token in single("a!=-1 <> <= >= || => -> ->> :: := ..").tokens]
    assert texts == [
        "a",
        "!=",
        "-",
        "1",
        "<>",
        "<=",
        ">=",
        "||",
        "=>",
        "->",
        "->>",
        "::",
        ":=",
        "..",
    ]


def test_offsets() -> None:
    sql = " /* x */ select a ; select 'b' "
    for statement in split(sql):
        assert sql[statement.start :].startswith(statement.text)
        for token in statement.tokens:
            assert statement.text[token.start : token.end] == token.text
    inner = part(split(sql)[1], 1)
    assert (inner.text, sql[inner.start : inner.start + 3]) == ("'b'", "'b'")


def test_single_ignores_semicolons() -> None:
    assert single(" a; b; ").text == "a; b;"
    assert single(" -- nothing").tokens == ()


PIECES = st.sampled_from(
    "select,insert,from,begin,statement,set,end,case,;,(,),',\",`,$$,$a$,--,\n,/*,*/,/*+,//,E',U&',"
    "X',\\,a,1,$1,::,!=, ,execute,create,atomic,explain,数".split(",")
)


@given(st.lists(PIECES).map("".join) | st.text())
def test_pieces_in_order(sql: str) -> None:
    try:
        statements = split(sql)
    except SqlError as error:
        assert error.sqlstate == "42601" and 1 <= (error.position or 0) <= len(sql)
        return
    end = 0
    for statement in statements:
        assert statement.start >= end and statement.tokens
        end = statement.start + len(statement.text)
        assert sql[statement.start : end] == statement.text
        assert statement.tokens[0].start == 0
        assert all(statement.text[t.start : t.end] == t.text for t in statement.tokens)
        assert single(statement.text).tokens == statement.tokens


@pytest.mark.parametrize(
    "unit",
    ["(", ")", "/* ", "''", "'a' ", "$a", "case ", "select a, ", "a.", "[", "begin ", "/*+ ", "// ",
     "E'\\\\' ", "$$ $$"],
)  # fmt: skip
def test_steps_grow_with_the_text(unit: str) -> None:
    """Twice the text must not take more than about twice the steps, and no recursion."""

    def steps(count: int) -> int:
        taken = 0

        def trace(frame: object, event: str, arg: object) -> object:
            nonlocal taken
            taken += 1
            return trace

        old = sys.gettrace()
        sys.settrace(trace)
        try:
            split(unit * count)
        except SqlError:
            pass
        finally:
            sys.settrace(old)
        return taken

    small, large = steps(300), steps(600)
    assert large < 2.5 * small + 200


def test_a_megabyte() -> None:
    values = ", ".join("(1, 'abc')" for _ in range(80_000))
    sql = f"INSERT INTO t VALUES {values}; SELECT {'(' * 100_000}1{')' * 100_000}"
    assert [len(s.tokens) for s in split(sql)] == [4 + 80_000 * 6 - 1, 200_002]
