"""A LocalProvider whose `java` is `fake_engine.py`: all of it is real but Flink.

python -m tests.gateway.engine.fakes DATA     one more server on that data directory
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gateway.engine import jvm, process
from gateway.engine.java import Java
from gateway.engine.keeper import Limits
from gateway.engine.launch import Home, Options
from gateway.engine.local import LocalProvider
from gateway.engine.provision import Distribution, Job
from gateway.engine.recipe import Prepare, Recipe
from gateway.engine.versions import FlinkVersion
from tests.fixtures.flink import ignore

LIMITS = Limits(up=20.0, silence=1.0)


def preparing(root: Path, mode: str, slots: int = 4) -> Prepare:
    java = root / "java"
    if not java.exists():
        scratch = root / f"java-{id(root)}"
        script = Path(__file__).with_name("fake_engine.py")
        scratch.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
        scratch.chmod(0o755)
        scratch.replace(java)
    options = Options(slots=slots, jvm=(f"-Dfake={mode}",))

    def prepare(version: FlinkVersion, job: Job) -> Recipe:
        job.progress("preparing")
        distribution = Distribution(root, "2.2.1", ())
        return Recipe(version, distribution, Java(java, 17, 64), root / "kit.jar", options)

    return prepare


def provider(data: Path, mode: str = "well", slots: int = 4) -> LocalProvider:
    data.mkdir(parents=True, exist_ok=True)
    return LocalProvider(data, prepare=preparing(data, mode, slots), limits=LIMITS)


def home(data: Path) -> Home:
    return Home(data.resolve() / "engines" / "2.2")


def state(data: Path) -> jvm.State:
    found = jvm.load(home(data))
    assert found is not None
    return found


def starts(data: Path) -> int:
    """How many JVMs were ever started there."""
    return len((home(data).root / "starts").read_text().split())


async def until_gone(identity: process.Identity) -> None:
    """Wait, at most 10 s, until that process has ended."""
    for _ in range(1000):
        if not process.alive(identity):
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {identity.pid} lives on")


async def main(data: Path) -> None:
    server = provider(data)
    try:
        endpoint = await server.ensure("2.2", ignore)
        print(endpoint.gateway_url, flush=True)
    finally:
        await server.close()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
