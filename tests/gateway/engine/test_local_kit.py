"""The kit: compiled without a JDK, once per release, for Java 8."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from gateway.engine import java, kit
from gateway.engine.provision import Distribution, Job, cache_root, provision
from gateway.engine.versions import catalogue
from protocol.errors import SqlError

COMPILER = catalogue().compiler


def test_digest_names_all_that_goes_in(tmp_path: Path) -> None:
    one, two = (Distribution(tmp_path, release, ()) for release in ("2.2.1", "2.2.2"))
    assert kit.digest(one, COMPILER) == kit.digest(one, COMPILER)
    assert kit.digest(one, COMPILER) != kit.digest(two, COMPILER)


def test_digest_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution = Distribution(tmp_path, "2.2.1", ())
    before = kit.digest(distribution, COMPILER)
    monkeypatch.setattr(kit, "_HERE", tmp_path)
    source = tmp_path / "java" / "A.java"
    source.parent.mkdir()
    source.write_text("class A {}")
    changed = kit.digest(distribution, COMPILER)
    source.write_text("class A { }")
    assert len({before, changed, kit.digest(distribution, COMPILER)}) == 3


@pytest.mark.flink
@pytest.mark.timeout(600)
def test_compiles_for_java_8_and_only_once(tmp_path: Path) -> None:
    version = catalogue().get("2.2")
    distribution = provision(version, cache_root(), Job())
    runtime = java.find(version.java)
    told: list[str] = []
    jar = kit.build(distribution, COMPILER, runtime, tmp_path, Job(told.append))
    assert told == [f"compiling the kit for Flink {distribution.release}"]
    with zipfile.ZipFile(jar) as archive:
        launcher = archive.read("xuanwu/kit/Launcher.class")
    assert int.from_bytes(launcher[6:8], "big") == 52  # class file version of Java 8
    assert kit.build(distribution, COMPILER, runtime, tmp_path, Job(told.append)) == jar
    assert len(told) == 1


@pytest.mark.flink
@pytest.mark.timeout(600)
def test_a_source_that_does_not_compile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    version = catalogue().get("2.2")
    distribution = provision(version, cache_root(), Job())
    monkeypatch.setattr(kit, "_HERE", tmp_path)
    (tmp_path / "java").mkdir()
    (tmp_path / "java" / "A.java").write_text("class A { B b; }")
    with pytest.raises(SqlError, match="could not compile the kit") as caught:
        kit.build(distribution, COMPILER, java.find(version.java), tmp_path / "cache", Job())
    assert "B cannot be resolved" in (caught.value.detail or "")
    assert not any((tmp_path / "cache" / "kit").rglob("*.jar"))
