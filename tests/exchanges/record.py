"""Ask Postgres anew: `python -m tests.exchanges.record [file …]` rewrites the recorded scripts.

Run it when a script was added or changed; the difference is to be read before it is committed.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.exchanges.client import CLOSED, SILENT, Address
from tests.exchanges.oracle import prepare
from tests.exchanges.player import play
from tests.exchanges.script import Exchange, Script, read_scripts
from tests.fixtures.postgres import running


async def record(script: Script, address: Address) -> str:
    """The script's text with the answers of that server."""
    exchanges = tuple([_checked(await play(one, address)) for one in script.exchanges])
    return Script(script.path, exchanges, script.comments).render()


def _checked(exchange: Exchange) -> Exchange:
    """Raises SystemExit where the script, not the server, is at fault."""
    for step in exchange.steps:
        odd = SILENT in step.lines or any(line.startswith("left over") for line in step.lines)
        if odd or (step.lines[-1:] == (CLOSED,) and step.until != "close"):
            raise SystemExit(f"{exchange.name}: ended too early or too late:\n{_text(step.lines)}")
    return exchange


def _text(lines: tuple[str, ...]) -> str:
    return "\n".join(f"  {line}" for line in lines)


async def main(names: list[str]) -> None:
    with running() as postgres:
        address = prepare(postgres)
        for script in read_scripts("postgres"):
            if names and script.path.name not in {Path(name).name for name in names}:
                continue
            script.path.write_text(await record(script, address))
            print(f"{script.path.name}: {len(script.exchanges)} exchanges")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
