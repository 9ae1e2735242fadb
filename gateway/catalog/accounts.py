"""Under which operating system account Postgres runs: it refuses to run as root.

Where the server itself is not root, Postgres runs as the same account. Where it is root, an
unprivileged one is taken: the owner of the data directory if there is one already, else an existing
`xuanwu` or `postgres`, else `xuanwu` is created as a system account without a shell, else `nobody`.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
_PREFERRED = ("xuanwu", "postgres")


@dataclass(frozen=True, slots=True)
class Account:
    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        """Make `path` belong to the account, for it alone."""
        if (found := path.stat()).st_uid != self.uid:
            os.chown(path, self.uid, self.gid)
        if stat.S_IMODE(found.st_mode) != 0o700:
            path.chmod(0o700)

    def reaches(self, path: Path) -> None:
        """Let the account pass through the directories above `path` (search, never list).

        Only where the server is root and the account another one: the data of root may live under
        a directory that nobody else can enter.
        """
        if self.uid == os.geteuid():
            return
        for folder in path.parents:
            mode = folder.stat().st_mode
            if not mode & stat.S_IXOTH and not self._enters(folder):
                _log.warning("directory opened for search", path=str(folder))
                folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)

    def _enters(self, folder: Path) -> bool:
        found = folder.stat()
        if found.st_uid == self.uid:
            return bool(found.st_mode & stat.S_IXUSR)
        return found.st_gid == self.gid and bool(found.st_mode & stat.S_IXGRP)


def account_for(data: Path) -> Account:
    """The account for the Postgres whose data is, or will be, in `data`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data.exists() and (found := data.stat()).st_uid != 0:
        return Account(found.st_uid, found.st_gid)
    entry = (
        next(filter(None, map(_entry, _PREFERRED)), None) or _created() or pwd.getpwnam("nobody")
    )
    return Account(entry.pw_uid, entry.pw_gid)


def _entry(name: str) -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(name)
    except KeyError:
        return None


def _created() -> pwd.struct_passwd | None:
    useradd = shutil.which("useradd")
    if useradd is None:
        return None
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", "xuanwu"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    if done.returncode != 0:
        _log.warning("account not created", reason=done.stderr.strip())
    return _entry("xuanwu")
