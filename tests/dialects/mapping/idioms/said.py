"""What the idioms make of a text over a table `t` whose columns are known."""

from __future__ import annotations

from collections.abc import Mapping

from dialects.mapping import translate
from dialects.mapping.idioms import RULES
from dialects.mapping.model import Target, Translation
from dialects.splitter import single
from dialects.versions import Version

_T = {
    "id": "INT", "n": "BIGINT", "p": "DECIMAL(10, 2)", "f": "DOUBLE", "b": "BOOLEAN", "s": "STRING",
    "t": "TIMESTAMP(3)", "u": "TIMESTAMP(3)", "t6": "TIMESTAMP(6)", "u6": "TIMESTAMP(6)",
    "l": "TIMESTAMP_LTZ(3)", "d": "DATE", "e": "DATE", "j": "STRING",
}  # fmt: skip


def columns(name: tuple[str, ...]) -> Mapping[str, str] | None:
    return _T if name == ("t",) else None


def translated(sql: str, version: str = "2.2", **target: object) -> Translation:
    wanted = Target(Version.parse(version), columns=columns, **target)  # type: ignore[arg-type]
    return translate(single(sql), wanted, RULES)


def said(sql: str, version: str = "2.2") -> str:
    """The text, which the rules leave as it is; or `SQLSTATE at-word: message` of a refusal."""
    result = translated(sql, version)
    if result.refusal is not None:
        error = result.refusal
        assert error.position is not None
        return f"{error.sqlstate} {sql[error.position - 1 :].split()[0]}: {error.message}"
    assert translated(result.text, version).text == result.text
    return result.text


def expression(text: str, version: str = "2.2") -> str:
    """The same for one expression in `SELECT … FROM t`."""
    whole = said(f"SELECT {text} FROM t", version)
    return whole.removeprefix("SELECT ").removesuffix(" FROM t")
