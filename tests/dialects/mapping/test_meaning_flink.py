"""What is said in other words gives the same rows: both texts run on real Flinks.

The text as written runs on a version that has what it uses, its translations on the others.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.engine.kit.judge import Judge, Mode, Question, Runtime
from tests.dialects.mapping.saying import translated
from tests.fixtures.judges import VERSIONS, Judges

pytestmark = [pytest.mark.flink, pytest.mark.timeout(300)]

TEXTS = (
    "(VALUES ('abc', 'a'), ('abc', 'bc'), ('', ''), ('abc', ''), ('', 'a'), ('  xyx ', 'xy'),"
    " (CAST(NULL AS STRING), 'a'), ('a', CAST(NULL AS STRING)), ('a😀', '😀'), ('😀a', '😀'),"
    " ('a1b22', '[0-9]+'), ('abc', '('), ('foobar', '(o)(b)'), ('ab', 'abc')) AS q (s, p)"
)
NUMBERS = "(VALUES (0), (1), (2), (3), (-1), (CAST(NULL AS INT))) AS q (n)"
ROWS = (
    "(VALUES (1, 'a', 1.5), (1, 'b', 2.5), (2, 'a', 3.5), (CAST(NULL AS INT), 'a', 4.5),"
    " (2, CAST(NULL AS STRING), 5.5)) AS q (id, name, x)"
)
# 2.0 to 2.3 take it, and rank by y.
MIXED = f"SELECT x, -x AS y FROM {ROWS} QUALIFY y < -2 AND RANK() OVER (ORDER BY x) < 4"
# They take this as well, and only 2.3 counts right.
WEEKS = (
    "SELECT TIMESTAMP '2020-01-31 00:00:00' + INTERVAL '2' WEEK,"
    " TIMESTAMP '2020-01-31 00:00:00' - INTERVAL '20' WEEKS,"
    " TIMESTAMP '2020-01-31 00:00:00' + INTERVAL '1' QUARTER,"
    " DATE '2020-01-31' + INTERVAL -'40' QUARTERS"
)
RIGHT = {
    MIXED: ["+I[2.5, -2.5]", "+I[3.5, -3.5]"],
    WEEKS: ["+I[2020-02-14T00:00, 2019-09-13T00:00, 2020-04-30T00:00, 2010-01-31]"],
}
# The version that the text is written for, and the text; in batch mode.
QUERIES = [
    ("2.2", f"SELECT s, p, STARTSWITH(s, p), ENDSWITH(s, p) FROM {TEXTS}"),
    ("2.2", f"SELECT s, p, BTRIM(s), BTRIM(s, p), REGEXP_SUBSTR(s, p) FROM {TEXTS}"),
    ("2.2", f"SELECT s FROM {TEXTS} WHERE NOT STARTSWITH(s, p) OR ENDSWITH(s, p) IS NULL"),
    ("2.2", f"SELECT n, ELT(n, 'a', 'bcd'), CHAR_LENGTH(ELT(n, 'a', 'bcd')) FROM {NUMBERS}"),
    ("2.2", f"SELECT n, TO_TIMESTAMP_LTZ(n), TO_TIMESTAMP_LTZ(n * 1000) FROM {NUMBERS}"),
    ("2.2", WEEKS),
    ("2.2", "SELECT JSON_QUERY('{\"a\": [1, 2]}', '$.a' RETURNING STRING WITH WRAPPER)"),
    (
        "2.2",
        f"SELECT id, x FROM {ROWS} QUALIFY ROW_NUMBER() OVER (PARTITION BY name ORDER BY x) = 1",
    ),
    (
        "2.2",
        "SELECT id + 1, name AS n, SUM(x) OVER (PARTITION BY id) AS s"
        f" FROM {ROWS} QUALIFY s > 3 AND x < 5 AND RANK() OVER (ORDER BY x) < 4",
    ),
    ("2.2", f"SELECT DISTINCT id FROM {ROWS} QUALIFY COUNT(*) OVER (PARTITION BY name) > 1"),
    ("2.2", MIXED),
    (
        "1.20",
        f"SELECT * FROM (SELECT id, name, x FROM {ROWS})"
        " PIVOT (COUNT(*) AS c, SUM(x) FOR name IN ('a' AS p, 'b'))",
    ),
    (
        "1.20",
        f"SELECT `p_c`, `'b'` FROM (SELECT name, x FROM {ROWS})"
        " PIVOT (COUNT(*) AS c, SUM(x) FOR name IN ('a' AS p, 'b'))",
    ),
    (
        "1.20",
        "SELECT * FROM (SELECT id, id2, z FROM (VALUES ('1', '2', 'z'), ('3', '4', 'y')) AS q"
        " (id, id2, z)) UNPIVOT (x FOR y IN (id, id2 AS 'two'))",
    ),
]
EVENTS = """\
1,2024-01-01 00:00:00
1,2024-01-01 00:00:30
2,2024-01-01 00:00:40
1,2024-01-01 00:05:00
2,2024-01-01 00:01:41
2,2024-01-01 00:02:40
"""
TABLE = """CREATE TABLE e (id INT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts)
    WITH ('connector' = 'filesystem', 'path' = '{}', 'format' = 'csv')"""
SESSIONS = """SELECT id, window_start, w.window_end, window_time, COUNT(*) AS c
    FROM TABLE(SESSION(TABLE e PARTITION BY id, DESCRIPTOR(ts), INTERVAL '1' MINUTE)) AS w
    GROUP BY id, window_start, window_end, window_time HAVING window_end > window_start"""


@pytest.fixture(scope="module")
def expected(judges: Judges) -> dict[str, list[str]]:
    """Rows of each text on the version that it is written for."""
    found: dict[str, list[str]] = {}
    for minor in sorted({version for version, _ in QUERIES}):
        judge = judges[minor]
        for sql in (sql for version, sql in QUERIES if version == minor):
            found[sql] = _rows(judge, translated(sql, minor, batch=True).text)
    return found


@pytest.mark.parametrize("minor", VERSIONS)
def test_both_texts_give_the_same_rows(
    minor: str, judges: Judges, expected: dict[str, list[str]]
) -> None:
    judge = judges[minor]
    for version, sql in QUERIES:
        found = translated(sql, minor, batch=True)
        if minor != version:
            assert _rows(judge, found.text) == expected[sql], found.text


def test_what_flink_itself_gets_wrong(expected: dict[str, list[str]]) -> None:
    assert {sql: expected[sql] for sql in RIGHT} == RIGHT


def test_sessions_as_group_windows_give_the_same_rows(judges: Judges, tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text(EVENTS, "utf-8")
    written = translated(SESSIONS, "1.18", batch=False)
    assert "SESSION_ROWTIME" in written.text
    judge = judges["1.20"]
    judge.reset([TABLE.format(tmp_path)])
    expected = _rows(judge, SESSIONS, Runtime.STREAMING)
    assert _rows(judge, written.text, Runtime.STREAMING) == expected
    assert len(expected) > 2


def _rows(judge: Judge, sql: str, runtime: Runtime = Runtime.BATCH) -> list[str]:
    (verdict,) = judge.ask([Question(sql=sql, mode=Mode.EXECUTE, runtime=runtime)])
    assert verdict.accepted and verdict.rows, f"{sql}: {verdict.message}"
    return sorted(verdict.rows)
