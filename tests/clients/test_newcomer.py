"""The command line as somebody meets it for the first time: what it says, and whether it is so."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import psycopg
import pytest

from gateway.config import Tls
from tests.clients import certificates

pytestmark = pytest.mark.postgres

NO_FLINK = ("--engine", "static", "--flink", "2.2=http://127.0.0.1:1,http://127.0.0.1:1")
_WAIT_S = 60
SLOW_TO_STOP = """
import asyncio, gateway.app
class App(gateway.app.App):
    async def __aexit__(self, *error):
        await asyncio.sleep(3600)
gateway.app.App = App
from gateway.__main__ import main
main()
"""


async def xuanwu(*line: str, python: Sequence[str] = ("-m", "gateway")) -> Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, *python, *line, env=dict(os.environ), stdin=pipe, stdout=pipe, stderr=pipe
    )


async def ended(process: Process, said: str = "") -> tuple[int | None, str, str]:
    """Exit code and both outputs of a command that is given a line."""
    async with asyncio.timeout(_WAIT_S):
        out, err = await process.communicate(said.encode() or None)
    return process.returncode, out.decode(), err.decode()


async def until(process: Process, pattern: str) -> str:
    """What it told until a line with that pattern had come."""
    assert process.stderr is not None
    said = ""
    async with asyncio.timeout(_WAIT_S):
        while line := (await process.stderr.readline()).decode():
            said += line
            if re.search(pattern, line):
                return said
    raise AssertionError(f"it ended:\n{said}")


@asynccontextmanager
async def serving(*options: str) -> AsyncIterator[tuple[int, str]]:
    """Port, and what was told up to the psql line. Ends by Ctrl-C, in order."""
    process = await xuanwu("serve", *NO_FLINK, *options)
    try:
        said = await until(process, r"^  psql ")
        found = re.search(r"listening on .*:(\d+)", said)
        assert found is not None
        yield int(found[1]), said
    finally:
        process.send_signal(signal.SIGINT)
        code, _, err = await ended(process)
    assert code == 0
    assert "stopping (Ctrl-C again stops at once)" in err


async def user_add(data: Path, name: str, password: str) -> tuple[int | None, str, str]:
    return await ended(await xuanwu("user", "add", name, "--data", str(data)), f"{password}\n")


def served(data: Path, tls: Tls, host: str = "0.0.0.0") -> list[str]:
    files = ["--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)]
    return ["--listen", f"{host}:0", "--data", str(data), *files]


@pytest.mark.timeout(180)
async def test_a_user_logs_in_from_elsewhere(tmp_path: Path) -> None:
    tls = certificates.make(tmp_path)
    refused = await ended(await xuanwu("serve", *NO_FLINK, *served(tmp_path, tls)))
    assert refused[0] == 1
    assert "refusing to listen on 0.0.0.0:0 without a user (xuanwu user add NAME" in refused[2]
    assert await user_add(tmp_path, "ana", "geheim") == (0, "", 'user "ana" can log in\n')
    async with serving(*served(tmp_path, tls)) as (port, said):
        assert f'psql "host=127.0.0.1 port={port} dbname=xuanwu user=NAME sslmode=require"' in said
        dsn = f"host=localhost port={port} dbname=xuanwu user=ana sslrootcert={tls.certificate}"
        strict = f"{dsn} sslmode=verify-full channel_binding=require"
        async with await psycopg.AsyncConnection.connect(f"{strict} password=geheim") as connection:
            row = await (await connection.execute("SELECT current_user")).fetchone()
            assert row == ("ana",)
        with pytest.raises(asyncpg.InvalidPasswordError) as wrong:
            await asyncpg.connect(
                host="127.0.0.1", port=port, user="ana", password="x", database="xuanwu",
                ssl="require",
            )  # fmt: skip
        assert wrong.value.sqlstate == "28P01"
        with pytest.raises(psycopg.OperationalError, match="requires encryption"):
            await psycopg.AsyncConnection.connect(f"{dsn} password=geheim sslmode=disable")
        assert (await user_add(tmp_path, "ana", "neu"))[0] == 0  # while it serves
        async with await psycopg.AsyncConnection.connect(f"{strict} password=neu"):
            pass
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            await psycopg.AsyncConnection.connect(f"{strict} password=geheim")


async def test_a_user_without_a_password_is_refused(tmp_path: Path) -> None:
    assert await user_add(tmp_path, "ana", "") == (1, "", "xuanwu: the password is empty\n")


@pytest.mark.timeout(180)
async def test_an_expired_certificate_is_told(tmp_path: Path) -> None:
    tls = certificates.make(tmp_path, timedelta(minutes=-1))
    process = await xuanwu("serve", *NO_FLINK, *served(tmp_path, tls, "127.0.0.1"))
    try:
        said = await until(process, "^warning: ")
        assert re.search(r"warning: .*server\.crt expired on \d{4}-\d\d-\d\d \d\d:\d\d UTC", said)
        port = re.findall(r"listening on .*:(\d+)", said)[0]
        dsn = f"host=localhost port={port} dbname=xuanwu user=xuanwu"
        async with await psycopg.AsyncConnection.connect(f"{dsn} sslmode=require") as connection:
            assert connection.pgconn.ssl_in_use
        with pytest.raises(psycopg.OperationalError, match="certificate"):
            await psycopg.AsyncConnection.connect(
                f"{dsn} sslmode=verify-full sslrootcert={tls.certificate}"
            )
    finally:
        process.send_signal(signal.SIGINT)
        assert (await ended(process))[0] == 0


@pytest.mark.timeout(180)
async def test_the_line_that_is_told_works_and_a_taken_port_is_named(tmp_path: Path) -> None:
    async with serving("--listen", "127.0.0.1:0", "--data", str(tmp_path)) as (port, said):
        assert f"psql -h 127.0.0.1 -p {port} -U xuanwu xuanwu" in said
        dsn = f"host=127.0.0.1 port={port} dbname=xuanwu user=xuanwu"
        async with await psycopg.AsyncConnection.connect(dsn):
            pass
        other = ("--listen", f"127.0.0.1:{port}", "--data", str(tmp_path / "other"))
        code, _, err = await ended(await xuanwu("serve", *NO_FLINK, *other))
        assert code == 1
        assert "address already in use" in err.lower()
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


async def test_a_second_ctrl_c_stops_at_once(tmp_path: Path) -> None:
    options = ("--listen", "127.0.0.1:0", "--data", str(tmp_path))
    process = await xuanwu("serve", *NO_FLINK, *options, python=("-c", SLOW_TO_STOP))
    await until(process, r"^  psql ")
    process.send_signal(signal.SIGINT)
    await until(process, "stopping ")
    process.send_signal(signal.SIGINT)
    code, _, err = await ended(process)
    # That no engine answers may be told at any moment.
    assert (code, err.splitlines()[-1]) == (130, "stopping at once")
    # Postgres outlives that, for the next start; here nobody comes.
    async with serving(*options):
        pass
