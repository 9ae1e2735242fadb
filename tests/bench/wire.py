"""Small statements by pgbench: ours over TCP, and the same Postgres directly over its socket."""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path

from gateway.catalog.programs import binaries
from tests.bench.serving import Serving, serving

SECONDS = 4
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


async def rate(host: str, port: int, script: Path, mode: str, clients: int) -> float:
    """Transactions per second."""
    process = await asyncio.create_subprocess_exec(
        str(binaries() / "pgbench"),
        *("-n", "-M", mode, "-c", str(clients), "-j", "1", "-T", str(SECONDS), "-f", str(script)),
        *("-h", host, "-p", str(port), "-U", "xuanwu", "xuanwu"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    found = re.search(rb"tps = ([\d.]+)", out)
    if process.returncode != 0 or found is None:
        raise RuntimeError(err.decode())
    return float(found[1])


async def compare(server: Serving, folder: Path) -> None:
    print(f"{'':20} {'mode':9} {'clients':>7} {'ours/s':>9} {'Postgres/s':>11} {'ratio':>6}")
    for name, text in SCRIPTS.items():
        script = folder / "script.sql"
        script.write_text(text.replace("\n", " "))
        for mode in MODES:
            for clients in CLIENTS:
                ours = await rate("127.0.0.1", server.port, script, mode, clients)
                theirs = await rate(str(server.socket), 5432, script, mode, clients)
                figures = f"{ours:9.0f} {theirs:11.0f} {ours / theirs:6.2f}"
                print(f"{name:20} {mode:9} {clients:7} {figures}", flush=True)


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with serving(None) as server:
            await compare(server, Path(folder))


if __name__ == "__main__":
    asyncio.run(main())
