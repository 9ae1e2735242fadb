"""Reading a statement, by step: `python -m tests.bench.parse`.

Side by side with sqlglot's own tokenizer and parser for Postgres, which knows no places, over the
same text of 2 kB; a ratio below 1 is faster than it. Then megabytes, to show that time is linear.
Processor time, best of several rounds, because the machine is not ours alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial

import sqlglot

from dialects import split
from dialects.flink import Flink, Tree, parse
from dialects.flink.tokens import to_sqlglot
from dialects.mapping import Target, translate
from dialects.versions import NEWEST, OLDEST

ROUNDS = 60
_INSERT = """INSERT INTO sink_orders
SELECT o.window_start, o.window_end, c.region, o.category,
  COUNT(*) AS order_count, SUM(o.amount) AS total_amount, AVG(o.amount) AS avg_amount,
  MAX(CASE WHEN o.status = 'PAID' THEN o.amount ELSE 0 END) AS max_paid,
  CAST(SUM(o.amount * (1 - o.discount)) AS DECIMAL(38, 2)) AS net,
  COUNT(DISTINCT o.user_id) FILTER (WHERE o.status <> 'CANCELLED') AS users
FROM (
  SELECT order_id, user_id, amount, discount, status, category, ts, window_start, window_end,
    ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY ts DESC) AS rn
  FROM orders WHERE ts > TIMESTAMP '2024-01-01 00:00:00' AND status IN ('PAID', 'SHIPPED', 'NEW')
) AS o
JOIN customers AS c ON o.user_id = c.id
LEFT JOIN regions AS r ON c.region = r.code AND r.active IS TRUE
WHERE o.rn = 1 AND o.amount > 10.5 AND c.email LIKE '%@example.com'
  AND COALESCE(c.score, 0) BETWEEN 1 AND 99
GROUP BY o.window_start, o.window_end, c.region, o.category
HAVING COUNT(*) > 1"""
_MORE = " AND SUM(o.amount) > 100 AND MAX(o.amount) < 10000 AND MIN(o.amount) > 0\n"


def statement(size: int) -> str:
    """An INSERT … SELECT of at least `size` characters."""
    return _INSERT + _MORE * max(0, -(-(size - len(_INSERT)) // len(_MORE)))


def best(runs: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """Milliseconds of the fastest round of each; they take turns, so that noise meets all."""
    fastest = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            started = time.process_time()
            run()
            fastest[name] = min(fastest[name], time.process_time() - started)
    return {name: seconds * 1e3 for name, seconds in fastest.items()}


def steps(sql: str) -> dict[str, float]:
    postgres = sqlglot.Dialect.get_or_raise("postgres")
    given = split(sql)[0]
    tree = parse(given)
    assert tree is not None
    flink = Flink()
    return best(
        {
            "sqlglot's postgres, tokenizer and parser": (
                lambda: postgres.parser().parse(postgres.tokenize(sql), sql)
            ),
            "split": lambda: split(sql),
            "tokens for the parser": lambda: to_sqlglot(given.text, given.tokens),
            "parse, those included": lambda: parse(given),
            "split, parse, translate by no rule": lambda: _read(sql),
            "split, parse, translate to the oldest": (
                lambda: translate(split(sql)[0], Target(OLDEST))
            ),
            "generate": lambda: flink.generate(tree.root),
        }
    )


def _read(sql: str) -> object:
    return translate(split(sql)[0], Target(NEWEST), ()).result.tree


def _parsed(sql: str) -> Tree | None:
    return parse(split(sql)[0])


def main() -> None:
    sql = statement(2048)
    print(f"{len(sql)} characters, {len(split(sql)[0].tokens)} tokens")
    figures = steps(sql)
    known = next(iter(figures.values()))
    for name, milliseconds in figures.items():
        print(f"{name:42} {milliseconds:8.2f} ms {milliseconds / known:6.2f}")
    for size in (20_000, 200_000, 2_000_000):
        text = statement(size)
        took = best({"read": partial(_parsed, text)}, rounds=2)["read"]
        read = "read" if _parsed(text) is not None else "not understood: too long"
        print(f"{size:9,} characters {took:10.1f} ms {took / size * 1e6:8.1f} ns each  {read}")


if __name__ == "__main__":
    main()
