"""Whether the process of a pid runs, and as what program: from signal 0 and /proc."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def lines_of(path: Path) -> list[str]:
    """The lines of a file; none where there is no such file, or no such process any more."""
    try:
        return path.read_text(errors="replace").splitlines()
    except (FileNotFoundError, ProcessLookupError):  # the latter of /proc: it ended meanwhile
        return []


def alive(pid: int) -> bool:
    """Whether a process runs; one that ended and is our child is reaped (we may be process 1)."""
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return _process(pid)[1] != "Z"


def is_postgres(pid: int) -> bool:
    """Whether the process runs and is a Postgres (any process, where the system has no /proc)."""
    return alive(pid) and _process(pid)[0] in ("postgres", "")


def _process(pid: int) -> tuple[str, str]:
    """Name and state letter of a process; empty where the system has no /proc."""
    stat = lines_of(Path(f"/proc/{pid}/stat"))
    if not stat:
        return "", ""
    before, _, after = stat[0].rpartition(")")
    return before.partition("(")[2], after.split()[0]
