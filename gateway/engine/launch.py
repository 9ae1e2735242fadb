"""What a local engine is started with: configuration, log set-up, environment, command line.

Pure: values in, text out. Why each option is there stands beside it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gateway.engine.java import Java
from gateway.engine.kit import LAUNCHER
from gateway.engine.provision import Distribution
from gateway.engine.versions import FlinkVersion
from protocol.errors import INVALID_PARAMETER_VALUE, SqlError

# Flink up to 1.17 reaches into these packages by reflection and fails on Java 17 without them.
OPENED = (
    "java.lang",
    "java.lang.reflect",
    "java.net",
    "java.io",
    "java.nio",
    "java.text",
    "java.time",
    "java.util",
    "java.util.concurrent",
    "java.util.concurrent.atomic",
    "java.util.concurrent.locks",
    "sun.nio.ch",
    "sun.util.calendar",
)
_LOOPBACK = "127.0.0.1"
_DROPPED = ("_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "CLASSPATH")
_PRIVATE = ("XUANWU_", "PG")

_LOG4J = """\
status = warn
rootLogger.level = INFO
rootLogger.appenderRef.file.ref = file
appender.file.name = file
appender.file.type = RollingFile
appender.file.fileName = ${sys:log.file}
appender.file.filePattern = ${sys:log.file}.%i
appender.file.layout.type = PatternLayout
appender.file.layout.pattern = %d{yyyy-MM-dd HH:mm:ss,SSS} %-5p %-60c %x - %m%n
appender.file.policies.type = Policies
appender.file.policies.size.type = SizeBasedTriggeringPolicy
appender.file.policies.size.size = 20MB
appender.file.policies.startup.type = OnStartupTriggeringPolicy
appender.file.strategy.type = DefaultRolloverStrategy
appender.file.strategy.max = 5
# One line per heartbeat or REST poll says nothing.
logger.pekko.name = org.apache.pekko
logger.pekko.level = WARN
logger.akka.name = akka
logger.akka.level = WARN
logger.netty.name = org.apache.flink.shaded.netty4.io.netty.channel.DefaultChannelPipeline
logger.netty.level = ERROR
"""


@dataclass(frozen=True, slots=True)
class Options:
    """What the operator may choose for local engines; the same for all versions."""

    slots: int = 32
    heap_mb: int = 768
    network_mb: int = 128  # touched at start: it counts in full
    managed_mb: int = 512  # taken when batch operators and state ask for it
    jvm: tuple[str, ...] = ()  # further JVM options, last word
    flink: Mapping[str, str] = field(default_factory=dict)  # further Flink options, last word
    jars: tuple[Path, ...] = ()  # further connectors on the class path
    packs: tuple[str, ...] = ()  # … and these, of versions.toml, by name


@dataclass(frozen=True, slots=True)
class Ports:
    gateway: int
    jobmanager: int


@dataclass(frozen=True, slots=True)
class Home:
    """Where one engine keeps its things: DATA/engines/VERSION."""

    root: Path

    @property
    def conf(self) -> Path:
        return self.root / "conf"

    @property
    def tmp(self) -> Path:
        return self.root / "tmp"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def log(self) -> Path:
        """Flink's own log."""
        return self.logs / "engine.log"

    @property
    def output(self) -> Path:
        """What the JVM itself prints: failures before there is a log."""
        return self.logs / "engine.out"

    @property
    def alive(self) -> Path:
        """Locked by the engine's JVM for its life; holds its pid."""
        return self.root / "alive.lock"

    @property
    def start(self) -> Path:
        """Locked by a server while it looks after this engine."""
        return self.root / "start.lock"

    @property
    def state(self) -> Path:
        return self.root / "state.json"

    @property
    def checkpoints(self) -> Path:
        return self.root / "checkpoints"

    @property
    def savepoints(self) -> Path:
        return self.root / "savepoints"


