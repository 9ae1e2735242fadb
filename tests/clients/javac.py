"""Jars by Maven coordinates and small Java programs compiled with ECJ, kept in the cache folder.

A runtime is enough: the compiler is a jar, as for the classes that run in Flink.
"""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

from gateway.engine import fetch, java
from gateway.engine.provision import Job, aside, cache_root, exclusive
from gateway.engine.versions import Coordinates, catalogue

PGJDBC = Coordinates.parse("org.postgresql:postgresql:42.7.7")
_SUPPORTED = (11, 21)
_COMPILE_TIMEOUT_S = 120


def jar(coordinates: Coordinates) -> Path:
    """The jar, downloaded once. Blocks; raises SqlError 58000 or fetch.Absent."""
    folder = cache_root() / "clients" / f"{coordinates.artifact}-{coordinates.version}"
    found = folder / coordinates.filename
    if not found.exists():
        with exclusive(folder, str(coordinates), Job()):
            if not found.exists():
                with aside(folder) as building:
                    fetch.jar(coordinates, building)
    return found


def compiled(source: Path, jars: Sequence[Path]) -> Path:
    """The folder with the classes of that one source file, compiled once per its text."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    folder = cache_root() / "clients" / f"{source.stem}-{digest}"
    if not folder.exists():
        compiler = jar(catalogue().compiler)
        with exclusive(folder, source.name, Job()):
            if not folder.exists():
                with aside(folder) as building:
                    _compile(compiler, source, jars, building)
    return folder


def command(
    main: str, class_path: Sequence[Path], *arguments: str, heap_mb: int = 256
) -> list[str]:
    """The command line of a small JVM in UTC and UTF-8."""
    paths = ":".join(map(str, class_path))
    options = [f"-Xmx{heap_mb}m", "-XX:TieredStopAtLevel=1", "-Duser.timezone=UTC"]
    options += ["-Dfile.encoding=UTF-8", "-cp", paths]
    return [str(java.find(_SUPPORTED).executable), *options, main, *arguments]


def _compile(compiler: Path, source: Path, jars: Sequence[Path], into: Path) -> None:
    runtime = java.find(_SUPPORTED).executable
    line = [str(runtime), "-Xmx256m", "-XX:TieredStopAtLevel=1", "-jar", str(compiler)]
    line += ["-source", "11", "-target", "11", "-encoding", "UTF-8", "-nowarn", "-proc:none"]
    line += ["-d", str(into), "-cp", ":".join(map(str, jars)) or ".", str(source)]
    done = subprocess.run(
        line, capture_output=True, text=True, timeout=_COMPILE_TIMEOUT_S, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"{source.name} does not compile:\n{done.stderr or done.stdout}")
