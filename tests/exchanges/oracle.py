"""The Postgres that is asked: prepared so that a session in it is what a session of ours is.

User and database are `xuanwu`; the role is no superuser and owns the schema public.
"""

from __future__ import annotations

from tests.exchanges.client import Address
from tests.fixtures.postgres import Postgres

_DATABASE = """CREATE DATABASE xuanwu OWNER xuanwu TEMPLATE template0
               ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"""


def prepare(postgres: Postgres) -> Address:
    """Idempotent: the server may be shared by several modules of a run."""
    with postgres.connect() as connection:
        known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'xuanwu'").fetchone()
        if known is None:
            connection.execute("CREATE ROLE xuanwu LOGIN")
            connection.execute("ALTER ROLE xuanwu SET search_path = public")
            connection.execute(_DATABASE)
            # A machine's own zone must not get into the recordings.
            connection.execute("ALTER SYSTEM SET timezone = 'UTC'")
            connection.execute("SELECT pg_reload_conf()")
    return Address(socket_dir=postgres.socket_dir)
