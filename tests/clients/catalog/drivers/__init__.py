"""Drivers and programs that run here: each is asked the same of Postgres and of us.

    Driver ── run(port) ──► {call: what it answered, in the driver's own words}

A call that fails answers `{"error": …}`, so that one run tells of all. What depends on the port or
on the time of day, the driver leaves out.
"""

from __future__ import annotations

from tests.clients.catalog.drivers.driver import Answers, Driver
from tests.clients.catalog.drivers.installed import NODE, PGX
from tests.clients.catalog.drivers.programs import PGJDBC, PSQLODBC, PYTHON, SQLALCHEMY
from tests.clients.catalog.drivers.psql import COMPLETION, PSQL

DRIVERS: tuple[Driver, ...] = (PSQL, COMPLETION, PGJDBC, PSQLODBC, PYTHON, SQLALCHEMY, NODE, PGX)

__all__ = ["DRIVERS", "Answers", "Driver"]
