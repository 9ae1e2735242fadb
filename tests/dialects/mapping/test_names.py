"""Reserved words as names."""

from __future__ import annotations

import pytest

from dialects.versions import VERSIONS, Version
from dialects.versions.words import contested, reserved
from tests.dialects.mapping.saying import said, table


@pytest.mark.parametrize(("version", "sql", "expected"), table("names"))
def test_names_that_the_target_reserves(version: str, sql: str, expected: str) -> None:
    assert said(sql, version) == expected


def test_a_call_of_the_users_own_function() -> None:
    own = frozenset({"GROUP_CONCAT", "DATE_TRUNC"})
    sql = "SELECT group_concat(a) FROM t"
    assert said(sql, "1.16", functions=own) == sql
    assert said(sql, "1.17", functions=own) == "SELECT `group_concat`(a) FROM t"


def test_the_words_of_versions() -> None:
    assert {"QUALIFY", "MONDAY", "WEEKS"} <= reserved(Version(2, 0)) - reserved(Version(1, 20))
    assert "MODEL" in contested() and "SELECT" not in contested()
    assert all("SELECT" in reserved(version) for version in VERSIONS)
