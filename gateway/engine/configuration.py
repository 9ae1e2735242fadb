"""Flink options of one statement, and the client's own SETs of those that we manage."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from dialects.versions import Version
from dialects.versions.keys import keys
from session.ports import EngineSettings

RUNTIME_MODE = "execution.runtime-mode"
TIME_ZONE = "table.local-time-zone"
JOB_ID = "$internal.pipeline.job-id"
JOB_NAME = "pipeline.name"
BUILTIN_CATALOG = "xuanwu"
BUILTIN_DATABASE = "public"
# The names of a new session's own catalog and database (TableConfigOptions.TABLE_CATALOG_NAME).
BUILTIN = {
    "table.builtin-catalog-name": BUILTIN_CATALOG,
    "table.builtin-database-name": BUILTIN_DATABASE,
}
# What a session begins with in the versions that read it, so that one text means the same in all:
# from 2.3 on Flink refuses, unless told, an INSERT whose query has another key than the sink.
_AS_BEFORE = {"table.exec.sink.require-on-conflict": "false"}
MANAGED = frozenset({RUNTIME_MODE, TIME_ZONE, JOB_NAME})

# A foreground job is never restarted: its client has seen rows that would come again. 1.x knows
# the first spelling, 2.x the second. Checkpoints must not hold rows back, should there be any.
_FOREGROUND = {
    "restart-strategy": "none",
    "restart-strategy.type": "none",
    "execution.checkpointing.mode": "AT_LEAST_ONCE",
}
# Rows written are counted where the sink is an operator of its own; 1.x and 2.x spellings.
_COUNTED = {"pipeline.operator-chaining": "false", "pipeline.operator-chaining.enabled": "false"}

_SET = re.compile(r"\s*SET\s+'([^']+)'\s*=\s*'((?:[^']|'')*)'\s*;?\s*$", re.IGNORECASE)
_RESET = re.compile(r"\s*RESET\s+'([^']+)'\s*;?\s*$", re.IGNORECASE)
_RESET_ALL = re.compile(r"\s*RESET\s*;?\s*$", re.IGNORECASE)


def as_before(version: str) -> dict[str, str]:
    """Options of a new session under which a newer version does what the older ones do."""
    known = Version.parse(version)
    return {key: value for key, value in _AS_BEFORE.items() if known in keys()[key].read}


@dataclass(slots=True)
class ClientOptions:
    """Managed keys that the client SET itself: kept here, because the Flink session's own value
    of them means something else (see `flinksession.open_session`)."""

    values: dict[str, str] = field(default_factory=dict)

    def take(self, statement: str) -> bool:
        """True when the statement was SET or RESET of a managed key, and is done."""
        if (found := _SET.match(statement)) and found[1] in MANAGED:
            self.values[found[1]] = found[2].replace("''", "'")
            return True
        if (found := _RESET.match(statement)) and found[1] in MANAGED:
            self.values.pop(found[1], None)
            return True
        if _RESET_ALL.match(statement):
            self.values.clear()
        return False

    def runtime_mode(self, settings: EngineSettings) -> str:
        """auto, streaming or batch: the session's parameter, else the client's Flink option."""
        if settings.runtime_mode != "auto":
            return settings.runtime_mode
        return self.values.get(RUNTIME_MODE, "auto").lower().replace("automatic", "auto")

    def time_zone(self, settings: EngineSettings) -> str:
        return self.values.get(TIME_ZONE, settings.time_zone)

    def statement(self, settings: EngineSettings, mode: str = "streaming") -> dict[str, str]:
        """Options of a statement without a job."""
        return {
            **settings.options,
            RUNTIME_MODE: mode,
            TIME_ZONE: self.time_zone(settings),
        }

    def job(
        self,
        settings: EngineSettings,
        mode: str,
        job_id: str,
        name: str,
        *,
        foreground: bool,
        counted: bool = False,
    ) -> dict[str, str]:
        return {
            **(_FOREGROUND if foreground else {}),
            **(_COUNTED if counted else {}),
            **self.statement(settings, mode),
            JOB_ID: job_id,
            JOB_NAME: name if foreground else self.values.get(JOB_NAME, name),
        }
