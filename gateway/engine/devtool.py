"""Start, show and stop local engines by hand, for work on the engine side.

python -m gateway.engine.devtool start 2.2 [1.16 …]     prints the endpoints, engines stay
python -m gateway.engine.devtool stop
"""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import platformdirs

from gateway.engine.local import LocalProvider
from protocol.errors import Notice


async def run(verb: str, versions: list[str], data: Path) -> None:
    provider = LocalProvider(data)

    def show(notice: Notice) -> None:
        print(f"{notice.severity}: {notice.message}", flush=True)

    try:
        if verb == "stop":
            await provider.stop(versions or None)
            return
        for version in versions or [provider.default_version]:
            print(await provider.ensure(version, show), flush=True)
    finally:
        await provider.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("start", "stop"))
    parser.add_argument("versions", nargs="*")
    parser.add_argument("--data", type=Path, default=platformdirs.user_data_path("xuanwu"))
    arguments = parser.parse_args()
    asyncio.run(run(arguments.verb, arguments.versions, arguments.data))


if __name__ == "__main__":
    main()
