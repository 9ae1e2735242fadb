"""Secrets on their way out of the catalog and back: nothing leaks, nothing changes on the way."""

from __future__ import annotations

import pytest

from dialects import single
from dialects.ddl.model import ObjectKind
from gateway.objects.porting.secrets import (
    References,
    masked,
    plain,
    read_secrets,
    resolved,
    rewritten,
)
from gateway.objects.stored import Place, StoredObject
from protocol.errors import SqlError

HEAD = "CREATE TABLE t (a INT) WITH ("
# Definition, what takes the place of its secrets by reference, the values by name.
CASES = [
    ("'a' = 'b'", "'a' = 'b'", {}),
    (
        "'password' = 'it''s; \"x\"'",
        "'password' = '${secret:xuanwu.public.t/password}'",
        {"xuanwu.public.t/password": 'it\'s; "x"'},
    ),
    (
        "'url' = 'jdbc:x://h/d?user=u&password=p&q=r'",
        "'url' = 'jdbc:x://h/d?user=u&password=${secret:xuanwu.public.t/url/password}&q=r'",
        {"xuanwu.public.t/url/password": "p"},
    ),
    (
        "'uri' = 'mongodb://me:hush@h/d'",
        "'uri' = 'mongodb://me:${secret:xuanwu.public.t/uri/password}@h/d'",
        {"xuanwu.public.t/uri/password": "hush"},
    ),
    (
        "'password' = U&'\\00e9'",
        "'password' = '${secret:xuanwu.public.t/password}'",
        {"xuanwu.public.t/password": "é"},
    ),
    ("'topic' = '${secret:x}'", "'topic' = '$${secret:x}'", {}),
    ("'topic' = '$${secret:'", "'topic' = '$$${secret:'", {}),
]


def table(*parts: str) -> StoredObject:
    return StoredObject(1, Place(*parts), ObjectKind.TABLE, "", "", "", "2.2", "xuanwu")


@pytest.mark.parametrize(("options", "written", "values"), CASES)
def test_references(options: str, written: str, values: dict[str, str]) -> None:
    references = References()
    statement = single(f"{HEAD}{options})")
    text = rewritten(statement, references.of(table("xuanwu", "public", "t")))
    assert text == f"{HEAD}{written})"
    assert references.values == values
    back = resolved(single(text), values).text
    assert back == statement.text.replace("U&'\\00e9'", "'é'")


@pytest.mark.parametrize(("options", "written", "values"), CASES)
def test_plain_reads_back(options: str, written: str, values: dict[str, str]) -> None:
    statement = single(f"{HEAD}{options})")
    text = rewritten(statement, plain)
    assert resolved(single(text), {}).text == statement.text


def test_hints_and_comments() -> None:
    sql = "CREATE VIEW v AS SELECT * /* password=hush */ FROM t /*+ OPTIONS('token'='a''b') */"
    references = References()
    text = rewritten(single(sql), references.of(table("xuanwu", "public", "v")))
    name = "xuanwu.public.v/token"
    assert references.values == {name: "a'b"}
    assert "hush" not in text and f"'token'='${{secret:{name}}}'" in text
    back = resolved(single(text), references.values).text
    assert back == sql.replace("hush", "******")


def test_names_tell_what_is_different() -> None:
    references = References()
    for parts in (("a", "b", "c.d"), ("a", "b.c", "d"), ("a.b", "c", "d")):
        rewritten(single(f"{HEAD}'password'='{parts}')"), references.of(table(*parts)))
    assert list(references.values) == ["a.b.c%2Ed/password", "a.b%2Ec.d/password",
                                       "a%2Eb.c.d/password"]  # fmt: skip
    there = references.of(table("库", "b", "}'="))
    rewritten(single("SELECT * FROM t /*+ OPTIONS('password'='1') */"), there)
    rewritten(single("SELECT * FROM t /*+ OPTIONS('password'='2') */"), there)
    rewritten(single("SELECT * FROM t /*+ OPTIONS('password'='1') */"), there)
    assert references.values["库.b.%7D%27%3D/password"] == "1"
    assert references.values["库.b.%7D%27%3D/password#2"] == "2"
    assert len(references.values) == 5


def test_masked_and_unknown_are_refused() -> None:
    for options in ("'password' = 'x'", "'url' = 'a://u:x@h'", "'url' = 'j?password=x'"):
        text = rewritten(single(f"{HEAD}{options})"), masked)
        assert "x" not in text.removeprefix(HEAD).replace("******", "")
        with pytest.raises(SqlError, match="is masked"):
            resolved(single(text), {})
    with pytest.raises(SqlError, match='no value is given for the secret "n"') as failure:
        resolved(single("SELECT 1, '${secret:n}'"), {"m": "1"})
    assert failure.value.position == len("SELECT 1, '")


def test_an_asterisk_elsewhere_is_no_mask() -> None:
    sql = "CREATE VIEW v AS SELECT * FROM t WHERE pan = '******'"
    assert resolved(single(sql), {}).text == sql


FILE = """
# comment
export A=plain value ; with signs
b.c/d = "two
lines \\"quoted\\" \\\\ \\n end"
e='single "x" \\n'
f=
g==
"""


def test_file_of_secrets() -> None:
    assert read_secrets(FILE) == {
        "A": "plain value ; with signs",
        "b.c/d": 'two\nlines "quoted" \\ \n end',
        "e": 'single "x" \\n',
        "f": "",
        "g": "=",
    }


@pytest.mark.parametrize("text", ["nothing", "a='open", "=x", 'a="open\\"'])
def test_broken_file_of_secrets(text: str) -> None:
    with pytest.raises(ValueError, match="line 1 of the secrets"):
        read_secrets(text)
