"""`python -m tests.bench [NAME …]`: run the programs by name, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys

PROGRAMS = {
    "encode": "rows per second of the row encoder",
    "relay": "the relay against the same Postgres without it",
    "wire": "select 1 and catalog queries, by pgbench, against Postgres itself and a bare proxy",
    "first": "time to the first row of a small query, against Flink's own JDBC driver",
    "rows": "rows per second and CPU of a large result, against Flink's own JDBC driver",
    "idle": "memory and connections of 1,000 idle sessions",
    "many": "20 sessions that query Flink at once",
    "stop": "from cancel to the proven end of the job, by phase",
    "start": "start of an engine to its first row, by version",
    "catalog": "2,000 stored tables: DDL and SHOW, a statement that names 20 objects",
    "translate": "a statement of 2 kB for another version, against a parse by plain sqlglot",
    "parse": "reading and translating a statement of 2 kB, against sqlglot's own parser",
    "mirror": "2,000 mirrored tables against plain ones: to make, to list, to change",
}
_LIMIT_S = 1200


def main() -> int:
    chosen = sys.argv[1:] or list(PROGRAMS)
    if unknown := [name for name in chosen if name not in PROGRAMS]:
        print(f"unknown: {', '.join(unknown)}; known:", file=sys.stderr)
        print("".join(f"  {name:8} {what}\n" for name, what in PROGRAMS.items()), file=sys.stderr)
        return 2
    failed = 0
    for name in chosen:
        print(f"\n── {name}: {PROGRAMS[name]}", flush=True)
        line = [sys.executable, "-m", f"tests.bench.{name}"]
        failed += subprocess.run(line, timeout=_LIMIT_S, check=False).returncode != 0
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
