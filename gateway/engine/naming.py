"""Names of jobs: who started them, and whether a dead server left them behind.

A foreground job lives as long as its client reads; its name starts with FOREGROUND and the server's
instance, so that a server which comes back can tell the orphans of its former life.

    xuanwu-query/1f0c9a4e psql 4711: SELECT * FROM orders …
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.engine.http import Refused, Unreachable
from gateway.engine.jobmanager import TERMINAL, JobManagerClient
from gateway.engine.process import Identity, identify
from gateway.engine.secrets import mask

FOREGROUND = "xuanwu-query/"
SHOWN_SQL = 80
CANCEL_LIMIT_S = 10.0


def foreground(instance: str, application: str, pid: int, sql: str) -> str:
    return f"{FOREGROUND}{instance} {_described(application, pid, sql)}"


def background(application: str, pid: int, sql: str) -> str:
    return _described(application, pid, sql)


def _described(application: str, pid: int, sql: str) -> str:
    start = mask(" ".join(sql.split()))
    shown = start if len(start) <= SHOWN_SQL else start[: SHOWN_SQL - 1] + "…"
    return f"{application or 'xuanwu'} {pid}: {shown}"


def instance_of(identity: Identity) -> str:
    """The name of a server process among those of its machine, past ones included."""
    return f"{identity.pid}.{identity.started.replace(' ', '_')}"


def is_running(instance: str) -> bool:
    """Whether the server of that name still runs; one that is no name of ours counts as such."""
    pid, dot, _ = instance.partition(".")
    if not dot or not pid.isdecimal():
        return True
    found = identify(int(pid))
    return found is not None and instance_of(found) == instance


async def cancel_leftovers(jobs: JobManagerClient, alive: Callable[[str], bool]) -> list[str]:
    """Cancel foreground jobs of server instances that are not `alive`; their ids.

    Raises Refused or Unreachable when the JobManager cannot even list its jobs; a job that resists
    is left to the next call.
    """
    cancelled = []
    for job in await jobs.jobs():
        if job.state in TERMINAL or not job.name.startswith(FOREGROUND):
            continue
        instance = job.name.removeprefix(FOREGROUND).split(" ", 1)[0]
        if not alive(instance):
            try:
                if await jobs.ensure_gone(job.jid, known=True, limit_s=CANCEL_LIMIT_S):
                    cancelled.append(job.jid)
            except (Refused, Unreachable):
                continue
    return cancelled
