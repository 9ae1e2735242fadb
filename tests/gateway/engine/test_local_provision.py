"""Provisioning against a registry made up in the test."""

from __future__ import annotations

import io
import sys
import tarfile
import threading
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.engine import fetch
from gateway.engine.provision import (
    Distribution,
    Job,
    chosen_packs,
    optional_jars,
    provision,
    unpack,
)
from gateway.engine.versions import Coordinates, FlinkVersion, Pack
from protocol.errors import SYSTEM_ERROR, SqlError


def coordinates(text: str) -> Coordinates:
    return Coordinates.parse(text)


VERSION = FlinkVersion(
    minor="2.2",
    patches=("2.2.3", "2.2.2", "2.2.1"),
    libraries="libs",
    gateway=("g", "gateway"),
    packs=(
        Pack("kafka", True, ((coordinates("g:kafka:9"),), (coordinates("g:kafka:8"),))),
        Pack(
            "jdbc",
            True,
            (
                (coordinates("g:core:2"), coordinates("g:pg:2")),
                (coordinates("g:core:1"), coordinates("g:pg:1")),
            ),
        ),
        Pack("hive", False, ((coordinates("g:hive:1"),),)),
    ),
    java=(11, 21),
    api="v2",
    config_file="config.yaml",
    optional=(
        Pack("lake", False, ((coordinates("g:lake:1"), coordinates("g:hadoop:1")),)),
        Pack("gone", False, ((coordinates("g:gone:1"),),)),
    ),
)


def sdist(path: Path, top: str) -> Path:
    names = [
        "deps/lib/flink-dist.jar",
        "deps/lib/notes.txt",
        "deps/opt/flink-python.jar",
        "deps/plugins/metrics/m.jar",
        "setup.py",
        "lib/../deps/evil.jar",
    ]
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            info = tarfile.TarInfo(f"{top}/{name}")
            info.size = len(name)
            archive.addfile(info, io.BytesIO(name.encode()))
    return path


