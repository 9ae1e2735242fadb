"""One Flink release on disk: what an engine of a version needs, fetched once into the cache.

    CACHE/flink/2.2/lib/*.jar        libraries, SQL Gateway, connectors: the class path
                    plugins/         as in the distribution
                    manifest.json    what was taken, and what could not be had
    CACHE/packs/2.2/paimon/*.jar     further connectors, where XUANWU_PACKS names them

The folder appears whole or not at all (built aside, then renamed) and one process builds it while
others wait. Once it is there no network is needed.
"""

from __future__ import annotations

import json
import os
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import platformdirs

from gateway.engine import fetch
from gateway.engine.locks import LockTimeout, held
from gateway.engine.versions import Coordinates, FlinkVersion, Pack
from protocol.errors import SYSTEM_ERROR, SqlError

_LOCK_TIMEOUT_S = 1800.0
_LAYOUT = 1  # raise it when the folder's content changes: old folders are then built anew
_FOLDERS = ("lib", "plugins")

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Manifest:
    layout: int
    release: str
    gateway: str
    connectors: dict[str, list[str]]
    missing: list[str]  # connectors that could not be had in any of their releases


@dataclass(frozen=True, slots=True)
class Distribution:
    """A Flink release ready to be started."""

    root: Path
    release: str
    missing: tuple[str, ...]

    @property
    def jars(self) -> tuple[Path, ...]:
        """The class path, in a fixed order."""
        return tuple(sorted((self.root / "lib").glob("*.jar")))


@dataclass(frozen=True, slots=True)
class Job:
    """How one provisioning run talks to its owner."""

    progress: Progress = lambda text: None
    cancelled: Callable[[], bool] = lambda: False


def cache_root() -> Path:
    """XUANWU_CACHE, else the user's cache folder of this system."""
    chosen = os.environ.get("XUANWU_CACHE")
    return Path(chosen) if chosen else platformdirs.user_cache_path("xuanwu")


def provision(version: FlinkVersion, cache: Path, job: Job) -> Distribution:
    """The release of that minor, from the cache or fetched. Blocks; for a worker thread.

    Raises SqlError 58000 when it cannot be had, fetch.Cancelled when the owner gave up.
    """
    target = cache / "flink" / version.minor
    found = _load(target)
    if found is not None and not _outdated(version, target):
        return found
    with exclusive(target, f"Flink {version.minor}", job):
        found = _load(target)
        if found is None:
            _build(version, target, job)
        elif _outdated(version, target):
            _renew(version, target, job)
        found = _load(target)
    if found is None:
        raise SqlError(SYSTEM_ERROR, f"provisioned Flink {version.minor} is not readable")
    return found


