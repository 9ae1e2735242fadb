"""The only Java of ours: a few classes kept as source, compiled when an engine is provisioned.

    kit/java/**.java + kit/resources/** ──ECJ, class path = Flink's own jars──▶ CACHE/kit/HASH.jar

The compiler is a jar run by the same Java that runs Flink, so no JDK is needed. Source and target
are Java 8; with `-source`/`-target` the compiler sees the platform classes of the Java that runs
it, so the sources may not call anything newer than Java 8. The jar's name is a hash of all that
goes into it: a changed source is another jar, and old engines keep theirs.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import zipfile
from pathlib import Path

from gateway.engine import fetch
from gateway.engine.java import Java
from gateway.engine.provision import Distribution, Job, aside, exclusive
from gateway.engine.versions import Coordinates
from protocol.errors import SYSTEM_ERROR, SqlError

LAUNCHER = "xuanwu.kit.Launcher"
JSON = "xuanwu.kit.Json"
OPTIONS = "xuanwu.kit.Options"
JUDGE = "xuanwu.kit.Judge"

_HERE = Path(__file__).parent
_COMPILE_TIMEOUT_S = 120.0
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest date a zip can hold: equal input, equal jar


def digest(distribution: Distribution, compiler: Coordinates) -> str:
    """Names the kit of a release: changes with the sources, the release and the compiler."""
    sha = hashlib.sha256(f"{distribution.release} {compiler}".encode())
    for path in _sources() + _resources():
        sha.update(f"\0{path.relative_to(_HERE)}\0".encode())
        sha.update(path.read_bytes())
    return sha.hexdigest()[:16]


def build(
    distribution: Distribution, compiler: Coordinates, java: Java, cache: Path, job: Job
) -> Path:
    """The kit's jar for that release, compiled if the cache has none. Blocks.

    Raises SqlError 58000 when the compiler cannot be had or refuses the sources.
    """
    folder = cache / "kit" / digest(distribution, compiler)
    jar = folder / "xuanwu-kit.jar"
    if jar.exists():
        return jar
    with exclusive(folder, "the Flink kit", job):
        if not jar.exists():
            ecj = _compiler(compiler, cache, job)
            job.progress(f"compiling the kit for Flink {distribution.release}")
            with aside(folder) as building:
                _compile(ecj, java, distribution, building)
                _pack(building / "classes", building / jar.name)
                shutil.rmtree(building / "classes")
    return jar


def _compiler(coordinates: Coordinates, cache: Path, job: Job) -> Path:
    target = cache / "compiler" / coordinates.version
    ecj = target / coordinates.filename
    if not ecj.exists():
        with exclusive(target, "the Java compiler", job):
            if not ecj.exists():
                with aside(target) as building:
                    fetch.jar(coordinates, building)
    return ecj


def _compile(ecj: Path, java: Java, distribution: Distribution, building: Path) -> None:
    class_path = ":".join(map(str, distribution.jars))
    command = [str(java.executable), "-XX:TieredStopAtLevel=1", "-Xmx256m", "-jar", str(ecj)]
    command += ["-source", "8", "-target", "8", "-encoding", "UTF-8", "-nowarn", "-proc:none"]
    command += ["-d", str(building / "classes"), "-cp", class_path, *map(str, _sources())]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=_COMPILE_TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise SqlError(SYSTEM_ERROR, "compiling the Flink kit took too long") from error
    if done.returncode != 0:
        raise SqlError(
            SYSTEM_ERROR,
            f"could not compile the kit for Flink {distribution.release}",
            detail=(done.stderr or done.stdout)[-2000:],
        )


def _pack(classes: Path, jar: Path) -> None:
    entries = [(path, path.relative_to(classes)) for path in sorted(classes.rglob("*.class"))]
    entries += [(path, path.relative_to(_HERE / "resources")) for path in _resources()]
    with zipfile.ZipFile(jar, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("META-INF/MANIFEST.MF", _EPOCH), "Manifest-Version: 1.0\n")
        for path, inside in entries:
            archive.writestr(zipfile.ZipInfo(inside.as_posix(), _EPOCH), path.read_bytes())


def _sources() -> list[Path]:
    return sorted((_HERE / "java").rglob("*.java"))


def _resources() -> list[Path]:
    return sorted(path for path in (_HERE / "resources").rglob("*") if path.is_file())
