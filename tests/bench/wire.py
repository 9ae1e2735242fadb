"""Small statements by pgbench: ours, a proxy that reads nothing, and the same Postgres, over TCP.

`ratio` is ours to Postgres's own rate, `bare` that of the proxy: what is out of reach of one event
loop in between. `CPU us` is the processor time of the process between, per statement.
`python -m tests.bench.wire ["select 1" …]`
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.catalog.embedded import EmbeddedPostgres
from gateway.catalog.programs import binaries
from tests.bench.serving import NOBODY, cpu_s, served

SECONDS = 2
ROUNDS = 2
SCRIPTS = {
    "select 1": "select 1;",
    "psql \\d (columns)": """SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
 (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d
  WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull,
 (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t WHERE c.oid =
  a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation,
 a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a
 WHERE a.attrelid = '1259' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;""",
    "pgjdbc getColumns": """SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid,
 a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen,
 t.typtypmod, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum,
 nullif(a.attidentity, '') as attidentity, nullif(a.attgenerated, '') as attgenerated,
 pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype, t.typtype
 FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid)
 JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid)
 JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid)
 LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum)
 LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid)
 LEFT JOIN pg_catalog.pg_class dc ON (dc.oid = dsc.classoid AND dc.relname = 'pg_class')
 LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace = dn.oid AND dn.nspname = 'pg_catalog')
 WHERE c.relkind in ('r', 'p', 'v', 'f', 'm') and a.attnum > 0 AND NOT a.attisdropped
 AND n.nspname LIKE 'pg_catalog' AND c.relname LIKE 'pg_class') c
 WHERE true ORDER BY nspname, c.relname, attnum;""",
}
MODES = ("simple", "extended", "prepared")
CLIENTS = (1, 16)


@dataclass(frozen=True, slots=True)
class Target:
    """Where pgbench connects, all over TCP on this machine; `pid` of the process between it and
    Postgres, if there is one."""

    host: str
    port: int
    pid: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    rate: float = 0.0  # transactions per second
    cpu_us: float = 0.0  # processor time of the process between, per transaction


async def measure(target: Target, script: Path, mode: str, clients: int) -> Figure:
    """Raises RuntimeError with pgbench's words."""
    before = cpu_s(target.pid) if target.pid else 0.0
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "pgbench"),
        *("-n", "-M", mode, "-c", str(clients), "-j", "1", "-T", str(SECONDS), "-f", str(script)),
        *("-h", target.host, "-p", str(target.port), "-U", "xuanwu", "xuanwu"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    rate = re.search(rb"tps = ([\d.]+)", out)
    count = re.search(rb"actually processed: (\d+)", out)
    if process.returncode != 0 or rate is None or count is None:
        raise RuntimeError(err.decode())
    used = cpu_s(target.pid) - before if target.pid else 0.0
    return Figure(float(rate[1]), used / int(count[1]) * 1e6)


async def best(targets: Sequence[Target], script: Path, mode: str, clients: int) -> list[Figure]:
    """Of several rounds in turn: the machine is seldom ours alone."""
    found = [Figure()] * len(targets)
    for _ in range(ROUNDS):
        for place, target in enumerate(targets):
            figure = await measure(target, script, mode, clients)
            found[place] = max(found[place], figure, key=lambda one: one.rate)
    return found


async def compare(targets: Sequence[Target], folder: Path, names: Sequence[str]) -> None:
    print(f"{'':18} {'mode':8} {'n':>2} {'ours/s':>7} {'bare/s':>7} {'Postgres/s':>10}", end=" ")
    print(f"{'ratio':>5} {'bare':>5} {'CPU us':>6} {'bare':>4}")
    for name, text in SCRIPTS.items():
        if names and name not in names:
            continue
        script = folder / "script.sql"
        script.write_text(text.replace("\n", " "))
        for mode in MODES:
            for clients in CLIENTS:
                ours, bare, theirs = await best(targets, script, mode, clients)
                print(
                    f"{name:18} {mode:8} {clients:2} "
                    f"{ours.rate:7.0f} {bare.rate:7.0f} {theirs.rate:10.0f} "
                    f"{ours.rate / theirs.rate:5.2f} {bare.rate / theirs.rate:5.2f} "
                    f"{ours.cpu_us:6.0f} {bare.cpu_us:4.0f}",
                    flush=True,
                )


def prepare(data: Path) -> str:
    """A cluster that also listens on an address of this machine of its own, which is returned."""
    postgres = EmbeddedPostgres(data)
    postgres.start()
    postgres.stop()
    host = f"127.{os.getpid() >> 16 & 255}.{os.getpid() >> 8 & 255}.{os.getpid() & 255}"
    cluster = data / "postgres"
    rules = cluster / "bench_hba.conf"
    rules.write_text(f"local all all trust\nhost all all {host}/8 trust\n")
    rules.chmod(0o644)
    with (cluster / "postgresql.conf").open("a") as file:
        file.write(f"listen_addresses = '{host}'\nhba_file = '{rules}'\n")
    return host


@asynccontextmanager
async def bare(path: Path) -> AsyncIterator[Target]:
    """A proxy that reads nothing of what it passes on."""
    line = [sys.executable, "-m", "tests.bench.bare", str(path)]
    process = await asyncio.create_subprocess_exec(*line, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Target("127.0.0.1", int(await process.stdout.readline()), process.pid)
    finally:
        process.kill()
        await process.wait()


async def main(names: Sequence[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="xw") as folder:
        data = Path(folder, "server")
        host = await asyncio.to_thread(prepare, data)
        line = ["--data", str(data), "--engine", "static", "--flink", f"2.2={NOBODY},{NOBODY}"]
        async with served(*line) as (process, port):
            ours = Target("127.0.0.1", port, process.pid)
            async with bare((data / "run").resolve() / ".s.PGSQL.5432") as between:
                await compare((ours, between, Target(host, 5432)), Path(folder), names)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
