"""Drivers that come with the tests' own dependencies: pgjdbc, psqlodbc, psycopg, asyncpg,
SQLAlchemy."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.clients import javac, odbc
from tests.clients.catalog.drivers.driver import Answers, Driver, told

_METADATA = Path(__file__).parent / "java" / "Metadata.java"
_PACKAGE = __package__


async def _pgjdbc(port: int) -> Answers:
    driver = await asyncio.to_thread(javac.jar, javac.PGJDBC)
    classes = await asyncio.to_thread(javac.compiled, _METADATA, [driver])
    return await told(javac.command("Metadata", [classes, driver], str(port)))


async def _module(name: str, port: int) -> Answers:
    # The packages of the project are found from the folder that the tests are run in.
    folder = str(Path(__file__).parents[4])
    command = [sys.executable, "-m", f"{_PACKAGE}.{name}", str(port)]
    return await told(command, PYTHONPATH=folder)


PGJDBC = Driver("pgjdbc", _pgjdbc)
PSQLODBC = Driver(
    "psqlodbc",
    lambda port: _module("psqlodbc", port),
    lambda: odbc.ABSENT if odbc.driver() is None else None,
)
PYTHON = Driver("python", lambda port: _module("python", port))
SQLALCHEMY = Driver("SQLAlchemy", lambda port: _module("alchemy", port))