def connector_releases(minor: str, cache: Path) -> dict[str, str]:
    """Connectors of the folder of that minor by their own release (`3.1.2` of `3.1.2-1.16`); the
    minor itself for those that were part of Flink. Empty if it was not fetched yet."""
    try:
        manifest = json.loads((cache / "flink" / minor / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    taken = {name: Coordinates.parse(jars[0]).version
             for name, jars in manifest["connectors"].items() if jars}  # fmt: skip
    return {
        name: minor if release.startswith(f"{minor}.") else release.partition("-")[0]
        for name, release in taken.items()
    }


def chosen_packs() -> tuple[str, ...]:
    """XUANWU_PACKS: names of optional connectors, such as `paimon`, with commas between them."""
    names = os.environ.get("XUANWU_PACKS", "").split(",")
    return tuple(name.strip() for name in names if name.strip())


def optional_jars(
    version: FlinkVersion, names: Sequence[str], cache: Path, job: Job
) -> tuple[Path, ...]:
    """The jars of optional packs, from the cache or fetched. One that this version has none of is
    told and left out. Blocks; raises as `provision`."""
    found: list[Path] = []
    for name in names:
        pack = next((pack for pack in version.optional if pack.name == name), None)
        jars = _optional(version.minor, pack, cache, job) if pack is not None else []
        if not jars:
            job.progress(f"no connector {name} for Flink {version.minor}")
        found += jars
    return tuple(found)


def _optional(minor: str, pack: Pack, cache: Path, job: Job) -> list[Path]:
    target = cache / "packs" / minor / pack.name
    if not target.exists():
        with exclusive(target, f"connector {pack.name} of Flink {minor}", job):
            if not target.exists():
                with aside(target) as building:
                    _connector(pack, building, job.progress)
    return sorted(target.glob("*.jar"))


@contextmanager
def exclusive(target: Path, what: str, job: Job) -> Iterator[None]:
    """Be the only process that builds `target`. Raises SqlError 58000 after a long wait."""
    lock = target.with_name(f".{target.name}.lock")
    lock.parent.mkdir(parents=True, exist_ok=True)

    def waiting() -> None:
        job.progress(f"waiting for another process that prepares {what}")

    try:
        with held(lock, _LOCK_TIMEOUT_S, waiting=waiting, cancelled=job.cancelled):
            yield
    except LockTimeout as error:
        if job.cancelled():
            raise fetch.Cancelled from error
        raise SqlError(SYSTEM_ERROR, f"another process still prepares {what}") from error


@contextmanager
def aside(target: Path) -> Iterator[Path]:
    """A folder to build in, on the same file system; renamed to `target` when the block ends.

    For the holder of `exclusive(target)`: whatever a killed builder has left is cleared away.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f".{target.name}-*"):
        shutil.rmtree(left)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as scratch:
        building = Path(scratch, "new")
        building.mkdir()
        yield building
        if target.exists():
            target.rename(Path(scratch, "old"))
        building.rename(target)


def _load(target: Path) -> Distribution | None:
    try:
        manifest = json.loads((target / "manifest.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if manifest.get("layout") != _LAYOUT:
        return None
    return Distribution(target, manifest["release"], tuple(manifest["missing"]))


def _build(version: FlinkVersion, target: Path, job: Job) -> None:
    with aside(target) as building:
        release = _libraries(version, building, job)
        gateway = _gateway(version, release, building / "lib", job)
        connectors = {
            pack.name: _connector(pack, building / "lib", job.progress) for pack in version.packs
        }
        _describe(building, release, gateway, connectors)


def _describe(building: Path, release: str, gateway: str, connectors: dict[str, list[str]]) -> None:
    missing = [name for name, jars in connectors.items() if not jars]
    manifest = Manifest(_LAYOUT, release, gateway, connectors, missing)
    text = json.dumps(asdict(manifest), indent=2)
    (building / "manifest.json").write_text(text + "\n", "utf-8")


def _outdated(version: FlinkVersion, target: Path) -> dict[str, list[str]]:
    """Connectors of that folder that the data does not know any more."""
    taken: dict[str, list[str]] = json.loads((target / "manifest.json").read_text())["connectors"]
    known = {pack.name: [list(map(str, each)) for each in pack.alternatives]
             for pack in version.packs}  # fmt: skip
    return {n: jars for n, jars in taken.items() if jars and jars not in known.get(n, [])}


def _renew(version: FlinkVersion, target: Path, job: Job) -> None:
    """Only connectors have changed: the rest, hundreds of megabytes, stays. What cannot be fetched
    now is no reason to do without the engine."""
    manifest = json.loads((target / "manifest.json").read_text())
    old = _outdated(version, target)
    left = shutil.ignore_patterns(
        *(Coordinates.parse(jar).filename for jars in old.values() for jar in jars)
    )
    try:
        with aside(target) as building:
            shutil.copytree(
                target, building, copy_function=os.link, ignore=left, dirs_exist_ok=True
            )
            (building / "manifest.json").unlink()
            connectors = {n: jars for n, jars in manifest["connectors"].items() if n not in old}
            for pack in version.packs:
                if pack.name in old:
                    connectors[pack.name] = _connector(pack, building / "lib", job.progress)
            _describe(building, manifest["release"], manifest["gateway"], connectors)
    except SqlError as error:
        job.progress(f"connectors of Flink {version.minor} not renewed: {error.message}")


def _libraries(version: FlinkVersion, building: Path, job: Job) -> str:
    """Fetch and unpack the newest patch that can be had; its release."""
    for release in version.patches:
        download = building / "download"
        download.mkdir(exist_ok=True)
        job.progress(f"downloading Flink {release} (about 300 MB)")
        try:
            archive = fetch.package(version.libraries, release, download, job.cancelled)
        except fetch.Absent:
            continue
        job.progress(f"unpacking Flink {release}")
        unpack(archive, building)
        shutil.rmtree(download)
        return release
    raise SqlError(
        SYSTEM_ERROR,
        f"no release of Flink {version.minor} found",
        detail=f"Tried {version.libraries} {', '.join(version.patches)}.",
    )


def _gateway(version: FlinkVersion, release: str, lib: Path, job: Job) -> str:
    """The gateway's jar of the release, else of another patch: they fit within a minor."""
    patches = [release, *(patch for patch in version.patches if patch != release)]
    for patch in patches:
        coordinates = Coordinates(*version.gateway, patch)
        try:
            fetch.jar(coordinates, lib)
        except fetch.Absent:
            continue
        return str(coordinates)
    raise SqlError(SYSTEM_ERROR, f"no SQL Gateway of Flink {version.minor} found")


def _connector(pack: Pack, lib: Path, progress: Progress) -> list[str]:
    """Fetch the first alternative that can be had entirely; what was taken, empty if none."""
    progress(f"downloading connector {pack.name}")
    for alternative in pack.alternatives:
        with tempfile.TemporaryDirectory(dir=lib.parent, prefix="connector-") as scratch:
            try:
                jars = [fetch.jar(coordinates, Path(scratch)) for coordinates in alternative]
            except fetch.Absent:
                continue
            for path in jars:
                path.rename(lib / path.name)
            return [str(coordinates) for coordinates in alternative]
    return []


def unpack(archive: Path, into: Path, folders: Sequence[str] = _FOLDERS) -> None:
    """Take the jars of those folders out of an sdist (NAME/deps/lib) or a wheel (pyflink/lib)."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for info in wheel.infolist():
                inside = _wanted(info.filename, folders)
                if inside is not None and not info.is_dir():
                    with wheel.open(info) as source, _create(into, inside) as sink:
                        shutil.copyfileobj(source, sink, 1 << 20)
        return
    with tarfile.open(archive, "r|*") as sdist:
        for member in sdist:
            inside = _wanted(member.name, folders)
            content = sdist.extractfile(member) if inside and member.isfile() else None
            if inside is not None and content is not None:
                with content, _create(into, inside) as sink:
                    shutil.copyfileobj(content, sink, 1 << 20)


def _wanted(name: str, folders: Sequence[str]) -> PurePosixPath | None:
    """The path from lib/ or plugins/ on; None for what is not asked for."""
    parts = PurePosixPath(name).parts
    start = 2 if "deps" in parts[:2] else 1
    inside = PurePosixPath(*parts[start:])
    if not inside.parts or inside.parts[0] not in folders or ".." in inside.parts:
        return None
    return inside if inside.suffix == ".jar" else None


def _create(into: Path, inside: PurePosixPath) -> BinaryIO:
    path = into / inside
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")
