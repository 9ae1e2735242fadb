"""Every word that some version reserves is a name on each real Flink, wherever a name may stand."""

from __future__ import annotations

import pytest

from dialects.versions.words import contested
from gateway.engine.kit.judge import Mode, Question
from tests.dialects.mapping.saying import translated
from tests.fixtures.judges import VERSIONS, Judges

pytestmark = [pytest.mark.flink, pytest.mark.timeout(120)]

WORDS = [word.lower() for word in sorted(contested())]
COLUMNS = ", ".join(f"{word} INT" for word in WORDS)
FIRST, SECOND = WORDS[0], WORDS[-1]
TEXTS = [
    f"CREATE TABLE names ({COLUMNS}, nested ROW<{COLUMNS}>) WITH ('connector' = 'datagen')",
    f"SELECT {', '.join(WORDS)} FROM names",
    f"SELECT {', '.join(f'names.{word}' for word in WORDS)} FROM names",
    f"SELECT {', '.join(f'names.nested.{word}' for word in WORDS)} FROM names",
    f"SELECT {', '.join(f'id AS {word}' for word in WORDS)} FROM b",
    f"SELECT COUNT(*) FROM names GROUP BY {', '.join(WORDS)}",
    f"WITH {', '.join(f'{word} ({word}) AS (SELECT 1)' for word in WORDS)} SELECT 1",
    *(f"SELECT {word}.id, COUNT(*) FROM b AS {word} GROUP BY {word}.id" for word in WORDS),
    *(f"SELECT id, u.{word} FROM t CROSS JOIN UNNEST(arr) AS u ({word})" for word in WORDS),
    f"CREATE TABLE sink ({COLUMNS}) WITH ('connector' = 'print')",
    f"INSERT INTO sink ({', '.join(WORDS)}) SELECT {', '.join(WORDS)} FROM names",
    f"CREATE TEMPORARY VIEW {FIRST} ({SECOND}) AS SELECT id FROM b",
    f"SELECT {SECOND} FROM {FIRST} ORDER BY {SECOND} LIMIT 1",
]


@pytest.mark.parametrize("minor", VERSIONS)
def test_a_reserved_word_is_a_name_everywhere(minor: str, judges: Judges) -> None:
    judge = judges[minor]
    refused: list[str] = []
    for text in TEXTS:
        sql = translated(text, minor).text
        mode = Mode.EXECUTE if sql.startswith("CREATE") else Mode.PARSE
        (verdict,) = judge.ask([Question(sql=sql, mode=mode)])
        if not verdict.accepted:
            refused.append(f"{sql[:80]}: {verdict.message}")
    assert not refused
