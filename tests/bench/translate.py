"""Milliseconds to put a statement of 2 kB into a version's form: `python -m tests.bench.translate`.

Split, classified and translated, tokens and tree made anew each time, as for a text that comes in
once. Beside it, in the same run, what sqlglot's own Postgres dialect takes to parse a text of that
length and shape: below 1 is faster. Best of several rounds, for the machine is not ours alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import sqlglot

from dialects import Names, classify, split
from dialects.mapping import Target, translate
from dialects.versions import Version

LENGTH = 2_000  # characters
ROUNDS = 30
NAMES = Names(frozenset(), frozenset())

# Both dialects read it, and it means the same on every version of Flink.
PLAIN = """INSERT INTO totals
SELECT o.customer, o.region, SUM(o.amount) AS total, COUNT(*) AS orders,
{items}
FROM orders AS o JOIN customers AS c ON o.customer = c.id
WHERE o.amount > 10 AND c.status = 'active'
GROUP BY o.customer, o.region
"""
ITEM = "  MAX(CASE WHEN o.kind = 'k{0}' THEN o.amount ELSE 0 END) AS kind_{0}"
# Idioms of Postgres and newer grammar throughout.
RULED = """INSERT INTO totals
SELECT customer, region, amount, {items}
FROM "orders"
QUALIFY ROW_NUMBER() OVER (PARTITION BY customer ORDER BY ts DESC) = 1
"""
RULED_ITEM = '  CASE WHEN kind != \'k{0}\' THEN "amount"::int ELSE 0 END AS "kind_{0}"'


def filled(text: str, item: str) -> str:
    """The text with as many items as make it that long."""
    items: list[str] = []
    while len(text) + sum(len(each) + 2 for each in items) < LENGTH:
        items.append(item.format(len(items)))
    return text.format(items=",\n".join(items))


def milliseconds(works: Sequence[Callable[[], object]]) -> list[float]:
    """Processor time of each, in turns: who shares the machine is felt by all of them alike."""
    best = [float("inf")] * len(works)
    for _ in range(ROUNDS):
        for index, work in enumerate(works):
            began = time.process_time()
            work()
            best[index] = min(best[index], time.process_time() - began)
    return [each * 1000 for each in best]


def ours(sql: str, version: Version) -> Callable[[], object]:
    def work() -> object:
        [statement] = split(sql)
        classify(statement, NAMES)
        return translate(statement, Target(version)).text

    return work


def main() -> None:
    plain, ruled = filled(PLAIN, ITEM), filled(RULED, RULED_ITEM)
    cases = (
        ("needs nothing, to 1.16", plain, Version(1, 16)),
        ("needs nothing, to 2.2", plain, Version(2, 2)),
        ("needs idioms and QUALIFY rewritten, to 1.16", ruled, Version(1, 16)),
        ("needs idioms, to 2.2", ruled, Version(2, 2)),
    )
    works: list[Callable[[], object]] = [lambda: sqlglot.parse_one(plain, read="postgres")]
    works += [ours(sql, version) for _, sql, version in cases]
    parse, *taken = milliseconds(works)
    print(f"{'plain sqlglot, Postgres, parse alone':48} {parse:6.2f} ms")
    for (name, sql, version), took in zip(cases, taken, strict=True):
        found = translate(split(sql)[0], Target(version))
        words = f"{len(sql)} characters, {len(found.applied)} changes"
        print(f"{name:48} {took:6.2f} ms  {took / parse:5.2f} × the parse   ({words})")


if __name__ == "__main__":
    main()
