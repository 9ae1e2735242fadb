"""psql's commands that look at the catalog, and its completion of words at a terminal."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import subprocess
import time
from pathlib import Path

from gateway.catalog.programs import MAJOR, binaries
from tests.clients.catalog.drivers.driver import Answers, Driver
from tests.clients.psql import Psql

_ANSWER_S = 20
COMMANDS = Path(__file__).parent / "psql.commands"
# What is typed in front of the two tabs.
TYPED = (
    "SELECT * FROM or",
    "SELECT * FROM sales.",
    'SELECT * FROM "Mix',
    'SELECT * FROM "Sales-2024".',
    "SELECT * FROM pg_catalog.pg_cla",
    "SELECT customer_id FROM orders WHERE ",
    "SELECT order_totals.",
    "INSERT INTO pay",
    "INSERT INTO payments (",
    "UPDATE customers SET ",
    "DELETE FROM cl",
    "ALTER TABLE customers RENAME COLUMN ",
    "DROP VIEW order",
    "GRANT SELECT ON pay",
    "GRANT auditors TO a",
    "REVOKE SELECT ON orders FROM ",
    "COMMENT ON COLUMN customers.",
    "CREATE VIEW x AS SELECT * FROM cu",
    "SET sea",
    "SET search_path TO ",
    "SET timezone TO 'Europe/Be",
    "SHOW serv",
    "EXPLAIN SELECT * FROM cli",
    "COPY al",
    "LOCK TABLE reg",
    "\\d or",
    "\\dt sales.",
    "\\dv ",
    "\\df pg_get_view",
    "\\dn s",
    "\\du an",
    "\\c xuan",
    "\\dconfig work",
    "\\sv order",
    "\\sf pg_get_vi",
)
PROMPT = "xuanwu=> "
_INPUTRC = "set completion-query-items 0\nset page-completions off\nset bell-style none\n"


def _dsn(port: int) -> str:
    return f"host=127.0.0.1 port={port} user=xuanwu dbname=xuanwu"


async def _commands(port: int) -> Answers:
    psql = await Psql.start(_dsn(port))
    try:
        answers: dict[str, object] = {}
        for command in COMMANDS.read_text("utf-8").splitlines():
            said = await psql.ask(command)
            out = said.out.replace(f'port "{port}"', "port")
            failed = "ERROR:" in said.err or "FATAL:" in said.err
            answers[command] = {"error": said.err} if failed else [out, said.err]
        return answers
    finally:
        await psql.close()


async def _completed(port: int) -> Answers:
    return await asyncio.to_thread(_typed, port)


def _typed(port: int) -> Answers:
    """What the terminal shows when the words are typed one after the other.

    Nothing is typed before the prompt: a terminal that nobody edits yet echoes by itself.
    """
    ours, theirs = pty.openpty()
    inputrc = Path(os.environ.get("TMPDIR", "/tmp"), f"inputrc-{os.getpid()}")
    inputrc.write_text(_INPUTRC)
    environment = {"TERM": "dumb", "INPUTRC": str(inputrc), "LC_ALL": "C.UTF-8", "COLUMNS": "400"}
    command = [str(binaries(MAJOR) / "psql"), "-X", "-v", "HISTFILE=/dev/null", _dsn(port)]
    process = subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
    )
    os.close(theirs)
    try:
        _shown(ours, PROMPT)
        return {typed: _type(ours, typed) for typed in TYPED}
    finally:
        process.kill()
        process.wait()
        os.close(ours)
        inputrc.unlink()


def _type(terminal: int, typed: str) -> str:
    """What is shown for the words and two tabs. The line is then cleared."""
    os.write(terminal, f"{typed}\t\t\x15\\echo do'ne'\n".encode())
    return _shown(terminal, f"done\r\n{PROMPT}")


def _shown(terminal: int, end: str) -> str:
    shown = b""
    deadline = time.monotonic() + _ANSWER_S
    while not shown.endswith(end.encode()):
        ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, f"no {end!r} in {shown!r}"
        shown += os.read(terminal, 65536)
    return shown.decode()


PSQL = Driver("psql", _commands)
COMPLETION = Driver("psql, completion", _completed)
