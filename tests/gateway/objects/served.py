"""`python -m tests.gateway.objects.served DATA DSN`: a server of its own process, to be killed.

Its port is the first line that it prints.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from tests.gateway.objects.serving import serving


async def main(data: Path, dsn: str) -> None:
    async with serving(data, dsn) as app:
        print(app.server.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
