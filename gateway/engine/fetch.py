"""Bring files from the package registries, through their ordinary clients.

    pip    (subprocess of this Python)  the libraries of one Flink release, sdist or wheel
    jgo    (library)                    one jar by its Maven coordinates, its .sha1 checked

"Not there" (`Absent`) is told apart from "could not ask" (SqlError): only the first lets a caller
try the next candidate. Everything here blocks and belongs in a worker thread.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from gateway.engine.versions import Coordinates
from protocol.errors import SYSTEM_ERROR, SqlError

_PIP_TIMEOUT_S = 1800.0
_JAR_TIMEOUT_S = 30
_JAR_TRIES = 3
_POLL_S = 0.2
# What pip says when the index has no such version, as against when it cannot be reached: with a
# connection refused it prints the same last line, but warns of its retries before.
_PIP_ABSENT = "No matching distribution found"
_PIP_UNREACHABLE = ("Retrying (Retry(", "Could not fetch URL", "There was a problem confirming")


class Absent(Exception):
    """The registry has no such file."""


class Cancelled(Exception):
    """The owner no longer wants the file."""


def package(
    name: str, version: str, into: Path, cancelled: Callable[[], bool] = lambda: False
) -> Path:
    """Download the sdist or wheel of `name==version`; its path.

    An sdist runs its setup.py for metadata, for which pip makes a build environment of its own:
    nothing but pip has to be installed. Raises Absent, Cancelled, SqlError 58000.
    """
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    command += ["--dest", str(into), f"{name}=={version}"]
    code, output = _run(command, cancelled)
    if code == 0:
        return _only_file(into)
    if _PIP_ABSENT in output and not any(text in output for text in _PIP_UNREACHABLE):
        raise Absent(f"{name} {version}")
    raise SqlError(
        SYSTEM_ERROR,
        f"could not download {name} {version}",
        detail=_last_line(output),
        hint="An engine is downloaded once; this needs a package index that pip can reach.",
    )


def jar(coordinates: Coordinates, into: Path) -> Path:
    """Download one jar into the folder; its path. Raises Absent, SqlError 58000."""
    for attempt in range(1, _JAR_TRIES + 1):
        try:
            return _resolve(coordinates, into)
        except OSError as error:  # what requests raises is an OSError: network, time-out
            if attempt == _JAR_TRIES:
                raise SqlError(
                    SYSTEM_ERROR, f"could not download {coordinates}", detail=str(error)
                ) from error
            time.sleep(attempt)
    raise AssertionError("unreachable")


def _resolve(coordinates: Coordinates, into: Path) -> Path:
    """jgo only warns of a wrong checksum, so it is asked for the checksum as a file too."""
    # A repository of its own: jgo trusts any file that it finds in one, a torn download included.
    with tempfile.TemporaryDirectory(dir=into, prefix="maven-") as repository:
        found = _artifact(coordinates, "jar", Path(repository))
        digest = _artifact(coordinates, "jar.sha1", Path(repository)).read_text("ascii").split()[0]
        if hashlib.sha1(found.read_bytes()).hexdigest() != digest:
            raise OSError(f"{coordinates.filename} does not match its checksum")
        return Path(shutil.move(found, into / coordinates.filename))


def _artifact(coordinates: Coordinates, packaging: str, repository: Path) -> Path:
    from jgo.maven import MavenContext  # takes half a second, and only a first start needs it

    context = MavenContext(repo_cache=repository, timeout=_JAR_TIMEOUT_S)
    component = context.project(coordinates.group, coordinates.artifact)
    try:
        return Path(
            component.at_version(coordinates.version).artifact(packaging=packaging).resolve()
        )
    except RuntimeError as error:
        if "not found in remote repositories" not in str(error):
            raise OSError(str(error)) from error
        raise Absent(str(coordinates)) from error


def _run(command: list[str], cancelled: Callable[[], bool]) -> tuple[int, str]:
    """Exit code and output; the child never outlives the call."""
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=os.environ | {"PIP_NO_COLOR": "1"},
        )
        deadline = time.monotonic() + _PIP_TIMEOUT_S
        try:
            code = _wait(process, deadline, cancelled)
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        output.seek(0)
        return code, output.read().decode("utf-8", "replace")


def _wait(process: subprocess.Popen[bytes], deadline: float, cancelled: Callable[[], bool]) -> int:
    while True:
        try:
            return process.wait(_POLL_S)
        except subprocess.TimeoutExpired:
            if cancelled():
                raise Cancelled from None
            if time.monotonic() > deadline:
                raise SqlError(SYSTEM_ERROR, "download took too long") from None


def _only_file(folder: Path) -> Path:
    files = [path for path in folder.iterdir() if path.is_file()]
    if len(files) != 1:
        raise SqlError(SYSTEM_ERROR, f"expected one downloaded file, found {len(files)}")
    return files[0]


def _last_line(output: str) -> str | None:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else None
