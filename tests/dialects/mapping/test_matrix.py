"""The rules agree with the real Flinks on every statement of the grammar matrix.

What a version takes is not refused, what it does not take is refused, naming the version that does,
or said in other words. Where no version takes it, Flink's own refusal will do. Rows on which the
rules know better, and why, are in disagreements.tsv.
"""

from __future__ import annotations

from tests.dialects.mapping.matrix import PENDING, Row, disagreements, known, rows
from tests.each import each

ROWS, KNOWN = list(rows()), known()


@each(ROWS)
def test_the_rules_say_what_flink_says(row: Row) -> None:
    found = disagreements(row)
    assert not {v: why for v, why in found.items() if (row.key, v) not in KNOWN}, row.sql


def test_each_known_disagreement_is_one() -> None:
    by_key = {row.key: disagreements(row) for row in ROWS}
    decided = {place for place, reason in KNOWN.items() if reason != PENDING}
    assert not {(key, v) for key, v in decided if v not in by_key.get(key, {})}