def settings(home: Home, ports: Ports, options: Options) -> dict[str, str]:
    """The Flink options of a local engine: keys that all versions know under the same name."""
    jobmanager, gateway = str(ports.jobmanager), str(ports.gateway)
    return {
        "execution.target": "remote",
        "jobmanager.rpc.address": _LOOPBACK,
        "jobmanager.bind-host": _LOOPBACK,
        "taskmanager.host": _LOOPBACK,
        "taskmanager.bind-host": _LOOPBACK,
        "rest.address": _LOOPBACK,
        "rest.bind-address": _LOOPBACK,
        "rest.port": jobmanager,
        "rest.bind-port": jobmanager,
        # The SQL Gateway takes the cluster's rest.bind-port where its own is not set.
        "sql-gateway.endpoint.rest.address": _LOOPBACK,
        "sql-gateway.endpoint.rest.bind-address": _LOOPBACK,
        "sql-gateway.endpoint.rest.port": gateway,
        "sql-gateway.endpoint.rest.bind-port": gateway,
        "taskmanager.memory.network.min": f"{options.network_mb}mb",
        "taskmanager.memory.network.max": f"{options.network_mb}mb",
        "taskmanager.memory.managed.size": f"{options.managed_mb}mb",
        "io.tmp.dirs": str(home.tmp),
        "web.tmpdir": str(home.tmp),
        "state.checkpoints.dir": home.checkpoints.as_uri(),
        "state.savepoints.dir": home.savepoints.as_uri(),
        # A query that finds no slot fails after this time (ms) instead of hanging for minutes.
        "slot.request.timeout": "60000",
        # Figures of a running job are asked for by people who wait (ms).
        "metrics.fetcher.update-interval": "1000",
        # Age (ms) that the JobManager's answers about a job may have: decisions hang on them.
        "web.refresh-interval": "100",
        # Jars come in by statement, never by the JobManager's upload page.
        "web.submit.enable": "false",
        **options.flink,
    }


def config_text(version: FlinkVersion, values: Mapping[str, str]) -> str:
    """The configuration file: YAML proper from 1.19, before that Flink's own `key: value` lines.

    Raises SqlError 22023 for a value that the old format cannot hold.
    """
    if version.config_file == "config.yaml":
        return "".join(f"{key}: {json.dumps(value)}\n" for key, value in values.items())
    for key, value in values.items():
        if "#" in value or "\n" in value or value != value.strip():
            raise SqlError(
                INVALID_PARAMETER_VALUE,
                f'value of "{key}" cannot be written for Flink {version.minor}: "{value}"',
                hint="Its configuration format has no quotes: #, line breaks and outer spaces "
                "cannot be part of a value.",
            )
    return "".join(f"{key}: {value}\n" for key, value in values.items())


def log4j_text() -> str:
    return _LOG4J


def environment(home: Home, distribution: Distribution, base: Mapping[str, str]) -> dict[str, str]:
    """Flink's own variables over those of the server.

    Java options of the machine stay out; so do the variables that may hold the server's secrets,
    because whoever runs a function in Flink can read its environment.
    """
    kept = {k: v for k, v in base.items() if k not in _DROPPED and not k.startswith(_PRIVATE)}
    return kept | {
        "FLINK_CONF_DIR": str(home.conf),
        "FLINK_LIB_DIR": str(distribution.root / "lib"),
        "FLINK_OPT_DIR": str(distribution.root / "opt"),
        "FLINK_PLUGINS_DIR": str(distribution.root / "plugins"),
    }


def command(
    java: Java, home: Home, distribution: Distribution, kit: Path, options: Options
) -> list[str]:
    """The command line of the engine's JVM."""
    class_path: Sequence[Path] = (*distribution.jars, kit, *options.jars)
    return [
        str(java.executable),
        f"-Xmx{options.heap_mb}m",
        # C1 alone halves start and latency; C2 pays only after minutes of bulk work.
        "-XX:TieredStopAtLevel=1",
        "-XX:+UseSerialGC",
        "-XX:MaxMetaspaceSize=512m",
        # Half-dead is worse than dead: a dead engine is noticed and replaced.
        "-XX:+ExitOnOutOfMemoryError",
        *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED),
        f"-Djava.io.tmpdir={home.tmp}",
        f"-Dlog.file={home.log}",
        # The log stays open while the cluster closes.
        "-Dlog4j2.shutdownHookEnabled=false",
        f"-Dlog4j.configurationFile={(home.conf / 'log4j2.properties').as_uri()}",
        *options.jvm,
        "-cp",
        ":".join(map(str, class_path)),
        LAUNCHER,
        str(home.conf),
        str(home.alive),
        str(options.slots),
    ]
