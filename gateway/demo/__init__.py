"""The demonstration: a server, a file of events, and a script run through a real psql.

It shows what a newcomer would type; nothing in it is special to the demonstration. It starts a
server of its own on a free port and a temporary directory, and leaves nothing behind.

    events.csv ─► Flink ◄─ server ◄─ psql ◄─ demo.sql
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

from gateway.app import App, Tell
from gateway.catalog.programs import binaries
from gateway.config import Config, Listen

PSQL_S = 300.0  # the whole script


async def run(tell: Tell) -> int:
    """Run it; the exit code of psql (0: every statement ended as the script says)."""
    folder = Path(tempfile.mkdtemp(prefix="xuanwu-demo-"))
    try:
        config = Config(data=folder / "data", listen=Listen(port=0))
        async with App(config, tell) as app:
            await app.ready()
            return await _psql(app.server.port, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _psql(port: int, folder: Path) -> int:
    with resources.as_file(resources.files(__package__)) as here:
        shutil.copy(here / "events.csv", folder / "events.csv")
        process = await asyncio.create_subprocess_exec(
            str(binaries() / "psql"),
            *("-X", "-h", "127.0.0.1", "-p", str(port), "-U", "xuanwu", "-d", "xuanwu"),
            *("-P", "pager=off", "--echo-queries", "-v", f"events={folder / 'events.csv'}"),
            *("-v", f"sink={folder / 'revenue'}", "-f", str(here / "demo.sql")),
            stdout=sys.stdout,
            stderr=sys.stdout,
        )
        try:
            return await asyncio.wait_for(process.wait(), PSQL_S)
        finally:
            if process.returncode is None:
                process.terminate()