def wheel(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("lib/flink-dist.jar", "plugins/metrics/m.jar", "opt/p.jar", "bin/b.jar"):
            archive.writestr(f"pyflink/{name}", name)
        archive.writestr("libs.dist-info/RECORD", "")
    return path


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_unpack_takes_libraries_and_plugins_only(kind: str, tmp_path: Path) -> None:
    if kind == "sdist":
        archive = sdist(tmp_path / "libs-2.2.1.tar.gz", "libs-2.2.1")
    else:
        archive = wheel(tmp_path / "libs-2.2.1-py3-none-any.whl")
    into = tmp_path / "into"
    unpack(archive, into)
    files = sorted(str(p.relative_to(into)) for p in into.rglob("*") if p.is_file())
    assert files == ["lib/flink-dist.jar", "plugins/metrics/m.jar"]


class Registry:
    """Has libraries 2.2.2 and 2.2.1, the gateway 2.2.1, and whatever jars it is given."""

    def __init__(self, *jars: str) -> None:
        self.jars = {"g:gateway:2.2.1", *jars}
        self.packages = {"2.2.2", "2.2.1"}
        self.asked: list[str] = []

    def package(self, name: str, version: str, into: Path, cancelled: Callable[[], bool]) -> Path:
        self.asked.append(f"{name} {version}")
        if cancelled():
            raise fetch.Cancelled
        if version not in self.packages:
            raise fetch.Absent
        return wheel(into / "libs.whl")

    def jar(self, wanted: Coordinates, into: Path) -> Path:
        self.asked.append(str(wanted))
        if str(wanted) not in self.jars:
            raise fetch.Absent
        path = into / wanted.filename
        path.write_text(str(wanted))
        return path


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry("g:kafka:8", "g:core:2", "g:core:1", "g:pg:1")
    monkeypatch.setattr(fetch, "package", made.package)
    monkeypatch.setattr(fetch, "jar", made.jar)
    return made


def names(distribution: Distribution) -> list[str]:
    return [path.name for path in distribution.jars]


def test_takes_the_newest_that_can_be_had(registry: Registry, tmp_path: Path) -> None:
    told: list[str] = []
    found = provision(VERSION, tmp_path, Job(told.append))
    assert found.release == "2.2.2"
    # kafka 9 is not there; of jdbc 2 one of two jars is not, so neither is taken
    assert names(found) == [
        "core-1.jar",
        "flink-dist.jar",
        "gateway-2.2.1.jar",
        "kafka-8.jar",
        "pg-1.jar",
    ]
    assert found.missing == ("hive",)
    assert told[:2] == [
        "downloading Flink 2.2.3 (about 300 MB)",
        "downloading Flink 2.2.2 (about 300 MB)",
    ]


def test_second_time_asks_nobody(registry: Registry, tmp_path: Path) -> None:
    first = provision(VERSION, tmp_path, Job())
    registry.asked.clear()
    assert provision(VERSION, tmp_path, Job()) == first
    assert registry.asked == []


def test_failure_leaves_nothing(registry: Registry, tmp_path: Path) -> None:
    registry.jars.remove("g:gateway:2.2.1")
    with pytest.raises(SqlError, match="no SQL Gateway") as caught:
        provision(VERSION, tmp_path, Job())
    assert caught.value.sqlstate == SYSTEM_ERROR
    assert [p.name for p in (tmp_path / "flink").iterdir()] == [".2.2.lock"]
    registry.jars.add("g:gateway:2.2.1")
    assert provision(VERSION, tmp_path, Job()).release == "2.2.2"


def test_no_release_at_all(registry: Registry, tmp_path: Path) -> None:
    registry.packages.clear()
    with pytest.raises(SqlError, match=r"no release of Flink 2\.2 found"):
        provision(VERSION, tmp_path, Job())


def test_a_torn_folder_is_built_anew(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "flink" / "2.2" / "lib").mkdir(parents=True)
    (tmp_path / "flink" / "2.2" / "manifest.json").write_text('{"layout": 0}')
    assert provision(VERSION, tmp_path, Job()).release == "2.2.2"


def test_what_a_killed_builder_left_is_cleared_away(registry: Registry, tmp_path: Path) -> None:
    left = tmp_path / "flink" / ".2.2-abc" / "new" / "lib"
    left.mkdir(parents=True)
    provision(VERSION, tmp_path, Job())
    assert sorted(p.name for p in (tmp_path / "flink").iterdir()) == [".2.2.lock", "2.2"]


def test_concurrent_provisioning_fetches_once(registry: Registry, tmp_path: Path) -> None:
    found: list[Distribution] = []
    threads = [
        threading.Thread(target=lambda: found.append(provision(VERSION, tmp_path, Job())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4 and len(set(found)) == 1
    assert registry.asked.count("libs 2.2.2") == 1


def test_giving_up(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(fetch.Cancelled):
        provision(VERSION, tmp_path, Job(cancelled=lambda: True))


def fake_pip(monkeypatch: pytest.MonkeyPatch, code: int, output: str) -> None:
    monkeypatch.setattr(fetch, "_run", lambda command, cancelled: (code, output))


def test_pip_says_absent_or_unreachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    none = "ERROR: No matching distribution found for libs==9\n"
    fake_pip(monkeypatch, 1, f"ERROR: Could not find a version (from versions: 1, 2)\n{none}")
    with pytest.raises(fetch.Absent):
        fetch.package("libs", "9", tmp_path)
    fake_pip(monkeypatch, 1, f"WARNING: Retrying (Retry(total=0)) after connection broken\n{none}")
    with pytest.raises(SqlError) as caught:
        fetch.package("libs", "9", tmp_path)
    assert caught.value.sqlstate == SYSTEM_ERROR


def test_wrong_checksum_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def artifact(wanted: Coordinates, packaging: str, repository: Path) -> Path:
        path = repository / packaging
        path.write_text("0" * 40 if packaging.endswith("sha1") else "content")
        return path

    monkeypatch.setattr(fetch, "_artifact", artifact)
    monkeypatch.setattr(fetch, "_JAR_TRIES", 1)
    with pytest.raises(SqlError, match="could not download g:a:1") as caught:
        fetch.jar(coordinates("g:a:1"), tmp_path)
    assert "checksum" in (caught.value.detail or "")
    assert list(tmp_path.iterdir()) == []


def test_a_download_is_given_up_at_once() -> None:
    with pytest.raises(fetch.Cancelled):
        fetch._run([sys.executable, "-c", "import time; time.sleep(60)"], lambda: True)
    assert fetch._run([sys.executable, "-c", "print('x')"], lambda: False) == (0, "x\n")


def test_optional_connectors_are_fetched_once(registry: Registry, tmp_path: Path) -> None:
    registry.jars |= {"g:lake:1", "g:hadoop:1"}
    found = optional_jars(VERSION, ["lake"], tmp_path, Job())
    assert [path.name for path in found] == ["hadoop-1.jar", "lake-1.jar"]
    registry.asked.clear()
    assert optional_jars(VERSION, ["lake"], tmp_path, Job()) == found
    assert registry.asked == []


@pytest.mark.parametrize("name", ["gone", "never heard of"])
def test_an_optional_connector_that_is_not_there_is_told(
    registry: Registry, tmp_path: Path, name: str
) -> None:
    told: list[str] = []
    assert optional_jars(VERSION, [name], tmp_path, Job(told.append)) == ()
    assert told[-1] == f"no connector {name} for Flink 2.2"


@pytest.mark.parametrize(("value", "names"), [("", ()), (" lake , x ,", ("lake", "x"))])
def test_the_operator_names_optional_connectors(
    monkeypatch: pytest.MonkeyPatch, value: str, names: tuple[str, ...]
) -> None:
    monkeypatch.setenv("XUANWU_PACKS", value)
    assert chosen_packs() == names


def test_a_connector_that_the_data_changed_is_renewed_alone(
    registry: Registry, tmp_path: Path
) -> None:
    provision(VERSION, tmp_path, Job())
    registry.asked.clear()
    registry.jars.add("g:kafka:10")
    newer = Pack("kafka", True, ((coordinates("g:kafka:10"),),))
    changed = replace(VERSION, packs=(newer, *VERSION.packs[1:]))
    found = provision(changed, tmp_path, Job())
    assert names(found) == [
        "core-1.jar",
        "flink-dist.jar",
        "gateway-2.2.1.jar",
        "kafka-10.jar",
        "pg-1.jar",
    ]
    assert registry.asked == ["g:kafka:10"]
    registry.asked.clear()
    assert provision(changed, tmp_path, Job()) == found
    assert registry.asked == []


def test_a_connector_that_cannot_be_renewed_stays(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = provision(VERSION, tmp_path, Job())

    def away(wanted: Coordinates, into: Path) -> Path:
        raise SqlError(SYSTEM_ERROR, "no network")

    monkeypatch.setattr(fetch, "jar", away)
    changed = replace(VERSION, packs=(Pack("kafka", True, ((coordinates("g:kafka:10"),),)),))
    told: list[str] = []
    assert provision(changed, tmp_path, Job(told.append)) == first
    assert told[-1] == "connectors of Flink 2.2 not renewed: no network"
