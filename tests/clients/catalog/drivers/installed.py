"""Drivers of other languages, installed once into the cache folder: node-postgres, pgx."""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gateway.engine.provision import Job, aside, cache_root, exclusive
from tests.clients.catalog.drivers.driver import Answers, Driver, told
from tests.fixtures.skips import OPTIONAL

_INSTALL_S = 300
_HERE = Path(__file__).parent


def _installed(folder: str, *commands: Sequence[str]) -> Path:
    """A copy of that folder in the cache, in which the commands have been run; one per content."""
    sources = sorted(path for path in (_HERE / folder).iterdir() if path.is_file())
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in sources)).hexdigest()[:16]
    target = cache_root() / "clients" / f"{folder}-{digest}"
    if not target.exists():
        with exclusive(target, folder, Job()):
            if not target.exists():
                with aside(target) as building:
                    for source in sources:
                        shutil.copy(source, building)
                    for command in commands:
                        _run(command, building)
    return target


def _run(command: Sequence[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_INSTALL_S,
        check=False,
        env={**os.environ, "npm_config_update_notifier": "false"},
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{done.stderr or done.stdout}")


async def _node(port: int) -> Answers:
    install = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    folder = await asyncio.to_thread(_installed, "node", install)
    return await told(["node", str(folder / "catalog.js"), str(port)])


async def _pgx(port: int) -> Answers:
    build = ["go", "build", "-o", "catalog", "."]
    folder = await asyncio.to_thread(_installed, "pgx", build)
    return await told([str(folder / "catalog"), str(port)])


def _absent(*programs: str) -> str | None:
    missing = [name for name in programs if shutil.which(name) is None]
    return f"{OPTIONAL}{' and '.join(missing)} not installed" if missing else None


NODE = Driver("node-postgres", _node, lambda: _absent("node", "npm"))
PGX = Driver("pgx", _pgx, lambda: _absent("go"))
